"""What the tools take: one record a tool, read strictly, and described from the same record."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict, Field, Strict, TypeAdapter, ValidationError, with_config
from pydantic_core import ErrorDetails

from kb.errors import QueryError
from kb.guidance.profile import FUNDING, MAX_COUNTRY, MAX_PARTNERS, MAX_SIZE, MAX_TEXT
from kb.model.taxonomy import Taxonomy
from kb.results.comparison import LEAST, MOST
from kb.search.query import MAX_QUERY_LENGTH

#: How many hits an answer has where nobody says, and at most.
USUAL_HITS, MOST_HITS = 5, 10
#: A list of values is no longer, nor is the id of a case, in characters.
MOST_VALUES, LONGEST_ID = 20, 300
#: An answer has no more parts that can be asked for, and so many faults are told at once.
MOST_PARTS, MOST_TOLD = 1_000, 5
_SHOWN = 60
_VALUES = {"type": "array", "items": {"type": "string"}}

Arguments = TypeVar("Arguments")
#: A name that a record does not have is no slip to be passed over.
_EXACT = ConfigDict(extra="forbid")

Values = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=MOST_VALUES)]
Filters = Annotated[
    dict[Annotated[str, Field(max_length=40)], Values],
    Field(
        max_length=MOST_VALUES,
        description="Ids or labels by facet; an unknown one is answered with those allowed.",
    ),
]
Words = Annotated[str, Field(max_length=MAX_QUERY_LENGTH)]
Whole = Annotated[int, Strict()]
Part = Annotated[Whole, Field(ge=1, le=MOST_PARTS, description="A part after the first: `next`")]
Hits = Annotated[Whole, Field(ge=1, le=MOST_HITS)]
CaseId = Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]


@with_config(_EXACT)
@dataclass(frozen=True, kw_only=True)
class SearchCases:
    """What a search takes."""

    query: Annotated[Words, Field(description="What is sought, in a sentence of any language")] = ""
    filters: Filters = field(default_factory=dict)
    limit: Annotated[Hits, Field(description="How many cases")] = USUAL_HITS
    part: Part = 1


@with_config(_EXACT)
@dataclass(frozen=True, kw_only=True)
class GetCase:
    """What reading a case takes."""

    id: Annotated[
        CaseId, Field(description="From a hit; with @ and a version for a text as it was")
    ]
    part: Part = 1


@with_config(_EXACT)
@dataclass(frozen=True, kw_only=True)
class FindRoleModels:
    """What a firm says of itself and wants."""

    business: Annotated[
        str, Field(max_length=MAX_TEXT, description="What the firm does, in words")
    ] = ""
    aim: Annotated[
        str, Field(max_length=MAX_TEXT, description="What the firms want together, in words")
    ] = ""
    my_sector: Annotated[Values, Field(description="Its sectors")] = field(default_factory=list)
    my_country: Annotated[str, Field(max_length=MAX_COUNTRY)] = ""
    size: Annotated[Whole | None, Field(ge=1, le=MAX_SIZE, description="People in the firm")] = None
    partners: Annotated[
        Whole | None, Field(ge=2, le=MAX_PARTNERS, description="Firms that would join, with it")
    ] = None
    goal: Annotated[Values, Field(description="Values of `project`")] = field(default_factory=list)
    common: Annotated[Values, Field(description="Values of `type`")] = field(default_factory=list)
    my_form: Annotated[str, Field(max_length=100, description="A value of `form`")] = ""
    funding: Annotated[str, Field(max_length=20, description=" or ".join(FUNDING))] = ""
    filters: Filters = field(default_factory=dict)
    limit: Annotated[Hits, Field(description="How many cases")] = USUAL_HITS
    part: Part = 1


@with_config(_EXACT)
@dataclass(frozen=True, kw_only=True)
class ResultsToExpect:
    """What the results of some cases are asked for by."""

    query: Annotated[Words, Field(description="Which cases, in words; all without it")] = ""
    filters: Filters = field(default_factory=dict)
    part: Part = 1


@with_config(_EXACT)
@dataclass(frozen=True, kw_only=True)
class CompareCases:
    """Which cases are compared."""

    ids: Annotated[
        list[CaseId],
        Field(min_length=LEAST, max_length=MOST, description="Ids of cases, from hits"),
    ]
    part: Part = 1


@with_config(_EXACT)
@dataclass(frozen=True, kw_only=True)
class Search:
    """What the plain search takes."""

    query: Annotated[Words, Field(min_length=1, description="What is sought")]


@with_config(_EXACT)
@dataclass(frozen=True, kw_only=True)
class Fetch:
    """What the plain reading takes."""

    id: Annotated[CaseId, Field(description="From `search`, or `metadata.next` of a fetch")]


def read_arguments(kind: type[Arguments], given: object, tool: str) -> Arguments:
    """What a call of a tool asks for.

    Args:
        kind: the record of the tool.
        given: what came as its arguments; None is none, and so is null for one of them.
        tool: its name, for the sentences.

    Raises:
        QueryError: something is missing, of another type, out of bounds, or no argument of the
            tool; says of each, at most ``MOST_TOLD``, what it must be.
    """
    if isinstance(given, dict):
        given = {name: value for name, value in given.items() if value is not None}
    try:
        return _adapter(kind).validate_python({} if given is None else given)
    except ValidationError as err:
        faults = err.errors(include_url=False, include_context=False)
        told = tuple(dict.fromkeys(_sentence(fault, kind, tool) for fault in faults))
        more = len(told) - MOST_TOLD
        others = (f"And {more:,} more.",) if more > 0 else ()
        raise QueryError(
            " ".join((*told[:MOST_TOLD], *others)),
            parameter=str(next(iter(faults[0]["loc"]), "")),
            value=None,
        ) from err


def schema_of(kind: type, taxonomy: Taxonomy) -> dict[str, Any]:
    """The JSON Schema of what a tool takes, with the facets of a compendium."""
    made = _plain(_adapter(kind).json_schema())
    properties = dict(made["properties"])
    if "filters" in properties:
        about = properties["filters"]["description"]
        properties["filters"] = {
            "type": "object",
            "description": f"{about} Facets: {', '.join(taxonomy.facets)}.",
            "additionalProperties": _VALUES,
        }
    lists = {name: said for name, said in properties.items() if said["type"] == "array"}
    properties |= {name: {**said, "items": {"type": "string"}} for name, said in lists.items()}
    required = {"required": made["required"]} if "required" in made else {}
    return {
        "type": "object",
        "properties": properties,
        **required,
        "additionalProperties": False,
    }


def _plain(schema: Any) -> Any:
    """A schema without what says nothing: titles, defaults of nothing, and a null for one."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "anyOf" in schema:
        value = next(one for one in schema["anyOf"] if one.get("type") != "null")
        schema = {**value, **{name: said for name, said in schema.items() if name != "anyOf"}}
    return {
        name: {key: _plain(one) for key, one in said.items()}
        if name == "properties"
        else _plain(said)
        for name, said in schema.items()
        if name != "title" and not (name == "default" and said in ("", None))
    }


def _sentence(fault: ErrorDetails, kind: type, tool: str) -> str:
    """What is wrong with one argument, and what it must be."""
    names = [one.name for one in dataclasses.fields(kind)]
    where = fault["loc"]
    if not where:
        return f"The arguments of {tool} must be an object of {', '.join(names)}."
    name = str(where[0])[:_SHOWN]
    if fault["type"] == "unexpected_keyword_argument":
        return f"{tool} takes no {name!r}. It takes {', '.join(names)}."
    must_be = _must_be(_adapter(kind).json_schema()["properties"][name])
    if fault["type"] == "missing":
        return f"{name} must be given: {must_be}."
    return f"{name} must be {must_be}, not {_shown(fault['input'])}."


def _must_be(schema: Mapping[str, Any]) -> str:
    """What a value must be, in words, as its schema says."""
    schema = _plain(schema)
    say = schema.get
    if schema["type"] == "integer":
        return f"a whole number from {say('minimum'):,} to {say('maximum'):,}"
    if schema["type"] == "string":
        least = f"{say('minLength')} to " if say("minLength") else "at most "
        return f"a text of {least}{say('maxLength'):,} characters"
    if schema["type"] == "array":
        least = f"{say('minItems')} to " if say("minItems") else "at most "
        return f"a list of {least}{say('maxItems')} texts"
    return f"an object of facets, each with a list of at most {MOST_VALUES} texts"


def _shown(value: object) -> str:
    """What was given, in few words."""
    if isinstance(value, str):
        return repr(value) if len(value) <= _SHOWN else f"a text of {len(value):,} characters"
    if isinstance(value, list):
        return f"a list of {len(value):,}"
    if isinstance(value, dict):
        return f"an object of {len(value):,}"
    return json.dumps(value)[:_SHOWN]


@functools.cache
def _adapter(kind: type[Arguments]) -> TypeAdapter[Arguments]:
    return TypeAdapter(kind)
