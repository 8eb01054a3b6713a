"""Cases in the styles that scholars write in: one by one, and as a bibliography."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.citations.items import Item
from kb.citations.styles import STYLES, bibliography, cited
from kb.model.cases import Name

SITE = "Compendium of Business Networks"
#: A case as it is cited: by the compendium, with a version.
CASE = Item(
    key="norway:graphic-arts",
    kind="report",
    title="A network of graphic arts firms",
    authors=(Name(family=SITE, is_organisation=True),),
    date="2026-11-28",
    publisher=SITE,
    language="en",
    version="1a2b3c4d5e6f",
    url="https://example.org/cases/norway/graphic-arts@1a2b3c4d5e6f",
    accessed="2026-11-29",
    note="The newest text: https://example.org/cases/norway/graphic-arts",
)
#: The same without what is not known of it.
BARE = replace(
    CASE, date="", version="", url="https://example.org/cases/norway/graphic-arts", note=""
)
#: By people.
PEOPLE = replace(
    CASE,
    authors=(Name(family="Doe", given="Jane Ann"), Name(family="van der Berg", given="Anna")),
)
ADDRESS = "https://example.org/cases/norway/graphic-arts"


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (
            "apa",
            f"{SITE}. (2026). A network of graphic arts firms (Version 1a2b3c4d5e6f). "
            f"{ADDRESS}@1a2b3c4d5e6f",
        ),
        (
            "chicago",
            f"{SITE}. 2026. A Network of Graphic Arts Firms. Version 1a2b3c4d5e6f. "
            f"{ADDRESS}@1a2b3c4d5e6f.",
        ),
        (
            "harvard",
            f"{SITE} (2026) A network of graphic arts firms (Version 1a2b3c4d5e6f). Available at: "
            f"{ADDRESS}@1a2b3c4d5e6f (Accessed: 29 November 2026).",
        ),
        (
            "mla",
            f"{SITE}. A Network of Graphic Arts Firms. Version 1a2b3c4d5e6f, 28 Nov. 2026, "
            f"{ADDRESS}@1a2b3c4d5e6f.",
        ),
    ],
)
def test_a_case_in_each_style(style: str, text: str) -> None:
    """By the compendium, which is named once; its version, and the day where the style has it."""
    assert cited(CASE, style) == text


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (
            "apa",
            f"{SITE}. (n.d.). A network of graphic arts firms. Retrieved November 29, 2026, from "
            f"{ADDRESS}",
        ),
        (
            "chicago",
            f"{SITE}. n.d. A Network of Graphic Arts Firms. Accessed November 29, 2026. {ADDRESS}.",
        ),
        (
            "harvard",
            f"{SITE} (no date) A network of graphic arts firms. Available at: {ADDRESS} "
            "(Accessed: 29 November 2026).",
        ),
        ("mla", f"{SITE}. A Network of Graphic Arts Firms. {ADDRESS}. Accessed 29 Nov. 2026."),
    ],
)
def test_a_case_of_no_known_day(style: str, text: str) -> None:
    """Nothing is invented: no date is said in the style's way, and the day of access is given."""
    assert cited(BARE, style) == text


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (
            "apa",
            "Doe, J. A., & van der Berg, A. (2026). A network of graphic arts firms (Version "
            f"1a2b3c4d5e6f). {SITE}. {ADDRESS}@1a2b3c4d5e6f",
        ),
        (
            "chicago",
            "Doe, Jane Ann, and Anna van der Berg. 2026. A Network of Graphic Arts Firms. Version "
            f"1a2b3c4d5e6f. {SITE}. {ADDRESS}@1a2b3c4d5e6f.",
        ),
        (
            "harvard",
            "Doe, J.A. and van der Berg, A. (2026) A network of graphic arts firms (Version "
            f"1a2b3c4d5e6f). {SITE}. "
            f"Available at: {ADDRESS}@1a2b3c4d5e6f (Accessed: 29 November 2026).",
        ),
        (
            "mla",
            "Doe, Jane Ann, and Anna van der Berg. A Network of Graphic Arts Firms. Version "
            f"1a2b3c4d5e6f, {SITE}, 28 Nov. 2026, {ADDRESS}@1a2b3c4d5e6f.",
        ),
    ],
)
def test_a_case_by_people(style: str, text: str) -> None:
    """Initials where the style makes them, and whole names where it does not."""
    assert cited(PEOPLE, style) == text


@pytest.mark.parametrize(
    "version", ["000000000000", "123456789012", "abcdefabcdef", "1e2e3e4e5e6e"]
)
@pytest.mark.parametrize("style", ["apa", "chicago", "mla"])
def test_a_version_is_one_version(style: str, version: str) -> None:
    """However many digits it has, it is called a version, in its own letters."""
    assert f"Version {version}" in cited(replace(CASE, version=version), style)


@pytest.mark.parametrize("style", STYLES)
def test_a_range_of_days_keeps_its_year(style: str) -> None:
    """May to July 2003 is cited with its year in every style."""
    assert "2003" in cited(replace(CASE, date="2003-05/2003-07"), style)


def _list(style: str) -> tuple[str, ...]:
    b = replace(CASE, key="b", title="Bakers", version="b" * 12, url="https://example.org/b")
    a = replace(CASE, key="a", title="Artisans", version="a" * 12, url="https://example.org/a")
    old = replace(a, date="2010-01-02", title="Coopers", url="https://example.org/c")
    none = replace(BARE, key="n", title="Nailers", url="https://example.org/n")
    other = replace(none, key="o", title="Oilers", url="https://example.org/o")
    return bibliography((b, none, a, old, a, other), style)


@pytest.mark.parametrize(
    ("style", "years"),
    [
        ("apa", ["(2010)", "(2026a)", "(2026b)", "(n.d.-a)", "(n.d.-b)"]),
        ("chicago", ["2010.", "2026a.", "2026b.", "n.d.-a.", "n.d.-b."]),
        ("harvard", ["(2010)", "(2026a)", "(2026b)", "(n.d.-a)", "(n.d.-b)"]),
        ("mla", ["2010", "2026", "2026", "", ""]),
    ],
)
def test_works_of_one_author_and_year_are_told_apart(style: str, years: list[str]) -> None:
    """A list is in order of author, year and title, each once; letters where two clash."""
    texts = _list(style)

    titles = ["Coopers", "Artisans", "Bakers", "Nailers", "Oilers"]
    assert len(texts) == len(titles)
    assert [one for one, title in zip(texts, titles, strict=True) if title not in one] == []
    assert [one for one, year in zip(texts, years, strict=True) if year not in one] == []
    assert ("2026a" in " ".join(texts)) is STYLES[style].has_years


def test_letters_go_on_after_z() -> None:
    """The twenty-eighth work of an author and year is 2026ab."""
    items = [replace(CASE, key=f"k{n}", title=f"Case {n:02}") for n in range(28)]

    texts = bibliography(items, "harvard")

    assert [text[len(SITE) :][:9] for text in (texts[0], *texts[24:])] == [
        " (2026a) ",
        " (2026y) ",
        " (2026z) ",
        " (2026aa)",
        " (2026ab)",
    ]
