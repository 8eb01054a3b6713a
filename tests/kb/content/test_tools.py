"""The files of the tools: what they may hold, and the real ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kb.content.corpus import read_corpus
from kb.content.known import Known
from kb.content.tools import MOST_FIELDS, read_tools
from kb.indexing.pipeline import build
from kb.model.cases import Source
from kb.model.self_check import Example
from kb.model.taxonomy import Taxonomy
from kb.model.tools import (
    CHECKLIST,
    COSTS,
    FLYER,
    KINDS,
    TROUBLESHOOTING,
    Area,
    Field,
    Item,
    Part,
    Phase,
    Symptom,
    Tool,
)
from kb.snapshots.format import open_snapshot
from tests.toy import copy_toy_corpus, settings_of_toy

ROOT = Path(__file__).parents[3]
GUIDES = {"guides/a": True, "norway/a": False}
KNOWN = Known(taxonomy=Taxonomy(vocabularies={}), guides=GUIDES, sources=("doe-2001",))

HEAD = """\
kind: {kind}
place: 1
title: A tool
lead: What it is for.
sources: [{{key: doe-2001, locator: p. 1}}]
"""
OUTLINE = (
    HEAD.format(kind="outline")
    + """\
guides: [guides/a]
parts:
  - title: Who
    fields:
      - id: name
        label: Name
        needed: true
      - id: firms
        label: Firms
        hint: One in each line.
        lines: 3
        listed: true
"""
)
CHECKS = (
    HEAD.format(kind="checklist")
    + """\
phases:
  - title: Before
    items:
      - text: They met.
        why: Trust grows.
        sources: [{key: doe-2001, locator: p. 2}]
        cases: [{id: norway/a, shows: They met.}]
"""
)
TROUBLE = (
    HEAD.format(kind="troubleshooting")
    + """\
areas:
  - title: Money
    symptoms:
      - id: none-left
        text: There is none.
        behind: It was spent.
        first: [Count it.]
        sources: [{key: doe-2001, locator: p. 3}]
"""
)


def read(folder: Path, text: str, name: str = "a-tool"):
    """What one file gives, and what is wrong with it, as lines and messages."""
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    tools, problems = read_tools(folder, KNOWN)
    return tools, [(one.line, one.message) for one in problems]


def test_an_outline(tmp_path):
    """The name of the file is the id; parts and fields come in their order."""
    assert read(tmp_path, OUTLINE) == (
        (
            Tool(
                id="a-tool",
                kind="outline",
                place=1,
                title="A tool",
                lead="What it is for.",
                sources=(Source(key="doe-2001", locator="p. 1"),),
                guides=("guides/a",),
                parts=(
                    Part(
                        title="Who",
                        fields=(
                            Field(id="name", label="Name", needed=True),
                            Field(
                                id="firms",
                                label="Firms",
                                hint="One in each line.",
                                lines=3,
                                listed=True,
                            ),
                        ),
                    ),
                ),
            ),
        ),
        [],
    )


def test_a_checklist_and_a_guide_to_trouble(tmp_path):
    """Points and symptoms have their sources and what shows them."""
    [checks], none = read(tmp_path, CHECKS)
    assert (checks.phases, none) == (
        (
            Phase(
                title="Before",
                items=(
                    Item(
                        text="They met.",
                        why="Trust grows.",
                        sources=(Source(key="doe-2001", locator="p. 2"),),
                        cases=(Example(id="norway/a", shows="They met."),),
                    ),
                ),
            ),
        ),
        [],
    )
    [trouble], none = read(tmp_path, TROUBLE)
    assert (trouble.areas, none) == (
        (
            Area(
                title="Money",
                symptoms=(
                    Symptom(
                        id="none-left",
                        text="There is none.",
                        behind="It was spent.",
                        first=("Count it.",),
                        sources=(Source(key="doe-2001", locator="p. 3"),),
                    ),
                ),
            ),
        ),
        [],
    )


def test_tools_stand_by_their_places(tmp_path):
    """The place decides, then the id."""
    for name, place in (("b", 2), ("c", 1), ("a", 2)):
        text = OUTLINE.replace("place: 1", f"place: {place}")
        (tmp_path / f"{name}.yaml").write_text(text)

    tools, problems = read_tools(tmp_path, KNOWN)

    assert ([one.id for one in tools], problems) == (["c", "a", "b"], [])


def test_without_the_folder_there_are_none(tmp_path):
    """No folder is no tool, and no problem."""
    assert read_tools(tmp_path / "tools", KNOWN) == ((), [])


#: Name to a file, what is replaced in it, by what, and the problems: line and message.
WRONG = {
    "kind": (
        OUTLINE,
        "kind: outline",
        "kind: outlines",
        [
            (1, "kind must be in the vocabulary, not 'outlines': did you mean 'outline'? "
                f"Allowed are {', '.join(KINDS)}."),
        ],
    ),
    "parts of a checklist": (
        CHECKS,
        "kind: checklist",
        "kind: outline",
        [
            (1, "parts must be given, as the tool is of the kind 'outline'."),
            (6, "phases does not belong to a tool of the kind 'outline'; remove it."),
        ],
    ),
    "an id twice": (
        OUTLINE,
        "id: firms",
        "id: name",
        [(13, "parts[1].fields[2].id must be unique in the file; 'name' is taken.")],
    ),
    "a name of the form": (
        OUTLINE,
        "id: firms",
        "id: then",
        [(13, "parts[1].fields[2].id must not be 'then', which the form itself asks for.")],
    ),
    "a list on one line": (
        OUTLINE,
        "lines: 3",
        "lines: 1",
        [(16, "parts[1].fields[2].lines must be 2 or more in a listed field, which takes an item "
              "a line.")],
    ),
    "too many lines": (
        OUTLINE,
        "lines: 3",
        "lines: 17",
        [(16, "parts[1].fields[2].lines must be at most 16, not 17.")],
    ),
    "an unknown guide": (
        OUTLINE,
        "guides/a",
        "guides/b",
        [(6, "guides[1] must name a guide, not 'guides/b'; nearest: guides/a.")],
    ),
    "an unknown source": (
        CHECKS,
        "doe-2001, locator: p. 2",
        "doe-2002, locator: p. 2",
        [(11, "phases[1].items[1].sources[1].key must be a key of sources.bib, not 'doe-2002': "
              "did you mean 'doe-2001'? Keys are doe-2001.")],
    ),
    "an unknown case": (
        CHECKS,
        "id: norway/a",
        "id: norway/b",
        [(12, "phases[1].items[1].cases[1].id must name a case that is no guide, not 'norway/b'; "
              "nearest: norway/a.")],
    ),
    "nothing to do": (
        TROUBLE,
        "[Count it.]",
        "[]",
        [(12, "areas[1].symptoms[1].first must say what to do first.")],
    ),
    "no source": (
        TROUBLE,
        "        sources: [{key: doe-2001, locator: p. 3}]\n",
        "",
        [(9, "areas[1].symptoms[1].sources must be given; add a line such as "
             "'sources: [{key: roy-1998, locator: section 9}]'.")],
    ),
    "a stray field": (
        TROUBLE,
        "behind:",
        "behin:",
        [
            (9, "areas[1].symptoms[1].behind must be given; add a line such as "
                "'behind: An owner who must have his own way.'."),
            (11, "areas[1].symptoms[1].behin is not a field of a symptom: did you mean 'behind'? "
                 "Fields are id, text, behind, first, sources, guides, cases."),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "old", "new", "expected"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_has_its_line(tmp_path, text, old, new, expected):
    """Each problem names the field, the place, what is allowed and what to do."""
    assert old in text

    tools, problems = read(tmp_path, text.replace(old, new, 1))

    assert (tools, problems) == ((), expected)


def test_too_many_fields(tmp_path):
    """Nobody fills in a form without end."""
    more = "".join(f"      - {{id: f{i}, label: F}}\n" for i in range(MOST_FIELDS))

    tools, problems = read(tmp_path, OUTLINE + more)

    assert (tools, problems) == (
        (),
        [(7, f"parts must hold at most {MOST_FIELDS} fields in all, not {MOST_FIELDS + 2}.")],
    )


def test_the_name_of_a_file_is_an_address(tmp_path):
    """A name that is no id is a problem of its own."""
    assert read(tmp_path, OUTLINE, "A tool")[1] == [
        (1, "the name of the file must be lower case letters, digits and hyphens, not 'A tool'.")
    ]


def test_tools_travel_with_a_snapshot(tmp_path, tiny_encoder):
    """What was read is what is opened; without tools there are none."""
    cases = copy_toy_corpus(tmp_path / "cases")
    settings = settings_of_toy(cases, tmp_path / "index", tiny_encoder)
    without = build(settings)
    (cases / "tools").mkdir()
    text = OUTLINE.replace("doe-2001", next(iter(read_corpus(cases).compendium.references)))
    (cases / "tools" / "memo.yaml").write_text(text.replace("guides: [guides/a]\n", ""))
    corpus = read_corpus(cases)
    assert corpus.problems == ()

    built = build(settings)

    opened = open_snapshot(settings.index / built.snapshot_id).content.compendium
    assert opened.tools == corpus.compendium.tools
    assert [one.id for one in opened.tools] == ["memo"]
    assert open_snapshot(settings.index / without.snapshot_id).content.compendium.tools == ()


def test_a_problem_in_a_tool_is_one_of_the_compendium(tmp_path):
    """``kb check`` reads the folder too, and other files do not belong there."""
    cases = copy_toy_corpus(tmp_path / "cases")
    (cases / "tools").mkdir()
    (cases / "tools" / "memo.yaml").write_text("kind: outline\n")
    (cases / "tools" / "notes.txt").write_text("x")

    problems = read_corpus(cases).problems

    assert [(Path(one.path).name, one.message.split(";")[0]) for one in problems] == [
        ("memo.yaml", "lead must be given"),
        ("memo.yaml", "parts must be given, as the tool is of the kind 'outline'."),
        ("memo.yaml", "place must be given"),
        ("memo.yaml", "sources must be given"),
        ("memo.yaml", "title must be given"),
        ("notes.txt", "does not belong here: a case is a Markdown file ending in .md."),
    ]


@pytest.fixture(name="real", scope="module")
def _real():
    return {one.id: one for one in read_corpus(ROOT / "cases").compendium.tools}


def test_the_real_tools(real):
    """Outlines, flyer, programme model, sum, checklist and troubleshooting are there."""
    assert {one.id: one.kind for one in real.values()} == {
        "memorandum-of-intent": "outline",
        "feasibility-study": "outline",
        "business-plan": "outline",
        "member-catalogue": "outline",
        "network-flyer": FLYER,
        "programme-model": "chain",
        "benefits-and-costs": COSTS,
        "broker-checklist": CHECKLIST,
        "troubleshooting": TROUBLESHOOTING,
    }


def test_the_real_flyer_has_a_head_and_a_foot(real):
    """Its first part is a name, which is needed, and a sentence; its last part the contact."""
    flyer = real["network-flyer"]

    assert [one.id for one in flyer.parts[0].fields] == ["name", "promise"]
    assert [one.id for one in flyer.fields if one.needed] == ["name"]
    assert "web" in [one.id for one in flyer.parts[-1].fields]


def test_the_real_model_names_the_levels_of_result(real):
    """The boxes between the first and the last are inputs, activities and the four levels."""
    assert [part.title for part in real["programme-model"].parts[1:-1]] == [
        *("Inputs", "Activities", "Outputs", "Outcomes", "Impacts", "Consequences")
    ]


def test_what_the_real_tools_say_of_a_case_stands_there(real):
    """Every figure in a sentence about a case is a figure of that case's file."""
    told = [
        one
        for tool in real.values()
        for group in (*tool.areas, *tool.phases)
        for point in getattr(group, "symptoms", None) or group.items
        for one in point.cases
    ]
    missing = [
        (one.id, word)
        for one in told
        for word in one.shows.split()
        if any(char.isdigit() for char in word)
        and word.strip(".,;") not in (ROOT / "cases" / f"{one.id}.md").read_text(encoding="utf-8")
    ]

    assert len(told) >= 50
    assert missing == []


def test_every_trouble_has_what_to_do_and_what_to_read(real):
    """No symptom stands without first steps, a source and a guide."""
    symptoms = [one for area in real["troubleshooting"].areas for one in area.symptoms]

    assert len(symptoms) >= 23
    assert [one.id for one in symptoms if not (one.first and one.sources and one.guides)] == []


def test_a_longer_field_takes_more():
    """What a field takes grows with the lines that are left for it, up to a bound."""
    one = Field(id="a", label="A")

    assert [replace(one, lines=n).longest for n in (1, 2, 8, 16)] == [120, 480, 1920, 1920]
