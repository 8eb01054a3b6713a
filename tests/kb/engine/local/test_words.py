"""Search by words: the values are tantivy's, in files of our own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.engine.base import Document
from kb.engine.local.words import Counts, WordIndex, rounded_length, write_words
from kb.text.analysis import terms, tokens
from tests.kb.engine.reference import KEPT_LENGTHS, kept_length

DOCUMENTS = (
    "Wine exporters\nWine makers export wine together.\nexporting\n"
    "Wine was hard to export. Wine makers in France had small vineyards.",
    "Metal\nMetal firms buy machines\nmachines, and one wine",
    "",
    "The OCMMN took up CAD-CAM; costs fell by 30% in Québec. Øystein Ås led it.",
    "Networks\norganisation network\nA woman led the factories.",
    "wine oak " * 21,
    "metal " + "oak loom " * 150,
    "wine " + "loom " * 5_000,
)


def build(folder: Path, documents: Sequence[str]) -> WordIndex:
    """The documents, written and opened."""
    written = [Document(id=f"{row:05}", words=text) for row, text in enumerate(documents)]
    write_words(folder, Counts.of(written), len(written))
    return WordIndex.read(folder, len(documents))


def by_tantivy(documents: Sequence[str], term: str) -> list[float]:
    """What a term counts in each document, by an index of tantivy's own."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("row", stored=True)
    builder.add_text_field("text", tokenizer_name="ours")
    schema = builder.build()
    index = tantivy.Index(schema)
    whole_words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer("ours", whole_words)
    writer = index.writer(heap_size=50_000_000, num_threads=1)
    for row, document in enumerate(documents):
        writer.add_document(tantivy.Document(row=row, text=" ".join(tokens(document))))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    query = tantivy.Query.term_query(schema, "text", term, "freq")
    scores = [0.0] * len(documents)
    for score, address in searcher.search(query, limit=len(documents)).hits:
        scores[searcher.doc(address)["row"][0]] = score
    return scores


def most(documents: Sequence[str], words: Sequence[str]) -> float:
    """What a document would count that has every word without end."""
    held = [sum(term in terms(text) for text in documents) for term in words]
    return 2.2 * sum(float(np.log(1 + (len(documents) - n + 0.5) / (n + 0.5))) for n in held)


@pytest.mark.parametrize(
    "words",
    [["wine"], ["metal"], ["oak"], ["loom"], ["wine", "oak", "loom"], ["elm", "metal"]],
    ids=" ".join,
)
def test_values_are_those_of_tantivy(tmp_path, words):
    """To the precision of its numbers, for documents of every length."""
    index = build(tmp_path / "words", DOCUMENTS)

    found = index.scores(words).shares

    expected = np.sum([by_tantivy(DOCUMENTS, term) for term in words], axis=0)
    assert (found.dtype, found.shape) == (np.float64, (len(DOCUMENTS),))
    assert np.abs(found - expected / most(DOCUMENTS, words)).max() <= 1e-6
    assert ((found >= 0) & (found < 1)).all()


#: Words that the analyser leaves as they are.
_TEXT = st.lists(st.sampled_from(("wine", "metal", "lut", "oak")), max_size=90).map(" ".join)


@settings(deadline=None, derandomize=True, max_examples=15)
@given(
    documents=st.lists(_TEXT, min_size=1, max_size=6),
    words=st.lists(
        st.sampled_from(("wine", "metal", "lut", "oak", "elm")), min_size=1, unique=True
    ),
)
def test_values_of_any_documents_are_those_of_tantivy(tmp_path_factory, documents, words):
    """Whatever their number and their lengths."""
    index = build(tmp_path_factory.mktemp("any") / "words", documents)

    found = index.scores(words)

    expected = np.sum([by_tantivy(documents, term) for term in words], axis=0)
    assert np.abs(found.shares - expected / most(documents, words)).max() <= 1e-6
    assert [index.frequency(term) for term in words] == [
        sum(term in text.split() for text in documents) for term in words
    ]


def test_lengths_are_rounded_down_to_those_that_a_byte_keeps():
    """Every length up to 100,000, against the table of all 256."""
    lengths = np.concatenate([np.arange(3_000), np.arange(3_000, 100_000, 37)])

    assert rounded_length(lengths).tolist() == [kept_length(n) for n in lengths.tolist()]
    exact = KEPT_LENGTHS[:200]
    assert rounded_length(np.array(exact)).tolist() == exact


def test_a_score_worked_by_hand(tmp_path):
    """One word, once, in one of two documents of one word each.

    The inverse document frequency is ln(1 + 1.5 / 1.5) = ln 2; the word counts
    ln 2 * 2.2 / 2.2 of the ln 2 * 2.2 that it could.
    """
    found = build(tmp_path / "words", ["wine", "metal"]).scores(["wine"])

    assert found.shares.tolist() == [pytest.approx(1 / 2.2, abs=1e-7), 0.0]
    assert (found.coverage.by_all, found.coverage.by_one) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("export", [0], id="stem"),
        pytest.param("exports", [0], id="plural of a verb"),
        pytest.param("vineyard", [0], id="singular finds plural"),
        pytest.param("machine", [1], id="machine"),
        pytest.param("factory", [4], id="-y and -ies"),
        pytest.param("network", [4], id="network finds networks"),
        pytest.param("organizations", [4], id="-ize finds -ise"),
        pytest.param("organisational", [4], id="derived"),
        pytest.param("OCMMN", [3], id="acronym"),
        pytest.param("ocmmn", [3], id="acronym in lower case"),
        pytest.param("CAD-CAM", [3], id="hyphenated"),
        pytest.param("cam", [3], id="half of a hyphenated word"),
        pytest.param("30%", [3], id="percentage"),
        pytest.param("30 per cent", [3], id="its number"),
        pytest.param("300", [], id="another number"),
        pytest.param("quebec", [3], id="without accents"),
        pytest.param("QUÉBEC", [3], id="accents in capitals"),
        pytest.param("Oystein As", [3], id="Nordic letters"),
        pytest.param("wine", [0, 1], id="two documents"),
        pytest.param("metal vineyards", [0, 1], id="any of the words"),
        pytest.param("the and of what is about", [], id="only function words"),
        pytest.param("", [], id="nothing"),
        pytest.param("— % …", [], id="only signs"),
        pytest.param("trawler", [], id="a word that does not occur"),
    ],
)
def test_documents_with_a_word_of_the_query_score_and_no_others(tmp_path, text, expected):
    """Inflection, spelling, accents and case do not keep a word from being found."""
    found = build(tmp_path / "words", DOCUMENTS[:5]).scores(terms(text))

    assert np.flatnonzero(found.shares).tolist() == expected


def test_more_matching_words_score_more(tmp_path):
    """The document that is about wine comes before the one that mentions it."""
    shares = build(tmp_path / "words", DOCUMENTS[:5]).scores(["wine"]).shares

    assert shares[0] > shares[1] > 0


def test_rows_are_those_of_the_documents(tmp_path):
    """Row i of the scores belongs to document i, over hundreds of documents."""
    index = build(tmp_path / "words", [f"word{number}" for number in range(500)])

    found = [np.flatnonzero(index.scores([f"word{n}"]).shares).tolist() for n in range(0, 500, 7)]

    assert found == [[row] for row in range(0, 500, 7)]


def test_an_index_of_nothing_finds_nothing(tmp_path):
    """Without documents there is no score."""
    found = build(tmp_path / "words", []).scores(["wine"])

    assert (found.shares.tolist(), found.coverage.by_all) == ([], 0.0)
