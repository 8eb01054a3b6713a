"""The commands that make drafts: start a new case, import what stands elsewhere."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.cli.console import json_option, one_catch, say, settings_of, show, visible
from kb.cli.reading import Bar
from kb.errors import CorpusError, QueryError
from kb.model.english import quoted

if TYPE_CHECKING:
    from kb.content.questions import Answers, Question
    from kb.importing.drafts import Imported
    from kb.importing.foreign import Note

#: How many of the words that are allowed are shown before anybody asks for all.
_FEW = 8
#: Fewer drafts are written before anybody wonders whether anything happens.
_MANY = 200
_BACK, _NONE, _HELP = "<", "-", "?"

#: The options that answer a question each: name, and what is told of it.
_OPTIONS = (
    ("--title", "The title; can be changed later"),
    ("--kind", "A kind of the vocabulary [what the compendium is about]"),
    ("--country", "The country, or several with a comma between [the folder of the ID]"),
    ("--region", "A region or town"),
    ("--type", "Types of network, with a comma between"),
    ("--project", "Kinds of project, done or planned, with a comma between"),
    ("--form", "Forms of network"),
    ("--sector", "Sectors of the members, with a comma between"),
    ("--who", "Who took part, in words"),
    ("--members", "How many members"),
    ("--from", "The year in which it began"),
    ("--to", "The year in which it ended"),
    ("--summary", "One or two sentences"),
    ("--source", "The key of the source in sources.bib"),
    ("--locator", "The place in that source"),
)


def _question_options(command: Callable[..., None]) -> Callable[..., None]:
    """An option for each question that has one."""
    for option, told in reversed(_OPTIONS):
        name = f"option_{option.removeprefix('--')}"
        command = click.option(option, name, metavar="TEXT", help=told)(command)
    return command


@click.command()
@click.argument("case_id", metavar="[ID]", required=False)
@_question_options
@click.option(
    "--set",
    "others",
    multiple=True,
    metavar="FIELD=YAML",
    help="Any other field, such as 'region=Hedmark', or a section, such as 'situation=TEXT'",
)
@click.option("--no-questions", is_flag=True, help="Ask nothing; write what is given")
@click.option("--cases", metavar="DIR", help="Folder of the cases [KB_CASES]")
@one_catch
def new(
    *,
    case_id: str | None,
    others: tuple[str, ...],
    no_questions: bool,
    cases: str | None,
    **options: str | None,
) -> int:
    """Start a new case, such as 'kb new norway/boat-builders'.

    In a terminal it asks for what no option gives, one thing at a time: ? explains and
    lists what is allowed, < goes back, - says that the source tells nothing, and Enter
    takes what stands in brackets or leaves the question open. Elsewhere it asks nothing.

    The file holds what is known, an example of every other field in comments, and a
    sentence that begins with TODO: for what must still be written, which 'kb check'
    refuses. Nothing is written over a file that is there.
    """
    from kb.content.load import CaseFile
    from kb.content.new_case import (  # imports the readers of content
        around,
        headings_left_open,
        kind_asked,
        problems_of,
        refuse_no_country,
        refuse_odd_id,
        write_new_case,
    )
    from kb.content.questions import Answers

    folder = settings_of(cases=cases).cases
    asks = not no_questions and sys.stdin.isatty() and sys.stderr.isatty()
    if case_id is None and not asks:
        raise QueryError(
            "ID must be given where nobody can be asked: kb new COUNTRY/NAME, such as "
            "norway/boat-builders.",
            parameter="ID",
            value="",
        )
    if case_id is not None:
        refuse_odd_id(case_id)
        _refuse_taken(folder, case_id)
    here = around(folder)
    kind_asked(here.taxonomy, options["option_kind"] or "")
    answers = Answers(here=here)
    _take_options(answers, options)
    _take_others(answers, others)
    interview = _Interview(answers=answers, folder=folder, case_id=case_id)
    if asks:
        interview.ask()
    case_id = interview.case_id or ""
    told = answers.sections()
    if told:
        told = {**headings_left_open(here.taxonomy, told), **told}
    fields = answers.fields()
    if not asks:
        refuse_no_country(case_id, here.taxonomy, fields.get("kind") or "", fields)
    path = write_new_case(
        folder,
        case_id,
        title=fields.pop("title", None),
        kind=fields.pop("kind", ""),
        fields={name: value for name, value in fields.items() if value is not None},
        sections=told or None,
    )
    show(str(path))
    left = problems_of(CaseFile(id=case_id, path=str(path)), around(folder))
    for problem in left:
        say(str(problem))
    if left:
        noun = "thing is" if len(left) == 1 else "things are"
        say(f"{len(left)} {noun} left to write. Then run 'kb check {path}'.")
    else:
        say(f"Nothing is left open. Run 'kb check {path}' and open a pull request.")
    say("docs/front-matter.md explains the fields.")
    return 0


def _refuse_taken(folder: Path, case_id: str) -> None:
    path = folder / f"{case_id}.md"
    if path.exists():
        raise CorpusError(f"{path} exists already; nothing was written.")


def _take_options(answers: Answers, options: dict[str, str | None]) -> None:
    """Take the answers that options give.

    Raises:
        QueryError: one of them is refused.
    """
    from kb.content.questions import allowed, case_questions, complaint, value_of

    for question in case_questions():
        given = options[f"option_{question.option.removeprefix('--')}"]
        if given is None:
            continue
        value = value_of(question, given, answers.here)
        wrong = complaint(question, value, answers)
        if wrong:
            raise QueryError(
                f"{question.option} {wrong[:1].lower()}{wrong[1:]}",
                parameter=question.option,
                value=given,
                allowed=allowed(question, answers.here, given),
            )
        answers.given[question.path] = value


def _take_others(answers: Answers, others: Sequence[str]) -> None:
    """Take fields and sections that no option of their own gives.

    Raises:
        QueryError: there is no such field, or it is refused.
    """
    from kb.content.front_matter import FrontMatter
    from kb.content.questions import field_problems, section_questions
    from kb.content.yaml_source import YamlTrouble, read_yaml
    from kb.model.english import slug

    sections = {slug(one.path[1]): one.path for one in section_questions(answers.here.taxonomy)}
    for given in others:
        name, sign, value = given.partition("=")
        if sign and name in sections:
            answers.given[sections[name]] = None if value.strip() == _NONE else value
            continue
        if not sign or name not in FrontMatter.names():
            raise QueryError(
                f"--set must name a field and its value, such as 'region=Hedmark', not "
                f"{quoted(given)}. Fields are {', '.join(FrontMatter.names())}; sections are "
                f"{', '.join(sections)}.",
                parameter="--set",
                value=given,
                allowed=(*FrontMatter.names(), *sections),
            )
        try:
            answers.others[name] = read_yaml(value).value
        except YamlTrouble as err:
            raise QueryError(f"--set {name}: {err}.", parameter="--set", value=given) from err
        for field, message in field_problems(answers.fields(), answers):
            if field.split("[")[0].split(".")[0] == name:
                raise QueryError(f"--set {message}", parameter="--set", value=given)


class _Interview:
    """Asks for what is not given, one question at a time, on the terminal."""

    def __init__(self, *, answers: Answers, folder: Path, case_id: str | None) -> None:
        self.answers, self.folder, self.case_id = answers, folder, case_id
        self._given = set(answers.given)

    def ask(self) -> None:
        """Ask everything; what is left open is left to the file."""
        say("? explains and lists what is allowed; < goes back; - says that the source tells")
        say("nothing; Enter takes what stands in [brackets] or leaves the question open.")
        phases = (self._facts, self._results, self._text)
        at, from_behind = 0, False
        try:
            while at < len(phases):
                went_on = phases[at](from_behind)
                from_behind = not went_on
                at = at + 1 if went_on else max(0, at - 1)
        except click.Abort:
            say("\nNothing was written.")
            raise

    # --- the phases: each says whether to go on, or back to the one before -------------------

    def _facts(self, from_behind: bool) -> bool:
        return self._all(self._fact_questions, from_behind)

    def _fact_questions(self) -> list[Question]:
        from kb.content.questions import Question, asked_now, case_questions

        found = [
            question
            for question in asked_now(case_questions(), self.answers)
            if question.path not in self._given
        ]
        if self.case_id is None or ("id",) in self.answers.given:
            found.append(
                Question(
                    path=("id",),
                    asks="Where does it stand?",
                    help="The folder of the country and a name, in lower case letters, digits "
                    "and hyphens: norway/boat-builders. It is the address of the case for good.",
                    must=True,
                )
            )
        return found

    def _results(self, from_behind: bool) -> bool:
        if self.answers.is_guide or "results" in self.answers.others:
            return not from_behind
        while True:
            self._forget_result()
            if from_behind and self.answers.results:
                last = self.answers.results.pop()
                self.answers.given |= {("results", name): value for name, value in last.items()}
            went_on = self._all(self._result_questions, from_behind)
            record = {
                path[1]: value
                for path, value in self.answers.given.items()
                if path[0] == "results" and value is not None
            }
            self._forget_result()
            if went_on and not record:
                return True
            if went_on:
                self.answers.results.append(record)
                say("That result is noted. Enter ends them.")
                from_behind = False
            elif self.answers.results:
                from_behind = True
            else:
                return False

    def _result_questions(self) -> list[Question]:
        from kb.content.questions import result_questions

        first, *others = result_questions()
        given = self.answers.given
        if first.path in given and given[first.path] is None:
            return [first]
        has_figure = given.get(("results", "value")) is not None
        return [first, *(one for one in others if one.path[1] != "unit" or has_figure)]

    def _forget_result(self) -> None:
        for path in [path for path in self.answers.given if path[0] == "results"]:
            del self.answers.given[path]

    def _text(self, from_behind: bool) -> bool:
        from kb.content.questions import section_questions

        if self.answers.is_guide:
            return not from_behind
        found = [
            one
            for one in section_questions(self.answers.here.taxonomy)
            if one.path not in self._given
        ]
        return self._all(lambda: found, from_behind)

    # --- one question ------------------------------------------------------------------------

    def _all(self, questions: Callable[[], Sequence[Question]], from_behind: bool) -> bool:
        """Ask some questions, which hang on the answers; False where it goes back before them."""
        at = len(questions()) - 1 if from_behind else 0
        while at < len(now := questions()):
            if self._ask(now[at]):
                at += 1
            elif at == 0:
                return False
            else:
                at -= 1
        return True

    def _ask(self, question: Question) -> bool:
        """Ask until there is an answer that will do; False: back to the one before."""
        default = self._default(question)
        say("")
        click.secho(visible(question.asks), bold=True, err=True)
        self._explain(question, in_full=False)
        while True:
            answer = self._typed(default)
            if answer == _BACK:
                return False
            if answer == _HELP:
                self._explain(question, in_full=True)
            elif wrong := self._taken(question, answer):
                say(f"  {wrong}")
            else:
                return True

    def _taken(self, question: Question, answer: str) -> str:
        """Take an answer; what is wrong with it where it will not do."""
        from kb.content.questions import TEXT, complaint, value_of

        if answer == _NONE and (not question.must or question.path[0] == TEXT):
            self.answers.given[question.path] = None
            return ""
        if not answer:
            return self._left_open(question)
        value = value_of(question, answer, self.answers.here)
        wrong = complaint(question, value, self.answers)
        if question.path == ("id",):
            wrong = self._id_trouble(answer)
        if question.path == ("sources", "key") and wrong:
            value, wrong = self._maybe_new_work(answer, wrong)
        elif question.path == ("sources", "key"):
            self.answers.given.pop(("sources", "work"), None)
        if not wrong:
            self._note(question, value)
        return wrong

    def _typed(self, default: str, asks: str = "") -> str:
        shown = f"[{default}] " if default else f"{asks} " if asks else ""
        typed = click.prompt(
            f"  {shown}>", default=default, show_default=False, prompt_suffix=" ", err=True
        )
        return " ".join("".join(c if c.isprintable() else " " for c in typed).split())

    def _default(self, question: Question) -> str:
        """What Enter takes: the answer before, or what follows from other answers."""
        given = self.answers.given.get(question.path)
        if given is not None:
            return ", ".join(map(str, given)) if isinstance(given, list) else str(given)
        if question.path == ("kind",):
            return self.answers.here.taxonomy.subject.id
        if question.path == ("id",):
            return self.answers.suggested_id()
        if question.path == ("country",) and self.case_id:
            place = self.case_id.split("/")[0].replace("-", " ").title()
            from kb.content.countries import country_code, country_label

            return country_label(code) if (code := country_code(place)) else ""
        if question.path == ("results", "locator"):
            return str(self.answers.given.get(("sources", "locator")) or "")
        return ""

    def _explain(self, question: Question, *, in_full: bool) -> None:
        """What a good answer is, and the words that are allowed."""
        from kb.content.questions import allowed

        if question.help:
            say(f"  {question.help}")
        words = allowed(question, self.answers.here)
        if in_full and not words and not question.help:
            say("  Any text.")
        if in_full and question.vocabulary not in ("", "countries", "sources"):
            for term in self.answers.here.taxonomy[question.vocabulary]:
                say(f"  {term.id}: {term.definition or term.label}")
        elif in_full and words:
            say(f"  {', '.join(words)}")
        elif words and question.vocabulary not in ("countries", "sources"):
            rest = f" … ({_HELP} for all {len(words)})" if len(words) > _FEW else ""
            say(f"  {', '.join(words[:_FEW])}{rest}")

    def _left_open(self, question: Question) -> str:
        """Leave a question open; what is wrong where it has to be answered."""
        in_result = question.path[0] == "results"
        if question.path == ("id",) or (in_result and question.must):
            return f"This needs an answer; {_BACK} goes back."
        if in_result:
            self.answers.given[question.path] = None
            return ""
        self.answers.given.pop(question.path, None)
        if question.must:
            say("  Left open; 'kb check' will ask for it.")
        return ""

    def _note(self, question: Question, value: Any) -> None:
        self.answers.given[question.path] = value
        if question.path == ("id",):
            self.case_id = value
        elif question.vocabulary and question.vocabulary != "sources":
            say(f"  = {', '.join(self._labels(question, value))}")

    def _labels(self, question: Question, value: Any) -> Iterator[str]:
        from kb.content.countries import country_label

        for one in value if isinstance(value, list) else [value]:
            if question.vocabulary == "countries":
                yield country_label(one)
            else:
                yield self.answers.here.taxonomy[question.vocabulary].label(one)

    def _id_trouble(self, answer: str) -> str:
        from kb.content.new_case import refuse_odd_id

        try:
            refuse_odd_id(answer)
            _refuse_taken(self.folder, answer)
        except (QueryError, CorpusError) as err:
            return str(err)
        return ""

    def _maybe_new_work(self, key: str, wrong: str) -> tuple[str, str]:
        """Ask for a work that sources.bib does not have: its key, and what is still wrong."""
        from kb.content.questions import complaint_on_work, slug_of

        say(f"  {wrong}")
        if not click.confirm(
            "  Is it a new source, to stand in this file", default=False, err=True
        ):
            return "", "Name one that is there, or leave it open with Enter."
        asked = {
            "title": "Its title",
            "by": "Who published it (Enter where that is not named)",
            "year": "Its year, or “no date”",
            "url": "Its address on the web (Enter where it has none)",
        }
        work = {name: self._typed("", asks) for name, asks in asked.items()}
        key, work = slug_of(key), {name: text for name, text in work.items() if text}
        trouble = complaint_on_work(key, work, self.answers)
        if not trouble:
            self.answers.given[("sources", "work")] = work
        return key, trouble


# --- importing -------------------------------------------------------------------------------

#: So many places are shown of each thing that was not taken; --json lists them all.
_SHOWN = 3


@click.command("import")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--mapping", metavar="FILE", help="Which column becomes which field, in YAML")
@click.option("--suggest-mapping", is_flag=True, help="Print a first mapping; write no draft")
@click.option(
    "--into",
    default="drafts",
    show_default=True,
    metavar="DIR",
    help="Folder for the drafts; no file that is there is touched",
)
@click.option("--dry-run", is_flag=True, help="Say what would come of it; write nothing")
@click.option("--cases", metavar="DIR", help="Folder of the cases [KB_CASES]")
@json_option
@one_catch
def import_(
    *,
    paths: tuple[str, ...],
    mapping: str | None,
    suggest_mapping: bool,
    into: str,
    dry_run: bool,
    cases: str | None,
    as_json: bool,
) -> int:
    """Make drafts of what stands elsewhere: files, folders, rows of spreadsheets.

    A PATH is a Markdown file (with front-matter in YAML, TOML or JSON, or without), a
    document (DOCX), a table (CSV, XLSX), or a folder of these. Each file, and each row of a
    table, becomes a draft. What could not be taken is listed with its file and line or cell.

    A mapping says which column or field becomes which field of a case; docs/importing.md
    explains it. --suggest-mapping prints a first one, by names and values; without any,
    that one is used. Nothing is invented: what is missing is a sentence that begins with
    TODO:, which 'kb check' refuses.

    Exit status: 0 where everything became a draft, 1 where something was refused.
    """
    from kb.content.new_case import around
    from kb.content.side_by_side import processes_here
    from kb.importing.cells import Meanings
    from kb.importing.drafts import import_stories, stories_of
    from kb.importing.mapping import ColumnMapping, read_mapping
    from kb.importing.suggesting import suggest

    began = time.monotonic()
    folder = settings_of(cases=cases).cases
    here = around(folder)
    given = [Path(path) for path in paths]
    chosen = read_mapping(Path(mapping), here.taxonomy) if mapping else ColumnMapping()
    meanings = Meanings(taxonomy=here.taxonomy, dates=chosen.dates, decimal=chosen.decimal)
    if suggest_mapping or not mapping:
        suggestion = suggest(stories_of(given, chosen), meanings)
        if suggest_mapping:
            click.echo(suggestion.as_yaml(", ".join(paths)), nl=False)
            return 0
        chosen = suggestion.mapping
        say("No --mapping: columns are read by the one that --suggest-mapping prints.")
    with _Bar() as bar, Bar() as checked:
        imported = import_stories(
            stories_of(given, chosen),
            mapping=chosen,
            meanings=meanings,
            here=here,
            cases=folder,
            into=Path(into),
            dry_run=dry_run,
            processes=processes_here(),
            tell=bar.tell,
            tell_checked=checked.tell,
        )
    seconds = time.monotonic() - began
    if as_json:
        _print_json(imported, into, dry_run=dry_run, seconds=seconds)
    else:
        _print_import(imported)
    _say_import(imported, into, dry_run=dry_run, seconds=seconds)
    return 1 if imported.refused or not imported.drafts else 0


class _Bar:
    """A count on standard error while many drafts are written, where a person is looking."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __enter__(self) -> _Bar:
        return self

    def tell(self, done: int) -> None:
        """So many drafts were written."""
        if self._bar is None and done == _MANY and sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(unit=" drafts", initial=done, file=sys.stderr)
        elif self._bar is not None:
            self._bar.update(1)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()


def _print_import(imported: Imported) -> None:
    """A line for each draft, for each thing not taken or read so, and for what was refused."""
    for draft in imported.drafts:
        left = draft.left
        state = (
            "passes kb check" if not left else f"{left} {'thing' if left == 1 else 'things'} left"
        )
        show(f"{draft.path}: {state} (from {draft.place})")
    _print_notes("read so", imported.readings, imported.reading_counts)
    _print_notes("not taken", imported.notes, imported.counts)
    for refused in imported.refused:
        show(f"refused: {refused}")


def _print_notes(head: str, notes: Sequence[Note], counts: Mapping[tuple[str, str], int]) -> None:
    """A line for each note, by column and reason; of those that are alike the first few.

    Then how many more there are, and the reason.
    """
    from kb.importing.drafts import Imported

    groups: dict[tuple[str, str], list[Note]] = {}
    for note in notes:
        groups.setdefault(Imported.kind_of(note), []).append(note)
    for (column, why), alike in sorted(groups.items(), key=lambda one: one[0][0]):
        for note in alike[:_SHOWN]:
            show(f"{head}: {note}")
        if (more := counts[column, why] - _SHOWN) > 0:
            show(f"{head}: {column or 'the same'}: and {more:,} more: {why} --json lists them.")


def _print_json(imported: Imported, into: str, *, dry_run: bool, seconds: float) -> None:
    answer = {
        "into": into,
        "dry_run": dry_run,
        "drafts": [
            {
                "id": draft.id,
                "path": draft.path,
                "from": draft.place,
                "problems": [asdict(problem) for problem in draft.problems],
                "left": draft.left,
            }
            for draft in imported.drafts
        ],
        "passing": imported.passing,
        "problems_left_off": imported.problems_left_off,
        "not_taken": [asdict(note) for note in imported.notes],
        "not_taken_left_off": imported.notes_left_off,
        "read_so": [asdict(note) for note in imported.readings],
        "read_so_left_off": imported.readings_left_off,
        "refused": [asdict(refused) for refused in imported.refused],
        "seconds": round(seconds, 1),
    }
    click.echo(json.dumps(answer, indent=1, ensure_ascii=False))


def _say_import(imported: Imported, into: str, *, dry_run: bool, seconds: float) -> None:
    drafts = len(imported.drafts)
    would = "would be" if dry_run else "is" if drafts == 1 else "are"
    say(
        f"{drafts:,} {'draft' if drafts == 1 else 'drafts'} {would} in {into} after "
        f"{seconds:,.1f} seconds; {imported.passing:,} of them pass kb check."
    )
    if imported.left:
        often = ", ".join(f"{name} ({count:,})" for name, count in imported.left.most_common(6))
        say(f"What is left to write, by field: {often}.")
    if n := imported.counts.total():
        things = (
            "thing was not taken, or not as it"
            if n == 1
            else "things were not taken, or not as they"
        )
        say(f"{n:,} {things} stood.")
    if n := len(imported.refused):
        say(f"{n:,} {'was' if n == 1 else 'were'} refused.")
    if imported.drafts and not dry_run:
        say(f"Next: 'kb check {into}', then move each draft that passes into the compendium.")
