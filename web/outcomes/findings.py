"""One finding as a row of a table, and the words for what figures measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.answers.figures import Figure, compared_figure, figure
from kb.model.cases import Reference, Result
from kb.model.english import capital
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
from kb.results.outcomes import Distribution, Finding
from web.core.urls import case_url
from web.ui.dotplot import Mark
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
#: Which way a direction goes, in words.
_OF_SHARE: Mapping[int, str] = {1: " that report a rise", -1: " that report a fall", 0: ""}
_AT: Mapping[int, str] = {1: "a rise at ", -1: "a fall at ", 0: ""}
_BY: Mapping[int, str] = {1: "up by ", -1: "down by ", 0: ""}
_CHANGES: Mapping[int, str] = {1: "Rise, in ", -1: "Fall, in "}
_COMPARED: Mapping[int, str] = {1: "Higher than", -1: "Lower than", 0: "Compared with"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """One finding, ready to show.

    ``figure`` is as reported. ``computed`` is what it counts as where that is our
    arithmetic, empty elsewhere; ``measure`` says what a figure without a plot measures.
    """

    figure: Figure
    computed: str
    measure: str
    statement: str
    horizon: str
    title: str
    url: str
    where: str
    source: str


def finding_row(
    finding: Finding,
    taxonomy: Taxonomy,
    references: Mapping[str, Reference],
    *,
    measure: str = "",
) -> FindingRow:
    """The row of a finding; its case is a link, its source a text with the place in it."""
    result = finding.result
    shown = finding.quantity
    computed = ""
    if shown is not None and shown.converted:
        computed = compared_figure(result, shown, taxonomy).text
    return FindingRow(
        figure=figure(result, taxonomy),
        computed=computed,
        measure=measure,
        statement=curly(result.statement),
        horizon=result.horizon or "",
        title=curly(finding.title),
        url=case_url(finding.case_id),
        where=place(finding, taxonomy),
        source=source_text(result, references),
    )


def place(finding: Finding, taxonomy: Taxonomy) -> str:
    """The countries of a finding's case."""
    return ", ".join(taxonomy.label("country", code) for code in finding.country)


def source_text(result: Result, references: Mapping[str, Reference]) -> str:
    """Who wrote it, when, and where it stands: ``Roy 1998, section 8``."""
    work = references.get(result.source)
    name = (work.authors or work.title) if work else result.source
    year = f" {work.year}" if work and work.year else ""
    return f"{curly(name)}{year}, {result.locator}"


def measure_words(found: Distribution, taxonomy: Taxonomy) -> str:
    """What the figures of a distribution measure: ``Rise, in percent``."""
    unit, sign = taxonomy.unit(found.unit), taxonomy.sign(found.direction)
    if found.compared_with:
        return f"{_COMPARED[sign]} {found.compared_with}, in {unit.label}"
    special = _special_measure(unit, sign)
    return special or (f"{_CHANGES[sign]}{unit.label}" if sign else capital(unit.label))


def _special_measure(unit: Term, sign: int) -> str:
    """What a unit measures where the common pattern reads badly, empty elsewhere."""
    found = {
        SHARE: f"Share {writing(unit).words or unit.label}{_OF_SHARE[sign]}",
        MULTIPLE: "Times as much" if sign >= 0 else "",
        PROPORTION: "" if sign else "For each one put in",
        PLACE: "" if sign else "Place in an order",
        RATING: f"Mean rating, {unit.label}" if sign >= 0 else "",
    }
    return found.get(unit.measures, "")


def direction_words(found: Distribution, taxonomy: Taxonomy) -> str:
    """What stands before figures that do not show their direction: ``up by ``, or nothing."""
    measures, sign = taxonomy.unit(found.unit).measures, taxonomy.sign(found.direction)
    if measures not in _UNSIGNED:
        return ""
    return (_AT if measures == SHARE else _BY)[sign]


def mark(finding: Finding, taxonomy: Taxonomy) -> Mark:
    """A finding with a quantity, to draw.

    Raises:
        ValueError: the finding is in words.
    """
    shown = finding.quantity
    if shown is None:
        raise ValueError(f"{finding.case_id}: a result in words cannot be drawn")
    words = compared_figure(finding.result, shown, taxonomy).text
    return Mark(
        low=shown.low,
        high=shown.high,
        label=f"{words}: {curly(finding.title)} ({place(finding, taxonomy)})",
        url=case_url(finding.case_id),
        hollow=shown.converted,
        bound=BOUNDS.get(shown.qualifier, ""),
    )
