"""What a case is as a whole: the length of its text, and its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.content.checks.whole import folder_complaints, length_complaints
from kb.content.taxonomy import load_taxonomy
from tests.toy import ROOT


@pytest.fixture(name="taxonomy", scope="module")
def _taxonomy():
    return load_taxonomy(Path(ROOT) / "cases" / "taxonomy.yaml")


def body(*words: int) -> str:
    """A text with so many words in each of its sections."""
    headings = ("Situation", "The network", "What they did together")
    parts = (f"## {name}\n\n{'word ' * n}\n" for name, n in zip(headings, words, strict=False))
    return "\n".join(parts)


@pytest.mark.parametrize(
    ("kind", "words", "told"),
    [
        ("network", (100, 300), []),
        ("network", (200, 495), []),
        ("network", (200, 300, 600), [
            (9, "text-long", "the text has 1,110 words, and 150 to 400 are best; cut "
             "some, beginning with 'What they did together', which has 600.")]),
        ("network", (1_500, 600), [
            (1, "text-too-long", "the text must have 2,000 words or fewer, not 2,105: cut 105, "
             "beginning with 'Situation', which has 1,500. 150 to 400 are best.")]),
        ("guide", (800, 900), []),
        ("guide", (800, 1_200), [
            (5, "text-long", "the text has 2,005 words, and 400 to 1,200 are best; cut "
             "some, beginning with 'The network', which has 1,200.")]),
        ("guide", (5_000,), [
            (1, "text-too-long", "the text must have 5,000 words or fewer, not 5,002: cut 2, "
             "beginning with 'Situation', which has 5,000. 400 to 1,200 are best.")]),
    ],
)  # fmt: skip
def test_a_text_is_as_long_as_readers_read(taxonomy, kind, words, told) -> None:
    """Above a length one is asked to cut, above another one must; the longest part is named."""
    found = list(length_complaints(body(*words), {"kind": kind}, taxonomy))

    assert [(one.line, one.rule, one.message) for one in found] == told


def test_a_text_without_headings_is_counted_too(taxonomy) -> None:
    """There is no section to begin with."""
    found = list(length_complaints("word " * 800, {"kind": "network"}, taxonomy))

    assert [one.message for one in found] == [
        "the text has 800 words, and 150 to 400 are best; cut some."
    ]


@pytest.mark.parametrize(
    ("case_id", "country", "told"),
    [
        ("norway/bakers", "NO", ""),
        ("norway/bakers", ["Sweden", "Norway"], ""),
        ("norway/valley/bakers", "Norwegian", ""),
        ("united-kingdom/bakers", "GB", ""),
        ("international/bakers", ["NO", "SE"], ""),
        ("first-programme/bakers", "NO", ""),
        ("norway", "SE", ""),
        ("norway/bakers", [], ""),
        ("sweden/bakers", "NO", "is Norway, and the case stands in the folder of another country, "
                                "sweden; correct one of the two."),
        ("sweden/bakers", ["DK", "Norway"], "is Denmark and Norway, and the case stands in the "
                                            "folder of another country, sweden; correct one of the "
                                            "two."),
    ],
)  # fmt: skip
def test_the_folder_of_a_country_holds_its_cases(taxonomy, case_id, country, told) -> None:
    """A folder that is no country holds what it likes; a country that is none is told elsewhere."""
    found = list(folder_complaints(case_id, {"country": country}, taxonomy))

    assert [one.message for one in found] == ([told] if told else [])
