"""Query to result over one snapshot: filter, retrieve, fuse, order, count, give reasons."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from kb.errors import CaseNotFound, QueryError
from kb.model.calibration import Calibration
from kb.model.cases import FACETS, Case, Passage, Reference
from kb.model.relevance import Report
from kb.model.self_check import SelfCheck
from kb.model.taxonomy import Taxonomy
from kb.search.answer import ANSWERS_HEADING, SUITS_HEADING, FacetCount, Hit, Reason, SearchResult
from kb.search.evidence import Encoders
from kb.search.facets import FacetTable
from kb.search.hint_table import HintTable
from kb.search.indexes import hint_table_of, retriever_of
from kb.search.order import ordered
from kb.search.query import Query
from kb.search.reasons import reasons
from kb.search.scoring import Evidence, answers, scores, share_of_most
from kb.snapshots.format import Manifest, Snapshot
from kb.text.mentions import Mention, MentionFinder
from kb.text.spelling import Speller

#: Scores are rounded before they are compared, so that a tie is a tie on every machine.
_DECIMALS = 6

#: A cosine from which a passage is near in meaning: below it a hit came by its words.
_NEAR = 0.3


class Searcher:
    """Answers queries over one opened snapshot. Immutable; safe to share between threads."""

    def __init__(self, snapshot: Snapshot, encoders: Encoders, *, min_score: float) -> None:
        """Prepare the tables.

        Args:
            snapshot: an opened snapshot.
            encoders: those that made its vectors.
            min_score: least cosine at which a case counts as found, where the
                snapshot has no calibration for its encoders.
        """
        content = snapshot.content
        self.manifest: Manifest = snapshot.manifest
        self.taxonomy: Taxonomy = content.taxonomy
        self.references: Mapping[str, Reference] = content.references
        self.cases: tuple[Case, ...] = content.cases
        self.calibration: Calibration | None = content.calibration
        self.relevance: Report | None = content.relevance
        self.self_check: SelfCheck | None = content.self_check
        self.min_score = min_score
        self.encoders = encoders
        self._passages = content.passages
        self._column = {case.id: column for column, case in enumerate(self.cases)}
        self.hints: HintTable | None = hint_table_of(snapshot)
        self.retriever = retriever_of(snapshot, encoders, self.hints)
        self._table = FacetTable(self.cases, self.taxonomy)
        values = {facet: self._table.values(facet) for facet in FACETS}
        self._mentions = MentionFinder(self.taxonomy, values, self.retriever.terms)
        self._speller = Speller(content.vocabulary, content.glossary)

    @property
    def snapshot_id(self) -> str:
        """The id of the snapshot that answers."""
        return self.manifest.snapshot_id

    def case(self, case_id: str) -> Case:
        """The case with this id.

        Raises:
            CaseNotFound: there is none; carries the nearest ids.
        """
        column = self._column.get(case_id)
        if column is None:
            near = difflib.get_close_matches(case_id[:120], self._column, n=3, cutoff=0.5)
            raise CaseNotFound(case_id[:120], nearest=tuple(near))
        return self.cases[column]

    def search(self, query: Query) -> SearchResult:
        """Answer a query.

        Every hit satisfies the filters. With a text, the found set is empty unless the
        compendium answers it at all; then it is every such case that scores enough beside
        the best of all cases.
        Without one it is every such case. ``kb.search.order`` says in which order.
        Facets are counted over the found set, whole.

        Raises:
            QueryError: the page is beyond the last one.
        """
        if not query.text:
            return self._browse(query)
        text = query.text if query.exact else self._speller.repair(query.text)
        reading = self.retriever.read(text)
        evidence = self.retriever.evidence(text)
        case_scores, find = self.judge(evidence)
        found = find(self._table.mask(query))
        columns = ordered(found, self.cases, case_scores, query, self.taxonomy)
        mentions = self._mentions.find(reading.in_english)
        result = SearchResult(
            query=query,
            total=len(columns),
            hits=(),
            facets=self._table.counts(query, find),
            no_good_match=not columns,
            snapshot_id=self.snapshot_id,
            answerable=self._answerable(evidence),
            repaired=text if text != query.text else "",
            read_as=reading.terms,
            mentions=tuple(m for m in mentions if m.value not in query.filters.get(m.facet, ())),
        )
        page, first_rank = self._page(result, columns)
        hits = tuple(
            Hit(
                case=self.cases[column],
                score=float(case_scores[column]),
                rank=rank,
                reasons=self._reasons(column, reading.in_english, evidence, mentions),
            )
            for rank, column in enumerate(page, first_rank)
        )
        return replace(result, hits=hits)

    def evidence(self, text: str) -> Evidence:
        """The evidence for a query as ``search`` has it: after repair."""
        return self.retriever.evidence(self._speller.repair(text))

    def text_score(self, text: str) -> np.ndarray:
        """How much every case has to do with a text, in [-1, 1]: its weighted sum by the most."""
        evidence = self.evidence(text)
        if self.calibration is None:
            return evidence.passage
        return share_of_most(evidence, self.calibration)

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """The values of facets that a text in English names, in its order."""
        return self._mentions.find(text)

    def allowed(self, query: Query) -> np.ndarray:
        """The cases that the filters of a query allow: bool of shape (n_cases,)."""
        return self._table.mask(query)

    def counts(self, query: Query, among: np.ndarray) -> Mapping[str, tuple[FacetCount, ...]]:
        """Facet counts over the cases that the filters allow and that are ``among`` some."""
        return self._table.counts(query, lambda allowed: allowed & among)

    def nearest_passage(self, column: int, evidence: Evidence) -> Reason:
        """The passage of a case that is nearest in meaning to the text of the evidence."""
        return self._by_passage(int(evidence.row[column]))

    def passages_under(self, case_id: str, heading: str) -> tuple[str, ...]:
        """What a case says under one of its headings, in order; nothing if it has none."""
        return tuple(
            p.text for p in self._passages if p.case_id == case_id and p.heading == heading
        )

    def judge(self, evidence: Evidence) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:
        """Score every case, and say which are found among those that the filters allow.

        Returns:
            The scores, float64 of shape (n_cases,), and a function from the cases
            that the filters allow to those that are found, both bool of that shape.
        """
        calibration = self.calibration
        if calibration is None:
            case_scores = np.round(evidence.passage, _DECIMALS)
            return case_scores, lambda allowed: allowed & (case_scores >= self.min_score)
        case_scores = np.round(scores(evidence, calibration), _DECIMALS)
        # A share of the best of all cases, so that a wider filter never finds fewer.
        enough = case_scores >= calibration.shown * case_scores.max(initial=0)
        fits = answers(evidence, calibration.gate) >= calibration.fits
        return case_scores, lambda allowed: allowed & enough & fits

    def _answerable(self, evidence: Evidence) -> float | None:
        if self.calibration is None:
            return None
        return round(answers(evidence, self.calibration.gate), _DECIMALS)

    def similar(self, case_id: str, k: int = 4) -> tuple[Hit, ...]:
        """The cases most like a case, by their best pair of passages, best first.

        At most ``k``, and none that scores less than ``min_score``. Guides are only
        compared with guides, and cases with cases.

        Raises:
            CaseNotFound: there is no such case.
        """
        case = self.case(case_id)
        peers = np.array([c.is_guide == case.is_guide and c.id != case_id for c in self.cases])
        passages = self.retriever.passages
        rows = np.flatnonzero(peers[passages.owner])
        best = np.full(len(self.cases), -1.0)
        nearest = np.zeros(len(self.cases), dtype=np.int64)
        for vector in passages.vectors(passages.rows_of(self._column[case_id])):
            one = passages.max_p(vector, rows)
            nearest = np.where(one.scores > best, one.rows, nearest)
            best = np.maximum(one.scores, best)
        best = np.round(best, _DECIMALS)
        columns = self._ordered(peers & (best >= self.min_score), best)[:k]
        return tuple(
            Hit(
                case=self.cases[column],
                score=float(best[column]),
                rank=rank,
                reasons=(self._by_passage(int(nearest[column])),),
            )
            for rank, column in enumerate(columns, 1)
        )

    def _browse(self, query: Query) -> SearchResult:
        found = self._table.mask(query)
        columns = ordered(found, self.cases, np.zeros(len(self.cases)), query, self.taxonomy)
        result = SearchResult(
            query=query,
            total=len(columns),
            hits=(),
            facets=self._table.counts(query, lambda allowed: allowed),
            no_good_match=False,
            snapshot_id=self.snapshot_id,
        )
        page, first_rank = self._page(result, columns)
        hits = tuple(
            Hit(case=self.cases[column], score=0.0, rank=rank)
            for rank, column in enumerate(page, first_rank)
        )
        return replace(result, hits=hits)

    def _ordered(self, found: np.ndarray, case_scores: np.ndarray) -> list[int]:
        """Columns by score, then id (``cases`` are in the order of their ids)."""
        columns = np.flatnonzero(found)
        return columns[np.lexsort((columns, -case_scores[columns]))].tolist()

    def _page(self, result: SearchResult, columns: Sequence[int]) -> tuple[Sequence[int], int]:
        """The columns of the page that was asked for, and the rank of its first."""
        query = result.query
        if query.page > result.pages:
            raise QueryError(
                f"page must be from 1 to {result.pages}, not {query.page}: "
                f"{result.total} found, {query.per_page} to a page.",
                parameter="page",
                value=query.page,
            )
        start = (query.page - 1) * query.per_page
        return columns[start : start + query.per_page], start + 1

    def _by_passage(self, row: int) -> Reason:
        passage = self._passages[row]
        return Reason(kind="meaning", passage=passage.text, heading=passage.heading)

    def _reasons(
        self, column: int, text: str, evidence: Evidence, mentions: Sequence[Mention]
    ) -> tuple[Reason, ...]:
        by_english = evidence.english or self.manifest.multilingual is None
        near = evidence.passage if by_english else evidence.multilingual
        passages = [self._passages[row] for row in self.retriever.passages.rows_of(column)]
        best, cosine = self._passages[int(evidence.row[column])], near[column]
        lines = self._lines(column)
        if by_english and evidence.suits[column] > cosine and self.hints is not None:
            line = self.hints.lines[int(evidence.suits_row[column])]
            best = next(one for one in lines if one.text == line)
            cosine = evidence.suits[column]
        return reasons(
            self.cases[column],
            [*passages, *lines],
            best,
            terms=self.retriever.terms(text),
            by_meaning=bool(cosine >= _NEAR),
            mentions=mentions,
            stems=self.retriever.stems,
        )

    def _lines(self, column: int) -> list[Passage]:
        """Whom a case suits and what it answers, as passages that a reason can quote."""
        case = self.cases[column]
        said = ((SUITS_HEADING, case.role_model_for), (ANSWERS_HEADING, case.answers))
        return [
            Passage(case_id=case.id, ordinal=-1, heading=heading, text=line)
            for heading, lines in said
            for line in lines
        ]
