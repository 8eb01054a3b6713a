"""What editors are told of front-matter: the same as the check, as far as a schema goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from kb.content.bibliography import load_bibliography
from kb.content.countries import country_code
from kb.content.field_rules import READING_FIELDS
from kb.content.front_matter import (
    OPTIONAL,
    REQUIRED,
    ChangeFields,
    ContradictedFields,
    MembersFields,
    PeriodFields,
    ReadingFields,
    ResultFields,
    SourceFields,
    TeachingFields,
    ToldFields,
    VerifiedFields,
    WithdrawnFields,
    WorkFields,
)
from kb.content.json_schema import DIALECT, case_schema
from kb.content.load import load_folder
from kb.content.taxonomy import load_taxonomy
from kb.content.yaml_source import read_yaml
from tests.kb.content.test_front_matter import ALLOWED, FULL, GUIDE, LEAST, MISTAKES

ROOT = Path(__file__).parents[3]
CASES, BROKEN = ROOT / "cases", ROOT / "tests" / "broken"


def schema_of(folder: Path) -> dict[str, Any]:
    """The schema for the vocabulary and the sources of a folder."""
    taxonomy = load_taxonomy(folder / "taxonomy.yaml")
    return case_schema(taxonomy, load_bibliography(folder / "sources.bib"))


REAL, SMALL = schema_of(CASES), schema_of(BROKEN)

#: Mistakes that the check finds and a schema does not: what hangs on another field or on the
#: calendar, a value given twice under two names, and which of two numbers is the lower.
BEYOND = {
    "contradicted-by-itself",
    "country-twice",
    "partner-twice",
    "our-reading-twice",
    "result-twice",
    "day-impossible",
    "day-not-in-the-calendar",
    "of-another-unit",
    "merged-without-mark",
    "our-reading-of-what-is-empty",
    "our-reading-of-what-is-not-given",
    "period-backwards",
    "planned-and-not-in-project",
    "planned-without-project",
    "range-backwards",
    *(name for name, *_ in MISTAKES if name.startswith("result-of-an-aim-")),
    "result-of-another-source",
    "result-of-which-source",
    "two-sources-two-figures",
    "two-sources-two-ranges",
}


def refused(text: str) -> list[str]:
    """What the schema of the small vocabulary says against the front-matter of a file."""
    value = read_yaml(text.split("---\n")[1]).value
    return [error.message for error in Draft202012Validator(SMALL).iter_errors(value)]


def properties() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Record, name and schema of every field."""
    records = {"": REAL, **REAL["$defs"]}
    for record, schema in records.items():
        for name, field in schema.get("properties", {}).items():
            yield record, name, field


@pytest.mark.parametrize("schema", [REAL, SMALL], ids=["the compendium", "the small vocabulary"])
def test_the_schema_is_one(schema: dict[str, Any]) -> None:
    """It is valid against the meta-schema that it names, and against the older one of editors."""
    assert schema["$schema"] == DIALECT == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(schema)
    Draft7Validator.check_schema({**schema, "$schema": Draft7Validator.META_SCHEMA["$id"]})


def test_every_case_of_the_compendium_fits() -> None:
    """No case that passes the check is marked by an editor."""
    drafts = load_folder(CASES).drafts
    validator = Draft202012Validator(REAL)
    errors = [
        (draft.id, error.json_path, error.message)
        for draft in drafts
        for error in validator.iter_errors(draft.front_matter.value)
    ]

    assert errors == []
    assert len(drafts) > 200


def test_a_case_that_is_wrong_in_every_way_does_not_fit() -> None:
    """Every field of the broken file is marked, but those that only the check can judge."""
    (draft,) = (one for one in load_folder(BROKEN).drafts if one.id == "everything-wrong")
    errors = list(Draft202012Validator(SMALL).iter_errors(draft.front_matter.value))
    marked = {str(error.absolute_path[0]) for error in errors if error.absolute_path}

    assert sorted(set(draft.front_matter.value) - marked) == [
        "added",  # no day of the calendar
        "description",  # no field at all, and named with the next
        "kind",
        "project",  # may be empty
        "related",  # no such case
        "tags",
    ]
    assert "('description', 'tags' were unexpected)" in errors[0].message


@pytest.mark.parametrize(
    ("name", "text"), [row[:2] for row in MISTAKES], ids=[row[0] for row in MISTAKES]
)
def test_a_mistake_is_refused(name: str, text: str) -> None:
    """What the check finds in one file an editor marks, but for what a schema cannot say."""
    assert bool(refused(text)) == (name not in BEYOND)


@pytest.mark.parametrize(
    "text",
    [
        LEAST,
        GUIDE,
        *(text for _, text in ALLOWED),
        FULL.replace("type: Horizontal network", "type: peers")
        .replace("se]", "SE]")
        .replace("turnover", "Sales"),
    ],
)
def test_what_passes_the_check_fits(text: str) -> None:
    """What stands at a limit, or is written in another allowed way, is not marked."""
    assert refused(text.replace("country: nor\n", "country: NOR\n")) == []


@pytest.mark.parametrize("country", ["Norway", "NOR", "Kingdom of Norway", "UK", "South Korea"])
def test_a_country_has_several_names(country: str) -> None:
    """Codes of two and three letters, names, and names in common use are known."""
    assert refused(LEAST.replace("country: NO", f"country: {country}")) == []
    assert country_code(country) is not None


def test_every_field_is_described() -> None:
    """The schema has the fields of the check and no other, each with a description."""
    named: dict[str, list[str]] = {}
    for record, name, _ in properties():
        named.setdefault(record, []).append(name)

    assert named == {
        "": list(REQUIRED + OPTIONAL),
        **{
            record.__name__: list(record.names())
            for record in (
                ChangeFields,
                ContradictedFields,
                MembersFields,
                PeriodFields,
                ReadingFields,
                ResultFields,
                SourceFields,
                TeachingFields,
                ToldFields,
                VerifiedFields,
                WithdrawnFields,
                WorkFields,
            )
        },
    }
    assert [name for _, name, field in properties() if not field.get("description")] == []
    assert REAL["required"] == [name for name in REQUIRED if name != "country"]


def test_every_example_is_right() -> None:
    """The examples are values that fit the field that they stand at."""
    wrong = [
        (record, name, example)
        for record, name, field in properties()
        for example in field.get("examples", ())
        if not Draft202012Validator({"$defs": REAL["$defs"], **field}).is_valid(example)
    ]

    assert wrong == []
    assert REAL["properties"]["sources"]["examples"] == [
        [{"key": "roy-1998", "locator": "section 8"}]
    ]


def test_words_are_those_of_the_vocabulary() -> None:
    """A list has every id with label and definition, then every other spelling."""
    taxonomy = load_taxonomy(CASES / "taxonomy.yaml")
    *ids, others = REAL["$defs"]["projects"]["anyOf"]
    terms = taxonomy["projects"].terms
    spellings = dict.fromkeys(name for term in terms for name in (term.label, *term.aliases))

    assert ids == [
        {"const": term.id, "title": term.label, "description": term.definition} for term in terms
    ]
    assert others["enum"] == [name for name in spellings if name not in taxonomy["projects"].ids]
    assert REAL["properties"]["project"]["anyOf"][1] == {
        "type": "array",
        "items": {"$ref": "#/$defs/projects"},
    }
    assert REAL["properties"]["our_reading"]["anyOf"][0] == {"enum": list(READING_FIELDS)}


def test_keys_are_those_of_the_sources() -> None:
    """A key is offered with what it stands for."""
    assert SMALL["$defs"]["sources"]["anyOf"] == [
        {"const": "doe-2001", "description": "Jane Doe, Toy Networks, 2001"},
        {"const": "roe-2002", "description": "An unsigned note"},
    ]


def test_without_parts_every_kind_is_a_case(tmp_path: Path) -> None:
    """Where no kind is a guide or the subject, each needs a country and may leave types open."""
    text = (BROKEN / "taxonomy.yaml").read_text()
    (tmp_path / "taxonomy.yaml").write_text(
        text.replace(", role: subject", "").replace(", role: guide", "")
    )
    (tmp_path / "sources.bib").write_text((BROKEN / "sources.bib").read_text())
    validator = Draft202012Validator(schema_of(tmp_path))
    value = read_yaml(LEAST.split("---\n")[1]).value

    assert validator.is_valid({**value, "kind": "network"})
    assert validator.is_valid({**value, "kind": "guide"})
    assert not validator.is_valid({name: one for name, one in value.items() if name != "country"})
