"""What every engine must pass; ``engines.py`` lists them.

Every test compares with ``reference.py``, which is slow and obvious, or with a comprehension.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from kb.engine.base import Document, Engine, EngineWriter, Figure, VectorText, unit_rows
from kb.engine.filters import EVERYTHING, FigureFilter, Filter
from kb.text.analysis import terms
from tests.kb.engine.engines import ENGINES, Store
from tests.kb.engine.reference import ReferenceStore, passes

COUNTRIES = ("NO", "DK", "FR", "ES")
WORDS = ("wine", "metal", "oak", "loom", "export")
WIDTH = 5


def document(number: int, rng: np.random.Generator) -> Document:
    """A document with any values; its id sorts otherwise than its number."""
    some = [str(one) for one in rng.permutation(COUNTRIES)[: rng.integers(0, 3)]]
    figures = tuple(
        Figure(
            metric=str(rng.choice(["sales", "cost"])),
            unit=str(rng.choice(["percent", "jobs"])),
            low=float(rng.choice([5, 10, 20])),
            sign=int(rng.integers(-1, 2)),
            compared=bool(rng.integers(0, 2)),
        )
        for _ in range(rng.integers(0, 3))
    )
    return Document(
        id=f"{'zyx'[number % 3]}/å-{number:03}",
        words=" ".join(rng.choice(WORDS, size=rng.integers(0, 12))),
        kind=str(rng.choice(["network", "study", "guide"])),
        facets={"country": tuple(some), "type": ("t1",) if number % 7 else ()},
        figures=figures,
    )


def texts_of(document_id: str, number: int) -> list[VectorText]:
    """From none to three texts of a document."""
    return [
        VectorText(id=f"{document_id}#{at}", owner=document_id, digest=f"{document_id} {at}")
        for at in range(number % 4)
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


#: Queries of the same kind, of any length, and one of zeros.
ONE, FOUR, NONE = np.array([1.0, 0, 0, 0, 0]), np.array([4.0, 4, 0, -4, 4]), np.zeros(WIDTH)


def fill(writer: EngineWriter, *, n: int, seed: int = 3) -> None:
    """Write documents and two vector sets; one of them with owners that are no documents."""
    rng = np.random.default_rng(seed)
    documents = [document(number, rng) for number in range(n)]
    for one in documents:
        writer.write(one)
    texts = [text for at, one in enumerate(documents) for text in texts_of(one.id, at)]
    if texts:
        writer.write_vectors("passages", texts, plain_vectors(rng, len(texts)) * 3)
    phrases = [VectorText(id=f"p{at % 3}#{at}", owner=f"p{at % 3}", digest="") for at in range(9)]
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
    "a kind": Filter(kinds=("guide",)),
    "kinds": Filter(kinds=("network", "study")),
    "a figure": Filter(figure=FigureFilter(metrics=("sales",), least=10)),
    "a figure in either metric": Filter(figure=FigureFilter(metrics=("sales", "cost"), least=20)),
    "a figure in a unit": Filter(figure=FigureFilter(metrics=("cost",), least=5, unit="jobs")),
    "a figure in no metric": Filter(figure=FigureFilter(metrics=(), least=0)),
    "a figure beyond all": Filter(figure=FigureFilter(metrics=("sales",), least=999)),
    "a fall": Filter(figure=FigureFilter(metrics=("sales", "cost"), least=10, falls=True)),
    "a fall in a unit": Filter(
        figure=FigureFilter(metrics=("cost",), least=5, unit="percent", falls=True)
    ),
    "one id": Filter(ids=frozenset({"y/å-001"})),
    "ids, some unknown": Filter(ids=frozenset({"y/å-001", "z/å-003", "nobody", ""})),
    "no id": Filter(ids=frozenset()),
    "all of it": Filter(
        facets={"type": ("t1",)},
        kinds=("network", "study"),
        figure=FigureFilter(metrics=("sales",), least=5),
        ids=frozenset(f"{'zyx'[n % 3]}/å-{n:03}" for n in range(0, 60, 2)),
    ),
}
N = 60


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
def _reference() -> Engine:
    return filled(ReferenceStore(), N)


def assert_same(engine: Engine, reference: Engine) -> None:
    """Two states answer alike."""
    assert engine.matching(EVERYTHING) == reference.matching(EVERYTHING)
    assert engine.counts(EVERYTHING) == reference.counts(EVERYTHING)
    assert engine.document_frequencies(WORDS) == reference.document_frequencies(WORDS)
    assert engine.texts("passages") == reference.texts("passages")
    found, expected = engine.by_words(WORDS), reference.by_words(WORDS)
    assert (found.ids, found.terms) == (expected.ids, expected.terms)
    assert np.abs(found.scores - expected.scores).max() <= 1e-6
    near = [one.nearest("passages", FOUR) for one in (engine, reference)]
    assert (near[0].ids, near[0].texts) == (near[1].ids, near[1].texts)


# --- filters ---


@pytest.mark.parametrize("within", FILTERS.values(), ids=FILTERS)
def test_what_passes_a_filter(engine, reference, within):
    """Ids in order, how many, and counts by value are those of a comprehension."""
    rng = np.random.default_rng(3)
    documents = [document(number, rng) for number in range(N)]
    passing = sorted(one.id for one in documents if passes(one, within))

    assert engine.matching(within) == tuple(passing)
    assert engine.count(within) == len(passing)
    counts = engine.counts(within)
    assert {(f, v): n for f, values in counts.items() for v, n in values.items()} == {
        (facet, value): sum(value in o.facets[facet] for o in documents if o.id in passing)
        for one in documents
        for facet, values in one.facets.items()
        for value in values
        if one.id in passing
    }


def test_the_filters_are_of_every_selectivity(reference):
    """The table above lets nothing, one, some, most and all pass."""
    numbers = {name: reference.count(within) for name, within in FILTERS.items()}

    assert (numbers["no id"], numbers["one id"], numbers["everything"]) == (0, 1, N)
    assert 1 < numbers["all of it"] < N / 2 < numbers["nearly all"] < N


# --- vectors ---


@pytest.mark.parametrize("limit", [1, 7, None, 10_000])
@pytest.mark.parametrize("within", FILTERS.values(), ids=FILTERS)
def test_nearest_equals_the_reference(engine, reference, within, limit):
    """Owners, cosines and texts in one total order, whatever the filter and the limit."""
    for vector in (ONE, FOUR, NONE, np.array([0.3, -1.7, 2.2, 0.1, 5.0])):
        found = engine.nearest("passages", vector, within=within, limit=limit)

        expected = reference.nearest("passages", vector, within=within, limit=limit)
        assert (found.scores.dtype, found.scores.shape) == (np.float64, (len(found.ids),))
        assert np.abs(found.scores - expected.scores).max(initial=0) <= 1e-6
        assert found.ids == expected.ids
        assert found.texts == expected.texts


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_limit_at_the_number_of_owners(engine, reference, more):
    """One less, exactly as many, and one more than there are."""
    whole = reference.nearest("passages", FOUR)

    found = engine.nearest("passages", FOUR, limit=len(whole.ids) + more)

    assert found.ids == whole.ids[: len(whole.ids) + more]


def test_owners_that_are_no_documents_pass_an_open_filter_only(engine, reference):
    """Phrases of projects are found, and no filter of documents lets them pass."""
    found = engine.nearest("phrases", FOUR)

    assert found.ids == reference.nearest("phrases", FOUR).ids
    assert sorted(found.ids) == ["p0", "p1", "p2"]
    for within in FILTERS.values():
        if not within.is_open:
            assert engine.nearest("phrases", FOUR, within=within).ids == ()


def test_a_set_without_texts_finds_nothing(engine):
    """A set that was never written is an empty one."""
    assert engine.nearest("sentences", np.ones(3)).ids == ()
    assert engine.texts("sentences") == ()
    assert "sentences" not in engine.sizes


@pytest.mark.parametrize(
    "vector", [np.ones(4), np.ones((1, 5)), np.full(5, np.nan), np.full(5, np.inf)]
)
def test_a_vector_that_makes_no_sense_is_refused(engine, vector):
    """Another shape, or a number that is none."""
    with pytest.raises(ValueError, match=r"vector must be finite and have shape \(5,\)"):
        engine.nearest("passages", vector)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_makes_no_sense_is_refused(engine, limit):
    """A limit below one."""
    with pytest.raises(ValueError, match=f"limit must be at least 1, not {limit}"):
        engine.nearest("passages", FOUR, limit=limit)
    with pytest.raises(ValueError, match=f"limit must be at least 1, not {limit}"):
        engine.by_words(("wine",), limit=limit)


def test_vectors_come_back_as_unit_rows(new_store):
    """By the ids asked for, in that order, repeated where asked; none asked, none given."""
    store = new_store()
    rng = np.random.default_rng(5)
    texts = [VectorText(id=f"o#{at}", owner="o", digest=str(at)) for at in range(20)]
    vectors = rng.normal(size=(20, 8)) * rng.uniform(0.01, 99, size=(20, 1))
    vectors[7] = 0
    writer = store.writer()
    writer.write_vectors("any", texts, vectors)
    writer.publish()
    engine = store.open()

    some = engine.vectors("any", ["o#7", "o#0", "o#19", "o#0"])

    assert (some.dtype, some.shape) == (np.float32, (4, 8))
    assert np.abs(some - unit_rows(vectors[[7, 0, 19, 0]])).max() <= 1e-7
    assert engine.vectors("any", []).shape == (0, 8)
    assert (engine.sizes, engine.dimensions) == ({"any": 20}, {"any": 8})
    with pytest.raises(KeyError):
        engine.vectors("any", ["o#20"])


def test_texts_come_back_in_the_order_written(engine, reference):
    """All of a set, or those of some owners; unknown owners have none."""
    assert engine.texts("passages") == reference.texts("passages")
    some = ["x/å-002", "z/å-003", "nobody"]
    assert engine.texts("passages", some) == reference.texts("passages", some)
    assert len(engine.texts("passages", some)) == 5
    assert engine.texts("passages", []) == ()


# --- words ---


@pytest.mark.parametrize("limit", [1, 7, None, 10_000])
@pytest.mark.parametrize("within", FILTERS.values(), ids=FILTERS)
def test_words_equal_the_reference(engine, reference, within, limit):
    """Documents, scores and terms in one total order, whatever the filter and the limit."""
    for asked in (("wine",), ("wine", "oak", "elm"), ("elm",), ()):
        found = engine.by_words(asked, within=within, limit=limit)

        expected = reference.by_words(asked, within=within, limit=limit)
        assert (found.scores.dtype, found.scores.shape) == (np.float64, (len(found.ids),))
        assert np.abs(found.scores - expected.scores).max(initial=0) <= 1e-6
        assert (found.ids, found.terms) == (expected.ids, expected.terms)


def test_document_frequencies(engine, reference):
    """How many documents hold each term, 0 for one that none holds."""
    asked = (*terms(" ".join(WORDS)), "elm")

    found = engine.document_frequencies(asked)

    assert found == reference.document_frequencies(asked)
    assert (found["elm"], min(found[term] for term in asked[:-1]) > 0) == (0, True)
    assert engine.document_frequencies(()) == {}


def test_words_are_analysed_as_everywhere(new_store):
    """Inflection, accents, American spelling: a document is found by the stems of a query."""
    store = new_store()
    writer = store.writer()
    writer.write(Document(id="a", words="The organisations of Québec exported WINES."))
    writer.write(Document(id="b", words="Metal, and nothing of it."))
    writer.publish()
    engine = store.open()

    for query in ("organization", "quebec", "exporting", "wine", "QUÉBEC"):
        assert engine.by_words(terms(query)).ids == ("a",)
    assert engine.by_words(terms("and of it the")).ids == ()


# --- writing ---


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_documents(new_store, n):
    """Nothing, one and two documents are states as any other."""
    engine, reference = filled(new_store(), n), filled(ReferenceStore(), n)

    assert len(engine) == n
    assert engine.matching(EVERYTHING) == reference.matching(EVERYTHING)
    assert engine.counts(EVERYTHING) == reference.counts(EVERYTHING)
    found, expected = engine.by_words(WORDS), reference.by_words(WORDS)
    assert (found.ids, found.terms) == (expected.ids, expected.terms)
    assert engine.nearest("passages", FOUR).ids == (reference.nearest("passages", FOUR).ids)


def test_a_state_of_nothing(new_store):
    """A writer that wrote nothing publishes an engine that finds nothing."""
    store = new_store()
    store.writer().publish()
    engine = store.open()

    assert (len(engine), engine.sizes, engine.dimensions) == (0, {}, {})
    assert (engine.matching(EVERYTHING), engine.counts(EVERYTHING)) == ((), {})
    assert engine.by_words(("wine",)).ids == ()
    assert engine.document_frequencies(("wine",)) == {"wine": 0}


def test_what_is_deleted_is_gone_from_every_answer(new_store):
    """As if it had never been written: documents, counts, frequencies, texts and scores."""
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
    assert not {"y/å-001", "x/å-002"} & set(engine.matching(EVERYTHING))
    assert_same(engine, reference)
    assert engine.nearest("phrases", FOUR).ids == (reference.nearest("phrases", FOUR).ids)
    assert {text.owner for text in engine.texts("phrases")} == {"p0", "p2"}


def test_what_is_written_again_takes_the_place(new_store):
    """A document with the same id, and a text with the same id, are replaced."""
    states = []
    for store in (new_store(), ReferenceStore()):
        writer = store.writer()
        fill(writer, n=N)
        writer.write(Document(id="y/å-001", words="loom", facets={"country": ("ES",)}))
        text = VectorText(id="x/å-002#1", owner="x/å-002", digest="new")
        writer.write_vectors("passages", [text], np.array([[1, 2, 3, 4, 5]]))
        writer.publish()
        states.append(store.open())
    engine, reference = states

    assert len(engine) == N
    assert engine.by_words(("wine",), within=Filter(ids=frozenset({"y/å-001"}))).ids == ()
    assert_same(engine, reference)


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (np.ones(3), r"vectors must have shape \(n, dimension\), not \(3,\)"),
        (np.ones((3, 0)), r"vectors must have shape \(n, dimension\), not \(3, 0\)"),
        (np.full((3, 2), np.nan), "vectors must be finite"),
    ],
    ids=["1-d", "no width", "NaN"],
)
def test_vectors_that_make_no_sense_are_refused(new_store, vectors, message):
    """Another shape, or a number that is none, before anything is published."""
    texts = [VectorText(id=f"o#{at}", owner="o", digest="") for at in range(3)]

    with pytest.raises(ValueError, match=message):
        new_store().writer().write_vectors("any", texts, vectors)


@pytest.mark.parametrize(
    "ids",
    [
        ("Ærø", "aero", "ærø", "Zürich", "zurich"),
        ("東京/酒", "сети/вино", "a/b c", "a/b#1", "🍷", "İstanbul", "ß", "é", "e\u0301"),
        ("a", "a/", "a-", "a/b", "A", "0", "00"),
    ],
    ids=["accents", "scripts and signs", "prefixes"],
)
def test_ids_are_any_text_and_never_folded(new_store, ids: Sequence[str]):
    """Ids stay as they are, stand apart, and sort by code point."""
    store = new_store()
    writer = store.writer()
    for name in ids:
        writer.write(Document(id=name, words="wine", facets={"own": (name,)}))
    texts = [VectorText(id=f"{name}#0", owner=name, digest="") for name in ids]
    writer.write_vectors("passages", texts, np.ones((len(ids), 2)))
    writer.publish()
    engine = store.open()

    in_order = tuple(sorted(ids))
    assert engine.matching(EVERYTHING) == in_order
    assert engine.by_words(("wine",)).ids == in_order
    assert engine.nearest("passages", np.ones(2)).ids == in_order
    assert engine.counts(EVERYTHING)["own"] == dict.fromkeys(ids, 1)
    for name in ids:
        assert engine.matching(Filter(ids=frozenset({name}))) == (name,)
        assert engine.matching(Filter(facets={"own": (name,)})) == (name,)


def test_nothing_is_seen_before_it_is_published(new_store):
    """An engine that is open keeps its state while another one is written."""
    store = new_store()
    before = filled(store, 5)
    ids = before.matching(EVERYTHING)
    other = store.writer()
    other.write(Document(id="new", words="wine"))

    assert before.matching(EVERYTHING) == store.open().matching(EVERYTHING) == ids
