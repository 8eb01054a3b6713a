"""A text as lines to compare: what a reader sees, an entry of a list a line."""

from __future__ import annotations

from kb.versions.plain import plain_lines

TEXT = """## What they did

They *bought* [machines](../norway/metal.md) and
sold them, see https://a.example/x.

- One [guide](/guides/a)
- Two

  with more
    - inner

3. three
4. four

| What | Which |
|---|---|
| A | `b` |

> Quoted & so
"""


def test_each_block_is_a_line() -> None:
    """Without marks and addresses; an entry of a list begins with a bullet."""
    assert plain_lines(TEXT) == (
        "What they did",
        "They bought machines and sold them, see https://a.example/x.",
        "• One guide",
        "• Two",
        "with more",
        "• inner",
        "• three",
        "• four",
        "What | Which",
        "A | b",
        "Quoted & so",
    )


def test_addresses_stand_behind_their_words() -> None:
    """Where asked for, and only where the words are another thing."""
    lines = plain_lines(TEXT, with_addresses=True)

    assert lines[1] == (
        "They bought machines (../norway/metal.md) and sold them, see https://a.example/x."
    )
    assert lines[2] == "• One guide (/guides/a)"


def test_nothing_is_no_line() -> None:
    """Of an empty text."""
    assert plain_lines("\n\n") == ()
