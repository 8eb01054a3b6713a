"""The rows of a comparison: fields and metrics, one cell for each case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.answers.comparison import (
    ALIGNED_TEXTS,
    COMPARED,
    TEXTS,
    agreement_words,
    reported_by,
)
from kb.answers.figures import compared_figure, members_text, period_text
from kb.model.cases import Case, Result
from kb.model.facet_words import facet_words
from kb.model.quantities import Quantity
from kb.model.taxonomy import Taxonomy
from kb.results.comparison import (
    UNTOLD,
    Comparison,
    Reported,
    Value,
    agreement,
)
from web.core.urls import case_url
from web.ui.cards import Badge, badges
from web.words.figures import ResultView, result_view
from web.words.lists import listed
from web.words.typography import curly

#: How far along the common scale a figure reaches is given in parts of this.
SCALE = 100
#: How many results of one metric stand open in a cell; one more is not worth folding.
REPORTS_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueView:
    """One value; ``mark`` says how many share it, and is empty where all do."""

    label: str
    mark: str = ""
    badge: Badge | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """One cell of a field: values or a text; neither where it is not told."""

    values: tuple[ValueView, ...] = ()
    text: str = ""
    ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One field. ``agreement`` chooses the mark, ``words`` say it."""

    id: str
    label: str
    agreement: str
    words: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """One result. ``bar`` is (start of the range, its end) in parts of ``SCALE``, or None.

    ``computed`` is the figure in the unit of the scale, where the source gives another.
    """

    result: ResultView
    source_url: str
    bar: tuple[float, float] | None = None
    computed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsView:
    """What one case reports in a metric: the first few, and more that is folded away."""

    first: tuple[ReportView, ...]
    more: tuple[ReportView, ...] = ()

    @property
    def all(self) -> tuple[ReportView, ...]:
        """Every result, none where none is reported."""
        return self.first + self.more


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricView:
    """One metric and what each case reports in it."""

    id: str
    label: str
    words: str
    cells: tuple[ReportsView, ...]


def field_rows(found: Comparison, taxonomy: Taxonomy) -> tuple[RowView, ...]:
    """One row for each of ``COMPARED``, those that no case tells included."""
    return tuple(
        _text_row(name, found, taxonomy) if name in TEXTS else _field_row(name, found, taxonomy)
        for name in COMPARED
    )


def metric_rows(found: Comparison, taxonomy: Taxonomy) -> tuple[MetricView, ...]:
    """One row for each metric that any of the cases reports."""
    return tuple(
        MetricView(
            id=row.metric,
            label=taxonomy["metrics"].label(row.metric),
            words=reported_by(row),
            cells=tuple(
                _reports([_report(case, one, taxonomy) for one in cell])
                for case, cell in zip(found.cases, row.cells, strict=True)
            ),
        )
        for row in found.metrics
    )


def _reports(found: Sequence[ReportView]) -> ReportsView:
    """All of a few; of many the first ones, so that no case stretches the table."""
    n = len(found) if len(found) <= REPORTS_SHOWN + 1 else REPORTS_SHOWN
    return ReportsView(first=tuple(found[:n]), more=tuple(found[n:]))


def _field_row(name: str, found: Comparison, taxonomy: Taxonomy) -> RowView:
    row, n = found.field(name), len(found.cases)
    cells = []
    for case, cell in zip(found.cases, row.cells, strict=True):
        marks = {one.id: one for one in badges(case, taxonomy)} if name == "type" else {}
        values = tuple(_value(one, n, marks.get(one.id)) for one in cell.values)
        cells.append(CellView(values=values, ours=cell.ours))
    told = sum(bool(cell.values) for cell in row.cells)
    return RowView(
        id=name,
        label=facet_words(name, taxonomy).fact,
        agreement=row.agreement,
        words=agreement_words(row.agreement, n, told),
        cells=tuple(cells),
    )


def _value(value: Value, n: int, badge: Badge | None) -> ValueView:
    """A value that one case has alone says so, one that some have by how many."""
    mark = "" if value.n == n else "only here" if value.n == 1 else f"{value.n} of {n}"
    return ValueView(label=value.label, mark=mark, badge=badge)


def _text_row(name: str, found: Comparison, taxonomy: Taxonomy) -> RowView:
    texts = [_text(name, case, taxonomy) for case in found.cases]
    told = [(text,) if text else () for text in texts]
    rule = agreement(told)
    is_aligned = name in ALIGNED_TEXTS or rule == UNTOLD
    words = agreement_words(rule, len(texts), sum(map(bool, told))) if is_aligned else ""
    return RowView(
        id=name,
        label=TEXTS[name],
        agreement=rule if is_aligned else "",
        words=words,
        cells=tuple(CellView(text=text) for text in texts),
    )


def _text(name: str, case: Case, taxonomy: Taxonomy) -> str:
    if name == "members":
        partners = case.members.partners if case.members else ()
        with_whom = f", with {listed(partners)}" if partners else ""
        return curly(members_text(case.members, taxonomy) + with_whom)
    if name == "period":
        return period_text(case.period)
    return curly(case.summary if name == "summary" else case.region or "")


def _report(case: Case, one: Reported, taxonomy: Taxonomy) -> ReportView:
    view = ReportView(
        result=result_view(one.result, taxonomy),
        source_url=f"{case_url(case.id)}#source-{one.result.source}",
    )
    if one.beside is None:
        return view
    found, most = one.beside.quantity, one.beside.most
    bar = tuple(round(SCALE * end / most, 1) if most else 0.0 for end in (found.low, found.high))
    return replace(view, bar=bar, computed=_computed(one.result, found, taxonomy))


def _computed(result: Result, found: Quantity, taxonomy: Taxonomy) -> str:
    """The figure that the scale takes where it is our arithmetic; to one decimal."""
    return compared_figure(result, found, taxonomy).text if found.converted else ""
