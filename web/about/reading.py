"""What the page of the sources computes: further reading by subject, and who cites each source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.citations.summary import CitedWork, cited_works, further_reading, sources_summary
from kb.model.cases import EXCERPT, OPENED, PRIMARY, SECONDARY, STORED_COPY, Reference
from kb.model.compendium import Compendium

#: A source names the documents that cite it where they are so many or fewer.
NAMED = 3
#: What stands over the sources of each kind, and what that means.
HEADINGS = {
    PRIMARY: ("Primary sources", "by those who did it, paid for it or studied it"),
    SECONDARY: ("Secondary sources", "told after others"),
    "": ("Sources without a kind", "not sorted yet"),
}
#: What was seen of a source, in a table.
SEEN = {
    OPENED: "the page, opened",
    STORED_COPY: "a stored copy",
    EXCERPT: "only a passage",
    None: "not said",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Works to read on, under one heading, which may be empty."""

    heading: str
    works: tuple[Reference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesOfKind:
    """The sources of one kind; ``id`` is their place on the page."""

    id: str
    heading: str
    meaning: str
    works: tuple[CitedWork, ...]


def subjects(compendium: Compendium) -> tuple[Subject, ...]:
    """The further reading by subject, in the order of the file."""
    works = further_reading(compendium.cases, compendium.references)
    return tuple(
        Subject(heading=name, works=tuple(work for work in works if work.subject == name))
        for name in dict.fromkeys(work.subject for work in works)
    )


def by_kind(works: Sequence[CitedWork]) -> tuple[SourcesOfKind, ...]:
    """Sources by kind; a kind without any is left out."""
    groups = (
        SourcesOfKind(
            id=kind or "unsorted",
            heading=HEADINGS[kind][0],
            meaning=HEADINGS[kind][1],
            works=tuple(cited for cited in works if (cited.work.kind or "") == kind),
        )
        for kind in HEADINGS
    )
    return tuple(group for group in groups if group.works)


def reading_page(compendium: Compendium) -> dict[str, object]:
    """What the template is given."""
    reading = subjects(compendium)
    named_by = dict.fromkeys(
        work.cited_in.key for subject in reading for work in subject.works if work.cited_in
    )
    return {
        "subjects": reading,
        "named_by": [compendium.references[key] for key in named_by],
        "kinds": by_kind(cited_works(compendium.cases, compendium.references)),
        "summary": sources_summary(compendium.cases, compendium.references),
        "named": NAMED,
        "seen": SEEN,
    }


def bibtex(compendium: Compendium) -> str:
    """Every source as BibTeX, as the file of the compendium has it."""
    return "".join(f"{work.bibtex}\n\n" for work in compendium.references.values() if work.bibtex)
