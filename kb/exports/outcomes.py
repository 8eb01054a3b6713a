"""What networks reported as rows of a spreadsheet."""

from __future__ import annotations

from kb.exports import csv
from kb.results.outcomes import Finding, Outlook

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
)


def to_csv(found: Outlook) -> str:
    """Every finding as a row of CSV (RFC 4180) under ``CSV_COLUMNS``.

    A result that can be compared in two ways has two rows. A text that a spreadsheet
    would take for a formula gets an apostrophe before it.
    """
    findings = (
        finding
        for metric in found.metrics
        for group in (*(one.findings for one in metric.distributions), metric.in_words)
        for finding in group
    )
    return csv.to_csv([CSV_COLUMNS, *(_row(finding) for finding in findings)])


def _row(finding: Finding) -> list[str | float | None]:
    result, compared = finding.result, finding.quantity
    row = [
        result.metric,
        finding.evidence,
        finding.case_id,
        finding.title,
        " ".join(finding.country),
        compared.direction if compared else result.direction,
        compared.low if compared else None,
        compared.high if compared else None,
        compared.unit if compared else None,
        ("yes" if compared.converted else "no") if compared else None,
        compared.qualifier if compared else None,
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
    ]
    return [_digits(value) if isinstance(value, float) else value for value in row]


def _digits(value: float) -> float:
    """A number as a person writes it: 30 and not 30.0."""
    return int(value) if value.is_integer() else value
