"""What the compendium holds: the front page, browsing, the atlas, the guides."""

from __future__ import annotations

from flask import Blueprint, render_template

from web.core.request import searcher
from web.holdings.atlas import atlas_page
from web.holdings.browse import SECTIONS, cases_by_country, countries_by_cases, guide_parts
from web.holdings.home import marks
from web.ui.achievements import achievements

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
        achievements=achievements(held.cases.documents, taxonomy),
        marks=marks,
    )


@bp.get("/browse")
def browse() -> str:
    """Everything by country and by each facet, the guides included."""
    compendium = searcher().compendium
    counted = compendium.holdings.everything
    sections = ((facet, counted.terms(facet, compendium.taxonomy)) for facet in SECTIONS)
    return render_template(
        "browse.html",
        counted=counted,
        sections=[(facet, terms) for facet, terms in sections if terms],
        countries=cases_by_country(compendium),
    )


@bp.get("/atlas")
def atlas() -> str:
    """A map of the cases, projects by types, and what is missing."""
    return render_template("atlas.html", page=atlas_page(searcher()))


@bp.get("/guides")
def guides() -> str:
    """The guides in reading order."""
    return render_template("guides.html", parts=guide_parts(searcher().compendium))
