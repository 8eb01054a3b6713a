"""How good the search is on a test collection that somebody else judged.

A collection goes through the same passages, encoders, glossary and fusion as the compendium, by
the weights of the compendium; it has no calibration of its own and no thresholds, so every
document is ranked. Encoding is what takes time, so each text is encoded once: its vector is kept
in the index folder, and found again by the digest of the text.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from kb.engine.base import Document, VectorText, best_rows
from kb.engine.local.engine import LocalEngine, LocalWriter
from kb.indexing.journal import Journal
from kb.indexing.texts import digest_of
from kb.model.calibration import Calibration
from kb.model.relevance import Report
from kb.model.word_table import WordTable
from kb.quality.calibrate import common_of
from kb.quality.collection import CollectionDocument, TestCollection
from kb.quality.evaluate import DEPTH, SYSTEMS, Progress, group_figures, rank_fusion
from kb.search.evidence import Encoders, Evidence, Retriever
from kb.search.query_analysis import Analyser
from kb.search.scoring import scores
from kb.snapshots.vector_sets import PASSAGES, PASSAGES_MULTILINGUAL
from kb.text.chunking import pieces_of

#: The folder beside the snapshots in which vectors of collections are kept.
KEPT_FOLDER = ".collections"
#: So many texts are encoded between two looks at what is kept and at the bar.
_AT_ONCE = 128

#: Turns texts into vectors, float32 of shape (len(texts), dimension).
Encode = Callable[[Sequence[str]], np.ndarray]


class EncodesDocuments(Protocol):
    """An encoder that takes one text at a time, on one thread."""

    def encode_document(self, text: str) -> np.ndarray:
        """One text that is searched to float32 of shape (dimension,)."""
        ...


def on_every_core(encoder: EncodesDocuments) -> Encode:
    """Encode several texts at once by an encoder that runs one on a thread."""
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()

    def encode(texts: Sequence[str]) -> np.ndarray:
        with ThreadPoolExecutor(n_cores or 1) as pool:
            return np.stack(list(pool.map(encoder.encode_document, texts)))

    return encode


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVectors:
    """An encoder of texts whose vectors are kept.

    ``identity`` is what decides them; ``folder`` is where they are kept, None for nowhere.
    """

    encode: Encode
    identity: str = ""
    folder: Path | None = None

    def of(self, texts: Sequence[str], progress: Progress, what: str) -> np.ndarray:
        """The vectors of some texts, in their order; each is kept as soon as it is made.

        Args:
            texts: at least one.
            progress: shows how far it is.
            what: is being done.
        """
        by_digest = {digest_of(text): text for text in texts}
        journal = None
        if self.folder is not None:
            with suppress(OSError):  # then nothing is kept
                self.folder.mkdir(parents=True, exist_ok=True)
            journal = Journal(self.folder, self.identity)
        known = dict(journal.read(by_digest)) if journal is not None else {}
        # Those of one length go well together; long ones first, so that the bar does not lie.
        missing = sorted(
            by_digest.keys() - known.keys(), key=lambda one: (-len(by_digest[one]), one)
        )
        parts = [missing[at : at + _AT_ONCE] for at in range(0, len(missing), _AT_ONCE)]
        for part in progress(parts, what) if parts else ():
            vectors = self.encode([by_digest[digest] for digest in part])
            if journal is not None:
                journal.add(part, vectors)
            known |= dict(zip(part, vectors, strict=True))
        return np.stack([known[digest_of(text)] for text in texts])


def kept_in(index: Path, folder: Path) -> Path:
    """Where the vectors of the collection in a folder are kept, in the folder of the snapshots."""
    return index / KEPT_FOLDER / hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]


def evaluate_collection(
    collection: TestCollection,
    encoders: Encoders,
    passages: KeptVectors,
    calibration: Calibration,
    *,
    multilingual: KeptVectors | None = None,
    table: WordTable | None = None,
    progress: Progress,
) -> Report:
    """Evaluate the search on a collection, by the weights of the compendium.

    Args:
        collection: what to search, for what.
        encoders: those of the snapshot.
        passages: encodes passages with the encoder, as a build does.
        calibration: its weights are used; nothing is set for the collection. What texts have in
            common, if anything is taken from queries for that, is that of the collection.
        multilingual: encodes passages with the multilingual encoder. The order of English needs
            none, so it is used only where a query is in another language.
        table: words of other languages in English, those of the snapshot.
        progress: shows how far it is.
    """
    translates = encoders.multilingual is not None
    analyser = Analyser(table=table or WordTable(), translates=translates)
    asked = {query_id: analyser.analyse(text) for query_id, text in collection.queries.items()}
    encoded = [(PASSAGES.name, passages, "encoding")]
    if multilingual is not None and not all(one.english for one in asked.values()):
        encoded.append((PASSAGES_MULTILINGUAL.name, multilingual, "other languages"))
    runs: dict[str, dict[str, list[tuple[str, float]]]] = {name: {} for name in SYSTEMS}
    with tempfile.TemporaryDirectory() as folder:
        engine = _engine(collection.documents, encoded, Path(folder), progress)
        if calibration.common:
            calibration = replace(calibration, common=common_of(engine))
        retriever = Retriever(engine, encoders, analyser, calibration=calibration)
        for query_id, text in progress(collection.queries.items(), "searching"):
            evidence = retriever.evidence(asked[query_id])
            runs["fused"][query_id] = _ranked(evidence, scores(evidence, calibration))
            runs["words"][query_id] = retriever.words(text, DEPTH)
            runs["meaning"][query_id] = retriever.meaning(text, DEPTH)
            runs["rank fusion"][query_id] = rank_fusion(
                [runs["words"][query_id], runs["meaning"][query_id]]
            )
    return Report(
        name=collection.name,
        split="",
        snapshot="",
        groups=(group_figures("all", collection.qrels, runs),),
        refusal=None,
        worst=(),
        judged=collection.judged,
        n_documents=len(collection.documents),
    )


def _engine(
    documents: Sequence[CollectionDocument],
    encoded: Iterable[tuple[str, KeptVectors, str]],
    folder: Path,
    progress: Progress,
) -> LocalEngine:
    """The documents with the vectors of their passages, by each of some encoders."""
    writer = LocalWriter(folder)
    texts: list[str] = []
    owned: list[VectorText] = []
    for document in documents:
        pieces = pieces_of(document.text) or [document.title or "-"]
        for ordinal, piece in enumerate(pieces):
            texts.append(f"{document.title}\n{piece}" if document.title else piece)
            owned.append(
                VectorText(owner=document.id, ordinal=ordinal, digest=digest_of(texts[-1]))
            )
        writer.write(Document(id=document.id, words=f"{document.title}\n{document.text}"))
    for name, vectors, what in encoded:
        writer.write_vectors(name, owned, vectors.of(texts, progress, what))
    writer.publish()
    return LocalEngine.open(folder)


def _ranked(evidence: Evidence, values: np.ndarray) -> list[tuple[str, float]]:
    places = best_rows(values, DEPTH)
    ids = evidence.engine.ids(evidence.rows[places])
    return list(zip(ids, values[places].tolist(), strict=True))
