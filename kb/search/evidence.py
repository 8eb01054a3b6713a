"""Query to evidence: what speaks for each candidate, kind by kind, from engine and encoders.

A compendium of up to ``CANDIDATES`` documents is searched whole: every document is a
candidate. Of a larger one the engine names candidates by the weighted sum of the evidence,
under each filter that an answer needs, and what speaks for these is worked out exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np

from kb.encoders.multilingual import MultilingualEncoder
from kb.encoders.onnx import QueryEncoder
from kb.engine.base import (
    Answering,
    Engine,
    Part,
    Question,
    VectorText,
    best_rows,
    distinct,
    unit_rows,
)
from kb.engine.filters import EVERYTHING, Filter
from kb.model.calibration import Calibration, Weights
from kb.search.query_analysis import Analyser, Analysis
from kb.snapshots.vector_sets import (
    AUDIENCE,
    AUDIENCE_MULTILINGUAL,
    PASSAGES,
    PASSAGES_MULTILINGUAL,
    PHRASES,
    PHRASES_MULTILINGUAL,
)
from kb.text.analysis import terms as terms_of

#: One unit vector per encoder, float32 of shape (dimension,).
Vectors = tuple[np.ndarray, ...]

#: How many documents under a filter are candidates at most. An answer finds up to 1,000 of
#: them; the rest is for those that the engine takes for a little better than they are.
CANDIDATES = 1_200
#: How many of the whole compendium are looked at whatever the filter, by each kind of
#: evidence: they say whether it answers at all, and how much the best case scores.
BEST_OF_ALL = 16
#: Of how many under a filter it is looked at what they are linked with, whatever the filter.
LINKED_OF = 200

#: The lines on whom cases suit, by each encoder, the default one first.
_LINES = (AUDIENCE.name, AUDIENCE_MULTILINGUAL.name)

_COUNTRY = "country"
#: Without a calibration the nearest passage alone counts.
_BY_PASSAGE = Weights(meaning=1.0, multilingual=0.0, words=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoders:
    """What turns a query into vectors; ``multilingual`` is None where it is off."""

    query: QueryEncoder
    multilingual: MultilingualEncoder | None = None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What speaks for each candidate, for one query.

    ``rows`` are the candidates in the order of their ids; each array is float64 of shape
    (n_candidates,). ``of_all`` says whether every document is one.

    ``meaning`` is the cosine of the nearest text of the case by the encoder: a passage, or a
    line on whom it suits; ``passage`` and ``audience`` are those of its best
    passage and line alone, ``multilingual`` that of its best passage by the multilingual
    encoder, which is not asked for English: in [-1, 1], -1 where there is none, and 0 of all
    where it is not asked. ``words`` is in [0, 1], and so is ``named``, the share that a candidate
    has of the values of facets that the query names. For a query in another
    language the encoder and the words get its English terms. ``query`` is the unit query
    vector by which it is decided whether the compendium answers, and ``second_query`` gives that
    of the multilingual encoder, which reads English only when it is asked for; None without one.
    ``best_passage`` and ``best_line`` are the ordinals of each candidate's best texts, -1 where
    it has none.

    The coverages are shares of the query's terms, each weighted by its idf: those that any
    document has, and those that the document with most of them has. ``linked`` are the
    places of candidates that the editors link, as pairs in both directions: int64 of shape
    (2, n_pairs). ``mean_of_all`` is about the mean of the weighted sum over all documents; None of
    so few that every one of them is a candidate. ``less_common`` says that the cosines by the
    encoder are those of the query less what all texts have in common, which are smaller.
    """

    engine: Engine
    rows: np.ndarray
    of_all: bool
    meaning: np.ndarray
    passage: np.ndarray
    audience: np.ndarray
    multilingual: np.ndarray
    words: np.ndarray
    named: np.ndarray
    query: np.ndarray
    best_passage: np.ndarray
    best_line: np.ndarray
    english: bool
    coverage_by_all: float
    coverage_by_one: float
    linked: np.ndarray = field(default_factory=lambda: np.zeros((2, 0), dtype=np.int64))
    mean_of_all: float | None = None
    second_query: Callable[[], np.ndarray] | None = None
    less_common: bool = False

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of the candidates."""
        return self.engine.ids(self.rows)

    def place(self, row: int) -> int:
        """The place of a candidate in every array.

        Raises:
            KeyError: it is no candidate.
        """
        place = int(np.searchsorted(self.rows, row))
        if place == len(self.rows) or self.rows[place] != row:
            raise KeyError(row)
        return place


def has_multilingual(engine: Engine) -> bool:
    """Whether an engine holds vectors of the multilingual encoder."""
    return PASSAGES_MULTILINGUAL.name in engine.sizes


def weights_for(calibration: Calibration | None, *, english: bool) -> Weights:
    """The weights for the language of a query; by passages alone without a calibration."""
    if calibration is None:
        return _BY_PASSAGE
    return calibration.english if english else calibration.other


class Retriever:
    """What is asked of the engine for a text. Immutable; safe to share between threads."""

    def __init__(
        self,
        engine: Engine,
        encoders: Encoders,
        analyser: Analyser,
        *,
        calibration: Calibration | None = None,
        candidates: int = CANDIDATES,
    ) -> None:
        """Take what is asked.

        Args:
            engine: what is searched.
            encoders: those that made its vectors.
            analyser: reads the texts for which vectors are made.
            calibration: by whose weights candidates are chosen; None, by the nearest passage.
            candidates: how many there are at most under each filter.
        """
        self.engine = engine
        self.analyser = analyser
        self._encoders = encoders
        self._calibration = calibration
        self._common = np.array(calibration.common if calibration is not None else ())
        self.candidates = candidates

    def with_common(self, common: Sequence[float]) -> Retriever:
        """The same, with something else that is taken from the vector of a query."""
        other = copy(self)
        other._common = np.array(common)
        return other

    def _without_common(self, vector: np.ndarray, unit: np.ndarray) -> np.ndarray:
        """The vector of a query less what all texts have in common, float32, not scaled here.

        Whatever is near to all texts is near to any query, and says nothing about this one.

        Args:
            vector: as the encoder makes it.
            unit: the same at length one.
        """
        if not len(self._common) or not unit.any():
            return vector
        return (unit - self._common).astype(np.float32)

    def evidence(
        self,
        asked: Analysis,
        within: Iterable[Filter] = (EVERYTHING,),
        *,
        also: np.ndarray | None = None,
    ) -> Evidence:
        """All evidence for a query.

        What lends most to the best under each filter is a candidate too, whatever the filter:
        a case is lent the best sum of those that it is linked with.

        A query in another language is asked in the English of the table: its words of
        the word index, its meaning of the encoder. The multilingual encoder reads it as
        it is, and says which passage of a case is best; the order of English does not need it.

        Args:
            asked: the query.
            within: the filters under which candidates are wanted.
            also: rows that are candidates in any case.
        """
        vector = self._encoders.query.encode_query(asked.in_english)
        query = unit_rows(vector[None, :].astype(np.float64))[0]
        compared = self._without_common(vector, query)
        vectors = {PASSAGES.name: compared, AUDIENCE.name: compared}
        second_query = self._second_query(asked.wanted)
        if not asked.english and second_query is not None:
            vectors[PASSAGES_MULTILINGUAL.name] = second_query()
        weights = weights_for(self._calibration, english=asked.english)
        near = (PASSAGES.name,) if self._calibration is None else (PASSAGES.name, AUDIENCE.name)
        beside = (1.0, weights.audience)
        parts = (
            Part(vector_sets=near, weight=weights.meaning, beside=beside[: len(near)]),
            Part(vector_sets=(PASSAGES_MULTILINGUAL.name,), weight=weights.multilingual),
        )
        answering = self.engine.ask(
            Question(vectors=vectors, terms=asked.terms, parts=parts, words=weights.words)
        )
        rows = self._candidates_of(answering, tuple(within), weights.linked)
        if also is not None:
            rows = distinct(rows, also)
        found = answering.evidence(rows)
        absent = np.full(len(rows), -1.0), np.full(len(rows), -1, dtype=np.int64)
        by_set = {
            name: (found.cosines[name], found.nearest[name]) if name in found.cosines else absent
            for name in (PASSAGES.name, AUDIENCE.name, PASSAGES_MULTILINGUAL.name)
        }
        passage, best_passage = by_set[PASSAGES.name]
        audience, best_line = by_set[AUDIENCE.name]
        by_all = np.zeros(len(rows))
        if PASSAGES_MULTILINGUAL.name in vectors:
            by_all, best_passage = by_set[PASSAGES_MULTILINGUAL.name]
        coverage, of_all = answering.coverage(), len(rows) == len(self.engine)
        return Evidence(
            engine=self.engine,
            rows=rows,
            of_all=of_all,
            meaning=np.maximum(passage, audience),
            passage=passage,
            audience=audience,
            multilingual=by_all,
            words=found.words,
            named=self._named(asked, rows),
            query=query,
            less_common=bool(len(self._common)),
            best_passage=best_passage,
            best_line=best_line,
            english=asked.english,
            coverage_by_all=coverage.by_all,
            coverage_by_one=coverage.by_one,
            linked=self._links_among(rows),
            mean_of_all=None if len(self.engine) <= CANDIDATES else answering.mean(),
            second_query=second_query,
        )

    def _second_query(self, text: str) -> Callable[[], np.ndarray] | None:
        """The unit vector of a text by the multilingual encoder, made when it is asked for."""
        multilingual = self._encoders.multilingual
        if multilingual is None or not has_multilingual(self.engine):
            return None
        return cache(lambda: unit_rows(multilingual.encode_query(text)[None, :])[0])

    def vectors(self, text: str) -> Vectors:
        """The unit vectors of a text by each encoder, the default one first."""
        asked = self.analyser.analyse(text, exact=True)
        vectors = [self._encoders.query.encode_query(asked.in_english)]
        if self._encoders.multilingual is not None:
            vectors.append(self._encoders.multilingual.encode_query(asked.wanted))
        return tuple(unit_rows(vector[None, :])[0] for vector in vectors)

    def meaning(self, text: str, most: int) -> list[tuple[str, float]]:
        """The best documents by the encoder alone, for the text as it stands in any language.

        Returns:
            Ids with the cosine of the nearest passage, best first, equal ones by id.
        """
        vector = self._encoders.query.encode_query(text)
        part = Part(vector_sets=(PASSAGES.name,), weight=1.0)
        question = Question(vectors={PASSAGES.name: vector}, parts=(part,))
        return self._best(question, most, PASSAGES.name)

    def words(self, text: str, most: int) -> list[tuple[str, float]]:
        """The best documents by words alone, for the text as it stands; none without a word."""
        return self._best(Question(vectors={}, terms=terms_of(text), words=1.0), most, None)

    def _best(self, question: Question, most: int, by: str | None) -> list[tuple[str, float]]:
        answering = self.engine.ask(question)
        rows = answering.candidates(limit=self.candidates)
        found = answering.evidence(rows)
        if by is None:
            values, has_some = found.words, found.words > 0
        elif by in found.cosines:
            values, has_some = found.cosines[by], found.nearest[by] >= 0
        else:  # no document has a text
            return []
        places = best_rows(values, most)
        places = places[has_some[places]]
        return list(zip(self.engine.ids(rows[places]), values[places].tolist(), strict=True))

    def audience_lines(self, rows: np.ndarray, asked: Sequence[Vectors]) -> MeasuredTexts:
        """How near some texts come to the lines on whom some cases suit and what they answer.

        The owners of the lines are places in ``rows``.
        """
        found = [
            self.engine.cosines(name, rows, np.stack(units))
            for name, units in zip(_LINES, zip(*asked, strict=True), strict=False)
            if name in self.engine.sizes
        ]
        lengths = found[0][1] if found else np.zeros(len(rows), dtype=np.int64)
        begins = np.cumsum(lengths) - lengths
        owners = np.repeat(np.arange(len(rows)), lengths)
        return MeasuredTexts(
            owners=owners,
            ordinals=np.arange(len(owners)) - begins[owners],
            cosines=[list(one) for one in zip(*(cosines for cosines, _ in found), strict=True)],
        )

    def phrases(self) -> tuple[tuple[str, ...], ComparedTexts]:
        """How owners say that they want each type of project: the types, and the texts.

        The owners of the texts are places among the types.
        """
        found = [
            self.engine.owned(vectors.name)
            for vectors in (PHRASES, PHRASES_MULTILINGUAL)
            if vectors.name in self.engine.sizes
        ]
        texts: Sequence[VectorText] = found[0].texts if found else ()
        projects = tuple(dict.fromkeys(text.owner for text in texts))
        places = {project: at for at, project in enumerate(projects)}
        return projects, ComparedTexts(
            owners=np.array([places[text.owner] for text in texts], dtype=np.int64),
            ordinals=np.array([text.ordinal for text in texts], dtype=np.int64),
            by_encoder=tuple(one.vectors for one in found),
        )

    def _named(self, asked: Analysis, rows: np.ndarray) -> np.ndarray:
        """The share of what a text names that each candidate has; 0 without any.

        It names values of facets, and parts of the world: any country of one will do.
        """
        values = [(one.facet, (one.value,)) for one in asked.mentions]
        values += [(_COUNTRY, one.countries) for one in asked.regions if one.countries]
        having = np.zeros(len(rows))
        for facet, any_of in values:
            found = self.engine.matching(Filter(facets={facet: any_of}), rows)
            having += np.isin(rows, found, assume_unique=True)
        return having / max(1, len(values))

    def _candidates_of(
        self, answering: Answering, within: Sequence[Filter], linked: float
    ) -> np.ndarray:
        """The rows of the candidates under each of some filters, and whatever these are."""
        if len(self.engine) <= self.candidates:
            return np.arange(len(self.engine))
        chosen = np.zeros(len(self.engine), dtype=bool)
        chosen[answering.candidates(limit=BEST_OF_ALL, by_each=BEST_OF_ALL)] = True
        for one in within:
            under = answering.candidates(within=one, limit=self.candidates)
            if linked:
                under = self._with_links(answering, one, under, linked)
            chosen[under] = True
        return np.flatnonzero(chosen)

    def _with_links(
        self, answering: Answering, within: Filter, under: np.ndarray, linked: float
    ) -> np.ndarray:
        """The candidates under a filter, what lends most to the best of them, and who is lent.

        Of what the best are linked with, those are candidates too that by what they are lent
        come to as much as the last of the others.

        Args:
            answering: the question.
            within: the filter.
            under: the candidates without what is lent.
            linked: how much a case is lent of the best sum that it is linked with.
        """
        sums = answering.estimates(under)
        of_best = np.sort(best_rows(sums, LINKED_OF))
        best = under[of_best]
        first, others = self.engine.links(best)
        by_other, place = answering.estimates(others), np.searchsorted(best, first)
        most = np.full(len(best), -np.inf)
        np.maximum.at(most, place, by_other)
        lending = others[by_other >= most[place] - answering.doubt]
        if len(under) < self.candidates:  # all that pass
            return np.concatenate([under, lending])
        mean = answering.mean()
        each = distinct(others)
        lent = np.full(len(each), mean)
        np.maximum.at(lent, np.searchsorted(each, others), sums[of_best][place])
        allowed = self.engine.matching(within, each)
        worth = answering.estimates(allowed) + linked * lent[np.searchsorted(each, allowed)]
        return np.concatenate([under, lending, allowed[worth >= sums.min() + linked * mean]])

    def _links_among(self, rows: np.ndarray) -> np.ndarray:
        """The links between candidates, as pairs of their places."""
        place = np.full(len(self.engine), -1, dtype=np.int32)
        place[rows] = np.arange(len(rows))
        first, others = self.engine.links(rows)
        to = place[others]
        there = np.flatnonzero(to >= 0)
        return np.stack([place[first[there]], to[there]]).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedTexts:
    """Some texts with their vectors by each encoder, the default one first.

    ``owners`` (int64) counts off whose each is, ``ordinals`` which of its owner's texts. In
    ``by_encoder`` is float32 of shape (n_texts, dimension), row i of text i.
    """

    owners: np.ndarray
    ordinals: np.ndarray
    by_encoder: tuple[np.ndarray, ...]

    def __len__(self) -> int:
        return len(self.owners)

    def cosines(self, asked: Vectors) -> list[np.ndarray]:
        """The cosines of every text with a text that was asked: one array for each encoder."""
        return [vectors @ unit for vectors, unit in zip(self.by_encoder, asked, strict=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredTexts:
    """How near texts that were asked come to some texts.

    ``owners`` (int64) counts off whose each of these is, ``ordinals`` which of its owner's.
    ``cosines`` has for each that was asked an array for each encoder, the default one first: one
    cosine for each text.
    """

    owners: np.ndarray
    ordinals: np.ndarray
    cosines: Sequence[Sequence[np.ndarray]]

    def __len__(self) -> int:
        return len(self.owners)
