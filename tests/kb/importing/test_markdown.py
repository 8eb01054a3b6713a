"""Markdown that nobody here wrote: front-matter in any format, text as a case may hold it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.importing.foreign import Unreadable
from kb.importing.markdown import clean, read_markdown
from kb.text.body import body_problems


@pytest.mark.parametrize(
    ("front", "place"),
    [
        ("---\ntitle: Bakers\nextra:\n  team: Ovens\n---\n", "a.md:4"),
        ('+++\ntitle = "Bakers"\n[extra]\nteam = "Ovens"\n+++\n', "a.md:4"),
        ('{\n "title": "Bakers",\n "extra": {"team": "Ovens"}\n}\n', "a.md:4"),
    ],
    ids=["yaml", "toml", "json"],
)
def test_front_matter_in_any_format(tmp_path: Path, front: str, place: str) -> None:
    """The fields are the same, those in others have names with a dot, and each has its line."""
    path = tmp_path / "a.md"
    path.write_text(f"{front}\n# Bakers\n\nThey bought an oven.\n")
    story = read_markdown(path, "a.md")

    assert story.cells["title"].value == "Bakers"
    assert (story.cells["extra.team"].value, story.text) == ("Ovens", "They bought an oven.")
    if not front.startswith("{"):
        assert story.cells["extra.team"].place == place


def test_a_file_without_front_matter(tmp_path: Path) -> None:
    """Its first heading and its name say what it is called, and a day in the name is a day."""
    path = tmp_path / "2014-05-03-five_bakers.md"
    path.write_bytes("# Fünf Bäcker\n\nSie kauften.\n".encode("cp1252"))
    story = read_markdown(path, path.name)

    assert story.cells["(first heading)"].value == "Fünf Bäcker"
    assert story.cells["(date in the name of the file)"].value == "2014-05-03"
    assert [note.why for note in story.notes] == [
        "It is not UTF-8 and was read as cp1252; look at its accents."
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("---\na: [1\n---\nText", "has front-matter on line 2 that is not YAML: "),
        ("+++\na = \n+++\nText", "has front-matter that is no TOML: "),
        ("---\n- a\n- b\n---\nText", "has front-matter that is no list of fields."),
        ("a\0b" * 9 + "x" * 99, "is no text: it holds NUL bytes."),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """It says what is wrong, and where."""
    path = tmp_path / "a.md"
    path.write_text(text)
    with pytest.raises(Unreadable) as error:
        read_markdown(path, "a.md")

    assert str(error.value)[: len(told)] == told


#: Foreign Markdown, what becomes of it, and what is told, each with its line.
TEXTS = {
    "headings begin at the second level": ("### A\n\nx\n\n#### B", "## A\n\nx\n\n### B", []),
    "underlined headings": ("A\n===\n\nx\n\nB\n---\n\ny", "x\n\n## B\n\ny", []),
    "a sign without a space is no heading": ("#1 reason\n\nx", "\\#1 reason\n\nx", []),
    "html becomes markdown": (
        "<p>A <b>bold</b> <a href='https://x.org/'>link</a><br>next</p>",
        "A **bold** [link](https://x.org/)  \nnext",
        [],
    ),
    "what is no element stays text": ("A Vec<T> and x < y.", "A Vec&lt;T> and x < y.", []),
    "code stays as it is": (
        "```html\n<p>{{ x }}</p>\n```\n\nand `<b>` too",
        "```html\n<p>{{ x }}</p>\n```\n\nand `<b>` too",
        [],
    ),
    "a comment is nothing": ("a<!-- b -->c", "ac", []),
    "images are told": (
        "x\n\n![Our oven](img/oven.png)\n\ny",
        "x\n\ny",
        [("a.md:3", "an image is not taken; it shows: Our oven.")],
    ),
    "scripts are told": (
        "x\n<script>alert(1)</script>\ny",
        "x\n\ny",
        [("a.md:2", "what is embedded or runs is not taken.")],
    ),
    "templates are told": (
        "x {% include a.html %} y",
        "x  y",
        [("a.md:1", "a template of the site is not taken.")],
    ),
    "an item of what is not taken is none": (
        "- a\n- {% include a.html %}\n- ![](b.png)\n- <iframe src='x'></iframe>\n- c",
        "- a\n\n- c",
        [
            ("a.md:4", "what is embedded or runs is not taken."),
            ("a.md:2", "a template of the site is not taken."),
            ("a.md:3", "an image is not taken."),
        ],
    ),
    "an item that holds more stays": (
        "1. {{ x }} and y\n2. {{ x }}",
        "1.  and y",
        [
            ("a.md:1", "a template of the site is not taken."),
            ("a.md:2", "a template of the site is not taken."),
        ],
    ),
    "a link into the site keeps its words": (
        "see [us](/about) and [y][z]\n\n[z]: ../z.html",
        "see us and y",
        [("a.md:3", None), ("a.md:1", None)],
    ),
    "a javascript link keeps its words": (
        "[x](javascript:alert(1))",
        "x)",
        [("a.md:1", None)],
    ),
    "what turns the direction is taken out": (
        "a\u202eb",
        "ab",
        [("a.md:1", "invisible signs were taken out.")],
    ),
    "footnotes stay": ("x[^1]\n\n[^1]: A note", "x[^1]\n\n[^1]: A note", []),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_cleaned(name: str) -> None:
    """What a case may hold stays; everything else is told with its line."""
    text, wanted, told = TEXTS[name]
    cleaned = clean(text, "a.md")

    assert cleaned.text == wanted
    assert [note.place for note in cleaned.notes] == [place for place, _ in told]
    assert all(why in (None, note.why) for note, (_, why) in zip(cleaned.notes, told, strict=True))


def test_links_are_whole_where_the_site_is_known() -> None:
    """With the address of the site, a link within it leads there."""
    cleaned = clean("[us](/about) [x](img/../y.html)", "a.md", base="https://example.org/blog/")

    assert cleaned.text == "[us](https://example.org/about) [x](https://example.org/blog/y.html)"


@given(text=st.text(st.sampled_from("<>[]()!#`*_-=|{}%a1 \n/\"'\\:.\t\u202e&"), max_size=80))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_whatever_is_cleaned_holds_no_html(text: str) -> None:
    """Of any text what comes out has no raw HTML and no heading of the first level."""
    cleaned = clean(text, "a.md").text
    told = [message for _, message in body_problems(cleaned or "x", "a/b", headings=None)]

    assert [one for one in told if "raw HTML" in one or "must start at" in one] == []
