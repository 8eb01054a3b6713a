"""The command that searches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
from kb.model.quantities import DIRECTIONS, DOWN, UP
from kb.search.answer import ABOUT, SearchResult
from kb.search.query import SORTS


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
@click.option("--sort", type=click.Choice(SORTS), default="relevance", show_default=True)
@click.option("--exact", is_flag=True, help="Search exactly as typed; repair no typing errors")
@click.option("--page", type=int, default=1, show_default=True)
@click.option("--per-page", type=int, default=10, show_default=True)
@click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")
@json_option
@one_catch
def search(*, text: tuple[str, ...], index: str | None, as_json: bool, **options: Any) -> int:
    """Search the compendium; without TEXT, browse it."""
    from kb.answers.reading import readings
    from kb.answers.search import search_answer  # imports pydantic
    from kb.search.opening import open_current  # imports faiss and onnxruntime
    from kb.search.query import make_query

    settings = settings_of(index=index)
    searcher = open_current(settings)
    filters = {facet: options.pop(facet) for facet in FACETS}
    query = make_query(searcher.taxonomy, text=" ".join(text), filters=filters, **options)
    result = searcher.search(query)
    if as_json:
        print_answer(search_answer(result, searcher, addresses_of(settings)))
    else:
        _print_result(result, tuple(map(str, readings(result, searcher.taxonomy))))
    return 0


def _print_result(result: SearchResult, notices: Sequence[str]) -> None:
    _say_how_it_was_read(result, notices)
    for hit in result.hits:
        score = f"{hit.score:.3f}  " if result.query.text else ""
        click.echo(f"{hit.rank:>3}  {score}{hit.case.id}\n     {hit.case.title}")
    if result.no_good_match:
        say("Nothing in the compendium fits this search.")
    if result.in_passing:
        say("These use the words in passing:")
    for hit in result.in_passing:
        click.echo(f"     {hit.case.id}\n     {hit.case.title}")
    say(f"{_how_many(result)}, page {result.query.page} of {result.pages}")


def _how_many(result: SearchResult) -> str:
    found = f"{result.total:,} found"
    if result.is_cut:
        return f"More than {found}, of which the best {result.total:,} are listed"
    is_about = result.found.relation == ABOUT and result.total
    return f"About {found}, as not every case was compared in full" if is_about else found


def _say_how_it_was_read(result: SearchResult, notices: Sequence[str]) -> None:
    if result.repaired:
        say(f"Showing {result.repaired!r}; add --exact for your own spelling.")
    if result.interpreted_as:
        say(f"Read in English as: {', '.join(result.interpreted_as)}")
    for sentence in notices:
        say(sentence)
