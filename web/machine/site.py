"""What machines ask a site for: its health, its map, its icon, and rules for robots."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from flask import Blueprint, Response, abort, current_app, jsonify, render_template

from kb.answers.changes import day_of, days_by_row
from kb.model.facets import FACET_LISTS
from kb.search.searcher import Searcher
from web.core.crawlers import CLOSED, OPEN
from web.core.params import COMPARE, OUTCOMES, PROFILE, Table
from web.core.request import live, searcher, settings
from web.core.urls import absolute, case_url, url_for
from web.ui.links import PAGED, term_url

bp = Blueprint("site", __name__, template_folder="templates")
#: Pages that they may read as they are. With parameters of these tables they have no end either.
CLOSED_WITH: Mapping[str, Table] = {
    "role_models.role_models": PROFILE,
    "outcomes.outcomes": OUTCOMES,
    "compare.page": COMPARE,
    "api.role_models": PROFILE,
    "api.outcomes": OUTCOMES,
    "api.compare": COMPARE,
}
#: Where everything can be had at once.
DUMP = "dump.page"
#: A map of a site names so many pages in one file. 50,000 are allowed, but these take seconds.
IN_A_FILE = 10_000
#: A page of the map: its address, and the day on which it was last changed, if that is known.
Entry = tuple[str, str]
#: A place on this machine by its whole path, with its last name; and an address with a server.
_PLACE = re.compile(r"(?<![\w/.…])/(?:[^\s/'\")]+/)*([^\s/'\"):,;]+)")
_SERVER = re.compile(r"\b\w+://[^\s'\")]+")
HEALTH_STATUS = {"ok": 200, "ready": 200, "degraded": 200, "unavailable": 503}


@bp.get("/healthz")
def healthz() -> tuple[Response, int]:
    """Whether the site can answer, and is as it should be.

    ``degraded``: it answers, and the current snapshot could not be opened, or the database in
    which it is searched does not answer.
    ``unavailable`` (503): there is no snapshot to answer from.
    """
    now = live().health()
    healthy = "degraded" if now.trouble else "ok"
    status = healthy if now.snapshot_id else "unavailable"
    return _never_stored(status, snapshot=now.snapshot_id, trouble=_told(now.trouble))


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Whether this worker is to get requests: ``ready``, or ``unavailable`` (503).

    ``fallback``: it answers from another snapshot than the current one; ``trouble`` says why.
    """
    now = live().status()
    status = "ready" if now.snapshot_id else "unavailable"
    return _never_stored(
        status, snapshot=now.snapshot_id, fallback=now.fallback, trouble=_told(now.trouble)
    )


def _told(trouble: str | None) -> str | None:
    """What is wrong, as it may be told to everybody: the log says in which folder.

    What lies in the index is named from there on. Of any other place on this machine the last
    name stands, and of an address with a server nothing.
    """
    if trouble is None:
        return None
    index = settings().index
    for folder in (index.absolute(), index):
        if folder.is_absolute():
            trouble = trouble.replace(str(folder), "KB_INDEX")
    trouble = _SERVER.sub("…", trouble)
    return _PLACE.sub(lambda found: f"…/{found[1]}", trouble)


def _never_stored(status: str, **details: object) -> tuple[Response, int]:
    answer = jsonify(status=status, **details)
    answer.headers["Cache-Control"] = "no-store"
    return answer, HEALTH_STATUS[status]


@bp.get("/robots.txt")
def robots() -> Response:
    """Everything may be read but the endless combinations of filters and of compared cases.

    Some read ``/outcomes?`` as ``/outcomes``, and forbid the page with its parameters. So each
    name that may stand first is named, which every reader of the format understands; and again
    with a ``*`` for those that stand later, which readers of RFC 9309 do. What is allowed comes
    first: by RFC 9309 the longest rule counts, and to older readers the first.
    """
    lines = [f"Allow: {url_for(name)}" for name in OPEN]
    lines += [f"Disallow: {url_for(name)}" for name in CLOSED]
    lines += [
        f"Disallow: {url_for(name)}{before}{param.name}="
        for name, table in CLOSED_WITH.items()
        for before in ("?", "?*&")
        for param in table
    ]
    if DUMP in current_app.view_functions:
        lines.append(f"# Everything at once, for programs: {absolute(url_for(DUMP))}")
    lines.append(f"Sitemap: {absolute(url_for('site.sitemap'))}")
    return Response("\n".join(["User-agent: *", *lines, ""]), mimetype="text/plain")


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    """Every page but searches, and the pages of terms without a case.

    Where they are more than one file may name, the files that name them.
    """
    current = searcher()
    pages = _pages(current)
    if len(pages) + len(current.cases) <= IN_A_FILE:
        rows = np.arange(len(current.cases))
        return _as_xml("sitemap.xml", entries=[*pages, *_case_pages(current, rows)])
    n_files = 1 + -(-len(current.cases) // IN_A_FILE)
    files = [absolute(url_for("site.sitemap_part", part=part)) for part in range(n_files)]
    return _as_xml("sitemaps.xml", files=files)


@bp.get("/sitemap-<int:part>.xml")
def sitemap_part(part: int) -> Response:
    """A part of the pages: at 0 all but the cases, then these by their ids."""
    current = searcher()
    first = (part - 1) * IN_A_FILE
    if part == 0:
        return _as_xml("sitemap.xml", entries=_pages(current))
    if first >= len(current.cases):
        abort(404)
    rows = np.arange(first, min(first + IN_A_FILE, len(current.cases)))
    return _as_xml("sitemap.xml", entries=_case_pages(current, rows))


def _packs(current: Searcher) -> list[str]:
    """The pages of packs and the course; those of readers stand in their links alone."""
    taught = [one for one in current.compendium.packs if one.teaching is not None]
    fixed = ("teaching.teaching", "teaching.questions", "teaching.everything") if taught else ()
    return [
        *(url_for(name) for name in ("packs.packs", *fixed)),
        *(url_for("teaching.session", pack_id=one.id) for one in taught),
        *(
            url_for("packs.pack", name=one.id)
            for one in current.compendium.packs
            if one.teaching is None
        ),
    ]


def _as_xml(template: str, **given: object) -> Response:
    return Response(render_template(template, **given), mimetype="application/xml")


def _case_pages(current: Searcher, rows: np.ndarray) -> list[Entry]:
    """The pages of some cases, each with the day on which its text changed last."""
    days = days_by_row(current)[rows].tolist()
    return [
        (absolute(case_url(case_id)), day_of(day))
        for case_id, day in zip(current.engine.ids(rows), days, strict=True)
    ]


def _pages(current: Searcher) -> list[Entry]:
    """The pages that are no case's."""
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
        "about.privacy",
        "about.accessibility",
        "contribute.contribute",
        "contribute.case",
        "docs.api",
        "assistants.page",
        "dump.page",
    )
    own = ("about.codebook",) if current.compendium.codebook else ()
    own += ("about.policy",) if current.compendium.policy else ()
    own += ("self_check.self_check",) if current.compendium.self_check else ()
    own += ("people.people",) if current.compendium.people else ()
    places = [url_for(name) for name in (*fixed, *own)]
    places += [url_for("terms.terms", folder=FACET_LISTS[facet]) for facet in PAGED]
    counted = current.compendium.holdings.cases
    places += [
        term_url(facet, term.id)
        for facet in PAGED
        for term in counted.terms(facet, current.taxonomy)
    ]
    if current.compendium.tools:
        places.append(url_for("tools.tools"))
    places += _packs(current)
    places += [url_for("tools.tool", tool_id=tool.id) for tool in current.compendium.tools]
    places += [url_for("outcomes.metric", metric=metric) for metric in _reported(current)]
    return [(absolute(place), "") for place in places]


def _reported(current: Searcher) -> list[str]:
    """The metrics that some case reports, each of which has a page of outcomes."""
    counted = current.compendium.holdings.everything
    return [metric.id for metric in counted.terms("results", current.taxonomy)]


@bp.get("/favicon.ico")
def favicon() -> Response:
    """The icon, for browsers that do not read the link to it."""
    return current_app.send_static_file("favicon.svg")
