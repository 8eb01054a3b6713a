"""The pages of the site: parse, ask the searcher, render."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from web.access import searcher, settings
from web.atlas import atlas_page
from web.browse import browse_sections, countries, guide_parts
from web.casefile import case_page
from web.home import home_page
from web.params import read_params, to_query
from web.relevance import relevance_page
from web.results import results_page
from web.selfcheck import finish, self_check_page

bp = Blueprint("pages", __name__)


@bp.get("/")
def home() -> str:
    """What this is, a search box, figures, and counts that lead to browsing."""
    return render_template("home.html", page=home_page(searcher()))


@bp.get("/search")
def search() -> str:
    """The cases that fit a query and its filters; without a query all of them by title."""
    current = searcher()
    query = to_query(read_params(request.args), current.taxonomy)
    result = current.search(query)
    return render_template("search.html", page=results_page(result, current))


@bp.get("/browse")
def browse() -> str:
    """Everything by country and by each facet."""
    current = searcher()
    return render_template(
        "browse.html", sections=browse_sections(current), countries=countries(current)
    )


@bp.get("/atlas")
def atlas() -> str:
    """A map of the cases, projects by types, and what is missing."""
    return render_template("atlas.html", page=atlas_page(searcher()))


@bp.get("/guides")
def guides() -> str:
    """The guides in reading order."""
    return render_template("guides.html", parts=guide_parts(searcher()))


@bp.get("/cases/<path:case_id>")
def case(case_id: str) -> str:
    """One case, programme, study or guide; 404 names the nearest ids."""
    current = searcher()
    page = case_page(current, current.case(case_id))
    return render_template("case.html", page=page)


@bp.get("/about")
def about() -> str:
    """What this is, where it comes from, how it is written and searched."""
    current = searcher()
    kinds = [case.kind for case in current.cases]
    encoders = (current.manifest.encoder, current.manifest.multilingual)
    used = {source.key for case in current.cases for source in case.sources}
    return render_template(
        "about.html",
        snapshot_id=current.snapshot_id,
        calibrated=current.calibration is not None,
        encoders=[made.name for made in encoders if made],
        n_passages=current.manifest.n_passages,
        counts=[(term.label, kinds.count(term.id)) for term in current.taxonomy["kinds"]],
        works=[work for key, work in current.references.items() if key in used],
        contribute_url=settings().contribute_url,
    )


@bp.get("/relevance")
def relevance() -> str:
    """How good the search is, as measured; that it is not measured yet, where it is not."""
    current = searcher()
    return render_template("relevance.html", page=relevance_page(current))


@bp.get("/self-check")
def self_check() -> Response:
    """Questions on being ready for a network, and how the answers in the address stand.

    404 where the snapshot holds none, 400 with the other answers kept for a value
    that is no answer.
    """
    page = self_check_page(searcher(), request.args)
    return finish(render_template("self_check.html", page=page), page)
