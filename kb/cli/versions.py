"""The commands on versions of cases: ``kb versions``, and ``kb versions seed``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.console import addresses_of, json_option, one_catch, print_answer, say, settings_of
from kb.model.english import so_many

if TYPE_CHECKING:
    from kb.answers.versions import CaseVersionsAnswer, VersionAnswer
    from kb.model.compendium import Compendium
    from kb.settings import Settings

#: What asks for the history of the repository instead of a case.
SEED = "seed"
#: So many commits are read where nothing else is said: the newest.
MOST_COMMITS = 500


@click.command()
@click.argument("chosen", metavar="ID|ID@VERSION|seed")
@click.option("--cases", metavar="DIR", help="With seed: folder of the cases [KB_CASES]")
@click.option("--index", metavar="DIR", help="Folder of the snapshots [KB_INDEX]")
@click.option(
    "--against", default="", metavar="VERSION", help="Print what differs in this other version"
)
@click.option(
    "--commits",
    default=MOST_COMMITS,
    show_default=True,
    type=click.IntRange(1),
    help="With seed: read so many of the newest commits",
)
@json_option
@one_catch
def versions(
    *,
    chosen: str,
    cases: str | None,
    index: str | None,
    against: str,
    commits: int,
    as_json: bool,
) -> int:
    """List the versions of a case, print one, or take them from the history of the repository.

    'kb versions norway/a' lists them, the newest first. 'kb versions norway/a@1234567890ab' prints
    the file as it was. 'kb versions seed' reads the commits that changed cases, and keeps what each
    case was then, before what builds have kept; it may be run again.
    """
    settings = settings_of(cases=cases, index=index)
    if chosen == SEED:
        if against or as_json:
            raise click.UsageError("seed takes neither --against nor --json")
        return _seed(settings, commits)
    case_id, at, name = chosen.partition("@")
    if at:
        return _print_version(settings, case_id, name, against, as_json=as_json)
    if against:
        raise click.UsageError("--against needs a version: ID@VERSION")
    return _list(settings, case_id, as_json=as_json)


def _compendium(settings: Settings) -> tuple[Compendium, str]:
    """What is served, and the id of its snapshot."""
    from kb.snapshots.format import open_snapshot
    from kb.snapshots.store import current_id

    folder = settings.index / current_id(settings.index)
    return open_snapshot(folder, engine=settings.engine).content.compendium, folder.name


def _list(settings: Settings, case_id: str, *, as_json: bool) -> int:
    from kb.answers.versions import case_versions_answer
    from kb.errors import CaseNotFound
    from kb.text.similar_names import similar_names
    from kb.versions.store import Versions

    compendium, snapshot = _compendium(settings)
    answer = case_versions_answer(
        Versions(settings.index), compendium, case_id, addresses_of(settings), snapshot
    )
    if not answer.versions and answer.state == "elsewhere":
        nearest = similar_names(case_id, iter(compendium.by_id), n=3)
        raise CaseNotFound(case_id, nearest=nearest)
    if as_json:
        print_answer(answer)
    else:
        _print_list(answer)
    return 0


def _print_list(answer: CaseVersionsAnswer) -> None:
    if answer.state == "moved":
        say(f"The case has moved; its id is {answer.now!r} now.")
    elif answer.why:
        say(f"The case is no longer here. {answer.why}")
    for one in answer.versions:
        newest = "  newest" if one.is_newest else ""
        click.echo(f"{one.version}  {one.day}  {one.what}{newest}")


def _print_version(
    settings: Settings, case_id: str, name: str, against: str, *, as_json: bool
) -> int:
    from kb.answers.versions import version_answer
    from kb.versions.cases import versions_of
    from kb.versions.store import Versions

    store = Versions(settings.index)
    compendium, snapshot = _compendium(settings)
    held = versions_of(store, compendium, case_id)
    kept = store.version(held.named(name))
    other = store.version(held.named(against) if against else held.newest)
    answer = version_answer(held, kept, addresses_of(settings), against=other, snapshot=snapshot)
    if as_json:
        print_answer(answer)
    elif against:
        _print_difference(answer)
    else:
        click.echo(kept.text, nl=False)
    return 0


def _print_difference(answer: VersionAnswer) -> None:
    """What differs, with ``[-deleted-]`` and ``{+inserted+}`` words, as ``git`` marks them."""
    marks = {"same": "{}", "deleted": "[-{}-]", "inserted": "{{+{}+}}"}
    for part in answer.difference:
        click.echo(part.name)
        for line in part.lines:
            if not line.unchanged:
                words = "".join(marks[piece.kind].format(piece.text) for piece in line.pieces)
                click.echo(f"  {' '.join(words.split())}")


def _seed(settings: Settings, commits: int) -> int:
    from kb.indexing.seed_versions import seed_versions

    seeded = seed_versions(Path(settings.cases), settings.index, most=commits, tell=say)
    kept, cases = so_many(seeded.versions, "version"), so_many(seeded.cases, "case")
    say(f"Kept {kept} of {cases} from {so_many(seeded.commits, 'commit')}.")
    return 0
