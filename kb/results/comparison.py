"""Two to five cases side by side: what all of them have, what some have, what is not told.

Values of a field are aligned by identity, results by metric. Figures are set on one scale
only where ``kb.results.together`` lets them stand together; nothing is ranked or summed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from kb.model.cases import Case, Result
from kb.model.facet_words import is_planned, planned_label
from kb.model.facets import FIELDS_OF_FACETS
from kb.model.quantities import Quantity, as_reported
from kb.model.taxonomy import Taxonomy
from kb.results.together import Finding, together

#: How many cases can be compared.
LEAST = 2
MOST = 5

#: The facets that are compared, in the order to show.
FIELDS: tuple[str, ...] = (
    *("kind", "country", "form", "formation", "type", "project", "sector", "status"),
)

#: How the cases stand to each other in a field: all told and equal; told of all or some
#: and equal where told; told values that have something in common; nothing in common;
#: told of none.
ALL, GAPS, SOME, DIFFERENT, UNTOLD = "all", "gaps", "some", "different", "untold"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedValue:
    """One value of a case in a field."""

    value: str
    label: str
    n: Annotated[
        int, Field(description="How many of the compared cases have it, this one included")
    ]
    planned: Annotated[
        bool, Field(description="True if the source tells it of this case as an aim only")
    ] = False

    @property
    def text(self) -> str:
        """The label as a cell shows it."""
        return planned_label(self.label) if self.planned else self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a case has in a field: the values that most share first, empty if it is not told.

    ``editorial`` says that the values are the editors' reading.
    """

    values: tuple[ComparedValue, ...]
    editorial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One field of all cases, cells in their order; ``agreement`` is one of the five words."""

    field: str
    agreement: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparable:
    """A figure that those of the other cases may stand beside, and where their scale ends.

    The scale begins at 0.
    """

    quantity: Quantity
    scale_end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """One result; ``comparable`` is None where no other case's figure may stand beside it."""

    result: Result
    comparable: Comparable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricRow:
    """One metric of all cases: their results in it, in the order of the file; may be empty."""

    metric: str
    cells: tuple[tuple[Reported, ...], ...]

    @property
    def n(self) -> int:
        """How many of the cases report it."""
        return sum(bool(cell) for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Cases side by side.

    ``fields`` are one row for each of ``FIELDS``; ``metrics`` one for each metric that
    any case reports, in the order of the vocabulary.
    """

    cases: tuple[Case, ...]
    fields: tuple[FieldRow, ...]
    metrics: tuple[MetricRow, ...]

    def field(self, name: str) -> FieldRow:
        """The row of one of ``FIELDS``."""
        return self.fields[FIELDS.index(name)]

    def shared(self, name: str) -> tuple[ComparedValue, ...]:
        """The values of a field that every case has."""
        n = len(self.cases)
        return tuple(value for value in self.field(name).cells[0].values if value.n == n)


def compare(cases: Iterable[Case], taxonomy: Taxonomy) -> Comparison:
    """Align some cases, one at the least, in the order given."""
    chosen = tuple(cases)
    metrics = (_metric_row(term.id, chosen, taxonomy) for term in taxonomy["metrics"])
    return Comparison(
        cases=chosen,
        fields=tuple(_field_row(name, chosen, taxonomy) for name in FIELDS),
        metrics=tuple(row for row in metrics if row.n),
    )


def agreement(by_case: Sequence[Collection[str]]) -> str:
    """How cases stand to each other in something of which each has some values or none."""
    given = [set(values) for values in by_case if values]
    if not given:
        return UNTOLD
    if all(values == given[0] for values in given):
        return ALL if len(given) == len(by_case) else GAPS
    return SOME if set.intersection(*given) else DIFFERENT


def _field_row(name: str, cases: Sequence[Case], taxonomy: Taxonomy) -> FieldRow:
    by_case = [tuple(case.facets.get(name, ())) for case in cases]
    every = [value for values in by_case for value in values]
    field = FIELDS_OF_FACETS.get(name, name)
    places = {value: place for place, value in enumerate(taxonomy.facet(name).ids)}
    cells = []
    for case, values in zip(cases, by_case, strict=True):
        ordered = sorted(values, key=lambda value: (-every.count(value), places.get(value, 0)))
        cells.append(
            Cell(
                values=tuple(
                    ComparedValue(
                        value=value,
                        label=taxonomy.label(name, value),
                        n=every.count(value),
                        planned=is_planned(case, name, value),
                    )
                    for value in ordered
                ),
                editorial=field in case.our_reading,
            )
        )
    return FieldRow(field=name, agreement=agreement(by_case), cells=tuple(cells))


def _metric_row(metric: str, cases: Sequence[Case], taxonomy: Taxonomy) -> MetricRow:
    by_case = [
        [Finding(case=case, result=one) for one in case.results if one.metric == metric]
        for case in cases
    ]
    groups = together((one for findings in by_case for one in findings), taxonomy).values()
    scales = {id(one): _scale_end(group) for group in groups for one in group}
    return MetricRow(
        metric=metric,
        cells=tuple(
            tuple(
                Reported(result=one.result, comparable=_comparable(one, scales.get(id(one))))
                for one in findings
            )
            for findings in by_case
        ),
    )


def _scale_end(group: Sequence[Finding]) -> float | None:
    """Where a scale from 0 ends that holds some figures; None where one is below 0."""
    if any((one.result.low or 0) < 0 for one in group):
        return None
    return max(one.result.high or 0 for one in group)


def _comparable(finding: Finding, scale_end: float | None) -> Comparable | None:
    figure = as_reported(finding.result)
    if figure is None or scale_end is None:
        return None
    return Comparable(quantity=figure, scale_end=scale_end)
