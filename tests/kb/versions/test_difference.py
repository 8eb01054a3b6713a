"""What differs between two versions, word by word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.model.case_versions import Understood, Version
from kb.versions.difference import Line, Piece, difference, what_changed


def version(text: str) -> Version:
    """A version of which nothing but the file is known."""
    return Version(case_id="a/b", digest="", text=text.encode(), sources={}, labels={})


def same(text: str) -> Piece:
    return Piece(kind="same", text=text)


def deleted(text: str) -> Piece:
    return Piece(kind="deleted", text=text)


def inserted(text: str) -> Piece:
    return Piece(kind="inserted", text=text)


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ("One two", "One two three", [Line(pieces=(same("One two "), inserted("three")))]),
        (
            "They train together",
            "They in Spain train",
            [
                Line(
                    pieces=(
                        same("They "),
                        inserted("in Spain "),
                        same("train "),
                        deleted("together"),
                    )
                )
            ],
        ),
        ("a b c", "x y z", [Line(pieces=(deleted("a b c"), inserted("x y z")))]),
        ("One\nTwo", "One", [Line(unchanged=1), Line(pieces=(deleted("Two"),))]),
        ("One", "One\nTwo", [Line(unchanged=1), Line(pieces=(inserted("Two"),))]),
    ],
)
def test_words_are_marked(before: str, after: str, lines: list[Line]):
    """Deleted before inserted; texts with little in common stand one after the other."""
    (part,) = difference(version(before), version(after))

    assert (part.name, list(part.lines)) == ("text", lines)


def test_the_same_is_no_difference():
    """Other ends of lines say the same."""
    one, other = version("One\nTwo"), replace(version("One\r\n\r\nTwo\n"), case_id="c/d")

    assert difference(one, other) == ()
    assert what_changed(one, other) == "The file was written otherwise and says the same."


def test_texts_are_compared_as_they_are_read(searcher):
    """An entry of a list a line, links by their words; by their addresses where nothing else is."""
    case = replace(searcher.case("norway/metal-buyers"), body="See [one](../a.md).\n\n- a\n- b")

    def kept(body: str) -> Version:
        known = Understood(case=replace(case, body=body), references={}, terms={})
        return replace(version(body), understood=known)

    (more,) = difference(kept(case.body), kept("See [one](../b.md).\n\n- a\n- c\n- b"))
    (moved,) = difference(kept(case.body), kept("See [one](../b.md).\n\n- a\n- b"))
    (marks,) = difference(kept("*a*"), kept("**a**"))

    assert more.lines == (Line(unchanged=2), Line(pieces=(inserted("• c"),)), Line(unchanged=1))
    assert moved.lines == (
        Line(pieces=(same("See one "), deleted("(../a.md)."), inserted("(../b.md)."))),
        Line(unchanged=2),
    )
    assert marks.lines == (Line(pieces=(deleted("*a*"), inserted("**a**"))),)
    assert what_changed(kept("- a\n- b"), kept("- a\n- c")) == "One paragraph changed."


def test_very_long_texts_are_not_compared_word_by_word():
    """A paragraph of many words is shown as it was and as it is."""
    (part,) = difference(version("a " * 9_000 + "b"), version("a " * 9_000 + "c"))

    assert [piece.kind for piece in part.lines[0].pieces] == ["deleted", "inserted"]
