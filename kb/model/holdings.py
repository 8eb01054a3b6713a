"""What a compendium holds, counted once: by every facet, and facet by facet.

A build counts and the snapshot keeps it; pages ask for single numbers, such as how many
studies come from Norway, and nobody counts again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from kb.model.cases import Case
from kb.model.facets import COLLECTION_FACET, FACETS
from kb.model.taxonomy import Taxonomy, Term

#: Between a facet and its value, and between two such pairs, in a key of the counts.
_IS, _AND = "=", "&"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Some documents, and how many of them have each value and each two values at once.

    Attributes:
        n: how many there are.
        counts: ``country=NO`` and ``country=NO&kind=study``, facets in their order, to how many.
        years: the first and the last year that their periods name; None where none does.
        n_figures: how many report a figure.
        n_silent: how many report no result at all.
        n_without: by facet how many have no value of it.
        n_several: by facet how many have several values of it.
        n_crossed: how many have a project and a type, and several of either.
        n_uncrossed: how many have no project or no type.
        planned: by project how many tell of it as an aim only.
        ended: by decade (1990) how many have a period that ends in it.
        source_years: the first and the last year of the works that they name; None where no
            year is known.
    """

    n: int
    counts: Mapping[str, int]
    years: tuple[int, int] | None = None
    n_figures: int = 0
    n_silent: int = 0
    n_without: Mapping[str, int] = field(default_factory=dict)
    n_several: Mapping[str, int] = field(default_factory=dict)
    n_crossed: int = 0
    n_uncrossed: int = 0
    planned: Mapping[str, int] = field(default_factory=dict)
    ended: Mapping[int, int] = field(default_factory=dict)
    source_years: tuple[int, int] | None = None

    def count(self, **values: str) -> int:
        """How many documents have these values: ``count(country="NO", kind="study")``.

        Raises:
            ValueError: they are not of one facet or of two.
        """
        pairs = [(facet, values[facet]) for facet in FACETS if facet in values]
        if len(pairs) != len(values) or len(pairs) not in (1, 2):
            raise ValueError(f"values must be of one facet or of two, not of {sorted(values)}")
        return self.counts.get(_key(pairs), 0)

    @property
    def n_in_words(self) -> int:
        """How many report results in words alone."""
        return self.n - self.n_figures - self.n_silent

    def terms(self, facet: str, taxonomy: Taxonomy) -> tuple[Term, ...]:
        """The values of a facet that some document has, in the order of the vocabulary."""
        return tuple(term for term in taxonomy.facet(facet) if self.count(**{facet: term.id}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Everything of a part of the compendium, its cases alone, and how many guides it has."""

    everything: Counted
    cases: Counted
    n_guides: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What a compendium holds: everything, the cases alone, and the guides alone.

    Attributes:
        everything: all documents.
        cases: those that are no guides.
        guides: the ids of the guides, in their order.
        collections: the same of each collection that has documents, by its id.
        updated: the day on which the latest case came in; empty where no case says when.
        has_planned: whether some case tells of a project as an aim only.
        repeated: the facets of which some case has several values.
    """

    everything: Counted
    cases: Counted
    guides: tuple[str, ...]
    collections: Mapping[str, Part] = field(default_factory=dict)
    updated: str = ""
    has_planned: bool = False
    repeated: tuple[str, ...] = ()


def holdings(documents: Iterable[Case], years: Mapping[str, str] | None = None) -> Holdings:
    """Count some documents.

    Args:
        documents: in the order of their ids.
        years: by the keys of the works that they name the years of these, as they are written.
    """
    every = tuple(documents)
    known = years or {}
    by_collection: dict[str, list[Case]] = {}
    for one in every:
        for collection in one.facets.get(COLLECTION_FACET, ()):
            by_collection.setdefault(collection, []).append(one)
    whole = _part(every, known)
    added = [one.added for one in every if one.added]
    return Holdings(
        everything=whole.everything,
        cases=whole.cases,
        guides=tuple(one.id for one in every if one.is_guide),
        collections={name: _part(ones, known) for name, ones in sorted(by_collection.items())},
        updated=max(added, default=""),
        has_planned=any(one.planned for one in every),
        repeated=tuple(
            facet for facet in FACETS if any(len(one.facets.get(facet, ())) > 1 for one in every)
        ),
    )


def _part(documents: Sequence[Case], years: Mapping[str, str]) -> Part:
    cases = [one for one in documents if not one.is_guide]
    return Part(
        everything=_counted(documents, years),
        cases=_counted(cases, years),
        n_guides=len(documents) - len(cases),
    )


def _counted(documents: Sequence[Case], years: Mapping[str, str]) -> Counted:
    counts: Counter[str] = Counter()
    for one in documents:
        pairs = [(facet, value) for facet in FACETS for value in one.facets.get(facet, ())]
        counts.update(_key([pair]) for pair in pairs)
        counts.update(map(_key, combinations(pairs, 2)))
    periods = [one.period for one in documents if one.period is not None]
    named = [year for one in periods for year in (one.start, one.end) if year is not None]
    keys = {source.key for one in documents for source in one.sources}
    written = [int(year) for key in keys if (year := years.get(key, "")).isdecimal()]
    numbers = {facet: [len(one.facets.get(facet, ())) for one in documents] for facet in FACETS}
    crossed = [
        len(one.facets.get("project", ())) * len(one.facets.get("type", ())) for one in documents
    ]
    last = [one.end or one.start for one in periods]
    return Counted(
        n=len(documents),
        counts=dict(sorted(counts.items())),
        years=(min(named), max(named)) if named else None,
        n_figures=sum(any(result.has_figure for result in one.results) for one in documents),
        n_silent=sum(not one.results for one in documents),
        n_without={facet: held.count(0) for facet, held in numbers.items()},
        n_several={facet: sum(n > 1 for n in held) for facet, held in numbers.items()},
        n_crossed=sum(n > 1 for n in crossed),
        n_uncrossed=crossed.count(0),
        planned=dict(sorted(Counter(value for one in documents for value in one.planned).items())),
        ended=dict(sorted(Counter(year // 10 * 10 for year in last if year).items())),
        source_years=(min(written), max(written)) if written else None,
    )


def _key(pairs: Iterable[tuple[str, str]]) -> str:
    return _AND.join(f"{facet}{_IS}{value}" for facet, value in pairs)
