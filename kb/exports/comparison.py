"""Cases side by side as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kb.answers.comparison import (
    ALIGNED_TEXTS,
    COMPARED,
    NOT_REPORTED,
    NOT_TOLD,
    TEXTS,
    ComparedCase,
    ComparedCell,
    ComparedResult,
    ComparisonAnswer,
    agreement_words,
)
from kb.citations.works import Citation
from kb.exports import csv
from kb.model.english import joined
from kb.results.comparison import UNTOLD, agreement


def to_csv(found: ComparisonAnswer) -> str:
    """The comparison as CSV: id and label of the row, how the cases agree, then the cases.

    Values of a cell, and several results, stand apart by semicolons.
    """
    return csv.to_csv(rows(found))


def rows(found: ComparisonAnswer) -> Iterator[tuple[str, ...]]:
    """The rows of the spreadsheet, the heading first."""
    fields = {row.field: row for row in found.fields}
    yield ("row", "label", "agreement", *(case.id for case in found.cases))
    yield ("title", "Title", "", *(case.title for case in found.cases))
    for name in COMPARED:
        if name in TEXTS:
            texts = [_text(name, case) for case in found.cases]
            yield (
                name,
                TEXTS[name],
                _text_agreement(name, texts),
                *(text or NOT_TOLD for text in texts),
            )
        else:
            row = fields[name]
            yield (name, row.label, row.words, *(_values(cell) for cell in row.cells))
    for metric in found.metrics:
        cells = (_results(cell.results) for cell in metric.cells)
        yield (f"results:{metric.metric}", metric.label, metric.words, *cells)
    works = ("; ".join(map(_work, case.references)) for case in found.cases)
    yield ("sources", "Sources", "", *works)


def _text(name: str, case: ComparedCase) -> str:
    if name == "members":
        with_whom = f", with {joined(case.partners)}" if case.partners else ""
        return case.members + with_whom
    return {"region": case.region or "", "period": case.period, "summary": case.summary}[name]


def _text_agreement(name: str, texts: list[str]) -> str:
    rule = agreement([(text,) if text else () for text in texts])
    is_aligned = name in ALIGNED_TEXTS or rule == UNTOLD
    return agreement_words(rule, len(texts), sum(map(bool, texts))) if is_aligned else ""


def _values(cell: ComparedCell) -> str:
    text = "; ".join(value.label for value in cell.values)
    return f"{text or NOT_TOLD}{' (our reading)' if text and cell.editorial else ''}"


def _results(results: Iterable[ComparedResult]) -> str:
    return "; ".join(map(_result, results)) or NOT_REPORTED


def _result(result: ComparedResult) -> str:
    where_told = f"({result.source}, {result.locator})"
    if result.low is None:
        return f"in words: {result.statement.rstrip('.')} {where_told}"
    horizon = f", {result.horizon}" if result.horizon else ""
    return f"figure: {result.figure}{horizon} {where_told}"


def _work(work: Citation) -> str:
    return f"{work.authors or work.title} ({work.year}), {'; '.join(work.locators)}"
