"""Cases side by side as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kb.answers.comparison import (
    NOT_REPORTED,
    NOT_TOLD,
    ComparedCell,
    ComparedResult,
    ComparedTexts,
    ComparisonAnswer,
)
from kb.answers.figures import said_beside
from kb.citations.works import Citation
from kb.exports import csv


def to_csv(found: ComparisonAnswer) -> str:
    """The comparison as CSV: id and label of the row, how the cases agree, then the cases.

    Values of a cell, and several results, stand apart by semicolons.
    """
    return csv.to_csv(rows(found))


def rows(found: ComparisonAnswer) -> Iterator[tuple[str, ...]]:
    """The rows of the spreadsheet, the heading first."""
    yield ("row", "label", "agreement", *(case.id for case in found.cases))
    yield ("title", "Title", "", *(case.title for case in found.cases))
    for row in found.rows:
        if isinstance(row, ComparedTexts):
            cells = [text or NOT_TOLD for text in row.texts]
        else:
            cells = [_values(cell) for cell in row.cells]
        yield (row.field, row.label, row.words, *cells)
    for metric in found.metrics:
        results = (_results(cell.results) for cell in metric.cells)
        yield (f"results:{metric.metric}", metric.label, metric.words, *results)
    works = ("; ".join(map(_work, case.references)) for case in found.cases)
    yield ("sources", "Sources", "", *works)


def _values(cell: ComparedCell) -> str:
    text = "; ".join(value.text for value in cell.values)
    return f"{text or NOT_TOLD}{' (our reading)' if text and cell.editorial else ''}"


def _results(results: Iterable[ComparedResult]) -> str:
    return "; ".join(map(_result, results)) or NOT_REPORTED


def _result(result: ComparedResult) -> str:
    where_told = f"({'; '.join((f'{result.source}, {result.locator}', *said_beside(result)))})"
    if result.low is None:
        return f"in words: {result.statement.rstrip('.')} {where_told}"
    horizon = f", {result.horizon}" if result.horizon else ""
    return f"figure: {result.figure}{horizon} {where_told}"


def _work(work: Citation) -> str:
    return f"{work.authors or work.title} ({work.year}), {'; '.join(work.locators)}"
