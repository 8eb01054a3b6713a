"""A new case to fill in, and a check that says what is missing."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.content.corpus import read_corpus
from kb.content.load import load_folder
from kb.content.new_case import write_new_case
from kb.content.yaml_source import read_yaml
from kb.errors import CorpusError, QueryError

BROKEN = Path(__file__).parents[2] / "broken"

SKELETON = """\
---
title: Boat builders
kind: network
country: New Zealand
type: []  # horizontal, vertical
project: []  # see cases/taxonomy.yaml
results: []  # what the source reports as achieved; never invented
summary: >-
  One or two sentences that say who did what together, where, and what came of it.
sources:
  - key: ""  # a key of cases/sources.bib
    locator: ""  # where in it
added: TODAY
---

## Situation

## The network

## What they did together

## Results as reported

## What to take from it
"""

EMPTY = "must not be empty; give a value or remove the line."


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """An empty compendium with the small vocabulary."""
    folder = tmp_path / "cases"
    folder.mkdir()
    for name in ("taxonomy.yaml", "sources.bib"):
        shutil.copy(BROKEN / name, folder)
    return folder


def _told(folder: Path) -> list[tuple[int, str]]:
    return [(problem.line, problem.message) for problem in read_corpus(folder).problems]


def _fill_in(path: Path) -> None:
    """Give what the skeleton of a network in a country leaves empty."""
    text = path.read_text().replace("type: []", "type: horizontal")
    text = text.replace("project: []", "project: exporting")
    text = text.replace('key: ""', "key: doe-2001").replace('locator: ""', "locator: p. 1")
    path.write_text(text)


def test_a_skeleton_is_written(folder: Path) -> None:
    """The file has every required field, the headings, and what can be told from the id."""
    days = [date.today().isoformat()]
    path = write_new_case(folder, "new-zealand/boat-builders", title=None, kind="network")
    days.append(date.today().isoformat())

    assert path == folder / "new-zealand" / "boat-builders.md"
    assert path.read_text() in [SKELETON.replace("TODAY", day) for day in days]


def test_the_check_says_what_is_missing(folder: Path) -> None:
    """A skeleton does not pass until it is filled in, and then it does."""
    path = write_new_case(folder, "new-zealand/boat-builders", title=None, kind="network")
    told = _told(folder)
    _fill_in(path)

    assert told == [
        (11, f"sources[1].key {EMPTY}"),
        (12, f"sources[1].locator {EMPTY}"),
    ]
    assert _told(folder) == []


def test_a_guide_has_no_country(folder: Path) -> None:
    """The skeleton of a guide leaves out what a guide must not have; an alias of kind will do."""
    path = write_new_case(folder, "guides/brokers", title="On brokers", kind="GUIDE")

    assert path.read_text().splitlines()[:4] == [
        "---",
        "title: On brokers",
        "kind: guide",
        "type: []  # horizontal, vertical",
    ]
    assert _told(folder) == [
        (10, f"sources[1].key {EMPTY}"),
        (11, f"sources[1].locator {EMPTY}"),
    ]


@pytest.mark.parametrize(
    "title",
    [
        "Firms: a tale",
        "Firms #1 of 3",
        "# Firms",
        '"Quoted" firms',
        "'Quoted' firms",
        "[Firms]",
        "{Firms}",
        "- Firms",
        "@home & *away*",
        "! % | > ?",
        "Yes: no:",
        "1.10",
        "true",
        "null",
        "~",
        "---",
        "Back\\slash",
        "Müller – Søn 中",
    ],
)
def test_a_title_is_kept_as_it_is(folder: Path, title: str) -> None:
    """Whatever signs a title has, the file holds that title."""
    _fill_in(write_new_case(folder, "norway/a", title=title, kind="network"))
    ((draft,), problems) = (load_folder(folder).drafts, load_folder(folder).problems)
    (case,) = read_corpus(folder).compendium.cases

    assert (case.title, problems, draft.front_matter.value["kind"]) == (title, (), "network")


_TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=30)


@given(title=_TEXT)
@settings(max_examples=50, deadline=None, derandomize=True)
def test_any_title_is_read_back(tmp_path_factory: pytest.TempPathFactory, title: str) -> None:
    """Any title, white space aside, is read back from the file; a blank one falls to the name."""
    folder = tmp_path_factory.mktemp("cases")
    shutil.copy(BROKEN / "taxonomy.yaml", folder)
    path = write_new_case(folder, "norway/a-b", title=title, kind="network")
    wanted = " ".join(title.split()) if title else "A b"

    assert str(read_yaml(path.read_text().split("\n---\n")[0][4:]).value["title"]) == wanted


@pytest.mark.parametrize(
    "case_id",
    [
        "boats",
        "Norway/boats",
        "norway/boat builders",
        "norway/boat_builders",
        "norway/boats.md",
        "../boats",
        "norway/../boats",
        "/norway/boats",
        "norway//boats",
        "norway/boats/",
        "norway/-boats",
        "norway/boats\n",
        "norge/båter",
        "",
    ],
    ids=ascii,
)
def test_an_id_is_a_path(folder: Path, case_id: str) -> None:
    """An id that cannot be a path and an address is refused, and nothing is written."""
    with pytest.raises(QueryError) as error:
        write_new_case(folder, case_id, title=None, kind="network")

    assert str(error.value) == (
        "ID must be a folder and a name in lower case letters, digits and hyphens, "
        f"such as norway/boat-builders, not {case_id!r}."
    )
    assert (error.value.parameter, error.value.value) == ("ID", case_id)
    assert sorted(path.name for path in folder.parent.rglob("*")) == [
        "cases",
        "sources.bib",
        "taxonomy.yaml",
    ]


def test_a_kind_is_in_the_vocabulary(folder: Path) -> None:
    """An unknown kind is refused with those that are allowed."""
    with pytest.raises(QueryError) as error:
        write_new_case(folder, "norway/a", title=None, kind="story")

    assert str(error.value) == "--kind must be one of network, programme, guide, not 'story'."
    assert (error.value.parameter, error.value.value, error.value.allowed) == (
        "--kind",
        "story",
        ("network", "programme", "guide"),
    )
    assert not (folder / "norway").exists()


def test_a_file_that_exists_is_left_alone(folder: Path) -> None:
    """A case is never written over."""
    path = folder / "norway" / "a.md"
    path.parent.mkdir()
    path.write_text("Mine.")

    with pytest.raises(CorpusError) as error:
        write_new_case(folder, "norway/a", title=None, kind="network")

    assert str(error.value) == f"{path} exists already; nothing was written."
    assert path.read_text() == "Mine."


def test_a_folder_that_cannot_be_made(folder: Path) -> None:
    """A file in the place of a folder is told as what it is."""
    (folder / "norway").write_text("A file.")

    with pytest.raises(CorpusError) as error:
        write_new_case(folder, "norway/a", title=None, kind="network")

    assert str(error.value) == f"{folder / 'norway' / 'a.md'} cannot be written: File exists."
