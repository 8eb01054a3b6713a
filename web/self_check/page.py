"""The self-check as a page: the answers of an address, and what they amount to.

Answers stand in the address alone. The page that shows them is kept by no cache and
named to no other page: ``finish`` says so to browsers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from flask import Flask, Response, make_response
from werkzeug.datastructures import MultiDict

from kb.errors import KBError
from kb.guidance.profile_comparison import joined
from kb.model.cases import Source
from kb.model.self_check import (
    ANSWERS,
    Question,
    Reading,
    SelfCheck,
    StepStanding,
    WeakSpot,
    assess,
)
from kb.model.taxonomy import Taxonomy
from kb.search.searcher import Searcher
from web.core.headers import keep_private
from web.core.params import REPEATED, UNKNOWN, Read, Wrong, answers_of, read_page
from web.core.request import searcher
from web.core.urls import case_url
from web.ui.notices import Notice, notices
from web.words.typography import curly

#: Answer to its words.
WORDS: Mapping[str, str] = {
    "yes": "Yes",
    "partly": "Partly",
    "not-yet": "Not yet",
    "unknown": "Don’t know",
}
#: Answer to what a count of it says of a step.
COUNTED: Mapping[str, str] = {"not-yet": "not yet", "unknown": "not known", "partly": "partly"}
UNANSWERED = "open"
#: How many guides and how many cases stand in the list of what to read first.
MOST_READINGS = 4
VALUE_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer that can be given."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """One question of the form. ``wrong`` is a sentence, empty where nothing is."""

    id: str
    number: str
    text: str
    why: str
    sources: tuple[str, ...]
    choices: tuple[Choice, ...]
    wrong: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A guide or case to read; ``note`` says what for."""

    url: str
    title: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakView:
    """A weak spot: why it matters, where that is written, and what to read."""

    id: str
    text: str
    answer: str
    words: str
    why: str
    sources: tuple[str, ...]
    guides: tuple[Link, ...]
    cases: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One step: its questions, how it stands in words, and a mark for each question.

    A mark is the answer given, or ``UNANSWERED``.
    """

    id: str
    number: int
    title: str
    lead: str
    questions: tuple[QuestionView, ...]
    standing: str
    marks: tuple[str, ...]
    weak: tuple[WeakView, ...]
    strong: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCheckPage:
    """What the template shows. ``status`` is that of the answer: 200, 400 or 404.

    ``first`` is the first step with a weak spot, None where there is none.
    """

    status: int
    notices: tuple[Notice, ...] = ()
    steps: tuple[StepView, ...] = ()
    answered: int = 0
    n: int = 0
    wrong: tuple[QuestionView, ...] = ()
    first: StepView | None = None
    guides: tuple[Link, ...] = ()
    cases: tuple[Link, ...] = ()


def init_app(app: Flask) -> None:
    """Let every template ask whether there is a self-check to link to."""
    app.jinja_env.globals["has_self_check"] = has_self_check


def has_self_check() -> bool:
    """Whether the current snapshot holds one; False where there is no snapshot."""
    try:
        return searcher().self_check is not None
    except KBError:
        return False


def read_answers(check: SelfCheck, args: MultiDict[str, str], taxonomy: Taxonomy) -> Read:
    """The answers of an address by question; an empty text where there is none."""
    questions = tuple(one.id for one in check.questions)
    return read_page(answers_of(questions, ANSWERS), args, taxonomy)


def self_check_page(current: Searcher, args: MultiDict[str, str]) -> SelfCheckPage:
    """Gather the page for the answers in ``args``."""
    check = current.self_check
    if check is None:
        return SelfCheckPage(status=404)
    read = read_answers(check, args, current.taxonomy)
    wrong = {one.name: one for one in reversed(read.wrong) if one.rule != UNKNOWN}
    given = {name: one for name, one in read.values.items() if one and name not in wrong}
    assessed = assess(check, given)
    titles = {case.id: curly(case.title) for case in current.cases}
    steps = tuple(
        _step(number, one, given, wrong, titles, current)
        for number, one in enumerate(assessed.steps, 1)
    )
    return SelfCheckPage(
        status=400 if wrong else 200,
        notices=notices(
            replace(read, wrong=tuple(one for one in read.wrong if one.rule == UNKNOWN)),
            current.taxonomy,
        ),
        steps=steps,
        answered=assessed.answered,
        n=len(check.questions),
        wrong=tuple(one for step in steps for one in step.questions if one.wrong),
        first=next((step for step in steps if step.weak), None),
        guides=_readings(assessed.guides, titles),
        cases=_readings(assessed.cases, titles),
    )


def finish(html: str, page: SelfCheckPage) -> Response:
    """The page as an answer; one that holds answers is not to be kept or passed on."""
    response = make_response(html, page.status)
    if page.answered or page.wrong:
        keep_private(response)
    return response


def standing_text(standing: StepStanding) -> str:
    """How a step stands: ``3 of 4 in place, 1 partly``."""
    n = len(standing.step.questions)
    if len(standing.unanswered) == n:
        return "Not answered yet"
    if len(standing.strong) == n:
        return f"All {n} in place"
    counts = [(len(standing.strong), f"of {n} in place")]
    given = [spot.answer for spot in standing.weak]
    counts += [(given.count(answer), words) for answer, words in COUNTED.items()]
    counts.append((len(standing.unanswered), "not answered"))
    return ", ".join(f"{count} {words}" for count, words in counts if count or "of" in words)


def _step(
    number: int,
    standing: StepStanding,
    given: Mapping[str, str],
    wrong: Mapping[str, Wrong],
    titles: Mapping[str, str],
    current: Searcher,
) -> StepView:
    step = standing.step
    return StepView(
        id=step.id,
        number=number,
        title=curly(step.title),
        lead=curly(step.lead),
        questions=tuple(
            _question(f"{number}.{place}", one, given.get(one.id, ""), wrong.get(one.id), current)
            for place, one in enumerate(step.questions, 1)
        ),
        standing=standing_text(standing),
        marks=tuple(given.get(one.id, UNANSWERED) for one in step.questions),
        weak=tuple(_weak(spot, titles, current) for spot in standing.weak),
        strong=tuple(curly(one.text) for one in standing.strong),
    )


def _question(
    number: str, one: Question, chosen: str, wrong: Wrong | None, current: Searcher
) -> QuestionView:
    return QuestionView(
        id=one.id,
        number=number,
        text=curly(one.text),
        why=curly(one.why),
        sources=_sources(one.sources, current),
        choices=tuple(
            Choice(value=value, words=words, chosen=value == chosen)
            for value, words in WORDS.items()
        ),
        wrong=_fault(wrong) if wrong else "",
    )


def _fault(wrong: Wrong) -> str:
    allowed = joined(ANSWERS, "or")
    if wrong.rule == REPEATED:
        return f"{wrong.name} takes one answer: {allowed}. Choose one."
    value = wrong.given
    short = value if len(value) <= VALUE_SHOWN else f"{value[: VALUE_SHOWN - 1]}…"
    return f"{wrong.name} must be {allowed}, not “{short}”."


def _weak(spot: WeakSpot, titles: Mapping[str, str], current: Searcher) -> WeakView:
    question = spot.question
    return WeakView(
        id=question.id,
        text=curly(question.text),
        answer=spot.answer,
        words=WORDS[spot.answer],
        why=curly(question.why),
        sources=_sources(question.sources, current),
        guides=_links(((name, "") for name in question.guides), titles),
        cases=_links(((case.id, curly(case.shows)) for case in question.cases), titles),
    )


def _sources(sources: Iterable[Source], current: Searcher) -> tuple[str, ...]:
    """Each source as a short text: ``Philippe Roy (1998), section 5``."""
    texts = []
    for source in sources:
        work = current.references.get(source.key)
        name = (work.authors or work.title) if work else source.key
        year = f" ({work.year or 'no date'})" if work else ""
        texts.append(curly(f"{name}{year}, {source.locator}"))
    return tuple(texts)


def _links(pairs: Iterable[tuple[str, str]], titles: Mapping[str, str]) -> tuple[Link, ...]:
    return tuple(
        Link(url=case_url(name), title=titles[name], note=note)
        for name, note in pairs
        if name in titles
    )


def _readings(readings: Iterable[Reading], titles: Mapping[str, str]) -> tuple[Link, ...]:
    """The first few that speak to several weak spots; one alone stands beside its spot."""
    several = ((one.id, f"for {one.spots} of your weak spots") for one in readings if one.spots > 1)
    return _links(several, titles)[:MOST_READINGS]
