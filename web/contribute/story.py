"""A story in a few plain questions, one on a page, and the draft of a case that it makes.

Every answer comes with every page, as fields that nobody sees, and is read anew each time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict

from kb.content.case_form import texts_of
from kb.content.front_matter import MAX_TITLE
from kb.content.own_sources import YEAR
from kb.model.english import slug
from kb.model.taxonomy import Taxonomy, Term
from kb.text.counted import read_count
from web.contribute.draft import CaseDraft, headings_of, plain
from web.words.lists import shortened

#: How somebody knows a story.
TOLD, READ, HEARD = "told", "read", "heard"
#: What a question takes: a line, some lines, how many there were, one of a few, several of a list,
#: or one of the countries.
LINE, LINES, COUNT, ONE, SEVERAL, COUNTRY = "line", "lines", "count", "one", "several", "country"
YES, NO = "yes", "no"
#: The most results that are told, and characters of each.
MOST_RESULTS, LONGEST_RESULT = 12, 160
#: More than this nobody writes in a box.
LONGEST = 5_000
#: How somebody marks a line of a list.
_LISTED = re.compile(r"^[-*•] ")
#: The box of an address on the web, and how one begins that is told as people tell it.
ADDRESS = "url"
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?=[/?#]|$)", re.IGNORECASE)
#: The last page, on which the answers are checked.
CHECK = "check"
#: Names beside the boxes: the page that a form comes from, and where it leads after one change.
AT, THEN = "at", "then"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What is filled in on a page.

    Attributes:
        name: in the form.
        label: what it is called; the question of the page where it is the only one.
        takes: one of the words above.
        hint: what to write; may be empty.
        most: the most characters.
        needed: what is said where it is left empty; empty where it may be.
        options: of ``ONE``, each with its words and a hint.
        size: how many lines it shows.
    """

    name: str
    label: str
    takes: str = LINE
    hint: str = ""
    most: int = LONGEST
    needed: str = ""
    options: tuple[tuple[str, str, str], ...] = ()
    size: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A page of the story: its place in the address, the question, why, and what it takes."""

    id: str
    title: str
    why: str
    boxes: tuple[Box, ...]
    short: str

    @property
    def is_single(self) -> bool:
        """Whether the question is the label of its only box."""
        return len(self.boxes) == 1

    @property
    def is_long(self) -> bool:
        """Whether a text of many words is written on it."""
        return any(box.takes == LINES and box.most == LONGEST for box in self.boxes)


QUESTIONS = (
    Question(
        id="short",
        title="In a sentence or two: who did what together?",
        short="In short",
        why="Begin with what you would tell a friend. You can change it later.",
        boxes=(
            Box(
                name="short",
                label="In a sentence or two",
                takes=LINES,
                most=300,
                size=3,
                needed="Tell in a sentence or two who did what together.",
            ),
        ),
    ),
    Question(
        id="who",
        title="Who joined?",
        short="Who joined",
        why="Say what the firms are, and leave out names of persons.",
        boxes=(
            Box(
                name="who",
                label="What the firms are",
                hint="Such as: bakeries of one town.",
                most=200,
                needed="Say what the firms are, such as: bakeries of one town.",
            ),
            Box(
                name="count",
                label="How many joined, if you know",
                hint="A number. If you do not know it exactly: about 400, or: at least 20.",
                takes=COUNT,
                most=60,
            ),
        ),
    ),
    Question(
        id="where",
        title="Where was it?",
        short="Where",
        why="",
        boxes=(
            Box(
                name="country",
                label="Country",
                takes=COUNTRY,
                needed="Choose the country.",
                most=80,
            ),
            Box(name="region", label="Region or town, if you like", most=90),
        ),
    ),
    Question(
        id="goal",
        title="What did you want to do together?",
        short="What for",
        why="Tick what fits. Say below what was difficult for each firm alone.",
        boxes=(
            Box(name="goal", label="What for", takes=SEVERAL),
            Box(
                name="before",
                label="What was difficult before?",
                takes=LINES,
                hint="A few sentences.",
            ),
        ),
    ),
    Question(
        id="did",
        title="What did you do together?",
        short="What was done",
        why="Step by step, in your own words. What went wrong is as useful as what went well.",
        boxes=(
            Box(
                name="did",
                label="What was done",
                takes=LINES,
                size=8,
                needed="Say in a few sentences what was done together.",
            ),
        ),
    ),
    Question(
        id="came",
        title="What came of it?",
        short="What came of it",
        why="One result on a line, with its figure if you have one. Tell what happened, and not "
        "what was hoped for. Nothing yet? Then leave it empty.",
        boxes=(
            Box(
                name="came",
                label="What came of it",
                takes=LINES,
                size=5,
                hint="Such as: Each bakery pays 20% less for flour since 2024.",
            ),
        ),
    ),
    Question(
        id="title",
        title="What would you call it?",
        short="Title",
        why="It stands at the head of the page. Leave it empty, and your first sentence is taken.",
        boxes=(
            Box(
                name="title",
                label="Title",
                hint="Short and plain: Five bakers buy one oven.",
                most=MAX_TITLE,
            ),
        ),
    ),
    Question(
        id="how",
        title="How do you know?",
        short="How you know",
        why="A case names where its facts come from, so that readers can weigh them.",
        boxes=(
            Box(
                name="how",
                label="How do you know?",
                takes=ONE,
                needed="Choose how you know of it.",
                options=(
                    (TOLD, "I took part in it", "The page will say that those who did it told it."),
                    (READ, "I read it", "In a newspaper, a report, on a web page."),
                    (HEARD, "I heard of it", "An editor will look for a source first."),
                ),
            ),
        ),
    ),
    Question(
        id="part",
        title="What was your part in it?",
        short="Your part",
        why="The page says this in place of your name.",
        boxes=(
            Box(
                name="part",
                label="Your part",
                hint="Such as: the manager of a member firm.",
                most=120,
                needed="Say what your part was, such as: the manager of a member firm.",
            ),
        ),
    ),
    Question(
        id="work",
        title="Where did you read it?",
        short="Where you read it",
        why="So that others can open it.",
        boxes=(
            Box(
                name="work",
                label="Title",
                most=300,
                needed="Give the title of what you read.",
            ),
            Box(name="by", label="Who published it", hint="A newspaper, an office.", most=120),
            Box(
                name="year",
                label="Year",
                hint="Such as 2021, about 2021, or: no date.",
                most=12,
                needed="Give the year, or write: no date.",
            ),
            Box(name="url", label="Address on the web, if it has one", hint="https://…", most=500),
            Box(name="place", label="The place in it", hint="A page, a section.", most=200),
        ),
    ),
    Question(
        id="named",
        title="May we name the firms?",
        short="Naming the firms",
        why="Without a yes, an editor tells the story without names.",
        boxes=(
            Box(
                name="named",
                label="May we name the firms?",
                takes=ONE,
                needed="Choose yes or no.",
                options=(
                    (YES, "Yes, the firms agree", ""),
                    (NO, "No, or not yet", ""),
                ),
            ),
        ),
    ),
    Question(
        id="contact",
        title="How can an editor reach you?",
        short="How to reach you",
        why="Only for questions. It goes into your e-mail to the editors, and into no file.",
        boxes=(Box(name="contact", label="E-mail address or telephone, if you like", most=120),),
    ),
)
#: The pages that hang on how somebody knows of it.
ONLY = {"part": TOLD, "work": READ, "named": TOLD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picks:
    """Terms to tick: those that stand open, and the others folded, by the name of their group."""

    first: tuple[Term, ...]
    groups: Mapping[str, tuple[Term, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What was answered so far.

    Attributes:
        answers: the texts of each box by its name.
        has_contact: whether there is somebody to write to.
    """

    answers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    has_contact: bool = False

    def text(self, name: str) -> str:
        """What stands in a box; empty where nothing does."""
        return "".join(self.answers.get(name, ())[:1])

    @property
    def questions(self) -> tuple[Question, ...]:
        """The pages that this story has, in their order."""
        how = self.text("how")
        return tuple(
            one
            for one in QUESTIONS
            if ONLY.get(one.id, how) == how and (one.id != "contact" or self.has_contact)
        )

    @property
    def n_questions(self) -> tuple[int, int]:
        """How many questions there are at least and at most, as the answers stand."""
        if self.text("how") in (TOLD, READ, HEARD):
            return len(self.questions), len(self.questions)
        each = [
            len(replace(self, answers={**self.answers, "how": (how,)}).questions)
            for how in (TOLD, READ, HEARD)
        ]
        return min(each), max(each)

    @property
    def is_begun(self) -> bool:
        """Whether anything was answered."""
        return any(map(any, self.answers.values()))

    def question(self, question_id: str) -> Question | None:
        """The page of this place in the address; None where the story has none."""
        return next((one for one in self.questions if one.id == question_id), None)

    def after(self, question: Question) -> str:
        """The place of the page after one: that of the next question, or of the answers."""
        pages = [*(one.id for one in self.questions), CHECK]
        return pages[pages.index(question.id) + 1]

    def before(self, question_id: str) -> str:
        """The place of the page before one; empty before the first."""
        pages = [*(one.id for one in self.questions), CHECK]
        at = pages.index(question_id)
        return pages[at - 1] if at else ""

    def faults(self, taxonomy: Taxonomy) -> Mapping[str, Mapping[str, str]]:
        """What is wrong, by the page and the box."""
        found = {one.id: self.faults_of(one, taxonomy) for one in self.questions}
        return {name: faults for name, faults in found.items() if faults}

    def faults_of(self, question: Question, taxonomy: Taxonomy) -> Mapping[str, str]:
        """What is wrong with the answers on a page, by their boxes."""
        found = {box.name: _fault(box, self, taxonomy) for box in question.boxes}
        return {name: fault for name, fault in found.items() if fault}

    def shown(self, box: Box, taxonomy: Taxonomy) -> str:
        """What was answered, in the words of the page; empty where nothing was."""
        given = [text for text in self.answers.get(box.name, ()) if text]
        if box.takes == ONE:
            words = {value: text for value, text, _ in box.options}
            given = [words.get(text, text) for text in given]
        elif box.takes == SEVERAL:
            given = [taxonomy["projects"].label(text) for text in given]
        elif box.takes == COUNTRY:
            given = [country_label(text, taxonomy) for text in given]
        return "; ".join(given) if box.takes == SEVERAL else "".join(given[:1])


def read_story(form: MultiDict[str, str], *, has_contact: bool) -> tuple[Story, tuple[str, ...]]:
    """The answers that a form holds, and what is strange in it."""
    boxes = {box.name: box for one in QUESTIONS for box in one.boxes}
    answers = {}
    for name, box in boxes.items():
        texts = [_cleaned(text, box) for text in form.getlist(name)]
        if texts := [text for text in texts if text]:
            answers[name] = tuple(texts) if box.takes == SEVERAL else tuple(texts[:1])
    strange = tuple(
        f"“{shortened(name)}” is no question here, and was left out."
        for name in form
        if name not in boxes and name not in (AT, THEN)
    )
    return Story(answers=answers, has_contact=has_contact), strange[:3]


def _cleaned(text: str, box: Box) -> str:
    text = plain(text).strip()
    if box.takes == LINES:
        return text
    text = " ".join(text.split())
    return f"https://{text}" if box.name == ADDRESS and _HOST.match(text) else text


def _fault(box: Box, story: Story, taxonomy: Taxonomy) -> str:
    """What is wrong with what stands in a box; empty if nothing is."""
    given = story.answers.get(box.name, ())
    if not given:
        return box.needed
    text = given[0]
    if len(text) > box.most:
        return (
            f"“{box.label}” takes {box.most:,} characters or fewer. It has {len(text):,}, so cut "
            f"{len(text) - box.most:,}."
        )
    taken = {
        COUNT: lambda: read_count(text),
        ONE: lambda: text in [value for value, _, _ in box.options],
        SEVERAL: lambda: all(taxonomy["projects"].get(one) for one in given),
        COUNTRY: lambda: taxonomy.every("country").get(text),
    }
    if box.takes in taken and not taken[box.takes]():
        return box.needed or _INSTEAD[box.takes].format(label=box.label)
    return _OF_BOXES[box.name](text) if box.name in _OF_BOXES else ""


#: What to do where a box that may be left empty holds something else.
_INSTEAD = {
    COUNT: "“{label}” takes one number, such as 5, about 400 or at least 20. Of a range give the "
    "lower one: at least 350. Or leave it empty.",
    SEVERAL: "“{label}”: tick some of the list, or none.",
}


def _year_fault(text: str) -> str:
    wanted = "Year must be a year such as 2021, or: about 2021, or: no date."
    return "" if YEAR.fullmatch(text) else wanted


def _address_fault(text: str) -> str:
    wanted = "Address on the web must begin with https:// or http://."
    return "" if _is_address(text) else wanted


def _is_address(text: str) -> bool:
    parts = urlsplit(text) if "[" not in text else None  # which it may refuse
    return bool(parts and parts.scheme in ("http", "https") and parts.netloc) and " " not in text


def _results_fault(text: str) -> str:
    lines = _lines(text)
    if len(lines) > MOST_RESULTS:
        return f"Tell {MOST_RESULTS} results or fewer. There are {len(lines)}; join some."
    long = [number for number, line in enumerate(lines, 1) if len(line) > LONGEST_RESULT]
    if long:
        return (
            f"Write each result in {LONGEST_RESULT} characters or fewer. "
            f"Line {long[0]} has {len(lines[long[0] - 1])}: shorten it, or make two of it."
        )
    return ""


#: What is wrong with the text of a box that has a rule of its own.
_OF_BOXES: Mapping[str, Callable[[str], str]] = {
    "year": _year_fault,
    "url": _address_fault,
    "came": _results_fault,
}


def _lines(text: str) -> list[str]:
    lines = (_LISTED.sub("", " ".join(line.split())) for line in text.split("\n"))
    return [line for line in lines if line]


def country_label(code: str, taxonomy: Taxonomy) -> str:
    """What a country is called."""
    return taxonomy.every("country").label(code)


# --- the draft that it makes -----------------------------------------------------------------


def draft_of_story(story: Story, taxonomy: Taxonomy, *, today: str) -> CaseDraft:
    """The case that a story begins; what it does not tell is left for the editor.

    No result is taken without a source: of what somebody only heard, the draft holds none.
    """
    country = story.text("country")
    source = _source(story, country_label(country, taxonomy) if country else "", today)
    results = [
        {"statement": line, "locator": source["locator"]}
        for line in (_lines(story.text("came")) if source else [])
    ]
    counted = read_count(story.text("count"))
    values = {
        "title": story.text("title") or _title(story.text("short")) or None,
        "kind": taxonomy.subject.id or None,
        "country": [country] if country else [],
        "project": list(story.answers.get("goal", ())),
        "results": results,
        "summary": story.text("short") or None,
        "sources": [source] if source else [],
        "members": {
            "who": story.text("who") or None,
            "count": counted.number if counted else None,
            "qualifier": (counted.qualifier or None) if counted else None,
        },
        "region": story.text("region") or None,
        "added": today,
    }
    situation, about, done, came, _ = (*headings_of(taxonomy), *[""] * 5)[:5]
    joined = story.text("who")
    count = str(counted) if counted else ""
    who = f"{count} joined: {joined}." if joined and count else f"{joined}." if joined else ""
    texts = {
        situation: story.text("before"),
        about: who[:1].upper() + who[1:],
        done: story.text("did"),
        came: "\n".join(f"- {line}" for line in _lines(story.text("came"))) if source else "",
    }
    sections = {heading: texts.get(heading, "") for heading in headings_of(taxonomy)}
    return CaseDraft(texts=texts_of(values), sections=sections)


def proposed_title(story: Story) -> str:
    """The title that a story gets where none was given; empty where it has no sentence yet."""
    return _title(story.text("short"))


def _title(short: str) -> str:
    """The first sentence as a title, cut at a word where it is too long."""
    first = re.split(r"(?<=[.!?])\s", " ".join(short.split()), maxsplit=1)[0].rstrip(".")
    if len(first) <= MAX_TITLE:
        return first
    whole, _, _ = first[: MAX_TITLE + 1].rpartition(" ")
    return (whole or first[:MAX_TITLE]).rstrip(" ,;:–—-")


def _source(story: Story, country: str, today: str) -> dict[str, object]:
    """The source of a story: that it was told, or what was read; nothing for hearsay."""
    how = story.text("how")
    about = slug(f"{story.text('who')} {country}")[:40].strip("-") or "story"
    if how == TOLD:
        told: dict[str, object] = {"by": story.text("part"), "day": today}
        if story.text("named") == YES:
            told["may_name"] = True
        return {"key": f"told-{about}-{today[:4]}", "locator": "as told", "told": told}
    if how == READ:
        year = story.text("year")
        work = {name: story.text(box) for name, box in _OF_WORK.items() if story.text(box)}
        key = "-".join(filter(None, (slug(story.text("by") or story.text("work"))[:40], year[-4:])))
        return {
            "key": slug(key) or "work",
            "locator": story.text("place") or "whole",
            "work": {**work, "year": year},
        }
    return {}


_OF_WORK = {"title": "work", "by": "by", "url": "url"}


def left_out(story: Story) -> tuple[str, ...]:
    """What of a story is in no draft, and why: results that nobody could check."""
    return () if story.text("how") != HEARD else tuple(_lines(story.text("came")))


def hidden(story: Story, question: Question | None) -> Iterator[tuple[str, str]]:
    """The answers of all other pages, which travel with this one."""
    own = {box.name for box in question.boxes} if question else set()
    for name, texts in story.answers.items():
        if name not in own:
            yield from ((name, text) for text in texts)
