"""Words as texts write them, by the stems that they are read as."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kb.text import surface as module
from kb.text.analysis import JOINING, LEADING, beginnings, plain, stem, terms
from kb.text.surface import TOLD, UNTOLD, Surface, surface

WORDS = "Wine wines WINE Québec two It co Small per 7th 2011 the R U organised organization".split()


def in_words(read: Surface, numbers: set[int]) -> set[str]:
    """The words that have some numbers."""
    return {read.words[one] for one in numbers}


def test_words_are_found_by_their_stems():
    """Each of the words that were read, whatever its letters; no others."""
    read = Surface()
    read.read((" ".join(WORDS),))

    assert len(read) == len(set(WORDS))
    assert set(read.words) == set(WORDS)
    for stem_of_word in {one for word in WORDS for one in terms(word)}:
        expected = {word for word in WORDS if stem_of_word in terms(word)}
        assert in_words(read, read.of_stems([stem_of_word])) == expected
    assert read.of_stems(["oak"]) == set()


def test_words_that_may_be_read_with_others_are_told():
    """By their plain forms: first parts, first words of names and of numbers; and figures."""
    read = Surface()
    read.read((" ".join(WORDS),))

    assert {read.words[one]: form for one, form in read.leading.items()} == {
        word: plain(word) for word in WORDS if plain(word) in LEADING
    }
    assert in_words(read, read.of_forms(["two", "it", "r"])) == {"two", "It", "R"}
    assert in_words(read, read.of_digits(["7", "201"])) == {"7th"}
    assert in_words(read, read.of_digits(["2011"])) == {"2011"}


def test_texts_are_written_in_the_numbers_of_their_words():
    """One text after the other, in order; behind each what its words do not tell."""
    read = Surface()
    texts = ("Oak, wine, oak.", "", "Wine of the U.S.", "30% oak", "re\u0301seau")

    written = read.read(texts)

    found = [[read.words[one] for one in of] for of in np.split(written.numbers, written.ends[:-1])]
    assert found == [
        ["Oak", "wine", "oak"], [], ["Wine", "of", "the", "U", "S", UNTOLD], ["30", "oak", "%"],
        ["re", "seau", UNTOLD],
    ]  # fmt: skip
    assert (written.numbers.dtype, written.ends.tolist()) == (np.int32, [3, 3, 9, 12, 15])
    assert read.read(tuple(texts)) is written
    assert in_words(read, read.of_forms([UNTOLD])) == {UNTOLD}


@pytest.mark.parametrize("wanted", ["co-operation", "30%", "7000000", "SMEs", "USA", "R&D", "wine"])
def test_every_beginning_is_among_those_that_are_told(wanted):
    """Otherwise a word that begins a name would not be seen."""
    assert beginnings(frozenset(terms(wanted))) <= TOLD
    assert JOINING <= TOLD


def test_threads_that_read_the_same_words_lose_none():
    """A word that is known is found by its stem, and has one number."""
    read, words = Surface(), [f"wine{'s' * (n % 2)}{n}" for n in range(400)]
    texts = [(" ".join(words[at : at + 40]),) for at in range(0, 400, 10)]
    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(read.read, texts))

    assert in_words(read, read.of_stems(stem for one in words for stem in terms(one))) == set(words)
    assert sorted(read.words) == sorted(words)
    for (text,), one in zip(texts, written, strict=True):
        assert [read.words[number] for number in one.numbers] == text.split()


def test_what_is_remembered_is_bounded(monkeypatch):
    """Where there are too many words all are forgotten, and who began goes on with the old ones."""
    monkeypatch.setattr(module, "MOST_WORDS", 3)
    monkeypatch.setattr(module, "MOST_WRITTEN", 1)
    monkeypatch.setattr(module, "_surface", Surface())
    old = surface()
    first = old.read(("one wine oak",))

    assert surface() is old
    old.read(("loom",))
    assert old.read(("one wine oak",)).numbers.tolist() == first.numbers.tolist()
    assert old.read(("one wine oak",)) is not first
    assert surface() is not old
    assert len(surface()) == 0
    assert in_words(old, old.of_stems([stem("wines")])) == {"wine"}


def test_a_word_of_a_text_is_read_as_the_text_is():
    """What stands alone in a text has the stems that it has by itself."""
    text = "Wines from Québec, organised well"
    read = Surface()
    read.read((text,))

    assert in_words(read, read.of_stems(terms(text))) == {"Wines", "Québec", "organised", "well"}
