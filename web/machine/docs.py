"""The page that documents the API for people, from the same description as machines read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, render_template

from web.core.errors import HTTP_KINDS, KINDS, NOT_MEASURED
from web.core.urls import url_for
from web.machine.api import api_description

bp = Blueprint("docs", __name__, template_folder="templates")

#: What to ask for, and where below the root of the API it stands.
EXAMPLES: tuple[tuple[str, str], ...] = (
    (
        "Five wineries that want to sell abroad",
        "search?q=five+wineries+that+want+to+sell+abroad",
    ),
    (
        "Networks in Norway or New Zealand that export",
        "search?country=NO&country=NZ&project=exporting",
    ),
    (
        "Reported growth in sales of at least 20",
        "search?results=sales&results_min=20",
    ),
    ("One whole case", "cases/norway/graphic-arts"),
    (
        "Two cases side by side",
        "compare?id=norway/graphic-arts&id=norway/mechanical-engineering",
    ),
    (
        "Role models for five wineries that want to export",
        "role-models?my_sector=wine-spirits&partners=5&goal=exporting",
    ),
    ("What networks that export reported", "outcomes?project=exporting"),
    ("Every value that a filter accepts", "taxonomy"),
    ("How good the search is, as measured", "relevance"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of an address."""

    name: str
    type: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One address of the API."""

    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]


@bp.get("/api")
def api() -> str:
    """The API for people: addresses, parameters, examples, problems."""
    kinds = {kind.slug: kind for kind in (*KINDS.values(), *HTTP_KINDS.values(), NOT_MEASURED)}
    return render_template(
        "api.html",
        operations=operations(api_description()),
        examples=[(words, url_for("docs.versioned") + there) for words, there in EXAMPLES],
        kinds=sorted(kinds.values(), key=lambda kind: (kind.status, kind.slug)),
    )


@bp.get("/api/v1/")
def versioned() -> Response:
    """The root of the API leads to its page for people."""
    return redirect(url_for("docs.api"))


def operations(description: dict[str, Any]) -> tuple[Operation, ...]:
    """The operations of an OpenAPI description, in its order."""
    return tuple(
        Operation(
            path=path,
            summary=item["get"]["summary"],
            description=item["get"].get("description", ""),
            parameters=tuple(_parameter(given) for given in item["get"].get("parameters", ())),
        )
        for path, item in description["paths"].items()
    )


def _parameter(given: dict[str, Any]) -> Parameter:
    schema = given["schema"]
    kind = schema["type"]
    words = {
        "array": "text, repeatable",
        "string": "text",
        "integer": "whole number",
        "boolean": "true or false",
    }
    return Parameter(
        name=given["name"],
        type=words.get(kind, kind),
        description=given.get("description", ""),
    )
