"""Words of other languages are looked up where they lie, and are those that were written."""

from __future__ import annotations

import zlib
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from kb.errors import SnapshotCorrupt
from kb.model.word_table import WordTable
from kb.snapshots.word_tables import KeptForms, read_word_table, write_word_table

TABLE = WordTable(
    meanings=(("baker",), ("joiner", "carpenter"), (), ("São Paulo",)),
    forms={
        "fr": {"menuisier": 1, "boulanger": 0, "boulangerie": 0, "boule": 2, "de la": 2},
        "de": {"tischler": 1, "backer": 0, "-bauer": 0},
        "no": {},
        "pt": {"são paulo": 3, "ação": 0, "日本 の 町": 1},
    },
)


@pytest.fixture(name="kept")
def _kept(tmp_path: Path) -> WordTable:
    return kept_in(tmp_path / "glossary", TABLE)


def kept_in(folder: Path, table: WordTable) -> WordTable:
    """A table as a snapshot keeps it."""
    write_word_table(folder, table)
    return read_word_table(folder)


def test_a_table_comes_back_as_it_was(kept):
    """Meanings, languages in their order, every form with its group, and how long they are."""
    assert kept == TABLE
    assert kept.as_json() == TABLE.as_json()
    assert list(kept.forms) == ["fr", "de", "no", "pt"]
    assert kept.longest == TABLE.longest == {"fr": 2, "de": 1, "no": 0, "pt": 3}
    assert list(kept.forms["fr"]) == sorted(TABLE.forms["fr"])
    assert kept.in_order["pt"][1] == "são paulo"
    assert [len(forms) for forms in kept.forms.values()] == [5, 3, 0, 3]


@pytest.mark.parametrize(
    ("language", "form", "place"),
    [
        ("fr", "boulanger", 0),
        ("fr", "boule", 2),
        ("fr", "boul", None),
        ("fr", "boulangeries", None),
        ("fr", "tischler", None),
        ("de", "tischler", 1),
        ("de", "bauer", None),
        ("no", "tischler", None),
        ("pt", "日本 の 町", 1),
        ("pt", "", None),
        ("pt", "\ud800", None),
    ],
)
def test_a_form_is_found_in_its_language_alone(kept, language, form, place):
    """Whatever is asked for, half a sign too, and in every way that a mapping is asked."""
    forms = kept.forms[language]

    assert forms.get(form) == place
    assert forms.get(form, 7) == (7 if place is None else place)
    assert (form in forms) == (place is not None)
    if place is None:
        with pytest.raises(KeyError):
            forms[form]
    else:
        assert forms[form] == place


def test_forms_of_one_hash_are_told_apart(tmp_path):
    """Two that CRC-32 takes for one are each what it is, and a third that is not there none."""
    assert zlib.crc32(b"plumless") == zlib.crc32(b"buckeroo")
    both = WordTable(meanings=(("a",), ("b",)), forms={"fr": {"buckeroo": 0, "plumless": 1}})
    one = WordTable(meanings=(("a",),), forms={"fr": {"buckeroo": 0}})

    assert kept_in(tmp_path / "both", both) == both
    assert kept_in(tmp_path / "one", one).forms["fr"].get("plumless") is None


def test_very_many_forms_are_found(tmp_path):
    """Some thousand forms, of which many want one place: each is found, and no other."""
    words = [f"mot {n}" for n in range(5000)]
    table = WordTable(
        meanings=tuple((word,) for word in words),
        forms={
            "fr": {word: n for n, word in enumerate(words)},
            "es": {word: n for n, word in enumerate(words) if n % 2},
        },
    )

    kept = kept_in(tmp_path / "glossary", table)

    assert [kept.forms["fr"].get(word) for word in words] == list(range(5000))
    found = [kept.forms["es"].get(word) for word in words]
    assert found == [n if n % 2 else None for n in range(5000)]
    assert not any(f"mot {n}" in kept.forms["fr"] for n in range(5000, 10_000))


@pytest.mark.parametrize("letters", ["boul", "b", "tischler", "tischlerin", "s", "日", "z", ""])
@pytest.mark.parametrize("most", [1, 2, 9])
def test_beginnings_are_those_of_the_table_in_memory(kept, letters, most):
    """The same forms of every language in the same order."""
    in_memory = list(TABLE.beginning_with(letters, most))

    assert list(kept.beginning_with(letters, most)) == in_memory


@pytest.mark.parametrize(
    ("language", "word", "begins"),
    [
        ("fr", "de", True),
        ("pt", "são", True),
        ("pt", "日本", True),
        ("fr", "menuisier", False),
        ("fr", "boulanger", False),
        ("de", "de", False),
        ("no", "de", False),
        ("pt", "", False),
        ("pt", "\ud800", False),
    ],
)
def test_with_which_words_a_phrase_begins_is_known(kept, language, word, begins):
    """In its language alone, and of a table in memory as of one that is kept."""
    assert TABLE.may_begin(language, word) is begins
    assert kept.may_begin(language, word) is begins


def test_few_words_are_taken_for_the_beginning_of_a_phrase(tmp_path):
    """Of those that begin one all are known; of the others about one in eight is."""
    words, others = (
        [sha256(f"{name}{n}".encode()).hexdigest()[:9] for n in range(1000)] for name in "ab"
    )
    phrases = {f"{word} deux trois": n for n, word in enumerate(words)}
    table = WordTable(meanings=tuple((word,) for word in words), forms={"fr": phrases})

    kept = kept_in(tmp_path / "glossary", table)

    assert all(kept.may_begin("fr", word) for word in words)
    assert sum(kept.may_begin("fr", word) for word in others) == 120


def test_an_empty_table_is_kept_too(tmp_path):
    """A compendium without a glossary."""
    assert kept_in(tmp_path / "glossary", WordTable()) == WordTable()


def test_a_table_has_one_form_on_the_disk(tmp_path):
    """The same table gives the same bytes; forms in another order differ in their digest alone."""
    other = WordTable(
        meanings=TABLE.meanings,
        forms={name: dict(reversed(forms.items())) for name, forms in TABLE.forms.items()},
    )
    for name, table in (("one", TABLE), ("again", TABLE), ("other", other)):
        write_word_table(tmp_path / name, table)

    one, again, two = (
        {path.name: path.read_bytes() for path in sorted((tmp_path / name).iterdir())}
        for name in ("one", "again", "other")
    )

    assert one == again
    assert [name for name in one if one[name] != two[name]] == ["made-of.npy"]


def test_what_was_written_before_is_copied_where_it_is_the_same(tmp_path):
    """The bytes of the earlier one, in files of their own; of another table, or none, nothing."""
    earlier, other = tmp_path / "earlier", WordTable(meanings=(("a",),), forms={"fr": {"b": 0}})
    write_word_table(earlier, TABLE)
    mark = earlier / "longest.npy"
    mark.write_bytes(mark.read_bytes()[:-1] + b"\x07")

    write_word_table(tmp_path / "same", TABLE, earlier=earlier)
    write_word_table(tmp_path / "other", other, earlier=earlier)
    write_word_table(tmp_path / "alone", TABLE, earlier=tmp_path / "nothing")

    same, alone = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        for name in ("same", "alone")
    )
    assert [name for name in alone if same[name] != alone[name]] == ["longest.npy"]
    assert same.keys() == alone.keys()
    assert not mark.samefile(tmp_path / "same" / "longest.npy")
    assert read_word_table(tmp_path / "other") == other
    assert read_word_table(tmp_path / "alone") == TABLE


def test_nothing_of_the_forms_is_made_when_a_table_is_opened(kept):
    """They are mapped: opening takes as long, and as much memory, however many there are."""
    assert all(isinstance(forms, KeptForms) for forms in kept.forms.values())
    assert vars(kept).keys() == {"meanings", "forms"}


@pytest.mark.parametrize(
    "name",
    [
        *("beginnings", "begins", "forms-letters", "forms-starts", "group-starts", "groups"),
        *("hashes", "languages-letters", "languages-starts", "longest", "slots"),
        *("terms-letters", "terms-starts"),
    ],
)
def test_what_is_missing_or_does_not_fit_is_told(tmp_path, name):
    """By the name of a file."""
    write_word_table(tmp_path / "glossary", TABLE)
    path = tmp_path / "glossary" / f"{name}.npy"
    array = np.load(path)

    np.save(path, array[:-1])
    with pytest.raises(SnapshotCorrupt, match="glossary"):
        read_word_table(tmp_path / "glossary")
    path.unlink()
    with pytest.raises(SnapshotCorrupt, match=f"{name}.npy does not hold what it should"):
        read_word_table(tmp_path / "glossary")
    assert len([*(tmp_path / "glossary").iterdir()]) == 13
