"""Which cases an answer on outcomes is about: those of a search, or a firm's role models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kb.engine.filters import Filter
from kb.guidance.profile import Profile
from kb.guidance.role_models import role_models
from kb.model.cases import Case
from kb.search.answer import EXACT
from kb.search.found_set import found_set
from kb.search.query import Query
from kb.search.searcher import Listed, Searcher

#: Of more cases so many are read: of those that report something, evenly spread over all.
MOST_READ = 1_000
#: So many of the cases that report nothing are named.
MOST_SILENT = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedCounts:
    """What is known of a selection of which not every case is read, guides left out.

    Attributes:
        n_cases: how many cases it has.
        n_reporting: how many report any result.
        n_with_figures: how many report a figure.
        by_kind: by kind how many there are.
        by_metric: by metric, and then by kind, how many report it.
        silent: the ids of the first that report nothing.
    """

    n_cases: int
    n_reporting: int
    n_with_figures: int
    by_kind: Mapping[str, int]
    by_metric: Mapping[str, Mapping[str, int]]
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The cases of a selection in no order of merit, and what selected them.

    ``profile`` is empty where a search did; ``query`` then holds its words. ``cases`` are those
    that are read: all of them, or, where ``counts`` is there, ``MOST_READ`` of those that report
    something in ``metric``, if that is given, or anything. ``relation``
    says how many the words find beside those that are selected (``kb.search.answer``).
    """

    query: Query
    profile: Profile
    cases: Sequence[Case]
    counts: SelectedCounts | None = None
    metric: str = ""
    relation: str = EXACT


def of_query(query: Query, searcher: Searcher, metric: str = "") -> Selection:
    """Everything that a search finds; which page of it was asked for, and its order, go.

    Args:
        query: what is searched.
        searcher: what is searched in.
        metric: where more is found than is read, read what reports in this metric.
    """
    query = whole(query)
    found = found_set(query, searcher)
    if len(found) <= MOST_READ:
        return Selection(
            query=query,
            profile=Profile(),
            cases=Listed(searcher.cases, found.rows),
            relation=found.relation,
        )
    rows = searcher.engine.matching(searcher.reporting, found.rows)
    reporting, with_figures = _reporting(searcher, rows, metric)
    chosen = _spread(with_figures, MOST_READ)
    words = np.setdiff1d(reporting, with_figures, assume_unique=True)
    chosen = np.union1d(chosen, _spread(words, MOST_READ - len(chosen)))
    return Selection(
        query=query,
        profile=Profile(),
        cases=Listed(searcher.cases, chosen),
        counts=_counts(searcher, rows),
        metric=metric,
        relation=found.relation,
    )


def _reporting(searcher: Searcher, rows: np.ndarray, metric: str) -> tuple[np.ndarray, np.ndarray]:
    """Of some cases the rows that report something, and those that report a figure."""
    metrics = (metric,) if metric else searcher.taxonomy["metrics"].ids
    engine, asked = searcher.engine, Filter(facets={"results": tuple(metrics)})
    figures = [engine.figures(one).rows for one in metrics]
    with_figures = np.intersect1d(rows, np.concatenate(figures)) if figures else rows[:0]
    return engine.matching(asked, rows) if metrics else rows[:0], with_figures


def _spread(rows: np.ndarray, most: int) -> np.ndarray:
    """At most so many of some rows, as evenly spread over them as can be."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, max(most, 0)).astype(np.int64)]


def _counts(searcher: Searcher, rows: np.ndarray) -> SelectedCounts:
    engine, kinds = searcher.engine, searcher.taxonomy.reporting
    reporting, with_figures = _reporting(searcher, rows, "")
    silent = np.setdiff1d(rows, reporting, assume_unique=True)[:MOST_SILENT]
    by_metric: dict[str, dict[str, int]] = {}
    for kind in kinds:
        counted = engine.counts(Filter(kinds=(kind.id,)), rows).get("results", {})
        for metric, n in counted.items():
            by_metric.setdefault(metric, {})[kind.id] = n
    return SelectedCounts(
        n_cases=len(rows),
        n_reporting=len(reporting),
        n_with_figures=len(with_figures),
        by_kind={kind.id: len(engine.matching(Filter(kinds=(kind.id,)), rows)) for kind in kinds},
        by_metric=by_metric,
        silent=engine.ids(silent),
    )


def of_profile(profile: Profile, query: Query, searcher: Searcher) -> Selection:
    """The role models of a firm, at most ten."""
    models = role_models(searcher, profile, query).models
    return Selection(query=query, profile=profile, cases=tuple(model.case for model in models))


def whole(query: Query) -> Query:
    """A query without what only says which page of the answer is shown."""
    plain = Query()
    return replace(query, page=plain.page, per_page=plain.per_page, sort=plain.sort)
