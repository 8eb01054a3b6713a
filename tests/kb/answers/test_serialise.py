"""Answers as JSON, and the schemas that describe them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import pytest
from pydantic import Field

from kb.answers.problem import Problem
from kb.answers.serialise import extended, old_name, schemas, to_data, to_json
from kb.model.quantities import Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part.

    ``low`` and what follows here is for those who read the code.
    """

    low: float = 1.0
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Larger(Part):
    """A part and more."""

    url: Annotated[str, Field(description="Where it stands")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """All of it, ``first`` of all."""

    parts: tuple[Larger, ...]
    by_name: Mapping[str, tuple[Part, ...]]

    pieces = old_name("parts", tuple[Larger, ...])


WHOLE = Whole(parts=(extended(Larger, Part(name="Genève"), url="/x"),), by_name={"a": (Part(),)})


def test_records_are_their_json():
    """Nested records, mappings and the old name; letters stay as they are."""
    larger = {"low": 1.0, "name": "Genève", "url": "/x"}
    assert to_data(WHOLE) == {
        "parts": [larger],
        "by_name": {"a": [{"low": 1.0, "name": None}]},
        "pieces": [larger],
    }
    assert "Genève" in to_json(WHOLE)
    assert to_json(Part(), indent=1) == '{\n "low": 1.0,\n "name": null\n}'


def test_an_extended_record_keeps_what_it_said():
    """Every field of the smaller record, and those that are given."""
    assert extended(Larger, Part(low=2.0), url="/y") == Larger(low=2.0, url="/y")
    with pytest.raises(TypeError):
        extended(Larger, Quantity(unit="percent", direction="up", low=1, high=1), url="")


def test_schemas_say_what_is_sent():
    """Every field is required, nothing else is allowed, and only the first paragraph is told."""
    found = schemas([Whole], at="#/components/schemas/")

    assert list(found) == ["Larger", "Part", "Whole"]
    assert found["Part"] == {
        "title": "Part",
        "type": "object",
        "description": "One part.",
        "properties": {
            "low": {"type": "number"},
            "name": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
        "required": ["low", "name"],
        "additionalProperties": False,
    }
    whole = found["Whole"]
    assert whole["description"] == "All of it, `first` of all."
    assert whole["properties"]["parts"] == {
        "type": "array",
        "items": {"$ref": "#/components/schemas/Larger"},
    }
    assert whole["properties"]["pieces"]["deprecated"] is True
    assert whole["properties"]["pieces"]["description"] == "The earlier name of `parts`."


def test_a_problem_says_only_what_it_is_about():
    """The parameter, its value and what is allowed are there or not, and described as such."""
    about = {"type": "/api#x", "title": "T", "status": 404, "detail": "D", "instance": "/x"}
    whole = Problem(**about, parameter="q", value="a", allowed=())

    assert to_data(Problem(**about)) == about
    assert to_data(whole) == about | {"parameter": "q", "value": "a", "allowed": []}
    assert schemas([Problem], at="#/")["Problem"]["required"] == list(about)
