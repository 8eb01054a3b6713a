"""Encoding what no earlier snapshot has, and taking over what one has.

A vector is taken over by what the encoder read and by what decides the encoder's vectors: the
text of the same digest, by an encoder of the same identity. The exported encoder is taken
over too when that is the same.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from kb.encoders.multilingual import MultilingualEncoder
from kb.encoders.onnx_export import export_encoder
from kb.encoders.sentence_transformer import ModelFiles, SentenceTransformerEncoder
from kb.engine.base import EngineWriter, VectorText
from kb.indexing.identity import encoder_identity, multilingual_identity
from kb.snapshots.format import (
    ENCODER_FOLDER,
    Content,
    Snapshot,
    VectorSetRecord,
)
from kb.snapshots.vector_sets import ENCODER, MULTILINGUAL, PASSAGES, VECTOR_SETS, VectorSet


@dataclass(kw_only=True)
class Encoding:
    """The encoding part of one build. An encoder is loaded when first needed.

    ``multilingual`` is the digest of the multilingual encoder, empty where it is off;
    ``encoded`` counts the passages that had to be encoded.
    """

    files: ModelFiles
    multilingual: str
    previous: Snapshot | None
    batch_size: int
    progress: bool
    tell: Callable[[str], None]
    encoded: int = 0

    def write_vectors(
        self, content: Content, writer: EngineWriter
    ) -> Mapping[str, VectorSetRecord]:
        """Write every vector set that has texts, and say what each of them holds."""
        written = {}
        for vector_set in VECTOR_SETS:
            owned = tuple(vector_set.texts(content)) if self._identity(vector_set.encoder) else ()
            if not owned:
                continue
            texts = [
                VectorText(id=one.id, owner=one.owner, digest=_digest(one.text)) for one in owned
            ]
            known = self._known(vector_set, {text.digest for text in texts})
            fresh = {
                text.digest: one.text
                for text, one in zip(texts, owned, strict=True)
                if text.digest not in known
            }
            if vector_set is PASSAGES:
                self.encoded = sum(text.digest in fresh for text in texts)
            encoded = self._encode(vector_set.encoder, list(fresh.values()))
            known |= dict(zip(fresh, encoded, strict=True))
            vectors = np.stack([known[text.digest] for text in texts])
            writer.write_vectors(vector_set.name, texts, vectors)
            written[vector_set.name] = VectorSetRecord(
                n_texts=len(texts), dimension=vectors.shape[1]
            )
        return written

    def write_encoder(self, staged: Path) -> None:
        """Put the query encoder into a staged snapshot: copied if it is the same, else exported."""
        folder = staged / ENCODER_FOLDER
        folder.mkdir()
        previous = self.previous
        if previous is not None and self._identity_before(ENCODER) == self.identity:
            for name in previous.manifest.files_in(ENCODER_FOLDER):
                # Copied, not linked: damage to one file must not reach another snapshot.
                shutil.copyfile(previous.folder / name, staged / name)
            return
        encoder = self._loaded_encoder
        self.tell("Exporting the query encoder …")
        export_encoder(encoder, folder)

    @cached_property
    def identity(self) -> str:
        """What decides the vectors of the encoder."""
        return encoder_identity(self.files.digest)

    @cached_property
    def multilingual_identity(self) -> str:
        """The same of the multilingual encoder, empty where it is off."""
        return multilingual_identity(self.multilingual)

    def _identity(self, encoder: str) -> str:
        return {ENCODER: self.identity, MULTILINGUAL: self.multilingual_identity}[encoder]

    def _identity_before(self, encoder: str) -> str:
        """The same in the previous snapshot."""
        if self.previous is None:
            return ""
        manifest = self.previous.manifest
        records = {ENCODER: manifest.encoder, MULTILINGUAL: manifest.multilingual}
        record = records[encoder]
        return record.identity if record is not None else ""

    def _known(self, vector_set: VectorSet, wanted: set[str]) -> dict[str, np.ndarray]:
        """The vectors that the previous snapshot has of the texts wanted, by their digest."""
        encoder = vector_set.encoder
        if self.previous is None or self._identity_before(encoder) != self._identity(encoder):
            return {}
        engine = self.previous.engine
        texts = {text.digest: text.id for text in engine.texts(vector_set.name)}
        known = [digest for digest in texts if digest in wanted]
        if not known:
            return {}
        vectors = engine.vectors(vector_set.name, [texts[digest] for digest in known])
        return dict(zip(known, vectors, strict=True))

    def _encode(self, encoder: str, texts: Sequence[str]) -> Sequence[np.ndarray]:
        if not texts:
            return ()
        if encoder == MULTILINGUAL:
            return self._loaded_multilingual.encode(texts)
        loaded = self._loaded_encoder
        self.tell(f"Encoding {len(texts)} texts …")
        return loaded.encode_documents(texts, batch_size=self.batch_size, progress=self.progress)

    @cached_property
    def _loaded_encoder(self) -> SentenceTransformerEncoder:
        self.tell(f"Loading the encoder {self.files.name} …")
        return SentenceTransformerEncoder(self.files)

    @cached_property
    def _loaded_multilingual(self) -> MultilingualEncoder:
        self.tell("Encoding for other languages …")
        return MultilingualEncoder(threads=os.cpu_count() or 1)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
