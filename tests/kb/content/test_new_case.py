"""A new case to fill in, and a check that says what is missing."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.content.corpus import read_corpus
from kb.content.front_matter import FrontMatter
from kb.content.known import Known
from kb.content.load import load_folder
from kb.content.new_case import case_text, template, write_new_case
from kb.content.placeholders import FIELDS, SECTIONS
from kb.content.schema import read
from kb.content.taxonomy import load_taxonomy
from kb.content.yaml_source import Located, read_yaml
from kb.errors import CorpusError, QueryError

ROOT = Path(__file__).parents[3]
BROKEN = ROOT / "tests" / "broken"

#: A skeleton without its comments.
SKELETON = """\
---
title: Boat builders
kind: network
country: New Zealand
type: []
project: []
results: []
summary: >-
  TODO: one or two sentences that say who did what together, where, and what came of it.
sources:
  - key: 'TODO: a key of sources.bib'
    locator: 'TODO: the place in the source'
added: TODAY
---

## Situation

TODO: where they stood, and what they faced.

## The network

TODO: who took part, how many, in which form, and who helped.

## What they did together

TODO: what they did together, step by step.

## Results as reported

TODO: what the source reports as achieved, or that it reports nothing.

## What to take from it

TODO: what others can take from it. This is our reading.
"""


def _without_comments(text: str) -> str:
    """A file without the comments of its front-matter, and the blank lines between."""
    front, body = text.split("\n---\n")
    lines = [line for line in front.splitlines() if line and not line.startswith("#")]
    return "\n".join(lines) + f"\n---\n{body}"


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
    text = text.replace(f"'{FIELDS['key']}'", "doe-2001").replace(f"'{FIELDS['locator']}'", "p. 1")
    path.write_text(text.replace("TODO: ", ""))


def test_a_skeleton_is_written(folder: Path) -> None:
    """The file has every required field, the headings, and what can be told from the id."""
    days = [date.today().isoformat()]
    path = write_new_case(folder, "new-zealand/boat-builders", title=None, kind="network")
    days.append(date.today().isoformat())

    assert path == folder / "new-zealand" / "boat-builders.md"
    assert _without_comments(path.read_text()) in [SKELETON.replace("TODAY", day) for day in days]


def test_the_check_says_what_is_missing(folder: Path) -> None:
    """A skeleton does not pass until it is filled in, and then it does."""
    path = write_new_case(folder, "new-zealand/boat-builders", title=None, kind="network")
    lines = path.read_text().splitlines()
    told = _told(folder)
    _fill_in(path)

    def at(begin: str) -> int:
        return next(n for n, line in enumerate(lines, 1) if line.strip().startswith(begin))

    summary, key, place = FIELDS["summary"], FIELDS["key"], FIELDS["locator"]
    write = "write it, or take it out."
    assert told == [
        (at("summary:"), f"summary still says what a draft says, {_cut(summary)!r}; {write}"),
        (
            at("- key:"),
            f"sources[1].key must be a key of sources.bib, not {key!r}: Keys are doe-2001, "
            "roe-2002.",
        ),
        (at("locator:"), f"sources[1].locator still says what a draft says, {place!r}; {write}"),
        *(
            (at(one), f"the text still says what a draft says, {_cut(one)!r}; {write}")
            for one in SECTIONS
        ),
    ]
    assert _told(folder) == []


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def test_a_folder_that_is_no_country_is_no_country(folder: Path) -> None:
    """What the folder does not say is left open, and no country is made of it."""
    path = write_new_case(folder, "narnia/lamps", kind="network")

    assert f"country: '{FIELDS['country']}'\n" in path.read_text()


def test_a_guide_has_no_country(folder: Path) -> None:
    """The skeleton of a guide leaves out what a guide must not have; an alias of kind will do."""
    path = write_new_case(folder, "guides/brokers", title="On brokers", kind="GUIDE")
    lines = _without_comments(path.read_text()).splitlines()
    _fill_in(path)
    text = path.read_text().replace("type: horizontal", "type: []")
    path.write_text(text.replace("project: exporting", "project: []"))

    assert lines[:4] == ["---", "title: On brokers", "kind: guide", "type: []"]
    assert "# reading:\n#   part: what-and-why\n#   place: 2\n" in text
    assert "# role_model_for" not in text
    assert _told(folder) == []


def test_a_template_explains_every_field() -> None:
    """Each field that a new case can have is told of, with its words and an example."""
    taxonomy = load_taxonomy(ROOT / "cases" / "taxonomy.yaml")
    text = template(taxonomy)
    told = [name for name in FrontMatter.names() if re.search(rf"(?m)^(?:# )?{name}:", text)]

    assert set(FrontMatter.names()) - set(told) == {
        *("answers", "reading", "aliases", "changes", "withdrawn"),
    }
    assert "# Words: horizontal, vertical, cross-sectoral, emerging-technologies, " in text
    assert case_text(taxonomy, {"kind": "guide"}).count("# answers:") == 1


def test_every_example_can_be_used() -> None:
    """An example without its # is a value that the check accepts, in the real vocabulary."""
    taxonomy = load_taxonomy(ROOT / "cases" / "taxonomy.yaml")
    known = Known(
        taxonomy=taxonomy,
        sources=["roy-1998"],
        guides=dict.fromkeys(["norway/mechanical-engineering", "guides/types-of-network"], False),
        own={"ruhr-zeitung-2021": False},
    )
    front = template(taxonomy).split("\n---\n")[0].removeprefix("---\n")
    examples = re.findall(r"(?m)^# [a-z_]+:(?: \S.*)?(?:\n#  .*)*$", front)
    work = read_yaml(re.sub("(?m)^# ", "", examples[3])).value["sources"]
    fields = {}
    for example in examples:
        fields |= read_yaml(re.sub("(?m)^# ", "", example)).value
    fields |= {"title": "A", "kind": "network", "country": "NO", "summary": "B."}
    reread = {"key": "roy-1998", "locator": "section 8, third example"}  # verified names it
    fields |= {"sources": [reread, *work], "project": "exporting"}
    fields["results"][0]["source"] = "roy-1998"  # asked for where a case has two sources
    _, problems = read(FrontMatter, Located(value=fields, lines={}), "", known=known)

    assert len(examples) == 18
    assert [str(problem) for problem in problems] == []


def test_a_draft_has_no_examples() -> None:
    """What is taken from elsewhere holds what is known and placeholders, and no comments."""
    taxonomy = load_taxonomy(ROOT / "cases" / "taxonomy.yaml")
    text = case_text(
        taxonomy,
        {"title": "A", "added": "2026-11-29", "country": ["NO", "SE"], "results": []},
        {"Situation": "They were small.", "What they did together": "", "": "First."},
        examples=False,
    )

    assert text == (
        "---\ntitle: A\nkind: 'TODO: what the document is'\ncountry: [NO, SE]\ntype: []\n"
        "project: []\nresults: []\nsummary: >-\n  TODO: one or two sentences that say who did "
        "what together, where, and what came of it.\nsources:\n  - key: 'TODO: a key of "
        "sources.bib'\n    locator: 'TODO: the place in the source'\nadded: 2026-11-29\n---\n\n"
        "First.\n\n## Situation\n\nThey were small.\n"
    )


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
