"""What an earlier snapshot has that need not be made again.

Of a case nothing is made again where its file, what was made of all cases together, and all
that decides what is made of it are the same. Where that is not so, vectors can still be taken
over: by the text of the same digest, by an encoder of the same identity. The exported encoder
is taken over too where that is the same. Both come from a snapshot of an older schema too, where
there is none of this one.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from kb.engine.choice import LOCAL, goes_on
from kb.errors import Attempt, snapshot_error
from kb.indexing.plan import Plan
from kb.snapshots.format import (
    ENCODER_FOLDER,
    RECORDS_FOLDER,
    CaseRecords,
    Snapshot,
    open_snapshot,
    read_case_records,
    read_manifest,
)
from kb.snapshots.names import NameIndex
from kb.snapshots.older import OlderSnapshot, read_older
from kb.snapshots.vector_sets import ENCODER, MULTILINGUAL, VectorSet
from kb.text.spelling import SpellingTable


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An earlier snapshot of which every byte was read, and what a plan takes over from it.

    ``older`` is there in place of ``snapshot`` where it is of an older schema: vectors and the
    exported encoder are all that is taken over of that. ``kept`` has the ids of the cases of which
    nothing is made again, with their rows there; ``identities`` are those of the encoders that are
    the same there. Without a snapshot there is nothing to take over.
    """

    snapshot: Snapshot | None = None
    older: OlderSnapshot | None = None
    kept: Mapping[str, int] = field(default_factory=dict)
    identities: frozenset[str] = frozenset()

    @cached_property
    def records(self) -> CaseRecords:
        """What it keeps of each case."""
        return read_case_records(self._folder / RECORDS_FOLDER)

    @property
    def _folder(self) -> Path:
        """Where it is.

        Raises:
            ValueError: there is none.
        """
        found = self.snapshot or self.older
        if found is None:
            raise ValueError("there is no earlier snapshot to take anything of")
        return found.folder

    @property
    def words(self) -> SpellingTable | None:
        """Its words, where they are looked up as the plan's are."""
        if self.snapshot is None or not self.kept:
            return None
        return self.snapshot.content.words

    @property
    def written_alike(self) -> Path | None:
        """Its folder, where its files are written as the plan's are."""
        return self._folder if self.words is not None else None

    @property
    def names(self) -> NameIndex | None:
        """Its names, where they are read as the plan's are."""
        if self.snapshot is None or not self.kept:
            return None
        return self.snapshot.content.names

    def known(self, vector_set: VectorSet, digests: Sequence[str]) -> Mapping[str, np.ndarray]:
        """The vectors that it has of some texts, by their digests."""
        if vector_set.encoder not in self.identities:
            return {}
        if self.snapshot is None:
            return self.older.known_vectors(vector_set.name, digests) if self.older else {}
        return self.snapshot.engine.known_vectors(vector_set.name, digests)

    @property
    def encoder_folder(self) -> Path | None:
        """Where the exported encoder is that the plan needs; None where that must be made."""
        return self._folder / ENCODER_FOLDER if ENCODER in self.identities else None

    def copy_encoder(self, folder: Path) -> None:
        """Copy the exported encoder into an empty folder."""
        for path in sorted((self._folder / ENCODER_FOLDER).iterdir()):
            # Copied, not linked: damage to one file must not reach another snapshot.
            shutil.copyfile(path, folder / path.name)


def find_earlier(
    plan: Plan,
    folders: Iterable[Path],
    tell: Callable[[str], None],
    *,
    others: Iterable[Path] = (),
    verify: Callable[[Path], object],
    engine: str = "",
) -> Earlier:
    """What the first sound snapshot of some folders has of a plan.

    Where there is none: what the first sound one of an older schema has that has vectors by an
    encoder of the plan.

    Args:
        plan: what is to be made.
        folders: those of the snapshots.
        tell: told what is wrong with one, and that one is of an older schema.
        others: the folders of the snapshots of other schemas.
        verify: reads one to the last byte.
        engine: what ``KB_ENGINE`` is.
    """
    snapshot = _first_sound(folders, tell, verify, engine)
    if snapshot is None:
        return _first_older(plan, others, tell)
    manifest = snapshot.manifest
    records = {ENCODER: manifest.encoder, MULTILINGUAL: manifest.multilingual}
    kept = {}
    if manifest.made_by == plan.made_by and goes_on(engine):
        made_of = read_case_records(snapshot.folder / RECORDS_FOLDER).made_of
        for row, case_id in enumerate(snapshot.content.compendium.by_id):
            if plan.made_of.get(case_id) == made_of[row].tobytes():
                kept[case_id] = row
    return Earlier(
        snapshot=snapshot,
        kept=kept,
        identities=frozenset(
            encoder
            for encoder, record in records.items()
            if record is not None and record.identity == plan.identities[encoder]
        ),
    )


def _first_sound(
    folders: Iterable[Path],
    tell: Callable[[str], None],
    verify: Callable[[Path], object],
    engine: str,
) -> Snapshot | None:
    for folder in folders:
        with Attempt() as attempt:
            verify(folder)
            # Where the engine is another one now, files still have what it had; a server that is
            # no longer named is not asked.
            is_local = read_manifest(folder).engine == LOCAL
            return open_snapshot(folder, engine="" if is_local else engine)
        _tell_of(attempt, folder, tell)
    return None


def _first_older(plan: Plan, folders: Iterable[Path], tell: Callable[[str], None]) -> Earlier:
    for folder in folders:
        with Attempt() as attempt:
            older = read_older(folder, plan.identities)
            tell(
                f"Vectors of the same encoder are taken over from {folder.name}, which an earlier "
                f"release built (schema version {older.schema_version})."
            )
            return Earlier(older=older, identities=older.encoders)
        _tell_of(attempt, folder, tell)
    return Earlier()


def _tell_of(attempt: Attempt, folder: Path, tell: Callable[[str], None]) -> None:
    """Tell why nothing comes of a snapshot."""
    what = snapshot_error(attempt.error, f"{folder} cannot be opened").what
    tell(f"Nothing is taken over from an earlier build: {what}")
