"""Words as texts write them, by the stems that they are read as."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from kb.text import surface as module
from kb.text.analysis import FIRST_OF_NAMES, JOINING, LEADING, beginnings, plain, stem, terms
from kb.text.surface import Surface, surface

WORDS = "Wine wines WINE Québec two It co Small per 7th 2011 the R U organised organization".split()


def test_words_are_found_by_their_stems():
    """Each of the words that were read, whatever its letters; no others."""
    read = Surface()
    read.read(WORDS)

    assert read.known == set(WORDS)
    assert [read.places[word] for word in read.words] == list(range(len(set(WORDS))))
    for stem_of_word in {one for word in WORDS for one in terms(word)}:
        expected = {word for word in WORDS if stem_of_word in terms(word)}
        assert read.of_stems([stem_of_word], set(WORDS)) == expected
    assert read.of_stems(["wine"], {"wines"}) == {"wines"}
    assert read.of_stems(["oak"], set(WORDS)) == set()


def test_words_that_may_be_read_with_others_are_told():
    """By their plain forms: first parts, first words of names and of numbers; and figures."""
    read = Surface()
    read.read(WORDS)

    assert read.leading == {word: plain(word) for word in WORDS if plain(word) in LEADING}
    assert read.beginning(["two", "it", "r"], set(WORDS)) == {"two", "It", "R"}
    assert read.beginning(["two", "it", "r"], {"It"}) == {"It"}
    assert read.numbers == {"7th", "2011"}


@pytest.mark.parametrize("wanted", ["co-operation", "30%", "7000000", "SMEs", "USA", "R&D", "wine"])
def test_every_beginning_is_among_those_that_are_told(wanted):
    """Otherwise a word that begins a name would not be seen."""
    assert beginnings(frozenset(terms(wanted))) <= FIRST_OF_NAMES
    assert JOINING <= FIRST_OF_NAMES


def test_threads_that_read_the_same_words_lose_none():
    """A word that is known is found by its stem."""
    read, words = Surface(), [f"wine{'s' * (n % 2)}{n}" for n in range(400)]
    some = [words[at : at + 40] for at in range(0, 400, 10)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(read.read, some))

    found = {word for one in words for word in read.of_stems(terms(one), set(words))}
    assert read.known == found == set(words)


def test_what_is_remembered_is_bounded(monkeypatch):
    """Where there are too many words all are forgotten, and who began goes on with the old ones."""
    monkeypatch.setattr(module, "MOST_WORDS", 3)
    monkeypatch.setattr(module, "_surface", Surface())
    old = surface()
    old.read(["one", "wine", "oak"])

    assert surface() is old
    old.read(["loom"])
    assert surface() is not old
    assert surface().known == set()
    assert old.of_stems([stem("wines")], {"wine"}) == {"wine"}


def test_a_word_of_a_text_is_read_as_the_text_is():
    """What stands alone in a text has the stems that it has by itself."""
    text = "Wines from Québec, organised well"
    read = Surface()
    read.read(re.findall(r"\w+", text))

    assert read.of_stems(terms(text), set(re.findall(r"\w+", text))) == {
        "Wines", "Québec", "organised", "well"
    }  # fmt: skip
