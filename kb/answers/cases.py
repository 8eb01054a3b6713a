"""Cases as data: in a list, and whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kb.answers.addresses import Addresses
from kb.answers.citation import item_of
from kb.answers.figures import figure
from kb.answers.gaps import not_in_source
from kb.answers.packs import PackSummary, pack_summary
from kb.answers.serialise import extended, old_name, to_json
from kb.citations.items import today
from kb.citations.provenance import Provenance, provenance
from kb.citations.styles import cited
from kb.citations.works import Citation, citations
from kb.model.cases import Case, Members, Name, Period, Result, Verified
from kb.model.facet_words import is_planned
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy
from kb.search.answer import Hit, Reason

if TYPE_CHECKING:
    from kb.search.searcher import Searcher

#: What two cases may share that says something of them; most networks are hard, and most succeed.
SHARED_FACETS = ("country", "type", "project", "sector", "formation")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedResult(Result):
    """One reported result."""

    figure: Annotated[str, Field(description="The result as the site shows it: `+30%`")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSummary:
    """A case in a list."""

    id: Annotated[str, Field(description="Its path in the compendium, slashes included")]
    title: str
    url: Annotated[str, Field(description="The page of the case")]
    kind: str
    summary: str
    country: tuple[str, ...]
    type: tuple[str, ...]
    project: Annotated[tuple[str, ...], Field(description="What they did or set out to do")]
    planned: Annotated[
        tuple[str, ...],
        Field(description="Those of `project` that the source tells as an aim only"),
    ]
    sector: tuple[str, ...]
    form: tuple[str, ...]
    formation: tuple[str, ...]
    status: tuple[str, ...]
    decade: Annotated[
        tuple[str, ...],
        Field(
            description="The decades in which it worked, by its period; else `before-` a year by "
            "its collection, or `not-told`"
        ),
    ]
    teaching: Annotated[
        tuple[str, ...],
        Field(description="`with-note` where it is in a session, and for whom these are"),
    ]
    minutes: Annotated[
        tuple[str, ...],
        Field(description="The lengths in which one of its sessions can be taught, shortest first"),
    ]
    collection: Annotated[
        tuple[str, ...], Field(description="The collections of the compendium that it is in")
    ]
    reported: Annotated[Provenance, Field(description="Where it comes from and of what time")]
    results: tuple[ReportedResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarCase:
    """A case like this one."""

    id: str
    title: str
    url: str
    score: Annotated[float, Field(description="How near the two are in meaning")]
    reasons: Annotated[
        tuple[Reason, ...],
        Field(
            description="The passage of it that is nearest in meaning, then the values that "
            "both have"
        ),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAnswer(CaseSummary):
    """A whole case."""

    authors: Annotated[
        tuple[Name, ...],
        Field(description="Who wrote it; the compendium, where nobody is named"),
    ]
    body: Annotated[str, Field(description="The text, in Markdown")]
    region: str | None
    members: Members | None
    period: Period | None
    not_in_source: Annotated[
        tuple[str, ...], Field(description="What its source does not tell, in plain words")
    ]
    role_model_for: Annotated[
        tuple[str, ...], Field(description="Whom it suits, in the editors' words")
    ]
    answers: Annotated[
        tuple[str, ...], Field(description="Questions that it answers, in the editors' words")
    ]
    editorial: Annotated[
        tuple[str, ...], Field(description="Fields whose values are the editors' reading")
    ]
    questions: Annotated[tuple[str, ...], Field(description="Questions for a class")]
    related: Annotated[tuple[str, ...], Field(description="Ids of cases to read with it")]
    sessions: Annotated[
        tuple[PackSummary, ...],
        Field(description="The sessions with a teaching note in which it is read"),
    ]
    references: tuple[Citation, ...]
    similar: tuple[SimilarCase, ...]
    cite: Annotated[str, Field(description="How to cite it, in APA style")]
    added: Annotated[str | None, Field(description="The day on which it came in")]
    verified: Annotated[
        Verified | None,
        Field(description="When it was last reread against a source; null where nobody noted that"),
    ]
    snapshot: str

    our_reading = old_name("editorial", tuple[str, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionAnswer:
    """A collection: a part of the compendium that is kept apart by name."""

    id: str
    label: str
    about: str
    count: Annotated[int, Field(description="How many documents it has in this snapshot")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesAnswer:
    """Every case, by id."""

    total: int
    snapshot: str
    collection: Annotated[
        str,
        Field(
            description="The collection that the snapshot was built of; empty where it holds "
            "the whole compendium"
        ),
    ]
    collections: Annotated[
        tuple[CollectionAnswer, ...], Field(description="Those that have a document here")
    ]
    cases: tuple[CaseSummary, ...]


def case_answer(searcher: Searcher, case: Case, addresses: Addresses) -> CaseAnswer:
    """A whole case with its sources and the cases most like it.

    Args:
        searcher: the snapshot that holds it.
        case: the case.
        addresses: where its page stands.
    """
    cited_as = item_of(case, searcher, addresses, accessed=today())
    return CaseAnswer(
        **summary_fields(case, searcher, addresses),
        authors=cited_as.authors,
        body=case.body,
        region=case.region,
        members=case.members,
        period=case.period,
        not_in_source=not_in_source(case),
        role_model_for=case.role_model_for,
        answers=case.answers,
        editorial=case.our_reading,
        questions=case.questions,
        related=case.related,
        sessions=tuple(
            pack_summary(pack, addresses)
            for pack in searcher.compendium.sessions_of.get(case.id, ())
        ),
        references=citations(case, searcher.compendium.references),
        similar=tuple(
            _similar(hit, case, searcher.taxonomy, addresses) for hit in searcher.similar(case.id)
        ),
        cite=cited(cited_as, "apa"),
        added=case.added,
        verified=case.verified,
        snapshot=searcher.snapshot_id,
    )


def cases_json(searcher: Searcher, addresses: Addresses) -> Iterator[str]:
    """All cases and guides by id, without their text: the JSON of a ``CasesAnswer`` in pieces.

    Cases are read one after another, so that however many there are, few are in memory.
    """
    whole = CasesAnswer(
        total=len(searcher.cases),
        snapshot=searcher.snapshot_id,
        collection=searcher.manifest.collection,
        collections=tuple(
            CollectionAnswer(
                id=term.id,
                label=term.label,
                about=term.definition,
                count=held.everything.n,
            )
            for term, held in searcher.compendium.collections
        ),
        cases=(),
    )
    yield to_json(whole).removesuffix("]}")
    for row, case in enumerate(searcher.cases):
        summary = CaseSummary(**summary_fields(case, searcher, addresses))
        yield f"{',' if row else ''}{to_json(summary)}"
    yield "]}"


def summary_fields(case: Case, searcher: Searcher, addresses: Addresses) -> Mapping[str, object]:
    """The fields of ``CaseSummary``, for every record that begins with them."""
    taxonomy = searcher.taxonomy
    facets = {facet: case.facets.get(facet, ()) for facet in FACETS}
    return {
        **facets,
        "planned": case.planned,
        "id": case.id,
        "title": case.title,
        "url": addresses.case(case.id),
        "kind": case.kind,
        "summary": case.summary,
        "reported": provenance(case, searcher.compendium.references),
        "results": tuple(reported(result, taxonomy) for result in case.results),
    }


def reported(result: Result, taxonomy: Taxonomy) -> ReportedResult:
    """A result with its figure as the site shows it."""
    shown = figure(result, taxonomy).text
    return extended(ReportedResult, result, figure=shown)


def shared_values(case: Case, other: Case, taxonomy: Taxonomy) -> tuple[Reason, ...]:
    """The values that two cases both have, in the order of ``SHARED_FACETS`` and of the other."""
    return tuple(
        Reason(
            kind="facet",
            facet=facet,
            value=value,
            label=taxonomy.label(facet, value),
            planned=is_planned(case, facet, value) or is_planned(other, facet, value),
        )
        for facet in SHARED_FACETS
        for value in other.facets.get(facet, ())
        if value in case.facets.get(facet, ())
    )


def _similar(hit: Hit, case: Case, taxonomy: Taxonomy, addresses: Addresses) -> SimilarCase:
    return SimilarCase(
        id=hit.case.id,
        title=hit.case.title,
        url=addresses.case(hit.case.id),
        score=hit.score,
        reasons=(*hit.reasons, *shared_values(case, hit.case, taxonomy)),
    )
