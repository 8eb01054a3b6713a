"""Queries in other languages from end to end: search, page, API and command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.cli.main import main
from kb.content.glossary import write_forms
from kb.indexing.pipeline import build
from kb.model.word_table import WordTable
from kb.search.answer import SearchResult
from kb.search.opening import open_live
from kb.search.query import Query
from kb.search.searcher import Searcher
from kb.settings import Settings
from kb.snapshots.format import open_snapshot
from kb.snapshots.store import current_id
from tests.toy import copy_toy_corpus
from web import create_app

TABLE = WordTable(
    meanings=((), ("wine",), ("export", "exporting"), ("Norway",), ("metal",)),
    forms={"fr": {"vins": 1, "a": 0, "exporter": 2, "norvege": 3, "metaux": 4, "de": 0}},
)

FRENCH = "vins de Norvège à exporter"
TERMS = ("wine", "Norway", "export", "exporting")


@pytest.fixture(name="french", scope="module")
def _french(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A built toy compendium with a little French."""
    folder = tmp_path_factory.mktemp("french")
    cases = copy_toy_corpus(folder / "cases")
    glossary = cases / "glossary.yaml"
    glossary.write_text("languages: [fr]\nterms: {}\n", encoding="utf-8")
    write_forms(cases / "glossary-forms.json", glossary, TABLE)
    own = replace(settings, cases=cases, index=folder / "index")
    build(own)
    return own


@pytest.fixture(name="reader", scope="module")
def _reader(french: Settings) -> Searcher:
    return open_live(french).current()


def ids(result: SearchResult) -> list[str]:
    """The hits of an answer."""
    return [hit.case.id for hit in result.hits]


def test_the_table_is_in_the_snapshot(french):
    """What was kept beside the glossary comes out of the snapshot as it went in."""
    snapshot = open_snapshot(french.index / current_id(french.index))

    assert snapshot.content.compendium.glossary == TABLE


def test_another_table_makes_another_snapshot(french, tmp_path):
    """The glossary is part of what a snapshot is made from."""
    write_forms(french.cases / "glossary-forms.json", french.cases / "glossary.yaml", WordTable())
    own = replace(french, index=tmp_path / "index")

    changed = build(own).snapshot_id

    write_forms(french.cases / "glossary-forms.json", french.cases / "glossary.yaml", TABLE)
    assert build(own).snapshot_id == current_id(french.index) != changed


def test_a_query_is_answered_as_its_english(reader):
    """Hits, scores, reasons and what the words name are those of the English terms."""
    french = reader.search(Query(text=FRENCH))
    english = reader.search(Query(text=" ".join(TERMS), exact=True))

    assert french.interpreted_as == TERMS
    assert english.interpreted_as == ()
    assert len(french.hits) > 1
    assert french.hits == english.hits
    assert french.mentions == english.mentions
    assert {mention.value for mention in french.mentions} >= {"NO", "exporting"}
    assert {word for hit in french.hits for reason in hit.reasons for word in reason.words} >= {
        "wine",
        "export",
    }


def test_the_page_says_how_it_was_read(french):
    """One quiet line on the page of results, none for English."""
    client = create_app(open_live(french), french).test_client()
    line = '<p class="why read-as">Read in English as: wine, Norway, export, exporting</p>'

    assert client.get("/search", query_string={"q": FRENCH}).text.count(line) == 1
    assert "read-as" not in client.get("/search?q=wine").text


def test_the_api_says_how_it_was_read(french):
    """The terms as a list; empty for English."""
    client = create_app(open_live(french), french).test_client()

    answers = [
        client.get("/api/v1/search", query_string={"q": text}).json for text in (FRENCH, "wine")
    ]

    assert [answer["interpreted_as"] for answer in answers] == [list(TERMS), []]


def test_the_command_line_says_how_it_was_read(french, monkeypatch):
    """On standard error for people; in the answer as JSON."""
    monkeypatch.setenv("KB_MODEL", french.model)
    monkeypatch.setenv("KB_MULTILINGUAL", "off")
    arguments = ["search", "--index", str(french.index), FRENCH]

    told = CliRunner().invoke(main, arguments)
    data = CliRunner().invoke(main, [*arguments, "--json"])

    assert told.stderr.splitlines()[0] == f"Read in English as: {', '.join(TERMS)}"
    assert json.loads(data.stdout)["interpreted_as"] == list(TERMS)


def test_a_stale_table_keeps_a_build_from_starting(french, tmp_path):
    """``kb check`` names the command that mends it."""
    cases = copy_toy_corpus(tmp_path / "cases")
    (cases / "glossary.yaml").write_text("languages: [fr]\nterms: {}\n", encoding="utf-8")

    done = CliRunner().invoke(main, ["check", "--cases", str(cases)])

    assert (done.exit_code, done.stdout) == (
        1,
        f"{cases}/glossary.yaml:1: has no glossary-forms.json beside it; run 'kb glossary'. "
        "[glossary-forms-stale]\n",
    )


def test_the_command_makes_the_table(tmp_path):
    """``kb glossary`` finds the forms, tells of each language and says what it wrote."""
    path = tmp_path / "glossary.yaml"
    path.write_text("languages: ['no']\nterms: {fish: [fisk]}\n", encoding="utf-8")

    done = CliRunner().invoke(main, ["glossary", "--cases", str(tmp_path)])

    target = tmp_path / "glossary-forms.json"
    forms = json.loads(target.read_bytes())["forms"]["no"]
    assert {"fisk", "fisken", "fisker"} <= set(forms)
    assert (done.exit_code, done.stdout, done.stderr) == (
        0,
        f"{target}: {len(forms)} forms in 1 languages for 1 English terms. "
        "Run 'kb build' to use it.\n",
        "Finding the forms of the words in 'no' …\n",
    )


def test_the_command_needs_a_glossary(tmp_path):
    """Without the file there is nothing to read, and nothing is written."""
    done = CliRunner().invoke(main, ["glossary", "--cases", str(tmp_path)])

    assert (done.exit_code, done.stderr) == (
        1,
        f"Error: {tmp_path}/glossary.yaml must exist: it is what 'kb glossary' reads; "
        "set KB_CASES.\n",
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "case_id"),
    [
        ("volants de voiture en cuir", "australia/leather-steering-wheels"),
        ("previsione della moda per le imprese tessili", "italy/textile-demand-forecasting"),
        ("teknologi for fiskeoppdrett", "norway/fish-farming-technology"),
        ("fabricantes de calzado investigan juntos", "spain/biomechanics-footwear"),
        ("ein Schneepflug für den Winter", "united-states/snowplough"),
        ("turismo de caça e pesca para americanos", "canada/hunting-fishing-lodges"),
    ],
    ids=["fr", "it", "no", "es", "de", "pt"],
)
def test_the_case_that_a_person_means_comes_first(real_live, text, case_id):
    """In the real compendium a need in each language finds its case."""
    result = real_live.current().search(Query(text=text))

    assert ids(result)[0] == case_id


def test_english_is_searched_as_without_a_glossary(real_live, real_settings):
    """The answers to English queries, names and slips do not change by the glossary."""
    folder: Path = real_settings.index / current_id(real_settings.index)
    snapshot = open_snapshot(folder)
    compendium = replace(snapshot.content.compendium, glossary=WordTable())
    without = replace(snapshot, content=replace(snapshot.content, compendium=compendium))
    plain = Searcher(without, real_live.current().encoders, min_score=real_settings.min_score)
    searcher = real_live.current()

    for text in (
        "five wineries that want to sell abroad",
        "who pays the broker",
        "netwroks of frims in Norwya",
        "joint purchasing of machines",
        "SND",
        "golf",
        "Trawler 2000",
        "Emilia-Romagna",
        "does a network programme create jobs",
        "hospital beds",
    ):
        query = Query(text=text)
        found, expected = searcher.search(query), plain.search(query)
        assert found == expected
        assert found.interpreted_as == ()
