"""What a compendium holds, counted once: by every facet, and facet by facet.

A build counts and the snapshot keeps it; pages ask for single numbers, such as how many
studies come from Norway, and nobody counts again.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.model.cases import Case
from kb.model.facets import COLLECTION_FACET, FACETS
from kb.model.taxonomy import Taxonomy, Term

if TYPE_CHECKING:
    import numpy as np

#: Between a facet and its value, and between two such pairs, in a key of the counts.
_IS, _AND = "=", "&"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Some documents, and how many have each value and each two values of different facets.

    Attributes:
        n: how many there are.
        counts: ``facet=value`` and ``facet=value&facet=value``, facets in their order, to how many.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What is counted of a document.

    Attributes:
        id: of the document.
        title: of the document.
        facets: its values, by facet; one without a value is left out.
        is_guide: whether its kind explains and reports nothing.
        years: those that its period names.
        has_figure: whether it reports a figure.
        has_result: whether it reports anything.
        planned: those of its projects that it tells as an aim only.
        added: the day on which it came in; empty where it does not say.
        sources: the keys of the works that it names, each once.
        texts: how many texts it has in each set of those that can get a vector.
    """

    id: str
    title: str = ""
    facets: Mapping[str, tuple[str, ...]]
    is_guide: bool = False
    years: tuple[int, ...] = ()
    has_figure: bool = False
    has_result: bool = False
    planned: tuple[str, ...] = ()
    added: str = ""
    sources: tuple[str, ...] = ()
    texts: Mapping[str, int] = field(default_factory=dict)


def outline_of(case: Case) -> Outline:
    """What is counted of a case."""
    period = case.period
    years = () if period is None else (period.start, period.end)
    return Outline(
        id=case.id,
        title=case.title,
        facets={
            facet: tuple(dict.fromkeys(values))
            for facet in FACETS
            if (values := case.facets.get(facet, ()))
        },
        is_guide=case.is_guide,
        years=tuple(year for year in years if year is not None),
        has_figure=any(result.has_figure for result in case.results),
        has_result=bool(case.results),
        planned=case.planned,
        added=case.added or "",
        sources=tuple(dict.fromkeys(source.key for source in case.sources)),
    )


def holdings(documents: Iterable[Outline], years: Mapping[str, str] | None = None) -> Holdings:
    """Count some documents.

    Args:
        documents: in the order of their ids.
        years: by the keys of the works that they name the years of these, as they are written.
    """
    every = tuple(documents)
    known = {key: int(year) for key, year in (years or {}).items() if year.isdecimal()}
    by_collection: dict[str, list[Outline]] = {}
    for one in every:
        for collection in one.facets.get(COLLECTION_FACET, ()):
            by_collection.setdefault(collection, []).append(one)
    whole = _part(every, known)
    return Holdings(
        everything=whole.everything,
        cases=whole.cases,
        guides=tuple(one.id for one in every if one.is_guide),
        collections={name: _part(ones, known) for name, ones in sorted(by_collection.items())},
        updated=max((one.added for one in every), default=""),
        has_planned=any(one.planned for one in every),
        repeated=tuple(facet for facet, n in whole.everything.n_several.items() if n),
    )


def _part(documents: Sequence[Outline], years: Mapping[str, int]) -> Part:
    cases = [one for one in documents if not one.is_guide]
    guides = [one for one in documents if one.is_guide]
    every = Counter(_counts(documents))
    return Part(
        everything=_counted(documents, years, every),
        cases=_counted(cases, years, every - Counter(_counts(guides))),
        n_guides=len(guides),
    )


def _counted(
    documents: Sequence[Outline], years: Mapping[str, int], counts: Mapping[str, int]
) -> Counted:
    named = [year for one in documents for year in one.years]
    keys = {key for one in documents for key in one.sources}
    written = [years[key] for key in keys if key in years]
    n_having, n_several = dict.fromkeys(FACETS, 0), dict.fromkeys(FACETS, 0)
    for one in documents:
        for facet, values in one.facets.items():
            n_having[facet] += bool(values)
            n_several[facet] += len(values) > 1
    crossed = [
        len(one.facets.get("project", ())) * len(one.facets.get("type", ())) for one in documents
    ]
    last = [one.years[-1] for one in documents if one.years]
    return Counted(
        n=len(documents),
        counts=dict(sorted(counts.items())),
        years=(min(named), max(named)) if named else None,
        n_figures=sum(one.has_figure for one in documents),
        n_silent=sum(not one.has_result for one in documents),
        n_without={facet: len(documents) - number for facet, number in n_having.items()},
        n_several=n_several,
        n_crossed=sum(n > 1 for n in crossed),
        n_uncrossed=crossed.count(0),
        planned=dict(sorted(Counter(value for one in documents for value in one.planned).items())),
        ended=dict(sorted(Counter(year // 10 * 10 for year in last if year).items())),
        source_years=(min(written), max(written)) if written else None,
    )


def _counts(documents: Sequence[Outline]) -> dict[str, int]:
    """How many have each value, and each two values, by the keys of ``Counted.counts``."""
    import numpy as np  # slow import: a check counts nothing

    places: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}
    names: list[tuple[str, str]] = []
    values = array("q")
    lengths = array("q")
    for one in documents:
        before = len(values)
        for facet, some in one.facets.items():
            known = places[facet]
            for value in some:
                if value not in known:
                    known[value] = len(names)
                    names.append((facet, value))
                values.append(known[value])
        lengths.append(len(values) - before)
    counted = _pairs(
        np.array(values, dtype=np.int64), np.array(lengths, dtype=np.int64), len(names)
    )
    counts = {_key([pair]): int(counted[at, at]) for at, pair in enumerate(names)}
    # Each two values of different facets once, the facets in their order.
    rank = np.array([FACETS.index(facet) for facet, _ in names], dtype=np.int64)
    some, others = np.nonzero(counted * (rank[:, None] < rank))
    for a, b, n in zip(some.tolist(), others.tolist(), counted[some, others].tolist(), strict=True):
        counts[_key([names[a], names[b]])] = n
    return counts


#: So many documents are counted at once.
_AT_ONCE = 10_000


def _pairs(values: np.ndarray, lengths: np.ndarray, n: int) -> np.ndarray:
    """How many documents have each two values, and each by itself: int64 of shape (n, n).

    Args:
        values: of the documents, one after the other: of each document each once.
        lengths: how many each has.
        n: how many values there are.
    """
    import numpy as np

    counted = np.zeros(n * n, dtype=np.int64)
    ends = np.cumsum(lengths)
    for at in range(0, len(lengths), _AT_ONCE):
        some, stops = lengths[at : at + _AT_ONCE], ends[at : at + _AT_ONCE]
        mine = values[stops[0] - some[0] : stops[-1]]
        # Beside each value of a document all values of that document.
        times = np.repeat(some, some)
        begins = np.repeat(stops - some, some)
        others = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
        others += np.repeat(begins, times)
        counted += np.bincount(np.repeat(mine, times) * n + values[others], minlength=n * n)
    return counted.reshape(n, n)


def _key(pairs: Iterable[tuple[str, str]]) -> str:
    return _AND.join(f"{facet}{_IS}{value}" for facet, value in pairs)
