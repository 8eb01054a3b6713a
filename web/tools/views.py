"""The tools: their list, and each one blank, filled in, and as a file.

What somebody fills in comes with POST, goes into the answer and is gone: no cache keeps it,
no address holds it, and nothing is written anywhere.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template, request

from kb.model.tools import CHECKLIST, COSTS, TROUBLESHOOTING, Tool
from web.core.errors import Failure, Help, register_help
from web.core.files import saved
from web.core.headers import keep_private
from web.core.params import Read, read_page
from web.core.request import searcher, site_words
from web.core.urls import url_for
from web.tools.cost_page import CELLS, HEAD, SIDES, UNIT, rows_more, rows_seen, used_below
from web.tools.form import MARKDOWN, MOST_BYTES, PDF, THEN, Sent, most_items, read_sent
from web.tools.network_flyer import network_flyer
from web.tools.page import (
    faults_in,
    file_of,
    grouped_tools,
    has_tools,
    is_form,
    made_into,
    names_of,
    sheet_of,
    title_of,
)
from web.ui.notices import unknown_names

NOT_FOUND, TOO_LARGE = 404, 413
#: The kinds with a page of their own; the others are outlines to fill in.
OWN_PAGE = (COSTS, CHECKLIST, TROUBLESHOOTING)
#: Browsers say so of a form that another site sent, and of one that was typed in or bookmarked.
FOREIGN = ("cross-site", "same-site")

bp = Blueprint("tools", __name__, template_folder="templates")
bp.add_app_template_global(has_tools)
bp.add_app_template_filter(used_below)


def help_with(failure: Failure) -> Help:
    """What the page of a tool that is not there, or of a form that is too long, offers."""
    ways = ((url_for("tools.tools"), "All tools"),) if has_tools() else ()
    if failure.kind.status == TOO_LARGE:
        return Help(title="That is more than this page can take", ways=ways)
    return Help(ways=ways)


register_help(bp, help_with)


@bp.get("/tools")
def tools() -> Response:
    """All tools by what one does with them; 404 with a page that says so where there are none."""
    groups = grouped_tools()
    html = render_template("tools.html", groups=groups, notices=unknown_names(*_asked()))
    return make_response(html, 200 if groups else NOT_FOUND)


@bp.route("/tools/<tool_id>", methods=("GET", "POST"))
def tool(tool_id: str) -> Response:
    """One tool, blank, or filled in with POST: as a page, as Markdown, or as PDF.

    404 where there is none of that name. 400 with everything kept where a field is not as it
    must be, or the form is none of ours; 405 where there is nothing to fill in; 413 where it is
    more than anybody writes.
    """
    one = _tool(tool_id)
    if request.method != "POST":
        return make_response(_page(one, Sent()))
    if not is_form(one):
        abort(405, valid_methods=["GET", "HEAD"])
    return keep_private(_answer(one, _sent(one)))


@bp.get("/tools/<tool_id>.md")
def blank(tool_id: str) -> Response:
    """One tool as Markdown, nothing filled in."""
    one = _tool(tool_id)
    return saved(file_of(one, {}), f"{one.id}.md", "text/markdown")


def _sent(one: Tool) -> Sent:
    request.max_content_length = request.max_form_memory_size = MOST_BYTES
    return read_sent(
        names_of(one),
        request.form,
        made_into(one),
        check=lambda values: faults_in(one, values),
        from_elsewhere=request.headers.get("Sec-Fetch-Site") in FOREIGN,
    )


def _answer(one: Tool, sent: Sent) -> Response:
    if not sent.is_sound:
        return make_response(_page(one, sent), 400)
    if sent.then == MARKDOWN:
        return saved(file_of(one, sent.values), f"{one.id}.md", "text/markdown")
    if sent.then == PDF:
        pdf = network_flyer(one, sent.values, site_words().name)
        return saved(pdf, f"{one.id}.pdf", "application/pdf")
    return make_response(_page(one, sent))


def _page(one: Tool, sent: Sent) -> str:
    shown = sent.values if sent.is_sound else {}
    return render_template(
        f"tool_{one.kind}.html" if one.kind in OWN_PAGE else "tool_outline.html",
        tool=one,
        sent=sent,
        sheet=sheet_of(one, shown),
        sheet_title=title_of(one, shown),
        then=THEN,
        made_into=made_into(one),
        most_items=most_items,
        by_id=searcher().compendium.by_id,
        costs={"cells": CELLS, "head": HEAD, "sides": SIDES, "unit": UNIT},
        rows_seen=rows_seen,
        rows_more=rows_more,
        notices=unknown_names(*_asked()),
    )


def _asked() -> tuple[Read, object]:
    """What stands in the address, which takes nothing."""
    taxonomy = searcher().taxonomy
    return read_page((), request.args, taxonomy), taxonomy


def _tool(tool_id: str) -> Tool:
    """A tool by its id.

    Raises:
        HTTPException: 404; there is none.
    """
    found = next((one for one in searcher().compendium.tools if one.id == tool_id), None)
    if found is None:
        abort(NOT_FOUND)
    return found
