"""The engines that must pass the contract: a new one is one more row here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from kb.engine.base import Engine, EngineWriter
from kb.engine.local.engine import LocalEngine, LocalWriter
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


#: Name to what makes an empty store in an empty folder.
ENGINES: Mapping[str, Callable[[Path], Store]] = {
    "reference": lambda _: ReferenceStore(),
    "local": LocalStore,
}
