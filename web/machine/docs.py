"""The page that documents the API for people, from the same description as machines read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template

from kb.model.cases import Case
from kb.results.comparison import LEAST
from kb.search.searcher import Searcher
from web.core.errors import HTTP_KINDS, KINDS, NOT_MEASURED
from web.core.request import live, searcher
from web.core.urls import url_for
from web.machine.api import api_description

bp = Blueprint("docs", __name__, template_folder="templates")

ANY_WORDS = "five wineries that want to sell abroad"


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
        examples=[(words, url_for("docs.versioned") + there) for words, there in examples()],
        kinds=sorted(kinds.values(), key=lambda kind: (kind.status, kind.slug)),
    )


@bp.get("/api/v1/")
def versioned() -> Response:
    """The root of the API leads to its page for people."""
    return redirect(url_for("docs.api"))


def examples() -> tuple[tuple[str, str], ...]:
    """What to ask for, and where below the root of the API it stands.

    The values are those that most cases of the snapshot have; without one they are left out.
    """
    return (
        ("Any words", f"search?{urlencode({'q': ANY_WORDS})}"),
        *(_of_snapshot(searcher()) if live().status().snapshot_id else ()),
        ("Every value that a filter accepts", "taxonomy"),
        ("How good the search is, as measured", "relevance"),
    )


def _of_snapshot(current: Searcher) -> Iterator[tuple[str, str]]:
    cases = [case for case in current.cases if not case.is_guide]
    usual = {facet: _most_have(facet, cases) for facet in ("country", "project", "sector")}
    countries, projects, sectors = usual.values()
    label = current.taxonomy.label
    if projects:
        found = [*(("country", code) for code in countries[:2]), ("project", projects[0])]
        words = "; ".join(label(facet, value) for facet, value in found)
        yield f"Cases under {words}", f"search?{urlencode(found)}"
    if metrics := _most_have("results", cases):
        least = urlencode({"results": metrics[0], "results_min": 20})
        yield f"{label('results', metrics[0])} of at least 20", f"search?{least}"
    if cases:
        yield "One whole case", f"cases/{cases[0].id}"
    if len(cases) >= LEAST:
        both = urlencode([("id", case.id) for case in cases[:LEAST]], safe="/")
        yield "Two cases side by side", f"compare?{both}"
    if projects and sectors:
        firm = urlencode({"my_sector": sectors[0], "partners": 5, "goal": projects[0]})
        words = f"{label('sector', sectors[0])}; {label('project', projects[0])}"
        yield f"Role models for five firms under {words}", f"role-models?{firm}"
        reported = urlencode({"project": projects[0]})
        yield f"What cases under {label('project', projects[0])} reported", f"outcomes?{reported}"


def _most_have(facet: str, cases: Iterable[Case]) -> list[str]:
    """The values of a facet, those of most cases first and equal ones by id."""
    counts = Counter(value for case in cases for value in case.facets.get(facet, ()))
    return sorted(counts, key=lambda value: (-counts[value], value))


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
