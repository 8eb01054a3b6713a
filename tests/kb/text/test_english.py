"""How common English words are."""

from __future__ import annotations

import numpy as np
import pytest

from kb.text.english import (
    Frequencies,
    english,
    frequencies_in,
    how_common,
    is_english_word,
    key,
    keys,
)


@pytest.mark.parametrize(
    ("word", "zipf"),
    [("the", 7.6), ("hotel", 5.7), ("Hotel", 5.7), ("winery", 3.7), ("vino", 3.2), ("redes", 0.0)],
)
def test_a_word_is_as_common_as_the_list_says(word, zipf):
    """In any case, to a tenth; a word that is not there has nothing."""
    assert round(how_common(word), 1) == zipf
    assert is_english_word(word) is (zipf > 0)


def test_accents_do_not_count():
    """The list has none: "cafés" stands there as "cafes"."""
    assert how_common("cafés") == how_common("CAFES") > 3


def test_the_list_has_its_words():
    """Nearly every number is that of one word."""
    assert len(english()) == 82_834
    assert len(np.unique(english().keys)) == 82_834


def test_a_word_has_the_same_number_everywhere():
    """It is written into files that other machines read."""
    assert key("network") == 6_954_832_966_294_110_987
    assert keys(["network", ""]).tolist() == [key("network"), key("")]


def test_a_list_is_read_as_word_for_word():
    """The quick way, all words side by side, gives what each word gives by itself."""
    text = "\ufefftreasure 23135851162\nof 13151942776\ncafé 7\na 300000\n"
    counted = {"treasure": 23135851162, "of": 13151942776, "café": 7, "a": 300000}

    found, expected = frequencies_in(text.encode()), Frequencies.of(counted)

    assert found.keys.tolist() == expected.keys.tolist()
    assert found.zipf.tolist() == expected.zipf.tolist()
    assert (found.keys.dtype, found.zipf.dtype) == (np.uint64, np.float32)


def test_frequencies_of_counted_words():
    """A word that is one of ten stands a hundred million times among a thousand million."""
    counted = Frequencies.of({"wine": 9, "fish": 1})

    assert counted.of_keys(keys(["fish", "meat", "wine"])).tolist() == pytest.approx(
        [8.0, 0.0, 8.954242]
    )
    assert Frequencies.of({}).of_word("wine") == 0.0
