"""The engines that must pass the contract: a new one is one more row here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from itertools import count
from pathlib import Path
from typing import Protocol

from kb.engine.base import Engine, EngineWriter
from kb.engine.local.engine import LocalEngine, LocalWriter
from kb.engine.postgresql.engine import PostgresEngine
from kb.engine.postgresql.writer import PostgresWriter
from tests.kb.engine.postgresql_server import PostgresServer
from tests.kb.engine.reference import ReferenceStore


class Store(Protocol):
    """Where the state of an engine is written and opened."""

    def writer(self) -> EngineWriter:
        """Something that writes a new state."""
        ...

    def open(self) -> Engine:
        """What was published last."""
        ...


class LocalStore:
    """A folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def writer(self) -> LocalWriter:
        """Something that writes into the folder."""
        return LocalWriter(self._folder)

    def open(self) -> LocalEngine:
        """What is in the folder."""
        return LocalEngine.open(self._folder)


class PostgresStore:
    """A version in the database of the test run."""

    _versions = count()

    def __init__(self, address: str) -> None:
        self._address = address
        self._version = f"test{next(self._versions)}"

    def writer(self) -> PostgresWriter:
        """Something that writes the version."""
        return PostgresWriter(self._address, self._version, origin="tests")

    def open(self) -> PostgresEngine:
        """What was published."""
        return PostgresEngine.open(self._address, self._version)


@cache
def running_server() -> PostgresServer:
    """The server of this test run, started when it is first asked for.

    ``conftest.py`` stops it.
    """
    return PostgresServer().create()


#: Name to what makes an empty store in an empty folder.
ENGINES: Mapping[str, Callable[[Path], Store]] = {
    "reference": lambda _: ReferenceStore(),
    "local": LocalStore,
    "postgresql": lambda _: PostgresStore(running_server().address),
}
