"""People and organisations: what their file may hold, what a build carries, and the real one."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.content.corpus import read_corpus
from kb.content.known import Known
from kb.content.people import read_people
from kb.errors import CorpusInvalid, Problem
from kb.indexing.pipeline import build
from kb.model.cases import Source
from kb.model.people import Named, NamedList, People
from kb.model.taxonomy import Taxonomy
from kb.snapshots.format import open_snapshot
from tests.toy import copy_toy_corpus, settings_of_toy

ROOT = Path(__file__).parents[3]
GUIDES = {"guides/a": True, "norway/a": False}
KNOWN = Known(taxonomy=Taxonomy(vocabularies={}), guides=GUIDES, sources=("doe-2001", "anon"))

#: A sound file; lines are counted from 1.
SOUND = """\
title: People and organisations
notice: As the sources named them.
lists:
  - id: people
    title: People
    entries:
      - id: ann-doe
        name: Ann Doe
        was: Professor
        said: She evaluated a programme.
        belongs: [institute]
        documents: [guides/a, norway/a]
        sources: [{key: doe-2001, locator: note 3}]
      - id: bo-roe
        name: Bo Roe
        was: Partner
        belongs: [institute]
        sources: [{key: anon, locator: thanks}]
  - id: organisations
    title: Organisations
    lead: Bodies that the sources name.
    entries:
      - id: institute
        name: An institute
        was: Oslo
        sources: [{key: anon, locator: thanks}]
"""


def read(folder: Path, text: str) -> tuple[People | None, list[Problem]]:
    """What a file with this text gives, and what is wrong with it."""
    path = folder / "people.yaml"
    path.write_text(text, encoding="utf-8")
    return read_people(path, KNOWN)


def test_a_file_is_read_in_its_order(tmp_path):
    """Lists and entries come as they stand, with sources, documents and whom they belong to."""
    people, problems = read(tmp_path, SOUND)

    assert problems == []
    ann = Named(
        id="ann-doe",
        name="Ann Doe",
        was="Professor",
        said="She evaluated a programme.",
        belongs=("institute",),
        documents=("guides/a", "norway/a"),
        sources=(Source(key="doe-2001", locator="note 3"),),
    )
    thanks = (Source(key="anon", locator="thanks"),)
    bo = Named(id="bo-roe", name="Bo Roe", was="Partner", belongs=("institute",), sources=thanks)
    institute = Named(id="institute", name="An institute", was="Oslo", sources=thanks)
    assert people == People(
        title="People and organisations",
        notice="As the sources named them.",
        lists=(
            NamedList(id="people", title="People", entries=(ann, bo)),
            NamedList(
                id="organisations",
                title="Organisations",
                lead="Bodies that the sources name.",
                entries=(institute,),
            ),
        ),
    )
    assert people.members == {"institute": (ann, bo)}
    assert list(people.by_id) == ["ann-doe", "bo-roe", "institute"]


def test_without_a_file_there_are_no_lists(tmp_path):
    """No file is no list, and no problem."""
    assert read_people(tmp_path / "people.yaml", KNOWN) == (None, [])


ENTRY = "Fields are id, name, was, said, belongs, documents, sources."
#: Name to what is replaced in the sound file, by what, and the problems: line and message.
WRONG: dict[str, tuple[str, str, list[tuple[int, str]]]] = {
    "no source": (
        "        sources: [{key: doe-2001, locator: note 3}]\n",
        "",
        [
            (
                7,
                "lists[1].entries[1].sources must be given; add a line such as "
                "'sources: [{key: roy-1998, locator: note 12}]'.",
            )
        ],
    ),
    "unknown source": (
        "doe-2001",
        "doe-2002",
        [
            (
                13,
                "lists[1].entries[1].sources[1].key must be a key of sources.bib, not 'doe-2002': "
                "did you mean 'doe-2001'? Keys are doe-2001, anon.",
            )
        ],
    ),
    "unknown document": (
        "norway/a]",
        "norway/b]",
        [
            (
                12,
                "lists[1].entries[1].documents[2] must name an id that exists, not 'norway/b'; "
                "nearest: norway/a.",
            )
        ],
    ),
    "unknown organisation": (
        "        belongs: [institute]\n        documents",
        "        belongs: [institut]\n        documents",
        [
            (
                11,
                "lists[1].entries[1].belongs must name another entry of the file, not "
                "'institut'; nearest: institute.",
            )
        ],
    ),
    "belongs to itself": (
        "        was: Oslo\n",
        "        was: Oslo\n        belongs: [institute]\n",
        [
            (
                26,
                "lists[2].entries[1].belongs must name another entry of the file, not 'institute'.",
            )
        ],
    ),
    "an id twice": (
        "id: bo-roe",
        "id: ann-doe",
        [(14, "lists[1].entries[2].id must be unique in the file; 'ann-doe' is taken.")],
    ),
    "an id of a list": (
        "id: bo-roe",
        "id: people",
        [(14, "lists[1].entries[2].id must be unique in the file; 'people' is taken.")],
    ),
    "a stray field": (
        "        was: Oslo\n",
        "        was: Oslo\n        phone: 1\n",
        [
            (
                26,
                "lists[2].entries[1].phone is not a field of a person or an organisation: " + ENTRY,
            )
        ],
    ),
    "no notice": (
        "notice: As the sources named them.\n",
        "",
        [
            (
                1,
                "notice must be given; add a line such as "
                "'notice: As the source named them in 1998; no contacts.'.",
            )
        ],
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_line(tmp_path, old, new, expected):
    """Each fault has its line, its field, what is allowed and what is nearest."""
    assert old in SOUND

    people, problems = read(tmp_path, SOUND.replace(old, new, 1))

    assert people is None
    assert [(problem.line, problem.message) for problem in problems] == expected


def toy_people() -> str:
    """The sound file, about documents and sources of the toy compendium."""
    return SOUND.replace("guides/a, norway/a", "guides/purchase-guide, norway/metal-buyers")


def test_a_build_carries_the_lists(toy_settings):
    """What was read is in the snapshot, and a change of it alone makes another snapshot."""
    without = build(toy_settings).snapshot_id
    (toy_settings.cases / "people.yaml").write_text(toy_people(), encoding="utf-8")

    report = build(toy_settings)

    opened = open_snapshot(toy_settings.index / report.snapshot_id).content.compendium
    assert opened.people == read_corpus(toy_settings.cases).compendium.people
    assert list(opened.people.by_id) == ["ann-doe", "bo-roe", "institute"]
    assert (report.snapshot_id != without, report.encoded) == (True, 0)
    assert open_snapshot(toy_settings.index / without).content.compendium.people is None


def test_a_fault_keeps_a_build_from_being_made(tmp_path, tiny_encoder):
    """A document that does not exist is a problem of the content."""
    cases = copy_toy_corpus(tmp_path / "cases")
    (cases / "people.yaml").write_text(SOUND, encoding="utf-8")

    with pytest.raises(CorpusInvalid) as raised:
        build(settings_of_toy(cases, tmp_path / "index", tiny_encoder))

    assert [(Path(one.path).name, one.line) for one in raised.value.problems] == [
        ("people.yaml", 12),
        ("people.yaml", 12),
    ]


#: Whom the paper of 1998 thanks, in the order of its acknowledgements.
THANKED = """
Benoit Montreuil, Diane Poulin, Sophie D'Amours, Andrew Young, Kevin Cameron, Steve Mostardi,
Trond Myrhvold, Per Olav Langaker, John Dean, Ifor Ffowcs-Williams, Stuart Rosenfeld,
Richard Hatch, Bob Coy, Gregg Litchenstein, Janet Jones, Niels Christian Nielsen,
Jeff Martinussen, Torger Reve, Lars Gelsing, Phil Shapira, Des Masters, Mario Pezzini,
Raffaele de Maria, Frank Pyke
"""


@pytest.fixture(name="real", scope="module")
def _real() -> People:
    return read_corpus(ROOT / "cases").compendium.people


def test_everyone_who_is_thanked_is_listed(real):
    """The 24 persons of the acknowledgements stand in the list, each with that place."""
    thanked = [" ".join(name.split()) for name in THANKED.split(",")]

    listed = {
        one.name
        for one in real.by_id.values()
        for source in one.sources
        if source.key == "roy-1998" and "acknowledgements" in source.locator
    }

    assert len(thanked) == 24
    assert set(thanked) <= listed
