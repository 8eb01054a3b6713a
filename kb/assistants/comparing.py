"""The answer that sets cases side by side."""

from __future__ import annotations

from collections.abc import Iterator

from kb.answers.comparison import (
    NOT_REPORTED,
    NOT_TOLD,
    ComparedField,
    ComparisonAnswer,
    compared_cases,
    comparison_answer,
)
from kb.assistants.arguments import CompareCases
from kb.assistants.budget import Answer, Block, Part, parts_of
from kb.assistants.facts import Desk, lines
from kb.assistants.reading import case_named, chosen
from kb.errors import CaseNotFound
from kb.model.cases import Case
from kb.results.comparison import LEAST


def compare_cases(asked: CompareCases, desk: Desk) -> Part:
    """Two to five cases side by side: what they share, where they differ, what each reports.

    Raises:
        QueryError: an id is unknown or that of a guide, too few are named, or there is no such
            part.
    """
    ids = [_id(one, desk) for one in asked.ids]
    cases = compared_cases(desk.searcher, ids, least=LEAST)
    found = comparison_answer(desk.searcher, cases, desk.addresses)
    answer = Answer(
        text=found.text,
        data={"url": found.url, "snapshot": found.snapshot},
        blocks=(
            *(_case(case, desk) for case in cases),
            *_fields(found),
            *_metrics(found, desk),
        ),
        lists=("cases", "results"),
    )
    return chosen(parts_of(answer), asked.part)


def _id(name: str, desk: Desk) -> str:
    """The id that a name means; the name itself where it means none, which is told then."""
    try:
        return case_named(name.partition("@")[0], desk.searcher)[0].id
    except CaseNotFound:
        return name


def _case(case: Case, desk: Desk) -> Block:
    item = desk.item(case)
    return Block(
        text=lines(
            f"{case.title} [id: {case.id}]",
            desk.glance(case),
            case.summary,
            desk.sources(case),
            desk.cite(item),
        ),
        under="cases",
        data=(desk.facts(case, item),),
    )


def _fields(found: ComparisonAnswer) -> Iterator[Block]:
    """Each field with what each case has in it; summaries stand with the cases."""
    ids = [case.id for case in found.cases]
    for row in found.rows:
        if row.field == "summary":
            continue
        if isinstance(row, ComparedField):
            texts = ["; ".join(value.text for value in cell.values) for cell in row.cells]
        else:
            texts = list(row.texts)
        if not any(texts):
            continue
        words = f" ({row.words})" if row.words else ""
        told = (f"- {one}: {text or NOT_TOLD}" for one, text in zip(ids, texts, strict=True))
        yield Block(text=lines(f"{row.label}{words}", *told))


def _metrics(found: ComparisonAnswer, desk: Desk) -> Iterator[Block]:
    """Each metric with what each case reports in it, in words and as data."""
    for row in found.metrics:
        told, data = [], []
        for cell in row.cells:
            told += [f"- {cell.id}: {desk.result(result)}" for result in cell.results]
            told += [] if cell.results else [f"- {cell.id}: {NOT_REPORTED}"]
            data += [desk.told(cell.id, result) for result in cell.results]
        yield Block(
            text=lines(f"{row.label} ({row.words})", *told), under="results", data=tuple(data)
        )
