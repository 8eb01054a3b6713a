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
from kb.model.facets import FACETS

if TYPE_CHECKING:
    from kb.answers.outcomes import OutcomesAnswer

_COLUMNS = ("metric", "evidence", "direction", "unit", "figures", "cases", "median", "low", "high")
#: How many columns hold words; the others hold numbers.
_WORDS = 4


@click.command()
@click.argument("text", nargs=-1)
@filter_options
@click.option("--results-min", type=float, help="A reported figure of at least this much")
@click.option("--results-unit", metavar="UNIT", help="The unit of --results-min")
@click.option("--exact", is_flag=True, help="Search exactly as typed; repair no typing errors")
@click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")
@click.option("--csv", "as_csv", is_flag=True, help="Print every figure as CSV")
@json_option
@one_catch
def outcomes(
    *, text: tuple[str, ...], index: str | None, as_csv: bool, as_json: bool, **options: Any
) -> int:
    """Show what the cases that fit TEXT and the filters reported; without any, all cases.

    A median of a dash means that there is none: two figures have no middle one, and
    several figures of one case are of different things.
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
    rows = [
        (
            *(metric.metric, one.evidence, one.direction, _unit(one.unit, one.compared_with)),
            *(str(one.n), str(one.n_cases)),
            *(_number(value) for value in (one.median, one.low, one.high)),
        )
        for metric in found.metrics
        for one in metric.distributions
    ]
    if rows:
        for line in _table((_COLUMNS, *rows)):
            click.echo(line)
    in_words = [f"{m.metric} ({len(m.in_words)})" for m in found.metrics if m.in_words]
    if in_words:
        click.echo(f"{chr(10) if rows else ''}in words: {', '.join(in_words)}")
    kinds = ", ".join(f"{kind} {count}" for kind, count in found.n_by_evidence.items())
    say(f"{found.n_cases} cases ({kinds}): {found.n_with_figures} with a figure,")
    only_words = found.n_reporting - found.n_with_figures
    say(f"{only_words} in words alone, {len(found.without_results)} without a result.")
    say("What is not reported is not zero, and sources tell of successes first.")


def _unit(unit: str, compared_with: str) -> str:
    return f"{unit} against {compared_with}" if compared_with else unit


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.10g}"


def _table(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Rows as lines: words to the left, numbers to the right, two spaces between."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(_COLUMNS))]
    for row in rows:
        cells = (
            cell.ljust(width) if at < _WORDS else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
