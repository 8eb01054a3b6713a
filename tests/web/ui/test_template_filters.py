"""What templates show kb's records by: their filters, and the pieces that are computed."""

from dataclasses import replace

import pytest
from flask import render_template_string

from kb.model.cases import Result
from kb.model.taxonomy import Term
from kb.search.answer import FacetCount
from kb.search.query import PAGE_SIZE, Query
from web.ui.filters import Chip, chips, facet_counts
from web.ui.template_filters import card_results, grouped, in_hundred, in_percent


@pytest.fixture(name="shown")
def _shown(client, searcher):
    """What a template of one line shows of a case."""

    def shown(template: str, case_id: str = "norway/metal-buyers", **given: object) -> str:
        with client.application.test_request_context("/"):
            return render_template_string(template, case=searcher.case(case_id), **given)

    return shown


def result(metric: str, low: float | None) -> Result:
    return Result(
        metric=metric,
        level="outcome",
        direction="up",
        statement="It rose.",
        source="doe-2001",
        locator="p. 1",
        low=low,
        high=low,
        unit="percent",
    )


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ('{{ case|labels("country")|join(", ") }}', "Norway"),
        ('{{ case|labels("results")|listed }}', "Costs and Sales"),
        ('{{ (case.kind|term("kind")).label }}', "Network"),
        ('{% for one in case|terms("type") %}{{ one.beside_mark }}{% endfor %}', "Horizontal"),
        ("{{ case.members|members }}", "3 metal firms"),
        ("{{ case.period|period }}", "About 1990–1992"),
        ("{{ (case.results[0]|figure).text }}", "−20%"),
        ('{{ vocabulary("levels").term(case.results[0].level).label }}', "Output"),
        ("{{ case|editorial|listed }}", "type of network and outcome"),
        ('{{ is_read_by_editors(case, "form") }}', "False"),
        ("{{ case_url(case.id) }}", "/cases/norway/metal-buyers"),
        ('{{ facet_url(type="horizontal") }}', "/search?type=horizontal"),
        ('{{ "firms\' goods"|curly|capital }}', "Firms’ goods"),
    ],
)
def test_a_record_is_shown(shown, template, words):
    """Ids, numbers and straight marks become labels, figures, addresses and curly ones."""
    assert shown(template) == words


def test_a_guide_has_no_type_and_no_figure(shown):
    """What a record does not hold is shown as nothing."""
    template = '{{ case|terms("type") }} {{ case|card_results }} {{ case.period|period }}'
    assert shown(template, "guides/purchase-guide") == "() () "


def test_a_value_that_no_vocabulary_holds_is_shown_by_its_id(shown):
    """A snapshot may name a term that its vocabulary lost; a country is known to the world."""
    assert shown('{{ ("gone"|term("type")).label }} {{ ("SE"|term("country")).label }}') == (
        "gone Sweden"
    )


def test_few_results_stand_on_a_card(searcher):
    """Two figures, those of a metric that was asked for first; words only where there is none."""
    case = replace(searcher.case("norway/metal-buyers"), results=())
    told, jobs, sales, costs = (
        result(*one) for one in (("trust", None), ("jobs", 1), ("sales", 2), ("cost", 3))
    )
    with_all = replace(case, results=(told, jobs, sales, costs))

    assert card_results(with_all) == (jobs, sales)
    assert card_results(with_all, ("cost",)) == (costs, jobs)
    assert card_results(with_all, ("trust",)) == (jobs, sales)
    assert card_results(replace(case, results=(told, told, told))) == (told, told)
    assert card_results(case) == ()


def test_grouped():
    """Headings come in the order in which they come first, each once with all of its items."""
    a, b, c = (Term(id=name, label=name, group=group) for name, group in ("aX", "bY", "cX"))
    assert list(grouped([a, b, c]).items()) == [("X", (a, c)), ("Y", (b,))]
    assert grouped([]) == {}


def test_shares():
    """Shares of 1 in whole hundredths, with the sign and without."""
    shares = (0.0, 0.611, 0.125, 1.0)
    assert [in_hundred(one) for one in shares] == [0, 61, 12, 100]
    assert [in_percent(one) for one in shares] == ["0%", "61%", "12%", "100%"]


def test_facets_that_have_something_to_tick(searcher):
    """Values that are found, chosen or would add, a chosen one of no case among them."""
    none = FacetCount(value="soft", label="Soft network", count=0)
    adds = FacetCount(value="hard", label="Hard network", count=0, would_add=2)
    counts = {"form": (none, adds), "status": (none,)}
    query = Query(filters={"country": ("SE",)})

    assert facet_counts(counts, query, searcher.taxonomy) == {
        "country": (
            FacetCount(value="SE", label="Sweden", count=0, selected=True, group="Northern Europe"),
        ),
        "form": (adds,),
    }


def test_countries_stand_by_region(client, searcher):
    """Regions by name, in each its countries by name; a country without a case among them."""
    query = Query(filters={"country": ("SE", "AT")})
    counts = {"country": searcher.search(query).facets["country"]}

    shown = grouped(facet_counts(counts, query, searcher.taxonomy)["country"])

    assert [(region, [one.value for one in held]) for region, held in shown.items()] == [
        ("Northern Europe", ["DK", "NO", "SE"]),
        ("Southern Europe", ["ES"]),
        ("Western Europe", ["FR", "AT"]),
    ]
    page = client.get("/search").text
    assert page.index(">Northern Europe</p>") < page.index(">Southern Europe</p>")


def test_what_is_on_can_be_taken_away(client, searcher):
    """Each chip leads to the first page without it; a least figure goes with its last metric."""
    query = Query(
        text="wine",
        filters={"country": ("NO", "FR"), "results": ("sales",)},
        results_min=20,
        results_unit="percent",
        page=3,
        per_page=PAGE_SIZE,
    )
    least = "results_min=20&results_unit=percent"
    with client.application.test_request_context("/"):
        found = chips(query, searcher.taxonomy)

    assert found == (
        Chip(
            name="country",
            facet="Country",
            label="Norway",
            url=f"/search?q=wine&country=FR&results=sales&{least}",
        ),
        Chip(
            name="country",
            facet="Country",
            label="France",
            url=f"/search?q=wine&country=NO&results=sales&{least}",
        ),
        Chip(
            name="results",
            facet="Reported result",
            label="Sales",
            url="/search?q=wine&country=NO&country=FR",
        ),
        Chip(
            name="results_min",
            facet="Figure",
            label="at least 20 percent",
            url="/search?q=wine&country=NO&country=FR&results=sales",
        ),
    )
