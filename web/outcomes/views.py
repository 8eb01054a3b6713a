"""What to expect: the page over a selection of cases, and the figures as a file."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict

from kb.answers.outcomes import outcomes_answer
from kb.exports.outcomes import to_csv
from kb.search.searcher import Searcher
from web.core.files import csv_file
from web.core.params import (
    OUTCOMES,
    VALUE,
    Read,
    Wrong,
    read_page,
    read_strict,
    to_profile,
    to_selection,
    words_beside_profile,
)
from web.core.request import searcher
from web.core.urls import addresses
from web.outcomes.form import selection_form
from web.outcomes.page import outcomes_page, selection_title
from web.ui.notices import notices
from web.words.profile import summary as profile_summary

bp = Blueprint("outcomes", __name__, template_folder="templates")


@bp.get("/outcomes")
def outcomes() -> tuple[str, int]:
    """What the cases of a selection reported; all of them without parameters."""
    current = searcher()
    read = read_outcomes(request.args, current)
    chosen = to_selection(read.values, current)
    answer = outcomes_answer(chosen, current, addresses())
    page = outcomes_page(selection_title(chosen, current.taxonomy), answer, current)
    said = notices(read, current.taxonomy)
    if chosen.profile.is_empty:
        form = selection_form(chosen.query, current)
        has_guides = bool(chosen.cases)
        html = render_template(
            "outcomes.html", page=page, form=form, has_guides=has_guides, notices=said
        )
    else:
        summary = profile_summary(chosen.profile, current.taxonomy)
        html = render_template(
            "outcomes_of_models.html", page=page, chosen=chosen, summary=summary, notices=said
        )
    return html, read.status


def read_outcomes(args: MultiDict[str, str], current: Searcher) -> Read:
    """What a page's address selects; beside a profile the words of a search are left out."""
    read = read_page(OUTCOMES, args, current.taxonomy)
    words = read.values["q"]
    if not words or to_profile(read.values, current.taxonomy).is_empty:
        return read
    error = words_beside_profile(words)
    wrong = Wrong(rule=VALUE, error=error, given=words, instead="They were left out.")
    return replace(read, values={**read.values, "q": ""}, wrong=(*read.wrong, wrong))


@bp.get("/outcomes.csv")
def outcomes_csv() -> Response:
    """Every finding of the same selection as CSV, one a row."""
    current = searcher()
    values = read_strict(OUTCOMES, request.args, current.taxonomy)
    answer = outcomes_answer(to_selection(values, current), current, addresses())
    return csv_file(to_csv(answer), "outcomes", current.snapshot_id)
