"""Cases side by side as a page: the answer of ``kb.answers``, and ways to other cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.answers.addresses import Addresses
from kb.answers.cases import shared_values
from kb.answers.comparison import (
    ComparedResult,
    ComparisonAnswer,
    compared_cases,
    comparison_answer,
)
from kb.answers.figures import compared_figure
from kb.errors import QueryError
from kb.model.cases import Case
from kb.model.taxonomy import Taxonomy
from kb.results.comparison import LEAST, MOST, ComparedValue
from kb.search.searcher import Searcher
from kb.text.typography import curly
from web.core.lacking import unless_away
from web.core.params import VALUE, Read, Wrong, refuse_too_many
from web.ui.reasons import values_text

#: How many selects stand on a page where nothing is chosen, and how many cases are offered.
PLACES = 3
OFFERS = 4
#: Of many cases so many are taken for like one that is chosen.
COMPARED = 250
#: More cases are in no list to choose from; they are found by search, or named by their ids.
LISTED = 1_000
SEVERAL = "Several countries"
#: How far along the common scale a figure reaches is given in parts of this.
SCALE = 100
#: How many results of one metric stand open in a cell; one more is not worth folding.
RESULTS_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePage:
    """What the page shows.

    Attributes:
        cases: those that are chosen, none to five.
        answer: them side by side; None of fewer than two.
        choices: the cases to choose from by the heading of their country, by title; none
            where no more can be added, or where there are too many for a list.
        places: how many may be chosen at once.
        offers: the cases most like those chosen, each with what it shares with all of them.
        taxonomy: the vocabulary.
    """

    cases: tuple[Case, ...]
    answer: ComparisonAnswer | None
    choices: Sequence[tuple[str, Sequence[Case]]]
    places: int
    offers: Sequence[tuple[Case, str]]
    taxonomy: Taxonomy

    @property
    def is_full(self) -> bool:
        """Whether no more can be added."""
        return len(self.cases) == MOST

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the chosen cases."""
        return tuple(case.id for case in self.cases)

    def with_case(self, case: Case) -> tuple[str, ...]:
        """The ids of the chosen cases and of one more."""
        return (*self.ids, case.id)

    def without_case(self, case: Case) -> tuple[str, ...]:
        """The ids of the chosen cases but this one."""
        return tuple(one for one in self.ids if one != case.id)

    @property
    def has_bars(self) -> bool:
        """Whether any two figures stand on one scale."""
        metrics = self.answer.metrics if self.answer else ()
        results = (one for row in metrics for cell in row.cells for one in cell.results)
        return any(one.scale_end is not None for one in results)

    def bar(self, result: ComparedResult) -> tuple[float, float] | None:
        """Where a figure begins and ends on its scale in parts of ``SCALE``; None without one."""
        figure, end = result.comparable, result.scale_end
        if figure is None or end is None:
            return None
        low, high = (
            round(SCALE * one / end, 1) if end else 0.0 for one in (figure.low, figure.high)
        )
        return low, high

    def computed(self, result: ComparedResult) -> str:
        """The figure that the scale takes where it is our arithmetic; to one decimal."""
        figure = result.comparable
        if figure is None or not figure.converted:
            return ""
        return compared_figure(result, figure, self.taxonomy).text

    def shared_by(self, value: ComparedValue) -> str:
        """How many of the cases have a value; empty where all do."""
        if value.n == len(self.cases):
            return ""
        return "only here" if value.n == 1 else f"{value.n} of {len(self.cases)}"

    def shown_first(self, results: Sequence[ComparedResult]) -> int:
        """How many results of a cell stand open: a few all, of many the first ones."""
        n = len(results)
        return n if n <= RESULTS_SHOWN + 1 else RESULTS_SHOWN


def compare_page(searcher: Searcher, cases: tuple[Case, ...], addresses: Addresses) -> ComparePage:
    """Gather the page of some cases, none to five; side by side if they are two or more."""
    is_full, held = len(cases) == MOST, searcher.compendium.holdings.cases
    return ComparePage(
        cases=cases,
        answer=comparison_answer(searcher, cases, addresses) if len(cases) >= LEAST else None,
        choices=() if is_full or held.n > LISTED else _choices(searcher, cases),
        places=1 if cases else PLACES,
        offers=unless_away(lambda: _offers(searcher, cases), []) if cases and not is_full else (),
        taxonomy=searcher.taxonomy,
    )


def read_cases(read: Read, searcher: Searcher) -> tuple[tuple[Case, ...], Read]:
    """The cases of an address as far as they are understood, and what is wrong with the others.

    Raises:
        QueryError: more parts of it are not understood than are told one by one.
    """
    chosen: dict[str, Case] = {}  # one that was moved may be given by either id
    wrong = list(read.wrong)
    for case_id in read.values["id"]:
        try:
            chosen |= {case.id: case for case in compared_cases(searcher, [case_id])}
        except QueryError as err:
            wrong.append(Wrong(rule=VALUE, error=err, given=case_id, nearest=err.allowed))
            refuse_too_many(wrong)
    cases = tuple(chosen.values())
    try:
        compared_cases(searcher, chosen)
    except QueryError as err:
        instead = "They are compared here."
        wrong.append(Wrong(rule=VALUE, error=err, given="", instead=instead))
    return cases[:MOST], replace(read, wrong=tuple(wrong))


def _offers(searcher: Searcher, cases: Sequence[Case]) -> list[tuple[Case, str]]:
    """The cases most like those chosen, by the sum of their likeness to each; best first."""
    chosen = [case.id for case in cases]
    likeness: dict[str, float] = {}
    for case_id in chosen:
        for hit in searcher.similar(case_id, k=COMPARED):
            likeness[hit.case.id] = likeness.get(hit.case.id, 0.0) + hit.score
    ranked = sorted(set(likeness) - set(chosen), key=lambda one: (-likeness[one], one))
    offered = (searcher.case(case_id) for case_id in ranked[:OFFERS])
    return [(case, _shared_by_all(cases, case, searcher.taxonomy)) for case in offered]


def _shared_by_all(cases: Sequence[Case], case: Case, taxonomy: Taxonomy) -> str:
    shared = [
        why
        for why in shared_values(cases[0], case, taxonomy)
        if all(why.value in other.facets.get(why.facet, ()) for other in cases)
    ]
    return values_text(shared, taxonomy)


def _choices(searcher: Searcher, without: Sequence[Case]) -> list[tuple[str, list[Case]]]:
    by_heading: dict[str, list[Case]] = {}
    for case in searcher.listed(searcher.reporting):
        if case not in without:
            codes = case.facets["country"]
            heading = SEVERAL if len(codes) != 1 else searcher.taxonomy.label("country", codes[0])
            by_heading.setdefault(heading, []).append(case)
    headings = sorted(by_heading, key=lambda heading: (heading == SEVERAL, heading))
    return [
        (heading, sorted(by_heading[heading], key=lambda case: curly(case.title).casefold()))
        for heading in headings
    ]
