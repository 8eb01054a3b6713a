"""Which engine a snapshot is written to and opened from: ``KB_ENGINE`` says it.

Empty, it is the one in the folder of the snapshot; an address of a PostgreSQL server, the one
there. A snapshot of one engine is refused where the other is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kb.engine.base import Engine, EngineWriter
from kb.engine.local.engine import LocalEngine, LocalWriter
from kb.engine.postgresql.engine import PostgresEngine
from kb.engine.postgresql.writer import PostgresWriter, ready_to_write, retain
from kb.errors import SnapshotStale

LOCAL, POSTGRESQL = "local", "postgresql"
#: What the engines are called in messages.
_NAMES = {LOCAL: "files of its own", POSTGRESQL: "PostgreSQL"}


def engine_kind(address: str) -> str:
    """The kind of engine at an address, as a manifest names it."""
    return POSTGRESQL if address else LOCAL


def open_engine(kind: str, address: str, *, folder: Path, version: str) -> Engine:
    """Open what was built.

    Args:
        kind: of the engine that it was built for, as its manifest says.
        address: what ``KB_ENGINE`` is.
        folder: of the engine in the snapshot.
        version: the id of the snapshot.

    Raises:
        SnapshotStale: it was built for another engine.
        SnapshotError: it is not there, damaged, or the server does not answer.
    """
    if kind != engine_kind(address):
        asked = "names a PostgreSQL server" if address else "is empty"
        remedy = "Run 'kb build'." if address else "Set KB_ENGINE, or run 'kb build'."
        raise SnapshotStale(
            f"The snapshot {version} was built for {_NAMES.get(kind, repr(kind))}, "
            f"but KB_ENGINE {asked}.",
            remedy=remedy,
        )
    if kind == POSTGRESQL:
        return PostgresEngine.open(address, folder)
    return LocalEngine.open(folder)


def engine_writer(address: str, *, folder: Path, version: str, index: Path) -> EngineWriter:
    """What writes the engine of a new snapshot.

    Args:
        address: what ``KB_ENGINE`` is.
        folder: of the engine in the snapshot.
        version: the id of the snapshot.
        index: the folder of all snapshots, which keeps account of what a server was given.
    """
    if engine_kind(address) == POSTGRESQL:
        return PostgresWriter(address, version, folder=folder, index=index)
    return LocalWriter(folder)


def ready_for_a_build(address: str) -> None:
    """Ask what will be written to whether it can be, so that nothing is encoded in vain.

    Raises:
        EngineUnavailable: the server is not there, or takes no changes.
    """
    if engine_kind(address) == POSTGRESQL:
        ready_to_write(address)


def goes_on(address: str) -> bool:
    """Whether what writes the engine can take documents over from an earlier snapshot."""
    return engine_kind(address) == LOCAL


def remove_versions(address: str, *, index: Path, kept: Iterable[Path]) -> None:
    """Remove from a server what snapshots of an index left there that are no more.

    Args:
        address: what ``KB_ENGINE`` is.
        index: the folder of all snapshots.
        kept: the folders of the engine in those that stay.

    Raises:
        EngineUnavailable: the server is not there, or takes no changes.
    """
    if engine_kind(address) == POSTGRESQL:
        retain(address, kept, index=index)
