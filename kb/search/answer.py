"""What a search answers: hits with their reasons, and counts beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np
from pydantic import Field

from kb.engine.base import Engine
from kb.engine.filters import Filter
from kb.model.cases import Case
from kb.search.query import NEWEST, Query
from kb.search.query_analysis import Analysis
from kb.text.mentions import Mention

#: The headings under which the editors' lines are quoted, as on the page of a case.
AUDIENCE_HEADING, ANSWERS_HEADING = "Whom it suits", "What it answers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a case is among the hits.

    ``kind`` is ``meaning`` (the passage nearest in meaning), ``word`` (the passage
    with most of the query's words), ``both``, or ``facet`` (the query names a value
    that the case has). ``words`` are the words that matched, as the case writes
    them; ``marks`` are their places in ``passage``, as (start, end).
    """

    kind: Annotated[
        str,
        Field(
            description="meaning: the passage nearest in meaning; word: the one with most of the "
            "query's words; both; facet: the query names a value that the case has, or, beside a "
            "case, both have it"
        ),
    ]
    passage: str = ""
    heading: str = ""
    words: Annotated[
        tuple[str, ...], Field(description="The words that matched, as the case writes them")
    ] = ()
    marks: Annotated[
        tuple[tuple[int, int], ...],
        Field(
            description="Where they stand in `passage`: start and end in characters, end not "
            "included"
        ),
    ] = ()
    facet: str = ""
    value: str = ""
    label: str = ""
    planned: Annotated[
        bool, Field(description="Whether the source tells of the value as an aim only")
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One ranked case. ``rank`` starts at 1 over all pages.

    ``score`` is the calibrated probability that the case answers the query, in
    (0, 1), higher is better. Without a calibration for the encoder it is the cosine
    of the query and the case's best passage, in [-1, 1]; when browsing it is 0.0.
    """

    case: Case
    score: float
    rank: int
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetCount:
    """One value of a facet beside an answer.

    ``count`` is the number of cases with this value in exactly the set that the
    answer reports as found. ``would_add`` is how many more cases would be found if
    this value were selected too: above 0 only in a facet with a selection whose
    values widen each other (OR); where a case must have all of them it is ``count``
    that says what one more would leave.
    """

    value: str
    label: str
    count: int
    selected: bool = False
    would_add: Annotated[
        int, Field(description="How many more would be found if it were selected too")
    ] = 0
    group: Annotated[
        str, Field(description="The heading that it stands under, empty without one")
    ] = ""


#: Where nothing is found at most so many cases are named that use the words all the same.
MOST_IN_PASSING = 5

#: Of a search with a text at most so many cases are found and counted, the best.
MOST_FOUND = 1_000

#: How a total goes with how many there are. Exact: so many. About: of the cases that were scored;
#: of all cases a few more or fewer would be found. More: than ``MOST_FOUND``.
EXACT, ABOUT, MORE = "exact", "about", "more"


@dataclass(frozen=True, kw_only=True, eq=False)
class FoundSet:
    """Every case that an answer found, by id, in no order of merit.

    ``rows`` are theirs in ``engine``, whose documents ``every`` has as cases, row by row.
    ``relation`` says whether these are all (``EXACT``, ``ABOUT``, ``MORE``). Two are equal that
    hold the same ids in the same relation.
    """

    rows: np.ndarray
    engine: Engine
    every: Sequence[Case]
    relation: str = EXACT

    def __len__(self) -> int:
        return len(self.rows)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FoundSet):
            return NotImplemented
        return self.relation == other.relation and self._ids == other._ids

    def __hash__(self) -> int:
        return hash((self.relation, self._ids))

    @property
    def is_cut(self) -> bool:
        """Whether more were found than these, the best."""
        return self.relation == MORE

    @property
    def _ids(self) -> tuple[str, ...]:
        return self.engine.ids(self.rows)

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """The cases, each of which is read."""
        return tuple(self.every[row] for row in self.rows.tolist())

    @property
    def n_dated(self) -> int:
        """How many of them name a year."""
        return int(np.isfinite(self.engine.keys(NEWEST, self.rows)).sum())

    def n_reporting(self, metric: str) -> int:
        """How many of them report a figure in a metric."""
        reporting = self.engine.figures(metric).rows  # in order, each as often as it has figures
        before = np.searchsorted(reporting, self.rows, side="left")
        return int((np.searchsorted(reporting, self.rows, side="right") > before).sum())

    def n_narrowed(self, facet: str, *values: str) -> int:
        """What the same search finds with any of some values more in a facet where values narrow.

        That is one without a selection, or, of one value, one of which all must be there.
        """
        return len(self.engine.matching(Filter(facets={facet: values}), self.rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """An answer: the found set, one page of it as hits, and counts over all of it.

    ``total`` is how many cases the found set holds, over which the counts are; the ``relation`` of
    ``found`` says how that goes with how many there are. Where it ``is_cut`` more were found, and
    these are the best ``MOST_FOUND``.
    ``answerable`` is the probability that the compendium answers the text at all, on which
    ``no_good_match`` is decided; None without a text or a calibration.
    ``repaired`` is the text that was searched instead, empty if the text was taken
    as it is; ``interpreted_as`` are the English terms that a text in another language was
    searched with, empty for English; ``mentions`` are the facet values that it names
    and that are not filtered by. ``reading`` is all that was read of the text, None without one.
    ``in_passing`` are, where nothing is found, the cases that use every word of the text in one
    of their passages, none of which is about it: at most ``MOST_IN_PASSING``, the best first,
    and neither counted nor found.
    """

    query: Query
    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetCount, ...]]
    no_good_match: bool
    snapshot_id: str
    answerable: float | None = None
    repaired: str = ""
    interpreted_as: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    reading: Analysis | None = None
    in_passing: tuple[Hit, ...] = ()
    found: FoundSet

    @property
    def is_cut(self) -> bool:
        """Whether more were found than are listed and counted."""
        return self.found.is_cut

    @property
    def pages(self) -> int:
        """How many pages the found set fills; at least 1."""
        return max(1, -(-self.total // self.query.per_page))

    @property
    def previous_page(self) -> int | None:
        """The number of the page before this one; None on the first, and beyond the last."""
        return self.query.page - 1 if 1 < self.query.page <= self.pages else None

    @property
    def next_page(self) -> int | None:
        """The number of the page after this one; None on the last, and beyond it."""
        return self.query.page + 1 if self.query.page < self.pages else None
