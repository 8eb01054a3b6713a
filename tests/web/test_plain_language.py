"""What the site says is said in short sentences."""

from __future__ import annotations

from statistics import median

import pytest

from tests.web.plain_language import of_code, of_template, sentences, words

USUAL, MOST = 15, 30


@pytest.mark.parametrize(
    ("sentence", "n"),
    [
        ("The source gives no year.", 5),
        ("It's 1,200 firms, well-kept and so on (42%).", 8),
        ("“Words alone” is BM25.", 4),
    ],
)
def test_how_words_are_counted(sentence: str, n: int) -> None:
    assert words(sentence) == n


def test_how_sentences_of_a_template_are_counted() -> None:
    """A value is one word; branches and blocks of a page end a sentence; labels are none."""
    template = (
        "{# Not this one. #}<h1>A heading</h1><p>We <em>show</em> {{ n }} cases.{% if more %} "
        "There are more.{% else %} That is all.{% endif %}</p><p>See <a href='/x'>here</a></p>"
    )

    assert list(of_template(template)) == ["We show Xx cases.", "There are more.", "That is all."]


def test_how_sentences_of_code_are_counted() -> None:
    """Docstrings and names are none; what is filled in is one word."""
    source = '"""A docstring."""\nHELP = f"We show {n} cases. Look at them!"\nNAME = "a b c"\n'

    assert list(of_code(source)) == ["We show Xx cases.", "Look at them!"]


def test_sentences_are_short() -> None:
    """Fifteen words or fewer on the median, none over thirty: docs/plain-language.md."""
    found = sentences()

    assert len(found) > 400
    assert median(words(sentence) for _, sentence in found) <= USUAL
    assert [(path, one) for path, one in found if words(one) > MOST] == []
