"""Cases side by side, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kb.answers.addresses import Addresses
from kb.answers.cases import ReportedResult, reported
from kb.answers.contrast import Contrast, all_of, contrast
from kb.answers.figures import members_text, period_text
from kb.answers.serialise import extended, old_name
from kb.citations.provenance import Provenance, provenance, told_by
from kb.citations.works import Citation, citations
from kb.errors import CaseNotFound, QueryError
from kb.model.cases import Case
from kb.model.english import capital, joined, number_word
from kb.model.facet_words import facet_words
from kb.model.quantities import Quantity
from kb.model.taxonomy import Taxonomy
from kb.results.comparison import (
    ALL,
    DIFFERENT,
    GAPS,
    LEAST,
    MOST,
    SOME,
    UNTOLD,
    ComparedValue,
    Comparison,
    FieldRow,
    MetricRow,
    Reported,
    agreement,
    compare,
)
from kb.text.similar_names import similar_names

if TYPE_CHECKING:
    from kb.search.searcher import Searcher

ID_SHOWN = 120
EVERY_ID = "Every id stands at /api/v1/cases."

#: What is compared, in the order to show: facets, and what stands in ``TEXTS``.
COMPARED: tuple[str, ...] = (
    *("kind", "country", "region", "period", "members", "form"),
    *("formation", "type", "project", "sector", "status", "summary"),
)
#: Of these, what is told in the words of each case and has no vocabulary, with its label.
TEXTS: Mapping[str, str] = {
    "region": "Region",
    "period": "Period",
    "members": "Who took part",
    "summary": "In short",
}
#: Texts that agree or differ as values do; the others are told by each case in its own way.
ALIGNED_TEXTS: tuple[str, ...] = ("region", "period")
NOT_TOLD, NOT_REPORTED = "not told", "not reported"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedCase:
    """One of the compared cases; what is told of it as text and not as values stands here."""

    id: str
    title: str
    url: str
    summary: str
    region: str | None
    members: Annotated[str, Field(description="Who took part, empty if not told")]
    partners: Annotated[
        tuple[str, ...], Field(description="Who worked with them without being one of them")
    ]
    period: Annotated[str, Field(description="Years, empty if not told")]
    #: For whoever shows a case without: until when it may have been, by the year of its source.
    undated: Annotated[str, Field(exclude=True)]
    reported: Annotated[Provenance, Field(description="Where it comes from and of what time")]
    references: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedCell:
    """What one case has in a field; no values: it is not told."""

    id: Annotated[str, Field(description="Of the case")]
    values: tuple[ComparedValue, ...]
    editorial: Annotated[bool, Field(description="True if the values are the editors' reading")]

    ours = old_name("editorial", bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedField:
    """One field of every case, in the order asked for."""

    field: str
    label: str
    agreement: Annotated[
        str,
        Field(
            description="all: told and equal; gaps: equal where told; some: partly in common; "
            "different: nothing in common; untold: told of none"
        ),
    ]
    words: Annotated[str, Field(description="The agreement in words")]
    cells: tuple[ComparedCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedTexts:
    """A row of what each case tells in its own words; an empty text: it is not told.

    Of a period that is not told the text says until when it may have been, where that is known.

    ``agreement`` and ``words`` are empty where each tells it in its own way.
    """

    field: str
    label: str
    agreement: str
    words: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedResult(ReportedResult):
    """One result, and the figure of it that another case's may stand beside."""

    comparable: Annotated[
        Quantity | None,
        Field(description="Null where no other case's figure may stand beside it"),
    ]
    #: For whoever draws: where the scale of ``comparable`` ends, which begins at 0.
    scale_end: Annotated[float | None, Field(exclude=True)]

    beside = old_name("comparable", Quantity | None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedResults:
    """What one case reports in a metric; no results: not reported, which is not zero."""

    id: Annotated[str, Field(description="Of the case")]
    results: tuple[ComparedResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedMetric:
    """One metric that any of the cases reports."""

    metric: str
    label: str
    n: Annotated[int, Field(description="How many of the cases report it")]
    words: Annotated[str, Field(description="How many report it, in words")]
    cells: tuple[ComparedResults, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonAnswer:
    """Cases side by side, in the order asked for."""

    snapshot: str
    url: Annotated[str, Field(description="The page of the comparison")]
    text: Annotated[
        str, Field(description="What they have in common and where they differ, in words")
    ]
    cases: tuple[ComparedCase, ...]
    fields: tuple[ComparedField, ...]
    metrics: tuple[ComparedMetric, ...]
    #: The sentences of ``text`` one by one.
    contrast: Annotated[Contrast, Field(exclude=True)]

    @property
    def rows(self) -> tuple[ComparedField | ComparedTexts, ...]:
        """What is compared beside results, in the order to show; a table takes it from here."""
        fields = {row.field: row for row in self.fields}
        return tuple(
            _texts(name, self.cases) if name in TEXTS else fields[name] for name in COMPARED
        )


def comparison_answer(
    searcher: Searcher, cases: Sequence[Case], addresses: Addresses
) -> ComparisonAnswer:
    """Cases side by side: fields aligned by value, results by metric."""
    taxonomy = searcher.taxonomy
    found = compare(cases, taxonomy)
    differences = contrast(found, taxonomy)
    return ComparisonAnswer(
        snapshot=searcher.snapshot_id,
        url=addresses.comparison(case.id for case in cases),
        text=differences.text,
        cases=tuple(
            ComparedCase(
                id=case.id,
                title=case.title,
                url=addresses.case(case.id),
                summary=case.summary,
                region=case.region,
                members=members_text(case.members, taxonomy),
                partners=case.members.partners if case.members else (),
                period=period_text(case.period),
                undated=told_by(case, searcher.compendium.references),
                reported=provenance(case, searcher.compendium.references),
                references=citations(case, searcher.compendium.references),
            )
            for case in cases
        ),
        fields=tuple(_field(row, found, taxonomy) for row in found.fields),
        metrics=tuple(_metric(row, found, taxonomy) for row in found.metrics),
        contrast=differences,
    )


def agreement_words(rule: str, n: int, told: int) -> str:
    """How ``n`` cases stand to each other in something that is told of ``told`` of them."""
    return {
        ALL: f"{all_of(n).lower()} agree",
        SOME: "partly shared",
        DIFFERENT: "differ",
        GAPS: "told of one" if told == 1 else "equal where told",
        UNTOLD: NOT_TOLD,
    }[rule]


def label_of(name: str, taxonomy: Taxonomy) -> str:
    """What a compared field is called; the type names what the compendium is about."""
    return TEXTS.get(name) or facet_words(name, taxonomy).fact


def reported_by(row: MetricRow) -> str:
    """How many of the cases report a metric, in words."""
    n = len(row.cells)
    if row.n == n:
        return f"{all_of(n).lower()} report"
    return f"{row.n} of {n} {'reports' if row.n == 1 else 'report'}"


def compared_cases(searcher: Searcher, ids: Iterable[str], *, least: int = 0) -> tuple[Case, ...]:
    """The cases of an address in its order; one that is given twice is taken once.

    One that was moved is known by its earlier ids too.

    Args:
        searcher: the snapshot.
        ids: what was given; empty fields of a form are passed over.
        least: how many there must be.

    Raises:
        QueryError: an id is unknown or that of a guide, or there are too many or too few.
    """
    given = given_ids(ids)
    found = tuple({(case := _case(searcher, one)).id: case for one in given}.values())
    if len(found) > MOST:
        raise QueryError(
            f"id must be given at most {number_word(MOST)} times, and {len(found)} cases are "
            f"named. The first {number_word(MOST)} are {joined(given[:MOST])}.",
            parameter="id",
            value=len(found),
        )
    if len(found) < least:
        was = "none is" if not found else f"only {given[0]} is"
        raise QueryError(
            f"id must be given at least {number_word(least)} times, each with the id of another "
            f"case; {was} named.{_example(searcher)}",
            parameter="id",
            value=len(found),
        )
    return found


def _example(searcher: Searcher) -> str:
    """How the first cases of the compendium would be asked for, as a sentence."""
    first = islice(searcher.listed(searcher.reporting), LEAST)
    ids = [f"id={case.id}" for case in first]
    return f" An example is {'&'.join(ids)}." if len(ids) == LEAST else ""


def given_ids(ids: Iterable[str]) -> tuple[str, ...]:
    """The ids that are given, each once; empty fields of a form are passed over."""
    return tuple(dict.fromkeys(one.strip() for one in ids if one.strip()))


def nearest_ids(searcher: Searcher, case_id: str) -> tuple[str, ...]:
    """The ids of cases that look most like a wrong one, nearest first; may be empty."""
    peers = searcher.engine.ids(searcher.matching(searcher.reporting))
    return similar_names(case_id, peers, n=3)


def _case(searcher: Searcher, case_id: str) -> Case:
    try:
        case = searcher.case_now(case_id)
    except CaseNotFound as err:
        near = nearest_ids(searcher, case_id)
        hint = f"The nearest ids are {', '.join(near)}." if near else EVERY_ID
        raise QueryError(
            f"id must be that of a case, which {case_id[:ID_SHOWN]!r} is not. {hint}",
            parameter="id",
            value=case_id,
            allowed=near,
        ) from err
    if case.is_guide:
        guide = searcher.taxonomy.guide
        raise QueryError(
            f"id must be that of a case, and {case.id!r} is {guide.one}. "
            f"{capital(guide.many)} treat a theme, so they have nothing to set beside a case.",
            parameter="id",
            value=case.id,
        )
    return case


def _field(row: FieldRow, found: Comparison, taxonomy: Taxonomy) -> ComparedField:
    told = sum(bool(cell.values) for cell in row.cells)
    return ComparedField(
        field=row.field,
        label=label_of(row.field, taxonomy),
        agreement=row.agreement,
        words=agreement_words(row.agreement, len(row.cells), told),
        cells=tuple(
            ComparedCell(
                id=case.id,
                values=cell.values,
                editorial=cell.editorial,
            )
            for case, cell in zip(found.cases, row.cells, strict=True)
        ),
    )


def _texts(name: str, cases: Sequence[ComparedCase]) -> ComparedTexts:
    told = tuple(_text(name, case) for case in cases)
    rule = agreement([(text,) if text else () for text in told])
    is_aligned = name in ALIGNED_TEXTS or rule == UNTOLD
    words = agreement_words(rule, len(told), sum(map(bool, told))) if is_aligned else ""
    undated = (case.undated if name == "period" else "" for case in cases)
    return ComparedTexts(
        field=name,
        label=TEXTS[name],
        agreement=rule if is_aligned else "",
        words=words,
        texts=tuple(text or other for text, other in zip(told, undated, strict=True)),
    )


def _text(name: str, case: ComparedCase) -> str:
    if name == "members":
        with_whom = f", with {joined(case.partners)}" if case.partners else ""
        return case.members + with_whom
    return {"region": case.region or "", "period": case.period, "summary": case.summary}[name]


def _metric(row: MetricRow, found: Comparison, taxonomy: Taxonomy) -> ComparedMetric:
    return ComparedMetric(
        metric=row.metric,
        label=taxonomy["metrics"].label(row.metric),
        n=row.n,
        words=reported_by(row),
        cells=tuple(
            ComparedResults(id=case.id, results=tuple(_result(one, taxonomy) for one in cell))
            for case, cell in zip(found.cases, row.cells, strict=True)
        ),
    )


def _result(one: Reported, taxonomy: Taxonomy) -> ComparedResult:
    return extended(
        ComparedResult,
        reported(one.result, taxonomy),
        comparable=one.comparable.quantity if one.comparable else None,
        scale_end=one.comparable.scale_end if one.comparable else None,
    )
