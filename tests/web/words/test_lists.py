"""Lists and counts inside sentences."""

import pytest

from web.words.lists import count_words, cut, listed


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((), ""),
        (("wine",), "wine"),
        (("wine", "oil"), "wine and oil"),
        (("wine", "oil", "bread"), "wine, oil and bread"),
    ],
)
def test_a_list_is_one_phrase(words: tuple[str, ...], text: str):
    """Commas between words, and a word before the last."""
    assert listed(words) == text


def test_words_with_commas_stand_apart_otherwise():
    """Another word before the last, and another mark between, can be asked for."""
    words = iter(("food, drink", "wood", "metal"))

    assert listed(words, "or", apart="; ") == "food, drink; wood or metal"


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 cases"), (1, "1 case"), (2, "2 cases"), (1234, "1,234 cases")]
)
def test_a_count_has_its_noun(count: int, text: str):
    """One of something, or several; thousands are set off."""
    assert count_words(count, "case", "cases") == text


def test_a_text_is_cut_at_a_word():
    """A text that is too long ends in an ellipsis, without the mark before it."""
    assert cut("sell wine, together", 12) == "sell wine…"
    assert cut("sell", 4) == "sell"
    assert cut("internationally", 6) == "inter…"
