"""The command that writes cases as one file: ``kb export``."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli.console import addresses_of, one_catch, say, settings_of
from kb.errors import QueryError

#: The formats of ``kb.exports.formats``, which is imported when the command runs.
_FORMATS = ("pdf", "epub", "docx", "md", "imscc")
_STDOUT = "-"


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="Format of the file; without it, that of the ending of --output",
)
@click.option(
    "--output",
    metavar="FILE",
    required=True,
    help="File to write; it is overwritten. - is standard output",
)
@click.option("--title", default="", help="Title of the file; without it, that of the first case")
@click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")
@one_catch
def export(
    *, ids: tuple[str, ...], form: str | None, output: str, title: str, index: str | None
) -> int:
    """Write the cases and guides with these IDs, in this order, as one file.

    Links in the file lead to the site at KB_SITE_URL; without it, links between cases stay words.
    """
    from kb.exports.document import Document
    from kb.exports.formats import FORMATS, write
    from kb.exports.gather import item_of
    from kb.search.opening import open_current  # imports faiss and onnxruntime
    from kb.text.typography import curly

    form = form or _format_of(output)
    settings = settings_of(index=index)
    searcher, addresses = open_current(settings), addresses_of(settings)
    compendium = searcher.compendium
    cases = [searcher.case(case_id) for case_id in dict.fromkeys(ids)]
    document = Document(
        title=curly(title or cases[0].title),
        items=tuple(
            item_of(case, compendium.references, searcher.taxonomy, addresses) for case in cases
        ),
        site=compendium.site.name,
        state=searcher.snapshot_id,
        root=addresses.root,
        licence=compendium.site.licence,
        licence_url=compendium.site.licence_url,
    )
    content = write(document, FORMATS[form])
    if output == _STDOUT:
        click.echo(content, nl=False)
        return 0
    try:
        Path(output).write_bytes(content)
    except OSError as err:
        say(f"Error: {output} cannot be written: {err.strerror}.")
        return 1
    say(f"{output}: {len(cases)} {'document' if len(cases) == 1 else 'documents'}, {form}")
    return 0


def _format_of(output: str) -> str:
    ending = Path(output).suffix.removeprefix(".").lower()
    if ending not in _FORMATS:
        raise QueryError(
            f"The format of {output!r} is not known; end the name with one of "
            f".{', .'.join(_FORMATS)}, or give --format.",
            parameter="format",
            value=ending,
            allowed=_FORMATS,
        )
    return ending
