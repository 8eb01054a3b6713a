"""A compendium of another subject runs on the same program: its words, and none of ours.

``tests/other_compendium`` is fictional: twelve documents on the seed libraries of two lands
that do not exist. It shares no id with the real vocabulary, has a handbook where the other
has guides, and units, directions and statuses of its own.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from kb.content.corpus import read_corpus
from kb.content.new_case import write_new_case
from kb.content.taxonomy import load_taxonomy
from kb.guidance.profile import make_profile
from kb.guidance.role_models import role_models
from kb.indexing.pipeline import build
from kb.results.comparison import compare
from kb.results.outcomes import outlook
from kb.search.opening import LiveSearcher, open_live
from kb.search.query import make_query
from kb.search.searcher import Searcher
from kb.settings import Settings
from tests.toy import ROOT, settings_of_toy
from web import create_app
from web.cli import main

OTHER = Path(__file__).parent / "other_compendium"
OURS = load_taxonomy(ROOT / "cases" / "taxonomy.yaml")
THEIRS = load_taxonomy(OTHER / "taxonomy.yaml")

BEANS, ROOTS = "verdania/bean-shelf", "verdania/root-cellar"
PARISH, BARN = "verdania/parish-hall", "verdania/field-barn"
MEADOW, SCHOOL = "verdania/withered-meadow", "ostreval/school-beans"
COUNCIL, GEESE = "ostreval/council-roots", "ostreval/goose-green"
DRIVE, QUIET = "abroad/great-drive", "abroad/quiet-drive"
DRYING, SHARING = "handbooks/how-to-dry-seed", "handbooks/how-to-share"

#: Words of our kinds, types, forms and statuses that no sentence of theirs holds.
OUR_WORDS = re.compile(
    r"\b(networks?|programmes?|horizontal|vertical|cross-sectoral|soft|hard|cautionary"
    r"|small firms|winer(?:y|ies)|norway|roy)\b",
    re.IGNORECASE,
)


@pytest.fixture(name="other_settings", scope="module")
def _other_settings(tmp_path_factory: pytest.TempPathFactory, tiny_encoder: Path) -> Settings:
    settings = settings_of_toy(OTHER, tmp_path_factory.mktemp("other") / "index", tiny_encoder)
    build(settings)
    return settings


@pytest.fixture(name="other_live", scope="module")
def _other_live(other_settings: Settings) -> LiveSearcher:
    return open_live(other_settings)


@pytest.fixture(name="other", scope="module")
def _other(other_live: LiveSearcher) -> Searcher:
    return other_live.current()


@pytest.fixture(name="site", scope="module")
def _site(other_live: LiveSearcher, other_settings: Settings) -> FlaskClient:
    app = create_app(other_live, other_settings)
    app.testing = True
    return app.test_client()


def text_of(page: str) -> str:
    """What a reader sees of the main part of a page, on one line."""
    main = page[page.index("<main") : page.index("</main>")]
    words = re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", " ", main, flags=re.S))
    return " ".join(words.split())


def addresses(site: FlaskClient) -> list[str]:
    """Every page of the sitemap, and those that need parameters."""
    found = re.findall(r"<loc>http://localhost(.*?)</loc>", site.get("/sitemap.xml").text)
    return [
        *found,
        "/compare",
        *(f"/flyers/{case}" for case in (BEANS, DRIVE)),
        f"/compare?id={BEANS}&id={ROOTS}",
        f"/compare?id={PARISH}&id={COUNCIL}&id={DRIVE}",
        "/search?q=train",
        "/search?type=kitchen&status=thriving&results=seed-bill&sort=result",
        "/role-models?goal=swapping&funding=own&aim=purchase&partners=40&my_form=closed-circle",
        "/outcomes?sector=roots",
        "/outcomes?goal=swapping&aim=purchase",
    ]


# --- content and build ---


def test_it_shares_no_word_with_ours() -> None:
    """Where the two vocabularies met, a word of ours in the code would not be seen."""
    ours = {term.id for words in OURS.vocabularies.values() for term in words}
    theirs = {term.id for words in THEIRS.vocabularies.values() for term in words}

    assert ours & theirs == set()


def test_it_is_checked_without_a_problem() -> None:
    """Twelve documents pass; places without an ISO 3166 code are those of the vocabulary."""
    corpus = read_corpus(OTHER)

    assert (corpus.problems, len(corpus.compendium.cases)) == ((), 12)
    assert [case.id for case in corpus.compendium.cases if case.is_guide] == [DRYING, SHARING]
    assert [(term.id, term.label) for term in corpus.compendium.taxonomy["countries"]] == [
        ("XO", "Ostreval"),
        ("XV", "Verdania"),
    ]


def test_every_document_says_that_it_is_fictional() -> None:
    """Nobody takes an invented figure for a reported one."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(OTHER.rglob("*.*"))]

    assert [text[:40] for text in texts if "fictional" not in text.lower()] == []


def test_a_mistake_is_told_in_its_words(tmp_path: Path) -> None:
    """The check speaks of seed libraries and handbooks, and proposes terms that they have."""
    path = tmp_path / "verdania" / "wrong.md"
    path.parent.mkdir()
    path.write_text(
        "---\ntitle: Wrong\nkind: library\ncountry: Verdania\ntype: []\nproject: [swapping]\n"
        "results:\n  - {level: yield, direction: more, value: 3, unit: packet, of: 4,\n"
        "     statement: S., locator: p. 1}\n"
        "summary: Growers share seed.\nsources: [{key: almanac, locator: p. 1}]\n---\n"
        "\n## The network\n\nNone.\n"
    )
    path.with_name("book.md").write_text(
        "---\ntitle: Book\nkind: handbook\ntype: [kitchen]\nproject: []\nresults: []\n"
        "summary: Growers share seed.\nsources: [{key: almanac, locator: p. 1}]\n---\n"
        "\n## Free\n\nText.\n"
    )

    problems = read_corpus(tmp_path, vocabulary=OTHER).problems

    assert [(Path(one.path).name, one.line, one.message) for one in problems] == [
        ("book.md", 4, "type must be [] in a handbook, which is counted in no filter of cases."),
        (
            "wrong.md",
            8,
            "results[1].metric must be given; add a line such as 'metric: packets'.",
        ),
        (
            "wrong.md",
            8,
            "results[1].of is for a share of firms; it needs the unit pct-of-growers.",
        ),
        (
            "wrong.md",
            8,
            "results[1].value must stand in the statement, not only here: 3. The statement is "
            "'S.', which tells no figure; correct one of the two.",
        ),
        (
            "wrong.md",
            14,
            "a section of a case must be one of Situation, The seed library, What they did "
            "together, Results as reported, What to take from it, not 'The network'.",
        ),
    ]


def test_a_new_case_is_of_its_subject(tmp_path: Path) -> None:
    """``kb new`` needs no kind, and writes the heading of the subject."""
    (tmp_path / "taxonomy.yaml").write_bytes((OTHER / "taxonomy.yaml").read_bytes())

    path = write_new_case(tmp_path, "verdania/new-shelf", title=None)
    text = path.read_text(encoding="utf-8")

    assert "\nkind: library\n" in text
    assert "\ncountry: Verdania\n" in text
    assert "\n# Words: kitchen, field, parish, meadow.\ntype: []\n" in text
    assert "\n## The seed library\n" in text


def test_the_commands_answer(other_settings: Settings) -> None:
    """Outcomes and role models on the command line are in its words too."""
    index = ("--index", str(other_settings.index))
    runner = CliRunner(env={"KB_MODEL": str(other_settings.model), "KB_MULTILINGUAL": "off"})

    outcomes = runner.invoke(main, ["outcomes", *index])
    models = runner.invoke(main, ["role-models", *index, "purchase"])

    assert (outcomes.exit_code, models.exit_code) == (0, 0)
    assert "10 cases (library 8, drive 2): 8 with a figure," in outcomes.output
    assert OUR_WORDS.findall(outcomes.output + models.output) == []


# --- search ---


def test_search_finds_by_meaning(other: Searcher) -> None:
    """``train`` stands in three documents; what is only about it stands first, by id."""
    found = other.search(make_query(other.taxonomy, text="train"))

    assert [hit.case.id for hit in found.hits] == [DRIVE, SCHOOL, PARISH]


def test_filters_and_counts(other: Searcher) -> None:
    """A filter of two values, and the counts beside it, worked out by hand."""
    filters = {"type": ["kitchen"], "status": ["thriving"]}
    found = other.search(make_query(other.taxonomy, filters=filters))
    counts = {
        facet: {one.value: (one.count, one.would_add) for one in found.facets[facet]}
        for facet in other.taxonomy.facets
    }

    assert [hit.case.id for hit in found.hits] == [ROOTS, SCHOOL, BEANS]
    assert counts["country"] == {"XO": (1, 0), "XV": (2, 0)}
    assert counts["type"] == {
        "kitchen": (3, 0),
        "field": (0, 1),
        "parish": (0, 0),
        "meadow": (0, 0),
    }
    assert counts["project"] == {
        "swapping": (2, 0),
        "drying": (2, 0),
        "teaching-growers": (1, 0),
        "rescuing": (0, 0),
    }
    assert counts["status"] == {
        "thriving": (3, 0),
        "patchy": (0, 1),
        "withered": (0, 0),
        "asleep": (0, 0),
    }


def test_least_figures_and_their_order(other: Searcher) -> None:
    """Half of a normal year is 50 per cent less, and so the strongest fall; none is a rise."""
    query = make_query(
        other.taxonomy,
        filters={"results": ["seed-bill"]},
        results_min=20,
        results_unit="per cent",
        results_direction="down",
        sort="result",
    )

    assert query.results_unit == "pct"
    assert other.search(replace(query, results_direction="up")).hits == ()
    assert [hit.case.id for hit in other.search(query).hits] == [PARISH, BEANS]


# --- guidance and results ---


def test_role_models_are_compared_in_its_words(other: Searcher) -> None:
    """Forms, types and money are those of the vocabulary; a handbook is no role model."""
    profile = make_profile(
        other.taxonomy,
        my_country="Verdanian",
        partners=12,
        aim="We want to purchase a metal shelf",
        goal=["swapping seeds"],
        common=["field"],
        my_form="closed circle",
        funding="own",
    )

    found = role_models(other, profile, make_query(other.taxonomy))
    first = found.models[0]
    told = {one.field: (one.relation, one.words) for one in first.comparison}

    assert (found.total, first.case.id) == (10, BEANS)
    assert told == {
        "partners": ("unlike", "40 members"),
        "goal": ("like", "swapping seeds"),
        "my_country": ("like", "in Verdania"),
        "common": ("unlike", "a kitchen-garden library"),
        "my_form": ("unlike", "an open shelf"),
        "funding": ("like", "the firms paid for it themselves"),
    }
    assert {model.case.id for model in found.models} & {DRYING, SHARING} == set()


def test_outcomes_are_set_side_by_side(other: Searcher) -> None:
    """No five of its figures are alike, so each stands alone as reported, by kind of document."""
    found = outlook(other.cases, other.taxonomy)
    shapes = sorted(
        (
            *(metric.metric, one.evidence, one.result.direction, one.result.unit),
            *(one.n, one.low, one.high, one.median),
        )
        for metric in found.metrics
        for one in metric.distributions
    )

    assert found.n_by_evidence == {"library": 8, "drive": 2}
    assert found.without_results == (QUIET, MEADOW)
    assert shapes == [
        ("kinds-kept", "library", "held", "show-place", 1, 2, 2, None),
        ("kinds-kept", "library", "more", "fold", 1, 6, 6, None),
        ("packets", "library", "held", "packet", 1, 1, 1, None),
        ("packets", "library", "more", "packet", 1, 120, 120, None),
        ("packets", "library", "more", "packet", 1, 300, 300, None),
        ("saving-habit", "drive", "more", "pct-of-growers", 1, 40, 40, None),
        ("saving-habit", "library", "more", "pct-of-growers", 1, 60, 60, None),
        ("seed-bill", "library", "fewer", "pct", 1, 15, 15, None),
        ("seed-bill", "library", "fewer", "pct", 1, 25, 25, None),
        ("seed-bill", "library", "fewer", "pct-of-normal", 1, 50, 50, None),
        ("seed-bill", "library", "held", "goose", 1, 1, 1, None),
        ("seed-bill", "library", "held", "leaf", 1, 3_000_000, 3_000_000, None),
    ]


def test_figures_are_compared(other: Searcher) -> None:
    """Two falls in per cent are too few for a scale: each stands alone."""
    cases = [other.case(one) for one in (BEANS, ROOTS)]

    rows = {row.metric: row.cells for row in compare(cases, other.taxonomy).metrics}
    scales = [cell[0].comparable and cell[0].comparable.scale_end for cell in rows["seed-bill"]]

    assert scales == [None, None]


# --- the site ---


def test_every_page_is_there(site: FlaskClient) -> None:
    """The pages of the sitemap, flyers, comparisons and answers; no flyer for a handbook."""
    status = {address: site.get(address).status_code for address in addresses(site)}
    flyer = site.get(f"/flyers/{DRYING}")
    check = site.get("/self-check")

    assert {address for address, code in status.items() if code != 200} == set()
    assert len(status) == 62
    assert (flyer.status_code, check.status_code) == (404, 404)
    assert text_of(flyer.text).startswith("404 A handbook has no flyer A flyer shows on one sheet")
    assert "Are you ready" not in site.get("/").text


def test_no_word_of_ours_is_left(site: FlaskClient) -> None:
    """Beside the sentences of the site itself, no page speaks of networks or their types."""
    labels = [
        label
        for words in OURS.vocabularies.values()
        for term in words
        for label in (term.label, term.said, term.notice, term.evidence, term.phrase)
        if " " in label and not any(term.label in label for term in THEIRS["units"])
    ]
    found = []
    for address in addresses(site):
        if address in (
            "/countries",
            "/coverage",
        ):  # the countries of the world
            continue
        page = re.sub(r'href="[^"]*"', "", site.get(address).text)
        # The countries of the world again, and the name of a field, which no reader sees.
        page = re.sub(r'<datalist id="list-countries">.*?</datalist>', "", page)
        page = re.sub(r'="(?:field-|hint-)?members[.-]networks"', "", page)
        found += [(address, label) for label in labels if label in page]
        found += [(address, one) for one in OUR_WORDS.findall(page)]

    assert found == []


def test_the_site_has_its_name_and_examples(site: FlaskClient) -> None:
    """What the compendium says of itself stands on every page, and is what it may be asked."""
    home, case = site.get("/").text, site.get(f"/cases/{BEANS}").text
    described = site.get("/api/v1/openapi.json").json
    search = described["paths"]["/api/v1/search"]["get"]["parameters"][0]

    assert "<title>Almanac of Seed Libraries: what growers keep together</title>" in home
    assert '<h1 id="hero-title">Growers who share their seed keep more of it.</h1>' in home
    assert '<span class="wordmark-small">Almanac of</span> Seed Libraries</span>' in home
    assert [text_of(home).find(words) > 0 for words in ("If you grow", "drying seed in a wet year")]
    assert '<option value="beans for a short summer">' in case
    assert 'data-state="Almanac of Seed Libraries, version ' in case
    assert "A seed library lends what a garden can give back." in site.get("/about").text
    assert described["info"]["title"] == "Almanac of Seed Libraries"
    assert described["info"]["description"].startswith("Fictional accounts of seed libraries")
    assert search["example"] == "beans for a short summer"


def test_without_words_of_its_own_they_are_plain(
    tmp_path: Path, other_settings: Settings, tiny_encoder: Path
) -> None:
    """A compendium that says nothing of itself has a name, a description, and no examples."""
    cases = shutil.copytree(OTHER, tmp_path / "cases")
    (cases / "site.yaml").unlink()
    settings = settings_of_toy(cases, tmp_path / "index", tiny_encoder)
    build(settings)
    get = create_app(open_live(settings), settings).test_client().get
    home = get("/").text

    assert "<title>Compendium of Cases</title>" in home
    assert '<h1 id="hero-title">Compendium of Cases</h1>' in home
    assert '<span class="wordmark-text">Compendium of Cases</span>' in home
    assert "Any words" not in get("/api").text
    assert OUR_WORDS.findall(home + get("/about").text + get("/api").text) == []
    assert get("/api/v1/openapi.json").json["info"]["title"] == "Compendium of Cases"


def test_marks_and_looks_hang_on_properties(site: FlaskClient) -> None:
    """Each type has its own mark, the one that was asked for and the next that are free."""
    page = site.get("/atlas").text
    badges = re.findall(r'class="badge mark-(\w+)".*?</svg><span>(.*?)</', page, re.S)
    looks = {
        case: re.findall(r'class="status( [\w-]+)?">(\w+)', site.get(f"/cases/{case}").text)
        for case in (BEANS, PARISH, MEADOW, GEESE, DRIVE)
    }

    assert [(mark, label.strip()) for mark, label in badges] == [
        ("bars", "Kitchen garden"),
        ("peak", "Field"),
        ("plus", "Parish"),
        ("ring", "Meadow library"),
    ]
    assert looks == {
        BEANS: [(" status-good", "Thriving")],
        PARISH: [(" status-even", "Patchy")],
        MEADOW: [(" status-warning", "Withered")],
        GEESE: [("", "Asleep")],
        DRIVE: [],
    }


def test_home_and_holdings(site: FlaskClient) -> None:
    """Counts, headings and figures of the front page, browsing, the atlas and the handbooks."""
    home, browse = text_of(site.get("/").text), text_of(site.get("/browse").text)
    atlas, books = text_of(site.get("/atlas").text), text_of(site.get("/guides").text)

    assert "A reference of 10 case studies from 2 countries" in home
    assert "For a class: read the 2 handbooks and put cases side by side ." in home
    assert "What seed libraries reported" in home
    assert "Verdania −25% Growers paid 25% less for seed. The bean shelf of Old Weir" in home
    assert "Where the cases are, and what kind of seed library" in home
    assert "By how the seed library came to be Begun by neighbours 4 Nobody paid." in browse
    assert "Verdania 6" in browse
    assert "10 cases: 8 seed libraries and 2 seed drives." in atlas
    assert "Handbooks are not counted." in atlas
    assert "In the table and not on the map: Verdania, Ostreval." in atlas
    assert "is withered 1 The first three add up to all 10 cases. A withered case" in atlas
    assert "Withered cases (1) The meadow shelf that withered" in atlas
    assert books.startswith("Handbooks Short treatments")
    assert "By title How to dry seed" in books


def test_a_case_and_a_handbook(site: FlaskClient) -> None:
    """Facts, figures and the words around them."""
    case, book = (
        text_of(site.get(f"/cases/{PARISH}").text),
        text_of(site.get(f"/cases/{DRYING}").text),
    )

    assert case.startswith("Verdania Seed library Parish Patchy The parish hall of Saint Odo")
    assert "60% of 50 growers 60% of 50 growers asked save more seed. Custom" in case
    assert "50% of a normal year The seed bill is half of a normal year. Yield" in case
    assert "Type of seed library Parish Form Open shelf" in case
    assert "Similar cases" in case
    assert book.startswith("Handbook How to dry seed")
    assert "In this handbook Pick Spread Wait" in book
    assert "This handbook as JSON" in book


def test_figures_are_written_as_the_units_say(site: FlaskClient) -> None:
    """A mark, an ending, words, a singular of its own, money in millions."""
    figures = {
        result["statement"]: result["figure"]
        for case in site.get("/api/v1/cases").json["cases"]
        for result in case["results"]
    }

    assert sorted(figures.values()) == [
        "1 goose",
        "1 packet",
        "100 packets → 300 packets",
        "120 packets",
        "2nd",
        "40% of growers",
        "50% of a normal year",
        "60% of 50 growers",
        "×6",
        "ƒ3 million",
        "−15%",
        "−25%",
    ]


def test_a_profile_on_the_page(site: FlaskClient) -> None:
    """The form asks in the words of its types, and says what hardly goes together."""
    form = text_of(site.get("/role-models").text)
    query = "common=parish&funding=own&my_form=closed-circle&partners=40&goal=swapping&aim=purchase"
    answer = text_of(site.get(f"/role-models?{query}").text)
    open_shelf = site.get("/api/v1/role-models?my_form=open-shelf&partners=4&goal=drying").json

    assert "You see at most ten seed libraries that suit you" in form
    assert "We grow for the pot Kitchen-garden library We grow by the acre Field library" in form
    assert "Closed circle A few growers who know each other" in form
    assert "You want no public money, which goes with parish library." in answer
    assert "A circle of 40 growers would no longer know each other." in answer
    assert "Open shelf or closed circle 0%" in answer
    assert open_shelf["contradictions"] == [
        "Open shelf goes with at least 10 members, and not with 4."
    ]


def test_outcomes_on_the_page(site: FlaskClient) -> None:
    """Headings by kind, which way it went, and each figure as its document gives it."""
    page = text_of(site.get("/outcomes").text)
    bill = text_of(site.get("/outcomes/seed-bill").text)

    assert "These are 8 seed libraries and 2 seed drives." in page
    assert "What was measured Single libraries Seed drives Figures" in page
    assert "Growers who save seed 1 rose 1 rose 2" in page
    assert "5 of 10 cases report this: 5 figures, and 0 results in words." in bill
    assert "that is −50%, computed by us" in bill


def test_a_comparison_on_the_page_and_as_a_file(site: FlaskClient) -> None:
    """Sentences and rows name seed libraries, their types and how they came to be."""
    address = f"id={BEANS}&id={ROOTS}"
    page = text_of(site.get(f"/compare?{address}").text)
    rows = list(csv.reader(io.StringIO(site.get(f"/compare.csv?{address}").text)))
    mixed = site.get(f"/api/v1/compare?id={PARISH}&id={COUNCIL}&id={DRIVE}").json["text"]

    assert (
        "Both are kitchen garden seed libraries from Verdania, working together on drying and "
        "storing; each came to be by the hands of neighbours; the outcome of each is given as "
        "thriving. They differ in number of members, form, what else they do together and sector."
    ) in page
    assert mixed == (
        "All three are cases; each came to be by a council's vote. They differ in what they are, "
        "country, type of seed library, what they do together and sector. Known for only some "
        "of them: form and outcome. There is no measure on which all three report."
    )
    assert ["type", "Type of seed library", "both agree"] in [row[:3] for row in rows]


def test_a_handbook_is_not_compared(site: FlaskClient) -> None:
    """The message calls it what it is."""
    answer = site.get(f"/api/v1/compare?id={DRYING}&id={BEANS}")

    assert answer.status_code == 400
    assert answer.json["detail"] == (
        "id must be that of a case, and 'handbooks/how-to-dry-seed' is a handbook. "
        "Handbooks treat a theme, so they have nothing to set beside a case."
    )


def examples_of(site: FlaskClient) -> Iterator[str]:
    """The addresses that the page of the API shows."""
    page = site.get("/api").text
    part = page[page.index('class="api-examples"') : page.index('<section class="operation"')]
    yield from re.findall(r'href="([^"]+)"', part)


def test_the_api_shows_what_it_can_answer(site: FlaskClient) -> None:
    """Every example of the page is answered; the description names terms that there are."""
    found = [address.replace("&amp;", "&") for address in examples_of(site)]
    answers = {address: site.get(address).status_code for address in found}
    search = site.get("/api/v1/openapi.json").json["paths"]["/api/v1/search"]["get"]
    parameters = {one["name"]: one for one in search["parameters"]}

    assert len(found) == 10
    assert {code for address, code in answers.items() if "relevance" not in address} == {200}
    assert parameters["type"]["example"] == ["kitchen"]
    assert parameters["type"]["description"].startswith("Type of seed library.")
    assert parameters["results_unit"]["schema"]["enum"] == list(THEIRS["units"].ids)
