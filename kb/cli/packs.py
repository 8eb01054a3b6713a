"""The commands for packs: list those of the compendium, and put one into an address and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.console import (
    addresses_of,
    json_option,
    one_catch,
    print_answer,
    print_problems,
    say,
    settings_of,
)
from kb.model.english import so_many

if TYPE_CHECKING:
    from kb.search.searcher import Searcher

_index_option = click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")


@click.group()
def packs() -> None:
    """Reading lists and sessions: list them, put one into an address and take it out again.

    'kb check' checks those of the compendium.
    """


@packs.command(name="list")
@_index_option
@json_option
@one_catch
def list_packs(*, index: str | None, as_json: bool) -> int:
    """List the packs of the compendium that is served, and its course."""
    from kb.answers.packs import packs_answer

    settings = settings_of(index=index)
    searcher = _opened(index)
    answer = packs_answer(searcher.compendium, addresses_of(settings), searcher.snapshot_id)
    if as_json:
        print_answer(answer)
        return 0
    if not answer.packs:
        say("The compendium has no packs. docs/teaching.md says how one is written.")
    for pack in answer.packs:
        levels = ", ".join(pack.level)
        facts = f"session {pack.session or '-'}, {pack.minutes} minutes, {levels}"
        click.echo(f"{pack.id}: {pack.title} ({so_many(len(pack.items), 'document')})")
        if pack.minutes is not None:
            click.echo(f"  {facts}")
    for week in answer.course.weeks if answer.course else ():
        click.echo(f"week {week.week:>2}: {week.title}")
    return 0


@packs.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
@_index_option
@json_option
@one_catch
def encode(*, path: Path, index: str | None, as_json: bool) -> int:
    """Print the address of the reading list in a file, such as 'kb packs encode pack.yaml'.

    Items that name no version get the newest; a case that nobody knows, and a version that is not
    kept or is one of another case, are refused. A teaching note is left out.
    """
    from kb.answers.packs import StoredTexts, not_kept, pinned, unknown
    from kb.content.packs import (  # imports the readers of content
        lines_of_items,
        read_readers_pack,
    )
    from kb.errors import Problem, errors_of
    from kb.exports.pack_address import address_of
    from kb.versions.store import Versions

    try:
        data = path.read_bytes()
    except OSError as err:
        raise click.BadParameter(
            f"{str(path)!r} cannot be read: {err.strerror}", param_hint="FILE"
        ) from err
    pack, problems = read_readers_pack(data, str(path))
    settings = settings_of(index=index)
    versions = Versions(settings.index)
    if pack is not None:
        lines, compendium = lines_of_items(data), _opened(index).compendium
        wrong = {one.number: one.told for one in not_kept(pack, versions, compendium)}
        wrong |= unknown(pack, StoredTexts(versions), compendium.by_id)
        problems += [
            Problem(path=str(path), line=lines[number - 1], message=f"items[{number}].case {told}")
            for number, told in sorted(wrong.items())
        ]
    print_problems(problems, as_json=as_json)
    if pack is None or errors_of(problems):
        return 1
    address = address_of(pinned(pack, StoredTexts(versions)))
    click.echo(addresses_of(settings).pack(address))
    say(f"{len(address)} characters, {so_many(len(pack.items), 'document')}")
    return 0


@packs.command()
@click.argument("address", metavar="ADDRESS")
@_index_option
@json_option
@one_catch
def decode(*, address: str, index: str | None, as_json: bool) -> int:
    """Print the reading list that an address holds, as a file; a whole link will do, too."""
    from kb.answers.packs import StoredTexts, pack_answer, texts_of
    from kb.content.packs import readers_pack_file  # imports the readers of content
    from kb.exports.pack_address import pack_at
    from kb.versions.store import Versions

    name = address.partition("?")[0].rstrip("/").rsplit("/", 1)[-1]
    pack = pack_at(name)
    settings, searcher = settings_of(index=index), _opened(index)
    compendium = searcher.compendium
    texts = StoredTexts(Versions(settings.index))
    if as_json:
        print_answer(
            pack_answer(
                pack,
                compendium,
                addresses_of(settings),
                texts=texts,
                address=name,
                snapshot=searcher.snapshot_id,
            )
        )
        return 0
    items = tuple(one.item for one in texts_of(pack, texts, compendium))
    heading = f"A reading list of {compendium.site.name}."
    click.echo(readers_pack_file(replace(pack, items=items), heading), nl=False)
    return 0


def _opened(index: str | None) -> Searcher:
    from kb.search.opening import open_current  # imports faiss and onnxruntime

    return open_current(settings_of(index=index))
