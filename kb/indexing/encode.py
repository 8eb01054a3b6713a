"""Encoding what no earlier snapshot has, and taking over what one has.

A vector is taken over by what the encoder read and by what decides the encoder's vectors: the
text of the same digest, by an encoder of the same identity. The exported encoder is taken
over too when that is the same.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from kb.encoders.multilingual import MultilingualEncoder
from kb.encoders.onnx_export import export_encoder
from kb.encoders.sentence_transformer import ModelFiles, SentenceTransformerEncoder
from kb.engine.base import VectorText
from kb.errors import Attempt, snapshot_error
from kb.indexing.plan import Plan
from kb.snapshots.format import ENCODER_FOLDER, Snapshot, open_snapshot, verify_snapshot
from kb.snapshots.vector_sets import ENCODER, MULTILINGUAL, PASSAGES, VECTOR_SETS, VectorSet


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """Every vector of a plan: for each vector set its texts, and a row for each of them.

    ``n_encoded`` counts the passages that had to be encoded; ``write_encoder`` writes the
    query encoder that belongs to the vectors into an empty folder.
    """

    vector_sets: Mapping[str, tuple[Sequence[VectorText], np.ndarray]]
    n_encoded: int
    write_encoder: Callable[[Path], None]


def encode(
    plan: Plan,
    earlier: Iterable[Path],
    *,
    batch_size: int,
    progress: bool,
    tell: Callable[[str], None],
    engine: str = "",
) -> Encoded:
    """Get the vectors of a plan.

    Args:
        plan: what is to be encoded.
        earlier: folders of snapshots; the first sound one gives what it has.
        batch_size: how many texts are encoded at once.
        progress: show a bar on standard error.
        tell: told in a sentence what is being done.
        engine: what ``KB_ENGINE`` is.

    Raises:
        EncoderUnavailable: an encoder that is needed cannot be loaded.
    """
    previous = _first_sound(earlier, tell, engine)
    encoders = _Encoders(files=plan.files, batch_size=batch_size, progress=progress, tell=tell)
    vector_sets, n_encoded = {}, 0
    for vector_set in VECTOR_SETS:
        owned = tuple(vector_set.texts(plan.content)) if plan.identities[vector_set.encoder] else ()
        if not owned:
            continue
        texts = [
            VectorText(owner=one.owner, ordinal=one.ordinal, digest=_digest(one.text))
            for one in owned
        ]
        by_digest = {text.digest: one.text for text, one in zip(texts, owned, strict=True)}
        known = _known(vector_set, by_digest, plan, previous)
        fresh = {digest: text for digest, text in by_digest.items() if digest not in known}
        if vector_set is PASSAGES:
            n_encoded = sum(text.digest in fresh for text in texts)
        encoded = encoders.encode(vector_set.encoder, list(fresh.values()))
        known |= dict(zip(fresh, encoded, strict=True))
        vector_sets[vector_set.name] = texts, np.stack([known[text.digest] for text in texts])

    def write_encoder(folder: Path) -> None:
        if previous is not None and _identity(previous, ENCODER) == plan.identities[ENCODER]:
            for name in previous.manifest.files_in(ENCODER_FOLDER):
                # Copied, not linked: damage to one file must not reach another snapshot.
                shutil.copyfile(previous.folder / name, folder / Path(name).name)
        else:
            encoders.export(folder)

    return Encoded(vector_sets=vector_sets, n_encoded=n_encoded, write_encoder=write_encoder)


def _first_sound(
    folders: Iterable[Path], tell: Callable[[str], None], engine: str
) -> Snapshot | None:
    for folder in folders:
        with Attempt() as attempt:
            verify_snapshot(folder)
            return open_snapshot(folder, engine=engine)
        what = snapshot_error(attempt.error, f"{folder} cannot be opened").what
        tell(f"Nothing is taken over from an earlier build: {what}")
    return None


def _identity(previous: Snapshot, encoder: str) -> str:
    """What decided the vectors of an encoder in an earlier snapshot; empty without it."""
    manifest = previous.manifest
    record = {ENCODER: manifest.encoder, MULTILINGUAL: manifest.multilingual}[encoder]
    return record.identity if record is not None else ""


def _known(
    vector_set: VectorSet, wanted: Mapping[str, str], plan: Plan, previous: Snapshot | None
) -> dict[str, np.ndarray]:
    """The vectors that an earlier snapshot has of the texts wanted, by their digest."""
    encoder = vector_set.encoder
    if previous is None or _identity(previous, encoder) != plan.identities[encoder]:
        return {}
    return dict(previous.engine.known_vectors(vector_set.name, list(wanted)))


@dataclass(frozen=True, kw_only=True)
class _Encoders:
    """The encoders of a plan, each of them loaded when first needed."""

    files: ModelFiles
    batch_size: int
    progress: bool
    tell: Callable[[str], None]

    def encode(self, encoder: str, texts: Sequence[str]) -> Sequence[np.ndarray]:
        if not texts:
            return ()
        if encoder == MULTILINGUAL:
            return self._multilingual.encode(texts)
        loaded = self._encoder
        self.tell(f"Encoding {len(texts)} texts …")
        return loaded.encode_documents(texts, batch_size=self.batch_size, progress=self.progress)

    def export(self, folder: Path) -> None:
        loaded = self._encoder
        self.tell("Exporting the query encoder …")
        export_encoder(loaded, folder)

    @cached_property
    def _encoder(self) -> SentenceTransformerEncoder:
        self.tell(f"Loading the encoder {self.files.name} …")
        return SentenceTransformerEncoder(self.files)

    @cached_property
    def _multilingual(self) -> MultilingualEncoder:
        self.tell("Encoding for other languages …")
        return MultilingualEncoder(threads=os.cpu_count() or 1)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
