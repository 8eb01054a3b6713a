"""One document that is wrong in every way: each problem with its place, its rule, and its fix."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from kb.content.corpus import read_corpus
from kb.content.mending import edited

BROKEN = Path(__file__).parents[2] / "broken"

TITLE = (
    "A title that goes on and on, as if whoever wrote it were paid by the letter, and does not stop"
)
HORIZON = "a horizon that is told at such length that it does not fit in one column"

#: Line, column, rule, value and fix of each problem; the words are in ``test_check``.
PLACES = [
    (2, 1, 'missing-field', '', ''),
    (2, 8, 'text-too-long', TITLE, ''),
    (3, 1, 'repeated-field', 'title', ''),
    (4, 1, 'unknown-field', 'description', "call it 'summary'"),
    (6, 15, 'repeated-entry', 'Norway', 'take it out'),
    (6, 23, 'country-unknown', 'Qqqq', ''),
    (6, 29, 'country-unknown', '5', ''),
    (7, 8, 'word-not-in-vocabulary', 'horizontle', ''),
    (7, 27, 'repeated-entry', 'horizontal', 'take it out'),
    (9, 7, 'wrong-kind-of-value', '', ''),
    (10, 10, 'word-not-in-vocabulary', 'food, furniture', 'write [food, furniture]'),
    (12, 10, 'number-not-whole', '0', ''),
    (13, 7, 'empty-field', '', ''),
    (14, 14, 'word-not-in-vocabulary', 'roughly', ''),
    (15, 13, 'number-not-whole', 'many', ''),
    (16, 22, 'empty-field', '', ''),
    (16, 26, 'empty-field', 'null', ''),
    (17, 3, 'unknown-field', 'founder', ''),
    (18, 12, 'word-not-in-vocabulary', 'market', ''),
    (19, 9, 'period-ends-before-it-starts', '', ''),
    (19, 39, 'not-true-or-false', 'perhaps', ''),
    (19, 48, 'unknown-field', 'until', ''),
    (20, 9, 'wrong-kind-of-value', 'true', ''),
    (21, 9, 'wrong-kind-of-value', '', ''),
    (22, 11, 'names-itself', 'everything-wrong', ''),
    (22, 29, 'case-unknown', 'norway/nowhere', ''),
    (24, 3, 'unknown-field', 'question', "call it 'questions'"),
    (25, 14, 'our-reading-names-no-field', '', ''),
    (25, 14, 'our-reading-names-no-field', '', ''),
    (26, 8, 'day-malformed', '2024-13-45', ''),
    (28, 13, 'word-not-in-vocabulary', 'sails', ''),
    (28, 5, 'figure-without-unit', '', ''),
    (30, 16, 'word-not-in-vocabulary', 'sideways', ''),
    (31, 12, 'number-not-plain', 'about 30', ''),
    (32, 12, 'range-malformed', '', ''),
    (33, 13, 'number-not-plain', '.inf', ''),
    (34, 16, 'empty-field', '', ''),
    (37, 14, 'text-too-long', HORIZON, ''),
    (38, 5, 'wrong-kind-of-value', 'just a sentence', ''),
    (39, 5, 'missing-field', '', ''),
    (39, 5, 'missing-field', '', ''),
    (39, 13, 'wrong-kind-of-value', '', ''),
    (39, 5, 'result-source-missing', '', ''),
    (39, 5, 'figure-without-unit', '', ''),
    (41, 12, 'figure-not-in-statement', '30', ''),
    (42, 12, 'value-and-range', '', ''),
    (42, 13, 'figure-not-in-statement', '20', ''),
    (42, 17, 'figure-not-in-statement', '40', ''),
    (44, 5, 'unknown-field', 'amount', ''),
    (48, 11, 'unit-without-figure', 'percent', 'take it out'),
    (49, 16, 'word-not-in-vocabulary', '5', ''),
    (53, 13, 'result-source-not-listed', 'nobody', ''),
    (57, 10, 'source-unknown', 'doe-2010', ''),
    (59, 5, 'missing-field', '', ''),
    (60, 5, 'unknown-field', 'page', ''),
    (61, 1, 'unknown-field', 'tags', ''),
    (66, 3, 'heading-too-high', 'A heading of the first rank', ''),
    (70, 1, 'raw-html', '<b>', ''),
    (72, 4, 'heading-not-in-form', 'Conclusion', ''),
    (72, 4, 'section-empty', 'Conclusion', ''),
    (74, 4, 'heading-repeated', 'Situation', ''),
    (76, 7, 'link-leads-nowhere', 'javascript:alert(1', ''),
    (77, 66, 'link-leads-nowhere', '', ''),
    (77, 31, 'image-in-text', 'picture.png', ''),
    (77, 8, 'link-broken', '../norway/nowhere.md', ''),
    (79, 8, 'link-leads-nowhere', 'ftp://example.com', ''),
]  # fmt: skip


def test_every_problem_has_its_place_its_rule_and_its_fix() -> None:
    """Nothing else is told, and a fix is there only where it is certain."""
    problems = read_corpus(BROKEN).problems

    assert [
        (one.line, one.column, one.rule, one.value, one.fix.what if one.fix else "")
        for one in problems
        if one.path == str(BROKEN / "everything-wrong.md")
    ] == PLACES


HEAD = """---
title: {title}
kind: network
country: NO
type: [horizontal]
project: []
results: []
summary: Three printers in Norway bought a press together.
sources: [{{key: doe-2001, locator: p. 1}}]
{more}---
"""
TEXT = "\n## Situation\n\nThree firms shared one street.\n"


def _case(text: str = TEXT, *, title: str = "Three printers", more: str = "") -> str:
    return HEAD.format(title=title, more=more) + text


def _told(folder: Path, files: Mapping[str, str]) -> list[tuple[str, int, int, str, str]]:
    """File, line, column, rule and value of everything that is wrong in a small compendium."""
    for name in ("taxonomy.yaml", "sources.bib"):
        shutil.copy(BROKEN / name, folder)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return [
        (Path(one.path).relative_to(folder).as_posix(), one.line, one.column, one.rule, one.value)
        for one in read_corpus(folder).problems
    ]


TURNED = "\u202e"
#: A text of a case, from line 11 on, and the place of what is wrong in it.
TEXTS = {
    "first line": ("\n \t## Situation\n", (12, 6, "section-empty", "Situation")),
    "heading": ("\n## situation\n\nFirms met.\n", (12, 4, "heading-not-in-form", "situation")),
    "underlined": ("\na\n\n Situation\n---\n\na\n", (14, 2, "heading-underlined", "Situation")),
    "html": ("\nåå <br> a\n", (12, 4, "raw-html", "<br>")),
    "image": ("\nåå ![a](b.png)\n", (12, 4, "image-in-text", "b.png")),
    "link": ("\nåå [a](b.html)\n", (12, 8, "link-leads-nowhere", "b.html")),
    "link on the next line": ("\n[a](\nb.html)\n", (12, 3, "link-leads-nowhere", "b.html")),
    "broken": ("\na\n\n- [a](b.md#c) d\n", (14, 7, "link-broken", "b.md#c")),
    "part": ("\nSee [a](#nowhere).\n", (12, 9, "link-to-no-part", "#nowhere")),
    "differs": ("\nåå *b* ~~~c~~~ d\n", (12, 8, "markdown-differs-from-pull-request", "")),
    "placeholder": ("\na\n\n  - TODO: b\n", (14, 3, "placeholder-left", "- TODO: b")),
    "nothing": ("\na\n\n  TBD\n", (14, 3, "text-says-nothing", "TBD")),
    "conflict": ("\na\n\n=======\n\nb\n", (14, 1, "merge-conflict", "=======")),
    "turned": (f"\nåå {TURNED}a\n", (12, 4, "direction-turned", "")),
}


@pytest.mark.parametrize(("text", "place"), TEXTS.values(), ids=TEXTS)
def test_what_is_wrong_in_a_text_has_its_column(
    tmp_path: Path, text: str, place: tuple[int, int, str, str]
) -> None:
    """Columns of a text count characters of the file, its first line indented or not."""
    assert _told(tmp_path, {"norway/a.md": _case(text)}) == [("norway/a.md", *place)]


def test_a_sign_that_turns_the_direction_is_found_wherever_it_stands(tmp_path: Path) -> None:
    """In a value, as it is or as YAML writes it, on a later line of it, and in a comment."""
    more = (
        f'region: "a \\u202e b"\nauthors:\n  - >-\n    Doe,\n    {TURNED}Jane\n'
        f"form: []  # a comment {TURNED}\n"
    )
    told = _told(tmp_path, {"norway/a.md": _case(title=f"Three {TURNED}printers", more=more)})

    assert told == [
        ("norway/a.md", line, column, "direction-turned", "")
        for line, column in ((2, 14), (10, 12), (14, 5), (15, 23))
    ]
    path = tmp_path / "norway" / "a.md"
    problems = read_corpus(tmp_path).problems
    fixes = [one.fix for one in problems if one.fix]
    after = edited(path.read_text(), [edit for fix in fixes for edit in fix.edits])
    assert [one.fix is None for one in problems] == [False, True, False, False]
    assert after == path.read_text().replace(TURNED, "")


def test_fields_below_the_front_matter_are_told_once(tmp_path: Path) -> None:
    """The last of them is no heading, though it stands above a line of signs."""
    more = "---\n\nregion: Oslo\nstatus: success\n"

    assert _told(tmp_path, {"norway/a.md": _case(more=more)}) == [
        ("norway/a.md", 10, 1, "front-matter-closed-early", "")
    ]


def test_a_field_that_is_given_again_has_its_column(tmp_path: Path) -> None:
    """Each repetition has its own place, in brackets too."""
    more = "region: Oslo\nregion: Oslo\nmembers: {who: printers, count: 3, count: 4}\nregion: b\n"

    assert _told(tmp_path, {"norway/a.md": _case(more=more)}) == [
        ("norway/a.md", 11, 1, "repeated-field", "region"),
        ("norway/a.md", 12, 36, "repeated-field", "count"),
        ("norway/a.md", 13, 1, "repeated-field", "region"),
    ]


def test_what_is_wrong_among_files_has_its_column(tmp_path: Path) -> None:
    """Titles, earlier ids, days, sources of the case's own, and cases that were withdrawn."""
    work = "{key: own, locator: p. 1, work: {title: A, year: 2001}}"
    gone = "withdrawn: {day: 2020-01-02, reason: The firm asked us to.}\n"
    files = {
        "norway/a.md": _case(more="aliases: [norway/old]\n"),
        "norway/b.md": _case(more="aliases:\n  - norway/c\n  - norway/old\n"),
        "norway/c.md": _case(title="C", more="related: [norway/a, norway/d]\n"),
        "norway/d.md": _case(title="D", more=gone),
        "norway/e.md": _case("\nSee [it](d.md) there.\n", title="E"),
        "norway/f.md": _case(title="F", more="changes: [{day: 2999-01-02, what: All of it.}]\n"),
        **{
            f"norway/{name}.md": _case(title=name).replace("{key: doe-2001, locator: p. 1}", work)
            for name in "gh"
        },
    }

    assert _told(tmp_path, files) == [
        ("norway/b.md", 2, 8, "title-not-unique", "Three printers"),
        ("norway/b.md", 11, 5, "alias-is-a-document", "norway/c"),
        ("norway/b.md", 12, 5, "alias-in-two-cases", "norway/old"),
        ("norway/c.md", 10, 21, "names-withdrawn-case", "norway/d"),
        ("norway/e.md", 12, 10, "names-withdrawn-case", "d.md"),
        ("norway/f.md", 10, 17, "day-in-the-future", "2999-01-02"),
        ("norway/h.md", 9, 17, "source-key-taken", "own"),
    ]


def test_years_and_days_ahead_are_told_each_with_its_place(tmp_path: Path) -> None:
    """When it was added, reread, began and brought a result; an end may lie ahead of it."""
    result = (
        "results: [{metric: sales, level: output, direction: up, statement: Sales rose., "
        "locator: p. 1, year: 2097}]"
    )
    more = (
        "added: 2098-01-02\nverified: {day: 2098-01-03, source: doe-2001}\n"
        "period: {from: 2096, to: 2099}\n"
    )
    ahead = {
        "norway/a.md": _case(more=more).replace("results: []", result),
        "norway/b.md": _case(title="B", more="period: {from: 2000, to: 2099}\n"),
        "norway/c.md": _case(title="C", more="period: {from: 2999}\n"),
    }

    assert _told(tmp_path, ahead) == [
        ("norway/a.md", 7, 102, "day-in-the-future", "2097"),
        ("norway/a.md", 10, 8, "day-in-the-future", "2098-01-02"),
        ("norway/a.md", 11, 17, "day-in-the-future", "2098-01-03"),
        ("norway/a.md", 12, 16, "day-in-the-future", "2096"),
        ("norway/c.md", 10, 16, "year-implausible", "2999"),
    ]


#: A file beside the cases, and the place and the rule of what its line 2 is told of.
BESIDE = {
    "site.yaml": ("name: A\nshort_title: Network #1 of all\n", 22, "text-lost-after-hash"),
    "wanted.yaml": (f"wanted:\n  - text: A {TURNED}b\n", 13, "direction-turned"),
    "tools/a.yaml": ("title: A\nintro: a\u200bb\n", 9, "unseen-character"),
    "packs/a.yaml": (
        "title: A\nquestions: [If it fails, who pays the repair]\n", 26, "list-split-at-comma",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BESIDE)
def test_what_is_lost_as_it_is_typed_is_told_beside_the_cases_too(
    tmp_path: Path, name: str
) -> None:
    """Comments that were meant as text, commas that split, and signs that nobody sees."""
    text, column, rule = BESIDE[name]
    told = _told(tmp_path, {"norway/a.md": _case(), name: text})

    assert [one[1:4] for one in told if one[0] == name and one[3] == rule] == [(2, column, rule)]


#: Bytes of a file that cannot be read as a case, and the place of what keeps it from that.
UNREADABLE = {
    "not UTF-8": (b"---\ntitle: \xc3\xa5\xe5\n---\n", (2, 9, "file-not-utf-8")),
    "NUL": (b"---\ntitle: \xc3\xa5\x00\n---\n", (2, 9, "file-not-text")),
    "merge": (b"---\na: b\n<<<<<<< HEAD\n---\n", (3, 1, "merge-conflict")),
    "tag": (b"---\na:\n  b: !!python/x c\n---\n", (3, 6, "yaml-tag")),
    "key": (b"---\na:\n  [b]: c\n---\n", (3, 3, "yaml-key")),
    "unreadable": (b'---\na: b\nc: ["\\ud800"]\n---\n', (3, 5, "yaml-value-unreadable")),
}


@pytest.mark.parametrize(("data", "place"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_keeps_a_file_from_being_read_has_its_column(
    tmp_path: Path, data: bytes, place: tuple[int, int, str]
) -> None:
    """Even of a file that is no case the place is told that has to be mended."""
    path = tmp_path / "a.md"
    path.write_bytes(data)
    (told,) = read_corpus(path, vocabulary=BROKEN).problems

    assert (told.line, told.column, told.rule) == place
