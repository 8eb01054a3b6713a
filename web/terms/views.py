"""The pages of the values of a facet, and the page of all values of each."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from kb.model.english import capital
from kb.model.facets import FACET_LISTS
from web.core.errors import Failure, Help, register_help
from web.core.request import searcher
from web.core.urls import cases_root, led_to, url_for
from web.terms.page import TermPage, groups_of
from web.ui.links import PAGED, term_url
from web.ui.markdown import render_codebook

#: The folder that the pages of a facet stand in, to the facet.
FOLDERS = {FACET_LISTS[facet]: facet for facet in PAGED}

#: What a firm says of itself where a page of a facet leads to role models.
OF_A_FIRM = {"country": "my_country", "type": "common", "project": "goal", "sector": "my_sector"}

bp = Blueprint("terms", __name__, template_folder="templates")
bp.add_app_template_global(OF_A_FIRM.get, "profile_field")


def help_with(failure: Failure) -> Help:
    """What the page of a term that is not there offers: the nearest terms."""
    folder = (request.view_args or {}).get("folder", "")
    if failure.kind.slug != "unknown-page" or folder not in FOLDERS:
        return Help()
    facet, taxonomy = FOLDERS[folder], searcher().taxonomy
    nearest = taxonomy.every(facet).nearest(request.view_args.get("name", ""))
    return Help(
        nearest=tuple((term_url(facet, one), taxonomy.label(facet, one)) for one in nearest),
        ways=((url_for("terms.terms", folder=folder), f"See all {folder}"),),
    )


register_help(bp, help_with)
_IN_FOLDER = f"/<any({', '.join(FOLDERS)}):folder>"


@bp.get(_IN_FOLDER)
def terms(folder: str) -> str:
    """Every value of a facet with how many cases it has."""
    compendium, facet = searcher().compendium, FOLDERS[folder]
    counted, taxonomy = compendium.holdings.cases, compendium.taxonomy
    return render_template(
        "terms.html",
        facet=facet,
        groups=groups_of(facet, counted, taxonomy),
        n_held=len(counted.terms(facet, taxonomy)),
        n_all=len(taxonomy.every(facet).terms),
    )


@bp.get(f"{_IN_FOLDER}/<name>")
def term(folder: str, name: str) -> ResponseReturnValue:
    """One value of a facet: what it means, its cases, what is near; 404 names the nearest.

    Any of its names leads to its page.
    """
    current, facet = searcher(), FOLDERS[folder]
    found = current.taxonomy.of_slug(facet, name)
    if found is None:
        abort(404)
    slug = current.taxonomy.slug(facet, found.id)
    if slug != name:
        return led_to(url_for("terms.term", folder=folder, name=slug))
    page = TermPage(facet=facet, term=found, searcher=current)
    root = cases_root()
    rules = {
        head: render_codebook(current.snapshot_id, capital(text), root).html
        for head, text in page.rules.items()
    }
    return render_template("term.html", page=page, folder=folder, rules=rules)
