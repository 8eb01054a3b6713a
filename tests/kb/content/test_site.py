"""What a compendium says of itself: read, checked, or plain."""

from pathlib import Path

import pytest

from kb.content.site import read_site
from kb.model.site import Site
from tests.toy import ROOT

WHOLE = """\
name: Almanac of Seeds
small: Almanac of
subtitle: what growers keep
promise: Seed that is shared is kept.
description: Who shared what.
about: [One., Two.]
searches:
  If you grow: [beans, roots]
  If you keep a shelf: [rescue]
business: forty beds
aim: keep seed
licence: CC BY 4.0
licence_url: https://licence.example/by
"""


def read(tmp_path: Path, text: str) -> tuple[Site, list[str]]:
    path = tmp_path / "site.yaml"
    path.write_text(text, encoding="utf-8")
    site, problems = read_site(path)
    return site, [f"{problem.line}: {problem.message}" for problem in problems]


def test_everything_that_it_may_say(tmp_path):
    """Each field, texts in their order."""
    site, problems = read(tmp_path, WHOLE)

    assert problems == []
    assert site == Site(
        name="Almanac of Seeds",
        small="Almanac of",
        subtitle="what growers keep",
        promise="Seed that is shared is kept.",
        description="Who shared what.",
        about=("One.", "Two."),
        searches={"If you grow": ("beans", "roots"), "If you keep a shelf": ("rescue",)},
        business="forty beds",
        aim="keep seed",
        licence="CC BY 4.0",
        licence_url="https://licence.example/by",
    )
    assert (site.rest_of_name, site.examples) == ("Seeds", ("beans", "roots", "rescue"))


def test_without_the_file_the_words_are_plain(tmp_path):
    """No compendium needs one; a name alone is enough where there is one."""
    assert read_site(tmp_path / "site.yaml") == (Site(), [])
    assert read(tmp_path, "name: Almanac\n") == (Site(name="Almanac"), [])
    assert Site().rest_of_name == "Compendium of Cases"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "small: Almanac of\n",
            "1: name must be given; add a line such as 'name: Compendium of Business Networks'.",
        ),
        (
            "name: Almanac of Seeds\nsmall: The\n",
            "2: small must be how the name begins, 'Almanac of Seeds', not 'The'.",
        ),
        (
            "name: Almanac\nsubtitel: x\n",
            "2: subtitel is not a field of what a compendium says of itself: did you mean "
            "'subtitle'? Fields are name, small, subtitle, promise, description, about, searches, "
            "business, aim, licence, licence_url, review_within.",
        ),
        (f"name: {'a' * 61}\n", "1: name must be at most 60 characters, not 61; shorten it."),
        ("name: A\nabout: One.\n", "2: about must be a list of texts, not 'One.'."),
        (
            "name: A\nsearches: [beans]\n",
            "2: searches must map who may come to lists of searches.",
        ),
        (
            "name: A\nsearches:\n  If you grow: []\n",
            "3: searches['If you grow'] must name at least one search.",
        ),
        (
            "name: A\nlicence: B\nlicence_url: over there\n",
            "3: licence_url must be the address of a page, such as https://…, not 'over there'.",
        ),
        (
            "name: A\nlicence_url: https://l.example\n",
            "2: licence_url needs the name of the licence in licence, such as CC BY 4.0.",
        ),
        (
            "name: A\nreview_within: soon\n",
            "2: review_within must be a time such as '14 days' or '2 weeks', not 'soon'.",
        ),
        ("name: A\nname: B\n", "2: name is given twice; keep one of the two."),
        ("name: [\n", "1: is not YAML: the bracket [ that opens here is not closed"),
    ],
)
def test_what_cannot_be(tmp_path, text, problem):
    """The line, the field, what is allowed; then every word is plain."""
    site, problems = read(tmp_path, text)

    assert site == Site()
    assert len(problems) == 1
    assert problems[0].startswith(problem)


def test_the_first_compendium_has_one():
    """Its name is the one that cases are cited under."""
    site, problems = read_site(ROOT / "cases" / "site.yaml")

    assert problems == []
    assert (site.name, site.rest_of_name) == (
        "Compendium of Business Networks",
        "Business Networks",
    )
    assert [len(texts) for texts in site.searches.values()] == [3, 3, 3]
