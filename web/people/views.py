"""The page of people and organisations."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from web.core.request import searcher

bp = Blueprint("people", __name__, template_folder="templates")


@bp.get("/people")
def people() -> str:
    """Who the sources name, as they were at the time; no such page where none are listed."""
    compendium = searcher().compendium
    if compendium.people is None:
        abort(404)
    return render_template("people.html", people=compendium.people, by_id=compendium.by_id)
