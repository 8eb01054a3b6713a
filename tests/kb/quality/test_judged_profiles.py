"""The file of judged profiles: read whole, or refused with every problem; and the real one."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from kb.content.corpus import read_corpus
from kb.content.files import judged_folder
from kb.content.part import part_of
from kb.content.taxonomy import load_taxonomy
from kb.errors import CorpusError, CorpusInvalid
from kb.guidance.profile import Profile
from kb.model.cases import Case
from kb.model.taxonomy import Taxonomy, Term, Vocabulary
from kb.quality.judged import SPLITS
from kb.quality.judged_profiles import PERSONAS, JudgedProfile, read_profiles
from tests.toy import FIRST_COLLECTION

CASES_FOLDER = Path(__file__).parents[3] / "cases"
TAXONOMY = Taxonomy(
    vocabularies={
        **load_taxonomy(CASES_FOLDER / "taxonomy.yaml").vocabularies,
        "countries": Vocabulary(
            name="countries", terms=(Term(id="NO", label="Norway", aliases=("Norwegian",)),)
        ),
    }
)
CASES = tuple(
    Case(
        id=name,
        title=name,
        kind=kind,
        is_guide=kind == "guide",
        summary="",
        body="",
        facets={},
        results=(),
        sources=(),
    )
    for name, kind in (
        ("norway/a", "network"),
        ("france/b", "programme"),
        ("guides/c", "guide"),
    )
)
RIGHT = {
    "id": "p1",
    "split": "tune",
    "persona": "owner",
    "need": "Wine makers want to export.",
    "profile": {"aim": "We want to export."},
    "relevance": {"norway/a": 2, "france/b": 1},
}
FIELDS = "business, my_sector, my_country, size, partners, aim, goal, common, my_form, funding"


def write(folder: Path, *rows: object) -> Path:
    """A file of JSON lines; a text is written as it stands."""
    path = folder / "profiles.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> tuple[JudgedProfile, ...]:
    """The profiles of a file, judged on three documents."""
    return read_profiles(path, CASES, TAXONOMY)


def problems_of(path: Path) -> list[str]:
    """``line: message`` of every problem."""
    with pytest.raises(CorpusInvalid) as raised:
        read(path)
    assert str(raised.value).endswith("; nothing was measured.")
    assert {problem.path for problem in raised.value.problems} == {str(path)}
    return [f"{problem.line}: {problem.message}" for problem in raised.value.problems]


def without(name: str) -> dict[str, object]:
    """A right row without one of its fields."""
    return {key: value for key, value in RIGHT.items() if key != name}


def test_a_file_that_is_right_gives_its_profiles_in_order(tmp_path):
    """Blank lines and unknown fields of a row do not count; profiles are canonical."""
    everything = {
        "business": " We press  wine. ",
        "my_sector": ["Wine"],
        "my_country": "norwegian",
        "size": 12,
        "partners": 5,
        "aim": "Export",
        "goal": ["Exporting", "exports"],
        "common": ["peers"],
        "my_form": "Hard network",
        "funding": "Own",
    }
    second = {**RIGHT, "id": "p0", "split": "test", "persona": "agency", "remark": "any"}
    path = write(tmp_path, RIGHT, "", "  ", {**second, "profile": everything})

    assert read(path) == (
        JudgedProfile(
            id="p1",
            split="tune",
            persona="owner",
            need="Wine makers want to export.",
            profile=Profile(aim="We want to export."),
            relevance={"norway/a": 2, "france/b": 1},
        ),
        JudgedProfile(
            id="p0",
            split="test",
            persona="agency",
            need="Wine makers want to export.",
            profile=Profile(
                business="We press wine.",
                my_sector=("wine-spirits",),
                my_country="NO",
                size=12,
                partners=5,
                aim="Export",
                goal=("exporting",),
                common=("horizontal",),
                my_form="hard",
                funding="own",
            ),
            relevance={"norway/a": 2, "france/b": 1},
        ),
    )


def test_an_empty_file_holds_no_profile(tmp_path):
    """Nothing to read is nothing wrong."""
    assert read(write(tmp_path)) == ()


@pytest.mark.parametrize("name", ["id", "split", "persona", "need"])
@pytest.mark.parametrize("value", [None, "", "  ", 5, ["tune"]], ids=repr)
def test_every_text_must_be_there(tmp_path, name, value):
    """A field that is missing, empty or no text is named."""
    row = without(name) if value is None else {**RIGHT, name: value}

    assert problems_of(write(tmp_path, row)) == [f"1: {name} must be a text that is not empty."]


NEEDS = f"profile must hold at least one of {FIELDS}."
AT_LEAST_ONE = "relevance must map ids of cases to 1 or 2, at least one."
GRADE = "relevance of 'norway/a' must be 1 or 2, not "


@pytest.mark.parametrize(
    ("change", "messages"),
    [
        pytest.param(
            {"split": "train"}, ["split must be one of tune, test, not 'train'."], id="split"
        ),
        pytest.param(
            {"persona": "professor"},
            ["persona must be one of owner, agency, not 'professor'."],
            id="persona",
        ),
        pytest.param({"relevance": None}, [AT_LEAST_ONE], id="no relevance"),
        pytest.param({"relevance": {}}, [AT_LEAST_ONE], id="empty relevance"),
        pytest.param({"relevance": ["norway/a"]}, [AT_LEAST_ONE], id="relevance is no mapping"),
        pytest.param(
            {"relevance": {"norway/z": 2}},
            ["relevance names 'norway/z', which is no case."],
            id="unknown case",
        ),
        pytest.param(
            {"relevance": {"guides/c": 2, "norway/a": 1}},
            ["relevance names 'guides/c', a guide, which is no role model."],
            id="a guide",
        ),
        pytest.param({"relevance": {"norway/a": 0}}, [GRADE + "0."], id="grade 0"),
        pytest.param({"relevance": {"norway/a": 3}}, [GRADE + "3."], id="grade 3"),
        pytest.param({"relevance": {"norway/a": True}}, [GRADE + "True."], id="a truth as grade"),
        pytest.param({"relevance": {"norway/a": 1.0}}, [GRADE + "1.0."], id="no whole grade"),
        pytest.param({"relevance": {"norway/a": "2"}}, [GRADE + "'2'."], id="a grade in quotes"),
        pytest.param(
            {"relevance": {"guides/c": 5, "norway/z": 9}},
            [
                "relevance of 'guides/c' must be 1 or 2, not 5.",
                "relevance names 'norway/z', which is no case.",
                "relevance of 'norway/z' must be 1 or 2, not 9.",
                "relevance names 'guides/c', a guide, which is no role model.",
            ],
            id="several judgments",
        ),
        pytest.param({"profile": None}, [NEEDS], id="no profile"),
        pytest.param({"profile": {}}, [NEEDS], id="empty profile"),
        pytest.param({"profile": ["aim"]}, [NEEDS], id="profile is no mapping"),
        pytest.param(
            {"profile": {"aims": "Export"}},
            [f"profile has no field 'aims'; its fields are {FIELDS}."],
            id="unknown field",
        ),
        pytest.param(
            {"profile": {"size": "12"}},
            ["profile.size must be a whole number, not '12'."],
            id="a size in quotes",
        ),
        pytest.param(
            {"profile": {"size": True, "partners": 4.0}},
            [
                "profile.size must be a whole number, not True.",
                "profile.partners must be a whole number, not 4.0.",
            ],
            id="numbers that are not whole",
        ),
        pytest.param(
            {"profile": {"partners": None}},
            ["profile.partners must be a whole number, not None."],
            id="nothing as a number",
        ),
        pytest.param(
            {"profile": {"goal": "exporting"}},
            ["profile.goal must be a list of texts, not 'exporting'."],
            id="a text that must be a list",
        ),
        pytest.param(
            {"profile": {"my_sector": ["food", 5], "common": {"peers": 1}}},
            [
                "profile.my_sector must be a list of texts, not ['food', 5].",
                "profile.common must be a list of texts, not {'peers': 1}.",
            ],
            id="lists of something else",
        ),
        pytest.param(
            {"profile": {"my_form": ["hard"], "aim": 5, "funding": None}},
            [
                "profile.my_form must be a text, not ['hard'].",
                "profile.aim must be a text, not 5.",
                "profile.funding must be a text, not None.",
            ],
            id="texts that are none",
        ),
        pytest.param(
            {"profile": {"aim": "  ", "goal": [], "my_form": ""}},
            [
                "profile.aim must not be empty; leave it out.",
                "profile.goal must not be empty; leave it out.",
                "profile.my_form must not be empty; leave it out.",
            ],
            id="fields that are empty",
        ),
        pytest.param(
            {"profile": {"size": 0, "my_form": "sotf", "funding": "bank"}},
            [
                "profile.size must be a whole number from 1 to 10,000 "
                "(the people in your firm), not 0.",
                "profile.my_form has no value 'sotf'. Did you mean soft? Allowed are soft, hard.",
                "profile.funding must be one of own, public, not 'bank'.",
            ],
            id="values that a profile refuses",
        ),
        pytest.param(
            {"split": "x", "profile": {"size": "1", "x": 1}, "relevance": {}, "need": ""},
            [
                "need must be a text that is not empty.",
                "split must be one of tune, test, not 'x'.",
                "profile.size must be a whole number, not '1'.",
                f"profile has no field 'x'; its fields are {FIELDS}.",
                AT_LEAST_ONE,
            ],
            id="everything",
        ),
    ],
)
def test_each_mistake_has_its_message(tmp_path, change, messages):
    """The messages name the field, what is allowed and what was found, on the line of the row."""
    path = write(tmp_path, RIGHT, {**RIGHT, "id": "p2", **change})

    assert problems_of(path) == [f"2: {message}" for message in messages]


def test_a_file_that_is_wrong_in_every_way_gives_every_problem(tmp_path):
    """All problems arrive at once, with their lines, and not one profile is given."""
    path = write(
        tmp_path,
        RIGHT,
        "{not JSON",
        "",
        "[1, 2]",
        {**RIGHT, "id": "p2", "relevance": {"no/where": 1}},
        RIGHT,
        {**RIGHT, "id": "p2"},
        {**RIGHT, "id": "p2", "need": "Another."},
    )

    assert problems_of(path) == [
        "2: must be one JSON object on the line.",
        "4: must be one JSON object on the line.",
        "5: relevance names 'no/where', which is no case.",
        "6: id must be unique: 'p1' stands twice.",
        "8: id must be unique: 'p2' stands twice.",
    ]


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    """A missing file, and one that is not UTF-8, are no list of problems."""
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes('{"id": "é"}'.encode("latin-1"))
    missing = tmp_path / "missing.jsonl"

    with pytest.raises(CorpusError) as of_latin:
        read(latin)
    with pytest.raises(CorpusError) as of_missing:
        read(missing)

    assert str(of_latin.value) == (
        f"{latin}:1: must be UTF-8; byte 0xe9 is not. Save the file as UTF-8."
    )
    assert str(of_missing.value) == f"{missing} cannot be read: No such file or directory."


# --- the real file ---------------------------------------------------------------------------


@pytest.fixture(name="real", scope="module")
def _real() -> tuple[JudgedProfile, ...]:
    """The judged profiles of the first collection, which must be without problems."""
    corpus = read_corpus(CASES_FOLDER)
    own = part_of(corpus, FIRST_COLLECTION).compendium
    path = judged_folder(CASES_FOLDER, FIRST_COLLECTION) / "profiles.jsonl"
    return read_profiles(path, own.cases, own.taxonomy)


def test_there_are_enough_real_profiles(real):
    """There are at least forty, and at least fifteen of them in either split."""
    counts = Counter(one.split for one in real)

    assert len(real) >= 40
    assert sorted(counts) == sorted(SPLITS)
    assert min(counts.values()) >= 15


def test_both_splits_hold_every_persona(real):
    """What is measured is as mixed as what the weights were chosen on."""
    assert {(one.split, one.persona) for one in real} == {
        (split, persona) for split in SPLITS for persona in PERSONAS
    }


@pytest.mark.parametrize("part", ["need", "business", "aim"])
def test_the_splits_have_no_text_in_common(real, part):
    """No need and no words of a firm stand in both splits, in another spelling either."""
    texts: dict[str, set[str]] = {split: set() for split in SPLITS}
    for one in real:
        text = one.need if part == "need" else getattr(one.profile, part)
        texts[one.split].add(re.sub(r"\W+", " ", text.casefold()).strip())

    assert (texts["tune"] & texts["test"]) - {""} == set()
    assert min(len(texts[split]) for split in SPLITS) >= 10


def test_every_real_profile_has_a_role_model(real):
    """A profile for which no case is of grade 2 measures nothing."""
    assert [one.id for one in real if 2 not in one.relevance.values()] == []


def test_every_real_profile_says_what_it_wants(real):
    """Size, partners and country alone are answered with nothing."""
    assert [one.id for one in real if not one.profile.says_what] == []
