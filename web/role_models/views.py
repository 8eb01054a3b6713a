"""Role models for a firm: the page with its form."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, render_template, request

from kb.guidance.role_models import counts_of, role_models
from web.core.params import UNKNOWN, ProfileParams, read_page
from web.core.request import searcher
from web.role_models.asked import asked
from web.role_models.form import form_view
from web.role_models.page import answer_view
from web.ui.notices import notices

bp = Blueprint("role_models", __name__, template_folder="templates")


@bp.get("/role-models", endpoint="role_models")
def page() -> tuple[str, int]:
    """The form; with a profile in the address, its role models too. 400 names what is wrong."""
    current = searcher()
    read = read_page(ProfileParams, request.args, current.taxonomy)
    said = asked(read, current.taxonomy)
    answer = None
    if not (said.wrong or said.profile.is_empty):
        answer = role_models(current, said.profile, said.query)
    counts = answer.facets if answer else counts_of(current, said.query)
    names = replace(read, wrong=tuple(one for one in read.wrong if one.rule == UNKNOWN))
    html = render_template(
        "role_models.html",
        form=form_view(said, counts, current),
        view=answer_view(answer, current.taxonomy) if answer else None,
        empty=said.says_nothing,
        notices=notices(names, current.taxonomy),
    )
    return html, 400 if said.wrong or said.says_nothing else 200
