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
    "period",
    "direction",
    "low",
    "high",
    "unit",
    "qualifier",
    "before",
    "before_qualifier",
    "of",
    "about",
    "compared_with",
    "horizon",
    "level",
    "statement",
    "change",
    "stands_with",
    "source",
    "reported_in",
    "locator",
    "merged",
    "contradicted",
)


def to_csv(found: OutcomesAnswer, metric: str = "") -> str:
    """Every finding, or those in one metric, as a row of CSV (RFC 4180) under ``CSV_COLUMNS``.

    Figures are those of the source. ``change`` is the change in percent that two amounts, or
    a part of the usual, stand for, by our arithmetic. ``stands_with`` says how many figures
    may stand together with this one, itself included; 1 stands alone, and a result in words
    has none. A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    return csv.to_csv([CSV_COLUMNS, *_rows(found, metric)])


def _rows(found: OutcomesAnswer, only: str) -> Iterator[list[str | float | None]]:
    for metric in found.metrics:
        if only and metric.metric != only:
            continue
        for figures in metric.distributions:
            for finding in figures.findings:
                yield _row(finding, figures.n)
        for finding in metric.in_words:
            yield _row(finding, None)


def _row(finding: ReportedFinding, stands_with: int | None) -> list[str | float | None]:
    result = finding.result
    row = [
        result.metric,
        finding.evidence,
        finding.case,
        finding.title,
        " ".join(finding.country),
        finding.period,
        result.direction,
        finding.low,
        finding.high,
        finding.unit,
        finding.qualifier,
        result.before,
        result.before_qualifier,
        result.of,
        result.about,
        result.compared_with,
        result.horizon,
        result.level,
        result.statement,
        finding.change,
        stands_with,
        result.source,
        finding.reported_in,
        result.locator,
        "yes" if result.merged else "no",
        result.contradicted.says if result.contradicted else "",
    ]
    return [_plain(value) if isinstance(value, float) else value for value in row]


def _plain(value: float) -> float:
    """A number as a person writes it, 30 and not 30.0; no text, as that could be a formula."""
    return int(value) if value.is_integer() else value
