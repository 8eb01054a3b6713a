"""A result as a page shows it: its figure, and what stands around it."""

from __future__ import annotations

from dataclasses import dataclass

from kb.answers.figures import Figure, figure
from kb.model.cases import Case, Result
from kb.model.taxonomy import Taxonomy
from web.words.typography import curly


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultView:
    """One result as a page shows it: the figure, and what stands around it."""

    figure: Figure
    metric: str
    metric_id: str
    level: str
    level_definition: str
    statement: str
    horizon: str
    locator: str
    source: str


def result_view(result: Result, taxonomy: Taxonomy) -> ResultView:
    """Everything that a page shows of one result."""
    level = taxonomy["levels"].get(result.level)
    metric = taxonomy["metrics"].label(result.metric)
    return ResultView(
        figure=figure(result, taxonomy),
        metric=metric,
        metric_id=result.metric,
        level=level.label if level else result.level,
        level_definition=level.definition if level else "",
        statement=curly(result.statement),
        horizon=result.horizon or "",
        locator=result.locator,
        source=result.source,
    )


def result_views(case: Case, taxonomy: Taxonomy) -> tuple[ResultView, ...]:
    """The results of a case: those with figures first, each group in the order of the file."""
    views = [result_view(result, taxonomy) for result in case.results]
    return tuple(sorted(views, key=lambda view: view.figure.is_word))
