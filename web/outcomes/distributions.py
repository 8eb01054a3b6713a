"""Figures that stand beside each other: what they measure, their middle and range, their plot.

Each function takes figures as ``kb.answers.outcomes`` gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kb.answers.figures import Figure, compared_figure
from kb.answers.outcomes import FiguresAnswer, ReportedFinding
from kb.model.cases import Reference, Result
from kb.model.english import capital
from kb.model.quantities import Quantity
from kb.model.taxonomy import (
    AMOUNT,
    MONEY,
    MULTIPLE,
    PLACE,
    PROPORTION,
    RATING,
    SHARE,
    USUAL,
    Taxonomy,
    Term,
)
from kb.model.units import writing
from web.core.urls import case_url
from web.ui.dotplot import DotPlot, Mark, dot_plot
from web.words.translation import ngettext
from web.words.typography import curly

#: Qualifier of a figure to the side on which it is only bounded.
BOUNDS: Mapping[str, str] = {
    "more than": "more",
    "at least": "more",
    "under": "less",
    "at most": "less",
}
#: What a unit measures whose figures do not show their direction, and have one.
_UNSIGNED = frozenset({AMOUNT, MONEY, USUAL, SHARE})
#: What a unit measures whose figures are the larger the larger those are who report them.
_SIZES = frozenset({AMOUNT, MONEY})
#: Which way a direction goes, in words.
_OF_SHARE: Mapping[int, str] = {1: " that report a rise", -1: " that report a fall", 0: ""}
_AT: Mapping[int, str] = {1: "a rise at ", -1: "a fall at ", 0: ""}
_BY: Mapping[int, str] = {1: "up by ", -1: "down by ", 0: ""}
_CHANGES: Mapping[int, str] = {1: "Rise, in ", -1: "Fall, in "}
_COMPARED: Mapping[int, str] = {1: "Higher than", -1: "Lower than", 0: "Compared with"}


def measure_words(figures: FiguresAnswer, taxonomy: Taxonomy) -> str:
    """What figures measure: ``Rise, in percent``."""
    unit, sign = taxonomy.unit(figures.unit), taxonomy.sign(figures.direction)
    if figures.compared_with:
        return f"{_COMPARED[sign]} {figures.compared_with}, in {unit.label}"
    special = _special_measure(unit, sign)
    return special or (f"{_CHANGES[sign]}{unit.label}" if sign else capital(unit.label))


def _special_measure(unit: Term, sign: int) -> str:
    """What a unit measures where the common pattern reads badly, empty elsewhere."""
    special = {
        SHARE: f"Share {writing(unit).words or unit.label}{_OF_SHARE[sign]}",
        MULTIPLE: "Times as much" if sign >= 0 else "",
        PROPORTION: "" if sign else "For each one put in",
        PLACE: "" if sign else "Place in an order",
        RATING: f"Mean rating, {unit.label}" if sign >= 0 else "",
    }
    return special.get(unit.measures, "")


def direction_words(figures: FiguresAnswer, taxonomy: Taxonomy) -> str:
    """What stands before figures that do not show their direction: ``up by ``, or nothing."""
    measures, sign = taxonomy.unit(figures.unit).measures, taxonomy.sign(figures.direction)
    if measures not in _UNSIGNED:
        return ""
    return (_AT if measures == SHARE else _BY)[sign]


def in_one_line(figures: FiguresAnswer, taxonomy: Taxonomy) -> str:
    """Figures as a line of the summary: ``median +20% (+10% to +200%), 3 figures``."""
    lead = direction_words(figures, taxonomy)
    against = f" against {figures.compared_with}" if figures.compared_with else ""
    if figures.n == 1:
        return f"{lead}{figures.findings[0].figure}{against}"
    spread = figure_range(figures, taxonomy).text
    if figures.median is not None:
        spread = f"median {_written(figures, figures.median, taxonomy).text} ({spread})"
    count = ngettext("%(count)s figure", "%(count)s figures", figures.n)
    return f"{lead}{spread}{against}, {count}"


def median(figures: FiguresAnswer, taxonomy: Taxonomy) -> Figure | None:
    """The figure in the middle, None where there is none."""
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
    """A value among figures, written as they are."""
    quantity = Quantity(
        unit=figures.unit,
        direction=figures.direction,
        low=value,
        high=value,
        converted=has_computed(figures),
    )
    return compared_figure(figures.findings[0].result, quantity, taxonomy)


def has_computed(figures: FiguresAnswer) -> bool:
    """Whether some figure is compared in a unit that we computed it in."""
    return any(finding.converted for finding in figures.findings)


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
    return Mark(
        low=finding.low,
        high=finding.high,
        label=f"{finding.figure}: {curly(finding.title)} ({places})",
        url=case_url(finding.case),
        hollow=finding.converted,
        bound=BOUNDS.get(finding.qualifier, ""),
    )


def source_text(result: Result, references: Mapping[str, Reference]) -> str:
    """Who wrote it, when, and where it stands: ``Roy 1998, section 8``."""
    work = references.get(result.source)
    name = (work.authors or work.title) if work else result.source
    year = f" {work.year}" if work and work.year else ""
    return curly(f"{name}{year}, {result.locator}")
