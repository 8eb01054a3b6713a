"""The search page."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from web.core.errors import register_help
from web.core.params import SearchParams, read_page, to_query
from web.core.request import searcher
from web.search.failure import help_with
from web.search.page import answer_page, results_page
from web.ui.language import in_own_language
from web.ui.notices import notices

bp = Blueprint("search", __name__, template_folder="templates")
register_help(bp, help_with)


@bp.get("/search")
@in_own_language
def search() -> tuple[str, int]:
    """The cases that fit a query and its filters; without a query all of them by title."""
    current = searcher()
    read = read_page(SearchParams, request.args, current.taxonomy)
    result = answer_page(to_query(read.values, current.taxonomy), current)
    html = render_template(
        "search.html",
        page=results_page(result, current),
        notices=notices(read, current.taxonomy),
    )
    return html, read.status
