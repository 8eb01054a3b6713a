"""The command ``kb check``: what is wrong in the content, and what can be mended at once."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
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
    say,
    settings_of,
    visible,
)
from kb.cli.reading import Reading
from kb.cli.reports import (
    FORMATS,
    Report,
    address_of_pages,
    repository_address,
    repository_root,
)
from kb.content.files import SOURCES_FILE, TAXONOMY_FILE
from kb.errors import CorpusError, Problem, QueryError, TaxonomyError, counted, errors_of
from kb.model.english import quoted, so_many
from kb.settings import Settings

if TYPE_CHECKING:
    from kb.content.corpus import Corpus

#: The path that stands for standard input.
STDIN = "-"
#: A fix may make another one possible; after so many rounds it is left.
_MOST_ROUNDS = 10


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--cases", metavar="DIR", help="Folder of the cases [KB_CASES]")
@click.option("--as", "stands_for", metavar="FILE", help="Of which case '-' is the text")
@click.option(
    "--changed",
    metavar="BASE",
    is_flag=False,
    flag_value="HEAD",
    help="Only files that differ from a commit, HEAD where none is named, and new ones",
)
@click.option("--fix", is_flag=True, help="Make the changes that certainly mend something")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and write nothing")
@click.option(
    "--format",
    "style",
    type=click.Choice(list(FORMATS)),
    help="text, json, or what other programs take [text]",
)
@click.option("--strict", is_flag=True, help="Warnings count as problems, too")
@click.option("--explain", metavar="RULE", help="Print the page of a rule and stop")
@click.option("--links", is_flag=True, help="Ask the addresses of the sources too; takes minutes")
@click.option("--summary", is_flag=True, help="Count the sources and what was seen of them")
@click.option("--index", metavar="DIR", help="Folder that keeps what was read [KB_INDEX]")
@click.option("--force", is_flag=True, help="Use nothing of earlier checks")
@json_option
@one_catch
def check(
    *,
    paths: tuple[str, ...],
    cases: str | None,
    stands_for: str | None,
    changed: str | None,
    fix: bool,
    diff: bool,
    style: str | None,
    strict: bool,
    explain: str | None,
    links: bool,
    summary: bool,
    index: str | None,
    force: bool,
    as_json: bool,
) -> int:
    """Check the content: every problem with its file, line and column, and its rule.

    Without PATH the whole compendium is checked. A PATH inside it narrows the
    report to that file or folder; any other folder is checked as a compendium
    of its own, with the vocabulary of this one where it has none, and with its sources
    where it has no sources.bib. The PATH - is the text on standard input, taken for that
    of the case that --as names.

    With --changed only files are told that differ from a commit, and those that git does not
    know yet. Where the vocabulary, the sources or another file beside the cases differs, or a
    case is gone, everything is told.

    With --fix what is certain is mended, and told on standard error; what is left is printed.
    With --diff the changes are printed and nothing is written.

    A warning is told and keeps nothing from happening: the exit status is 0 where there are
    only warnings, unless --strict is given. 'kb check --explain RULE' prints the page of a rule.

    With --links the addresses of the sources are asked too, one at a time for each
    host: a page that is gone is a problem, and what could not be asked is told.
    With --summary nothing is checked: the sources are counted by kind and by what was
    seen of them.

    Where there is an index folder, it keeps what was read: the next check and the next build
    read only the files that have changed. The answer is the same.
    """
    if explain is not None:
        return _explain(explain)
    _refuse_together(fix=fix, diff=diff, json=as_json and style not in (None, "json"))
    settings = settings_of(cases=cases, index=index)
    chosen = [Path(path) for path in paths] or [settings.cases]
    reading = Reading(index=None if force else settings.index)
    style = style or ("json" if as_json else "text")
    telling = _Telling(style=style, strict=strict, settings=settings)
    if summary:
        return _summary(_one_compendium(chosen, "--summary"), reading, as_json=as_json)
    if links:
        return _check_with_links(_one_compendium(chosen, "--links"), settings, reading, telling)
    if STDIN in paths or stands_for is not None:
        if fix or diff or changed is not None:
            raise click.UsageError("--fix, --diff and --changed are for files, not for '-'.")
        return _check_text(paths, stands_for, settings, reading, telling)
    checking = _Checking(settings=settings, reading=reading)
    keep = _changed(changed, chosen) if changed is not None else None
    problems = checking.of(chosen, keep)
    if diff:
        return _show_diff(problems)
    if fix:
        problems = _fix(problems, lambda: _Checking(settings, reading).of(chosen, keep))
    return telling.tell(problems)


def check_paths(
    paths: Sequence[Path], settings: Settings, reading: Reading, *, as_json: bool
) -> int:
    """Print every problem in files and folders; the exit status."""
    telling = _Telling(style="json" if as_json else "text", settings=settings)
    return telling.tell(_Checking(settings, reading).of(paths))


def _refuse_together(*, fix: bool, diff: bool, json: bool) -> None:
    if fix and diff:
        raise click.UsageError("--fix and --diff exclude each other; give one of them.")
    if json:
        raise click.UsageError("--json is --format json; give one of them.")


# --- what is told ----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Telling:
    """How problems are printed, and what the exit status is."""

    style: str
    settings: Settings
    strict: bool = False

    def tell(self, problems: Sequence[Problem]) -> int:
        """Print all of them; the exit status."""
        root = repository_root(Path())
        report = Report(
            problems=problems,
            root=root,
            repository=repository_address(os.environ) or self.settings.forge,
            pages=address_of_pages(os.environ, self.settings, root),
        )
        click.echo(FORMATS[self.style](report), nl=False)
        fixable = sum(problem.fix is not None for problem in problems)
        if fixable and self.style == "text":
            what = "It" if fixable == len(problems) == 1 else f"{fixable} of them"
            say(f"{what} can be mended by 'kb check --fix'; --diff shows how.")
        return self.status(problems)

    def status(self, problems: Sequence[Problem]) -> int:
        """1 where there is a problem, or with ``strict`` a warning; else 0."""
        return 1 if (problems if self.strict else errors_of(problems)) else 0


def _explain(name: str) -> int:
    from kb.content.rules import PAGES, RULES, page_text  # imports the readers of content

    rule = Path(name.strip().strip("[]")).name.removesuffix(".md").lower()
    if rule not in RULES:
        similar = _rules_like(rule, RULES)
        raise QueryError(
            f"There is no rule {quoted(name[:60])}. The nearest are {', '.join(similar)}; "
            f"{PAGES}/README.md lists all {len(RULES)}.",
            parameter="--explain",
            value=name,
            allowed=(*similar, *(rule for rule in RULES if rule not in similar)),
        )
    click.echo(page_text(rule), nl=False)
    return 0


def _rules_like(name: str, rules: Iterable[str]) -> tuple[str, ...]:
    """The three ids nearest to a name: by their letters, or else by the words that they share."""
    import difflib  # seldom needed

    rules, name = list(rules), name[:60]
    words = set(re.findall(r"[a-z]{3,}", name))
    alike = difflib.get_close_matches(name, rules, n=3)
    shared = sorted(rules, key=lambda rule: -len(words & set(rule.split("-"))))
    shared = [rule for rule in shared if words & set(rule.split("-"))]
    others = difflib.get_close_matches(name, rules, n=3, cutoff=0)
    return tuple(dict.fromkeys((*alike, *shared, *others)))[:3]


# --- what is checked -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Checking:
    """Checks several paths; whatever lies in the compendium is read once."""

    settings: Settings
    reading: Reading
    _read: dict[Path, tuple[Problem, ...]] = field(default_factory=dict)
    _files: dict[Path, int] = field(default_factory=dict)

    def of(
        self, paths: Iterable[Path], keep: Callable[[Problem], bool] | None = None
    ) -> list[Problem]:
        """What is wrong in some paths, each problem once; how many there are is told.

        Args:
            paths: files and folders.
            keep: whether a problem is told; all of them where it is not given.
        """
        told: dict[int, Problem] = {}
        for path in paths:
            problems, inside = self._of(path)
            if keep is not None:
                problems = tuple(filter(keep, problems))
            if problems:
                say(f"{path}: {counted(problems)}")
            else:
                read = (
                    f" ({so_many(self._files[self.settings.cases], 'case')} read)" if inside else ""
                )
                say(f"{path}: no problems{read}")
            told.update({id(problem): problem for problem in problems})
        return list(told.values())

    def _of(self, path: Path) -> tuple[tuple[Problem, ...], bool]:
        """What is wrong in a path, and whether that lies in the compendium."""
        if not os.path.lexists(path):  # False for a name that is too long, where stat would raise
            raise click.BadParameter(f"{quoted(str(path))} does not exist", param_hint="PATH")
        home = self.settings.cases.resolve()
        inside = path.resolve() == home or home in _place(path).parents
        if inside:
            found = self._all_of(self.settings.cases, vocabulary=None)
            return tuple(one for one in found if _under(Path(one.path), path)), True
        own = path if (path / TAXONOMY_FILE).is_file() else self.settings.cases
        return self._all_of(path, vocabulary=own), False

    def _all_of(self, folder: Path, vocabulary: Path | None) -> tuple[Problem, ...]:
        if folder not in self._read:
            try:
                lender = self.settings.cases if vocabulary is not None else None
                corpus = self.reading.of(folder, vocabulary=vocabulary, lender=lender)
            except (CorpusError, TaxonomyError) as err:
                if not err.problems:
                    raise
                # Without the vocabulary or the sources nothing else can be told.
                self._files[folder], self._read[folder] = 0, err.problems
                return err.problems
            is_whole = vocabulary in (None, folder)
            self._files[folder] = corpus.files
            self._read[folder] = _with_judged(corpus, folder) if is_whole else corpus.problems
        return self._read[folder]


def _with_judged(corpus: Corpus, cases: Path) -> tuple[Problem, ...]:
    """What is wrong with the cases; where nothing is, with what was judged of them, too."""
    from kb.quality.check import judged_problems  # imports the readers of content

    return corpus.problems + (() if corpus.errors else judged_problems(cases, corpus))


def _under(file: Path, path: Path) -> bool:
    return _place(file) == _place(path) or path.resolve() in _place(file).parents


def _place(path: Path) -> Path:
    """Where a path stands: links on the way to it are followed, but not what it is itself.

    So a file in the folder of the cases is one of it, wherever it leads.
    """
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - follows no link
    return whole.parent.resolve() / whole.name


def _check_text(
    paths: Sequence[str],
    stands_for: str | None,
    settings: Settings,
    reading: Reading,
    telling: _Telling,
) -> int:
    """Check the text on standard input as that of a case."""
    if tuple(paths) != (STDIN,) or stands_for is None:
        example = f"kb check - --as {settings.cases / 'norway/printers.md'}"
        raise click.UsageError(f"'-' and --as go together, such as '{example}'.")
    path = _file_of(stands_for, settings.cases)
    corpus = reading.of(settings.cases, instead={path: sys.stdin.buffer.read()})
    problems = [one for one in corpus.problems if Path(one.path).resolve() == path.resolve()]
    say(f"{path}: {counted(problems) if problems else 'no problems'}")
    return telling.tell(problems)


def _file_of(name: str, cases: Path) -> Path:
    """The file that ``--as`` names: its path, or the id of the case, with ``.md`` or without.

    Before an id may stand the folder of the cases, as it is named in the repository.
    """
    home = cases.resolve()
    given = Path(name)
    if given.suffix == ".md" and home in given.resolve().parents:
        return given
    case_id = name.removesuffix(".md").removeprefix("./").removeprefix(f"{home.name}/")
    if given.is_absolute() or not _ID.fullmatch(case_id):
        raise click.BadParameter(
            f"{quoted(name)} must be a file in {cases} that ends in .md, or the id of a case "
            "such as norway/printers",
            param_hint="--as",
        )
    return cases / f"{case_id}.md"


#: What can be an id; whether it is one the check says.
_ID = re.compile(r"[^/.\0]+(?:/[^/.\0]+)*")


# --- what git says ---------------------------------------------------------------------------


def _changed(base: str, paths: Sequence[Path]) -> Callable[[Problem], bool]:
    """Whether a problem is told where only changes are.

    Raises:
        CorpusError: git is not there, or knows neither this folder nor the commit.
    """
    root = repository_root(paths[0] if paths[0].is_dir() else paths[0].parent)
    since = _git(root, "merge-base", base, "HEAD", ok=(0, 1)).decode().strip() or base
    named = ("--name-status", "--no-renames", "-z", "--end-of-options", since, "--")
    fields = os.fsdecode(_git(root, "diff", *named)).split("\0")
    states = dict(zip(fields[1::2], fields[::2], strict=False))
    new = os.fsdecode(_git(root, "ls-files", "--others", "--exclude-standard", "-z")).split("\0")
    files = {root / name for name in (*states, *filter(None, new))}
    if _changes_others(files, states.values(), paths):
        return lambda problem: True
    return lambda problem: _place(Path(problem.path)) in files


def _changes_others(files: Collection[Path], states: Iterable[str], paths: Sequence[Path]) -> bool:
    """Whether what has changed can make something wrong in files that have not."""
    if "D" in states:
        return True
    folders = [path.resolve() for path in paths]
    return any(
        file.suffix != ".md" and (file in folders or any(one in file.parents for one in folders))
        for file in files
    )


def _git(root: Path, *arguments: str, ok: Collection[int] = (0,)) -> bytes:
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except OSError as err:
        raise CorpusError(f"--changed needs git, which cannot be run: {err.strerror}.") from err
    if done.returncode not in ok:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        why = f": {said[0]}" if said else ""
        raise CorpusError(
            f"--changed needs a folder that git keeps, and a commit that it knows{why}"
        )
    return done.stdout


# --- what is mended --------------------------------------------------------------------------


def _show_diff(problems: Sequence[Problem]) -> int:
    """Print what would be changed; 1 where that is anything."""
    from kb.content.fixing import mended  # imports the readers of content

    files = list(mended(problems))
    for file in files:
        click.echo(visible(file.diff()), nl=False)
    made = sum(len(file.made) for file in files)
    many = ("" if made == 1 else "s", "" if len(files) == 1 else "s")
    say(f"{made} change{many[0]} in {len(files)} file{many[1]}; nothing is written.")
    return 1 if files else 0


def _fix(problems: list[Problem], again: Callable[[], list[Problem]]) -> list[Problem]:
    """Mend what can be, as long as anything can; what is left."""
    from kb.content.fixing import mended  # imports the readers of content

    for _ in range(_MOST_ROUNDS):
        files = list(mended(problems))
        if not files:
            break
        for file in files:
            file.write()
            for problem in file.made:
                what = problem.fix.what if problem.fix else ""
                say(f"{problem.path}:{problem.line}: mended: {what} [{problem.rule}]")
        problems = again()
    return problems


# --- sources ---------------------------------------------------------------------------------


def _one_compendium(paths: Sequence[Path], option: str) -> Path:
    """The folder of a compendium, which alone has sources."""
    if len(paths) > 1 or not (paths[0] / SOURCES_FILE).is_file():
        raise click.BadParameter(f"{option} is for one compendium", param_hint="PATH")
    return paths[0]


def _check_with_links(folder: Path, settings: Settings, reading: Reading, telling: _Telling) -> int:
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

    problems = _Checking(settings, reading).of([folder])
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
    status = telling.tell(problems)
    for line in summary_lines(answers):
        say(line)
    none_asked = bool(answers) and all(answer.state == UNASKED for answer in answers)
    return 1 if none_asked else status


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
        f"{so_many(found.cases, 'document')} {'rests' if found.cases_on_passages == 1 else 'rest'} "
        f"on passages alone. {so_many(found.further_reading, 'further work')} "
        f"{'is' if found.further_reading == 1 else 'are'} named by a source only."
    )
    return 0
