"""The self-check: one question a page, all of them on one, and how the answers stand.

Answers stand in the address alone. A page that shows them is kept by no cache and named
to no other page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, abort, make_response, render_template, request

from kb.model.self_check import SelfCheck, assess
from web.core.headers import keep_private
from web.core.params import Read
from web.core.request import searcher
from web.core.urls import self_check_url
from web.self_check.page import (
    WORDS,
    faults,
    has_self_check,
    read_answers,
    read_first,
    standing_text,
    turn_of,
    verdict,
)
from web.ui.notices import unknown_names, wrong_values

NOT_FOUND = 404

bp = Blueprint("self_check", __name__, template_folder="templates")
bp.add_app_template_global(has_self_check)
bp.add_app_template_global(self_check_url)
bp.add_app_template_filter(standing_text, "standing")
bp.add_app_template_filter(verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An address: the check, the answers that are understood, and what is wrong with others."""

    check: SelfCheck
    read: Read
    given: Mapping[str, str]
    faults: Mapping[str, str]


@bp.get("/self-check")
def self_check() -> Response:
    """How the answers in the address stand; without answers, where to begin.

    404 where the snapshot holds no check. 400 for a value that is no answer, with all
    questions and the other answers kept.
    """
    return _page("self_check.html", _answered())


@bp.get("/self-check/all")
def all_questions() -> Response:
    """All questions on one page, to answer there or on paper."""
    return _page("self_check_all.html", _answered())


@bp.get("/self-check/questions/<question_id>")
def question(question_id: str) -> Response:
    """One question, with the way to the next; 404 where there is none of that id."""
    answered = _answered()
    turn = turn_of(answered.check, question_id) if answered else None
    if answered and turn is None:
        abort(NOT_FOUND)
    return _page("self_check_question.html", answered, turn=turn)


def _answered() -> Answered | None:
    """What the address asks; None where the snapshot holds no check."""
    current = searcher()
    check = current.compendium.self_check
    if check is None:
        return None
    read = read_answers(check, request.args, current.taxonomy)
    wrong = wrong_values(read)
    given = {name: one for name, one in read.values.items() if one and name not in wrong}
    return Answered(check=check, read=read, given=given, faults=faults(wrong, check))


def _page(template: str, answered: Answered | None, **more: object) -> Response:
    if answered is None:
        return make_response(render_template("self_check.html", assessed=None), NOT_FOUND)
    current = searcher()
    assessed = assess(answered.check, answered.given)
    by_id = current.compendium.by_id
    html = render_template(
        template if not answered.faults else "self_check_all.html",
        assessed=assessed,
        given=answered.given,
        faults=answered.faults,
        by_id=by_id,
        read_first=(*read_first(assessed.guides, by_id), *read_first(assessed.cases, by_id)),
        words=WORDS,
        first=answered.check.questions[0].id,
        notices=unknown_names(answered.read, current.taxonomy),
        **more,
    )
    response = make_response(html, 400 if answered.faults else 200)
    if answered.read.typed:
        keep_private(response)
    return response
