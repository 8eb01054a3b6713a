"""The self-check.

Answers stand in the address alone. The page that shows them is kept by no cache and named
to no other page.
"""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from kb.model.self_check import assess
from web.core.headers import keep_private
from web.core.request import searcher
from web.self_check.page import (
    WORDS,
    faults,
    has_self_check,
    read_answers,
    read_first,
    standing_text,
)
from web.ui.notices import unknown_names, wrong_values

bp = Blueprint("self_check", __name__, template_folder="templates")
bp.add_app_template_global(has_self_check)
bp.add_app_template_filter(standing_text, "standing")


@bp.get("/self-check")
def self_check() -> Response:
    """Questions on being ready for a network, and how the answers in the address stand.

    404 where the snapshot holds none, 400 with the other answers kept for a value
    that is no answer.
    """
    current = searcher()
    check = current.compendium.self_check
    if check is None:
        return make_response(render_template("self_check.html", assessed=None), 404)
    read = read_answers(check, request.args, current.taxonomy)
    wrong = wrong_values(read)
    given = {name: one for name, one in read.values.items() if one and name not in wrong}
    assessed = assess(check, given)
    by_id = current.compendium.by_id
    html = render_template(
        "self_check.html",
        assessed=assessed,
        given=given,
        faults=faults(wrong, check),
        by_id=by_id,
        read_first=(*read_first(assessed.guides, by_id), *read_first(assessed.cases, by_id)),
        words=WORDS,
        notices=unknown_names(read, current.taxonomy),
    )
    response = make_response(html, 400 if wrong else 200)
    if wrong or assessed.answered:
        keep_private(response)
    return response
