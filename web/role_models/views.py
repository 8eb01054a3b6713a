"""Role models for a firm: the page with its form, and its JSON twin."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from kb.errors import QueryError
from kb.guidance.profile import FIELDS
from kb.guidance.role_models import counts_of, role_models
from web.core.profile_params import ProfileParams, read_asked, to_asked
from web.core.request import searcher
from web.machine import api
from web.machine.role_models import role_models_out
from web.machine.schemas_profiles import RoleModelsOut
from web.role_models.form import form_view
from web.role_models.page import answer_view, says_nothing

bp = Blueprint("role_models", __name__, template_folder="templates")


@bp.get("/role-models", endpoint="role_models")
def page() -> tuple[str, int]:
    """The form; with a profile in the address, its role models too. 400 names what is wrong."""
    current = searcher()
    asked = read_asked(request.args, current.taxonomy)
    empty = says_nothing(asked)
    answer = None
    if not (asked.wrong or asked.profile.is_empty):
        answer = role_models(current, asked.profile, asked.query)
    counts = answer.facets if answer else counts_of(current, asked.query)
    html = render_template(
        "role_models.html",
        form=form_view(asked, counts, current),
        view=answer_view(answer, current.taxonomy) if answer else None,
        empty=empty,
    )
    return html, 400 if asked.wrong or empty else 200


@api.bp.get("/role-models", summary="Role models for a firm", responses={"200": RoleModelsOut})
def role_models_json(query: ProfileParams) -> Response:
    """At most ten cases that suit a firm's profile, with why each does and where it differs.

    The filters of the search narrow which cases are compared; guides are left out.
    """
    current = searcher()
    asked = to_asked(query, request.args, current.taxonomy)
    if asked.profile.is_empty:
        raise QueryError(
            f"a profile must say something of the firm: give at least one of {', '.join(FIELDS)}.",
            parameter="aim",
            value="",
        )
    answer = role_models(current, asked.profile, asked.query)
    return Response(
        role_models_out(answer, current.taxonomy).model_dump_json(), mimetype="application/json"
    )
