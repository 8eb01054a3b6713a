"""One document that is wrong in every way: each problem with its place, its rule, and its fix."""

from __future__ import annotations

from pathlib import Path

from kb.content.corpus import read_corpus

BROKEN = Path(__file__).parents[2] / "broken"

TITLE = (
    "A title that goes on and on, as if whoever wrote it were paid by the letter, and does not stop"
)
HORIZON = "a horizon that is told at such length that it does not fit in one column"

#: Line, column, rule, value and fix of each problem; the words are in ``test_check``.
PLACES = [
    (2, 1, 'missing-field', '', ''),
    (2, 8, 'text-too-long', TITLE, ''),
    (3, 0, 'repeated-field', 'title', ''),
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
    (66, 0, 'heading-too-high', '', ''),
    (70, 0, 'raw-html', '', ''),
    (72, 0, 'heading-not-in-form', '', ''),
    (72, 0, 'section-empty', '', ''),
    (74, 0, 'heading-repeated', '', ''),
    (76, 0, 'link-leads-nowhere', '', ''),
    (77, 0, 'link-leads-nowhere', '', ''),
    (77, 0, 'image-in-text', '', ''),
    (77, 0, 'link-broken', '', ''),
    (79, 0, 'link-leads-nowhere', '', ''),
]  # fmt: skip


def test_every_problem_has_its_place_its_rule_and_its_fix() -> None:
    """Nothing else is told, and a fix is there only where it is certain."""
    problems = read_corpus(BROKEN).problems

    assert [
        (one.line, one.column, one.rule, one.value, one.fix.what if one.fix else "")
        for one in problems
        if one.path == str(BROKEN / "everything-wrong.md")
    ] == PLACES
