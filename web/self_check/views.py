"""The self-check."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from web.core.request import searcher
from web.self_check.page import WORDS, finish, self_check_page

bp = Blueprint("self_check", __name__, template_folder="templates")


@bp.get("/self-check")
def self_check() -> Response:
    """Questions on being ready for a network, and how the answers in the address stand.

    404 where the snapshot holds none, 400 with the other answers kept for a value
    that is no answer.
    """
    page = self_check_page(searcher(), request.args)
    return finish(
        render_template("self_check.html", page=page, notices=page.notices, words=WORDS), page
    )
