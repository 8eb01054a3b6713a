"""Titles and descriptions are as long as they are shown, and end at a word."""

import pytest

from kb.model.site import Site
from web.words.titles import page_description, page_title

SITE = Site(
    name="Compendium of Business Networks",
    small="Compendium of",
    description="Case studies of small firms that work together, and where it is written.",
)
LONG = "Fifteen makers of furniture from three islands sell and export all of it together"


@pytest.mark.parametrize(
    ("words", "number", "title"),
    [
        ("Norway", "", "Norway — Compendium of Business Networks"),
        (
            "Norway — Compendium of Business Networks",
            "",
            "Norway — Compendium of Business Networks",
        ),
        ("Norway", "page 2", "Norway, page 2 — Compendium of Business Networks"),
        (LONG[:40], "", "Fifteen makers of furniture from three i — Business Networks"),
        (LONG[:46], "", "Fifteen makers of furniture from three islands"),
        (LONG, "", "Fifteen makers of furniture from three islands sell and export…"),
        (LONG, "page 12", "Fifteen makers of furniture from three islands sell and…, page 12"),
        ("Compendium of Business Networks", "", "Compendium of Business Networks"),
        ("Compendium of Business Networks: a", "", "Compendium of Business Networks: a"),
    ],
)
def test_a_title(words, number, title):
    """The whole name of the site, its end, or none, as there is room; the page is never cut."""
    assert page_title(words, SITE, number) == title
    assert len(title) <= 65
    assert page_title(title, SITE) == title


def test_a_description():
    """A short one goes on with that of the site; a long one ends with a sentence, or a word."""
    few, sentence = (
        "Firms of one trade.",
        "They bought wood together for ten years and sold it abroad.",
    )
    two = f"{sentence} {sentence}"

    assert page_description(few, SITE) == f"{few} {SITE.description}"
    assert page_description(f"  {two} \n", SITE) == two
    assert page_description(f"{two} {sentence}", SITE) == two
    assert page_description("word " * 60, SITE) == f"{'word ' * 31}word"[:159].rstrip() + "…"
    assert page_description(SITE.description, SITE) == SITE.description
