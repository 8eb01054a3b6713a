"""The page that documents the API for people, from the same description as machines read."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, redirect, render_template

from web.core.errors import HTTP_KINDS, KINDS, NOT_MEASURED, REFUSALS
from web.core.urls import url_for
from web.machine.api import api_description, compendium_at_hand
from web.machine.changelog import CHANGES, old_names
from web.machine.examples import requests_of
from web.machine.twins import twins

bp = Blueprint("docs", __name__, template_folder="templates")

#: A type of JSON Schema in words.
TYPES: Mapping[str, str] = {
    "array": "text, repeatable",
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
}


@bp.get("/api")
def api() -> str:
    """The API for people: addresses, parameters, examples, problems."""
    every = (*KINDS.values(), *HTTP_KINDS.values(), *REFUSALS.values(), NOT_MEASURED)
    kinds = {kind.slug: kind for kind in every}
    root = url_for("docs.versioned")
    described = api_description()
    return render_template(
        "api.html",
        operations={path: item["get"] for path, item in described["paths"].items()},
        twins=tuple(twins()),
        changes=CHANGES,
        old_names=tuple(old_names(described)),
        types=TYPES,
        examples=[(words, root + there) for words, there in requests_of(compendium_at_hand())],
        kinds=sorted(kinds.values(), key=lambda kind: (kind.status, kind.slug)),
    )


@bp.get("/api/v1/")
def versioned() -> Response:
    """The root of the API leads to its page for people."""
    return redirect(url_for("docs.api"))
