"""The guides in reading order, which is data: parts of the vocabulary, places of the files."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from flask.testing import FlaskClient

from kb.content.corpus import read_corpus
from kb.model.cases import ReadingPlace
from kb.model.compendium import Compendium
from web.holdings.browse import guide_parts

CASES = Path(__file__).parents[3] / "cases"


def order(compendium: Compendium) -> list[tuple[str, list[str]]]:
    """The headings with the ids under each."""
    return [(heading, [one.id for one in found]) for heading, found in guide_parts(compendium)]


def test_guides_of_the_compendium_are_read_in_their_order() -> None:
    """Every guide has its part and its place; none is left to the end."""
    compendium = read_corpus(CASES).compendium
    found = order(compendium)

    assert [(heading, ids[0]) for heading, ids in found] == [
        ("First, what and why", "guides/what-a-business-network-is"),
        ("What kinds there are", "guides/types-of-network"),
        ("How to form and run one", "guides/forming-a-network"),
        ("How to plan, measure and teach", "guides/planning-and-evaluation"),
    ]
    places = {one.id: one.reading for one in compendium.guides}
    for _, ids in found:
        assert len({places[name].part for name in ids}) == 1
        assert [places[name].place for name in ids] == sorted(places[name].place for name in ids)
    assert sum(len(ids) for _, ids in found) == len(compendium.guides)


def test_guides_without_a_place_come_last_by_title() -> None:
    """A part without a guide has no heading."""
    compendium = read_corpus(CASES).compendium
    guides = sorted(compendium.guides, key=lambda one: one.title.casefold())
    first, second, *others = guides
    changed = [
        replace(first, reading=ReadingPlace(part="how-to-form", place=2)),
        replace(second, reading=ReadingPlace(part="how-to-form", place=1)),
        *(replace(one, reading=None) for one in others),
    ]

    assert order(replace(compendium, cases=tuple(reversed(changed)), counted=None, index=None)) == [
        ("How to form and run one", [second.id, first.id]),
        ("More", [one.id for one in others]),
    ]


def test_a_compendium_without_reading_order_has_its_guides_by_title(client: FlaskClient) -> None:
    """The toy guide says of no place."""
    page = client.get("/guides").text

    assert re.findall(r'<h2 id="part-1">(.*?)</h2>', page) == ["By title"]
    assert 'href="/cases/guides/purchase-guide"' in page
