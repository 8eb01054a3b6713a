"""Figures in words and on one axis: what a group measures, its middle and range, its plot.

Each function takes figures as ``kb.answers.outcomes`` gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kb.answers.figures import MERGED, Figure, compared_figure
from kb.answers.outcomes import FiguresAnswer, ReportedFinding
from kb.model.cases import Reference, Result
from kb.model.english import capital
from kb.model.quantities import Quantity
from kb.model.taxonomy import AMOUNT, MONEY, MULTIPLE, RATING, SHARE, Taxonomy, Term
from kb.model.units import writing
from kb.text.typography import curly
from web.core.urls import case_url
from web.ui.dotplot import DotPlot, Mark, dot_plot

#: Qualifier of a figure to the side on which it is only bounded.
BOUNDS: Mapping[str, str] = {
    "more than": "more",
    "at least": "more",
    "under": "less",
    "at most": "less",
}
#: What a unit measures whose figures are the larger the larger those are who report them.
_SIZES = frozenset({AMOUNT, MONEY})
#: Which way a direction goes, in words.
_OF_SHARE: Mapping[int, str] = {1: " that report a rise", -1: " that report a fall", 0: ""}
_CHANGES: Mapping[int, str] = {1: "Rise, in ", -1: "Fall, in ", 0: ""}
_REACHED: Mapping[int, str] = {1: "Level after a rise, in ", -1: "Level after a fall, in "}
_COMPARED: Mapping[int, str] = {1: "Higher than", -1: "Lower than", 0: "Compared with"}


def measure_words(figures: FiguresAnswer, taxonomy: Taxonomy) -> str:
    """What figures measure: ``Rise, in percent``; with what they are about after a colon."""
    words = _measure(figures, taxonomy)
    return f"{capital(figures.about)}: {words[:1].lower()}{words[1:]}" if figures.about else words


def _measure(figures: FiguresAnswer, taxonomy: Taxonomy) -> str:
    unit, sign = taxonomy.unit(figures.unit), taxonomy.sign(figures.direction)
    if figures.compared_with:
        return f"{_COMPARED[sign]} {figures.compared_with}, in {unit.label}"
    if figures.findings[0].result.before is not None and sign:
        return f"{_REACHED[sign]}{unit.label}"
    special = _special_measure(unit, sign)
    return special or (f"{_CHANGES[sign]}{unit.label}" if sign else capital(unit.label))


def _special_measure(unit: Term, sign: int) -> str:
    """What a unit measures where the common pattern reads badly, empty elsewhere."""
    special = {
        SHARE: f"Share {writing(unit).words or unit.label}{_OF_SHARE[sign]}",
        MULTIPLE: "Times as much" if sign >= 0 else "",
        RATING: f"Mean rating, {unit.label}" if sign >= 0 else "",
    }
    return special.get(unit.measures, "")


def median(figures: FiguresAnswer, taxonomy: Taxonomy) -> Figure | None:
    """The figure in the middle, None of a figure alone."""
    return None if figures.median is None else _written(figures, figures.median, taxonomy)


def figure_range(figures: FiguresAnswer, taxonomy: Taxonomy) -> Figure:
    """From the lowest to the highest figure."""
    low, high = (_written(figures, end, taxonomy) for end in (figures.low, figures.high))
    if low.number == high.number and low.unit == high.unit:
        return low
    if low.unit == high.unit:
        return replace(high, number=f"{low.number} to {high.number}")
    return Figure(number=f"{low.text} to {high.number}", unit=high.unit, mark=high.mark)


def _written(figures: FiguresAnswer, value: float, taxonomy: Taxonomy) -> Figure:
    """A value among figures, written as they are and to one decimal more at most."""
    quantity = Quantity(
        unit=figures.unit, direction=figures.direction, low=round(value, 2), high=round(value, 2)
    )
    one = replace(figures.findings[0].result, merged=False)
    return compared_figure(one, quantity, taxonomy)


def depends_on_size(figures: FiguresAnswer, taxonomy: Taxonomy) -> bool:
    """Whether figures are the larger the larger those are who report them."""
    return taxonomy.unit(figures.unit).measures in _SIZES


def plotted(figures: FiguresAnswer, taxonomy: Taxonomy) -> DotPlot:
    """The figures on one axis.

    Raises:
        ValueError: one of them is in words.
    """
    return dot_plot([_mark(one, taxonomy) for one in figures.findings], median=figures.median)


def _mark(finding: ReportedFinding, taxonomy: Taxonomy) -> Mark:
    if finding.low is None or finding.high is None:
        raise ValueError(f"{finding.case}: a result in words cannot be drawn")
    places = ", ".join(taxonomy.label("country", code) for code in finding.country)
    merged = f"; {MERGED}" if finding.result.merged else ""
    return Mark(
        low=finding.low,
        high=finding.high,
        label=f"{finding.figure}: {curly(finding.title)} ({places}){merged}",
        url=case_url(finding.case),
        bound=BOUNDS.get(finding.qualifier, ""),
    )


def source_text(result: Result, references: Mapping[str, Reference]) -> str:
    """Who wrote it, of what year, and where it stands: ``Roy, reported 1998, section 8``."""
    work = references.get(result.source)
    name = (work.authors or work.title) if work else result.source
    year = f", reported {work.year}" if work and work.year else ""
    return curly(f"{name}{year}, {result.locator}")
