"""Names like one that was typed, against a slow comparison of every name."""

from __future__ import annotations

from difflib import get_close_matches

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from kb.text.similar_names import close_matches, similar_names

NAMES = ("france/wine-exporters", "norway/metal-buyers", "norway/textile-exporters")


@pytest.mark.parametrize(
    ("typed", "n", "expected"),
    [
        pytest.param("norway/metal-buyer", 1, NAMES[1:2], id="one letter short"),
        pytest.param("france/wine-exporter", 3, (NAMES[0], NAMES[2]), id="nearest first"),
        pytest.param("france/wine-exporter", 1, NAMES[:1], id="cut"),
        pytest.param("x", 3, (), id="far off"),
        pytest.param("", 3, (), id="empty"),
        pytest.param("y" * 9_999, 3, (), id="very long"),
        pytest.param("\x00\ud800", 3, (), id="no text"),
    ],
)
def test_the_most_similar_names_come_first(typed, n, expected):
    """Of names in any form: as a list, one by one, or the keys of a table."""
    assert similar_names(typed, NAMES, n) == expected
    assert similar_names(typed, iter(NAMES), n) == expected
    assert similar_names(typed, dict.fromkeys(NAMES, 7), n) == expected


@settings(derandomize=True, max_examples=60)
@given(
    typed=st.text("abc/-", max_size=6),
    names=st.lists(st.text("abc/-", min_size=1, max_size=6), unique=True, max_size=8),
)
def test_the_order_is_that_of_a_slow_comparison(typed, names):
    """By the share of letters that stay, from a half on; of equal ones the first."""
    shares = {name: Indel.normalized_similarity(typed, name) for name in names}
    enough = [name for name in names if round(shares[name], 9) >= 0.5]
    expected = sorted(enough, key=lambda name: -shares[name])

    assert similar_names(typed, names, 3) == tuple(expected[:3])


@settings(derandomize=True, max_examples=200)
@given(
    word=st.text("abc/-", max_size=12),
    names=st.lists(st.text("abc/-", max_size=12), max_size=12),
    n=st.integers(1, 3),
    cutoff=st.sampled_from((0.5, 0.6, 0.75, 1.0)),
)
def test_close_matches_are_those_of_the_standard_library(word, names, n, cutoff):
    """To the last one, and in its order, whatever is near."""
    assert close_matches(word, names, n, cutoff) == get_close_matches(word, names, n, cutoff)


def test_close_matches_of_long_words_are_those_of_the_standard_library():
    """Of more than two hundred letters difflib leaves out common ones."""
    names = [*NAMES, *(f"{name}-{'ab' * 150}" for name in NAMES)]
    for word in (*names, "norway/buyers" + "ba" * 140):
        assert close_matches(word, names) == get_close_matches(word, names)
