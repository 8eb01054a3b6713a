"""What the page of a term shows: its cases, what they achieved, and what is near.

A term without a case has a page too. It tells what was done nearest: in the countries that
lie nearest, or in the cases that come nearest to what the term means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from kb.model.cases import Case, Result
from kb.model.facet_words import is_planned
from kb.model.holdings import Counted
from kb.model.taxonomy import Taxonomy, Term
from kb.search.query import make_query
from kb.search.searcher import Searcher
from web.terms.rules import rules_of
from web.ui.achievements import achievements
from web.ui.links import PAGED
from web.ui.neighbours import NEIGHBOURS, CountedTerm, neighbours
from web.words.lists import count_words

#: How many cases of a kind have a card; the others are listed by title.
CARDS = 4
#: How many values beside it, guides and nearest cases a page names.
BESIDE, GUIDES, NEAREST = 8, 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The cases of one kind: ``cards`` are shown whole, ``others`` by title."""

    kind: Term
    cards: Sequence[Case]
    others: Sequence[Case]

    @property
    def n(self) -> int:
        """How many cases stand here."""
        return len(self.cards) + len(self.others)


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

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Its cases, guides left out: what was done before what was planned, figures first."""
        within = replace(self.searcher.reporting, facets={self.facet: (self.term.id,)})
        held = self.searcher.listed(within)
        return tuple(sorted(held, key=self._order))

    def _has(self, case: Case) -> bool:
        return self.term.id in case.facets.get(self.facet, ())

    def _order(self, case: Case) -> tuple[bool, bool, str]:
        figures = any(result.has_figure for result in case.results)
        return (is_planned(case, self.facet, self.term.id), not figures, case.title.casefold())

    @property
    def n_planned(self) -> int:
        """How many of its cases only planned it."""
        return sum(is_planned(case, self.facet, self.term.id) for case in self.cases)

    @property
    def shelves(self) -> Iterator[Shelf]:
        """Its cases by kind, in the order of the vocabulary."""
        for kind in self._taxonomy.reporting:
            held = [case for case in self.cases if case.kind == kind.id]
            if held:
                yield Shelf(kind=kind, cards=held[:CARDS], others=held[CARDS:])

    @property
    def kinds(self) -> Sequence[str]:
        """How many cases it has of each kind: ``4 networks``."""
        return [count_words(one.n, one.kind.in_line, one.kind.many) for one in self.shelves]

    @property
    def achieved(self) -> tuple[tuple[Case, Result], ...]:
        """A few figures, each of one case; what is only planned reports none of this."""
        done = [case for case in self.cases if not is_planned(case, self.facet, self.term.id)]
        return achievements(done, self._taxonomy)

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
        counts = Counter(value for case in self.cases for value in case.facets.get(facet, ()))
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
            for case in sorted(page.cases, key=lambda one: one.kind != self._taxonomy.subject.id):
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
