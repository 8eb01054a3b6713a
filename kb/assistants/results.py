"""The answer on results to expect: what cases reported, figures beside figures, each with its n."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kb.answers.outcomes import (
    FiguresAnswer,
    MetricAnswer,
    OutcomesAnswer,
    ReportedFinding,
    outcomes_answer,
)
from kb.assistants.arguments import ResultsToExpect
from kb.assistants.budget import Answer, Block, Part, parts_of
from kb.assistants.facts import Desk, lines
from kb.assistants.reading import chosen
from kb.assistants.searching import NOTHING
from kb.guidance.selection import of_query
from kb.model.english import so_many
from kb.results.together import LEAST_TOGETHER
from kb.search.answer import ABOUT, EXACT, MORE
from kb.search.query import make_query

#: Of the cases behind figures that stand together so many are named.
_MOST_NAMED = 12


def results_to_expect(asked: ResultsToExpect, desk: Desk) -> Part:
    """What the cases of a search reported, those figures first that may stand together.

    Raises:
        QueryError: an argument is not understood, or there is no such part.
    """
    query = make_query(desk.searcher.taxonomy, text=asked.query, filters=asked.filters)
    found = outcomes_answer(of_query(query, desk.searcher), desk.searcher, desk.addresses)
    wanted = set(query.filters.get("results", ()))
    metrics = [one for one in found.metrics if not wanted or one.metric in wanted]
    answer = Answer(
        text=_head(found),
        data={
            "n_cases": found.n_cases,
            "n_reporting": found.n_reporting,
            "n_with_figures": found.n_with_figures,
            "snapshot": found.snapshot,
        },
        blocks=tuple(_blocks(metrics, desk)),
        lists=("figures",),
    )
    return chosen(parts_of(answer), asked.part)


def _head(found: OutcomesAnswer) -> str:
    if not found.n_cases:
        return NOTHING
    kinds = ", ".join(f"{kind} {n:,}" for kind, n in found.n_by_evidence.items() if n)
    beside = {EXACT: "", ABOUT: "about ", MORE: "the best of more: "}[found.n_cases_relation]
    return lines(
        f"{beside}{so_many(found.n_cases, 'case')} ({kinds}): {found.n_reporting:,} "
        f"{'reports' if found.n_reporting == 1 else 'report'} a result, "
        f"{found.n_with_figures:,} of them in figures.",
        "What is not reported is not zero, and sources tell of successes first. Each figure is "
        "what a source says of its case, and no forecast. "
        f"Only {LEAST_TOGETHER} or more of the same kind have a median.",
    )


def _blocks(metrics: list[MetricAnswer], desk: Desk) -> Iterator[Block]:
    every = [(metric, one) for metric in metrics for one in metric.distributions]
    yield from (_together(metric, one, desk) for metric, one in every if one.n > 1)
    yield from (_alone(metric, one.findings[0], desk) for metric, one in every if one.n == 1)
    for metric in metrics:
        if metric.in_words:
            yield _in_words(metric, desk)


def _together(metric: MetricAnswer, one: FiguresAnswer, desk: Desk) -> Block:
    """Figures that stand together: the median, the range, how many, and whose they are."""
    ids = list(dict.fromkeys(finding.case for finding in one.findings))
    more = f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else ""
    works = dict.fromkeys(desk.work(finding.result.source) for finding in one.findings)
    sources = list(works)[:_MOST_NAMED]
    unit = " ".join(filter(None, (one.unit, f"of {one.about}" if one.about else "")))
    against = f" against {one.compared_with}" if one.compared_with else ""
    text = lines(
        f"{metric.label} ({one.evidence}, {one.level}, {one.direction}; {unit}{against}): "
        f"median {one.median:,.10g}, from {one.low:,.10g} to {one.high:,.10g}; "
        f"n = {so_many(one.n, 'figure')} of {so_many(one.n_cases, 'case')}.",
        f"Cases: {', '.join(ids[:_MOST_NAMED])}{more}. Sources: {'; '.join(sources)}"
        + (f"; and {len(works) - len(sources)} more." if len(works) > len(sources) else "."),
    )
    data: dict[str, Any] = {
        "metric": metric.metric,
        "evidence": one.evidence,
        "level": one.level,
        "direction": one.direction,
        "about": one.about,
        "unit": one.unit,
        "n": one.n,
        "n_cases": one.n_cases,
        "median": one.median,
        "low": one.low,
        "high": one.high,
        "sources": sources,
    }
    return Block(text=text, under="figures", data=(data,))


def _alone(metric: MetricAnswer, one: ReportedFinding, desk: Desk) -> Block:
    """A figure that stands with no other, in the words of its case."""
    text = f"{metric.label} ({one.evidence}): {desk.result(one.result)} [id: {one.case}]"
    return Block(text=text, under="figures", data=(desk.told(one.case, one.result),))


def _in_words(metric: MetricAnswer, desk: Desk) -> Block:
    """The results of a metric that have no figure, by their cases."""
    said = [f"{desk.result(one.result)} [id: {one.case}]" for one in metric.in_words[:_MOST_NAMED]]
    n = len(metric.in_words)
    more = f"and {n - len(said)} more." if n > len(said) else ""
    return Block(text=lines(f"{metric.label}, in words (n = {n}):", *said, more))
