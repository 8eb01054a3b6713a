"""What networks reported as rows of a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator

from kb.answers.outcomes import OutcomesAnswer, ReportedFinding
from kb.exports import csv

CSV_COLUMNS = (
    "metric",
    "evidence",
    "case",
    "title",
    "country",
    "direction",
    "low",
    "high",
    "unit",
    "converted",
    "qualifier",
    "reported_low",
    "reported_high",
    "reported_unit",
    "before",
    "of",
    "compared_with",
    "horizon",
    "level",
    "statement",
    "source",
    "locator",
    "merged",
    "contradicted",
)


def to_csv(found: OutcomesAnswer) -> str:
    """Every finding as a row of CSV (RFC 4180) under ``CSV_COLUMNS``.

    A result that can be compared in two ways has two rows. A text that a spreadsheet
    would take for a formula gets an apostrophe before it.
    """
    return csv.to_csv([CSV_COLUMNS, *_rows(found)])


def _rows(found: OutcomesAnswer) -> Iterator[list[str | float | None]]:
    for metric in found.metrics:
        for figures in metric.distributions:
            for finding in figures.findings:
                yield _row(finding, figures.direction)
        for finding in metric.in_words:
            yield _row(finding, finding.result.direction)


def _row(finding: ReportedFinding, direction: str) -> list[str | float | None]:
    result = finding.result
    converted = "yes" if finding.converted else "no"
    row = [
        result.metric,
        finding.evidence,
        finding.case,
        finding.title,
        " ".join(finding.country),
        direction,
        finding.low,
        finding.high,
        finding.unit,
        None if finding.low is None else converted,
        finding.qualifier,
        result.low,
        result.high,
        result.unit,
        result.before,
        result.of,
        result.compared_with,
        result.horizon,
        result.level,
        result.statement,
        result.source,
        result.locator,
        "yes" if result.merged else "no",
        result.contradicted.says if result.contradicted else "",
    ]
    return [_plain(value) if isinstance(value, float) else value for value in row]


def _plain(value: float) -> float:
    """A number as a person writes it, 30 and not 30.0; no text, as that could be a formula."""
    return int(value) if value.is_integer() else value
