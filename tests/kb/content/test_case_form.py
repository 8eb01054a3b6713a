"""The form of a case: a field for each of the records, there and back again without a loss."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.content.case_form import (
    CHOICE,
    CHOICES,
    LINE,
    LINES,
    NUMBER,
    PARAGRAPH,
    RECORD,
    RECORDS,
    SPAN,
    TICK,
    WORDS,
    FormField,
    body_of,
    case_form,
    field_named,
    file_of,
    names_in,
    texts_of,
    values_of,
)
from kb.content.front_matter import FrontMatter, ResultFields
from kb.content.load import load_folder
from kb.content.yaml_source import read_yaml

CASES = Path(__file__).parents[3] / "cases"
HEADINGS = (
    *("Situation", "The network", "What they did together"),
    *("Results as reported", "What to take from it"),
)


def every(fields: tuple[FormField, ...]) -> Iterator[FormField]:
    """Fields and those of their records."""
    for one in fields:
        yield one
        yield from every(one.fields)


def test_the_form_is_made_of_the_records() -> None:
    """It has every field of a case, in its order, and of a result, by what each holds."""
    kinds = {one.name: one.kind for one in every(case_form())}

    assert [one.name for one in case_form()] == list(FrontMatter.names())
    assert [name for name in kinds if name.startswith("results.*.") and name.count(".") == 2] == [
        f"results.*.{name}" for name in ResultFields.names()
    ]
    assert {name: kinds[name] for name in (
        *("title", "summary", "kind", "country", "type", "results", "members", "related"),
        *("results.*.value", "results.*.range", "results.*.merged", "results.*.unit"),
        *("results.*.contradicted", "sources.*.told.day", "members.qualifier"),
    )} == {
        "title": LINE,
        "summary": PARAGRAPH,
        "kind": CHOICE,
        "country": WORDS,
        "type": CHOICES,
        "results": RECORDS,
        "members": RECORD,
        "related": LINES,
        "results.*.value": NUMBER,
        "results.*.range": SPAN,
        "results.*.merged": TICK,
        "results.*.unit": CHOICE,
        "results.*.contradicted": RECORD,
        "sources.*.told.day": LINE,
        "members.qualifier": CHOICE,
    }  # fmt: skip
    assert [one.name for one in case_form() if one.needed] == list(FrontMatter.required())


def spelled(value: Any) -> Any:
    """A value with every text and number as one line."""
    if isinstance(value, list):
        return [spelled(item) for item in value]
    if isinstance(value, dict):
        return {name: spelled(item) for name, item in value.items() if item is not None}
    return " ".join(str(value).split())


def as_lists(given: dict[str, Any]) -> dict[str, Any]:
    """Front-matter in which what may be one or a list is a list, and empty ones are left out."""
    lists = {one.name for one in case_form() if one.kind in (CHOICES, WORDS, LINES)}
    kept = {one.name for one in case_form() if one.stays}
    listed = {
        name: value if name not in lists or isinstance(value, list) else [value]
        for name, value in given.items()
    }
    return spelled({name: one for name, one in listed.items() if one != [] or name in kept})


def test_every_file_goes_through_the_form() -> None:
    """What any case of the compendium says stands in the form, and in the file made of it."""
    drafts = load_folder(CASES).drafts
    for draft in drafts:
        given = draft.front_matter.value
        sections, other = body_of(draft.body, HEADINGS)
        written = file_of(values_of(texts_of(given)), [*sections.items(), ("", other)])
        front_matter, _, body = written.text.removeprefix("---\n").partition("\n---\n")
        again = read_yaml(front_matter).value

        assert as_lists(again) == as_lists(given), draft.id
        assert body.split() == draft.body.split(), draft.id
        assert set(texts_of(given)) <= set(names_in(texts_of(given))), draft.id
    assert len(drafts) > 200


#: What stands in a form, and what the file holds of it.
READ = [
    ({"title": ["  Five  bakers "]}, {"title": "Five bakers"}),
    ({"title": ["1998"]}, {"title": "1998"}),
    ({"country": ["Norway; se ;"]}, {"country": ["Norway", "se"]}),
    ({"type": ["horizontal", ""]}, {"type": ["horizontal"]}),
    ({"related": ["a/b\n\n  c/d "]}, {"related": ["a/b", "c/d"]}),
    ({"members.count": ["5"], "members.who": ["x"]}, {"members": {"who": "x", "count": 5}}),
    ({"members.count": ["about 5"]}, {"members": {"count": "about 5"}}),
    ({"period.about": ["true"]}, {"period": {"about": True}}),
    ({"results.1.value": ["1.5"]}, {"results": [{"value": 1.5}]}),
    ({"results.1.value": ["7,000"]}, {"results": [{"value": "7,000"}]}),
    ({"results.1.value": ["9" * 400]}, {"results": [{"value": "9" * 400}]}),
    ({"results.1.range": ["5", "6"]}, {"results": [{"range": [5, 6]}]}),
    ({"results.1.range": ["", ""]}, {}),
    ({"results.3.unit": ["percent"]}, {"results": [{"unit": "percent"}]}),
    ({"results.1.merged": ["yes"]}, {"results": [{"merged": "yes"}]}),
    (
        {"sources.1.key": ["a"], "sources.1.told.by": ["b"]},
        {"sources": [{"key": "a", "told": {"by": "b"}}]},
    ),
]


@pytest.mark.parametrize(("texts", "values"), READ)
def test_what_a_form_says(texts: dict[str, list[str]], values: dict[str, Any]) -> None:
    """Numbers are numbers as YAML has them, and what is none stays text for the check to name."""
    empty = {"type": [], "project": [], "results": [], "sources": []}
    assert values_of(texts) == {**empty, **values}


def test_no_more_records_than_a_case_has() -> None:
    """A number that nobody reaches makes no thousand empty records."""
    assert values_of({"results.999999.unit": ["x"]})["results"] == []
    assert len(list(names_in({"results.999.unit": ["x"]}))) < 1_000


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("results[2].unit", "results.2.unit"),
        ("country[2]", "country"),
        ("results", "results"),
        ("members.partners[1]", "members.partners"),
        ("colour", ""),
        ("", ""),
    ],
)
def test_a_problem_finds_its_field(said: str, name: str) -> None:
    """The name of a field in a message is that of a field in the form."""
    names = dict.fromkeys(("results.2.unit", "country", "results", "members.partners"))
    assert field_named(said, names) == name


def test_lines_find_their_sections() -> None:
    """Each line of the text is known to be of its section; an empty section is not written."""
    written = file_of(
        {"title": "x"}, [("A", "one"), ("B", " "), ("C", "two\n\nthree"), ("", "## D")]
    )

    lines = written.text.split("\n")
    assert written.text == ("---\ntitle: x\n---\n\n## A\n\none\n\n## C\n\ntwo\n\nthree\n\n## D\n")
    found = {text: written.section_at(lines.index(text) + 1) for text in lines if text}
    assert found == {
        **{"---": None, "title: x": None, "## A": 0, "one": 0},
        **{"## C": 2, "two": 2, "three": 2, "## D": 3},
    }
