"""Query to result over one snapshot: filter, retrieve, MaxP, order, count, give reasons."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

import numpy as np

from kb.documents import Case, Hit, Query, Reason, Reference, SearchResult
from kb.errors import CaseNotFound, QueryError
from kb.facets import FacetTable
from kb.query_encoder import QueryEncoder
from kb.snapshot import Manifest, Snapshot
from kb.taxonomy import Taxonomy

#: Scores are rounded before they are compared, so that a tie is a tie on every machine.
_DECIMALS = 6


class Searcher:
    """Answers queries over one opened snapshot. Immutable; safe to share between threads."""

    def __init__(self, snapshot: Snapshot, encoder: QueryEncoder, *, min_score: float) -> None:
        """Prepare the tables.

        Args:
            snapshot: an opened snapshot.
            encoder: the encoder that the snapshot carries.
            min_score: least cosine at which a case counts as found.
        """
        content = snapshot.content
        self.manifest: Manifest = snapshot.manifest
        self.taxonomy: Taxonomy = content.taxonomy
        self.references: Mapping[str, Reference] = content.references
        self.cases: tuple[Case, ...] = content.cases
        self.min_score = min_score
        self._passages = content.passages
        self._index = snapshot.index
        self._encoder = encoder
        self._column = {case.id: column for column, case in enumerate(self.cases)}
        # Passage row to case column: int64 of shape (n_passages,).
        self._owner = np.array([self._column[p.case_id] for p in self._passages], dtype=np.int64)
        self._table = FacetTable(self.cases, self.taxonomy)
        self._by_title = sorted(
            range(len(self.cases)),
            key=lambda column: (self.cases[column].title.casefold(), self.cases[column].id),
        )

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

        Every hit satisfies the filters. With a text, the found set is every such
        case whose best passage scores at least ``min_score``, by score and then id;
        without one it is every such case, by title. Facets are counted over the
        found set, whole.

        Raises:
            QueryError: the page is beyond the last one.
        """
        if query.text:
            vector = self._encoder.encode_query(query.text)
            scores, best = self._scores(vector, np.arange(len(self._passages)))
            eligible = scores >= self.min_score
        else:
            scores, best = np.zeros(len(self.cases)), None
            eligible = np.ones(len(self.cases), dtype=bool)
        found = eligible & self._table.mask(query)
        columns = self._ordered(found, scores) if query.text else self._titled(found)
        result = SearchResult(
            query=query,
            total=len(columns),
            hits=(),
            facets=self._table.counts(query, found, eligible),
            no_good_match=bool(query.text) and not columns,
            snapshot_id=self.snapshot_id,
        )
        if query.page > result.pages:
            raise QueryError(
                f"page must be from 1 to {result.pages}, not {query.page}: "
                f"{result.total} found, {query.per_page} to a page.",
                parameter="page",
                value=query.page,
            )
        return self._with_page(result, columns, scores, best)

    def similar(self, case_id: str, k: int = 4) -> tuple[Hit, ...]:
        """The cases most like a case, by their best pair of passages, best first.

        At most ``k``, and none that scores less than ``min_score``. Guides are only
        compared with guides, and cases with cases.

        Raises:
            CaseNotFound: there is no such case.
        """
        case = self.case(case_id)
        is_guide = case.kind == "guide"
        peers = np.array([(c.kind == "guide") == is_guide and c.id != case_id for c in self.cases])
        rows = np.flatnonzero(peers[self._owner])
        own = np.flatnonzero(self._owner == self._column[case_id])
        scores = np.full(len(self.cases), -np.inf)
        best = np.zeros(len(self.cases), dtype=np.int64)
        for vector in self._index.vectors(own):
            one, passage = self._scores(vector, rows)
            best = np.where(one > scores, passage, best)
            scores = np.maximum(one, scores)
        columns = self._ordered(peers & (scores >= self.min_score), scores)[:k]
        return self._hits(columns, scores, best, first_rank=1)

    def _scores(self, vector: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """MaxP over ``rows``: per case its best score (-inf if none) and that passage's row."""
        scores = np.full(len(self.cases), -np.inf)
        best = np.zeros(len(self.cases), dtype=np.int64)
        if not len(rows):
            return scores, best
        every = len(rows) == len(self._passages)
        matches = self._index.search(vector, k=len(rows), rows=None if every else rows)
        # Best first, so the first row of a case is its best passage.
        columns, first = np.unique(self._owner[matches.rows], return_index=True)
        scores[columns] = np.round(matches.scores[first].astype(float), _DECIMALS)
        best[columns] = matches.rows[first]
        return scores, best

    def _ordered(self, found: np.ndarray, scores: np.ndarray) -> list[int]:
        """Columns by score, then id (``cases`` are in the order of their ids)."""
        columns = np.flatnonzero(found)
        return columns[np.lexsort((columns, -scores[columns]))].tolist()

    def _titled(self, found: np.ndarray) -> list[int]:
        return [column for column in self._by_title if found[column]]

    def _with_page(
        self,
        result: SearchResult,
        columns: Sequence[int],
        scores: np.ndarray,
        best: np.ndarray | None,
    ) -> SearchResult:
        start = (result.query.page - 1) * result.query.per_page
        page = columns[start : start + result.query.per_page]
        return SearchResult(
            query=result.query,
            total=result.total,
            hits=self._hits(page, scores, best, first_rank=start + 1),
            facets=result.facets,
            no_good_match=result.no_good_match,
            snapshot_id=result.snapshot_id,
        )

    def _hits(
        self,
        columns: Sequence[int],
        scores: np.ndarray,
        best: np.ndarray | None,
        *,
        first_rank: int,
    ) -> tuple[Hit, ...]:
        return tuple(
            Hit(
                case=self.cases[column],
                score=float(scores[column]),
                rank=rank,
                reasons=() if best is None else (self._reason(int(best[column])),),
            )
            for rank, column in enumerate(columns, first_rank)
        )

    def _reason(self, row: int) -> Reason:
        passage = self._passages[row]
        return Reason(kind="meaning", passage=passage.text, heading=passage.heading)
