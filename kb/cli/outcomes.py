"""The command that sets results side by side: ``kb outcomes``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from kb.cli.console import (
    addresses_of,
    filter_options,
    json_option,
    one_catch,
    print_answer,
    say,
    settings_of,
)
from kb.model.english import so_many
from kb.model.facets import FACETS
from kb.model.quantities import DIRECTIONS, DOWN, UP

if TYPE_CHECKING:
    from kb.answers.outcomes import FiguresAnswer, OutcomesAnswer, ReportedFinding

_COLUMNS = (
    *("metric", "evidence", "level", "direction", "unit"),
    *("figures", "cases", "median", "low", "high"),
)
#: How many columns hold words; the others hold numbers.
_WORDS = 5


@click.command()
@click.argument("text", nargs=-1)
@filter_options
@click.option("--results-min", type=float, help="A reported figure of at least this much")
@click.option("--results-unit", metavar="UNIT", help="The unit of --results-min")
@click.option(
    "--results-direction",
    type=click.Choice(DIRECTIONS),
    default=UP,
    help=f"{UP} (the default): the figure rose or was reached; {DOWN}: it fell",
)
@click.option("--exact", is_flag=True, help="Search exactly as typed; repair no typing errors")
@click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")
@click.option("--csv", "as_csv", is_flag=True, help="Print every figure as CSV")
@json_option
@one_catch
def outcomes(
    *, text: tuple[str, ...], index: str | None, as_csv: bool, as_json: bool, **options: Any
) -> int:
    """Show what the cases that fit TEXT and the filters reported; without any, all cases.

    Figures have a median and a range only where they measure the same thing and there are
    five or more. Every other figure stands alone, in the words of its case.
    """
    from kb.answers.outcomes import outcomes_answer
    from kb.exports.outcomes import to_csv
    from kb.guidance.selection import of_query
    from kb.search.opening import open_current  # imports faiss and onnxruntime
    from kb.search.query import make_query

    if as_csv and as_json:
        raise click.UsageError("--csv and --json cannot be combined; choose one of them")
    settings = settings_of(index=index)
    searcher = open_current(settings)
    filters = {facet: options.pop(facet) for facet in FACETS}
    query = make_query(searcher.taxonomy, text=" ".join(text), filters=filters, **options)
    answer = outcomes_answer(of_query(query, searcher), searcher, addresses_of(settings))
    if as_csv:
        click.echo(to_csv(answer), nl=False)
    elif as_json:
        print_answer(answer)
    else:
        _print(answer)
    return 0


def _print(found: OutcomesAnswer) -> None:
    groups = [
        (metric.metric, one)
        for metric in found.metrics
        for one in metric.distributions
        if one.n > 1
    ]
    if groups:
        click.echo("may stand together:")
        for line in _table((_COLUMNS, *(_group(metric, one) for metric, one in groups))):
            click.echo(line)
        click.echo()
    alone = [
        (metric.metric, one.findings[0])
        for metric in found.metrics
        for one in metric.distributions
        if one.n == 1
    ]
    if alone:
        click.echo("each alone, as its source gives it:")
    for metric, one in alone:
        click.echo("  ".join((metric, one.evidence, _said(one))))
    in_words = [f"{m.metric} ({len(m.in_words)})" for m in found.metrics if m.in_words]
    if in_words:
        click.echo(f"{chr(10) if groups or alone else ''}in words: {', '.join(in_words)}")
    kinds = ", ".join(f"{kind} {count}" for kind, count in found.n_by_evidence.items())
    say(f"{so_many(found.n_cases, 'case')} ({kinds}): {found.n_with_figures} with a figure,")
    only_words = found.n_reporting - found.n_with_figures
    say(f"{only_words} in words alone, {len(found.without_results)} without a result.")
    say("What is not reported is not zero, and sources tell of successes first.")


def _group(metric: str, one: FiguresAnswer) -> tuple[str, ...]:
    unit = one.unit + (f" of {one.about}" if one.about else "")
    unit += f" against {one.compared_with}" if one.compared_with else ""
    numbers = (f"{value:,.10g}" for value in (one.median, one.low, one.high) if value is not None)
    return (
        *(metric, one.evidence, one.level, one.direction, unit),
        *(str(one.n), str(one.n_cases), *numbers),
    )


def _said(one: ReportedFinding) -> str:
    """A figure in the words of its case: what, how it was put together, where, of when."""
    from kb.answers.figures import MERGED

    year = f", reported {one.reported_in}" if one.reported_in else ""
    merged = f" [{MERGED}]" if one.result.merged else ""
    return f"{one.figure}  {one.result.statement}{merged} ({one.case}{year})"


def _table(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Rows as lines: words to the left, numbers to the right, two spaces between."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(_COLUMNS))]
    for row in rows:
        cells = (
            cell.ljust(width) if at < _WORDS else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
