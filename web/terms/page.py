"""What the page of a term shows: its cases, what they achieved, and what is near.

A term without a case has a page too. It tells what was done nearest: in the countries that
lie nearest, or in the cases that come nearest to what the term means.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from kb.engine.base import TITLE
from kb.engine.filters import Filter
from kb.model.cases import Case, Result
from kb.model.facet_words import PLANNED_FACET, is_planned
from kb.model.holdings import Counted
from kb.model.taxonomy import Taxonomy, Term
from kb.search.query import make_query
from kb.search.searcher import Searcher
from web.core.urls import search_url
from web.terms.rules import rules_of
from web.ui.achievements import achievements
from web.ui.links import PAGED
from web.ui.neighbours import NEIGHBOURS, CountedTerm, neighbours
from web.words.lists import count_words

#: How many cases of a kind have a card; the others are listed by title.
CARDS = 4
#: So many cases of a kind stand on the page; more are counted and found in the search.
LISTED = 300
#: How many values beside it, guides and nearest cases a page names.
BESIDE, GUIDES, NEAREST = 8, 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The cases of one kind: ``cards`` are shown whole, ``others`` by title; ``n`` counts all."""

    kind: Term
    n: int
    cards: Sequence[Case]
    others: Sequence[Case]

    @property
    def n_others(self) -> int:
        """How many have no card."""
        return self.n - len(self.cards)

    @property
    def n_more(self) -> int:
        """How many are not even listed."""
        return self.n_others - len(self.others)


@dataclass(frozen=True, kw_only=True)
class TermPage:
    """The page of ``term``, a value of ``facet``."""

    facet: str
    term: Term
    searcher: Searcher

    @property
    def _taxonomy(self) -> Taxonomy:
        return self.searcher.taxonomy

    @property
    def _counted(self) -> Counted:
        return self.searcher.compendium.holdings.cases

    @property
    def within(self) -> Filter:
        """What its cases pass, and no guide."""
        return replace(self.searcher.reporting, facets={self.facet: (self.term.id,)})

    @property
    def n(self) -> int:
        """How many cases it has, guides left out."""
        return self._counted.count(**{self.facet: self.term.id})

    def _has(self, case: Case) -> bool:
        return self.term.id in case.facets.get(self.facet, ())

    def _is_planned(self, case: Case) -> bool:
        return is_planned(case, self.facet, self.term.id)

    def first(self, kinds: Sequence[str], most: int) -> Sequence[Case]:
        """The first of its cases of some kinds: what was done before what was planned.

        Among these those with figures first, then by title. Of many cases those that are put in
        order are the ones with figures.
        """
        engine = self.searcher.engine
        rows = engine.matching(replace(self.within, kinds=tuple(kinds)))
        figures = [engine.figures(metric).rows for metric in self._taxonomy["metrics"].ids]
        has_figure = np.isin(rows, np.concatenate(figures)) if figures else np.zeros(len(rows))
        order = np.lexsort((engine.keys(TITLE, rows), ~has_figure))[: max(most, LISTED)]
        found = [self.searcher.cases[row] for row in rows[order].tolist()]
        return sorted(found, key=self._is_planned)[:most]

    @property
    def n_planned(self) -> int:
        """How many of its cases only planned it."""
        return self._counted.planned.get(self.term.id, 0) if self.facet == PLANNED_FACET else 0

    @cached_property
    def shelves(self) -> Sequence[Shelf]:
        """Its cases by kind, in the order of the vocabulary."""
        shelves = []
        for kind in self._taxonomy.reporting:
            n = self._counted.count(**{self.facet: self.term.id, "kind": kind.id})
            if n:
                held = self.first([kind.id], LISTED)
                shelves.append(Shelf(kind=kind, n=n, cards=held[:CARDS], others=held[CARDS:]))
        return shelves

    def kind_url(self, kind: Term) -> str:
        """The search for its cases of one kind."""
        return search_url(filters={self.facet: [self.term.id], "kind": [kind.id]})

    @property
    def kinds(self) -> Sequence[str]:
        """How many cases it has of each kind: ``4 networks``."""
        return [count_words(one.n, one.kind.in_line, one.kind.many) for one in self.shelves]

    @property
    def achieved(self) -> tuple[tuple[Case, Result], ...]:
        """A few figures, each of one case; what is only planned reports none of this."""
        return achievements(self.searcher, self.within, leave_out=self._is_planned)

    @cached_property
    def _counts(self) -> Mapping[str, Mapping[str, int]]:
        return self.searcher.engine.counts(self.within)

    @property
    def beside(self) -> Mapping[str, Sequence[CountedTerm]]:
        """What its cases have in the other facets that have pages, most cases first."""
        others = {facet: self._values(facet)[:BESIDE] for facet in PAGED if facet != self.facet}
        return {facet: found for facet, found in others.items() if found}

    @property
    def together(self) -> Sequence[CountedTerm]:
        """What else its cases have in its own facet, most cases first."""
        found = self._values(self.facet)
        return [pair for pair in found if pair[0].id != self.term.id][:NEIGHBOURS]

    def _values(self, facet: str) -> list[CountedTerm]:
        counts = self._counts.get(facet, {})
        terms = ((self._taxonomy.term(facet, value), n) for value, n in counts.items())
        return sorted(terms, key=lambda pair: (-pair[1], pair[0].label))

    @cached_property
    def near(self) -> Sequence[CountedTerm]:
        """Other terms that have cases: the nearest countries, or those under the same heading."""
        return neighbours(self.facet, self.term, self._counted, self._taxonomy)

    @property
    def nearest_cases(self) -> Sequence[Case]:
        """Cases of a term without any: from the nearest countries, or nearest in meaning."""
        return list(self._of_neighbours() if self.facet == "country" else self._like_it())[:NEAREST]

    def _of_neighbours(self) -> Iterator[Case]:
        """One case of each neighbour: of what the compendium is about, one with a figure."""
        shown: set[str] = set()
        for country, _ in self.near:
            page = TermPage(facet=self.facet, term=country, searcher=self.searcher)
            kinds = [kind.id for kind in self._taxonomy.reporting]
            every = page.first(kinds, LISTED)
            for case in sorted(every, key=lambda one: one.kind != self._taxonomy.subject.id):
                if case.id not in shown:
                    shown.add(case.id)
                    yield case
                    break

    def _like_it(self) -> Iterator[Case]:
        """What a search for its words finds, and then cases of its neighbours."""
        kinds = [kind.id for kind in self._taxonomy.reporting]
        found = self._found(kinds, NEAREST)
        yield from found
        yield from (case for case in self._of_neighbours() if case not in found)

    def _found(self, kinds: Iterable[str], most: int) -> list[Case]:
        words = ", ".join((self.term.label, *self.term.aliases, self.term.definition))
        query = make_query(
            self._taxonomy, text=words, exact=True, filters={"kind": kinds}, per_page=most
        )
        return [hit.case for hit in self.searcher.search(query).hits]

    @cached_property
    def guides(self) -> Sequence[Case]:
        """Where to read on: guides of the term, those that its words find, the first to read."""
        guides = self.searcher.compendium.guides
        own = [guide for guide in guides if self._has(guide)]
        kinds = {guide.kind for guide in guides}
        found = self._found(sorted(kinds), GUIDES) if guides and self.facet != "country" else []
        chosen = dict.fromkeys(case.id for case in (*own, *found, *self._first_to_read()))
        return [self.searcher.case(case_id) for case_id in chosen][:GUIDES]

    def _first_to_read(self) -> list[Case]:
        parts = self._taxonomy["guide_parts"].ids
        placed = [one for one in self.searcher.compendium.guides if one.reading]
        return sorted(placed, key=lambda one: (parts.index(one.reading.part), one.reading.place))

    @property
    def rules(self) -> Mapping[str, str]:
        """What the codebook says of it, by what it says: its test, what it is not."""
        return rules_of(self.searcher.compendium.codebook, self.facet, self.term.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Terms under one heading: those that have cases, and those that have none."""

    heading: str
    held: Sequence[CountedTerm]
    empty: Sequence[Term]

    @property
    def n(self) -> int:
        """How many cases its terms have, one of two terms counted for each."""
        return sum(n for _, n in self.held)


def groups_of(facet: str, counted: Counted, taxonomy: Taxonomy) -> Sequence[Group]:
    """Every term of a facet under its heading, in the order of the vocabulary.

    Regions stand with most countries that have cases first.
    """
    by_heading: dict[str, list[Term]] = {}
    for term in taxonomy.every(facet):
        by_heading.setdefault(term.group, []).append(term)
    groups = []
    for heading, terms in by_heading.items():
        held = [(term, counted.count(**{facet: term.id})) for term in terms]
        groups.append(
            Group(
                heading=heading,
                held=[pair for pair in held if pair[1]],
                empty=[term for term, n in held if not n],
            )
        )
    if facet == "country":
        groups.sort(key=lambda group: (-len(group.held), group.heading))
    return groups
