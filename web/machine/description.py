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
from kb.exports.formats import FORMATS as FILES
from kb.model.compendium import Compendium
from kb.model.site import Site
from kb.model.taxonomy import Taxonomy
from web.core.params import Param, known_to
from web.machine.examples import values_of
from web.machine.operations import TAGS, Operation
from web.words.kinds import NO_KINDS

ABOUT = (
    "Everything is read with GET, needs no account, and answers from an immutable snapshot that "
    "each answer names. A name that is deprecated answers for one release beside the new one. "
    "Files stand beside the pages, not here: a case (`/cases/{id}`), a version of it "
    "(`/cases/{id}@{version}`), a search (`/search`, with its parameters), a reading list "
    "(`/packs/{list}`) and a session (`/teaching/{id}`), each with an ending: "
    + ", ".join(f"`.{one.name}` ({one.label}, `{one.media_type}`)" for one in FILES.values())
    + ". While a file is being made the answer is 202 with `Retry-After`; a queue that is full "
    "answers 503, and a file that could not be made 500."
)
SCHEMAS = "#/components/schemas/"
#: Of every answer that is not private.
ETAG: Mapping[str, Any] = {
    "description": "Names this answer: sent back as If-None-Match it is answered with 304 while "
    "nothing has changed.",
    "schema": {"type": "string"},
}
#: Problems that every operation may answer with.
EVERYWHERE: Mapping[str, str] = {
    "400": "A parameter is unknown, is given twice, or its value is not allowed.",
    "503": "There is no snapshot to answer from.",
}
_ID_PATTERN = "^[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)+$"


def description(
    operations: Iterable[Operation], compendium: Compendium | None, *, root: str
) -> dict[str, Any]:
    """The whole document.

    Args:
        operations: what the API answers.
        compendium: what it answers from; None where there is no snapshot yet.
        root: the path under which the site is mounted, which may be empty.
    """
    table = tuple(operations)
    taxonomy = compendium.taxonomy if compendium else None
    site = compendium.site if compendium else Site()
    examples = values_of(compendium)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": site.name,
            "version": __version__,
            "description": f"{site.description} {ABOUT}",
        },
        "servers": [{"url": root or "/"}],
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
        "paths": {
            operation.path: {"get": _operation(operation, taxonomy, examples)}
            for operation in table
        },
        "components": {"schemas": _schemas(*(operation.answer for operation in table))},
    }


@functools.cache
def _schemas(*answers: type) -> Mapping[str, Any]:
    return schemas((*answers, Problem), at=SCHEMAS)


def _operation(
    operation: Operation, taxonomy: Taxonomy | None, examples: Mapping[str, Any]
) -> dict[str, Any]:
    table = known_to(taxonomy, operation.parameters) if taxonomy else operation.parameters
    parameters = [_parameter(param, taxonomy, examples) for param in table]
    if "{case_id}" in operation.path:
        parameters.append(
            {
                "name": "case_id",
                "in": "path",
                "required": True,
                "description": "The id of a case: its path, slashes included.",
                "schema": {"type": "string", "pattern": _ID_PATTERN},
                "example": next(iter(examples["id"])),
            }
        )
    if "{name}" in operation.path:
        parameters.append(
            {
                "name": "name",
                "in": "path",
                "required": True,
                "description": "The first 12 characters of the digest of a version, or more.",
                "schema": {"type": "string", "pattern": "^[0-9a-f]{12,64}$"},
                "example": examples["version"],
            }
        )
    if "{pack}" in operation.path:
        parameters.append(
            {
                "name": "pack",
                "in": "path",
                "required": True,
                "description": "The id of a pack, or what stands for a list in its address.",
                "schema": {"type": "string"},
                "example": examples["pack"],
            }
        )
    problems = EVERYWHERE | operation.problems
    return {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.words,
        "description": operation.details,
        "parameters": parameters,
        "responses": {
            "200": {
                "description": "The answer.",
                "headers": {"ETag": ETAG},
                "content": {"application/json": _schema_of(operation.answer)},
            },
            **{status: _problem(words) for status, words in sorted(problems.items())},
        },
    }


def _problem(words: str) -> dict[str, Any]:
    return {"description": words, "content": {MEDIA_TYPE: _schema_of(Problem)}}


def _schema_of(answer: type) -> dict[str, Any]:
    return {"schema": {"$ref": f"{SCHEMAS}{answer.__name__}"}}


def _parameter(
    param: Param, taxonomy: Taxonomy | None, examples: Mapping[str, Any]
) -> dict[str, Any]:
    """One parameter of a query, from its row in the table."""
    value = param.takes.schema(taxonomy)
    example = examples.get(param.name) if param.example is None else param.example
    if "enum" in value and example is None:
        example = value["enum"][:1] if param.many else value["enum"][0]
    least, most = param.times
    schema = {"type": "array", "items": value} if param.many else value
    if param.default not in (None, "", False):
        schema |= {"default": param.default}
    if most:
        schema |= {"minItems": least, "maxItems": most, "uniqueItems": True}
        schema["items"] = {**value, "minLength": 1}
    described = {
        "name": param.name,
        "in": "query",
        "required": least > 0,
        "description": (taxonomy or NO_KINDS).filled(param.words),
        "schema": schema,
    }
    return described if example is None else {**described, "example": example}
