"""The description of the API, OpenAPI 3.1, from the table of its operations.

Its request side is as exact as its answers: what a snapshot's vocabulary allows, and every
bound, stand in it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from kb import __version__
from kb.answers.problem import MEDIA_TYPE, Problem
from kb.answers.serialise import schemas
from kb.model.taxonomy import Taxonomy
from kb.results.comparison import LEAST, MOST
from web.core import SITE_NAME
from web.core.params import OneOf, Param, params_of
from web.machine.operations import TAGS, Operation
from web.words.kinds import NO_KINDS

ABOUT = (
    "Case studies of business networks of small firms, with reported results and their sources. "
    "Everything is read with GET, needs no account, and answers from an immutable snapshot that "
    "each answer names. A name that is deprecated answers for one release beside the new one."
)
SCHEMAS = "#/components/schemas/"
#: Problems that every operation may answer with.
EVERYWHERE: Mapping[str, str] = {
    "400": "A parameter is unknown, is given twice, or its value is not allowed.",
    "503": "There is no snapshot to answer from.",
}
#: Parameter to what its schema says beyond the model that declares it.
_BOUNDS: Mapping[str, Mapping[str, Any]] = {"id": {"minItems": LEAST, "maxItems": MOST}}
#: Parameters that a request must have.
_REQUIRED = ("id",)
_ID_PATTERN = "^[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)+$"


def description(
    operations: Iterable[Operation], taxonomy: Taxonomy | None, example_id: str, *, root: str = "/"
) -> dict[str, Any]:
    """The whole document.

    Args:
        operations: what the API answers.
        taxonomy: the vocabulary at hand; None where there is no snapshot yet.
        example_id: the id of a case, for examples.
        root: the address of the server.
    """
    table = tuple(operations)
    return {
        "openapi": "3.1.0",
        "info": {"title": SITE_NAME, "version": __version__, "description": ABOUT},
        "servers": [{"url": root}],
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
        "paths": {one.path: {"get": _operation(one, taxonomy, example_id)} for one in table},
        "components": {"schemas": _schemas(*(one.answer for one in table))},
    }


@functools.cache
def _schemas(*answers: type) -> Mapping[str, Any]:
    return schemas((*answers, Problem), at=SCHEMAS)


def _operation(one: Operation, taxonomy: Taxonomy | None, example_id: str) -> dict[str, Any]:
    properties = one.parameters.model_json_schema().get("properties", {})
    given = [_parameter(one, properties[one.name], taxonomy) for one in params_of(one.parameters)]
    if "{case_id}" in one.path:
        given.append(
            {
                "name": "case_id",
                "in": "path",
                "required": True,
                "description": "The id of a case: its path, slashes included.",
                "schema": {"type": "string", "pattern": _ID_PATTERN},
                "example": example_id,
            }
        )
    problems = EVERYWHERE | one.problems
    return {
        "operationId": one.id,
        "tags": [one.tag],
        "summary": one.words,
        "description": one.details,
        "parameters": given,
        "responses": {
            "200": {
                "description": "The answer.",
                "content": {"application/json": _schema_of(one.answer)},
            },
            **{status: _problem(words) for status, words in sorted(problems.items())},
        },
    }


def _problem(words: str) -> dict[str, Any]:
    return {"description": words, "content": {MEDIA_TYPE: _schema_of(Problem)}}


def _schema_of(answer: type) -> dict[str, Any]:
    return {"schema": {"$ref": f"{SCHEMAS}{answer.__name__}"}}


def _parameter(param: Param, made: Mapping[str, Any], taxonomy: Taxonomy | None) -> dict[str, Any]:
    """One parameter of a query, from what its model declares."""
    schema = {key: value for key, value in made.items() if key not in ("title", "description")}
    example = schema.pop("example", None)
    # None is a parameter that is not given: there is nothing to send for it.
    for option in schema.pop("anyOf", ()):
        schema |= option if option["type"] != "null" else {}
    if schema.get("default") in (None, "", [], False):
        schema.pop("default", None)
    schema |= _BOUNDS.get(param.name, {})
    if values := _values(param, taxonomy):
        (schema["items"] if param.many else schema)["enum"] = values
        example = example or (values[:1] if param.many else values[0])
    parameter = {
        "name": param.name,
        "in": "query",
        "required": param.name in _REQUIRED,
        "description": (taxonomy or NO_KINDS).filled(made.get("description", "")),
        "schema": schema,
    }
    return parameter if example is None else {**parameter, "example": example}


def _values(param: Param, taxonomy: Taxonomy | None) -> list[str]:
    """The values that a parameter takes, none where it takes any or they are not at hand."""
    if isinstance(param.values, OneOf):
        return list(param.values.words)
    if param.values is None or taxonomy is None:
        return []
    return list(param.values.vocabulary(taxonomy).ids)
