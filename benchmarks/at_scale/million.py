"""The engine alone over made vectors, a million of them: what it finds, and how quickly.

Each document has five texts, as cases have passages. Half of the filters pass documents by
chance, half pass those that come nearest to one theme: they go with the content, which leads
an approximate index astray. What is found is compared with a scan of every vector.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from at_scale.queries import percentile
from kb.engine import base
from kb.engine.filters import EVERYTHING, Filter

#: Texts of a document, and of how many documents vectors are made at once.
TEXTS, _CHUNK = 5, 10_000
#: The shares of documents that pass a filter.
SHARES = (0.001, 0.01, 0.1, 0.5)
#: How far a text lies from the theme of its document, and how far by chance.
_OTHER, _CHANCE = 0.5, 0.6
_SET = "passages"
_BY_CHANCE, _BY_CONTENT = "sector", "project"
BEST = 10
#: What is aimed at under every filter: the share of the best ten that is found, the median time.
LEAST_RECALL, MOST_MS = 0.99, 10
#: So many filters are asked under: none, and each share in both ways.
FILTERS = 1 + 2 * len(SHARES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was found under one filter: ``share`` is None without a filter.

    Milliseconds by the clock on the wall, and half of the questions by the processor.
    """

    kind: str
    share: float | None
    passing: int
    recall: float
    p50: float
    p95: float
    processor: float

    @property
    def is_reached(self) -> bool:
        """Whether enough is found, and quickly enough."""
        return self.recall >= LEAST_RECALL and self.p50 <= MOST_MS


class MadeEngine:
    """Documents with vectors by seed, and the exact answer to any question on them."""

    def __init__(self, real: np.ndarray, n: int, *, seed: int = 1) -> None:
        """Make the vectors.

        Args:
            real: unit vectors of real texts, shape (n_real, dimension).
            n: how many vectors to make; ``n // TEXTS`` documents.
            seed: another one makes others.
        """
        self._chance = np.random.default_rng(seed)
        self.n_documents = n // TEXTS
        self.vectors = np.empty((self.n_documents * TEXTS, real.shape[1]), dtype=np.float32)
        for begin in range(0, self.n_documents, _CHUNK):
            n_here = min(_CHUNK, self.n_documents - begin)
            self.vectors[begin * TEXTS : (begin + n_here) * TEXTS] = self._made(real, n_here)
        theme = real[self._chance.integers(len(real))]
        self._order = {
            _BY_CHANCE: self._chance.permutation(self.n_documents),
            _BY_CONTENT: np.argsort(-self._nearest(theme), kind="stable"),
        }
        self.questions = self._moved(real[self._chance.integers(len(real), size=60)], 0.4)

    def write(self, writer: base.EngineWriter) -> None:
        """Give everything to an engine."""
        values: dict[str, list[tuple[str, ...]]] = {}
        for facet, order in self._order.items():
            ranks = np.empty(self.n_documents, dtype=np.int64)
            ranks[order] = np.arange(self.n_documents)
            passed = [ranks < round(share * self.n_documents) for share in SHARES]
            names = np.array([f"{share:g}" for share in SHARES])
            values[facet] = [tuple(names[list(one)]) for one in zip(*passed, strict=True)]
        for place in range(self.n_documents):
            facets = {facet: of_all[place] for facet, of_all in values.items()}
            writer.write(
                base.Document(id=self.id_of(place), words="", kind="network", facets=facets)
            )
        for begin in range(0, self.n_documents, _CHUNK):
            end = min(begin + _CHUNK, self.n_documents)
            texts = [
                base.VectorText(
                    owner=self.id_of(place), ordinal=text, digest=f"{place * TEXTS + text:064x}"
                )
                for place in range(begin, end)
                for text in range(TEXTS)
            ]
            writer.write_vectors(_SET, texts, self.vectors[begin * TEXTS : end * TEXTS])
        writer.publish()

    @cached_property
    def _scanned(self) -> np.ndarray:
        """How near each document comes to each question, by a scan of every vector."""
        return np.stack([self._nearest(vector) for vector in self.questions])

    def exact(self, question: int, kind: str, share: float | None) -> np.ndarray:
        """The documents that come nearest to a question under a filter."""
        nearest = self._scanned[question]
        allowed = np.arange(self.n_documents)
        if share is not None:
            allowed = np.sort(self._order[kind][: round(share * self.n_documents)])
        return allowed[np.argsort(-nearest[allowed], kind="stable")[:BEST]]

    @staticmethod
    def id_of(place: int) -> str:
        """The id of a document: in the order of the places."""
        return f"made/{place:09d}"

    def _nearest(self, unit: np.ndarray) -> np.ndarray:
        return (self.vectors @ unit).reshape(-1, TEXTS).max(axis=1)

    def _made(self, real: np.ndarray, n: int) -> np.ndarray:
        themes = np.repeat(real[self._chance.integers(len(real), size=n)], TEXTS, axis=0)
        others = real[self._chance.integers(len(real), size=len(themes))]
        return self._moved(themes + _OTHER * others, _CHANCE)

    def _moved(self, vectors: np.ndarray, by: float) -> np.ndarray:
        noise = self._chance.standard_normal(vectors.shape, dtype=np.float32)
        moved = vectors + by * noise / np.sqrt(vectors.shape[1], dtype=np.float32)
        return moved / np.linalg.norm(moved, axis=1, keepdims=True)


def measure(made: MadeEngine, engine: base.Engine, *, candidates: int) -> Iterator[Row]:
    """Recall of the best ten and the time of one question, filter by filter.

    Args:
        made: what was written.
        engine: what was opened.
        candidates: how many a search asks for before it looks at the evidence.
    """
    every: list[tuple[str, float | None]] = [("none", None)]
    every += [(kind, share) for kind in (_BY_CHANCE, _BY_CONTENT) for share in SHARES]
    for kind, share in every:
        within = EVERYTHING if share is None else Filter(facets={kind: (f"{share:g}",)})
        recalls, times, processors = [], [], []
        for number, vector in enumerate(made.questions):
            started, processor = time.perf_counter(), time.process_time()
            question = base.Question(
                vectors={_SET: vector}, parts=(base.Part(vector_sets=(_SET,), weight=1.0),)
            )
            asked = engine.ask(question)
            evidence = asked.evidence(asked.candidates(within=within, limit=candidates))
            best = evidence.rows[np.argsort(-evidence.cosines[_SET], kind="stable")[:BEST]]
            times.append((time.perf_counter() - started) * 1000)
            processors.append((time.process_time() - processor) * 1000)
            wanted = {made.id_of(place) for place in made.exact(number, kind, share).tolist()}
            recalls.append(len(wanted & {*engine.ids(best)}) / len(wanted))
        yield Row(
            kind={_BY_CHANCE: "by chance", _BY_CONTENT: "goes with the content"}.get(kind, kind),
            share=share,
            passing=engine.count(within),
            recall=sum(recalls) / len(recalls),
            p50=percentile(times, 0.5),
            p95=percentile(times, 0.95),
            processor=percentile(processors, 0.5),
        )


def local(made: MadeEngine, folder: Path) -> base.Engine:
    """The local engine over what was made, written and opened."""
    from kb.engine.local.engine import LocalEngine, LocalWriter

    made.write(LocalWriter(folder))
    return LocalEngine.open(folder)
