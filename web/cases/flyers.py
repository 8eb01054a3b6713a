"""The addresses of the flyers: a sheet for each case, as a page and as PDF."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, render_template

from kb.documents import Case
from web.access import searcher
from web.flyer import flyer
from web.flyer_pdf import flyer_pdf

bp = Blueprint("flyers", __name__)
NOT_FOUND = 404


@bp.get("/flyers/<path:case_id>")
def page(case_id: str) -> str:
    """The sheet as a page, one sheet of paper when printed; 404 for a guide."""
    case = _with_flyer(case_id)
    return render_template("flyer.html", sheet=flyer(searcher(), case))


@bp.get("/flyers/<path:case_id>.pdf")
def pdf(case_id: str) -> Response:
    """The sheet as PDF, the same bytes for as long as the snapshot is served."""
    sheet = flyer(searcher(), _with_flyer(case_id))
    response = Response(flyer_pdf(sheet), mimetype="application/pdf")
    name = f"{case_id.replace('/', '-')}-flyer.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _with_flyer(case_id: str) -> Case:
    """The case of a flyer.

    Raises:
        CaseNotFound: there is no such case.
        HTTPException: 404 with a page that says why; it is a guide.
    """
    case = searcher().case(case_id)
    if case.kind == "guide":
        abort(make_response(render_template("flyer_none.html", guide=case), NOT_FOUND))
    return case
