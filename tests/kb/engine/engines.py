"""The engines that must pass the contract: a new one is one more row here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Protocol

from kb.engine.base import Engine, EngineWriter
from kb.engine.local.engine import LocalEngine, LocalWriter
from kb.engine.postgresql.engine import PostgresEngine
from kb.engine.postgresql.schema import VERSION_FILE
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
    """Versions in the database of the test run, each with its folder."""

    def __init__(self, address: str, folder: Path) -> None:
        self._address = address
        self._folder = folder
        self._n = 0

    def writer(self) -> PostgresWriter:
        """Something that writes a version."""
        self._n += 1
        folder = self._folder / str(self._n)
        return PostgresWriter(self._address, f"test{self._n}", folder=folder, index=self._folder)

    def open(self) -> PostgresEngine:
        """What was published last."""
        published = [path.parent for path in self._folder.glob(f"*/{VERSION_FILE}")]
        newest = max(published, key=lambda folder: int(folder.name))
        return PostgresEngine.open(self._address, newest)


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
    "postgresql": lambda folder: PostgresStore(running_server().address, folder),
}
