"""Encoding what no earlier snapshot has.

A vector is taken over by what the encoder read and by what decides the encoder's vectors: the
text of the same digest, by an encoder of the same identity. Where only few texts are left, the
exported encoder of an earlier snapshot makes their vectors, which starts in a moment; many are
encoded by the original, in batches.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from kb.encoders.multilingual import MultilingualEncoder
from kb.encoders.onnx import OnnxQueryEncoder
from kb.encoders.onnx_export import export_encoder
from kb.encoders.sentence_transformer import ModelFiles, SentenceTransformerEncoder
from kb.engine.base import VectorText
from kb.indexing.earlier import Earlier
from kb.indexing.make import Made, digest_of
from kb.indexing.plan import Plan
from kb.snapshots.vector_sets import MULTILINGUAL, PASSAGES, VECTOR_SETS

#: So many texts take the exported encoder less time than the original takes to be loaded.
FEW = 256


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """The vectors of what was made: for each vector set its texts, and a row for each of them.

    ``n_encoded`` counts the passages that had to be encoded; ``write_encoder`` writes the
    query encoder that belongs to the vectors into an empty folder.
    """

    vector_sets: Mapping[str, tuple[Sequence[VectorText], np.ndarray]]
    n_encoded: int
    write_encoder: Callable[[Path], None]


def encode(
    plan: Plan,
    earlier: Earlier,
    made: Made,
    *,
    batch_size: int,
    progress: bool,
    tell: Callable[[str], None],
) -> Encoded:
    """Get the vectors of what was made.

    Args:
        plan: of which snapshot.
        earlier: what is taken over.
        made: what was made, with its texts.
        batch_size: how many texts are encoded at once.
        progress: show a bar on standard error.
        tell: told in a sentence what is being done.

    Raises:
        EncoderUnavailable: an encoder that is needed cannot be loaded.
    """
    encoders = _Encoders(
        files=plan.files,
        exported=earlier.encoder_folder,
        batch_size=batch_size,
        progress=progress,
        tell=tell,
    )
    vector_sets, n_encoded = {}, 0
    for vector_set in VECTOR_SETS:
        owned = made.texts.get(vector_set.name, ())
        if not owned:
            continue
        texts = [
            VectorText(owner=one.owner, ordinal=one.ordinal, digest=digest_of(one.text))
            for one in owned
        ]
        by_digest = {text.digest: one.text for text, one in zip(texts, owned, strict=True)}
        known = dict(earlier.known(vector_set, list(by_digest)))
        fresh = {digest: text for digest, text in by_digest.items() if digest not in known}
        if vector_set is PASSAGES:
            n_encoded = sum(text.digest in fresh for text in texts)
        encoded = encoders.encode(vector_set.encoder, list(fresh.values()))
        known |= dict(zip(fresh, encoded, strict=True))
        vector_sets[vector_set.name] = texts, np.stack([known[text.digest] for text in texts])

    def write_encoder(folder: Path) -> None:
        if earlier.encoder_folder is not None:
            earlier.copy_encoder(folder)
        else:
            encoders.export(folder)

    return Encoded(vector_sets=vector_sets, n_encoded=n_encoded, write_encoder=write_encoder)


@dataclass(frozen=True, kw_only=True)
class _Encoders:
    """The encoders of a plan, each of them loaded when first needed.

    ``exported`` is the folder of the exported encoder, where an earlier snapshot has it.
    """

    files: ModelFiles
    exported: Path | None
    batch_size: int
    progress: bool
    tell: Callable[[str], None]

    def encode(self, encoder: str, texts: Sequence[str]) -> Sequence[np.ndarray]:
        if not texts:
            return ()
        if encoder == MULTILINGUAL:
            return self._multilingual.encode(texts)
        if len(texts) <= FEW and self._exported is not None:
            self.tell(f"Encoding {len(texts)} texts …")
            return [self._exported.encode_document(text) for text in texts]
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
    def _exported(self) -> OnnxQueryEncoder | None:
        if self.exported is None:
            return None
        encoder = OnnxQueryEncoder(self.exported, threads=os.cpu_count() or 1)
        return encoder if encoder.encodes_documents else None

    @cached_property
    def _multilingual(self) -> MultilingualEncoder:
        self.tell("Encoding for other languages …")
        return MultilingualEncoder(threads=os.cpu_count() or 1)
