"""Query to answer over one snapshot: analysis, evidence, scores, order, counts, reasons."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from kb.engine.base import Engine
from kb.engine.filters import Filter
from kb.errors import CaseNotFound, QueryError
from kb.model.cases import Case
from kb.model.compendium import Compendium
from kb.model.taxonomy import Taxonomy
from kb.search.answer import FacetCount, FoundSet, Hit, Reason, SearchResult
from kb.search.evidence import Encoders, Evidence, Retriever, has_multilingual
from kb.search.facets import Facets
from kb.search.order import ordered
from kb.search.query import DEFAULT_PER_PAGE, Query, filter_of, make_query
from kb.search.query_analysis import Analyser
from kb.search.reasons import Passages
from kb.search.scoring import DECIMALS, Judgement, judge, share_of_most
from kb.snapshots.format import Manifest, Snapshot
from kb.snapshots.vector_sets import PASSAGES
from kb.text.mentions import Mention, MentionFinder
from kb.text.spelling import Speller

#: What a filter may be given as: one value or several.
Values = str | Iterable[str]

#: Below every cosine.
_NO_SCORE = -1.0


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
        self.compendium: Compendium = content.compendium
        self.min_score = min_score
        self.encoders = encoders
        self.engine: Engine = snapshot.engine
        self._facets = Facets(self.engine, self.taxonomy)
        self._mentions = MentionFinder(self.taxonomy, self._facets.values)
        self.analyser = Analyser(
            table=self.compendium.glossary,
            translates=has_multilingual(self.engine),
            speller=Speller(content.vocabulary),
            names=self._mentions,
            public_money=[one.id for one in self.taxonomy["formations"] if one.public_money],
        )
        self.retriever = Retriever(
            self.engine,
            encoders,
            self.analyser,
            links={case.id: case.related for case in self.cases},
        )
        self._passages = Passages(
            content.passages, has_multilingual=self.manifest.multilingual is not None
        )

    @property
    def cases(self) -> tuple[Case, ...]:
        """Every case, in the order of their ids."""
        return self.compendium.cases

    @property
    def taxonomy(self) -> Taxonomy:
        """The vocabulary."""
        return self.compendium.taxonomy

    @property
    def snapshot_id(self) -> str:
        """The id of the snapshot that answers."""
        return self.manifest.snapshot_id

    def case(self, case_id: str) -> Case:
        """The case with this id.

        Raises:
            CaseNotFound: there is none; carries the nearest ids.
        """
        case = self.compendium.by_id.get(case_id)
        if case is None:
            similar = difflib.get_close_matches(
                case_id[:120], self.compendium.by_id, n=3, cutoff=0.5
            )
            raise CaseNotFound(case_id[:120], nearest=tuple(similar))
        return case

    def ask(
        self,
        text: str = "",
        *,
        all_of: Iterable[str] = (),
        page: int = 1,
        per_page: int = DEFAULT_PER_PAGE,
        **filters: Values,
    ) -> SearchResult:
        """Answer a text in any words, under filters by facet: ``ask("wine", country="NZ")``.

        Args:
            text: what is looked for; without one, every case that the filters allow.
            all_of: facets of which a case must have every value that is given, not any.
            page: from 1.
            per_page: how many hits a page holds.
            **filters: a value or several for each facet, as ids, labels or aliases.

        Raises:
            QueryError: names what is wrong and what is allowed.
        """
        named = {name: _texts(name, values) for name, values in filters.items()}
        query = make_query(
            self.taxonomy,
            text=text,
            filters=named,
            all_of=all_of,
            page=page,
            per_page=per_page,
        )
        return self.search(query)

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
        asked = self.analyser.analyse(query.text, exact=query.exact)
        evidence = self.retriever.evidence(asked)
        judgement = self._judgement(evidence)
        within = replace(filter_of(query), ids=judgement.found)
        result = self._found_in(within, query)
        page, first_rank = self._page(result, judgement.scores)
        return replace(
            result,
            hits=tuple(
                Hit(
                    case=case,
                    score=judgement.scores[case.id],
                    rank=rank,
                    reasons=self._passages.reasons(case, asked, evidence, asked.mentions),
                )
                for rank, case in enumerate(page, first_rank)
            ),
            no_good_match=not result.total,
            answerable=judgement.answerable,
            repaired=asked.text if asked.text != query.text else "",
            interpreted_as=asked.translated,
            mentions=tuple(
                m for m in asked.mentions if m.value not in query.filters.get(m.facet, ())
            ),
        )

    def _browse(self, query: Query) -> SearchResult:
        result = self._found_in(filter_of(query), query)
        page, first_rank = self._page(result, {})
        hits = tuple(
            Hit(case=case, score=0.0, rank=rank) for rank, case in enumerate(page, first_rank)
        )
        return replace(result, hits=hits)

    def _found_in(self, within: Filter, query: Query) -> SearchResult:
        """The answer without its hits: what passes the filter, and the counts over that."""
        cases = self._cases(within)
        return SearchResult(
            query=query,
            total=len(cases),
            hits=(),
            facets=self.counts(within),
            no_good_match=False,
            snapshot_id=self.snapshot_id,
            found=FoundSet(cases=cases),
        )

    def _page(
        self, result: SearchResult, scores: Mapping[str, float]
    ) -> tuple[Sequence[Case], int]:
        """The cases of the page that was asked for, in order, and the rank of its first."""
        query = result.query
        if query.page > result.pages:
            raise QueryError(
                f"page must be from 1 to {result.pages}, not {query.page}: "
                f"{result.total} found, {query.per_page} to a page.",
                parameter="page",
                value=query.page,
            )
        in_order = ordered(result.found.cases, scores, query, self.taxonomy)
        start = (query.page - 1) * query.per_page
        return in_order[start : start + query.per_page], start + 1

    def found(self, query: Query) -> tuple[Case, ...]:
        """Every case that ``search`` finds, on whichever page, in the order of a browse."""
        within = filter_of(query)
        if query.text:
            asked = self.analyser.analyse(query.text, exact=query.exact)
            within = replace(within, ids=self._judgement(self.retriever.evidence(asked)).found)
        return tuple(ordered(self._cases(within), {}, Query(), self.taxonomy))

    def matching(self, within: Filter) -> tuple[Case, ...]:
        """Every case that passes a filter, by id."""
        return self._cases(within)

    def evidence(self, text: str) -> Evidence:
        """The evidence for a query as ``search`` has it: after repair."""
        return self.retriever.evidence(self.analyser.analyse(text))

    def text_scores(self, text: str) -> Mapping[str, float]:
        """How much every candidate has to do with a text, in [-1, 1]: its sum by the most."""
        evidence = self.evidence(text)
        values = evidence.passage
        if self.compendium.calibration is not None:
            values = share_of_most(evidence, self.compendium.calibration)
        return dict(zip(evidence.ids, values.tolist(), strict=True))

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """The values of facets that a text in English names, in its order."""
        return self._mentions.find(text)

    def counts(self, within: Filter) -> Mapping[str, tuple[FacetCount, ...]]:
        """Facet counts over the cases that pass a filter."""
        return self._facets.counts(within)

    def nearest_passage(self, case_id: str, evidence: Evidence) -> Reason:
        """The passage of a case that is nearest in meaning to the text of the evidence."""
        return self._passages.by_meaning(evidence.best_passage[evidence.place(case_id)])

    def passages_under(self, case_id: str, heading: str) -> tuple[str, ...]:
        """What a case says under one of its headings, in order; nothing if it has none."""
        return self._passages.under(case_id, heading)

    def _judgement(self, evidence: Evidence) -> Judgement:
        """Score every candidate, and say which may be found."""
        return judge(evidence, self.compendium.calibration, min_score=self.min_score)

    def similar(self, case_id: str, k: int = 4) -> tuple[Hit, ...]:
        """The cases most like a case, by their best pair of passages, best first.

        At most ``k``, and none that scores less than ``min_score``. Guides are only
        compared with guides, and cases with cases.

        Raises:
            CaseNotFound: there is no such case.
        """
        case = self.case(case_id)
        kinds = {other.kind for other in self.cases if other.is_guide == case.is_guide}
        texts = [text.id for text in self.engine.texts(PASSAGES.name, [case_id])]
        nearest: dict[str, tuple[float, str]] = {}
        for vector in self.engine.vectors(PASSAGES.name, texts):
            matches = self.engine.nearest(
                PASSAGES.name, vector, within=Filter(kinds=tuple(sorted(kinds)))
            )
            for other, score, text in zip(
                matches.ids, matches.scores.tolist(), matches.texts, strict=True
            ):
                if score > nearest.get(other, (_NO_SCORE, ""))[0]:
                    nearest[other] = score, text
        nearest.pop(case_id, None)
        ranked = sorted(
            (-float(np.round(score, DECIMALS)), other) for other, (score, _) in nearest.items()
        )
        return tuple(
            Hit(
                case=self.compendium.by_id[other],
                score=-score,
                rank=rank,
                reasons=(self._passages.by_meaning(nearest[other][1]),),
            )
            for rank, (score, other) in enumerate(ranked[:k], 1)
            if -score >= self.min_score
        )

    def _cases(self, within: Filter) -> tuple[Case, ...]:
        return tuple(self.compendium.by_id[case_id] for case_id in self.engine.matching(within))


def _texts(facet: str, values: Values) -> tuple[str, ...]:
    """What was given for a facet, as texts.

    Raises:
        QueryError: it is neither a text nor several.
    """
    if isinstance(values, str):
        return (values,)
    several = tuple(values) if isinstance(values, Iterable) else (values,)
    if not all(isinstance(value, str) for value in several):
        raise QueryError(
            f"{facet} must be a text or several, such as 'NO' or ['NO', 'DK'], not {values!r}.",
            parameter=facet,
            value=values,
        )
    return several
