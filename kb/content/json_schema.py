"""The JSON Schemas (2020-12) of front-matter, packs and the course, for editors: ``kb schema``.

They are made of the records that check them, with the vocabulary and the sources of one
compendium. What a schema cannot know (that an id exists, that a title is unique) and what
the check takes in any spelling stays with ``kb check``. Only what editors commonly
understand is used: nothing beyond draft 7 but the place of ``$defs``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from kb.content.countries import countries
from kb.content.field_rules import EMPTY_IN_GUIDES
from kb.content.front_matter import FrontMatter
from kb.content.packs import CourseFields, PackFields
from kb.content.schema import Record
from kb.content.yaml_source import read_yaml
from kb.model.cases import Reference
from kb.model.taxonomy import GUIDE, LISTS, OPTIONAL_LISTS, Taxonomy, Vocabulary

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Plain(GenerateJsonSchema):
    """Without made-up titles and defaults."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])


#: What a schema describes, by what ``kb schema --of`` calls it.
DESCRIBED: Mapping[str, tuple[type[Record], str]] = {
    "case": (FrontMatter, "The front-matter of a case"),
    "pack": (PackFields, "A pack"),
    "course": (CourseFields, "A course"),
}


def schema_of(what: str, taxonomy: Taxonomy, references: Mapping[str, Reference]) -> dict[str, Any]:
    """The schema of one of ``DESCRIBED`` in this compendium."""
    record, title = DESCRIBED[what]
    finished, used = _schema(record, taxonomy, references)
    return {
        "$schema": DIALECT,
        **finished,
        "title": title,
        "$defs": {**finished["$defs"], **used},
    }


def case_schema(taxonomy: Taxonomy, references: Mapping[str, Reference]) -> dict[str, Any]:
    """The schema of the front-matter of a case in this compendium."""
    schema = schema_of("case", taxonomy, references)
    definitions = schema.pop("$defs")
    return {**schema, "allOf": _by_kind(taxonomy["kinds"]), "$defs": definitions}


def _schema(
    record: type[Record], taxonomy: Taxonomy, references: Mapping[str, Reference]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema of a record, and the lists that it refers to."""
    named = {name: _terms(taxonomy[name]) for name in (*LISTS, *OPTIONAL_LISTS)}
    named["countries"] = _terms(_places(taxonomy))
    named["sources"] = _one_of(
        {
            "const": key,
            "description": ", ".join(filter(None, (work.authors, work.title, work.year))),
        }
        for key, work in references.items()
    )
    schema = record.model_json_schema(schema_generator=_Plain)
    used: dict[str, Any] = {}
    return _finished(schema, named, used), used


def _places(taxonomy: Taxonomy) -> Vocabulary:
    """The countries of ISO 3166, and the places beside them that the vocabulary names."""
    known = countries()
    places = (place for place in taxonomy["countries"] if place.id not in known.ids)
    return replace(known, terms=(*known.terms, *places))


def _finished(node: Any, named: Mapping[str, Any], used: dict[str, Any]) -> Any:
    """A schema in which lists are referred to, and examples are values and not YAML."""
    if isinstance(node, list):
        return [_finished(item, named, used) for item in node]
    if not isinstance(node, dict):
        return node
    finished = {name: _finished(part, named, used) for name, part in node.items()}
    name = finished.pop("vocabulary", None)
    if name is not None:
        used[name] = named[name]
        finished = {"$ref": f"#/$defs/{name}", **finished}
    if "examples" in finished:
        finished["examples"] = [read_yaml(example).value for example in finished["examples"]]
    return finished


def _terms(vocabulary: Vocabulary) -> dict[str, Any]:
    """Every id with what it means, and the other spellings as the vocabulary writes them."""
    ids = [
        {"const": term.id, "title": term.label, "description": term.definition or term.label}
        for term in vocabulary
    ]
    others = {name: None for term in vocabulary for name in term.names[1:]}
    for term in vocabulary:
        others.pop(term.id, None)
    other = {"enum": list(others), "description": "Another spelling of a term."}
    return _one_of([*ids, *([other] if others else [])]) if ids else {"not": {}}


def _one_of(schemas: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {"anyOf": list(schemas)}


def _by_kind(kinds: Vocabulary) -> list[dict[str, Any]]:
    """What a guide must not have, and what a case must."""
    none, some = {"type": "array", "maxItems": 0}, {"minItems": 1}
    empty = dict.fromkeys(EMPTY_IN_GUIDES, none)
    return [
        {
            "if": _is(kinds, GUIDE),
            "then": {"properties": {"country": False, **empty}},
            "else": {"required": ["country"], "properties": {"country": some, "reading": False}},
        },
    ]


def _is(kinds: Vocabulary, role: str) -> dict[str, Any] | bool:
    """A schema that is met by a case of a kind that plays this part; False if no kind does."""
    names = list(dict.fromkeys(name for kind in kinds if kind.role == role for name in kind.names))
    kind = {"properties": {"kind": {"enum": names}}, "required": ["kind"]}
    return kind if names else False
