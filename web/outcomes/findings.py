"""One finding as a row of a table, and the words for what figures measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.answers.figures import Figure, compared_figure, figure
from kb.model.cases import Reference, Result
from kb.model.taxonomy import Taxonomy
from kb.results.outcomes import Distribution, Finding
from web.core.urls import case_url
from web.ui.dotplot import Mark
from web.words.typography import capital, curly

#: Qualifier of a figure to the side on which it is only bounded.
BOUNDS: Mapping[str, str] = {
    "more than": "more",
    "at least": "more",
    "under": "less",
    "at most": "less",
}
#: (unit, direction) to what is measured, where the common pattern reads badly.
_MEASURES: Mapping[tuple[str, str], str] = {
    ("percent-of-firms", "up"): "Share of firms that report a rise",
    ("percent-of-firms", "down"): "Share of firms that report a fall",
    ("percent-of-firms", "level"): "Share of firms",
    ("times", "up"): "Times as much",
    ("times", "level"): "Times as much",
    ("ratio", "level"): "For each one put in",
    ("rank", "level"): "Place in an order",
    ("score-of-5", "level"): "Mean rating, out of 5",
    ("score-of-5", "up"): "Mean rating, out of 5",
}
#: Units whose figures show their direction, or have none.
_SIGNED = ("percent", "percent-a-year", "times", "ratio", "rank", "score-of-5")
_OF_FIRMS: Mapping[str, str] = {"up": "a rise at ", "down": "a fall at "}
_BY: Mapping[str, str] = {"up": "up by ", "down": "down by "}
_CHANGES: Mapping[str, str] = {"up": "Rise, in ", "down": "Fall, in "}
_COMPARED: Mapping[str, str] = {"up": "Higher than", "down": "Lower than"}


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
    computed = compared_figure(result, shown).text if shown is not None and shown.converted else ""
    return FindingRow(
        figure=figure(result, taxonomy["metrics"].label(result.metric)),
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
    label = taxonomy["units"].label(found.unit)
    if found.compared_with:
        than = _COMPARED.get(found.direction, "Compared with")
        return f"{than} {found.compared_with}, in {label}"
    special = _MEASURES.get((found.unit, found.direction))
    if special:
        return special
    return f"{_CHANGES[found.direction]}{label}" if found.direction in _CHANGES else capital(label)


def direction_words(found: Distribution) -> str:
    """What stands before figures that do not show their direction: ``up by ``, or nothing."""
    if found.unit in _SIGNED:
        return ""
    words = _OF_FIRMS if found.unit == "percent-of-firms" else _BY
    return words.get(found.direction, "")


def mark(finding: Finding, taxonomy: Taxonomy) -> Mark:
    """A finding with a quantity, to draw.

    Raises:
        ValueError: the finding is in words.
    """
    shown = finding.quantity
    if shown is None:
        raise ValueError(f"{finding.case_id}: a result in words cannot be drawn")
    words = compared_figure(finding.result, shown).text
    return Mark(
        low=shown.low,
        high=shown.high,
        label=f"{words}: {curly(finding.title)} ({place(finding, taxonomy)})",
        url=case_url(finding.case_id),
        hollow=shown.converted,
        bound=BOUNDS.get(shown.qualifier, ""),
    )
