"""The self-check as a page: the answers of an address, and what they amount to.

Answers stand in the address alone. The page that shows them is kept by no cache and
named to no other page: ``finish`` says so to browsers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from flask import Flask, Response, make_response
from werkzeug.datastructures import MultiDict

from kb.errors import KBError
from kb.model.cases import Source
from kb.model.english import joined
from kb.model.self_check import ANSWERS, Assessment, Reading, SelfCheck, StepStanding, assess
from kb.model.taxonomy import Taxonomy
from kb.search.searcher import Searcher
from web.core.headers import keep_private
from web.core.params import REPEATED, UNKNOWN, Read, Wrong, answers_of, read_page
from web.core.request import searcher
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
#: How many guides and how many cases stand in the list of what to read first.
MOST_READINGS = 4
VALUE_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCheckPage:
    """What the answers of an address amount to, and what is wrong with it.

    Attributes:
        status: that of the answer: 200, 400, or 404 where there is no self-check.
        notices: what has nothing to do with the questions.
        assessed: the steps and how each stands; None where there is no self-check.
        given: question to answer.
        faults: question to what is wrong with its answer, a sentence.
        titles: the titles of all cases and guides by their ids.
        guides: the first few that speak to several weak spots; one alone stands beside its spot.
        cases: likewise.
    """

    status: int
    notices: tuple[Notice, ...] = ()
    assessed: Assessment | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    guides: tuple[Reading, ...] = ()
    cases: tuple[Reading, ...] = ()


def init_app(app: Flask) -> None:
    """Let every template ask whether there is a self-check to link to."""
    app.jinja_env.globals["has_self_check"] = has_self_check
    app.jinja_env.filters.update(standing=standing_text, source=source_text)


def has_self_check() -> bool:
    """Whether the current snapshot holds one; False where there is no snapshot."""
    try:
        return searcher().compendium.self_check is not None
    except KBError:
        return False


def read_answers(check: SelfCheck, args: MultiDict[str, str], taxonomy: Taxonomy) -> Read:
    """The answers of an address by question; an empty text where there is none."""
    questions = tuple(one.id for one in check.questions)
    return read_page(answers_of(questions, ANSWERS), args, taxonomy)


def self_check_page(current: Searcher, args: MultiDict[str, str]) -> SelfCheckPage:
    """Gather the page for the answers in ``args``."""
    check = current.compendium.self_check
    if check is None:
        return SelfCheckPage(status=404)
    read = read_answers(check, args, current.taxonomy)
    wrong = {one.name: one for one in reversed(read.wrong) if one.rule != UNKNOWN}
    given = {name: one for name, one in read.values.items() if one and name not in wrong}
    assessed = assess(check, given)
    titles = {case.id: curly(case.title) for case in current.cases}
    return SelfCheckPage(
        status=400 if wrong else 200,
        notices=notices(
            replace(read, wrong=tuple(one for one in read.wrong if one.rule == UNKNOWN)),
            current.taxonomy,
        ),
        assessed=assessed,
        given=given,
        faults={one.id: _fault(wrong[one.id]) for one in check.questions if one.id in wrong},
        titles=titles,
        guides=_read_first(assessed.guides, titles),
        cases=_read_first(assessed.cases, titles),
    )


def finish(html: str, page: SelfCheckPage) -> Response:
    """The page as an answer; one that holds answers is not to be kept or passed on."""
    response = make_response(html, page.status)
    if page.faults or (page.assessed and page.assessed.answered):
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


def _fault(wrong: Wrong) -> str:
    allowed = joined(ANSWERS, "or")
    if wrong.rule == REPEATED:
        return f"{wrong.name} takes one answer: {allowed}. Choose one."
    value = wrong.given
    short = value if len(value) <= VALUE_SHOWN else f"{value[: VALUE_SHOWN - 1]}…"
    return f"{wrong.name} must be {allowed}, not “{short}”."


def source_text(source: Source) -> str:
    """A source as a short text: ``Philippe Roy (1998), section 5``."""
    work = searcher().compendium.references.get(source.key)
    name = (work.authors or work.title) if work else source.key
    year = f" ({work.year or 'no date'})" if work else ""
    return curly(f"{name}{year}, {source.locator}")


def _read_first(readings: Iterable[Reading], held: Collection[str]) -> tuple[Reading, ...]:
    several = (one for one in readings if one.spots > 1 and one.id in held)
    return tuple(islice(several, MOST_READINGS))
