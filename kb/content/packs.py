"""Reads packs and the course: ``cases/packs/*.yaml``, ``cases/course.yaml``, and a reader's file.

The three share one form, ``docs/teaching.md``. In a reader's file no document need exist: what
is not there is said on the page, and the rest of the list stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from kb.content.files import LINKS_OF_PACKS
from kb.content.known import GUIDE_ID, Known, like_it, nearest_ids, terms
from kb.content.rules import problem, trouble
from kb.content.schema import (
    EMPTY,
    Complaint,
    Complaints,
    Given,
    Many,
    One,
    Place,
    Record,
    Value,
    YamlFile,
    as_text,
    items_of,
    listed,
    optional,
    pattern,
    problem_at,
    read,
    repetitions,
    required,
    shown,
    text,
    texts,
    too_long,
    whole,
    wrong,
)
from kb.content.text_rules import link_problems
from kb.content.yaml_source import (
    Located,
    YamlTrouble,
    read_yaml,
    refuse_more_than,
    text_of,
    write_yaml,
)
from kb.errors import Problem, errors_of
from kb.model.english import quoted
from kb.model.packs import (
    MAX_INTRODUCTION,
    MAX_ITEMS,
    MAX_NOTE,
    MAX_TITLE,
    ClassQuestion,
    Course,
    Fieldwork,
    Pack,
    PackItem,
    PlanStep,
    TeachingNote,
    Week,
    as_line,
    as_paragraphs,
    named,
)
from kb.model.taxonomy import TEACHING_LEVELS
from kb.text.body import body_problems

MAX_SENTENCE, MAX_QUESTION, MAX_TOPIC, MAX_ANSWER = 300, 400, 40, 2000
#: The longest session in minutes, and the longest course in weeks.
MAX_MINUTES, MAX_WEEKS = 600, 52

#: A reader's file with more values or characters is not read: the longest list has some 500 values
#: and 240,000 characters, a note for teachers a few hundred values more.
MAX_VALUES, MAX_CHARACTERS = 5000, 300_000

#: Names that addresses of the site have for something else.
TAKEN = ("add", "all", "edit", "open", "questions")

_ID = pattern("[a-z0-9]+(-[a-z0-9]+)*", "lower case letters, digits and hyphens")
_HEADING = re.compile(r"^ {0,3}#", re.MULTILINE)


def _line(most: int) -> Value:
    """A text in one line, free of signs that cannot be seen."""
    inner = text(most=most)

    def line(value: Any, known: Any) -> str:
        return inner.read(as_line(value) if isinstance(value, str) else value, known)

    return Value(line, inner.schema)


def _prose(most: int) -> Value:
    """Markdown with its paragraphs; in a compendium checked as the text of a case is."""

    def prose(value: Any, known: Any) -> str:
        words = value if isinstance(value, str) else as_text(value)
        if words is None and value is not None:
            raise wrong("wrong-kind-of-value", f"must be text, not {shown(value)}.")
        paragraphs = as_paragraphs(words or "")
        if not paragraphs:
            raise wrong("empty-field", EMPTY)
        if len(paragraphs) > most:
            raise too_long(most, len(paragraphs))
        if known is not None:
            _check_markdown(paragraphs, known)
        return paragraphs

    return Value(prose, {"type": "string", "pattern": r"\S", "maxLength": most})


def _check_markdown(paragraphs: str, known: Known) -> None:
    """Without headings, which a page of a pack has of its own; the rest as in a case."""
    if _HEADING.search(paragraphs):
        raise wrong("heading-in-prose", "must hold no heading; write paragraphs and lists.")
    for one in body_problems(paragraphs, LINKS_OF_PACKS, headings=None):
        raise wrong(one.rule, f"must be plain Markdown: {one.message}")
    for one in link_problems(paragraphs, LINKS_OF_PACKS, known):
        raise wrong(one.rule, f"must lead somewhere: {one.message}", allowed=one.allowed)


def _named(value: Any, known: Known | None) -> PackItem:
    item = named(value) if isinstance(value, str) else None
    if item is None or (known is not None and not item.case):
        raise wrong(
            "malformed-id",
            "must be an id, with a version if you like (norway/graphic-arts or "
            f"norway/graphic-arts@0123456789ab), not {shown(value)}.",
        )
    if known is not None and item.case not in known.guides:
        nearest = like_it(item.case, known.guides)
        raise wrong(
            "case-unknown",
            f"must name an id that exists, not {shown(item.case)}{nearest_ids(nearest)}.",
            allowed=nearest,
        )
    return item


_CASE = Value(_named, {"type": "string", "pattern": r"^[a-z0-9]+[a-z0-9/-]*(@[0-9a-f]{12})?$"})


class _ItemFields(Record):
    """A case or a guide of the list."""

    what = "an item of a pack"

    case: Annotated[PackItem, _CASE] = required(
        "The id of a case or guide, and @ with the twelve characters of a version if it must not "
        "change.",
        "norway/graphic-arts",
    )
    note: Annotated[str, _prose(MAX_NOTE)] = optional("Why it is here.", default="")

    def made(self) -> PackItem:
        """The item with its note."""
        return replace(self.case, note=self.note)


class _StepFields(Record):
    """What is done in a stretch of the session."""

    what = "a step of a plan"
    makes = PlanStep

    minutes: Annotated[int, whole(least=1)] = required("How long it takes.", "10")
    do: Annotated[str, _prose(MAX_NOTE)] = required(
        "What is done.", "Groups of four compare two cases."
    )


class _QuestionFields(Record):
    """A question for the class."""

    what = "a question"
    makes = ClassQuestion

    question: Annotated[str, text(most=MAX_QUESTION)] = required(
        "One sentence or two.", "Who could have left the network, and at what cost?"
    )
    answer: Annotated[str, _prose(MAX_ANSWER)] = required(
        "What a good answer holds.", "That each firm had sunk money that it could not take out."
    )
    topic: Annotated[str, _line(MAX_TOPIC)] = required(
        "A word or a short phrase; questions of one topic stand together.", "trust"
    )


class TeachingNoteFields(Record):
    """What makes a session of a pack."""

    what = "a teaching note"
    makes = TeachingNote

    session: Annotated[int | None, whole(least=1)] = optional("Its place in the course.", "3")
    level: Annotated[tuple[str, ...], terms(TEACHING_LEVELS)] = required(
        "For whom: terms of teaching_levels.", "[undergraduate]"
    )
    minutes: Annotated[int, whole(least=5)] = required("How long the session takes.", "75")
    objectives: Annotated[
        tuple[str, ...],
        texts(text(most=MAX_SENTENCE), strict=True, none="must name at least one."),
    ] = required(
        "What participants can do afterwards.", "[Say why firms that compete may buy together.]"
    )
    read_first: Annotated[tuple[str, ...], texts(GUIDE_ID, once=True)] = optional(
        "Ids of guides.", default=()
    )
    plan: Annotated[
        tuple[PlanStep, ...], Many(_StepFields, none="must hold at least one step.")
    ] = required("How the minutes are spent, in order.", "[{minutes: 75, do: Discuss the cases.}]")
    questions: Annotated[
        tuple[ClassQuestion, ...], Many(_QuestionFields, none="must hold at least one question.")
    ] = required(
        "Questions for the class, each with what a good answer holds.",
        '[{question: "Who paid?", answer: The members., topic: money}]',
    )
    use: Annotated[str, _prose(MAX_ANSWER)] = optional("Suggested use.", default="")

    @staticmethod
    def rules(given: Given, sound: Given, known: Known | None) -> Complaints:
        """The plan takes as long as the session, and no question is asked twice."""
        minutes = sound.get("minutes")
        if minutes is not None and minutes > MAX_MINUTES:
            message = f"must be at most {MAX_MINUTES}, not {minutes}."
            yield Complaint(("minutes",), "number-out-of-bounds", message)
        elif minutes is not None and "plan" in sound:
            planned = sum(step["minutes"] for step in sound["plan"])
            if planned != minutes:
                message = f"must add up to the {minutes} minutes of the session, not {planned}."
                yield Complaint(("plan",), "plan-does-not-add-up", message)
        yield from _twice(("questions",), "question", given)


class PackFields(Record):
    """A pack."""

    what = "a pack"
    shape = "a pack must be fields with names, 'title', 'items' and so on, not {}."
    makes = Pack

    title: Annotated[str, _line(MAX_TITLE)] = required("What it is called.", "Why firms cooperate")
    introduction: Annotated[str, _prose(MAX_INTRODUCTION)] = optional(
        "Markdown, for those who read it.", default=""
    )
    items: Annotated[tuple[PackItem, ...], Many(_ItemFields, none="must hold at least one.")] = (
        required("Cases and guides in the order in which they are read.", "[{case: norway/a-case}]")
    )
    teaching: Annotated[TeachingNote | None, One(TeachingNoteFields)] = optional(
        "What makes a session of it."
    )

    @staticmethod
    def rules(given: Given, sound: Given, known: Known | None) -> Complaints:
        """How many items there are, and each once."""
        items = given.get("items")
        if isinstance(items, list) and len(items) > MAX_ITEMS:
            message = f"must be at most {MAX_ITEMS}, not {len(items)}; make two packs."
            yield Complaint(("items",), "number-out-of-bounds", message)
        yield from _twice(("items",), "case", given)


def _twice(place: Place, name: str, given: Given) -> Complaints:
    """What stands a second time in a field of the records of a list; a version is no difference."""
    taken: set[str] = set()
    for position, one in enumerate(items_of(given.get(str(place[0])))):
        value = one.get(name) if isinstance(one, dict) else None
        if not isinstance(value, str):
            continue
        known_as = (value.partition("@")[0] or value).strip() if name == "case" else value
        if known_as in taken:
            message = f"is {shown(known_as)} again; once is enough."
            yield Complaint((*place, position, name), "repeated-entry", message)
        taken.add(known_as)


class _ReaderFields(PackFields):
    """A reading list that a reader keeps; a title and items may still be missing."""

    what = "a reading list"
    shape = "a reading list must be fields with names, 'title', 'items' and so on, not {}."

    title: Annotated[str, _line(MAX_TITLE)] = optional(default="")
    items: Annotated[tuple[PackItem, ...], Many(_ItemFields)] = optional(default=())
    teaching: Annotated[None, Value(lambda value, known: None, {})] = optional()


class _FieldworkFields(Record):
    """What a class does itself."""

    what = "fieldwork"
    makes = Fieldwork

    title: Annotated[str, text(most=MAX_TITLE)] = required("What it is called.", "Meet a network")
    text_: Annotated[str, _prose(MAX_INTRODUCTION)] = required(
        "Markdown: what is done, and what is handed in.", "Interview two members.", alias="text"
    )

    def made(self) -> Fieldwork:
        """``text`` is the name of a function here."""
        return Fieldwork(title=self.title, text=self.text_)


class _WeekFields(Record):
    """A week of the course."""

    what = "a week"
    makes = Week

    pack: Annotated[str, _ID] = optional("The id of a pack with a teaching note.", default="")
    fieldwork: Annotated[Fieldwork | None, One(_FieldworkFields)] = optional(
        "A week without a session."
    )
    note: Annotated[str, _prose(MAX_NOTE)] = optional("What is particular to it.", default="")

    @staticmethod
    def rules(given: Given, sound: Given, known: Known | None) -> Complaints:
        """A week is one of the two."""
        if ("pack" in given) == ("fieldwork" in given):
            message = "must give 'pack', the id of a session, or 'fieldwork', and not both."
            yield Complaint((), "week-not-one-thing", message)


class CourseFields(Record):
    """A course, week by week."""

    what = "a course"
    shape = "a course must be fields with names, 'title', 'weeks' and so on, not {}."
    makes = Course

    title: Annotated[str, text(most=MAX_TITLE)] = required("What it is called.", "Firms together")
    introduction: Annotated[str, _prose(MAX_INTRODUCTION)] = optional("Markdown.", default="")
    weeks: Annotated[tuple[Week, ...], Many(_WeekFields, none="must hold at least one week.")] = (
        required("In their order.", "[{pack: why-firms-cooperate}]")
    )

    @staticmethod
    def rules(given: Given, sound: Given, known: Known | None) -> Complaints:
        """A course has no more weeks than a year, and a session once."""
        weeks = given.get("weeks")
        if isinstance(weeks, list) and len(weeks) > MAX_WEEKS:
            message = f"must be at most {MAX_WEEKS}, not {len(weeks)}."
            yield Complaint(("weeks",), "number-out-of-bounds", message)
        yield from _twice(("weeks",), "pack", given)


_PACK_FILE = YamlFile(model=PackFields, what="a pack")


def read_packs(folder: Path, known: Known) -> tuple[tuple[Pack, ...], list[Problem]]:
    """The packs of a folder by their sessions, then their ids; and every problem in its files.

    Without the folder there are none. A file's name is the id of its pack.
    """
    packs: list[Pack] = []
    problems: list[Problem] = []
    sessions: dict[int, Path] = {}
    titles: dict[str, Path] = {}
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        try:
            _ID.read(path.stem, known)
        except ValueError as err:
            message = f"the name of the file {err}"
            problems.append(problem("file-name-not-an-id", path, 1, message))
            continue
        if path.stem in TAKEN:
            message = f"the name of the file must not be one of {listed(TAKEN)}."
            problems.append(problem("file-name-taken", path, 1, message))
            continue
        pack, found = _PACK_FILE.read(path, known)
        problems += found
        if pack is None:
            continue
        packs.append(replace(pack, id=path.stem))
        session = pack.teaching.session if pack.teaching else None
        if session is not None and (other := sessions.setdefault(session, path)) != path:
            message = f"teaching.session must be that of no other pack; {other} has {session} too."
            place = ("teaching", "session")
            problems.append(_located_problem("session-taken", path, place, message))
        if (other := titles.setdefault(pack.title.casefold(), path)) != path:
            message = f"title must be unique; {other} has the same."
            problems.append(_located_problem("title-not-unique", path, ("title",), message))
    return tuple(sorted(packs, key=_order)), problems


def _order(pack: Pack) -> tuple[bool, int, str]:
    session = pack.teaching.session if pack.teaching else None
    return session is None, session or 0, pack.id


_COURSE_FILE = YamlFile(model=CourseFields, what="the course")


def read_course(
    path: Path, packs: Iterable[Pack], known: Known
) -> tuple[Course | None, list[Problem]]:
    """The course, None where there is no such file or anything is wrong; and every problem.

    Args:
        path: the file.
        packs: those of the compendium; a session is one of them that has a teaching note.
        known: what else the file may refer to.
    """
    course, problems = _COURSE_FILE.read(path, known)
    if course is None:
        return None, problems
    by_id = {pack.id: pack for pack in packs}
    problems += [
        problem_at(path, _located(path), complaint) for complaint in _course_problems(course, by_id)
    ]
    return (None if errors_of(problems) else course), problems


def _course_problems(course: Course, packs: Mapping[str, Pack]) -> Iterator[Complaint]:
    """What is wrong with the packs of the weeks."""
    before = 0
    for position, week in enumerate(course.weeks):
        if not week.pack:
            continue
        pack, place = packs.get(week.pack), ("weeks", position, "pack")
        if pack is None:
            nearest = like_it(week.pack, packs)
            message = f"must name a pack, not {shown(week.pack)}{nearest_ids(nearest)}."
            yield Complaint(place, "pack-unknown", message, nearest)
        elif pack.teaching is None:
            message = f"must name a pack with 'teaching:'; {quoted(week.pack)} has none."
            yield Complaint(place, "pack-unknown", message)
        elif pack.teaching.session is not None:
            if pack.teaching.session < before:
                yield Complaint(
                    place,
                    "weeks-out-of-order",
                    f"is session {pack.teaching.session} and stands after session {before}; "
                    "put the weeks in that order, or change 'session'.",
                )
            before = max(before, pack.teaching.session)


def read_readers_pack(data: bytes, name: str = "pack.yaml") -> tuple[Pack | None, list[Problem]]:
    """A reading list that a reader kept as a file; None where anything is wrong, and what is.

    Documents and versions need not exist. A teaching note stays in the file: it is no part of the
    list. Of text that is no Markdown nothing is said; it is shown as it is.
    """
    try:
        given = text_of(data)
        if len(given) > MAX_CHARACTERS:
            message = f"has more than {MAX_CHARACTERS:,} characters; shorten it"
            raise YamlTrouble("file-too-large", message, 1)
        refuse_more_than(MAX_VALUES, given)
        located = read_yaml(given)
    except YamlTrouble as err:
        return None, [trouble(err, name, f"the file {err}.")]
    pack, problems = read(_ReaderFields, located, name)
    problems += repetitions(located, name)
    return (None if errors_of(problems) else pack), problems


def lines_of_items(data: bytes) -> tuple[int, ...]:
    """The lines on which the cases of a reader's list stand, in order.

    Args:
        data: a file that ``read_readers_pack`` reads.
    """
    located = read_yaml(text_of(data))
    return tuple(
        located.line("items", place, "case") for place in range(len(located.value["items"]))
    )


def readers_pack_file(pack: Pack, heading: str) -> str:
    """A reading list as a file that ``read_readers_pack`` reads as the same list.

    Args:
        pack: the list; what makes a session of it is left out.
        heading: what a comment at the top says, in one line.
    """
    items = [
        {"case": item.name, **({"note": item.note} if item.note else {})} for item in pack.items
    ]
    fields = {"title": pack.title, "introduction": pack.introduction, "items": items}
    given = {name: value for name, value in fields.items() if value or name == "items"}
    return f"# {as_line(heading)}\n{write_yaml(given)}"


def _located(path: Path) -> Located:
    return read_yaml(text_of(path.read_bytes()))


def _located_problem(rule: str, path: Path, place: Place, message: str) -> Problem:
    """A problem between files, on its line."""
    located = _located(path)
    line, column = located.line(*place), located.column(*place)
    return problem(rule, path, line, message, column=column)
