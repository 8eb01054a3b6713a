"""What is left out by its name, and two languages in one query, over the whole compendium.

With the default encoders, as somebody asks it.
"""

from __future__ import annotations

import pytest

from kb.answers.reading import readings
from kb.search.query import Query
from kb.search.searcher import Searcher


@pytest.fixture(name="searcher", scope="module")
def _searcher(whole_live) -> Searcher:
    """The search over the whole compendium, in place of the toy one."""
    return whole_live.current()


def _told(searcher: Searcher, text: str) -> list[str]:
    """The sentences above an answer."""
    return [str(one) for one in readings(searcher.search(Query(text=text)), searcher.taxonomy)]


@pytest.mark.parametrize(
    ("text", "without", "sectors"),
    [
        ("export but without tourism", "export", ["tourism"]),
        ("export without furniture", "export", ["furniture"]),
        ("export without tourism and without food", "export", ["tourism", "food"]),
        ("export but without tourism or beer", "export", ["tourism", "beer"]),
        ("marketing but no tourism", "marketing", ["tourism"]),
        ("marketing no tourism", "marketing", ["tourism"]),
        ("marketing not tourism", "marketing", ["tourism"]),
        ("marketing, not tourism", "marketing", ["tourism"]),
        ("marketing minus tourism", "marketing", ["tourism"]),
        ("marketing excluding cosmetics", "marketing", ["cosmetics"]),
        ("marketing with the exception of tourism", "marketing", ["tourism"]),
        ("export -tourism", "export", ["tourism"]),
        ("export (not tourism)", "export", ["tourism"]),
        ("export; no tourism", "export", ["tourism"]),
        ("export w/o tourism", "export", ["tourism"]),
        ("export. please exclude tourism", "export", ["tourism"]),
        ("neither tourism nor wine, export", "export", ["tourism", "wine-spirits"]),
        ("no beer, no wine, just marketing", "just marketing", ["beer", "wine-spirits"]),
        ("export hors tourisme", "export", ["tourism"]),
        ("Export, bis auf Tourismus", "Export", ["tourism"]),
        ("esportare, niente turismo", "export", ["tourism"]),
        ("export ohne Tourismus", "export", ["tourism"]),
        ("Export, aber ohne Möbel", "Export", ["furniture"]),
        ("exportar sin turismo", "export", ["tourism"]),
        ("exportar pero sin muebles", "export", ["furniture"]),
        ("esportare senza turismo", "export", ["tourism"]),
        ("export sans meubles", "export", ["furniture"]),
        ("exportar mas sem turismo", "export", ["tourism"]),
        ("eksport uten turisme", "export exporting", ["tourism"]),
    ],
)
def test_a_sector_is_left_out_by_a_part_of_its_name(searcher, text, without, sectors):
    """It is told, and what is found is what the rest finds of other sectors."""
    answer = searcher.search(Query(text=text))

    assert [one.values for one in answer.reading.exclusions] == [(one,) for one in sectors]
    assert answer.reading.in_english == without
    assert all(said.startswith("Left out: ") for said in _told(searcher, text))
    assert answer.total > 0
    found = searcher.found(Query(text=text))
    assert not any(set(case.facets["sector"]) & set(sectors) for case in found.cases)


@pytest.mark.parametrize(
    "text",
    [
        "everything except tourism",
        "anything but hotels",
        "all excluding tourism",
        "todo menos turismo",
        "tout sauf le tourisme",
        "alles außer Tourismus",
        "tutto tranne il turismo",
        "no tourism",
        "alt unntatt turisme",
    ],
)
def test_everything_but_a_sector_is_listed(searcher, text):
    """Words for everything ask for nothing of their own."""
    answer, every = searcher.search(Query(text=text)), searcher.search(Query())
    of_tourism = searcher.search(Query(filters={"sector": ("tourism",)}))

    assert answer.total == every.total - of_tourism.total > 0


@pytest.mark.parametrize(
    ("text", "left_in"),
    [
        ("wine export without cooperatives", ["without cooperatives"]),
        ("marketing but without a broker", ["but without a broker"]),
        ("clusters but no universities", ["but no universities"]),
        ("women not men", ["not men"]),
        ("grow without losing independence", []),
        ("small makers without a brand of their own", []),
        ("farmers without transport", []),
        ("wine makers without wine experience", []),
        ("we are bakers without transport", []),
        ("we have no money", []),
        ("why not export together", []),
        ("firms in and outside networks", []),
        ("un socio non paga", []),
        ("networks that exclude competitors", []),
        ("no website", []),
    ],
)
def test_what_is_not_left_out_is_told_where_it_may_be_meant(searcher, text, left_in):
    """What somebody lacks is what is looked for, and no word is said of it."""
    reading = searcher.analyser.analyse(text)

    assert (list(reading.left_in), reading.exclusions) == (left_in, ())
    assert len(_told(searcher, text)) == len(left_in)


@pytest.mark.parametrize(
    ("text", "in_english"),
    [
        ("we want to sell fromage together", ["we want to sell", "cheese", "together"]),
        ("we sell leche togehter", ["we sell", "milk", "together"]),
        ("exportar wine Germany", ["export", "wine Germany"]),
        (
            "we want to export con otros productores de queso",
            ["we want to export", "producer", "cheese"],
        ),
        ("my pequeña panaderia wants flour", ["my", "small", "baker", "wants flour"]),
        ("small hotels in Noruega", ["small hotels in", "Norway"]),
        ("export to Alemania", ["export to", "Germany"]),
        ("networks of fabricants de meubles", ["networks of", "furniture maker"]),
        ("Bäcker buy flour together", ["baker", "buy flour together"]),
        ("exporting Käse to Japan", ["exporting", "cheese", "to Japan"]),
        ("consorzio of cheese makers", ["consortium", "of cheese makers"]),
        ("los agricultores share a warehouse", ["farmer", "share a warehouse"]),
        ("queremos buy machines together", ["buy machines together"]),
        ("hvordan share machines", ["how", "share machines"]),
        ("marketing de vino in Texas", ["marketing de", "wine", "in Texas"]),
    ],
)
def test_words_of_two_languages_are_both_read(searcher, text, in_english):
    """Each word in its own; the page says how, and something is found for it."""
    result = searcher.search(Query(text=text))

    assert list(result.interpreted_as) == in_english
    assert result.reading.english
    assert result.reading.in_english


@pytest.mark.parametrize(
    "text",
    [
        "wine Export gemeinsam",
        "queremos exportar wine to Germany gemeinsam",
        "we want to export con otros productores de queso",
        "we want to sell fromage together",
    ],
)
def test_what_each_language_finds_alone_both_find(searcher, text):
    """A query was not refused for being in two languages."""
    assert searcher.search(Query(text=text)).total > 0


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        ("cut bois together", "cut boys together"),
        ("do smal hotels save money", "do small hotels save money"),
        ("a lazer cutter", "a laser cutter"),
        ("telecom companies", "telecom companies"),
        ("évaluation", "évaluation"),
        ("UNIDO export consortia", "UNIDO export consortia"),
        ("Mondragon", "Mondragon"),
    ],
)
def test_a_word_alone_is_rather_a_slip_of_english(searcher, text, repaired):
    """Where it is a likely one; a name is a word of no language."""
    reading = searcher.analyser.analyse(text)

    assert (reading.text, reading.translated) == (repaired, ())


def test_a_word_that_is_no_slip_is_read_as_it_is_typed(searcher):
    """Who searches for the words as typed is read in the language that knows them."""
    reading = searcher.analyser.analyse("cut bois together", exact=True)

    assert reading.text == "cut bois together"
    assert "wood" in reading.translated


def test_who_wants_no_public_money_is_told_that_of_many_nothing_is_known(searcher):
    """They are found, as nothing says that they had any."""
    assert _told(searcher, "networks without public money")[-1] == (
        "Cases that do not tell who paid are in."
    )
