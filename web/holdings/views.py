"""What the compendium holds: the front page, browsing, the atlas, the guides."""

from __future__ import annotations

from flask import Blueprint, render_template

from web.core.request import searcher
from web.holdings.atlas import atlas_page
from web.holdings.browse import browse_sections, countries, guide_parts
from web.holdings.home import home_page

bp = Blueprint("holdings", __name__, template_folder="templates")


@bp.get("/")
def home() -> str:
    """What this is, a search box, figures, and counts that lead to browsing."""
    return render_template("home.html", page=home_page(searcher()))


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
