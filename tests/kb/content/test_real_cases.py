"""The real compendium: every file, every id, every figure."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from kb.content.corpus import Corpus, read_corpus
from kb.model.cases import Case
from kb.text.body import links, sections
from tests.toy import FIRST_COLLECTION
from web.ui.markdown import page_of, render_body

CASES = Path(__file__).parents[3] / "cases"
FILES = sorted(path.relative_to(CASES).as_posix() for path in CASES.rglob("*/*.md"))

MOST_WORDS = {"guide": 1250}
MOST_WORDS_OF_A_CASE = 620

#: The first compendium: these ids are addresses, and stay.
IDS = {
    "australia": (
        "cheese-range circuit-board-testing clay-spreader leather-steering-wheels "
        "network-programme western-australia-alliances"
    ),
    "canada": (
        "aboriginal-fashion advanced-technology-firms agritec-grain atlantic-innkeepers "
        "bc-export-consortia bed-and-breakfast chefs-entreprises-meilleures cora-ocean-industries "
        "eastern-townships-golf environmental-services flexnets-alberta frozen-food-range "
        "greenhouse-brand groupement-chefs-entreprise home-crafts hunting-fishing-lodges "
        "natural-bakers northern-colleges ottawa-manufacturing-managers smoked-fish-cooperatives "
        "specialty-foods systems-consultants wineries"
    ),
    "denmark": (
        "chef-fast-food electrical-dealers-telecoms golf-course-landscapers network-programme "
        "trawler-2000 uniform-makers"
    ),
    "guides": (
        "forming-a-network innovation-networks inter-organisational-networks "
        "international-best-practice lead-customers-and-three-layers measuring-network-success "
        "network-brokers networks-and-alliances planning-and-evaluation regional-hubs "
        "self-financing success-and-failure-factors trends types-of-network types-of-project "
        "universities-and-professors what-a-business-network-is why-networks-matter"
    ),
    "international": "east-sussex-upper-normandy four-country-memorandum",
    "italy": "industrial-robots northern-industrial-districts textile-demand-forecasting",
    "new-zealand": (
        "furniture-exporters maori-wine metal-forming network-programme regional-wineries "
        "spirits-to-japan transport-textiles"
    ),
    "norway": (
        "banking-software fish-farming-technology fish-products-abroad graphic-arts "
        "mechanical-engineering network-programme olympic-furniture television-production "
        "turnkey-projects"
    ),
    "spain": "biomechanics-footwear medical-imaging music-jewellery-cad valencia-clean-furniture",
    "united-states": "boat-injection-moulding clothing-laser-cutter snowplough",
}

#: Every figure that the sources report: metric, low, high, unit, in the order of the file.
FIGURES = {
    "australia/circuit-board-testing": [
        ("jobs", 12, 12, "jobs"),
        ("capacity", 22, 22, "percent-a-year"),
    ],
    "australia/clay-spreader": [
        ("product-performance", 300, 300, "percent"),
        ("units-sold", 10, 10, "units"),
        ("jobs", 9, 9, "jobs"),
    ],
    "australia/leather-steering-wheels": [
        ("contracts", 7_000_000, 7_000_000, "AUD"),
        ("units-sold", 16_000, 16_000, "units"),
        ("sales", 3_000_000, 3_000_000, "AUD-a-year"),
        ("jobs", 40, 40, "jobs"),
    ],
    "australia/network-programme": [("sales", 50, 50, "percent"), ("jobs", 33, 33, "percent")],
    "australia/western-australia-alliances": [
        ("perceived-value", 86, 86, "percent-of-firms"),
        ("perceived-value", 60, 60, "percent-of-firms"),
        ("perceived-value", 4.22, 4.22, "score-of-5"),
        ("perceived-value", 3.51, 3.51, "score-of-5"),
        ("little-value", 2.22, 2.22, "score-of-5"),
        ("perceived-value", 3.42, 3.42, "score-of-5"),
        ("little-value", 2.77, 2.77, "score-of-5"),
        ("perceived-value", 73, 73, "percent-of-firms"),
        ("perceived-value", 69, 69, "percent-of-firms"),
        ("little-value", 73, 73, "percent-of-firms"),
        ("little-value", 52, 52, "percent-of-firms"),
    ],
    "denmark/network-programme": [
        ("cost", 19, 19, "percent-of-firms"),
        ("sales", 42, 42, "percent-of-firms"),
        ("new-product", 75, 75, "percent-of-firms"),
        ("international-position", 75, 75, "percent-of-firms"),
        ("jobs", 82, 82, "percent-of-firms"),
        ("repeat-networking", 94, 94, "percent-of-firms"),
    ],
    "new-zealand/furniture-exporters": [("objective", 6, 6, "times")],
    "new-zealand/maori-wine": [("market-share", 5, 5, "rank")],
    "new-zealand/spirits-to-japan": [("cost", 50, 60, "percent-of-usual")],
    "norway/graphic-arts": [("export-sales", 30, 30, "percent")],
    "norway/mechanical-engineering": [("cost", 20, 20, "percent"), ("sales", 10, 10, "percent")],
    "norway/television-production": [("cost", 30, 30, "percent"), ("sales", 20, 20, "percent")],
}

#: How many took part, where a source says so: how exactly, and how many.
MEMBERS = {
    "australia/circuit-board-testing": (None, 3),
    "australia/clay-spreader": (None, 4),
    "australia/leather-steering-wheels": (None, 8),
    "australia/western-australia-alliances": (None, 113),
    "canada/advanced-technology-firms": (None, 60),
    "canada/atlantic-innkeepers": (None, 45),
    "canada/chefs-entreprises-meilleures": ("about", 15),
    "canada/flexnets-alberta": (None, 15),
    "canada/frozen-food-range": (None, 5),
    "canada/groupement-chefs-entreprise": ("more than", 600),
    "canada/ottawa-manufacturing-managers": ("about", 80),
    "canada/systems-consultants": (None, 35),
    "denmark/electrical-dealers-telecoms": (None, 25),
    "denmark/network-programme": (None, 520),
    "denmark/trawler-2000": (None, 7),
    "denmark/uniform-makers": (None, 11),
    "international/four-country-memorandum": (None, 4),
    "new-zealand/furniture-exporters": (None, 15),
    "new-zealand/maori-wine": (None, 9),
    "new-zealand/metal-forming": (None, 3),
    "new-zealand/regional-wineries": (None, 5),
    "new-zealand/spirits-to-japan": (None, 3),
    "new-zealand/transport-textiles": (None, 3),
    "norway/banking-software": (None, 6),
    "norway/fish-products-abroad": (None, 3),
    "norway/graphic-arts": (None, 3),
    "norway/mechanical-engineering": (None, 3),
    "norway/olympic-furniture": (None, 3),
    "norway/television-production": (None, 8),
    "spain/biomechanics-footwear": (None, 4),
    "spain/medical-imaging": (None, 4),
    "spain/music-jewellery-cad": (None, 3),
    "united-states/clothing-laser-cutter": (None, 3),
}


@pytest.fixture(name="corpus", scope="module")
def _corpus() -> Corpus:
    return read_corpus(CASES)


def test_no_problem(corpus: Corpus) -> None:
    """Every file passes the check, and the compendium as a whole, stray files included."""
    assert [str(problem) for problem in corpus.problems] == []
    assert (corpus.files, len(corpus.compendium.cases)) == (len(FILES), len(FILES))
    assert sorted(f"{case.id}.md" for case in corpus.compendium.cases) == FILES


def test_the_first_compendium_is_there(corpus: Corpus) -> None:
    """Every id that has been an address still leads to a case."""
    promised = [f"{place}/{name}" for place, names in IDS.items() for name in names.split()]

    assert len(promised) == 81
    assert sorted(set(promised) - {case.id for case in corpus.compendium.cases}) == []


def test_each_is_of_a_readable_length(corpus: Corpus) -> None:
    """A case is a page or two, a guide two or four."""
    words = {case.id: (len(case.body.split()), case.kind) for case in corpus.compendium.cases}

    assert {
        case_id: n
        for case_id, (n, kind) in words.items()
        if n > MOST_WORDS.get(kind, MOST_WORDS_OF_A_CASE)
    } == {}


def leads_of(case: Case) -> set[str | None]:
    """The other cases and guides that a case leads to, in its text or as related ones."""
    return {*case.related, *(link.case_id for link in links(case.body, case.id))} - {case.id}


def test_each_leads_on_to_a_guide(corpus: Corpus) -> None:
    """A reader finds a guide from the case, in its text or among what is related."""
    assert [
        case.id
        for case in corpus.compendium.cases
        if not any(lead and lead.startswith("guides/") for lead in leads_of(case))
    ] == []


def test_every_result_can_be_looked_up(corpus: Corpus) -> None:
    """Each result names its source, the place in it, and says in a sentence what came of it."""
    vague = [
        (case.id, result.metric)
        for case in corpus.compendium.cases
        for result in case.results
        if not result.locator
        or result.source not in corpus.compendium.references
        or not result.statement.endswith(".")
    ]

    assert vague == []


def test_each_page_shows_what_was_checked(corpus: Corpus) -> None:
    """The sections and links that the check sees are those of the page, in the same order."""
    for case in corpus.compendium.cases:
        body = render_body("snapshot", case, "/cases")
        page = _Hrefs()
        page.feed(str(body.html))

        assert [heading.text for heading in body.headings] == [
            section.heading for section in sections(case.body) if section.heading
        ], case.id
        assert page.found == [
            page_of(link.target, case.id, "/cases") for link in links(case.body, case.id)
        ], case.id


class _Hrefs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if (tag, name) == ("a", "href")]


def test_figures_are_those_of_the_sources(corpus: Corpus) -> None:
    """Every figure of the first compendium is its source's, and no case has one of its own."""
    found = {
        case.id: [(r.metric, r.low, r.high, r.unit) for r in case.results if r.low is not None]
        for case in corpus.compendium.cases
        if FIRST_COLLECTION in case.facets["collection"]
    }

    assert {case_id: figures for case_id, figures in found.items() if figures} == FIGURES


def test_members_are_those_of_the_sources(corpus: Corpus) -> None:
    """So does every number of members there, and no case has one that none reports."""
    found = {
        case.id: (case.members.qualifier, case.members.count)
        for case in corpus.compendium.cases
        if FIRST_COLLECTION in case.facets["collection"]
        if case.members is not None and case.members.count is not None
    }

    assert found == MEMBERS


def _by_id(corpus: Corpus, case_id: str) -> Case:
    return next(case for case in corpus.compendium.cases if case.id == case_id)


def test_figures_before_are_kept(corpus: Corpus) -> None:
    """Turnover that grew from under one million to about three keeps both figures."""
    case = _by_id(corpus, "australia/leather-steering-wheels")

    assert [
        (r.before_qualifier, r.before, r.qualifier, r.low, r.unit)
        for r in case.results
        if r.before is not None
    ] == [("under", 1_000_000, "about", 3_000_000, "AUD-a-year")]


def test_networks_of_a_programme_are_counted(corpus: Corpus) -> None:
    """The Danish programme counts its networks beside its firms."""
    members = _by_id(corpus, "denmark/network-programme").members

    assert (members.count, members.networks) == (520, 82)


@pytest.mark.parametrize(
    ("case_id", "words"),
    [
        ("australia/clay-spreader", ["125,000"]),
        ("norway/network-programme", ["fourteen sectors", "office of four people"]),
        ("guides/types-of-network", ["75%", "10%", "5%"]),
        ("international/four-country-memorandum", ["1994"]),
        ("international/east-sussex-upper-normandy", ["Interreg"]),
        ("norway/olympic-furniture", ["Lillehammer"]),
        ("australia/leather-steering-wheels", ["Toyota"]),
        ("denmark/trawler-2000", ["Soviet Union"]),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_facts_that_are_no_result_are_told(corpus: Corpus, case_id: str, words: list[str]) -> None:
    """What the source tells beside its results stands in the text."""
    body = _by_id(corpus, case_id).body

    assert [word for word in words if word not in body] == []


def test_not_every_case_is_a_success(corpus: Corpus) -> None:
    """The feasibility study across the Channel is there as a warning."""
    assert _by_id(corpus, "international/east-sussex-upper-normandy").facets["status"] == (
        "cautionary",
    )
