"""What of the previous snapshot can be used again, and encoding what cannot.

Vectors are taken over by (id, digest of the passages, encoder): the id alone would
keep the vectors of an edited case, the digest alone could give a case those of
another. The exported encoder is taken over too when the encoder is the same.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from kb.encoders.multilingual import MultilingualEncoder
from kb.encoders.onnx_export import EXPORT_VERSION, export_encoder
from kb.encoders.sentence_transformer import ModelFiles, SentenceTransformerEncoder
from kb.engine.local.vectors import DenseIndex
from kb.model.cases import Hint, Passage
from kb.snapshots.format import ENCODER_FILES, ENCODER_FOLDER, CaseRecord, Snapshot
from kb.text.chunking import passages_digest


@dataclass(slots=True, kw_only=True)
class Encoding:
    """The encoding part of one build. The encoder is loaded when first needed.

    ``passages`` maps case ids to passages, in the order of the snapshot; ``hints`` are
    in theirs; ``sentences`` maps case ids to what of them is embedded alone;
    ``multilingual`` is the digest of the multilingual encoder, empty where it is off;
    ``encoded`` counts the passages that had to be encoded.
    """

    files: ModelFiles
    passages: Mapping[str, tuple[Passage, ...]]
    sentences: Mapping[str, tuple[str, ...]]
    hints: tuple[Hint, ...]
    previous: Snapshot | None
    multilingual: str
    batch_size: int
    progress: bool
    tell: Callable[[str], None]
    encoded: int = 0
    _loaded: list[SentenceTransformerEncoder] = field(default_factory=list)
    _multilingual_encoder: MultilingualEncoder | None = None

    def vectors(self) -> np.ndarray:
        """float32 of shape (n_passages, dimension), one row per passage in order."""
        previous = self.previous
        known = self._known(previous.index if previous and self._same_encoder() else None)
        self.encoded = self._n_missing(known)
        return _joined(known, self._passage_texts(), self._encode)

    def sentence_vectors(self) -> np.ndarray:
        """float32 of shape (n_sentences, dimension), one row per sentence, case by case."""
        previous = self.previous
        index = previous.sentences if previous and self._same_encoder() else None
        known = self._known(index, lambda record: record.n_sentences)
        return _joined(known, self.sentences, self._encode)

    def multilingual_vectors(self) -> np.ndarray:
        """The same by the multilingual encoder."""
        previous = self.previous
        record = previous.manifest.multilingual if previous else None
        same = record is not None and record.digest == self.multilingual
        known = self._known(previous.multilingual if previous and same else None)
        return _joined(known, self._passage_texts(), self._encode_multilingual)

    def hint_vectors(self) -> np.ndarray:
        """float32 of shape (n_hints, dimension), one row per hint in order."""
        known = self.previous.hints if self.previous and self._same_encoder() else None
        return self._joined_hints(known, self._encode)

    def multilingual_hint_vectors(self) -> np.ndarray:
        """The same by the multilingual encoder."""
        previous = self.previous
        record = previous.manifest.multilingual if previous else None
        same = record is not None and record.digest == self.multilingual
        known = previous.multilingual_hints if previous and same else None
        return self._joined_hints(known, self._encode_multilingual)

    def _joined_hints(
        self, index: DenseIndex | None, encode: Callable[[Sequence[str]], np.ndarray]
    ) -> np.ndarray:
        known = {}
        if self.previous is not None and index is not None:
            vectors = index.vectors(np.arange(len(index)))
            known = dict(
                zip((hint.text for hint in self.previous.content.hints), vectors, strict=True)
            )
        missing = list(dict.fromkeys(h.text for h in self.hints if h.text not in known))
        known |= dict(zip(missing, encode(missing), strict=True))
        return np.stack([known[hint.text] for hint in self.hints])

    def _encode_multilingual(self, texts: Sequence[str]) -> np.ndarray:
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        return self._loaded_multilingual().encode(texts)

    def _loaded_multilingual(self) -> MultilingualEncoder:
        if self._multilingual_encoder is None:
            self.tell("Encoding for other languages …")
            self._multilingual_encoder = MultilingualEncoder(threads=os.cpu_count() or 1)
        return self._multilingual_encoder

    def _n_missing(self, known: Mapping[str, np.ndarray]) -> int:
        return sum(len(ps) for case_id, ps in self.passages.items() if case_id not in known)

    def _passage_texts(self) -> dict[str, tuple[str, ...]]:
        return {
            case_id: tuple(passage.encoded_text for passage in passages)
            for case_id, passages in self.passages.items()
        }

    def write_encoder(self, staged: Path) -> None:
        """Put the query encoder into a staged snapshot: copied if it is the same, else exported."""
        folder = staged / ENCODER_FOLDER
        folder.mkdir()
        previous = self.previous
        if (
            previous is not None
            and self._same_encoder()
            and (previous.manifest.export_version == EXPORT_VERSION)
        ):
            for name in ENCODER_FILES:
                # Copied, not linked: damage to one file must not reach another snapshot.
                shutil.copyfile(previous.folder / name, staged / name)
            return
        encoder = self._encoder()
        self.tell("Exporting the query encoder …")
        export_encoder(encoder, folder)

    def _encoder(self) -> SentenceTransformerEncoder:
        if not self._loaded:
            self.tell(f"Loading the encoder {self.files.name} …")
            self._loaded.append(SentenceTransformerEncoder(self.files))
        return self._loaded[0]

    def _encode(self, texts: Sequence[str]) -> np.ndarray:
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        encoder = self._encoder()
        self.tell(f"Encoding {len(texts)} texts …")
        return encoder.encode_documents(texts, batch_size=self.batch_size, progress=self.progress)

    def _same_encoder(self) -> bool:
        previous = self.previous
        return previous is not None and previous.manifest.encoder.digest == self.files.digest

    def _known(
        self,
        index: DenseIndex | None,
        n_rows: Callable[[CaseRecord], int] = lambda record: record.n_passages,
    ) -> dict[str, np.ndarray]:
        """Vectors of ``index``, of the previous snapshot, by the cases that did not change."""
        previous = self.previous
        if previous is None or index is None:
            return {}
        known, start = {}, 0
        for case in previous.content.cases:
            record = previous.manifest.cases[case.id]
            passages = self.passages.get(case.id)
            if passages is not None and passages_digest(passages) == record.passages_digest:
                known[case.id] = index.vectors(np.arange(start, start + n_rows(record)))
            start += n_rows(record)
        return known


def _joined(
    known: Mapping[str, np.ndarray],
    texts: Mapping[str, tuple[str, ...]],
    encode: Callable[[Sequence[str]], np.ndarray],
) -> np.ndarray:
    """The vectors of every case's texts in order: those known, the others encoded."""
    missing = [text for case_id, own in texts.items() if case_id not in known for text in own]
    fresh = iter(encode(missing))
    rows = [
        known[case_id] if case_id in known else np.stack([next(fresh) for _ in own])
        for case_id, own in texts.items()
    ]
    return np.concatenate(rows)
