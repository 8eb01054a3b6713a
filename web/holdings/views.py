"""What the compendium holds: the front page, browsing, the atlas, the guides."""

from __future__ import annotations

from flask import Blueprint, render_template

from kb.model.facets import COLLECTION_FACET, DECADE_FACET, FACET_LISTS
from web.core.request import searcher
from web.core.urls import facet_url
from web.holdings.atlas import atlas_page
from web.holdings.browse import SECTIONS, countries_by_cases, guide_parts
from web.holdings.coverage import coverage_page
from web.holdings.home import IN_CHART, cases_a_mark, known, marks
from web.ui.achievements import achievements
from web.ui.links import PAGED

#: How cases report: in figures, in words, or nothing.
EVIDENCE = ("A figure", "Words alone", "No result")

#: A list of more terms with what each means opens on demand.
MOST = 20

bp = Blueprint("holdings", __name__, template_folder="templates")


@bp.get("/")
def home() -> str:
    """What this is, a search box, figures, and counts that lead to browsing."""
    current = searcher()
    held, taxonomy = current.compendium.holdings, current.taxonomy
    return render_template(
        "home.html",
        held=held,
        taxonomy=taxonomy,
        countries=countries_by_cases(held.cases, taxonomy),
        known=known(current.compendium),
        achievements=achievements(current, current.reporting),
        n_in_chart=IN_CHART,
        marks=marks,
        each=cases_a_mark(held.cases.n),
    )


@bp.get("/browse")
def browse() -> str:
    """Everything by country and by each facet, the guides included."""
    compendium = searcher().compendium
    counted = compendium.holdings.everything
    sections = [(facet, counted.terms(facet, compendium.taxonomy)) for facet in SECTIONS]
    return render_template(
        "browse.html",
        counted=counted,
        sections=[(facet, terms) for facet, terms in sections if terms],
        countries=counted.terms("country", compendium.taxonomy),
        folded=[facet for facet, terms in sections if len(terms) > MOST and facet not in PAGED],
        paged={facet: FACET_LISTS[facet] for facet in PAGED},
        said_by_label=(DECADE_FACET,),
    )


@bp.get("/atlas")
def atlas() -> str:
    """A map of the cases, projects by types, and what is missing."""
    return render_template("atlas.html", page=atlas_page(searcher()))


@bp.get("/coverage")
def coverage() -> str:
    """What is missing and wanted, and how to add it."""
    page = coverage_page(searcher())
    return render_template(
        "coverage.html",
        page=page,
        kinds=[(kind.label, n, facet_url(kind=kind.id)) for kind, n in page.kinds],
        evidence=[(words, n, "") for words, n in zip(EVIDENCE, page.evidence, strict=True)],
        statuses=[
            *((one.label, n, facet_url(status=one.id)) for one, n in page.statuses),
            ("Not told", page.n_unclassified, ""),
        ],
        decades=[(f"{decade}s", n, "") for decade, n in page.decades.items()],
    )


@bp.get("/guides")
def guides() -> str:
    """The guides in reading order."""
    compendium = searcher().compendium
    of_collection = [
        (term, {one.id for one in compendium.guides if term.id in one.facets[COLLECTION_FACET]})
        for term, _ in compendium.collections
    ]
    return render_template(
        "guides.html",
        parts=guide_parts(compendium),
        collections=[one for one in of_collection if one[1]] if len(of_collection) > 1 else [],
    )
