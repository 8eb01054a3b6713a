"""What is read of a snapshot that an earlier release built: its vectors, and nothing else.

To make vectors again takes hours, so an upgrade takes them over. Of the manifest only that is read
which says who made them; of the files only those of the vector sets (``kb.engine.local.engine``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from kb.engine.choice import LOCAL
from kb.engine.local.engine import vectors_in
from kb.errors import SnapshotStale
from kb.snapshots.format import (
    ENGINE_FOLDER,
    FileRecord,
    check_files,
    check_not_newer,
    read_sealed,
)
from kb.snapshots.vector_sets import ENCODER, MULTILINGUAL, VECTOR_SETS

#: Since this schema version a set is a flat FAISS index with the digests of its texts beside it,
#: and the manifest has a seal and the identity of each encoder. Raise it where that changes.
FIRST_VERSION = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _EncoderRecord:
    """Which encoder made the vectors, as far as that is asked for."""

    identity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manifest:
    """What is read of a manifest; whatever else it holds is passed over."""

    schema_version: int
    encoder: _EncoderRecord
    multilingual: _EncoderRecord | None
    files: Mapping[str, FileRecord]
    engine: str = LOCAL


_MANIFEST = TypeAdapter(_Manifest)


@dataclass(frozen=True, slots=True, kw_only=True)
class OlderSnapshot:
    """One of which every byte was read; ``encoders`` are those that are the same today."""

    folder: Path
    schema_version: int
    encoders: frozenset[str]

    def known_vectors(self, vector_set: str, digests: Sequence[str]) -> Mapping[str, np.ndarray]:
        """The vectors of the texts that a set has of those asked for, by their digests."""
        return vectors_in(self.folder / ENGINE_FOLDER, vector_set, digests)


def read_older(folder: Path, identities: Mapping[str, str]) -> OlderSnapshot:
    """Read a snapshot of an older schema to the last byte.

    Args:
        folder: where it is.
        identities: those of today's encoders, by encoder; empty where one is off.

    Raises:
        SnapshotNewer: it is of a newer release.
        SnapshotStale: it has no vectors that can be taken over.
        SnapshotCorrupt, SnapshotMissing: it is damaged, or not there.
    """
    manifest = read_sealed(folder, _MANIFEST, check=_check_version)
    if manifest.engine != LOCAL:
        raise SnapshotStale(f"{folder} was built by an earlier release, for a server.")
    records = {ENCODER: manifest.encoder, MULTILINGUAL: manifest.multilingual}
    same = frozenset(
        encoder
        for encoder, record in records.items()
        if record is not None and record.identity == identities[encoder]
    )
    if not same:
        raise SnapshotStale(f"{folder} was built by an earlier release, with other encoders.")
    check_files(folder, manifest.files)
    older = OlderSnapshot(folder=folder, schema_version=manifest.schema_version, encoders=same)
    for one in VECTOR_SETS:
        older.known_vectors(one.name, ())  # nothing is begun with what cannot be read
    return older


def _check_version(path: Path, version: Any) -> None:
    check_not_newer(path, version)
    if not isinstance(version, int) or version < FIRST_VERSION:
        raise SnapshotStale(
            f"{path} has schema version {version!r}; vectors are read from {FIRST_VERSION} on."
        )
