"""Cases side by side, as a page and as a spreadsheet."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from kb.answers.comparison import compared_cases, comparison_answer
from kb.exports.comparison import to_csv
from kb.results.comparison import LEAST
from kb.text.typography import curly
from web.compare.page import compare_page, read_cases
from web.core.files import csv_file
from web.core.params import COMPARE, read_page, read_strict
from web.core.request import searcher
from web.core.urls import addresses
from web.ui.notices import notices

bp = Blueprint("compare", __name__, template_folder="templates")


@bp.get("/compare")
def page() -> tuple[str, int]:
    """Two to five cases side by side; with fewer, a form to choose."""
    current = searcher()
    asked = read_page(COMPARE, request.args, current.taxonomy)
    cases, read = read_cases(asked, current)
    by_id = current.compendium.by_id
    meant = {near for one in read.wrong for near in (*one.nearest, *one.error.allowed)}
    titles = {near: curly(by_id[near].title) for near in meant if near in by_id}
    html = render_template(
        "compare.html",
        page=compare_page(current, cases, addresses()),
        notices=notices(read, current.taxonomy, titles),
    )
    return html, read.status


@bp.get("/compare.csv")
def as_csv() -> Response:
    """The same as CSV, one column for each case."""
    current = searcher()
    values = read_strict(COMPARE, request.args, current.taxonomy)
    cases = compared_cases(current, values["id"], least=LEAST)
    answer = comparison_answer(current, cases, addresses())
    return csv_file(to_csv(answer), "comparison", current.snapshot_id)
