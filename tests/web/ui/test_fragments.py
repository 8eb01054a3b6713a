"""Parts of pages that are kept: the same to the last byte as if they were made each time."""

from dataclasses import replace

import pytest
from markupsafe import Markup

from kb.model.facets import FACETS
from kb.search.query import PAGE_SIZE, Query, with_value, without_value
from tests.web.changing_site import Site
from tests.web.mounted import PREFIX, client_at
from web.core.urls import query_url
from web.ui.filters import facet_counts, facet_filters
from web.ui.fragments import Fragments

ADDRESSES = (
    *("/", "/search", "/search?q=wine+export", "/search?q=wine&country=FR&country=NO"),
    *("/search?results=cost&results_min=1&results_direction=down", "/search?results=sales"),
    *("/search?per_page=2&page=2", "/search?q=metal&sort=newest", "/search?q=zzzz"),
    *("/search?list=abc&q=wine", "/packs/edit", "/role-models?my_sector=food", "/browse"),
    *("/cases/norway/metal-buyers", "/cases/x", "/about", "/search?country=XX&foo=1"),
)


@pytest.mark.parametrize(("prefix", "language"), [("", "en"), ("", "fr"), (PREFIX, "en")])
def test_a_page_of_kept_parts_is_the_page(live, settings, prefix: str, language: str) -> None:
    """Asked for twice, beside a site that keeps nothing; in no order do parts change places."""
    settings = replace(settings, language=language)
    keeps, makes = (client_at(live, settings, prefix) for _ in range(2))
    makes.application.extensions["kb_fragments"] = Fragments(most=0)

    for address in (*ADDRESSES, *reversed(ADDRESSES)):
        kept, made = keeps.get(prefix + address), makes.get(prefix + address)
        assert (kept.status, kept.data) == (made.status, made.data), address

    assert len(makes.application.extensions["kb_fragments"]) == 0
    assert len(keeps.application.extensions["kb_fragments"]) > 5_000


def test_with_another_snapshot_all_parts_are_made_anew(tmp_path, tiny_encoder) -> None:
    """A card has the title of now."""
    site = Site(tmp_path, tiny_encoder)
    site.build()
    client = site.client()
    assert "Metal firms purchase" in client.get("/search").text

    site.edit(
        "norway/metal-buyers", "title: Metal firms purchase", "title: Firms of metal purchase"
    )
    site.build()

    page = client.get("/search").text
    assert "Firms of metal purchase" in page
    assert "Metal firms purchase" not in page


def test_no_more_is_kept_than_there_is_room_for() -> None:
    """What was not asked for lately goes, and of another snapshot everything."""
    fragments, of = Fragments(most=10), "a"
    for key in "xyz":
        fragments.keep(of, key, (Markup("12"), Markup("34")))
        fragments.get(of, "x")
    assert [fragments.get(of, key) for key in "xyz"] == [("12", "34"), None, ("12", "34")]
    assert len(fragments) == 8

    fragments.keep(of, "x", (Markup("123456"),))
    assert len(fragments) == 10
    assert fragments.get("b", "x") is None

    fragments.keep("b", "y", (Markup("1"),))
    assert (fragments.get(of, "x"), fragments.get("b", "y"), len(fragments)) == (None, ("1",), 1)


@pytest.mark.parametrize(
    "query",
    [
        Query(text="wine & country=FR \N{SNOWMAN}", per_page=PAGE_SIZE),
        Query(filters={"country": ("NO", "FR"), "results": ("cost",)}, sort="result", page=2),
        Query(text="a", filters={"type": ("vertical",), "results": ("cost",)}, all_of=("type",)),
        Query(filters={"results": ("cost",)}, results_min=2.5, results_unit="percent", exact=True),
    ],
)
def test_the_addresses_of_values_are_those_of_their_searches(
    toy_app, searcher, query: Query
) -> None:
    """One value more, or one less, whatever else is asked for."""
    facets = facet_counts(searcher.search(replace(query, page=1)).facets, query, searcher.taxonomy)

    with toy_app.test_request_context("/"):
        found = facet_filters(facets, query, FACETS, searcher.taxonomy)

        assert sum(len(facet.values) for facet in found) > 1
        for facet in found:
            for one in facet.values:
                turned = without_value if one.selected else with_value
                assert one.url == query_url(turned(query, facet.name, one.value))
