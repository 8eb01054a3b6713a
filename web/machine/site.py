"""What machines ask a site for: its health, its map, its icon, and rules for robots."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, render_template

from kb.model.facets import FACET_LISTS
from kb.search.searcher import Searcher
from web.core.request import live, searcher
from web.core.urls import absolute, case_url, url_for
from web.ui.links import PAGED, term_url

bp = Blueprint("site", __name__, template_folder="templates")
#: What robots leave alone: beyond the question mark there is no end of addresses.
CLOSED = (
    ("search.search", ""),
    ("role_models.role_models", "?"),
    ("outcomes.outcomes", "?"),
    ("compare.page", "?"),
)
HEALTH_STATUS = {"ok": 200, "ready": 200, "degraded": 200, "unavailable": 503}


@bp.get("/healthz")
def healthz() -> tuple[Response, int]:
    """Whether the site can answer, and is as it should be.

    ``degraded``: it answers, and the current snapshot could not be opened.
    ``unavailable`` (503): there is no snapshot to answer from.
    """
    now = live().status()
    healthy = "degraded" if now.trouble else "ok"
    status = healthy if now.snapshot_id else "unavailable"
    return _never_stored(status, snapshot=now.snapshot_id, trouble=now.trouble)


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Whether this worker is to get requests: ``ready``, or ``unavailable`` (503).

    ``fallback``: it answers from another snapshot than the current one; ``trouble`` says why.
    """
    now = live().status()
    status = "ready" if now.snapshot_id else "unavailable"
    return _never_stored(
        status, snapshot=now.snapshot_id, fallback=now.fallback, trouble=now.trouble
    )


def _never_stored(status: str, **details: object) -> tuple[Response, int]:
    answer = jsonify(status=status, **details)
    answer.headers["Cache-Control"] = "no-store"
    return answer, HEALTH_STATUS[status]


@bp.get("/robots.txt")
def robots() -> Response:
    """Everything may be read but the endless combinations of filters and of compared cases."""
    closed = "".join(f"Disallow: {url_for(name)}{ending}\n" for name, ending in CLOSED)
    text = f"User-agent: *\n{closed}Sitemap: {absolute(url_for('site.sitemap'))}\n"
    return Response(text, mimetype="text/plain")


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    """Every page but searches, and the pages of terms without a case."""
    fixed = (
        "holdings.home",
        "role_models.role_models",
        "outcomes.outcomes",
        "holdings.browse",
        "holdings.atlas",
        "holdings.coverage",
        "holdings.guides",
        "about.about",
        "about.reading",
        "about.relevance",
        "docs.api",
    )
    current = searcher()
    own = ("about.codebook",) if current.compendium.codebook else ()
    own += ("people.people",) if current.compendium.people else ()
    entries = [(absolute(url_for(name)), "") for name in (*fixed, *own)]
    folders = [url_for("terms.terms", folder=FACET_LISTS[facet]) for facet in PAGED]
    counted = current.compendium.holdings.cases
    terms = [
        term_url(facet, term.id)
        for facet in PAGED
        for term in counted.terms(facet, current.taxonomy)
    ]
    entries += [(absolute(address), "") for address in (*folders, *terms)]
    if current.compendium.tools:
        entries.append((absolute(url_for("tools.tools")), ""))
    entries += [
        (absolute(url_for("tools.tool", tool_id=tool.id)), "") for tool in current.compendium.tools
    ]
    metrics = [url_for("outcomes.metric", metric=metric) for metric in _reported(current)]
    entries += [(absolute(address), "") for address in metrics]
    entries += [(absolute(case_url(case.id)), case.added or "") for case in current.cases]
    return Response(render_template("sitemap.xml", entries=entries), mimetype="application/xml")


def _reported(current: Searcher) -> list[str]:
    """The metrics that some case reports, each of which has a page of outcomes."""
    counted = current.compendium.holdings.everything
    return [metric.id for metric in counted.terms("results", current.taxonomy)]


@bp.get("/favicon.ico")
def favicon() -> Response:
    """The icon, for browsers that do not read the link to it."""
    return current_app.send_static_file("favicon.svg")
