"""``/oai``: what libraries harvest, by OAI-PMH 2.0, as XML."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from kb.harvesting.answers import PART, WHOLE, Repository, answer
from kb.harvesting.held import Holding
from web.core.request import searcher, settings
from web.core.urls import absolute, addresses, url_for
from web.machine.xml import to_xml

bp = Blueprint("harvesting", __name__)

_HOLDING = "kb_harvest"


@bp.record_once
def _keep(state: BlueprintSetupState) -> None:
    """Let a site keep between requests which records it has."""
    state.app.extensions[_HOLDING] = Holding()


@bp.route("/oai", methods=("GET", "POST"))
def oai() -> Response:
    """Answer a verb; what is wrong with a request the answer says too, and never the status."""
    current = searcher()
    pairs = [*request.args.items(multi=True), *request.form.items(multi=True)]
    document = answer(
        pairs,
        Repository(
            searcher=current,
            held=current_app.extensions[_HOLDING].of(current),
            base=absolute(url_for("harvesting.oai")),
            addresses=addresses(),
            contact=settings().contact,
            whole=WHOLE,
            part=PART,
        ),
    )
    response = Response(to_xml(document), content_type="text/xml; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"  # it says when it was asked
    return response
