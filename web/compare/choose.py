"""Which cases are to be compared: reading the address, and offering to choose others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from kb.answers.cases import shared_values
from kb.answers.comparison import given_ids, nearest_ids
from kb.model.cases import Case
from kb.model.taxonomy import Taxonomy
from kb.results.comparison import MOST
from kb.search.answer import Reason
from kb.search.searcher import Searcher
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

    ``kept`` are the ids that stay; ``places`` is one select each, with the id that is
    chosen in it or an empty text. ``nearest`` are comparisons that may have been meant
    (address, title), and ``first_url`` leads to the first few where too many are given.
    """

    groups: tuple[OptionGroup, ...]
    kept: tuple[str, ...] = ()
    places: tuple[str, ...] = ("",)
    nearest: tuple[tuple[str, str], ...] = ()
    first_url: str = ""
    title: str = "Choose cases to compare"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOffer:
    """A case that may be added; ``shared`` is what it has in common with all that are chosen."""

    url: str
    title: str
    where: str
    shared: str


def choosing(searcher: Searcher, cases: Sequence[Case] = ()) -> Choosing | None:
    """The form that adds to the chosen cases; None where no more can be added."""
    if len(cases) == MOST:
        return None
    kept = tuple(case.id for case in cases)
    return Choosing(
        groups=_groups(searcher, kept),
        kept=kept,
        places=("",) if kept else ("",) * PLACES,
    )


def choosing_again(searcher: Searcher, args: MultiDict[str, str]) -> Choosing:
    """The form for an address that cannot be answered: what is understood of it stays chosen."""
    given = given_ids(args.getlist("id"))
    peers = {case.id for case in searcher.cases if not case.is_guide}
    known = [case_id for case_id in given if case_id in peers]
    places = (*known[:MOST], *[""] * (min(len(given), MOST) - len(known)))
    return Choosing(
        groups=_groups(searcher),
        places=places + ("",) * (PLACES - len(places)),
        nearest=tuple(_meant(searcher, given, peers)),
        first_url=compare_url(known[:MOST]) if len(known) > MOST else "",
        title="This comparison cannot be made as it stands",
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
            shared=values_text(_shared_by_all(cases, case, searcher.taxonomy)),
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


def _meant(
    searcher: Searcher, given: Sequence[str], known: Collection[str]
) -> Iterable[tuple[str, str]]:
    """The comparison with the first unknown id replaced by each of the nearest ones."""
    wrong = next((one for one in given if one not in known), "")
    for near in nearest_ids(searcher, wrong):
        ids = [near if one == wrong else one for one in given if one == wrong or one in known]
        yield compare_url(list(dict.fromkeys(ids))[:MOST]), curly(searcher.case(near).title)


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
