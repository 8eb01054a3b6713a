"""How good the search is: exactly what the site does, against words and meaning alone.

The compendium's judged queries go through ``Searcher.search``, repair, thresholds
and all. Words alone (BM25) and meaning alone (the default encoder) get the queries as
they were typed, whatever their language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from kb.model.relevance import (
    Band,
    Found,
    Group,
    Refusal,
    Reliability,
    Report,
    Worst,
)
from kb.quality.judged import JudgedQuery
from kb.quality.measure import MEASURES, Qrels, Run, figure, p_value, per_query
from kb.search.query import MAX_PER_PAGE, Query
from kb.search.searcher import Searcher

SYSTEMS = ("fused", "rank fusion", "words", "meaning")
DEPTH = 100

#: Reciprocal rank fusion: one divided by this and the rank, summed over the lists that are
#: fused (Cormack, Clarke and Buettcher, SIGIR 2009).
_RANK_CONSTANT = 60
#: Where the bands end whose scores are compared with the share of relevant cases.
_BANDS = (0.1, 0.3, 0.5, 0.7, 0.9, 1.0)


class Judged(Protocol):
    """What was asked, with its judgments; none where nothing in the compendium answers it."""

    @property
    def id(self) -> str:
        """By which it is named."""
        ...

    @property
    def relevance(self) -> Mapping[str, int]:
        """Ids of cases to grades above 0."""
        ...


#: Wraps an iterable of known length to show progress.
Progress = Callable[[Iterable, str], Iterable]


def evaluate_judged(
    searcher: Searcher, judged: Sequence[JudgedQuery], *, split: str, progress: Progress
) -> Report:
    """Evaluate the site's search on judged queries of the compendium; ``split`` names them."""
    runs: dict[str, dict[str, list[tuple[str, float]]]] = {name: {} for name in SYSTEMS}
    refused, scored = {}, {}
    for query in progress(judged, "searching"):
        result = searcher.search(Query(text=query.text, per_page=MAX_PER_PAGE))
        refused[query.id] = result.no_good_match
        scored[query.id] = searcher.found_scores(query.text)
        runs["fused"][query.id] = [(hit.case.id, hit.score) for hit in result.hits]
        runs["words"][query.id] = searcher.retriever.words(query.text, DEPTH)
        runs["meaning"][query.id] = searcher.retriever.meaning(query.text, DEPTH)
        runs["rank fusion"][query.id] = rank_fusion(
            [runs["words"][query.id], runs["meaning"][query.id]]
        )
    texts = {query.id: query.text for query in judged}
    groups = _groups([query for query in judged if query.relevance])
    return Report(
        name="judged queries",
        split=split,
        snapshot=searcher.snapshot_id,
        collection=searcher.manifest.collection,
        found=found_figures(judged, scored),
        reliability=reliability(judged, scored),
        **measured(judged, texts, runs, refused, groups),
    )


def rank_fusion(lists: Iterable[Sequence[tuple[str, float]]]) -> list[tuple[str, float]]:
    """Ranked lists as one, by their ranks alone; equal ones by id."""
    sums: dict[str, float] = {}
    for ranked in lists:
        for rank, (case_id, _) in enumerate(ranked, 1):
            sums[case_id] = sums.get(case_id, 0.0) + 1 / (_RANK_CONSTANT + rank)
    return sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))[:DEPTH]


def found_figures(judged: Sequence[Judged], found: Mapping[str, Mapping[str, float]]) -> Found:
    """How good what is found is; a query that is refused counts elsewhere."""
    rows = [
        (len(cases), len(cases.keys() & query.relevance.keys()), len(query.relevance))
        for query in judged
        if query.relevance and (cases := found[query.id])
    ]
    n = len(rows)
    return Found(
        n=n,
        size=sum(size for size, _, _ in rows) / n if n else 0.0,
        precision=sum(hits / size for size, hits, _ in rows) / n if n else 0.0,
        recall=sum(hits / relevant for _, hits, relevant in rows) / n if n else 0.0,
    )


def reliability(judged: Sequence[Judged], found: Mapping[str, Mapping[str, float]]) -> Reliability:
    """Whether the scores of what is found are probabilities, over all queries."""
    pairs = np.array(
        [
            (score, case_id in query.relevance)
            for query in judged
            for case_id, score in found[query.id].items()
        ],
        dtype=np.float64,
    ).reshape(-1, 2)
    bands, low = [], 0.0
    for high in _BANDS:
        inside = (pairs[:, 0] >= low) & ((pairs[:, 0] < high) | (high == _BANDS[-1]))
        if inside.any():
            score, relevant = pairs[inside].mean(axis=0).tolist()
            n = int(inside.sum())
            bands.append(Band(low=low, high=high, n=n, score=score, relevant=relevant))
        low = high
    total = sum(band.n for band in bands)
    error = sum(band.n * abs(band.score - band.relevant) for band in bands)
    return Reliability(bands=tuple(bands), error=error / total if total else 0.0)


def measured(
    judged: Sequence[Judged],
    texts: Mapping[str, str],
    runs: Mapping[str, Run],
    refused: Mapping[str, bool],
    groups: Mapping[str, Sequence[Judged]],
) -> dict[str, Any]:
    """The figures of a report on judged queries or profiles.

    Args:
        judged: those that were asked.
        texts: what each of them says, by id.
        runs: system to id to the first cases with their scores; the first is the site's.
        refused: whether the site answered with nothing, by id.
        groups: name to some of those that have an answer; a group of none is left out.
    """
    answerable = [item for item in judged if item.relevance]
    negative = [item for item in judged if not item.relevance]
    qrels = {item.id: item.relevance for item in answerable}
    return {
        "groups": tuple(
            group_figures(name, {item.id: item.relevance for item in members}, runs)
            for name, members in groups.items()
            if members
        ),
        "refusal": Refusal(
            n_negative=len(negative),
            negative_refused=_share(refused[item.id] for item in negative),
            n_answerable=len(answerable),
            answerable_refused=_share(refused[item.id] for item in answerable),
        ),
        "worst": worst_of(qrels, texts, runs[next(iter(runs))]),
    }


def _groups(judged: Sequence[JudgedQuery]) -> dict[str, list[JudgedQuery]]:
    plain = [query for query in judged if query.kind == "plain"]
    english = [query for query in plain if query.language == "en"]
    groups = {
        "all": list(judged),
        "English": english,
        "other languages": [query for query in plain if query.language != "en"],
        "typing errors": [query for query in judged if query.kind == "typo"],
    }
    for persona in dict.fromkeys(query.persona for query in english):
        groups[f"English, {persona}"] = [q for q in english if q.persona == persona]
    for language in sorted({query.language for query in plain} - {"en"}):
        groups[f"language {language}"] = [q for q in plain if q.language == language]
    return groups


def group_figures(name: str, qrels: Qrels, runs: Mapping[str, Run]) -> Group:
    """Measure every system on one set of queries; the others are tested against the first."""
    first = next(iter(runs))
    values = {system: per_query({q: run[q] for q in qrels}, qrels) for system, run in runs.items()}
    ndcg = {system: list(measured["nDCG@10"].values()) for system, measured in values.items()}
    return Group(
        name=name,
        n=len(qrels),
        figures={
            system: {m: figure(list(measured[m].values())) for m in MEASURES}
            for system, measured in values.items()
        },
        p={
            system: p_value(ndcg[first], values_of)
            for system, values_of in ndcg.items()
            if system != first
        },
    )


def worst_of(qrels: Qrels, texts: Mapping[str, str], run: Run, most: int = 10) -> tuple[Worst, ...]:
    """The queries that a run answers worst by nDCG@10, worst first, equal ones by id."""
    ndcg = per_query({q: run[q] for q in qrels}, qrels)["nDCG@10"]
    worst = []
    for query_id in sorted(ndcg, key=lambda q: (ndcg[q], q))[:most]:
        first = {case_id for case_id, _ in run[query_id][:10]}
        best = [case_id for case_id, grade in qrels[query_id].items() if grade == 2]
        missed = tuple(case_id for case_id in best if case_id not in first)
        text = texts[query_id]
        worst.append(Worst(id=query_id, text=text, ndcg=ndcg[query_id], missed=missed))
    return tuple(worst)


def _share(values: Iterable[bool]) -> float:
    values = list(values)
    return sum(values) / len(values) if values else 0.0
