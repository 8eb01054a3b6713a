"""The commands for the content: check it, describe it, make its glossary ready."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import date
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb import __version__
from kb.cli.console import (
    json_option,
    one_catch,
    print_answer,
    print_problems,
    say,
    settings_of,
)
from kb.cli.reading import Reading
from kb.content.files import (
    FORMS_FILE,
    GLOSSARY_FILE,
    SOURCES_FILE,
    TAXONOMY_FILE,
)
from kb.errors import CorpusError, Problem, counted, errors_of
from kb.settings import Settings

if TYPE_CHECKING:
    from kb.content.corpus import Corpus


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--cases", metavar="DIR", help="Folder of the cases [KB_CASES]")
@click.option("--links", is_flag=True, help="Ask the addresses of the sources too; takes minutes")
@click.option("--summary", is_flag=True, help="Count the sources and what was seen of them")
@click.option("--index", metavar="DIR", help="Folder that keeps what was read [KB_INDEX]")
@click.option("--force", is_flag=True, help="Use nothing of earlier checks")
@click.option("--strict", is_flag=True, help="Warnings count as problems, too")
@json_option
@one_catch
def check(
    *,
    paths: tuple[str, ...],
    cases: str | None,
    links: bool,
    summary: bool,
    index: str | None,
    force: bool,
    strict: bool,
    as_json: bool,
) -> int:
    """Check the content: every problem with its file and line.

    Without PATH the whole compendium is checked. A PATH inside it narrows the
    report to that file or folder; any other folder is checked as a compendium
    of its own, with the vocabulary of this one where it has none.

    With --links the addresses of the sources are asked too, one at a time for each
    host: a page that is gone is a problem, and what could not be asked is told.
    With --summary nothing is checked: the sources are counted by kind and by what was
    seen of them.

    Where there is an index folder, it keeps what was read: the next check and the next build
    read only the files that have changed. The answer is the same.

    A warning is told and keeps nothing from happening: the exit status is 0 where there are
    only warnings, unless --strict is given.
    """
    settings = settings_of(cases=cases, index=index)
    chosen = [Path(path) for path in paths] or [settings.cases]
    reading = Reading(index=None if force else settings.index)
    if summary:
        return _summary(_one_compendium(chosen, "--summary"), reading, as_json=as_json)
    if links:
        folder = _one_compendium(chosen, "--links")
        return _check_with_links(folder, settings, reading, strict=strict, as_json=as_json)
    return check_paths(chosen, settings, reading, strict=strict, as_json=as_json)


def check_paths(
    paths: Sequence[Path],
    settings: Settings,
    reading: Reading,
    *,
    strict: bool = False,
    as_json: bool,
) -> int:
    """Print every problem in files and folders; the exit status."""
    problems = [problem for path in paths for problem in _problems(path, settings, reading)]
    print_problems(problems, as_json=as_json)
    return _status(problems, strict=strict)


def _status(problems: Sequence[Problem], *, strict: bool) -> int:
    return 1 if (problems if strict else errors_of(problems)) else 0


def _one_compendium(paths: Sequence[Path], option: str) -> Path:
    """The folder of a compendium, which alone has sources."""
    if len(paths) > 1 or not (paths[0] / SOURCES_FILE).is_file():
        raise click.BadParameter(f"{option} is for one compendium", param_hint="PATH")
    return paths[0]


def _check_with_links(
    folder: Path, settings: Settings, reading: Reading, *, strict: bool, as_json: bool
) -> int:
    """Print every problem, pages that are gone among them; the exit status."""
    from kb.content.links import (  # imports urllib3
        GONE,
        UNASKED,
        Answer,
        ask,
        gone_problem,
        links_of,
        summary_lines,
    )

    problems = list(_problems(folder, settings, reading))
    compendium = reading.of(folder).compendium
    links = links_of(compendium.references)
    numbers = count(1)

    def tell(answer: Answer) -> None:
        number = f"{next(numbers)}/{len(links)}"
        say(f"{number} {answer.link.url}: {answer.state} {answer.detail}".rstrip())

    contact = settings.contact or settings.site_url or "no address given"
    agent = f"{compendium.site.name} link check/{__version__} ({contact})"
    answers = ask(links, agent=agent, tell=tell)
    dead = [answer for answer in answers if answer.state == GONE]
    path, today = folder / SOURCES_FILE, date.today()
    problems += [gone_problem(answer, path, compendium, today) for answer in dead]
    print_problems(problems, as_json=as_json)
    for line in summary_lines(answers):
        say(line)
    none_asked = bool(answers) and all(answer.state == UNASKED for answer in answers)
    return 1 if none_asked else _status(problems, strict=strict)


def _summary(folder: Path, reading: Reading, *, as_json: bool) -> int:
    """Print what is told of the sources of a compendium."""
    from kb.citations.summary import sources_summary

    corpus = reading.of(folder)
    compendium = corpus.compendium
    if corpus.errors:
        say(f"{folder}: {counted(corpus.errors)}; what has any is not counted")
    found = sources_summary(compendium.cases, compendium.references)
    if as_json:
        print_answer(found)
        return 0
    click.echo(f"{'kind':<10} {'seen':<12} {'sources':>7} {'documents':>9}")
    for row in found.counts:
        kind, seen = row.kind or "not said", row.seen or "not said"
        click.echo(f"{kind:<10} {seen:<12} {row.sources:>7} {row.cases:>9}")
    click.echo(f"{'all':<23} {found.sources:>7} {found.cases:>9}")
    say(
        f"A document stands in each row of which it cites a source. {found.cases_on_passages} of "
        f"{found.cases} documents rest on passages alone. {found.further_reading} further works "
        "are named by a source only."
    )
    return 0


def _problems(path: Path, settings: Settings, reading: Reading) -> tuple[Problem, ...]:
    if not os.path.lexists(path):  # False for a name that is too long, where stat would raise
        raise click.BadParameter(f"{str(path)!r} does not exist", param_hint="PATH")
    home = settings.cases.resolve()
    inside = path.resolve() == home or home in path.resolve().parents
    if inside:
        corpus = reading.of(settings.cases)
        found = _with_judged(corpus, settings.cases)
        problems = tuple(p for p in found if _under(Path(p.path), path))
    else:
        own = path if (path / TAXONOMY_FILE).is_file() else settings.cases
        corpus = reading.of(path, vocabulary=own)
        is_whole = own == path
        problems = _with_judged(corpus, path) if is_whole else corpus.problems
    if problems:
        say(f"{path}: {counted(problems)}")
    else:
        say(f"{path}: no problems{f' ({corpus.files} cases read)' if inside else ''}")
    return problems


def _with_judged(corpus: Corpus, cases: Path) -> tuple[Problem, ...]:
    """What is wrong with the cases; where nothing is, with what was judged of them, too."""
    from kb.quality.check import judged_problems  # imports the readers of content

    return corpus.problems + (() if corpus.errors else judged_problems(cases, corpus))


def _under(file: Path, path: Path) -> bool:
    file, path = file.resolve(), path.resolve()
    return file == path or path in file.parents


@click.command()
@click.option("--cases", metavar="DIR", help="Folder of the cases [KB_CASES]")
@click.option(
    "--of",
    "what",
    type=click.Choice(["case", "pack", "course"]),
    default="case",
    show_default=True,
    help="Which kind of file",
)
@one_catch
def schema(*, cases: str | None, what: str) -> int:
    """Print the JSON Schema of a case's front-matter, a pack or the course, for editors."""
    from kb.content.bibliography import load_bibliography  # imports the readers of content
    from kb.content.json_schema import case_schema, schema_of
    from kb.content.taxonomy import load_taxonomy

    folder = settings_of(cases=cases).cases
    taxonomy = load_taxonomy(folder / TAXONOMY_FILE)
    references = load_bibliography(folder / SOURCES_FILE)
    found = (
        case_schema(taxonomy, references)
        if what == "case"
        else schema_of(what, taxonomy, references)
    )
    click.echo(json.dumps(found, indent=1, ensure_ascii=False))
    return 0


@click.command()
@click.option("--cases", metavar="DIR", help="Folder of the cases [KB_CASES]")
@one_catch
def glossary(*, cases: str | None) -> int:
    """Find every form of the words in glossary.yaml; needed after a change of it."""
    from kb.content.glossary import read_glossary, write_forms  # imports the readers of content
    from kb.text.word_forms import expand

    folder = settings_of(cases=cases).cases
    source, target = folder / GLOSSARY_FILE, folder / FORMS_FILE
    if not source.is_file():
        raise CorpusError(f"{source} must exist: it is what 'kb glossary' reads; set KB_CASES.")
    read = read_glossary(source)
    table = expand(read, tell=say)
    write_forms(target, source, table)
    n_forms = sum(map(len, table.forms.values()))
    click.echo(
        f"{target}: {n_forms} forms in {len(table.forms)} languages for "
        f"{len(read.terms)} English terms. Run 'kb build' to use it."
    )
    return 0
