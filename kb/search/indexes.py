"""The indexes of a snapshot as the retriever takes them: each row with its case, and the links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kb.engine.local.case_vectors import CaseIndex
from kb.engine.local.vectors import DenseIndex
from kb.model.cases import Case
from kb.search.evidence import Encoders, Retriever
from kb.search.hint_table import HintTable
from kb.snapshots.format import Snapshot


def hint_table_of(snapshot: Snapshot) -> HintTable | None:
    """The hints of a snapshot, None where it has none."""
    if snapshot.hints is None:
        return None
    content = snapshot.content
    return HintTable(content.hints, content.cases, snapshot.hints, snapshot.multilingual_hints)


def retriever_of(snapshot: Snapshot, encoders: Encoders, hints: HintTable | None) -> Retriever:
    """A retriever over everything that a snapshot holds of its cases."""
    content = snapshot.content
    cases = content.cases
    column = {case.id: at for at, case in enumerate(cases)}
    counts = [snapshot.manifest.cases[case.id].n_sentences for case in cases]
    passages = np.array([column[p.case_id] for p in content.passages], dtype=np.int64)

    def indexed(index: DenseIndex | None, owner: np.ndarray) -> CaseIndex | None:
        return CaseIndex(index, owner, len(cases)) if index is not None else None

    return Retriever(
        n_cases=len(cases),
        passages=CaseIndex(snapshot.index, passages, len(cases)),
        sentences=indexed(snapshot.sentences, np.repeat(np.arange(len(cases)), counts)),
        suits=hints.suits if hints is not None and hints.has_cases else None,
        multilingual=indexed(snapshot.multilingual, passages),
        words=snapshot.words,
        encoders=encoders,
        table=content.glossary,
        links=_links(cases, column),
    )


def _links(cases: Sequence[Case], column: Mapping[str, int]) -> np.ndarray:
    """Which cases the editors link, in either direction: bool of shape (n_cases, n_cases)."""
    linked = np.zeros((len(cases), len(cases)), dtype=bool)
    for at, case in enumerate(cases):
        linked[at, [column[other] for other in case.related]] = True
    return linked | linked.T
