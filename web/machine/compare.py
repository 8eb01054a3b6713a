"""The comparison of cases as JSON, and its shape."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from flask import Response, request
from flask_openapi3 import APIBlueprint
from pydantic import Field

from kb.answers.comparison import compared_cases
from kb.answers.contrast import contrast
from kb.answers.figures import figure, members_text, period_text
from kb.model.cases import Case
from kb.model.taxonomy import Taxonomy
from kb.results.comparison import LEAST, Comparison, FieldRow, MetricRow, Reported, compare
from kb.search.searcher import Searcher
from web.core.params import CompareParams, read_strict
from web.core.request import searcher
from web.core.urls import absolute, case_url, compare_url
from web.machine import schemas
from web.machine.api import BAD, NOT_READY

bp = APIBlueprint(
    "compare_api", __name__, url_prefix="/api/v1", abp_responses={"400": BAD, "503": NOT_READY}
)


class ComparedCase(schemas.Model):
    """One of the compared cases; what is told of it as text and not as values stands here."""

    id: str
    title: str
    url: str
    summary: str
    region: str | None
    members: str = Field(description="Who took part, empty if not told")
    period: str = Field(description="Years, empty if not told")


class ComparedValue(schemas.Model):
    """One value of a case in a field."""

    value: str
    label: str
    n: int = Field(description="How many of the compared cases have it, this one included")


class ComparedCell(schemas.Model):
    """What one case has in a field; no values: it is not told."""

    id: str = Field(description="Of the case")
    values: list[ComparedValue]
    ours: bool = Field(description="True if the values are the editors' reading")


class ComparedField(schemas.Model):
    """One field of every case, in the order asked for."""

    field: str
    agreement: str = Field(
        description="all: told and equal; gaps: equal where told; some: partly in common; "
        "different: nothing in common; untold: told of none"
    )
    cells: list[ComparedCell]


class ComparedFigure(schemas.Model):
    """A figure that another case's may stand beside: one unit, direction and kind of evidence."""

    unit: str
    direction: str
    low: float
    high: float
    qualifier: str
    converted: bool = Field(description="True if the arithmetic is ours and not the source's")


class ComparedResult(schemas.ResultOut):
    """One result; `beside` is null where no other case's figure may stand beside it."""

    beside: ComparedFigure | None


class ComparedResults(schemas.Model):
    """What one case reports in a metric; no results: not reported, which is not zero."""

    id: str = Field(description="Of the case")
    results: list[ComparedResult]


class ComparedMetric(schemas.Model):
    """One metric that any of the cases reports."""

    metric: str
    label: str
    n: int = Field(description="How many of the cases report it")
    cells: list[ComparedResults]


class CompareOut(schemas.Model):
    """Cases side by side, in the order asked for."""

    snapshot: str
    url: str = Field(description="The page of the comparison")
    text: str = Field(description="What they have in common and where they differ, in words")
    cases: list[ComparedCase]
    fields: list[ComparedField]
    metrics: list[ComparedMetric]


@bp.get("/compare", summary="Compare cases", responses={"200": CompareOut})
def compare_cases(query: CompareParams) -> Response:
    """Two to five cases side by side: fields aligned by value, results by metric."""
    current = searcher()
    values = read_strict(CompareParams, request.args, current.taxonomy)
    cases = compared_cases(current, values["id"], least=LEAST)
    return Response(compare_out(current, cases).model_dump_json(), mimetype="application/json")


def compare_out(current: Searcher, cases: Sequence[Case]) -> CompareOut:
    """A comparison in the shape of the API."""
    words = current.taxonomy
    found = compare(cases, words)
    return CompareOut(
        snapshot=current.snapshot_id,
        url=absolute(compare_url(case.id for case in cases)),
        text=contrast(found, words).text,
        cases=[_case(case) for case in cases],
        fields=[_field(row, found) for row in found.fields],
        metrics=[_metric(row, found, words) for row in found.metrics],
    )


def _case(case: Case) -> ComparedCase:
    return ComparedCase(
        id=case.id,
        title=case.title,
        url=absolute(case_url(case.id)),
        summary=case.summary,
        region=case.region,
        members=members_text(case.members),
        period=period_text(case.period),
    )


def _field(row: FieldRow, found: Comparison) -> ComparedField:
    cells = [
        ComparedCell(
            id=case.id,
            values=[ComparedValue(value=one.id, label=one.label, n=one.n) for one in cell.values],
            ours=cell.ours,
        )
        for case, cell in zip(found.cases, row.cells, strict=True)
    ]
    return ComparedField(field=row.field, agreement=row.agreement, cells=cells)


def _metric(row: MetricRow, found: Comparison, words: Taxonomy) -> ComparedMetric:
    label = words["metrics"].label(row.metric)
    cells = [
        ComparedResults(id=case.id, results=[_result(one, label) for one in cell])
        for case, cell in zip(found.cases, row.cells, strict=True)
    ]
    return ComparedMetric(metric=row.metric, label=label, n=row.n, cells=cells)


def _result(one: Reported, label: str) -> ComparedResult:
    quantity = one.beside and ComparedFigure(**dataclasses.asdict(one.beside.quantity))
    shown = figure(one.result, label).text
    return ComparedResult(**dataclasses.asdict(one.result), figure=shown, beside=quantity)
