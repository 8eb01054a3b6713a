"""Where and what: every count is that of the cases, and every link finds just as many."""

import json
import re
from itertools import combinations, pairwise
from math import hypot
from xml.etree import ElementTree

import pytest

from kb.indexing.pipeline import build
from kb.search.opening import open_live
from web import create_app
from web.holdings.atlas import LARGEST_MARK, atlas_page
from web.holdings.maps import DATA, GAP, LARGEST, RADIUS, Place, apart, maps, scale

UNDER = 100_000


def page_of(live, settings):
    """The values of the page, and a client of the same site."""
    app = create_app(live, settings)
    app.testing = True
    with app.test_request_context():
        return atlas_page(live.current()), app.test_client()


@pytest.fixture(name="toy")
def _toy(live, settings):
    return page_of(live, settings)


@pytest.fixture(name="real")
def _real(real_live, real_settings):
    return page_of(real_live, real_settings)


def cells(page):
    """Every cell of the matrix, the totals of types included."""
    rows = [row for group in page.matrix.groups for row in group.rows]
    return [*(cell for row in rows for cell in row.cells), *page.matrix.totals]


def links(page):
    """Each address of the page that stands beside a number, with that number."""
    rows = [row for group in page.matrix.groups for row in group.rows if row.total]
    maps_of = [page.maps.world, *([page.maps.europe] if page.maps.europe else [])]
    return [
        *((row.url, row.count) for row in page.countries),
        *((mark.place.url, mark.place.count) for one in maps_of for mark in one.marks),
        *((row.url, row.total) for row in rows),
        *((cell.url, cell.count) for cell in cells(page) if cell.count),
        *([(page.reported.warnings_url, len(page.reported.warnings))]),
    ]


def totals(client, page):
    """What the search of each link finds."""
    found = {}
    for url, _ in links(page):
        answer = client.get(url.replace("/search", "/api/v1/search", 1))
        found[url] = answer.json["total"]
    return found


def test_countries_of_the_toy(toy):
    """A case of two countries is in both rows; most cases come first, then names."""
    page, _ = toy
    assert [(row.name, row.count, row.by_kind) for row in page.countries] == [
        ("Norway", 3, (2, 1, 0)),
        ("France", 2, (1, 1, 0)),
        ("Denmark", 1, (0, 0, 1)),
        ("Spain", 1, (1, 0, 0)),
    ]
    assert page.kinds == (("Network", 4), ("Programme", 1), ("Study", 1))
    assert page.kind_words == ("4 networks", "1 programme", "1 study")
    assert (page.n_cases, page.n_guides, page.n_shared, page.n_placeless) == (6, 1, 1, 0)


def test_matrix_of_the_toy(toy):
    """A case of two projects or types is in each of their cells, and the totals count it once."""
    page, _ = toy
    held = {cell.label: cell.size for cell in cells(page) if cell.count and cell.size}
    largest = float(LARGEST_MARK)
    assert held == {
        "Cost reduction, Horizontal network: 1 case": round(largest / 2**0.5, 1),
        "Joint purchasing, Horizontal network: 1 case": round(largest / 2**0.5, 1),
        "Staff training, Public-private network: 1 case": round(largest / 2**0.5, 1),
        "Marketing, Horizontal network: 1 case": round(largest / 2**0.5, 1),
        "Exporting, Horizontal network: 2 cases": largest,
        "Exporting, Vertical network: 1 case": round(largest / 2**0.5, 1),
    }
    assert [cell.count for cell in page.matrix.totals] == [4, 1, 1, 0, 1]
    assert (page.matrix.n_cells, page.matrix.n_empty) == (125, 119)
    assert (page.matrix.n_outside, page.matrix.n_repeated) == (2, 3)


def test_reported_of_the_toy(toy):
    """Figures, words and nothing add up to all; guides are none of them."""
    page, _ = toy
    assert (page.reported.figures, page.reported.words) == (4, 0)
    assert [entry.url for entry in page.reported.none] == [
        "/cases/denmark/hostile-title",
        "/cases/spain/textile-training",
    ]
    assert [entry.url for entry in page.reported.warnings] == ["/cases/spain/textile-training"]
    assert page.reported.unclassified == 1


def test_what_no_case_of_the_toy_has(toy):
    """Values without a case are named in the order of the vocabulary."""
    page, _ = toy
    by_facet = {one.facet: one for one in page.coverage}
    assert by_facet["type"].missing == ("Emerging and converging technologies network",)
    assert (by_facet["formation"].n_held, by_facet["formation"].n_all) == (1, 5)
    assert by_facet["formation"].missing == (
        "Self-selected and self-financed",
        "Through a soft network",
        "Catalysed by a development commission",
        "Government programme, supply push",
    )


@pytest.mark.parametrize("corpus", ["toy", "real"])
def test_every_link_finds_as_many_as_it_says(request, corpus):
    """The search that a number leads to reports the same number."""
    page, client = request.getfixturevalue(corpus)
    assert totals(client, page) == dict(links(page))


def test_counts_of_the_real_cases(real, real_live):
    """Each count equals one that is made case by case, and so does each list."""
    page, _ = real
    current = real_live.current()
    cases = [case for case in current.cases if case.kind != "guide"]
    taxonomy = current.taxonomy

    assert {row.name: row.count for row in page.countries} == {
        taxonomy.label("country", code): sum(code in case.facets["country"] for case in cases)
        for code in {code for case in cases for code in case.facets["country"]}
    }
    rows = [row for group in page.matrix.groups for row in group.rows]
    assert [[cell.count for cell in row.cells] for row in rows] == [
        [
            sum(p in case.facets["project"] and t in case.facets["type"] for case in cases)
            for t in taxonomy.facet("type").ids
        ]
        for p in taxonomy.facet("project").ids
    ]
    assert [one.missing for one in page.coverage] == [
        tuple(
            term.label
            for term in taxonomy.facet(one.facet)
            if not any(term.id in case.facets[one.facet] for case in cases)
        )
        for one in page.coverage
    ]
    told = page.reported
    assert told.figures == sum(any(r.low is not None for r in case.results) for case in cases)
    assert {entry.url for entry in told.none} == {
        f"/cases/{case.id}" for case in cases if not case.results
    }
    assert told.figures + told.words + len(told.none) == len(cases) == page.n_cases
    assert len(told.warnings) == sum("cautionary" in c.facets["status"] for c in cases)


def test_a_guide_is_not_counted_even_if_it_is_cautionary(toy_settings, toy_cases):
    """Where a guide has the value too, the link names the kinds of case and finds as many."""
    guide = toy_cases / "guides" / "purchase-guide.md"
    text = guide.read_text(encoding="utf-8")
    guide.write_text(text.replace("type: []", "type: []\nstatus: cautionary"), encoding="utf-8")
    build(toy_settings)
    page, client = page_of(open_live(toy_settings), toy_settings)

    assert len(page.reported.warnings) == 1
    assert page.reported.warnings_url == (
        "/search?kind=network&kind=programme&kind=study&status=cautionary"
    )
    assert totals(client, page) == dict(links(page))


def test_pictures_are_well_formed_and_hidden_from_the_keyboard(toy):
    """The maps are XML, every link in them stands in the table too, and none is a tab stop."""
    _, client = toy
    text = client.get("/atlas").text
    drawn = re.findall(r'<svg class="map".*?</svg>', text, re.S)
    table = re.search(r'<div class="table-frame atlas-countries".*?</table>', text, re.S)[0]
    pictures = [ElementTree.fromstring(one) for one in drawn]
    anchors = [link for picture in pictures for link in picture.iter("a")]

    assert [picture.get("aria-hidden") for picture in pictures] == ["true", "true"]
    assert {link.get("tabindex") for link in anchors} == {"-1"}
    shown = {link.get("href") for link in anchors}
    assert shown == set(re.findall(r'href="([^"]+)"', table))
    labels = ["".join(one.itertext()) for p in pictures for one in p.iter("text")]
    assert labels == ["Norway 3", "France 2", "Denmark 1", "Spain 1"]


def test_the_real_page_is_light(real):
    """The page of the real cases stays under 100 kB before compression."""
    _, client = real
    assert len(client.get("/atlas").data) < UNDER


def places(counts):
    """Places by code, each named by its code."""
    return [Place(code=code, name=code, count=n, url="/") for code, n in counts.items()]


def test_areas_of_circles_grow_with_counts():
    """Four times the cases make twice the radius, in both maps; the largest circle fits."""
    shown = maps(places({"CA": 16, "US": 4, "NO": 1}))
    radii = {mark.place.code: mark.r for mark in shown.world.marks}
    assert radii == {"CA": 4 * RADIUS, "US": 2 * RADIUS}
    assert [mark.r for mark in shown.europe.marks] == [RADIUS]
    assert scale([100, 4]) == LARGEST / 10
    assert scale([]) == RADIUS


def test_a_place_on_no_map_is_named():
    """A country that the outlines do not know is reported as missing, not dropped."""
    shown = maps(places({"CA": 1, "XX": 2}))
    assert [mark.place.code for mark in shown.world.marks] == ["CA"]
    assert shown.europe is None
    assert [place.code for place in shown.missing] == ["XX"]


CROWD = {
    **dict.fromkeys(["NO", "SE", "DK", "FI", "DE", "NL", "BE", "LU", "FR", "CH", "AT"], 6),
    **dict.fromkeys(["IT", "ES", "PT", "GB", "IE", "PL", "CZ", "SK", "HU", "SI", "HR"], 4),
}


def apart_by(boxes):
    """Whether no two boxes share ground."""
    return all(
        min(a[2], b[2]) <= max(a[0], b[0]) or min(a[3], b[3]) <= max(a[1], b[1])
        for a, b in combinations(boxes, 2)
    )


def test_circles_and_labels_of_crowded_europe_do_not_overlap():
    """With 22 neighbours each circle is free of the others and each label of all labels."""
    europe = maps(places(CROWD)).europe

    gaps = [hypot(a.x - b.x, a.y - b.y) - a.r - b.r for a, b in combinations(europe.marks, 2)]
    assert min(gaps) >= GAP - 0.5
    assert apart_by([mark.box for mark in europe.marks])
    inside = [mark.r <= mark.x <= europe.width - mark.r for mark in europe.marks]
    assert inside == [True] * len(CROWD)


def test_labels_of_the_real_maps_are_free(real):
    """No label touches another label or circle, and all lie within their map."""
    page, _ = real
    for one in (page.maps.world, page.maps.europe):
        discs = [(m.x - m.r, m.y - m.r, m.x + m.r, m.y + m.r) for m in one.marks]
        assert apart_by([*(mark.box for mark in one.marks), *discs])
        edges = [(b[0] >= 0, b[1] >= 0, b[2] <= one.width, b[3] <= one.height) for b in boxes(one)]
        assert edges == [(True,) * 4] * len(one.marks)


def boxes(one):
    """Where the labels of a map stand."""
    return [mark.box for mark in one.marks]


def test_circles_that_are_apart_stay():
    """A circle with room around it is not moved."""
    marks = maps(places({"CA": 9, "AU": 4})).world.marks
    assert [mark.moved for mark in marks] == [False, False]
    assert apart(marks, 960, 417) == list(marks)


def test_outlines_lie_within_their_maps():
    """Every corner of every outline is on its map, and no line runs across the whole of it."""
    for name, drawn in json.loads(DATA.read_text(encoding="utf-8")).items():
        for outline in (drawn["land"], *drawn["shapes"].values()):
            for ring in outline.split("M")[1:]:
                corners = list(_corners(ring))
                assert all(-0.5 <= x <= drawn["width"] + 0.5 for x, _ in corners)
                assert all(-0.5 <= y <= drawn["height"] + 0.5 for _, y in corners)
                if name == "world":
                    assert max(abs(b[0] - a[0]) for a, b in pairwise(corners)) < 200


def _corners(ring):
    numbers = [float(n) for n in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", ring)]
    x = y = 0.0
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = x + dx, y + dy
        yield x, y
