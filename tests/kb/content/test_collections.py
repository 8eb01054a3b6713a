"""``collections.yaml``: what is kept apart by name, every mistake in it, and a part alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.content.collections import asked_collection
from kb.content.corpus import Corpus, read_corpus
from kb.content.part import part_of
from kb.errors import QueryError
from kb.model.compendium import Compendium
from tests.toy import FIRST_COLLECTION, ROOT, TOY_COLLECTIONS

FIRST = ("guides/purchase-guide", "norway/metal-buyers", "norway/textile-exporters")


@pytest.fixture(name="apart")
def _apart(toy_cases: Path) -> Path:
    """The toy compendium with two collections."""
    (toy_cases / "collections.yaml").write_text(TOY_COLLECTIONS)
    return toy_cases


def sound(folder: Path) -> Compendium:
    """What a folder holds, which must be without problems."""
    corpus = read_corpus(folder)
    assert corpus.problems == ()
    return corpus.compendium


def test_each_document_is_in_its_collections(apart: Path) -> None:
    """Those that are listed, and the rest; the facet has their ids, the vocabulary their words."""
    held = sound(apart)

    assert {case.id: case.facets["collection"] for case in held.cases} == {
        case.id: ("first",) if case.id in FIRST else ("later",) for case in held.cases
    }
    assert [(term.id, term.label, term.definition) for term in held.taxonomy["collections"]] == [
        ("first", "The first ones", "Those that the toy began with."),
        ("later", "Later ones", "All that came after."),
    ]
    assert held.taxonomy.facets[-1] == "collection"
    assert [(term.id, there.everything.n, there.n_guides) for term, there in held.collections] == [
        ("first", 3, 1),
        ("later", 4, 0),
    ]


def test_without_the_file_there_is_no_collection_and_no_facet(toy_cases: Path) -> None:
    """No document is in any, and the compendium has no such facet."""
    held = sound(toy_cases)

    assert {case.facets["collection"] for case in held.cases} == {()}
    assert "collection" not in held.taxonomy.facets
    assert (held.taxonomy["collections"].terms, held.collections) == ((), ())


def test_the_words_of_a_collection_find_nothing(apart: Path) -> None:
    """A collection says nothing of what a document is about: no passage and no word holds it."""
    from kb.text.chunking import passages_of, words_of_case

    held = sound(apart)
    without = sound_without(apart)

    for make in (passages_of, words_of_case):
        assert [make(case, held.taxonomy) for case in held.cases] == [
            make(case, without.taxonomy) for case in without.cases
        ]


def sound_without(folder: Path) -> Compendium:
    """The same compendium without its collections."""
    (folder / "collections.yaml").unlink()
    return sound(folder)


HEAD = "collections:\n  - {id: one, label: One, about: A., "


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        pytest.param(
            HEAD + "cases: [norway/metal-buyer]}\n",
            2,
            "collections[1].cases[1] must name an id that exists, not 'norway/metal-buyer'; "
            "nearest: norway/metal-buyers.",
            id="a case that is not there",
        ),
        pytest.param(
            HEAD + "cases: [norway/metal-buyers, norway/metal-buyers]}\n",
            2,
            "collections[1].cases[2] is 'norway/metal-buyers' again; once is enough.",
            id="a case twice",
        ),
        pytest.param(
            HEAD + "cases: []}\n", 2, "collections[1].cases must name at least one.", id="none"
        ),
        pytest.param(
            HEAD + "x: 1, the_rest: true}\n",
            2,
            "collections[1].x is not a field of a collection: "
            "Fields are id, label, about, cases, the_rest, before.",
            id="a field",
        ),
        pytest.param(
            HEAD + "the_rest: true, cases: [norway/metal-buyers]}\n",
            2,
            "collections[1] must give 'cases', a list of ids, or 'the_rest: true', and not both.",
            id="both",
        ),
        pytest.param(
            "collections:\n  - {id: one, label: One, about: A.}\n",
            2,
            "collections[1] must give 'cases', a list of ids, or 'the_rest: true', and not both.",
            id="neither",
        ),
        pytest.param(
            HEAD + "the_rest: true}\n  - {id: ONE, label: Two, about: B., the_rest: true}\n",
            3,
            "collections[2].id must be lower case letters, digits and hyphens, not 'ONE'.",
            id="a wrong id",
        ),
        pytest.param(
            HEAD + "the_rest: true}\n"
            "  - {id: two, label: one, about: B., cases: [norway/metal-buyers]}\n",
            3,
            "collections[2].label must be unique in the file; 'one' is taken.",
            id="a spelling twice",
        ),
        pytest.param(
            HEAD + "the_rest: true}\n  - {id: two, label: Two, about: B., the_rest: true}\n",
            3,
            "collections[2].the_rest must stand in one collection only.",
            id="two rests",
        ),
        pytest.param("collections: []\n", 1, "collections must hold at least one.", id="empty"),
        pytest.param(
            "- one\n", 1, "must be a list of collections under 'collections:'.", id="a list"
        ),
        pytest.param(
            "collections: one\n",
            1,
            "collections must be a list of records (each with id, label, about, cases, the_rest, "
            "before), not 'one'.",
            id="a text",
        ),
        pytest.param("a: [\n", 1, None, id="no YAML"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    toy_cases: Path, text: str, line: int, message: str | None
) -> None:
    """Each is a problem of the file; then no document is in a collection."""
    path = toy_cases / "collections.yaml"
    path.write_text(text)

    corpus = read_corpus(toy_cases)

    found = [(p.path, p.line, p.message) for p in corpus.problems]
    assert (str(path), line) in [(name, number) for name, number, _ in found]
    assert message is None or (str(path), line, message) in found
    assert {case.facets["collection"] for case in corpus.compendium.cases} == {()}


def test_the_folder_of_what_is_judged_holds_nothing_else(apart: Path) -> None:
    """A folder of no collection, a file of no use, and a file beside the folders are told."""
    folder = apart / "collections"
    for name in ("first/queries.jsonl", "first/notes.txt", "firts/queries.jsonl", "loose.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")

    problems = [(p.path, p.message) for p in read_corpus(apart).problems]

    assert problems == [
        (
            str(folder / "first" / "notes.txt"),
            "does not belong here: a collection has queries.jsonl, profiles.jsonl, "
            "calibration.json, relevance.json.",
        ),
        (
            str(folder / "firts"),
            "must be the folder of a collection of collections.yaml; nearest: first.",
        ),
        (
            str(folder / "loose.md"),
            "does not belong here: each collection has a folder of its own.",
        ),
    ]


def test_without_the_file_the_folder_is_like_any_other(toy_cases: Path) -> None:
    """A compendium without collections may have cases in a folder of that name."""
    place = toy_cases / "collections" / "metal-buyers.md"
    place.parent.mkdir()
    text = (toy_cases / "norway" / "metal-buyers.md").read_text()
    place.write_text(text.replace("title: ", "title: Again ", 1))

    assert "collections/metal-buyers" in sound(toy_cases).by_id


def test_a_part_is_a_compendium_of_its_own(apart: Path) -> None:
    """The vocabulary stays, countries without a case go, and nothing leads to what is not there."""
    path = apart / "norway" / "metal-buyers.md"
    more = (
        "As in [France](../france/wine-exporters.md) and [the guide](../guides/purchase-guide.md), "
        "[here][f] too.\n\n[f]: ../france/wine-exporters.md\n"
    )
    path.write_text(f"{path.read_text().rstrip()}\n\n{more}")
    whole = sound(apart)

    part = part_of(read_corpus(apart), "first").compendium

    assert tuple(part.by_id) == FIRST
    assert [term.id for term in part.taxonomy["countries"]] == ["NO"]
    assert part.taxonomy["projects"] == whole.taxonomy["projects"]
    assert part.taxonomy["collections"] == whole.taxonomy["collections"]
    case = part.by_id["norway/metal-buyers"]
    assert whole.by_id[case.id].related == ("france/wine-exporters", "guides/purchase-guide")
    assert case.related == ("guides/purchase-guide",)
    assert case.body.rstrip().endswith(
        "As in France and [the guide](../guides/purchase-guide.md), here too."
    )
    assert (case.digest, case.title) == (whole.by_id[case.id].digest, whole.by_id[case.id].title)


@pytest.mark.parametrize(
    ("asked", "found"), [("first", "first"), ("FIRST", "first"), ("Later ones", "later")]
)
def test_a_collection_is_asked_for_by_id_or_label(apart: Path, asked: str, found: str) -> None:
    """In any case, as every value of a facet."""
    assert asked_collection(sound(apart).taxonomy, asked) == found


def test_an_unknown_collection_is_told_with_the_nearest(apart: Path) -> None:
    """The message names those that there are, the nearest first."""
    with pytest.raises(QueryError) as raised:
        asked_collection(sound(apart).taxonomy, "latter")

    assert str(raised.value) == (
        "--collection has no value 'latter'. Did you mean later? Allowed are later, first."
    )


def test_where_there_are_none_the_message_says_how_to_make_one(toy_cases: Path) -> None:
    """A compendium without collections names the file."""
    with pytest.raises(QueryError) as raised:
        asked_collection(sound(toy_cases).taxonomy, "first")

    assert str(raised.value) == (
        "--collection cannot be 'first': the compendium has no collections. "
        "They are named in collections.yaml, beside the cases."
    )


# --- the real collections --------------------------------------------------------------------


@pytest.fixture(name="real", scope="module")
def _real() -> Corpus:
    return read_corpus(ROOT / "cases")


def test_the_first_collection_is_closed(real: Corpus) -> None:
    """It has the 63 cases and 18 guides that the compendium began with, and no other."""
    first = part_of(real, FIRST_COLLECTION).compendium
    guides = [case for case in first.cases if case.is_guide]

    assert (len(first.cases), len(guides)) == (81, 18)


def test_every_real_document_is_in_one_collection(real: Corpus) -> None:
    """The two collections share no document and leave none out."""
    assert {len(case.facets["collection"]) for case in real.compendium.cases} == {1}
