"""More tiny cases than an answer has candidates, with made vectors: by seed, always the same.

Each case is about one theme and a little about another, in words that each have a vector of
their own. A query is a few such words. What it is near to, what it holds in words and what
the filters allow go together, as they do in a real compendium.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from kb.citations.summary import counted_sources
from kb.content.taxonomy import load_taxonomy
from kb.indexing.make import document_of
from kb.model.calibration import Answerability, Calibration, Weights
from kb.model.cases import Case, Passage, Period, Result
from kb.model.compendium import Compendium
from kb.model.holdings import holdings, outline_of
from kb.model.taxonomy import Taxonomy, Term, Vocabulary
from kb.search.evidence import Encoders, Retriever
from kb.search.searcher import Searcher
from kb.snapshots.format import SCHEMA_VERSION, Content, EncoderRecord, Manifest, Snapshot
from kb.snapshots.names import NameIndex, write_names
from kb.snapshots.vector_sets import AUDIENCE, PASSAGES
from kb.text.chunking import texts_read
from kb.text.spelling import SpellingTable
from kb.text.word_places import WordPlaces
from tests.kb.search.engines import engine_in
from tests.toy import ROOT

N = 5_000
WIDTH = 64
#: Words that mean nothing, eight to a theme.
THEMES = tuple(tuple(f"w{theme:02}x{word}" for word in range(8)) for theme in range(25))
WORDS = tuple(word for theme in THEMES for word in theme)
#: The countries, and how often each of the cases is of one: from one in two to one in a thousand.
COUNTRIES = {"NO": 0.5, "DK": 0.3, "FR": 0.149, "ES": 0.04, "IT": 0.01, "FI": 0.001}
UNITS = ("percent", "jobs")


class WordEncoder:
    """An encoder whose vector of a text is the sum of the vectors of its words."""

    def __init__(self, seed: int = 5) -> None:
        rng = np.random.default_rng(seed)
        by_theme = rng.standard_normal((len(THEMES), 1, WIDTH))
        by_word = 0.7 * rng.standard_normal((len(THEMES), len(THEMES[0]), WIDTH))
        vectors = (by_theme + by_word).reshape(len(WORDS), WIDTH).astype(np.float32)
        self._by_word = dict(zip(WORDS, vectors, strict=True))

    def encode_query(self, text: str) -> np.ndarray:
        """Float32 of shape (WIDTH,)."""
        found = [self._by_word[word] for word in text.split() if word in self._by_word]
        return np.sum(found, axis=0) if found else np.zeros(WIDTH, dtype=np.float32)


def taxonomy_of_many() -> Taxonomy:
    """The real vocabulary, with the countries above."""
    lists = load_taxonomy(ROOT / "cases" / "taxonomy.yaml").vocabularies
    countries = tuple(Term(id=code, label=code) for code in COUNTRIES)
    own = {"countries": Vocabulary(name="countries", terms=countries)}
    for name in ("collections", "decades", "taught", "lengths"):
        own[name] = Vocabulary(name=name, terms=())
    return Taxonomy(vocabularies={**lists, **own})


def made_cases(taxonomy: Taxonomy, n: int = N, seed: int = 7) -> list[tuple[Case, list[str]]]:
    """Cases by id, each with its passages as words."""
    rng = np.random.default_rng(seed)
    made = []
    metrics, types = taxonomy["metrics"].ids[:3], taxonomy.facet("type").ids
    projects = taxonomy.facet("project").ids
    kinds = taxonomy.facet("kind").ids
    for number in range(n):
        theme = int(rng.integers(len(THEMES)))
        passages = [_passage(rng, theme) for _ in range(rng.integers(1, 4))]
        country = str(rng.choice(list(COUNTRIES), p=list(COUNTRIES.values())))
        results = tuple(
            _result(str(rng.choice(metrics)), str(rng.choice(UNITS)), float(rng.integers(1, 90)))
            for _ in range(rng.integers(0, 3))
        )
        facets = {
            "country": (country,),
            "kind": (str(rng.choice(kinds, p=_shares(len(kinds)))),),
            "type": tuple(sorted({str(rng.choice(types)) for _ in range(rng.integers(0, 3))})),
            # What cases are about decides what they do together.
            "project": (projects[theme % len(projects)], projects[(theme + 1) % len(projects)]),
            "results": tuple(dict.fromkeys(result.metric for result in results)),
        }
        year = int(rng.integers(1980, 2020))
        period = Period(start=year, end=year + 3) if number % 4 else None
        related = tuple(_id(int(other)) for other in rng.integers(0, n, size=rng.integers(0, 4)))
        title = " ".join(passages[0].split()[:3])
        made.append(
            (
                Case(
                    id=_id(number),
                    title=title,
                    kind=facets["kind"][0],
                    is_guide=facets["kind"][0] == taxonomy.guide.id,
                    summary="",
                    body="",
                    facets=facets,
                    results=results,
                    sources=(),
                    period=period,
                    role_model_for=(title,) if number % 3 == 0 else (),
                    related=tuple(one for one in dict.fromkeys(related) if one != _id(number)),
                ),
                passages,
            )
        )
    return sorted(made, key=lambda one: one[0].id)


def _id(number: int) -> str:
    return f"{'zyxå'[number % 4]}/case-{number:05}"


def _shares(n: int) -> list[float]:
    return [0.5, *[0.5 / (n - 1)] * (n - 1)]


def _passage(rng: np.random.Generator, theme: int) -> str:
    other = THEMES[int(rng.integers(len(THEMES)))]
    words = [str(rng.choice(THEMES[theme])) for _ in range(rng.integers(3, 9))]
    return " ".join([*words, *(str(rng.choice(other)) for _ in range(rng.integers(0, 4)))])


def _result(metric: str, unit: str, low: float) -> Result:
    return Result(
        metric=metric,
        level="output",
        direction="up",
        statement="",
        source="",
        locator="",
        low=low,
        high=low,
        unit=unit,
    )


#: What speaks for a case counts as in the real compendium, and any query is answered.
CALIBRATION = Calibration(
    encoder="",
    multilingual="",
    english=Weights(
        meaning=1.0, multilingual=0.0, words=0.5, linked=0.2, slope=8, answered=0, constant=-8
    ),
    other=Weights(
        meaning=1.0, multilingual=0.0, words=0.5, linked=0.2, slope=8, answered=0, constant=-8
    ),
    answerability=Answerability(
        meaning=4.0,
        multilingual=0.0,
        words=1.0,
        coverage_by_all=1.0,
        coverage_by_one=1.0,
        english=0.0,
        constant=0.0,
        query=(),
    ),
    answer_threshold=0.5,
    least_score=0.2,
    n_queries=1,
)


def searcher_of_many(
    folder: Path,
    *,
    calibration: Calibration | None = CALIBRATION,
    n: int = N,
    kind: str = "local",
) -> Searcher:
    """A searcher over made cases; ``kind`` is that of its engine, one of ``ENGINES``."""
    taxonomy, encoder = taxonomy_of_many(), WordEncoder()
    made = made_cases(taxonomy, n)
    cases = [case for case, _ in made]
    documents = [
        replace(document_of(case, taxonomy, _passages(case, texts)), words="", says=tuple(texts))
        for case, texts in made
    ]
    owners = [case.id for case, passages in made for _ in passages]
    vectors = np.array([encoder.encode_query(text) for _, texts in made for text in texts])
    lines = [(case.id, line) for case in cases for line in case.audience_lines]
    by_line = np.array([encoder.encode_query(line) for _, line in lines])
    engine = engine_in(
        folder,
        documents,
        kind=kind,
        **{
            PASSAGES.name: (owners, vectors),
            AUDIENCE.name: ([owner for owner, _ in lines], by_line),
        },
    )
    snapshot = Snapshot(
        folder=folder,
        manifest=_manifest(len(cases), len(owners)),
        content=Content(
            compendium=Compendium(
                cases=cases, taxonomy=taxonomy, references={}, calibration=calibration
            ),
            passages=[_passages(case, texts) for case, texts in made],
            word_places=[
                WordPlaces.of(texts_read(case, _passages(case, texts))) for case, texts in made
            ],
            words=SpellingTable.of({}),
            sources=counted_sources(cases, {}),
            names=_names(folder / "names", cases, taxonomy),
        ),
        engine=engine,
    )
    return Searcher(snapshot, Encoders(query=encoder), min_score=0.3)


def _names(folder: Path, cases: Sequence[Case], taxonomy: Taxonomy) -> NameIndex:
    outlines = [outline_of(case) for case in cases]
    write_names(folder, outlines, taxonomy, holdings(outlines).cases)
    return NameIndex(folder)


def _passages(case: Case, texts: Sequence[str]) -> tuple[Passage, ...]:
    return tuple(
        Passage(case_id=case.id, ordinal=at, heading="", text=text) for at, text in enumerate(texts)
    )


def _manifest(n_cases: int, n_passages: int) -> Manifest:
    encoder = EncoderRecord(name="words", revision="", digest="", identity="", dimension=WIDTH)
    return Manifest(
        schema_version=SCHEMA_VERSION,
        snapshot_id="many",
        inputs="",
        encoder=encoder,
        multilingual=None,
        metric="cosine",
        n_cases=n_cases,
        n_passages=n_passages,
        corpus_digest="",
        vector_sets={},
        versions={},
        files={},
        made_by="",
    )


def exhaustive(searcher: Searcher) -> Searcher:
    """The same searcher, for which every case is a candidate."""
    slow = object.__new__(Searcher)
    slow.__dict__.update(searcher.__dict__)
    slow.retriever = Retriever(
        searcher.engine,
        searcher.encoders,
        searcher.analyser,
        calibration=searcher.compendium.calibration,
        candidates=10**9,
    )
    return slow


def queries(n: int, seed: int = 11) -> list[str]:
    """Texts of a few words, most of them of one theme."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        theme = THEMES[int(rng.integers(len(THEMES)))]
        words = [str(rng.choice(theme)) for _ in range(rng.integers(1, 4))]
        words += [str(rng.choice(WORDS)) for _ in range(rng.integers(0, 2))]
        made.append(" ".join(dict.fromkeys(words)))
    return made
