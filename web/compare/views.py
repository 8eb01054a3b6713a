"""Cases side by side, as a page and as a spreadsheet."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from kb.answers.comparison import compared_cases
from kb.exports.csv import to_csv
from kb.results.comparison import LEAST
from web.compare.failure import help_with
from web.compare.page import compare_page, csv_rows
from web.core.errors import register_help
from web.core.request import searcher

bp = Blueprint("compare", __name__, template_folder="templates")
register_help(bp, help_with)


@bp.get("/compare")
def page() -> str:
    """Two to five cases side by side; with fewer, a form to choose."""
    current = searcher()
    cases = compared_cases(current, request.args.getlist("id"))
    return render_template("compare.html", page=compare_page(current, cases))


@bp.get("/compare.csv")
def as_csv() -> Response:
    """The same as CSV, one column for each case."""
    current = searcher()
    cases = compared_cases(current, request.args.getlist("id"), least=LEAST)
    response = Response(to_csv(csv_rows(current, cases)), mimetype="text/csv")
    name = f"comparison-{current.snapshot_id}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
