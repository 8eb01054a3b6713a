"""How an answer is cut into parts: nothing is lost, and nothing stands twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.assistants.budget import (
    MOST_TOKENS,
    Answer,
    Block,
    clipped,
    parts_of,
    pieces,
    tokens_of,
    tokens_of_data,
)


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("a b c", 3, "a b c"),
        ("a b c", 2, "a b …"),
        ("  a\n b ", 5, "a b"),
        ("", 5, ""),
        ("a b", 0, " …"),
    ],
)
def test_a_text_is_clipped_after_a_word(text, most, shown):
    """Three dots say that there was more."""
    assert clipped(text, most) == shown


def test_a_short_answer_is_one_part():
    """It has no number, and names no part after it."""
    answer = Answer(text="Head", data={"total": 1}, blocks=(Block(text="One"),), lists=("hits",))
    (part,) = parts_of(answer)

    assert part.text == "Head\n\nOne"
    assert part.data == {"total": 1, "hits": []}
    assert part.next is None


def test_a_long_answer_names_its_next_part():
    """Each part has the head, its number and the number of the next one, the last has none."""
    blocks = tuple(Block(text="word " * 800, under="hits", data=({"n": n},)) for n in range(5))
    parts = parts_of(Answer(text="Head", data={}, blocks=blocks, lists=("hits",)))

    assert [(part.number, part.of, part.next) for part in parts] == [
        (1, 2, 2),
        (2, 2, None),
    ]
    assert [part.data["hits"] for part in parts] == [
        [{"n": 0}, {"n": 1}, {"n": 2}, {"n": 3}],
        [{"n": 4}],
    ]
    assert "For the next part, ask the same with part=2." in parts[0].text
    assert [part.data["next"] for part in parts] == [2, None]


@given(st.lists(st.text(alphabet="ab .é語9\n", max_size=4_000), max_size=12))
def test_no_part_costs_more_than_it_may(texts):
    """Whatever is told, and however long a word of it is."""
    blocks = tuple(Block(text=text) for text in texts)
    parts = parts_of(Answer(text="Head", data={"a": 1}, blocks=blocks))
    costs = [tokens_of(part.text) + tokens_of_data(dict(part.data)) for part in parts]

    assert max(costs) <= MOST_TOKENS
    assert sum(part.text.count("語") for part in parts) == sum(map(lambda t: t.count("語"), texts))


def test_a_long_text_is_cut_after_a_sentence():
    """The pieces are the text again."""
    text = " ".join(f"This is sentence number {n}." for n in range(1_000))
    cut = list(pieces(text))

    assert len(cut) > 1
    assert " ".join(cut) == text
    assert {piece[-1] for piece in cut} == {"."}
