"""The map of the cases: every count is that of the cases, and every link finds just as many."""

import json
import re
from dataclasses import replace
from html import unescape
from itertools import combinations, pairwise, product
from math import hypot
from time import monotonic, sleep
from xml.etree import ElementTree

import pytest

from kb.indexing.pipeline import build
from kb.search.opening import open_live
from web import create_app
from web.holdings.atlas import LARGEST_MARK, atlas_page
from web.holdings.maps import (
    DISTANCES,
    GAP,
    LAID_OUT,
    LARGEST,
    NEAR,
    RADIUS,
    TYPE_SIZE,
    WAYS,
    Place,
    apart,
    maps,
    maps_of,
    scale,
)
from web.ui.world import DATA, drawings

UNDER = 100_000


def page_of(live, app):
    """The values of the page, and a client of the same site."""
    with app.test_request_context():
        return atlas_page(live.current()), app.test_client()


@pytest.fixture(name="toy")
def _toy(live, toy_app):
    return page_of(live, toy_app)


@pytest.fixture(name="real")
def _real(real_live, real_app):
    return page_of(real_live, real_app)


def plain(piece):
    """The text of a piece of a page, spaces folded."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", piece)).split())


def regions(text):
    """The table of regions: name, countries and numbers of each row, dashes for none."""
    table = re.search(r"atlas-countries.*?</table>", text, re.S)[0]
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th>(.*?)</tr>', table)
    return [(name, countries(row), re.findall(r">([\d–]+)</td>", row)) for name, row in rows]


def countries(text):
    """The countries of the table: name, address and number of each."""
    found = re.findall(r'<li><a href="(/countries/[^"]+)">([^<]+)</a> (\d+)</li>', text)
    return [(name, url, int(n)) for url, name, n in found]


def cells(text):
    """Each cell of the matrix that has cases: its words, its address, the side of its mark."""
    matrix = re.search(r'<table class="matrix">.*?</table>', text, re.S)[0]
    found = re.findall(
        r'<a [^>]*?href="([^"]+)" aria-label="([^"]+)">(?:<span[^>]+><svg[^>]* width="([\d.]+)")?',
        matrix,
    )
    return [(label, unescape(url), float(side or 0)) for url, label, side in found]


def links(text):
    """Each address of the page that stands beside a number, with that number."""
    matrix = re.search(r'<table class="matrix">.*?</table>', text, re.S)[0]
    totals = re.findall(
        r'<th scope="row"><a [^>]*?href="([^"]+)">.*?<td class="matrix-total">(\d+)</td>',
        matrix,
        re.S,
    )
    warnings = re.findall(r'<dt>(?:is|are) [^<]+</dt><dd><a [^>]*?href="([^"]+)">(\d+)</a>', text)
    return {
        **{url: int(re.search(r": (\d+) case", label)[1]) for label, url, _ in cells(text)},
        **{unescape(url): int(n) for url, n in (*totals, *warnings)},
    }


def totals(client, text):
    """What the search of each link finds."""
    return {
        url: client.get(url.replace("/search", "/api/v1/search", 1)).json["total"]
        for url in links(text)
    }


def test_countries_of_the_toy(client):
    """A case of two countries is with both; the regions with most cases come first."""
    text = client.get("/atlas").text
    denmark, norway = ("Denmark", "/countries/denmark", 1), ("Norway", "/countries/norway", 3)

    assert regions(text) == [
        ("Northern Europe", [denmark, norway], ["2", "1", "1", "4"]),
        ("Western Europe", [("France", "/countries/france", 2)], ["1", "1", "–", "2"]),
        ("Southern Europe", [("Spain", "/countries/spain", 1)], ["1", "–", "–", "1"]),
    ]
    assert re.findall(r'class="atlas-n">([A-Z]\w+)</th>', text) == [
        "Network",
        "Programme",
        "Study",
        "All",
    ]
    assert "6 cases: 4 networks, 1 programme and 1 study. Where they are" in text
    assert "1 case spans several countries and counts in each" in text
    assert "without a country" not in text


def test_matrix_of_the_toy(client, searcher):
    """A case of two projects or types is in each of their cells, and the totals count it once."""
    text = client.get("/atlas").text
    held = {label: side for label, _, side in cells(text) if ", " in label}
    largest = float(LARGEST_MARK)
    assert held == {
        "Cost reduction, Horizontal network: 1 case": round(largest / 2**0.5, 1),
        "Joint purchasing, Horizontal network: 1 case": round(largest / 2**0.5, 1),
        "Staff training, Public-private network: 1 case": round(largest / 2**0.5, 1),
        "Marketing, Horizontal network: 1 case": round(largest / 2**0.5, 1),
        "Exporting, Horizontal network: 2 cases": largest,
        "Exporting, Vertical network: 1 case": round(largest / 2**0.5, 1),
    }
    assert [(label, side) for label, _, side in cells(text) if ", " not in label] == [
        ("Horizontal network: 4 cases", 0),
        ("Vertical network: 1 case", 0),
        ("Cross-sectoral network: 1 case", 0),
        ("Public-private network: 1 case", 0),
    ]
    assert "in each cell that fits (3 do), and one without a type or a project in none (2)." in text
    n = len(searcher.taxonomy.facet("type").ids) * len(searcher.taxonomy.facet("project").ids)
    assert f"{n - 6} of the {n} cells are empty." in text


def test_reported_of_the_toy(client):
    """Figures, words and nothing add up to all; guides are none of them."""
    text = client.get("/atlas").text
    numbers = re.search(r'<dl class="atlas-figures">.*?</dl>', text, re.S)[0]
    lists = re.findall(r'<summary>(.*?)</summary>\s*<ul class="atlas-list">(.*?)</ul>', text, re.S)

    assert plain(numbers) == (
        "report a figure 4 report results in words only 0 report no result 2 is cautionary 1"
    )
    assert [(head, re.findall(r'href="([^"]+)"', rest)) for head, rest in lists] == [
        (
            "No result reported (2)",
            ["/cases/denmark/hostile-title", "/cases/spain/textile-training"],
        ),
        ("Cautionary cases (1)", ["/cases/spain/textile-training"]),
    ]
    assert "For 1 of the cases no outcome is noted." in text


@pytest.mark.parametrize("corpus", ["toy", "real"])
def test_every_link_finds_as_many_as_it_says(request, corpus):
    """The search that a number leads to reports the same number."""
    _, client = request.getfixturevalue(corpus)
    text = client.get("/atlas").text

    assert len(links(text)) > 10
    assert totals(client, text) == links(text)


def test_counts_of_the_real_cases(real, real_live):
    """Each count equals one that is made case by case, and so does each list."""
    page, client = real
    current = real_live.current()
    cases = [case for case in current.cases if case.kind != "guide"]
    taxonomy = current.taxonomy
    text = client.get("/atlas").text

    table = re.search(r"atlas-countries.*?</table>", text, re.S)[0]
    assert {name: n for name, _, n in countries(table)} == {
        taxonomy.label("country", code): sum(code in case.facets["country"] for case in cases)
        for code in {code for case in cases for code in case.facets["country"]}
    }
    by_cell = {
        f"{p.label}, {t.label}": sum(
            p.id in case.facets["project"] and t.id in case.facets["type"] for case in cases
        )
        for p in taxonomy.facet("project")
        for t in taxonomy.facet("type")
    }
    shown = [label.rsplit(": ", 1) for label, _, side in cells(text) if side]
    assert {label: int(n.split()[0]) for label, n in shown} == {
        label: n for label, n in by_cell.items() if n
    }
    assert (page.n_cells, page.n_empty) == (len(by_cell), list(by_cell.values()).count(0))
    held = page.held.cases
    assert held.n_figures == sum(any(r.low is not None for r in case.results) for case in cases)
    assert {case.id for case in page.silent} == {case.id for case in cases if not case.results}
    assert held.n_figures + held.n_in_words + len(page.silent) == len(cases)
    assert held.n_silent == len(page.silent)
    assert page.n_warnings == len(page.warnings)
    assert len(page.warnings) == sum("cautionary" in c.facets["status"] for c in cases)


def test_a_guide_is_not_counted_even_if_it_is_cautionary(toy_settings, toy_cases):
    """Where a guide has the value too, the link names the kinds of case and finds as many."""
    guide = toy_cases / "guides" / "purchase-guide.md"
    text = guide.read_text(encoding="utf-8")
    guide.write_text(text.replace("type: []", "type: []\nstatus: cautionary"), encoding="utf-8")
    build(toy_settings)
    other = open_live(toy_settings)
    page, client = page_of(other, create_app(other, toy_settings))

    text = client.get("/atlas").text

    assert len(page.warnings) == 1
    warnings_url = "/search?kind=network&kind=programme&kind=study&status=cautionary"
    assert links(text)[warnings_url] == 1
    assert totals(client, text) == links(text)


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
    return [Place(code=code, name=code, count=n) for code, n in counts.items()]


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


@pytest.mark.parametrize("n", [1, 7, 40, 150])
def test_each_label_has_the_best_spot(n):
    """The maps are those of a slow and obvious search over every spot and everything in its way."""
    drawn = drawings()
    codes = [*drawn["europe"]["points"], *drawn["world"]["points"]][:: max(1, 300 // n)]
    counts = {code: 1 + 7 * at % 60 for at, code in enumerate(dict.fromkeys(codes))}
    found = maps(places(counts))

    for one in (found.world, found.europe):
        standing = [*([one.frame] if one.frame else ()), *(disc(m) for m in one.marks)]
        for mark in one.marks:
            best = best_spot(mark, standing, one)
            assert (mark.words, mark.label_x, mark.label_y, mark.anchor) == best
            standing.append(mark.box)


def disc(mark):
    """The box around a circle."""
    return (mark.x - mark.r, mark.y - mark.r, mark.x + mark.r, mark.y + mark.r)


def shared(one, other):
    """The area that two boxes share."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across * down if across > 0 and down > 0 else 0.0


def best_spot(mark, standing, one):
    """The first spot that is free, or the one that is least covered."""
    name, code = mark.place.name, mark.place.code
    near, far = DISTANCES[:NEAR], DISTANCES[NEAR:]
    tried = []
    for words, distances in ((name, near), (code, near), (name, far)):
        for away, (across, down, anchor) in product([mark.r + d for d in distances], WAYS):
            x = round(mark.x + across * away, 1)
            y = round(mark.y + down * (away + TYPE_SIZE / 2), 1)
            there = replace(mark, words=words, label_x=x, label_y=y, anchor=anchor).box
            area = (there[2] - there[0]) * (there[3] - there[1])
            outside = area - shared(there, (0.0, 0.0, one.width, one.height))
            covered = sum(shared(there, other) for other in standing) + 1000 * outside
            tried.append((covered, (words, x, y, anchor)))
    rounds = [tried[at : at + len(WAYS)] for at in range(0, len(tried), len(WAYS))]
    seen = []
    for spots in rounds:
        seen += spots
        if min(covered for covered, _ in seen) <= 0:
            break
    return min(seen, key=lambda spot: spot[0])[1]


def test_maps_do_not_hang_on_the_order_of_the_places():
    """The same countries give the same maps, in whichever order they come."""
    there, back = places(CROWD), places(dict(reversed(CROWD.items())))

    assert maps(there).europe == maps(back).europe


def test_maps_are_laid_out_once_beside_the_first_answers(settings, monkeypatch):
    """No request lays them out that comes later than that, and every one shows the same."""
    monkeypatch.setattr("kb.search.opening.PREPARE_AFTER", 0.01)
    live = open_live(settings)
    client = create_app(live, settings).test_client()
    live.refresh()
    searcher = live.current()

    live.watch()
    end = monotonic() + 60
    while searcher not in LAID_OUT and monotonic() < end:
        sleep(0.01)
    assert searcher in LAID_OUT
    laid_out = maps_of(searcher)
    assert client.get("/atlas").status_code == 200
    assert maps_of(searcher) is laid_out
    assert laid_out == maps(
        [mark.place for one in (laid_out.world, laid_out.europe) for mark in one.marks]
    )


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
