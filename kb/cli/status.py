"""The command for who looks after a compendium: what its cases lack, and what is to be reread."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from kb.cli.console import json_option, one_catch, print_answer, say, settings_of
from kb.cli.reading import Reading
from kb.model.english import so_many

if TYPE_CHECKING:
    from kb.quality.status import Status

#: So many ids are listed of each kind, unless all are asked for.
_LISTED = 5


@click.command()
@click.option("--cases", metavar="DIR", help="Folder of the cases [KB_CASES]")
@click.option("--index", metavar="DIR", help="Folder that keeps what was read [KB_INDEX]")
@click.option(
    "--years",
    type=click.IntRange(1, 50),
    default=3,
    show_default=True,
    help="After how many years a case is to be reread",
)
@click.option("--all", "every", is_flag=True, help="List every case, and every country")
@json_option
@one_catch
def status(*, cases: str | None, index: str | None, years: int, every: bool, as_json: bool) -> int:
    """Tell what is to be looked after: cases without a result, reviews that are due.

    A case is reread where its front-matter says so: 'verified: {day: 2026-11-29, source: KEY}'.
    What the compendium lacks as a whole, by trade and by place, the page /coverage tells.
    """
    from kb.quality.status import status_of  # imports the readers of content

    settings = settings_of(cases=cases, index=index)
    corpus = Reading(index=settings.index).of(settings.cases)
    found = status_of(corpus.compendium, day=date.today(), years=years)
    if corpus.problems:
        say("Some files have problems and may be missing here; 'kb check' tells them.")
    if as_json:
        print_answer(found)
        return 0
    _print(found, every=every)
    return 0


def _print(found: Status, *, every: bool) -> None:
    """The counts, with the first ids of each, then the countries that lack most."""
    click.echo(f"{so_many(found.cases, 'document')} on {found.day}")
    for one in found.lacking:
        click.echo(f"\n{len(one.cases):>5}  {one.words}")
        listed = one.cases if every else one.cases[:_LISTED]
        for case_id in listed:
            click.echo(f"       {case_id}")
        if rest := len(one.cases) - len(listed):
            click.echo(f"       and {rest} more: kb status --all")
    columns = ("no-result", "one-source", "never-reread", "due")
    heads = ("no result", "one source", "never reread", "due")
    click.echo(f"\n{'country':<28}{'documents':>10}" + "".join(f"{head:>14}" for head in heads))
    rows = sorted(found.countries, key=lambda one: (-one.cases, one.label))
    for row in rows if every else rows[: 2 * _LISTED]:
        counts = "".join(f"{row.lacking[name]:>14}" for name in columns)
        click.echo(f"{row.label[:27]:<28}{row.cases:>10}{counts}")
    if not every and len(rows) > 2 * _LISTED:
        click.echo(f"and {len(rows) - 2 * _LISTED} more countries: kb status --all")
