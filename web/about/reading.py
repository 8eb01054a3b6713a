"""What the page of the sources computes: further reading by subject, and who cites each source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kb.citations.summary import CountedSources, CountedWork
from kb.model.cases import EXCERPT, OPENED, PRIMARY, SECONDARY, STORED_COPY, TOLD, Reference
from kb.model.compendium import Compendium
from kb.search.searcher import Searcher

#: What stands over the sources of each kind, and what that means.
HEADINGS = {
    PRIMARY: ("Primary sources", "by those who did it, paid for it or studied it"),
    SECONDARY: ("Secondary sources", "told after others"),
    TOLD: ("Told to this compendium", "by those who did it, and published nowhere else"),
    "": ("Sources without a kind", "not sorted yet"),
}
#: What was seen of a source, in a table.
SEEN = {
    OPENED: "the page, opened",
    STORED_COPY: "a stored copy",
    EXCERPT: "only a passage",
    TOLD: "told to the editors",
    None: "not said",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Works to read on, under one heading, which may be empty."""

    heading: str
    works: tuple[Reference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesOfKind:
    """The sources of one kind, those cited most first; ``id`` is their place on the page.

    ``n`` counts all; ``works`` are those that are listed, each with who cites it.
    """

    id: str
    heading: str
    meaning: str
    n: int
    works: tuple[tuple[Reference, CountedWork], ...]

    @property
    def n_more(self) -> int:
        """How many are not listed."""
        return self.n - len(self.works)


def subjects(counted: CountedSources, works: Mapping[str, Reference]) -> tuple[Subject, ...]:
    """The further reading by subject, in the order of the file."""
    found = [works[key] for key in counted.further]
    return tuple(
        Subject(heading=name, works=tuple(work for work in found if work.subject == name))
        for name in dict.fromkeys(work.subject for work in found)
    )


def by_kind(counted: CountedSources, works: Mapping[str, Reference]) -> tuple[SourcesOfKind, ...]:
    """Sources by kind; a kind without any is left out."""
    return tuple(
        SourcesOfKind(
            id=kind or "unsorted",
            heading=heading,
            meaning=meaning,
            n=counted.n_of_kind[kind],
            works=tuple((works[one.key], one) for one in counted.works[kind]),
        )
        for kind, (heading, meaning) in HEADINGS.items()
        if kind in counted.works
    )


def reading_page(current: Searcher) -> dict[str, object]:
    """What the template is given."""
    counted, works = current.sources, current.compendium.references
    reading = subjects(counted, works)
    named_by = dict.fromkeys(
        work.cited_in.key for subject in reading for work in subject.works if work.cited_in
    )
    return {
        "subjects": reading,
        "n_more": counted.summary.further_reading - len(counted.further),
        "named_by": [works[key] for key in named_by],
        "kinds": by_kind(counted, works),
        "summary": counted.summary,
        "seen": SEEN,
    }


def bibtex(compendium: Compendium) -> Iterator[str]:
    """Every source as BibTeX, as the file of the compendium has it, piece by piece."""
    return (f"{work.bibtex}\n\n" for work in compendium.references.values() if work.bibtex)
