"""The sources of a compendium taken together: who cites each, what they are, what was seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from pydantic import Field

from kb.model.cases import HOW_SEEN, KINDS_OF_SOURCE, TOLD, Reference, Source


class Cites(Protocol):
    """What is asked of a document that cites: a case has it all."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def title(self) -> str:
        """Its title."""
        ...

    @property
    def sources(self) -> tuple[Source, ...]:
        """What it cites."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Citing:
    """What of a case is asked here, where the case is not at hand."""

    id: str
    title: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedWork:
    """A source, and the cases that cite it, in their order."""

    work: Reference
    cases: tuple[Cites, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCount:
    """How many sources there are of a kind of which as much was seen, and cases that cite them."""

    kind: Annotated[
        str | None, Field(description="`primary`, `secondary`, `told`, or null: not said")
    ]
    seen: Annotated[
        str | None,
        Field(description="`opened`, `stored copy`, `excerpt`, `told`, or null: not said"),
    ]
    sources: int
    cases: Annotated[int, Field(description="Documents that cite at least one of these sources")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesSummary:
    """What the sources of a compendium are, and what was seen of them."""

    sources: int
    cases: Annotated[int, Field(description="Documents of the compendium, guides included")]
    cases_on_passages: Annotated[
        int, Field(description="Documents of all whose sources only a passage was seen")
    ]
    further_reading: Annotated[int, Field(description="Works that a source names, and no document")]
    counts: tuple[SeenCount, ...]


def cited_works(
    cases: Iterable[Cites], references: Mapping[str, Reference]
) -> tuple[CitedWork, ...]:
    """The sources, those that most cases cite first, then by who wrote them.

    A work that only another source names is further reading and not among them.
    """
    citing: dict[str, dict[str, Cites]] = {}
    for case in cases:
        for source in case.sources:
            citing.setdefault(source.key, {})[case.id] = case
    works = [
        CitedWork(work=work, cases=tuple(citing.get(key, {}).values()))
        for key, work in references.items()
        if key in citing or work.cited_in is None
    ]
    return tuple(sorted(works, key=lambda cited: (-len(cited.cases), _name(cited.work))))


def further_reading(
    cases: Iterable[Cites], references: Mapping[str, Reference]
) -> tuple[Reference, ...]:
    """The works that a source names and no case cites, in the order of the file."""
    used = {source.key for case in cases for source in case.sources}
    return tuple(
        work for key, work in references.items() if work.cited_in is not None and key not in used
    )


def sources_summary(cases: Iterable[Cites], references: Mapping[str, Reference]) -> SourcesSummary:
    """Count the sources by kind and by what was seen of them, and the cases that cite them."""
    every = tuple(cases)
    return _summary(every, references, cited_works(every, references))


def _summary(
    every: Sequence[Cites], references: Mapping[str, Reference], works: Sequence[CitedWork]
) -> SourcesSummary:
    by_kind_and_how: dict[tuple[str | None, str | None], list[CitedWork]] = {}
    for cited in works:
        by_kind_and_how.setdefault((cited.work.kind, _how(cited.work)), []).append(cited)
    counts = []
    for kind in (*KINDS_OF_SOURCE, TOLD, None):
        for how in (*HOW_SEEN, TOLD, None):
            alike = by_kind_and_how.get((kind, how))
            if alike:
                citing = {case.id for cited in alike for case in cited.cases}
                counts.append(SeenCount(kind=kind, seen=how, sources=len(alike), cases=len(citing)))
    return SourcesSummary(
        sources=len(works),
        cases=len(every),
        cases_on_passages=sum(_on_passages(case, references) for case in every),
        further_reading=len(further_reading(every, references)),
        counts=tuple(counts),
    )


#: Of each kind so many sources are listed, and so many works to read on.
LISTED = 500
#: So many sources are known as those that are cited most.
MOST_CITED = 20
#: A source names the documents that cite it where they are so many or fewer.
NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CitingCase:
    """A document that cites a source."""

    id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedWork:
    """A source by its key, and how many documents cite it; ``cited_by`` only if few do."""

    key: str
    n_cases: int
    cited_by: tuple[CitingCase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedSources:
    """The sources of a compendium, counted once for a snapshot.

    Attributes:
        summary: what they are, and what was seen of them.
        n_of_kind: by kind how many there are; those of none under the empty text.
        most_cited: the keys of the first ``MOST_CITED`` of all kinds.
        works: by kind the first ``LISTED``, those that most cite first.
        further: the keys of works to read on, the first ``LISTED`` of them.
    """

    summary: SourcesSummary
    n_of_kind: Mapping[str, int]
    most_cited: tuple[str, ...]
    works: Mapping[str, tuple[CountedWork, ...]]
    further: tuple[str, ...]


def counted_sources(cases: Iterable[Cites], references: Mapping[str, Reference]) -> CountedSources:
    """Count the sources of some cases."""
    every = tuple(cases)
    by_kind: dict[str, list[CitedWork]] = {}
    works = cited_works(every, references)
    for cited in works:
        by_kind.setdefault(cited.work.kind or "", []).append(cited)
    return CountedSources(
        summary=_summary(every, references, works),
        n_of_kind={kind: len(works) for kind, works in by_kind.items()},
        most_cited=tuple(cited.work.key for cited in works[:MOST_CITED]),
        works={kind: tuple(map(_counted, held[:LISTED])) for kind, held in by_kind.items()},
        further=tuple(work.key for work in further_reading(every, references)[:LISTED]),
    )


def _counted(cited: CitedWork) -> CountedWork:
    few = cited.cases if len(cited.cases) <= NAMED else ()
    return CountedWork(
        key=cited.work.key,
        n_cases=len(cited.cases),
        cited_by=tuple(CitingCase(id=case.id, title=case.title) for case in few),
    )


def _name(work: Reference) -> str:
    return f"{work.authors or work.title} {work.year} {work.title}".casefold()


def _how(work: Reference) -> str | None:
    return work.seen.how if work.seen else None


def _on_passages(case: Cites, references: Mapping[str, Reference]) -> bool:
    seen = [references[source.key].seen for source in case.sources if source.key in references]
    return bool(seen) and all(one is not None and one.is_excerpt for one in seen)
