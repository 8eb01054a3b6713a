"""The command that sets cases side by side: ``kb compare``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kb.cli.console import addresses_of, json_option, one_catch, print_answer, settings_of

if TYPE_CHECKING:
    from kb.answers.comparison import ComparisonAnswer


@click.command(name="compare")
@click.argument("case_ids", nargs=-1, metavar="ID...")
@click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")
@click.option("--csv", "as_csv", is_flag=True, help="Print the whole comparison as CSV")
@json_option
@one_catch
def compare(*, case_ids: tuple[str, ...], index: str | None, as_csv: bool, as_json: bool) -> int:
    """Set two to five cases side by side, such as 'kb compare norway/a norway/b'.

    What they have in common and where they differ in a sentence, then each field and each
    metric that any of them reports, and under it what each case has there.
    """
    from kb.answers.comparison import compared_cases, comparison_answer
    from kb.exports.comparison import to_csv
    from kb.results.comparison import LEAST
    from kb.search.opening import open_current  # imports faiss and onnxruntime

    if as_csv and as_json:
        raise click.UsageError("--csv and --json cannot be combined; choose one of them")
    settings = settings_of(index=index)
    searcher = open_current(settings)
    cases = compared_cases(searcher, case_ids, least=LEAST)
    answer = comparison_answer(searcher, cases, addresses_of(settings))
    if as_csv:
        click.echo(to_csv(answer), nl=False)
    elif as_json:
        print_answer(answer)
    else:
        _print(answer)
    return 0


def _print(answer: ComparisonAnswer) -> None:
    from kb.exports.comparison import rows

    click.echo(answer.text)
    (_, _, _, *ids), *found = rows(answer)
    width = max(len(case_id) for case_id in ids)
    for _, label, words, *cells in found:
        click.echo(f"{label} ({words})" if words else label)
        for case_id, cell in zip(ids, cells, strict=True):
            click.echo(f"  {case_id.ljust(width)}  {cell}")
