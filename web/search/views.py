"""The search page."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from web.core.errors import register_help
from web.core.params import read_params, to_query
from web.core.request import searcher
from web.search.failure import help_with
from web.search.page import results_page

bp = Blueprint("search", __name__, template_folder="templates")
register_help(bp, help_with)


@bp.get("/search")
def search() -> str:
    """The cases that fit a query and its filters; without a query all of them by title."""
    current = searcher()
    query = to_query(read_params(request.args), current.taxonomy)
    result = current.search(query)
    return render_template("search.html", page=results_page(result, current))
