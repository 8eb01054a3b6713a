"""What to expect: the page over a selection of cases, its JSON twin, and the figures as a file."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from kb.exports.outcomes import to_csv
from kb.results.outcomes import outlook
from web.core.errors import register_help
from web.core.outcomes_params import OutcomesParams, read_selection, to_selection
from web.core.request import searcher
from web.machine import api, schemas_outcomes
from web.machine.outcomes import outcomes_out
from web.outcomes.failure import help_with
from web.outcomes.form import profile_view, selection_view
from web.outcomes.page import outcomes_view, selection_title

bp = Blueprint("outcomes", __name__, template_folder="templates")
register_help(bp, help_with)


@bp.get("/outcomes")
def outcomes() -> str:
    """What the cases of a selection reported; all of them without parameters."""
    current = searcher()
    chosen = read_selection(request.args, current)
    view = outcomes_view(chosen.cases, selection_title(chosen, current), current)
    if not chosen.profile.is_empty:
        page = profile_view(chosen, current)
        return render_template("outcomes_of_models.html", page=page, view=view)
    only_guides = bool(chosen.cases) and not view.n_cases
    page = selection_view(chosen.query, current, only_guides=only_guides)
    return render_template("outcomes.html", page=page, view=view)


@api.bp.get(
    "/outcomes", summary="What cases reported", responses={"200": schemas_outcomes.OutcomesOut}
)
def outcomes_json(query: OutcomesParams) -> Response:
    """The results of every case that a search selects, figures beside figures.

    The parameters are those of the search; `page`, `per_page` and `sort` change nothing.
    With those of a profile instead of `q` the cases are its role models.
    Guides are left out. What cannot be compared is in distributions of its own.
    """
    current = searcher()
    chosen = to_selection(query, request.args, current)
    found = outlook(chosen.cases, current.taxonomy)
    answer = outcomes_out(found, chosen, current)
    return Response(answer.model_dump_json(), mimetype="application/json")


@bp.get("/outcomes.csv")
def outcomes_csv() -> Response:
    """Every finding of the same selection as CSV, one a row."""
    current = searcher()
    cases = read_selection(request.args, current).cases
    text = to_csv(outlook(cases, current.taxonomy))
    response = Response(text, mimetype="text/csv")
    name = f"outcomes-{current.snapshot_id}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
