"""What every engine must pass; ``engines.py`` lists them.

Every test compares with ``reference.py``, which is slow and obvious, or with a comprehension.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise

import numpy as np
import pytest

from kb.engine.base import (
    TITLE,
    Answering,
    ContinuingWriter,
    Document,
    Engine,
    EngineEvidence,
    EngineWriter,
    Figure,
    Part,
    Question,
    VectorText,
    unit_rows,
)
from kb.engine.filters import EVERYTHING, FigureFilter, Filter, Saying
from kb.text.analysis import terms, tokens
from tests.kb.engine.engines import ENGINES, Store
from tests.kb.engine.reference import (
    ReferenceAnswering,
    ReferenceEngine,
    ReferenceStore,
    as_tuple,
    figure_list,
    passes,
)

COUNTRIES = ("NO", "DK", "FR", "ES")
WORDS = ("wine", "metal", "oak", "loom", "export")
WIDTH = 5


def digest(text: str) -> str:
    """A digest as texts have it."""
    return sha256(text.encode()).hexdigest()


def id_of(number: int) -> str:
    """An id that sorts otherwise than its number."""
    return f"{'zyx'[number % 3]}/å-{number:03}"


#: What is between the words of texts: nothing that counts, a hyphen, the end of a sentence.
BETWEEN = (" ", " ", " of the ", "-", ". ", ", and ")
#: Words as texts write them: inflected, with accents, in capitals, figures, short names.
SAID = ("wine", "Wines", "exporting", "Québec", "QUEBEC", "30 per cent", "30%", "SMEs", "co", "op")


def says_of(number: int) -> tuple[str, ...]:
    """From none to three texts of a few words, of which many follow one another in several."""
    rng = np.random.default_rng([number, 9])
    return tuple(
        "".join(f"{rng.choice(SAID)}{rng.choice(BETWEEN)}" for _ in range(int(rng.integers(0, 9))))
        for _ in range(number % 4)
    )


def document(number: int, rng: np.random.Generator) -> Document:
    """A document with any values."""
    some = [str(one) for one in rng.permutation(COUNTRIES)[: rng.integers(0, 3)]]
    figures = tuple(
        Figure(
            metric=str(rng.choice(["sales", "cost"])),
            unit=str(rng.choice(["percent", "jobs"])),
            low=float(rng.choice([5, 10, 20])),
            high=float(rng.choice([20, np.nan])),
            sign=int(rng.integers(-1, 2)),
            compared=bool(rng.integers(0, 2)),
            own=bool(rng.integers(0, 2)),
            sought=bool(rng.integers(0, 4)),
            way=int(rng.integers(-1, 2)),
        )
        for _ in range(rng.integers(0, 3))
    )
    return Document(
        id=id_of(number),
        words=" ".join(rng.choice(WORDS, size=rng.integers(0, 12))),
        says=says_of(number),
        kind=str(rng.choice(["network", "study", "guide"])),
        title=str(rng.choice(["Wine", "wine", "Ærlig", "Zinc", ""])),
        facets={"country": tuple(some), "type": ("t1",) if number % 7 else ()},
        figures=figures,
        links=(*(id_of(int(other)) for other in rng.integers(0, 70, size=number % 3)), "nobody"),
        keys={"year": float(rng.integers(1990, 1995))} if number % 4 else {},
    )


def texts_of(document_id: str, number: int, n: int | None = None) -> list[VectorText]:
    """From none to three texts of a document."""
    return [
        VectorText(owner=document_id, ordinal=at, digest=digest(f"{document_id} {at}"))
        for at in range(number % 4 if n is None else n)
    ]


def plain_vectors(rng: np.random.Generator, n: int) -> np.ndarray:
    """Vectors whose cosines no rounding touches: many are equal, in every engine alike.

    One number, four of one size, or none: at length one these are 1, 0.5 or 0.
    """
    signs = rng.choice([-1.0, 1.0], size=(n, WIDTH))
    for row, kind in enumerate(rng.integers(0, 6, size=n)):
        place = rng.integers(0, WIDTH)
        signs[row, place if kind > 2 else np.arange(WIDTH) != place] = 0.0
    signs[rng.integers(0, 20, size=n) == 0] = 0.0
    return signs.astype(np.float32)


#: Queries of the same kind, of any length, one of zeros, and one like no text.
ONE, FOUR, NONE = np.array([1.0, 0, 0, 0, 0]), np.array([4.0, 4, 0, -4, 4]), np.zeros(WIDTH)
ANY = np.array([0.3, -1.7, 2.2, 0.1, 5.0])


def fill(writer: EngineWriter, *, n: int, seed: int = 3) -> None:
    """Write documents and three vector sets; one of them with owners that are no documents."""
    rng = np.random.default_rng(seed)
    documents = [document(number, rng) for number in range(n)]
    for one in documents:
        writer.write(one)
    for name, more in (("passages", 0), ("abroad", 2)):
        texts = [text for at, one in enumerate(documents) for text in texts_of(one.id, at + more)]
        if texts:
            writer.write_vectors(name, texts, plain_vectors(rng, len(texts)) * 3)
    phrases = [text for owner in ("p2", "p0", "p1") for text in texts_of(owner, 3)]
    writer.write_vectors("phrases", phrases, plain_vectors(rng, 9))


FILTERS: Mapping[str, Filter] = {
    "everything": EVERYTHING,
    "a facet without values": Filter(facets={"country": ()}),
    "one value": Filter(facets={"country": ("NO",)}),
    "either of two": Filter(facets={"country": ("NO", "FR")}),
    "each of two": Filter(facets={"country": ("NO", "FR")}, all_of=frozenset({"country"})),
    "each of two, and one of another": Filter(
        facets={"country": ("NO", "FR"), "type": ("t1", "t2")}, all_of=frozenset({"country"})
    ),
    "each, one that none has": Filter(
        facets={"country": ("NO", "XX")}, all_of=frozenset({"country"})
    ),
    "each of a facet without values": Filter(
        facets={"type": ()}, all_of=frozenset({"type", "colour"})
    ),
    "both facets": Filter(facets={"country": ("DK",), "type": ("t1",)}),
    "a value that none has": Filter(facets={"country": ("XX",)}),
    "a facet that none has": Filter(facets={"colour": ("red",)}),
    "nearly all": Filter(facets={"type": ("t1",)}),
    "without a value": Filter(without={"country": ("NO",)}),
    "without two": Filter(without={"country": ("NO", "FR"), "type": ("t1",)}),
    "without what none has": Filter(without={"country": ("XX",), "colour": ("red",)}),
    "with one, without another": Filter(
        facets={"country": ("NO",)}, without={"country": ("FR", "DK")}
    ),
    "with and without the same": Filter(facets={"type": ("t1",)}, without={"type": ("t1",)}),
    "a kind": Filter(kinds=("guide",)),
    "kinds": Filter(kinds=("network", "study")),
    "a kind that none has": Filter(kinds=("novel",)),
    "a figure": Filter(figure=FigureFilter(metrics=("sales",), least=10)),
    "a figure in either metric": Filter(figure=FigureFilter(metrics=("sales", "cost"), least=20)),
    "a figure in a unit": Filter(figure=FigureFilter(metrics=("cost",), least=5, unit="jobs")),
    "a figure in a unit that none has": Filter(
        figure=FigureFilter(metrics=("cost",), least=5, unit="tonnes")
    ),
    "a figure in no metric": Filter(figure=FigureFilter(metrics=(), least=0)),
    "a figure beyond all": Filter(figure=FigureFilter(metrics=("sales",), least=999)),
    "a fall": Filter(figure=FigureFilter(metrics=("sales", "cost"), least=10, falls=True)),
    "a fall in a unit": Filter(
        figure=FigureFilter(metrics=("cost",), least=5, unit="percent", falls=True)
    ),
    "a word": Filter(saying=(Saying(terms=("wine",)),)),
    "two words": Filter(saying=(Saying(terms=("wine",)), Saying(terms=("export",)))),
    "a word that none holds": Filter(saying=(Saying(terms=("xylophon",)),)),
    "without a word": Filter(unsaid=(("oak",),)),
    "without words that some and none hold": Filter(unsaid=(("oak",), ("xylophon",), ("loom",))),
    "a word without another, in a country": Filter(
        facets={"country": ("NO",)}, saying=(Saying(terms=("wine",)),), unsaid=(("oak",),)
    ),
    "with and without the same word": Filter(
        saying=(Saying(terms=("wine",)),), unsaid=(("wine",),)
    ),
    "a phrase": Filter(saying=(Saying(terms=("wine", "export")),)),
    "a phrase that none says": Filter(saying=(Saying(terms=("oak", "loom")),)),
    "a phrase or a value": Filter(
        saying=(
            Saying(
                terms=("quebec", "wine"), values={"country": ("NO", "DK"), "type": (), "none": ()}
            ),
        )
    ),
    "two phrases or values, in either of two countries, without a third phrase": Filter(
        facets={"country": ("NO", "DK", "FR")},
        saying=(
            Saying(terms=("wine", "wine"), values={"country": ("NO",)}),
            Saying(terms=("export", "30%"), values={"country": ("NO", "DK")}),
        ),
        unsaid=(("small", "firm"),),
    ),
    "all of it": Filter(
        facets={"type": ("t1",)},
        without={"country": ("ES",)},
        kinds=("network", "study"),
        figure=FigureFilter(metrics=("sales",), least=5),
    ),
}
N = 60


def part(weight: float, *vector_sets: str) -> Part:
    """A kind of evidence."""
    return Part(vector_sets=vector_sets, weight=weight)


#: Questions by what they are made of.
QUESTIONS: Mapping[str, Question] = {
    "one set": Question(vectors={"passages": ONE}, parts=(part(1.0, "passages"),)),
    "zeros": Question(vectors={"passages": NONE}, parts=(part(1.0, "passages"),)),
    "two sets in a part": Question(
        vectors={"passages": FOUR, "abroad": ONE}, parts=(part(0.5, "passages", "abroad"),)
    ),
    "a set that counts less beside another": Question(
        vectors={"passages": FOUR, "abroad": ANY},
        parts=(Part(vector_sets=("passages", "abroad"), weight=0.5, beside=(1.0, 0.4)),),
    ),
    "two parts": Question(
        vectors={"passages": FOUR, "abroad": FOUR},
        parts=(part(0.5, "passages"), part(0.25, "abroad")),
    ),
    "a set in no part": Question(
        vectors={"passages": FOUR, "abroad": ANY}, parts=(part(1.0, "abroad"),)
    ),
    "words alone": Question(vectors={}, terms=("wine", "oak"), words=1.0),
    "words that count nothing": Question(
        vectors={"abroad": ONE}, terms=("wine",), parts=(part(1.0, "abroad"),)
    ),
    "words that none holds": Question(vectors={}, terms=("elm", "ash"), words=1.0),
    "some words that none holds": Question(vectors={}, terms=("elm", "loom"), words=1.0),
    "all of it": Question(
        vectors={"passages": ANY, "abroad": FOUR},
        terms=("export", "elm", "metal"),
        parts=(part(0.6, "passages"), part(0.3, "abroad", "passages")),
        words=0.4,
    ),
    "a set that is not there": Question(
        vectors={"other": np.ones(3), "abroad": ONE},
        parts=(part(1.0, "other"), part(0.5, "abroad", "other")),
    ),
    "a set of no documents": Question(vectors={"phrases": FOUR}, parts=(part(1.0, "phrases"),)),
    "nothing": Question(vectors={}),
}


@pytest.fixture(name="new_store", scope="module", params=ENGINES.values(), ids=ENGINES)
def _new_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Store]:
    """What makes an empty store of one engine."""
    return lambda: request.param(tmp_path_factory.mktemp("store"))


def filled(store: Store, n: int) -> Engine:
    """An engine with so many documents."""
    writer = store.writer()
    fill(writer, n=n)
    writer.publish()
    return store.open()


@pytest.fixture(name="engine", scope="module")
def _engine(new_store) -> Engine:
    return filled(new_store(), N)


@pytest.fixture(name="reference", scope="module")
def _reference() -> ReferenceEngine:
    return filled(ReferenceStore(), N)


@pytest.fixture(name="slow_answers", scope="module")
def _slow_answers(reference) -> Mapping[str, ReferenceAnswering]:
    """What the reference answers to each question: it remembers what it worked out."""
    return {name: reference.ask(question) for name, question in QUESTIONS.items()}


def counted(engine: Engine, within: Filter, among: np.ndarray | None = None) -> dict:
    """Counts, without the facets that have none."""
    counts = engine.counts(within, among)
    return {facet: dict(values) for facet, values in counts.items() if values}


def rows_of(numbers: Sequence[int]) -> np.ndarray:
    """Rows as engines take them."""
    return np.array(numbers, dtype=np.int64)


#: Rows to ask of: all, some in any order, none.
SOME = (rows_of(range(N)), rows_of([7, 3, 59, 0, 21]), rows_of([]))


def assert_same_evidence(found: EngineEvidence, expected: EngineEvidence) -> None:
    """Arrays alike, in type and shape too."""
    assert found.rows.tolist() == expected.rows.tolist()
    assert found.cosines.keys() == found.nearest.keys() == expected.cosines.keys()
    for name, cosines in expected.cosines.items():
        assert (found.cosines[name].dtype, found.nearest[name].dtype) == (np.float64, np.int64)
        assert np.abs(found.cosines[name] - cosines).max(initial=0) <= 1e-6
        assert found.nearest[name].tolist() == expected.nearest[name].tolist()
    assert found.words.dtype == np.float64
    assert found.words.shape == expected.rows.shape
    assert np.abs(found.words - expected.words).max(initial=0) <= 1e-6


#: Phrases of which every state is asked.
PHRASES = (("wine", "wine"), ("wine", "export"), ("quebec", "small", "firm"), ("export", "30%"))


def assert_same(engine: Engine, reference: Engine) -> None:
    """Two states answer alike."""
    assert len(engine) == len(reference)
    assert (engine.sizes, engine.dimensions) == (reference.sizes, reference.dimensions)
    rows = np.arange(len(reference))
    assert engine.ids(rows) == reference.ids(rows)
    assert counted(engine, EVERYTHING) == counted(reference, EVERYTHING)
    assert engine.document_frequencies(WORDS) == reference.document_frequencies(WORDS)
    for asked in PHRASES:
        assert engine.saying(asked).tolist() == reference.saying(asked).tolist()
    assert engine.links(rows).tolist() == reference.links(rows).tolist()
    for name in ("passages", "abroad"):
        assert [engine.texts(name, row) for row in rows] == [
            reference.texts(name, row) for row in rows
        ]
    for name in ("sales", "cost"):
        assert figure_list(engine.figures(name)) == figure_list(reference.figures(name))
    for name in (TITLE, "year"):
        assert engine.keys(name, rows).tolist() == reference.keys(name, rows).tolist()
    for question in QUESTIONS.values():
        found, expected = engine.ask(question), reference.ask(question)
        assert_same_evidence(found.evidence(rows), expected.evidence(rows))


# --- rows and ids ---


def test_rows_are_the_places_of_ids_in_their_order(engine, reference):
    """From id to row and back; an id that is not there has none."""
    names = sorted(id_of(number) for number in range(N))

    assert engine.ids(np.arange(N)) == tuple(names)
    assert [engine.row(name) for name in names] == list(range(N))
    assert engine.ids(rows_of([5, 2, 5])) == (names[5], names[2], names[5])
    assert engine.ids(rows_of([])) == ()
    for unknown in ("nobody", "", "x", "x/å-", "z/å-0599", "\x7f"):
        assert engine.row(unknown) is None


@pytest.mark.parametrize("prefix", ["x", "x/", "y/å", "z/å-00", "z/å-003", "q", "zz", "å", "%"])
def test_documents_under_a_prefix(engine, reference, prefix):
    """Those whose ids begin with some letters, which stand for themselves."""
    found = engine.under(prefix)

    assert found.dtype == np.int64
    assert found.tolist() == reference.under(prefix).tolist()


# --- filters ---


@pytest.mark.parametrize("within", FILTERS.values(), ids=FILTERS)
def test_what_passes_a_filter(engine, within):
    """Rows in order, how many, and counts by value are those of a comprehension."""
    rng = np.random.default_rng(3)
    documents = sorted((document(number, rng) for number in range(N)), key=lambda one: one.id)
    passing = [row for row, one in enumerate(documents) if passes(one, within)]

    found = engine.matching(within)
    assert (found.dtype, found.tolist()) == (np.int64, passing)
    assert engine.count(within) == len(passing)
    counts = engine.counts(within)
    assert {(f, v): n for f, values in counts.items() for v, n in values.items()} == {
        (facet, value): sum(value in documents[row].facets[facet] for row in passing)
        for row in passing
        for facet, values in documents[row].facets.items()
        for value in values
    }


@pytest.mark.parametrize("among", SOME, ids=["all", "some", "none"])
@pytest.mark.parametrize("within", FILTERS.values(), ids=FILTERS)
def test_what_passes_a_filter_among_some(engine, reference, within, among):
    """Only these rows, in their order; counts are over them."""
    found = engine.matching(within, among)

    assert found.tolist() == reference.matching(within, among).tolist()
    assert counted(engine, within, among) == counted(reference, within, among)


def test_the_filters_are_of_every_selectivity(reference):
    """The table above lets nothing, few, some, most and all pass."""
    numbers = {name: reference.count(within) for name, within in FILTERS.items()}

    assert (numbers["a figure beyond all"], numbers["everything"]) == (0, N)
    assert 1 < numbers["all of it"] < N / 2 < numbers["nearly all"] < N


# --- questions ---


def assert_best(found: np.ndarray, values: Sequence[float], rows: Sequence[int], n: int) -> None:
    """At least ``n`` of some rows were found, and none that was not is better than these."""
    least = sorted((values[row] for row in rows), reverse=True)[n - 1]
    missing = set(rows) - set(found.tolist())
    assert [row for row in missing if values[row] > least + 1e-6] == []


@pytest.mark.parametrize("by_each", [0, 3])
@pytest.mark.parametrize("limit", [1, 7, N - 1, 10_000])
@pytest.mark.parametrize("within", FILTERS.values(), ids=FILTERS)
def test_candidates_of_few_documents_are_the_best(
    engine, reference, slow_answers, within, limit, by_each
):
    """All that pass where they are few, or else the best by the sum and by each kind."""
    passing = reference.matching(within).tolist()
    for name, slow in slow_answers.items():
        answering: Answering = engine.ask(QUESTIONS[name])

        found = answering.candidates(within=within, limit=limit, by_each=by_each)

        assert found.dtype == np.int64
        assert found.tolist() == sorted(set(found.tolist()))
        assert set(found.tolist()) <= set(passing)
        if len(passing) <= limit:
            assert found.tolist() == passing
            continue
        parts = [values for _, values in slow.parts]
        assert limit <= len(found) <= limit + by_each * (1 + len(parts))
        assert_best(found, slow.sums, passing, limit)
        if by_each:
            for values in (slow.shares, *parts):
                assert_best(found, values, passing, min(by_each, len(passing)))


@pytest.mark.parametrize("name", ["one set", "zeros", "two sets in a part", "two parts", "nothing"])
@pytest.mark.parametrize("limit", [1, 7, 30])
def test_of_equal_candidates_the_first_are_taken(engine, reference, name, limit):
    """Where sums are equal to the last bit the lower rows come first, under a filter too."""
    question = QUESTIONS[name]
    for within in (EVERYTHING, FILTERS["nearly all"], FILTERS["either of two"]):
        found = engine.ask(question).candidates(within=within, limit=limit, by_each=2)

        expected = reference.ask(question).candidates(within=within, limit=limit, by_each=2)
        assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("name", QUESTIONS)
def test_estimates_of_few_documents_are_their_sums(engine, slow_answers, name):
    """Nothing is in doubt where every vector is looked at."""
    answering = engine.ask(QUESTIONS[name])

    for rows in SOME:
        found = answering.estimates(rows)
        assert (found.dtype, found.shape) == (np.float64, rows.shape)
        assert np.abs(found - slow_answers[name].estimates(rows)).max(initial=0) <= 1e-6
    assert answering.doubt == 0


@pytest.mark.parametrize("rows", SOME, ids=["all", "some", "none"])
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_evidence_is_that_of_the_reference(engine, reference, question, rows):
    """Cosines, which text is nearest, and words; of equal texts the first."""
    found = engine.ask(question).evidence(rows)

    assert_same_evidence(found, reference.ask(question).evidence(rows))


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_coverage_and_mean_are_those_of_the_reference(engine, reference, question):
    """Which terms are held, and the mean of the sum, exact where documents are few."""
    found, expected = engine.ask(question), reference.ask(question)

    assert found.coverage().by_all == pytest.approx(expected.coverage().by_all, abs=1e-9)
    assert found.coverage().by_one == pytest.approx(expected.coverage().by_one, abs=1e-9)
    assert found.mean() == pytest.approx(expected.mean(), abs=1e-6)


@pytest.mark.parametrize(
    "vector", [np.ones(4), np.ones((1, 5)), np.full(5, np.nan), np.full(5, np.inf)]
)
def test_a_vector_that_makes_no_sense_is_refused(engine, vector):
    """Another shape, or a number that is none: the vector set is named."""
    said = r"^the vector for 'passages' must be finite and have shape \(5,\)$"
    with pytest.raises(ValueError, match=said):
        engine.ask(Question(vectors={"passages": vector}))


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_makes_no_sense_is_refused(engine, limit):
    """A limit below one."""
    with pytest.raises(ValueError, match=f"limit must be at least 1, not {limit}"):
        engine.ask(QUESTIONS["one set"]).candidates(limit=limit)


# --- words ---


def test_document_frequencies(engine, reference):
    """How many documents hold each term, 0 for one that none holds."""
    asked = (*terms(" ".join(WORDS)), "elm")

    found = engine.document_frequencies(asked)

    assert found == reference.document_frequencies(asked)
    assert (found["elm"], min(found[term] for term in asked[:-1]) > 0) == (0, True)
    assert engine.document_frequencies(()) == {}


@pytest.mark.parametrize(
    "asked", [("wine",), ("wine", "oak"), ("oak", "loom", "metal"), ("wine", "elm"), ("elm",)]
)
def test_documents_that_hold_every_term(engine, reference, asked):
    """Rows in order; none where one of the terms is not there."""
    found = engine.holding(asked)

    assert (found.dtype, found.tolist()) == (np.int64, reference.holding(asked).tolist())


def phrases() -> list[tuple[str, ...]]:
    """From two to five terms: each that some text says, others, and some that none says."""
    rng = np.random.default_rng(17)
    said = [tokens(text) for number in range(N) for text in says_of(number)]
    found = [
        text[at : at + length]
        for length in range(2, 6)
        for text in said[length::4]
        for at in range(len(text) - length + 1)
    ]
    every = sorted({term for text in said for term in text})
    made = [tuple(map(str, rng.choice(every, size=2 + one % 4))) for one in range(200)]
    # The last of one text and the first of the next, and words that nobody says in a text.
    across = [
        (*one[-1:], *other[:1])
        for number in range(N)
        for one, other in pairwise(map(tokens, says_of(number)))
        if one and other
    ]
    return [*dict.fromkeys((*found, *made, *across, ("oak", "loom"), ("wine", "elm"), ("wine",)))]


def test_documents_that_say_terms_one_after_the_other(engine, reference):
    """As reading every text tells it, and never from the end of one text into the next."""
    asked = phrases()
    found = {one: engine.saying(one) for one in asked}

    assert {one: rows.tolist() for one, rows in found.items()} == {
        one: reference.saying(one).tolist() for one in asked
    }
    assert {rows.dtype for rows in found.values()} == {np.dtype(np.int64)}
    assert len([one for one, rows in found.items() if len(rows)]) > 200
    assert len([one for one, rows in found.items() if not len(rows)]) > 50


def test_words_are_analysed_as_everywhere(new_store):
    """Inflection, accents, American spelling: a document is found by the stems of a query."""
    store = new_store()
    writer = store.writer()
    writer.write(Document(id="a", words="The organisations of Québec exported WINES."))
    writer.write(Document(id="b", words="Metal, and nothing of it."))
    writer.publish()
    engine = store.open()

    for query in ("organization", "quebec", "exporting", "wine", "QUÉBEC"):
        answering = engine.ask(Question(vectors={}, terms=terms(query), words=1.0))
        assert answering.candidates(limit=1).tolist() == [0]
        held = answering.evidence(np.arange(2)).words
        assert (held > 0).tolist() == [True, False]
    assert terms("and of it the") == ()


def test_a_long_document_counts_its_words_as_one_byte_keeps_them(new_store):
    """Lengths are rounded down as tantivy has them, in every engine."""
    states = []
    for store in (new_store(), ReferenceStore()):
        writer = store.writer()
        for number, length in enumerate((0, 1, 23, 24, 25, 39, 40, 41, 57, 300, 5_000, 70_000)):
            writer.write(Document(id=f"{number:02}", words="wine " + "oak " * length))
        writer.publish()
        states.append(store.open())
    engine, reference = states
    question = Question(vectors={}, terms=("wine", "oak"), words=1.0)

    found = engine.ask(question).evidence(np.arange(12)).words

    assert np.abs(found - reference.ask(question).evidence(np.arange(12)).words).max() <= 1e-6


# --- orders, figures, links, texts ---


@pytest.mark.parametrize("rows", SOME, ids=["all", "some", "none"])
@pytest.mark.parametrize("name", [TITLE, "year", "nothing that is there"])
def test_keys(engine, reference, name, rows):
    """Numbers that documents are ordered by; infinity where a document has none."""
    found = engine.keys(name, rows)

    assert (found.dtype, found.tolist()) == (np.float64, reference.keys(name, rows).tolist())


def test_figures(engine):
    """Every figure of a metric, document by document as each has them."""
    rng = np.random.default_rng(3)
    documents = sorted((document(number, rng) for number in range(N)), key=lambda one: one.id)

    for metric in ("sales", "cost", "nothing"):
        found = engine.figures(metric)
        assert [found.rows.dtype, found.unit.dtype, found.low.dtype] == [
            *(np.int64, np.int64),
            np.float64,
        ]
        assert figure_list(found) == [
            as_tuple(figure, row)
            for row, one in enumerate(documents)
            for figure in one.figures
            if figure.metric == metric
        ]


@pytest.mark.parametrize("rows", SOME, ids=["all", "some", "none"])
def test_links_go_both_ways(engine, reference, rows):
    """Each pair once, row by row; what leads to no document, or to itself, is left out."""
    found = engine.links(rows)

    assert (found.dtype, found.shape[0]) == (np.int64, 2)
    assert found.tolist() == reference.links(rows).tolist()


def test_texts_and_vectors_of_documents(engine, reference):
    """In the order written, document by document; repeated where asked."""
    rows = rows_of([4, 0, 17, 4, 30])
    for name in ("passages", "abroad", "sentences", "phrases"):
        assert [engine.texts(name, row) for row in range(N)] == [
            reference.texts(name, row) if name != "phrases" else () for row in range(N)
        ]
    for name in ("passages", "abroad"):
        for asked in (rows, np.arange(N)):
            vectors, lengths = engine.vectors(name, asked)
            expected = reference.vectors(name, asked)
            assert (vectors.dtype, lengths.dtype) == (np.float32, np.int64)
            assert np.abs(vectors - expected[0]).max() <= 1e-6
            assert lengths.tolist() == expected[1].tolist()
        assert engine.vectors(name, rows_of([]))[0].shape == (0, WIDTH)
    vectors, lengths = engine.vectors("sentences", rows)
    assert (len(vectors), lengths.tolist()) == (0, [0] * 5)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_cosines_of_all_texts_of_documents(engine, reference, n):
    """Each of some vectors with each text, document by document; repeated where asked."""
    units = unit_rows(np.random.default_rng(8).normal(size=(n, WIDTH)))
    for name in ("passages", "abroad", "sentences"):
        for asked in (rows_of([4, 0, 17, 4, 30]), rows_of([])):
            cosines, lengths = engine.cosines(name, asked, units)
            expected = reference.cosines(name, asked, units)
            assert (cosines.dtype, lengths.dtype) == (np.float32, np.int64)
            assert (cosines.shape, lengths.tolist()) == (expected[0].shape, expected[1].tolist())
            assert np.abs(cosines - expected[0]).max(initial=0) <= 1e-6


def test_vectors_come_back_at_length_one(new_store):
    """Whatever their length was; one of zeros stays one of zeros, and none is NaN."""
    store = new_store()
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(20, 8)) * rng.uniform(0.01, 99, size=(20, 1))
    vectors[7] = 0
    writer = store.writer()
    writer.write(Document(id="o", words=""))
    writer.write_vectors("any", texts_of("o", 0, 20), vectors)
    writer.publish()
    engine = store.open()

    found, lengths = engine.vectors("any", rows_of([0]))

    assert np.abs(found - unit_rows(vectors)).max() <= 1e-7
    assert (engine.sizes, engine.dimensions, lengths.tolist()) == ({"any": 20}, {"any": 8}, [20])


def test_a_document_of_zeros_is_near_nothing(new_store):
    """Its cosine is 0, as is that of any document with a question of zeros."""
    store = new_store()
    writer = store.writer()
    for name in "abc":
        writer.write(Document(id=name, words=""))
        sign = {"a": 1.0, "b": 0.0, "c": -1.0}[name]
        writer.write_vectors("any", texts_of(name, 0, 1), np.array([[sign, 0.0]]))
    writer.publish()
    engine = store.open()
    ways = (part(1.0, "any"),)

    near = engine.ask(Question(vectors={"any": np.array([2.0, 0])}, parts=ways))
    none = engine.ask(Question(vectors={"any": np.zeros(2)}, parts=ways))

    assert near.evidence(np.arange(3)).cosines["any"].tolist() == [1.0, 0.0, -1.0]
    assert none.evidence(np.arange(3)).cosines["any"].tolist() == [0.0, 0.0, 0.0]
    assert [near.candidates(limit=n).tolist() for n in (1, 2)] == [[0], [0, 1]]
    assert (near.mean(), none.mean()) == (0.0, 0.0)


def test_owned_texts_are_read_whole(engine, reference):
    """Owner by owner as they were written; a set of documents is not one of these."""
    found, expected = engine.owned("phrases"), reference.owned("phrases")

    assert found.texts == expected.texts
    assert [text.owner for text in found.texts[::3]] == ["p2", "p0", "p1"]
    assert found.vectors.dtype == np.float32
    assert np.abs(found.vectors - expected.vectors).max() <= 1e-6
    for name in ("passages", "sentences"):
        assert (engine.owned(name).texts, len(engine.owned(name).vectors)) == ((), 0)


def test_known_vectors(engine, reference):
    """Those of the digests that the set has, and no others."""
    asked = [digest("x/å-002 1"), digest("nobody"), digest("z/å-003 0"), digest("p1 2")]
    for name in ("passages", "phrases", "abroad", "sentences"):
        found, expected = engine.known_vectors(name, asked), reference.known_vectors(name, asked)
        assert found.keys() == expected.keys()
        for key, vector in expected.items():
            assert np.abs(found[key] - vector).max() <= 1e-6
        assert dict(engine.known_vectors(name, [])) == {}
    assert len(engine.known_vectors("passages", asked)) == 2


# --- writing ---


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_documents(new_store, n):
    """Nothing, one and two documents are states as any other."""
    assert_same(filled(new_store(), n), filled(ReferenceStore(), n))


def test_a_state_of_nothing(new_store):
    """A writer that wrote nothing publishes an engine that finds nothing."""
    store = new_store()
    store.writer().publish()
    engine = store.open()
    answering = engine.ask(QUESTIONS["all of it"])

    assert (len(engine), engine.sizes, engine.dimensions) == (0, {}, {})
    assert (engine.matching(EVERYTHING).tolist(), engine.counts(EVERYTHING)) == ([], {})
    assert answering.candidates(limit=3, by_each=2).tolist() == []
    assert answering.evidence(rows_of([])).words.shape == (0,)
    assert (answering.coverage().by_all, answering.mean()) == (0.0, 0.0)
    assert engine.document_frequencies(("wine",)) == {"wine": 0}
    assert (engine.row("a"), engine.under("a").tolist()) == (None, [])


def test_what_is_deleted_is_gone_from_every_answer(new_store):
    """As if it had never been written: documents, counts, frequencies, links, texts, scores."""
    states = []
    for store in (new_store(), ReferenceStore()):
        writer = store.writer()
        fill(writer, n=N)
        writer.delete(["y/å-001", "x/å-002", "nobody", "p1"])
        writer.delete([])
        writer.publish()
        states.append(store.open())
    engine, reference = states

    assert len(engine) == N - 2
    assert engine.row("y/å-001") is engine.row("x/å-002") is None
    assert_same(engine, reference)
    assert {text.owner for text in engine.owned("phrases").texts} == {"p0", "p2"}
    assert dict(engine.known_vectors("passages", [digest("x/å-002 1")])) == {}


def test_a_set_whose_owners_are_all_deleted_is_none(new_store):
    """A set that holds no text any more is left out."""
    store = new_store()
    writer = store.writer()
    for name in "ab":
        writer.write(Document(id=name, words="wine"))
    writer.write_vectors("any", texts_of("a", 0, 2), np.ones((2, 3)))
    writer.delete(["a"])
    writer.publish()
    engine = store.open()

    assert (len(engine), engine.sizes, engine.dimensions) == (1, {}, {})
    assert engine.ask(Question(vectors={"any": np.ones(3)})).evidence(rows_of([0])).cosines == {}


def test_what_is_written_again_takes_the_place(new_store):
    """A document with the same id, and all texts of the same owner, are replaced."""
    states = []
    for store in (new_store(), ReferenceStore()):
        writer = store.writer()
        fill(writer, n=N)
        writer.write(Document(id="y/å-001", words="loom", facets={"country": ("ES",)}))
        text = VectorText(owner="x/å-002", ordinal=0, digest=digest("new"))
        writer.write_vectors("passages", [text], np.array([[0, 2, 0, 0, 0]]))
        writer.publish()
        states.append(store.open())
    engine, reference = states

    assert len(engine) == N
    assert engine.texts("passages", engine.row("x/å-002")) == (text,)
    assert_same(engine, reference)


class Walk:
    """Documents with their texts that chance changes, and two writers to write them."""

    def __init__(self, seed: int) -> None:
        self.any = np.random.default_rng(seed)
        self.documents: dict[str, Document] = {}
        self.texts: dict[tuple[str, str], tuple[list[VectorText], np.ndarray]] = {}
        self.serial = 0

    def change(self) -> tuple[list[str], list[str]]:
        """Some documents go, some change, some come; the ids that stay as they are, and the new."""
        self.serial += 1
        ids, some = sorted(self.documents), self.any
        gone = set(some.permutation(ids)[: some.integers(0, 9)].tolist())
        changed = set(some.permutation(ids)[:5].tolist()) - gone
        come = {id_of(int(n)) for n in some.integers(0, 200, size=some.integers(1, 20))}
        for document_id in gone - come:
            del self.documents[document_id]
        for document_id in (new := sorted(changed | come)):
            made = document(int(some.integers(0, 90)), some)
            words = f"{made.words} s{self.serial}"
            self.documents[document_id] = replace(made, id=document_id, words=words)
            for name in ("passages", "abroad"):
                texts = texts_of(document_id, 0, int(some.integers(0, 4)))
                self.texts[name, document_id] = texts, plain_vectors(some, len(texts)) * 3
        stay = [one for one in ids if one in self.documents and one not in new]
        return some.permutation(stay).tolist(), new

    def write(self, writer: EngineWriter, ids: Sequence[str]) -> None:
        """Write some documents with their texts, and publish."""
        for document_id in ids:
            writer.write(self.documents[document_id])
        for name in ("passages", "abroad"):
            pairs = [self.texts[name, document_id] for document_id in sorted(ids)]
            texts = [text for some, _ in pairs for text in some]
            if texts:
                writer.write_vectors(name, texts, np.concatenate([v for _, v in pairs]))
        writer.publish()


@pytest.fixture(name="continuing")
def _continuing(new_store: Callable[[], Store]) -> Callable[[], Store]:
    """The same as ``new_store``, of engines that go on from an earlier state."""
    if not isinstance(new_store().writer(), ContinuingWriter):
        pytest.skip("it is written anew")
    return new_store


@pytest.mark.parametrize("seed", range(8))
def test_what_is_taken_over_is_as_if_it_were_written(continuing, seed):
    """Over many states, each from the one before: some documents go, come and change."""
    walk, earlier = Walk(seed), None
    for _ in range(5):
        store, whole = continuing(), continuing()
        stay, new = walk.change()
        writer = store.writer()
        if earlier is not None:
            writer.take_over(earlier, [*stay, "nobody"])
        walk.write(writer, new)
        walk.write(whole.writer(), list(walk.documents))

        earlier, expected = store.open(), whole.open()
        assert len(earlier) == len(walk.documents) > 0
        assert_same(earlier, expected)


def test_what_is_written_after_it_was_taken_over_takes_its_place(continuing):
    """With all texts; a document that is taken over cannot be given texts alone."""
    first, second = continuing(), continuing()
    writer = first.writer()
    fill(writer, n=9)
    writer.publish()
    writer = second.writer()
    writer.take_over(first.open(), [id_of(number) for number in range(9)])
    writer.write(Document(id=id_of(3), words="loom"))
    writer.delete([id_of(6)])
    writer.publish()

    engine, before = second.open(), first.open()
    assert engine.ids(np.arange(8)) == tuple(sorted({id_of(n) for n in range(9)} - {id_of(6)}))
    assert len(before.texts("passages", before.row(id_of(3)))) == 3
    assert engine.texts("passages", engine.row(id_of(3))) == ()
    assert engine.texts("passages", engine.row(id_of(7))) == before.texts(
        "passages", before.row(id_of(7))
    )
    assert engine.owned("phrases").texts == ()


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (np.ones(3), r"vectors must have shape \(n, dimension\), not \(3,\)"),
        (np.ones((3, 0)), r"vectors must have shape \(n, dimension\), not \(3, 0\)"),
        (np.full((3, 2), np.nan), "vectors must be finite"),
        (np.full((3, 2), -np.inf), "vectors must be finite"),
    ],
    ids=["1-d", "no width", "NaN", "infinite"],
)
def test_vectors_that_make_no_sense_are_refused(new_store, vectors, message):
    """Another shape, or a number that is none, before anything is published."""
    with pytest.raises(ValueError, match=message):
        new_store().writer().write_vectors("any", texts_of("o", 3), vectors)


@pytest.mark.parametrize(
    "ids",
    [
        ("Ærø", "aero", "ærø", "Zürich", "zurich"),
        ("東京/酒", "сети/вино", "a/b c", "a/b#1", "🍷", "İstanbul", "ß", "é", "e\u0301", "\uffee"),
        ("a", "a/", "a-", "a/b", "A", "0", "00", "a%", "a_", "a\\", "a'b", 'a"b', "{a}", ":a"),
    ],
    ids=["accents", "scripts and signs", "prefixes"],
)
def test_ids_are_any_text_and_never_folded(new_store, ids: Sequence[str]):
    """Ids stay as they are, stand apart, and sort by code point."""
    store = new_store()
    writer = store.writer()
    for name in ids:
        writer.write(Document(id=name, words="wine", facets={"own": (name,)}, title="one"))
    texts = [text for name in ids for text in texts_of(name, 1)]
    writer.write_vectors("passages", texts, np.ones((len(ids), 2)))
    writer.publish()
    engine = store.open()

    in_order = sorted(ids)
    rows = np.arange(len(ids))
    assert engine.ids(rows) == tuple(in_order)
    assert engine.keys(TITLE, rows).tolist() == rows.tolist()
    assert engine.counts(EVERYTHING)["own"] == dict.fromkeys(ids, 1)
    for row, name in enumerate(in_order):
        assert engine.row(name) == row
        assert engine.matching(Filter(facets={"own": (name,)})).tolist() == [row]
        assert engine.texts("passages", row) == tuple(texts_of(name, 1))
        assert engine.under(name).tolist() == [
            at for at, other in enumerate(in_order) if other.startswith(name)
        ]


def test_nothing_is_seen_before_it_is_published(new_store):
    """An engine that is open keeps its state while another one is written."""
    store = new_store()
    before = filled(store, 5)
    ids = before.ids(before.matching(EVERYTHING))
    other = store.writer()
    other.write(Document(id="new", words="wine"))

    for engine in (before, store.open()):
        assert engine.ids(engine.matching(EVERYTHING)) == ids


# --- many documents ---

#: So many that the local engine takes its short cuts, and of so many numbers as vectors have.
MANY, TEXTS_OF_EACH, LONG = 3_000, 3, 384
#: Shares of the documents that the filters below let pass.
SHARES = (0.001, 0.01, 0.1, 0.5)


@pytest.fixture(name="many", scope="module")
def _many(new_store) -> tuple[Engine, np.ndarray]:
    """An engine of many documents about fifty subjects, and the directions of these."""
    if isinstance(new_store(), ReferenceStore):
        pytest.skip("the reference is the exhaustive scan itself")
    rng = np.random.default_rng(11)
    subjects = unit_rows(rng.normal(size=(50, LONG)))
    subject = rng.integers(0, 50, size=MANY)
    store = new_store()
    writer = store.writer()
    common = rng.normal(size=LONG)
    vectors = (
        2.0 * np.repeat(subjects[subject], TEXTS_OF_EACH, axis=0)
        + common / np.linalg.norm(common)
        + rng.normal(size=(MANY * TEXTS_OF_EACH, LONG)) * 1.5 / np.sqrt(LONG)
    )
    places = {share: rng.permutation(MANY) < max(10, share * MANY) for share in SHARES}
    by_content = np.argsort(
        np.argsort(subjects[subject] @ subjects[0] + rng.normal(size=MANY) / 99)
    )
    for row in range(MANY):
        facets = {
            "random": tuple(str(share) for share in SHARES if places[share][row]),
            "content": tuple(
                str(share) for share in SHARES if by_content[row] >= MANY - max(10, share * MANY)
            ),
        }
        words = " ".join(rng.choice(WORDS, size=6, p=(0.5, 0.3, 0.1, 0.06, 0.04)))
        writer.write(Document(id=f"{row:05}", words=words, facets=facets))
    texts = [text for row in range(MANY) for text in texts_of(f"{row:05}", 0, TEXTS_OF_EACH)]
    writer.write_vectors("passages", texts, vectors)
    writer.publish()
    return store.open(), subjects


@pytest.mark.parametrize("facet", ["random", "content"])
@pytest.mark.parametrize("share", [*SHARES, 1.0])
def test_candidates_of_many_hold_the_best(many, facet, share):
    """At least 99 of a hundred of the best ten, whatever the filter and how far the question."""
    engine, subjects = many
    rng = np.random.default_rng(17)
    within = EVERYTHING if share == 1.0 else Filter(facets={facet: (str(share),)})
    passing = engine.matching(within)
    found = wanted = 0
    for subject in (0, 0, 1, 20, 33, 49):
        question = Question(
            vectors={"passages": subjects[subject] + rng.normal(size=LONG) / np.sqrt(LONG)},
            terms=("loom", "oak"),
            parts=(part(0.7, "passages"),),
            words=0.3,
        )
        answering = engine.ask(question)

        candidates = answering.candidates(within=within, limit=300)

        exact = answering.evidence(passing)
        sums = 0.7 * exact.cosines["passages"] + 0.3 * exact.words
        best = passing[np.lexsort((passing, -sums))[:10]]
        assert set(candidates.tolist()) <= set(passing.tolist())
        assert len(candidates) == min(300, len(passing))
        found += len(set(best.tolist()) & set(candidates.tolist()))
        wanted += len(best)
        assert answering.mean() == pytest.approx(_mean(answering, MANY), abs=0.05)

    assert wanted == 60
    assert found / wanted >= 0.99


def _mean(answering: Answering, n: int) -> float:
    """The mean of the weighted sum above, over all documents, exactly."""
    exact = answering.evidence(np.arange(n))
    return float((0.7 * exact.cosines["passages"] + 0.3 * exact.words).mean())


def test_estimates_of_many_are_seldom_farther_off_than_the_doubt(many):
    """Of a hundred documents 98 are within it of the exact sum, about any question."""
    engine, subjects = many
    for subject in subjects[:6]:
        question = Question(
            vectors={"passages": subject}, parts=(part(0.5, "passages"),), terms=("oak",), words=0.2
        )
        answering = engine.ask(question)
        exact = answering.evidence(np.arange(MANY))
        sums = 0.5 * exact.cosines["passages"] + 0.2 * exact.words

        off = np.abs(answering.estimates(np.arange(MANY)) - sums)

        assert 0 < answering.doubt < 0.3
        assert (off <= answering.doubt).mean() >= 0.98


def test_evidence_of_many_is_exact(many):
    """What speaks for documents is worked out of their vectors, whatever found them."""
    engine, subjects = many
    rows = rows_of([0, 7, 1500, 2999])

    evidence = engine.ask(Question(vectors={"passages": subjects[3]})).evidence(rows)

    vectors, lengths = engine.vectors("passages", rows)
    cosines = (vectors @ subjects[3]).reshape(-1, TEXTS_OF_EACH)
    assert lengths.tolist() == [TEXTS_OF_EACH] * 4
    assert np.abs(evidence.cosines["passages"] - cosines.max(axis=1)).max() <= 1e-6
    assert evidence.nearest["passages"].tolist() == cosines.argmax(axis=1).tolist()
