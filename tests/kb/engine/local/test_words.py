"""Search by words, against the BM25 formula written out in Python."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.engine.local.words import LexicalIndex
from kb.errors import SnapshotCorrupt
from kb.text.analysis import terms

#: Few enough words that tantivy keeps the length exactly (up to 40).
DOCUMENTS = (
    "Wine exporters\nWine makers export wine together.\nexporting\n"
    "Wine was hard to export. Wine makers in France had small vineyards.",
    "Metal\nMetal firms buy machines\nmachines, and one wine",
    "",
    "The OCMMN took up CAD-CAM; costs fell by 30% in Québec. Øystein Ås led it.",
    "Networks\norganisation network\nA woman led the factories.",
)


def build(folder: Path, documents: Sequence[str]) -> LexicalIndex:
    """The documents, written and opened."""
    LexicalIndex.build(folder, documents)
    return LexicalIndex.open(folder)


def idf(texts: Sequence[Sequence[str]], word: str) -> float:
    """The inverse document frequency of a word."""
    n_with = sum(word in text for text in texts)
    return math.log(1 + (len(texts) - n_with + 0.5) / (n_with + 0.5))


def bm25(documents: Sequence[str], words: Sequence[str]) -> list[float]:
    """BM25 with k1 = 1.2 and b = 0.75 over whole words, spelled out.

    Divided by what a document would score that has every word without limit: k1 + 1
    times the inverse document frequency of each word.
    """
    texts = [document.split() for document in documents]
    mean_length = sum(map(len, texts)) / len(texts)
    scores, best = [0.0] * len(documents), 0.0
    for word in words:
        best += idf(texts, word) * 2.2
        for at, text in enumerate(texts):
            count = text.count(word)
            if count:
                length = 0.25 + 0.75 * len(text) / mean_length
                scores[at] += idf(texts, word) * 2.2 * count / (count + 1.2 * length)
    return [score / best for score in scores]


@pytest.fixture(name="index", scope="module")
def _index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    return build(tmp_path_factory.mktemp("words") / "words", DOCUMENTS)


#: Words that the analyser leaves as they are.
_TEXT = st.lists(st.sampled_from(("wine", "metal", "lut", "oak")), max_size=40).map(" ".join)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(
    documents=st.lists(_TEXT, min_size=1, max_size=6),
    words=st.lists(
        st.sampled_from(("wine", "metal", "lut", "oak", "elm")), min_size=1, unique=True
    ),
)
def test_scores_are_those_of_the_formula(tmp_path_factory, documents, words):
    """Every document scores what BM25 gives for it, as a share of the most that it can give."""
    index = build(tmp_path_factory.mktemp("any") / "words", documents)

    found = index.search(words)

    expected = {row: score for row, score in enumerate(bm25(documents, words)) if score}
    assert (found.rows.dtype, found.scores.dtype) == (np.int64, np.float64)
    assert found.rows.tolist() == list(expected)
    assert found.scores.tolist() == pytest.approx(list(expected.values()), abs=1e-6)
    assert [score for score in found.scores if not 0 < score < 1] == []
    texts = [document.split() for document in documents]
    assert found.terms == tuple(
        tuple(word for word in words if word in texts[row]) for row in expected
    )
    assert [index.document_frequency(word) for word in words] == [
        sum(word in text for text in texts) for word in words
    ]


def test_a_score_worked_by_hand(tmp_path):
    """One word, once, in one of two documents of one word each.

    The inverse document frequency is ln(1 + 1.5 / 1.5) = ln 2; the word counts
    ln 2 * 2.2 / 2.2 of the ln 2 * 2.2 that it could.
    """
    index = build(tmp_path / "words", ["wine", "metal"])

    found = index.search(["wine"])

    assert (found.rows.tolist(), found.terms) == ([0], (("wine",),))
    assert found.scores.tolist() == [pytest.approx(1 / 2.2, abs=1e-7)]


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
def test_documents_with_a_word_of_the_query_score_and_no_others(index, text, expected):
    """Inflection, spelling, accents and case do not keep a word from being found."""
    found = index.search(terms(text))

    assert found.rows.tolist() == expected
    assert len(index) == len(DOCUMENTS)


def test_more_matching_words_score_more(index):
    """The document that is about wine comes before the one that mentions it."""
    found = index.search(["wine"])

    assert found.rows.tolist() == [0, 1]
    assert found.scores[0] > found.scores[1]


def test_rows_are_those_of_the_documents(tmp_path):
    """Row i of the scores belongs to document i, over hundreds of documents."""
    words = [f"word{number}" for number in range(500)]
    index = build(tmp_path / "words", words)

    found = [index.search([word]).rows.tolist() for word in words[::7]]

    assert len(index) == 500
    assert found == [[row] for row in range(0, 500, 7)]


def test_an_index_of_nothing_finds_nothing(tmp_path):
    """Without documents there is no score."""
    index = build(tmp_path / "words", [])

    assert (len(index), index.search(["wine"]).rows.tolist()) == (0, [])


def test_building_again_replaces_what_was_there(tmp_path):
    """The folder holds the documents of the last build alone."""
    build(tmp_path / "words", ["wine", "wine"])

    index = build(tmp_path / "words", ["metal"])

    assert (len(index), index.search(["wine"]).rows.tolist()) == (1, [])


def _files(folder: Path) -> list[Path]:
    """Every file that an index is read from, by its ending; tantivy's own locks are not."""
    return sorted(path for path in folder.iterdir() if path.suffix != ".lock")


_PARTS = [".fast", ".fieldnorm", ".idx", ".pos", ".store", ".term", "meta.json"]


@pytest.mark.parametrize("part", _PARTS)
@pytest.mark.parametrize("damage", ["removed", "cut", "emptied"])
def test_a_damaged_folder_is_refused(tmp_path, part, damage):
    """An index that misses any of its files, or part of one, is not opened."""
    folder = tmp_path / "words"
    LexicalIndex.build(folder, DOCUMENTS)
    (path,) = [path for path in _files(folder) if part in (path.suffix, path.name)]
    data = path.read_bytes()
    path.unlink() if damage == "removed" else path.write_bytes(data[: len(data) // 2])
    if damage == "emptied":
        path.write_bytes(b"")

    with pytest.raises(SnapshotCorrupt) as raised:
        LexicalIndex.open(folder)

    expected = f"The word index cannot be read: {folder}. Run 'kb build'."
    assert str(raised.value) == expected


def test_every_file_was_damaged_above(tmp_path):
    """The table of damages names each kind of file that an index consists of."""
    LexicalIndex.build(tmp_path / "words", DOCUMENTS)

    kinds = {path.suffix or path.name for path in _files(tmp_path / "words")}

    assert kinds - {".json"} == {part for part in _PARTS if part.startswith(".")}


@pytest.mark.parametrize("what", ["nothing", "a file", "an empty folder", "another index"])
def test_what_is_no_word_index_is_refused(tmp_path, what):
    """A missing or foreign folder gives the sentence that says what to do."""
    folder = tmp_path / "words"
    if what == "a file":
        folder.write_text("wine")
    elif what != "nothing":
        folder.mkdir()
    if what == "another index":
        schema = tantivy.SchemaBuilder().add_text_field("name").build()
        tantivy.Index(schema, path=str(folder))

    with pytest.raises(SnapshotCorrupt) as raised:
        LexicalIndex.open(folder)

    expected = f"The word index cannot be read: {folder}. Run 'kb build'."
    assert str(raised.value) == expected


def test_a_copy_of_the_folder_gives_the_same_scores(tmp_path, index):
    """An index is its files: a copy elsewhere scores alike."""
    LexicalIndex.build(tmp_path / "words", DOCUMENTS)
    shutil.copytree(tmp_path / "words", tmp_path / "copy")

    copy = LexicalIndex.open(tmp_path / "copy")

    for text in ("wine", "OCMMN 30%", "network of firms"):
        one, other = copy.search(terms(text)), index.search(terms(text))
        assert (one.rows.tolist(), one.scores.tolist()) == (
            other.rows.tolist(),
            other.scores.tolist(),
        )


class Unreadable:
    """A searcher over files that are not what they were any more."""

    num_docs = 3

    def search(self, *_: object, **__: object) -> None:
        """No hits."""
        raise ValueError("Data corrupted: 'block'")

    def doc_freq(self, *_: object) -> None:
        """No number."""
        raise ValueError("Data corrupted: 'block'")


def test_files_that_change_while_they_are_searched_are_damage(tmp_path):
    """What the library says of its files in the middle of an answer is an error of ours."""
    LexicalIndex.build(tmp_path / "words", ["wine"])
    index = LexicalIndex.open(tmp_path / "words")
    index.__dict__["_searcher"] = Unreadable()

    for ask in (lambda: index.search(["wine"]), lambda: index.document_frequency("wine")):
        with pytest.raises(SnapshotCorrupt) as raised:
            ask()
        assert str(raised.value) == (
            f"The word index cannot be read: {tmp_path / 'words'}. Run 'kb build'."
        )
