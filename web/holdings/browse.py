"""Browsing without a query: everything by each facet, by country, and the guides in order."""

from __future__ import annotations

from dataclasses import dataclass

from kb.model.cases import Case
from kb.model.facet_words import facet_words
from kb.model.taxonomy import Taxonomy
from kb.search.searcher import Searcher
from web.core.urls import case_url, facet_url
from web.holdings.home import TallyGroup, tally_groups
from web.ui.cards import Card, card
from web.words.typography import curly

#: The facets of the page, in its order.
SECTIONS = ("type", "project", "sector", "results", "formation", "status", "kind")
#: The guides in the order in which a newcomer reads them; others follow by title.
READING_ORDER: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "First, what and why",
        ("what-a-business-network-is", "why-networks-matter", "networks-and-alliances", "trends"),
    ),
    (
        "What kinds there are",
        (
            "types-of-network",
            "types-of-project",
            "inter-organisational-networks",
            "innovation-networks",
            "lead-customers-and-three-layers",
        ),
    ),
    (
        "How to form and run one",
        (
            "forming-a-network",
            "network-brokers",
            "self-financing",
            "success-and-failure-factors",
            "regional-hubs",
        ),
    ),
    (
        "How to plan, measure and teach",
        (
            "planning-and-evaluation",
            "measuring-network-success",
            "international-best-practice",
            "universities-and-professors",
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowseSection:
    """One facet with its values in groups."""

    facet: str
    heading: str
    groups: tuple[TallyGroup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the list by country; ``kind`` is empty for what the compendium is about."""

    title: str
    url: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A country and its cases by title."""

    name: str
    anchor: str
    url: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidePart:
    """Some guides under one heading."""

    heading: str
    cards: tuple[Card, ...]


def browse_sections(searcher: Searcher) -> tuple[BrowseSection, ...]:
    """Each facet that has values, counted over everything, the guides included."""
    sections = (
        BrowseSection(
            facet=facet,
            heading=facet_words(facet, searcher.taxonomy).by,
            groups=tally_groups(searcher.cases, searcher.taxonomy, facet),
        )
        for facet in SECTIONS
    )
    return tuple(section for section in sections if section.groups)


def countries(searcher: Searcher) -> tuple[Country, ...]:
    """Countries by name, each with its cases by title; a case of two stands in both."""
    taxonomy = searcher.taxonomy
    held: dict[str, list[Case]] = {}
    for case in searcher.cases:
        for code in case.facets["country"]:
            held.setdefault(code, []).append(case)
    names = {code: taxonomy.label("country", code) for code in held}
    return tuple(
        Country(
            name=names[code],
            anchor=code.lower(),
            url=facet_url(country=code),
            entries=tuple(
                Entry(
                    title=curly(case.title),
                    url=case_url(case.id),
                    kind=kind_named(case, taxonomy),
                )
                for case in sorted(held[code], key=lambda case: case.title.casefold())
            ),
        )
        for code in sorted(held, key=lambda code: names[code])
    )


def kind_named(case: Case, taxonomy: Taxonomy) -> str:
    """The kind of a case where it has to be said: not that of what the compendium is about."""
    return "" if case.kind == taxonomy.subject.id else taxonomy.label("kind", case.kind)


def guide_parts(searcher: Searcher) -> tuple[GuidePart, ...]:
    """The guides in reading order; those that the order does not know come last, by title."""
    guides = {case.id: case for case in searcher.cases if case.is_guide}
    parts: list[GuidePart] = []
    for heading, names in READING_ORDER:
        found = [guides.pop(f"guides/{name}") for name in names if f"guides/{name}" in guides]
        parts.append(_part(heading, found, searcher))
    rest = sorted(guides.values(), key=lambda case: case.title.casefold())
    known = tuple(part for part in parts if part.cards)
    last = _part("More" if known else "By title", rest, searcher)
    return (*known, *((last,) if last.cards else ()))


def _part(heading: str, cases: list[Case], searcher: Searcher) -> GuidePart:
    return GuidePart(heading=heading, cards=tuple(card(case, searcher.taxonomy) for case in cases))
