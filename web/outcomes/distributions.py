"""Figures that stand beside each other: median, range, plot and rows, ready to show."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kb.answers.figures import Figure, compared_figure
from kb.model.quantities import Quantity
from kb.model.taxonomy import AMOUNT, MONEY, Taxonomy
from kb.results.outcomes import Distribution, Finding
from kb.search.searcher import Searcher
from web.outcomes.findings import (
    FindingRow,
    direction_words,
    finding_row,
    mark,
    measure_words,
)
from web.ui.dotplot import DotPlot, dot_plot
from web.words.lists import count_words

#: What a unit measures whose figures are the larger the larger those are who report them.
_SIZES = frozenset({AMOUNT, MONEY})
TWO = "Only two figures: there is no middle one, so no median."
ONE_CASE = "No median: these are figures of different things, all from one case."


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionView:
    """Figures that stand beside each other, two or more.

    ``median`` is None where there is none, and ``why`` then says so. ``shape`` is the
    same as a line of the summary.
    """

    measure: str
    tally: str
    median: Figure | None
    why: str
    range: Figure
    plot: DotPlot
    rows: tuple[FindingRow, ...]
    notes: tuple[str, ...]
    shape: str


def distribution_view(found: Distribution, current: Searcher) -> DistributionView:
    """Everything that a page shows of two or more figures."""
    plot = dot_plot(
        [mark(finding, current.taxonomy) for finding in found.findings], median=found.median
    )
    scale = f", in {plot.scale}s" if plot.scale else ""
    return DistributionView(
        measure=measure_words(found, current.taxonomy) + scale,
        tally=f"{found.n} figures from {count_words(found.n_cases, 'case', 'cases')}",
        median=_one(found, found.median, current.taxonomy) if found.median is not None else None,
        why="" if found.median is not None else ONE_CASE if found.n_cases == 1 else TWO,
        range=_range(found, current.taxonomy),
        plot=plot,
        rows=tuple(
            finding_row(finding, current.taxonomy, current.compendium.references)
            for finding in found.findings
        ),
        notes=_notes(found, current),
        shape=shape(found, current.taxonomy),
    )


def _notes(found: Distribution, current: Searcher) -> tuple[str, ...]:
    notes = []
    if any(is_converted(finding) for finding in found.findings):
        notes.append("A hollow dot is a figure that we computed; its row says from what.")
    if current.taxonomy.unit(found.unit).measures in _SIZES:
        many = current.taxonomy.subject.many
        notes.append(f"Amounts and counts depend on how large the {many} are.")
    return tuple(notes)


def is_converted(finding: Finding) -> bool:
    """Whether the figure is compared in a unit that we computed it in."""
    return finding.quantity is not None and finding.quantity.converted


def shape(found: Distribution, taxonomy: Taxonomy) -> str:
    """A distribution in one line: ``median +20% (+10% to +200%), 3 figures``."""
    alone = found.findings[0].quantity if found.n == 1 else None
    lead = direction_words(found, taxonomy)
    against = f" against {found.compared_with}" if found.compared_with else ""
    if alone is not None:
        shown = compared_figure(found.findings[0].result, alone, taxonomy).text
        return f"{lead}{shown}{against}"
    spread = _range(found, taxonomy).text
    if found.median is not None:
        spread = f"median {_one(found, found.median, taxonomy).text} ({spread})"
    return f"{lead}{spread}{against}, {found.n} figures"


def _range(found: Distribution, taxonomy: Taxonomy) -> Figure:
    low, high = (_one(found, end, taxonomy) for end in (found.low, found.high))
    if low.number == high.number and low.unit == high.unit:
        return low
    if low.unit == high.unit:
        return replace(high, number=f"{low.number} to {high.number}")
    return Figure(number=f"{low.text} to {high.number}", unit=high.unit, mark=high.mark)


def _one(found: Distribution, value: float, taxonomy: Taxonomy) -> Figure:
    """A value of a distribution, as its figures are written."""
    converted = any(is_converted(finding) for finding in found.findings)
    quantity = Quantity(
        unit=found.unit,
        direction=found.direction,
        low=value,
        high=value,
        converted=converted,
    )
    return compared_figure(found.findings[0].result, quantity, taxonomy)
