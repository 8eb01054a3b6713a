"""What goes wrong in a file as it is typed."""

from __future__ import annotations

import pytest

from kb.content.as_typed import unseen, yaml_slips
from kb.content.checks.source import closed_early, half_conflicts
from kb.content.front_matter import FrontMatter
from kb.content.load import CaseFile, Draft, load_file
from kb.content.yaml_source import YamlTrouble, read_yaml, text_of
from kb.errors import Fix


def mended(text: str, fix: Fix) -> str:
    """A text after the edits of a fix."""
    lines = text.split("\n")
    begins = [sum(len(line) + 1 for line in lines[:n]) for n in range(len(lines) + 1)]
    for edit in reversed(fix.edits):
        start = begins[edit.line - 1] + edit.column - 1
        end = begins[edit.end_line - 1] + edit.end_column - 1
        text = text[:start] + edit.text + text[end:]
    return text


@pytest.mark.parametrize(
    ("yaml", "column", "lost"),
    [
        ("title: Network #1 of the bakers", 16, "'#1 of the bakers'"),
        ("locator: page #4 of the annex", 15, "'#4 of the annex'"),
        ("summary: Bakers\t#small", 17, "'#small'"),
        ("title: 'Network' #1", 18, "'#1'"),
        ("statement: Sales rose # by 30%", 23, "'# by 30%'"),
        ("who: bakers  #and millers", 14, "'#and millers'"),
        ("questions:\n  - Who pays #1?", 14, "'#1?'"),
        ("members: {who: x}\nregion: Graz #8010", 14, "'#8010'"),
    ],
)
def test_text_behind_a_hash_is_told(yaml: str, column: int, lost: str) -> None:
    """What YAML reads as a comment and was meant as text is told where it begins."""
    (slip,) = yaml_slips(yaml, first_line=2)

    assert (slip.rule, slip.column) == ("text-lost-after-hash", column)
    assert slip.line == 2 + yaml.count("\n")
    assert f"begins a comment: {lost} is lost" in slip.message


@pytest.mark.parametrize("yaml", ["title: Network #1 of the bakers", "locator: 'x'\nwho: a #2"])
def test_the_fix_puts_the_value_in_quotes(yaml: str) -> None:
    """The value in quotes holds what was lost."""
    (slip,) = yaml_slips(yaml)
    assert slip.fix is not None
    text = mended(yaml, slip.fix)

    assert list(yaml_slips(text)) == []
    assert list(read_yaml(text).value.values())[-1] == yaml.split(": ")[-1]


@pytest.mark.parametrize(
    "yaml",
    [
        "title: Network  # the name",
        "kind: network #the kind",
        "type: []  # see the vocabulary",
        "title: 'Network #1'",
        "# title: Network #1",
        "summary: >-\n  Network #1 of\n  the bakers #2",
        "title: C#1 and a#b",
        "value: 30 #per cent",
    ],
)
def test_a_comment_is_let_be(yaml: str) -> None:
    """A comment has room on both sides, or stands where no text is lost."""
    assert list(yaml_slips(yaml)) == []


@pytest.mark.parametrize(
    ("yaml", "field"),
    [
        (
            "role_model_for: [Small bakers, millers and cafes that want an oven]",
            "role_model_for[2]",
        ),
        ("teaching:\n  questions: [If the lathe fails, who pays the repair]", "questions[2]"),
        ("teaching: {questions: [Who pays, and when?]}", "questions[2]"),
        ("answers: [In Norway, Sweden and Denmark, who pays?]", "answers[3]"),
        (
            "role_model_for: [small bakers, millers and cafes that want an oven]",
            "role_model_for[2]",
        ),
        ('role_model_for: ["Bakers, too", Small millers, who want an oven]', "role_model_for[3]"),
        ("authors: [Doe, Jane]", "authors[2]"),
        ("members: {partners: [A bank in Graz, and its owners]}", "partners[2]"),
    ],
)
def test_a_sentence_cut_at_a_comma_is_told(yaml: str, field: str) -> None:
    """The half that the comma has cut off is named."""
    (slip,) = yaml_slips(yaml)
    assert (slip.rule, slip.field) == ("list-split-at-comma", field)


@pytest.mark.parametrize(
    "yaml",
    [
        'role_model_for: ["Small bakers, millers and cafes that want an oven"]',
        "role_model_for: [Small printers that want a press, Bakers that want an oven]",
        "role_model_for: [small printers that want a press, bakers that want an oven]",
        "role_model_for: ['Bakers', 'millers']",
        "role_model_for:\n  - Small bakers, millers and cafes",
        'answers: ["Who pays, and when?", "What, then?"]',
        'authors: ["Doe, Jane"]',
        "authors: [The bakers of Graz, The millers]",
        "members: {partners: [a bank, a research centre]}",
        "sectors: [food, furniture]",
        "questions: [{question: Who paid?, answer: the members., topic: money}]",
    ],
)
def test_entries_that_are_whole_are_let_be(yaml: str) -> None:
    """In quotes or on a line of its own an entry is whole."""
    assert list(yaml_slips(yaml)) == []


def _draft(text: str) -> Draft:
    draft, _ = load_file(CaseFile(id="norway/a", path="norway/a.md"), text.encode())
    assert draft is not None
    return draft


EARLY = "---\ntitle: Bakers\nkind: network\n---\n\nstatus: success\nregion: Graz\n---\n\nText.\n"


def test_fields_below_the_front_matter_are_told() -> None:
    """The line that closes too early is told, with what stands below; the fix takes it out."""
    (slip,) = closed_early(_draft(EARLY), FrontMatter.names())

    assert (slip.line, slip.rule) == (4, "front-matter-closed-early")
    assert "and status, region stand below it as text" in slip.message
    assert slip.fix is not None
    whole = _draft(mended(EARLY, slip.fix))
    assert [*whole.front_matter.value] == ["title", "kind", "status", "region"]
    assert whole.body == "Text."


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("status: success\n\nText.", "status stands"),
        ("related:\n  - a\n  - b\nstatus: success\n\nText.", "related, status stand"),
        ("\n\nregion: Graz\n", "region stands"),
        ("summary: >-\n  Text\n\n## Situation\n", "summary stands"),
    ],
)
def test_fields_that_nothing_closes_are_told(body: str, fields: str) -> None:
    """Where no further line closes them, how to mend it is not certain."""
    (slip,) = closed_early(_draft(f"---\ntitle: Bakers\n---\n{body}"), FrontMatter.names())
    assert f"and {fields} below it" in slip.message
    assert slip.fix is None


@pytest.mark.parametrize(
    "body", ["Text: more.", "## Situation\n\nstatus: success", "Status: open", "", "---\n\nText."]
)
def test_a_text_is_no_field(body: str) -> None:
    """Words and a colon at the beginning of a text are none, unless they name a field."""
    assert list(closed_early(_draft(f"---\ntitle: A\n---\n\n{body}"), FrontMatter.names())) == []


CONFLICT = "a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> other\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (CONFLICT, 2),
        (CONFLICT.replace("\n", "\r\n"), 2),
        ("text\n\n>>>>>>> other", 3),
        ("<<<<<<<\nx", 1),
        ("x\n||||||| a1b2c3d\ny", 2),
    ],
)
def test_what_a_merge_has_left_is_told(text: str, line: int) -> None:
    """Each file, of whatever kind, is refused at the first mark."""
    with pytest.raises(YamlTrouble, match="holds what a merge has left") as told:
        text_of(text.encode())
    assert (told.value.rule, told.value.line) == ("merge-conflict", line)


@pytest.mark.parametrize(
    "text", ["a <<<<<<< b", "<<<<<<<<< x", ">>>>>> quoted", "|||||||\n|---|", "> > > > > > > q"]
)
def test_signs_that_are_no_mark_are_let_be(text: str) -> None:
    """A mark is seven signs at the beginning of a line."""
    assert text_of(text.encode()) == text


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("One.\n\n=======\n\nTwo.", [3]),
        ("=======\n\nTwo.", [1]),
        ("One.\n\n=======", [3]),
        ("One.\n\n=======\n\nTwo.\n\n=======\n", [3, 7]),
        ("A heading\n=======\n", []),
        ("One.\n\n========\n", []),
        ("a ======= b", []),
        ("One.\n\n------\n", []),
    ],
)
def test_half_a_conflict_is_told(body: str, lines: list[int]) -> None:
    """The mark in the middle is told where the others are gone; a heading is none."""
    assert [one.line for one in half_conflicts(body)] == lines


@pytest.mark.parametrize(
    ("text", "line", "column", "code"),
    [
        ("Ba\u200bkers", 1, 3, "U+200B"),
        ("a\nBa\u00adkers", 2, 3, "U+00AD"),
        ("a \u2060b", 1, 3, "U+2060"),
        ("a\u200fb", 1, 2, "U+200F"),
        ("a\ufeffb", 1, 2, "U+FEFF"),
        ("a \x1b[31m", 1, 3, "U+001B"),
        ("a\x7f", 1, 2, "U+007F"),
        ("\ue000", 1, 1, "U+E000"),
    ],
)
def test_a_sign_that_nobody_sees_is_told(text: str, line: int, column: int, code: str) -> None:
    """It is told with its number, and the fix takes it out."""
    (slip,) = unseen(text)

    assert (slip.line, slip.column, slip.rule) == (line, column, "unseen-character")
    assert f"holds {code}" in slip.message
    assert slip.fix is not None
    assert list(unseen(mended(text, slip.fix))) == []


def test_a_letter_that_was_lost_has_no_fix() -> None:
    """Which letter it was, nobody knows."""
    (slip,) = unseen("G\ufffdteborg")
    assert (slip.column, slip.fix) == (2, None)


@pytest.mark.parametrize(
    "text", ["", "a\tb\n", "Māori, Göteborg, 東京", "“quotes” – dash…", "50\u00a0%", "🙂", "नमस्ते"]
)
def test_letters_of_all_scripts_are_let_be(text: str) -> None:
    """Letters, signs, spaces that do not break."""
    assert list(unseen(text)) == []
