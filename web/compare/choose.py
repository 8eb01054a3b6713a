"""Which cases are to be compared: reading the address, and offering to choose others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kb.answers.cases import shared_values
from kb.answers.comparison import compared_cases
from kb.errors import QueryError
from kb.model.cases import Case
from kb.model.taxonomy import Taxonomy
from kb.results.comparison import MOST
from kb.search.answer import Reason
from kb.search.searcher import Searcher
from web.core.params import VALUE, Read, Wrong
from web.core.urls import compare_url
from web.ui.reasons import values_text
from web.words.typography import curly

#: How many selects stand on a page where nothing is chosen, and how many cases are offered.
PLACES = 3
OFFERS = 4
SEVERAL = "Several countries"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionGroup:
    """The cases of one country to choose from: (id, title), by title."""

    label: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """A form to choose cases.

    ``kept`` are the ids that stay; ``places`` counts the selects.
    """

    groups: tuple[OptionGroup, ...]
    kept: tuple[str, ...] = ()
    places: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOffer:
    """A case that may be added; ``shared`` is what it has in common with all that are chosen."""

    url: str
    title: str
    where: str
    shared: str


def read_cases(read: Read, searcher: Searcher) -> tuple[tuple[Case, ...], Read]:
    """The cases of an address as far as they are understood, and what is wrong with the others."""
    found: list[Case] = []
    wrong = list(read.wrong)
    for case_id in read.values["id"]:
        try:
            found += compared_cases(searcher, [case_id])
        except QueryError as err:
            wrong.append(Wrong(rule=VALUE, error=err, given=case_id, nearest=err.allowed))
    try:
        compared_cases(searcher, [case.id for case in found])
    except QueryError as err:
        instead = "They are compared here."
        wrong.append(Wrong(rule=VALUE, error=err, given="", instead=instead))
    return tuple(found[:MOST]), replace(read, wrong=tuple(wrong))


def choosing(searcher: Searcher, cases: Sequence[Case] = ()) -> Choosing | None:
    """The form that adds to the chosen cases; None where no more can be added."""
    if len(cases) == MOST:
        return None
    kept = tuple(case.id for case in cases)
    return Choosing(
        groups=_groups(searcher, kept),
        kept=kept,
        places=1 if kept else PLACES,
    )


def case_offers(searcher: Searcher, cases: Sequence[Case]) -> tuple[CaseOffer, ...]:
    """The cases most like those chosen, by the sum of their likeness to each; best first."""
    if not cases or len(cases) == MOST:
        return ()
    chosen = [case.id for case in cases]
    likeness: dict[str, float] = {}
    for case_id in chosen:
        for hit in searcher.similar(case_id, k=len(searcher.cases)):
            likeness[hit.case.id] = likeness.get(hit.case.id, 0.0) + hit.score
    ranked = sorted(set(likeness) - set(chosen), key=lambda one: (-likeness[one], one))
    found = (searcher.case(case_id) for case_id in ranked[:OFFERS])
    return tuple(
        CaseOffer(
            url=compare_url((*chosen, case.id)),
            title=curly(case.title),
            where=where(case, searcher.taxonomy),
            shared=values_text(_shared_by_all(cases, case, searcher.taxonomy), searcher.taxonomy),
        )
        for case in found
    )


def where(case: Case, taxonomy: Taxonomy) -> str:
    """The countries of a case in one line."""
    return ", ".join(taxonomy.label("country", code) for code in case.facets["country"])


def _shared_by_all(cases: Sequence[Case], case: Case, taxonomy: Taxonomy) -> list[Reason]:
    return [
        why
        for why in shared_values(cases[0], case, taxonomy)
        if all(why.value in other.facets.get(why.facet, ()) for other in cases)
    ]


def _groups(searcher: Searcher, without: Iterable[str] = ()) -> tuple[OptionGroup, ...]:
    left_out = set(without)
    groups: dict[str, list[tuple[str, str]]] = {}
    for case in searcher.cases:
        if not case.is_guide and case.id not in left_out:
            codes = case.facets["country"]
            label = where(case, searcher.taxonomy) if len(codes) == 1 else SEVERAL
            groups.setdefault(label, []).append((case.id, curly(case.title)))
    names = sorted(groups, key=lambda label: (label == SEVERAL, label))
    by_title = {name: sorted(groups[name], key=lambda one: one[1].casefold()) for name in names}
    return tuple(OptionGroup(label=name, options=tuple(by_title[name])) for name in names)
