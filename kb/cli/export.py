"""The command that writes cases or a reading list as one file, or all as tables: ``kb export``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.console import addresses_of, one_catch, say, settings_of
from kb.errors import CorpusInvalid, QueryError

if TYPE_CHECKING:
    from kb.answers.addresses import Addresses
    from kb.answers.packs import Texts
    from kb.exports.document import Document
    from kb.model.packs import Pack
    from kb.search.searcher import Searcher

#: The formats of ``kb.exports.formats``, which is imported when the command runs.
_FORMATS = ("pdf", "epub", "docx", "md", "imscc")
#: Those of ``kb.exports.dump.formats``: tables of all cases.
_TABLES = ("csv", "jsonl", "parquet")
_STDOUT = "-"


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option(
    "--pack",
    metavar="ID|FILE|LINK",
    help="A reading list or a session instead: its id, a pack.yaml, or the link of a reader's list",
)
@click.option(
    "--notes", is_flag=True, help="A session for who teaches: with the plan and good answers"
)
@click.option(
    "--format",
    "form",
    type=click.Choice((*_FORMATS, *_TABLES)),
    help="Format of the file; without it, that of the ending of --output. "
    f"{', '.join(_TABLES[:-1])} and {_TABLES[-1]} are tables of all cases",
)
@click.option(
    "--output",
    metavar="FILE",
    required=True,
    help="File to write; it is overwritten. - is standard output. For tables, a folder",
)
@click.option("--title", default="", help="Title of the file; without it, that of what it holds")
@click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")
@one_catch
def export(
    *,
    ids: tuple[str, ...],
    pack: str | None,
    notes: bool,
    form: str | None,
    output: str,
    title: str,
    index: str | None,
) -> int:
    """Write the cases and guides with these IDs, in this order, as one file; or a reading list.

    Without IDs, --format csv, jsonl or parquet writes three tables of all cases, their results and
    their sources into the folder --output, with files that describe each column.

    Each text of a reading list is the one that was assigned. Links in the file lead to the site at
    KB_SITE_URL; without it, links between cases stay words.
    """
    from kb.exports.formats import FORMATS, write
    from kb.model.files import place_of, write_durably
    from kb.search.opening import open_current  # imports faiss and onnxruntime
    from kb.text.typography import curly

    if form in _TABLES:
        if ids or pack is not None or notes or title or output == _STDOUT:
            raise click.UsageError(
                f"--format {form} writes tables of all cases into a folder: give --output with "
                "its name, and no IDs, --pack, --notes or --title."
            )
        return _tables(form, Path(output), index)
    if bool(ids) == (pack is not None):
        raise click.UsageError("Give the IDs of cases, or --pack with a reading list.")
    form = form or _format_of(output)
    settings = settings_of(index=index)
    searcher, addresses = open_current(settings), addresses_of(settings)
    if pack is None:
        document = _cases(ids, searcher, addresses)
    else:
        document = _reading_list(pack, searcher, addresses, notes=notes)
    content = write(replace(document, title=curly(title) or document.title), FORMATS[form])
    if output == _STDOUT:
        click.echo(content, nl=False)
        return 0
    try:
        write_durably(place_of(Path(output)), content)
    except OSError as err:
        say(f"Error: {output} cannot be written: {err.strerror}.")
        return 1
    n, missing = len(document.items), sum(bool(item.missing) for item in document.items)
    say(f"{output}: {n} {'document' if n == 1 else 'documents'}, {form}")
    if missing:
        say(f"Texts that are not kept here: {missing}. The file says so in their place.")
    return 0


def _tables(form: str, folder: Path, index: str | None) -> int:
    """Write all cases, results and sources as tables into a folder."""
    from kb.exports.dump.write import write_dump
    from kb.search.opening import open_current  # imports faiss and onnxruntime

    settings = settings_of(index=index)
    searcher = open_current(settings)
    try:
        contents = write_dump(folder, searcher, addresses_of(settings), formats=(form,))
    except OSError as err:
        say(f"Error: {err.filename or folder} cannot be written: {err.strerror}.")
        return 1
    rows = ", ".join(f"{one.table.title.lower()} {one.rows:,}" for one in contents.files)
    say(f"{folder}: {rows}, {form}; described in datapackage.json and croissant.json")
    return 0


def _frame(searcher: Searcher, addresses: Addresses) -> Document:
    """A document without items: where it comes from."""
    from kb.exports.document import Document

    site = searcher.compendium.site
    return Document(
        title="",
        items=(),
        site=site.name,
        state=searcher.snapshot_id,
        root=addresses.root,
        licence=site.licence,
        licence_url=site.licence_url,
    )


def _cases(ids: Iterable[str], searcher: Searcher, addresses: Addresses) -> Document:
    """Some cases in their order, under the title of the first."""
    from kb.exports.gather import item_of
    from kb.text.typography import curly

    references, taxonomy = searcher.compendium.references, searcher.taxonomy
    cases = [searcher.case(case_id) for case_id in dict.fromkeys(ids)]
    items = tuple(item_of(case, references, taxonomy, addresses) for case in cases)
    return replace(_frame(searcher, addresses), title=curly(cases[0].title), items=items)


def _reading_list(name: str, searcher: Searcher, addresses: Addresses, *, notes: bool) -> Document:
    """A reading list or a session, each text as it was assigned."""
    from kb.answers.packs import StoredTexts
    from kb.exports.packs import Library, pack_document

    texts = StoredTexts(searcher.versions)
    library = Library(
        frame=_frame(searcher, addresses),
        compendium=searcher.compendium,
        taxonomy=searcher.taxonomy,
        texts=texts,
        addresses=addresses,
    )
    pack, address = _pack(name, searcher, addresses, texts)
    if notes and pack.teaching is None:
        raise click.UsageError(f"{name} has no teaching note; leave out --notes.")
    return pack_document(pack, library, address=address, answers=notes)


def _pack(name: str, searcher: Searcher, addresses: Addresses, texts: Texts) -> tuple[Pack, str]:
    """A reading list by its id, its file or its link, and the address of its page."""
    from kb.answers.packs import pinned
    from kb.content.packs import read_readers_pack  # imports the readers of content
    from kb.exports.pack_address import address_of, fits, pack_at

    held = searcher.compendium.pack_by_id
    if name in held:
        own = held[name]
        return own, addresses.session(name) if own.teaching else addresses.pack(name)
    path = Path(name)
    if path.is_file():
        pack, problems = read_readers_pack(path.read_bytes(), name)
        if pack is None:
            raise CorpusInvalid(tuple(problems), outcome="nothing was written.")
        pack = pinned(pack, texts)
        has_address = all(item.version for item in pack.items) and fits(pack)
        return pack, addresses.pack(address_of(pack)) if has_address else ""
    last = name.partition("?")[0].rstrip("/").rsplit("/", 1)[-1]
    if last.startswith("A"):
        return pack_at(last), addresses.pack(last)
    raise QueryError(
        f"{name!r} is no reading list: there is no file of that name, and the compendium has "
        f"{', '.join(held) or 'none'}. Give one of these, a pack.yaml, or the link of a list.",
        parameter="pack",
        value=name,
        allowed=tuple(held),
    )


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
