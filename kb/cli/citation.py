"""The command that cites cases: ``kb cite``."""

from __future__ import annotations

from collections.abc import Iterable

import click

from kb.citations.formats import FORMATS
from kb.citations.styles import STYLES, bibliography
from kb.cli.console import addresses_of, json_option, one_catch, print_answer, say, settings_of


@click.command(name="cite")
@click.argument("case_ids", nargs=-1, required=True, metavar="ID|ID@VERSION...")
@click.option("--style", type=click.Choice(tuple(STYLES)), help="A style [apa]")
@click.option("--format", "format_id", type=click.Choice(tuple(FORMATS)), help="A file instead")
@click.option("--sources", is_flag=True, help="The sources of the cases, and not the cases")
@click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")
@json_option
@one_catch
def cite(
    *,
    case_ids: tuple[str, ...],
    style: str | None,
    format_id: str | None,
    sources: bool,
    index: str | None,
    as_json: bool,
) -> int:
    """Cite cases, such as 'kb cite norway/graphic-arts --style mla'.

    As a bibliography lists them, one a line, or as a file for a reference manager. Their
    addresses begin with KB_SITE_URL. 'kb cite norway/a@1234567890ab' cites a version as it was.
    """
    from kb.answers.citation import citation_answer, items_of, text_named
    from kb.citations.items import today
    from kb.search.opening import open_current  # imports faiss and onnxruntime

    if sum(map(bool, (style, format_id, as_json))) > 1:
        raise click.UsageError("--style, --format and --json exclude each other; choose one")
    if as_json and len(case_ids) > 1:
        raise click.UsageError("--json takes one ID; ask for the others one by one")
    if sources:
        return _sources(case_ids, format_id, index)
    settings = settings_of(index=index)
    searcher = open_current(settings)
    cases = [text_named(name, searcher)[0] for name in dict.fromkeys(case_ids)]
    addresses = addresses_of(settings)
    if not addresses.root:
        say("The addresses are paths alone; set KB_SITE_URL to where the site stands.")
    if as_json:
        print_answer(citation_answer(cases[0], searcher, addresses, accessed=today()))
        return 0
    items = items_of(cases, searcher, addresses, accessed=today())
    if format_id:
        click.echo(FORMATS[format_id].write(items), nl=False)
    else:
        for text in bibliography(items, style or "apa"):
            click.echo(text)
    return 0


def _sources(case_ids: Iterable[str], format_id: str | None, index: str | None) -> int:
    """Print the sources of some cases, each once, as a file."""
    from kb.answers.citation import text_named
    from kb.citations.items import source_items
    from kb.search.opening import open_current

    if not format_id:
        raise click.UsageError("--sources needs --format: " + ", ".join(FORMATS))
    searcher = open_current(settings_of(index=index))
    items = (item for name in case_ids for item in source_items(*text_named(name, searcher)))
    click.echo(FORMATS[format_id].write(dict.fromkeys(items)), nl=False)
    return 0
