"""An engine with a document beside it answers as one that was written with the document."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kb.engine.base import Document, Engine, unit_rows
from kb.engine.local.engine import LocalEngine, LocalWriter
from kb.engine.one_more import EngineWithOneMore, Tried
from tests.kb.engine.test_contract import (
    FILTERS,
    QUESTIONS,
    document,
    id_of,
    phrases,
    plain_vectors,
    texts_of,
)

N = 24
SETS = ("passages", "abroad")
TERMS = (("wine",), ("wine", "oak"), ("loom", "export"), ("elm",))


def documents() -> list[Document]:
    """Documents with any values; those that the first leads to are among them."""
    rng = np.random.default_rng(3)
    found = [document(number, rng) for number in range(N)]
    leads = (id_of(1), id_of(5), "nobody")
    return [Document(**{**_fields(found[0]), "links": leads}), *found[1:]]


def _fields(one: Document) -> dict:
    return {name: getattr(one, name) for name in Document.__slots__}


def vectors_of(number: int, name: str) -> np.ndarray:
    """The vectors of a document in a set: as many as it has texts."""
    rng = np.random.default_rng([number, SETS.index(name)])
    return unit_rows(plain_vectors(rng, len(texts_of("", number + 2 * SETS.index(name)))))


def written(folder: Path, some: dict[int, Document]) -> LocalEngine:
    """An engine of some documents."""
    writer = LocalWriter(folder)
    for number, one in some.items():
        writer.write(one)
        for name in SETS:
            texts = texts_of(one.id, number + 2 * SETS.index(name))
            if texts:
                writer.write_vectors(name, texts, vectors_of(number, name))
    writer.publish()
    return LocalEngine.open(folder)


def tried(number: int, one: Document, rest: Engine, some: dict[int, Document]) -> Tried:
    """A document as it is laid beside the rest."""
    leads = [rest.row(other) for other in one.links]
    led = [rest.row(other.id) for other in some.values() if one.id in other.links]
    return Tried(
        document=one,
        vectors={name: lambda name=name: vectors_of(number, name) for name in SETS},
        linked=[row for row in (*leads, *led) if row is not None and row != rest.row(one.id)],
    )


@pytest.fixture(params=["one more", "another text of one"])
def both(request, tmp_path) -> list[tuple[Engine, Engine]]:
    """For some documents the engine that was written with it, and the one with it beside."""
    every = dict(enumerate(documents()))
    whole = written(tmp_path / "whole", every)
    pairs = []
    for number in (0, 4, 11, N - 1):
        others = {at: one for at, one in every.items() if at != number}
        earlier = {**others}
        if request.param == "another text of one":
            earlier[number] = Document(
                id=every[number].id, words="loom loom gone", facets={"country": ("XX",)}
            )
        rest = written(tmp_path / f"without-{number}", earlier)
        pairs.append((whole, EngineWithOneMore(rest, tried(number, every[number], rest, others))))
    return pairs


def by_id(engine: Engine, rows: np.ndarray) -> set[str]:
    """Some rows by their ids."""
    return set(engine.ids(rows))


def test_filters_let_pass_the_same(both):
    """Under every filter, of all and of some."""
    for whole, beside in both:
        assert len(whole) == len(beside) == N
        some = [id_of(number) for number in (0, 3, 4, 11, N - 1)]
        for within in FILTERS.values():
            assert by_id(whole, whole.matching(within)) == by_id(beside, beside.matching(within))
            among = [
                np.sort(np.array([engine.row(one) for one in some])) for engine in (whole, beside)
            ]
            assert by_id(whole, whole.matching(within, among[0])) == by_id(
                beside, beside.matching(within, among[1])
            )


def test_the_same_documents_hold_and_say_terms_and_are_linked(both):
    """Links in both directions, each once."""
    for whole, beside in both:
        for terms in TERMS:
            assert by_id(whole, whole.holding(terms)) == by_id(beside, beside.holding(terms))
        for terms in phrases():
            assert by_id(whole, whole.saying(terms)) == by_id(beside, beside.saying(terms))
        pairs = []
        for engine in (whole, beside):
            first, second = engine.links(np.arange(N))
            pairs.append(list(zip(engine.ids(first), engine.ids(second), strict=True)))
        assert len(pairs[1]) == len(set(pairs[1]))
        assert set(pairs[0]) == set(pairs[1])


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_same_speaks_for_each(both, name):
    """Cosines, nearest texts, words to the last bit, coverage, estimates and candidates."""
    for whole, beside in both:
        asked = [engine.ask(QUESTIONS[name]) for engine in (whole, beside)]
        ids = whole.ids(np.arange(N))
        rows = np.array([beside.row(one) for one in ids])
        found, expected = asked[1].evidence(rows), asked[0].evidence(np.arange(N))
        assert found.words.tolist() == expected.words.tolist()
        assert found.cosines.keys() == expected.cosines.keys()
        for key, cosines in expected.cosines.items():
            assert np.abs(found.cosines[key] - cosines).max() <= 1e-6
            assert found.nearest[key].tolist() == expected.nearest[key].tolist()
        assert asked[0].coverage() == asked[1].coverage()
        assert np.abs(asked[1].estimates(rows) - asked[0].estimates(np.arange(N))).max() <= 1e-6
        assert asked[1].candidates(limit=N).tolist() == list(range(N))


def test_a_set_in_which_no_other_has_a_text(tmp_path):
    """The document is near by it, and nothing else."""
    rest = written(tmp_path, {2: documents()[2]})
    own = Document(id="zzz", words="")
    unit = np.array([1.0, 0.0], dtype=np.float32)
    engine = EngineWithOneMore(rest, Tried(document=own, vectors={"lines": lambda: unit[None, :]}))
    question = QUESTIONS["a set that is not there"]
    asked = engine.ask(type(question)(vectors={"lines": unit}, parts=()))

    assert asked.evidence(np.arange(2)).cosines["lines"].tolist() == [-1.0, 1.0]
