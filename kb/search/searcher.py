"""Query to result over one snapshot: filter, retrieve, fuse, order, count, give reasons."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kb.engine.base import Engine
from kb.engine.filters import Filter
from kb.errors import CaseNotFound, QueryError
from kb.model.cases import Case, Passage
from kb.model.compendium import Compendium
from kb.model.taxonomy import Taxonomy
from kb.search.answer import (
    ANSWERS_HEADING,
    AUDIENCE_HEADING,
    FacetCount,
    Hit,
    Reason,
    SearchResult,
)
from kb.search.evidence import Encoders, Evidence, Retriever
from kb.search.facets import Facets
from kb.search.order import ordered
from kb.search.query import DEFAULT_PER_PAGE, Query, filter_of, make_query
from kb.search.reasons import reasons
from kb.search.scoring import answerability, scores, share_of_most
from kb.snapshots.format import Manifest, Snapshot
from kb.snapshots.vector_sets import PASSAGES, ordinal_of
from kb.text.analysis import terms
from kb.text.mentions import Mention, MentionFinder
from kb.text.spelling import Speller

#: What a filter may be given as: one value or several.
Values = str | Iterable[str]

#: Scores are rounded before they are compared, so that a tie is a tie on every machine.
_DECIMALS = 6

#: Below every cosine.
_NO_SCORE = -1.0

#: A cosine from which a passage is near in meaning: below it a hit came by its words.
_NEAR = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the evidence makes of the candidates, whatever the filters say.

    ``scores`` are those of every candidate by id; ``found`` are the candidates that
    score enough to be found, wherever the filters allow them.
    """

    scores: Mapping[str, float]
    found: frozenset[str]


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
        self._passages: dict[str, list[Passage]] = {case.id: [] for case in self.cases}
        for passage in content.passages:
            self._passages[passage.case_id].append(passage)
        self.engine: Engine = snapshot.engine
        self.retriever = Retriever(
            self.engine,
            encoders,
            table=self.compendium.glossary,
            links={case.id: case.related for case in self.cases},
        )
        self._facets = Facets(self.engine, self.taxonomy)
        self._mentions = MentionFinder(self.taxonomy, self._facets.values)
        self._speller = Speller(content.vocabulary, self.compendium.glossary)

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
            near = difflib.get_close_matches(case_id[:120], self.compendium.by_id, n=3, cutoff=0.5)
            raise CaseNotFound(case_id[:120], nearest=tuple(near))
        return case

    def ask(
        self, text: str = "", *, page: int = 1, per_page: int = DEFAULT_PER_PAGE, **filters: Values
    ) -> SearchResult:
        """Answer a text in any words, under filters by facet: ``ask("wine", country="NZ")``.

        Args:
            text: what is looked for; without one, every case that the filters allow.
            page: from 1.
            per_page: how many hits a page holds.
            **filters: a value or several for each facet, as ids, labels or aliases.

        Raises:
            QueryError: names what is wrong and what is allowed.
        """
        named = {name: (v,) if isinstance(v, str) else tuple(v) for name, v in filters.items()}
        query = make_query(self.taxonomy, text=text, filters=named, page=page, per_page=per_page)
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
        text = self._asked(query)
        translation = self.retriever.translate(text)
        evidence = self.retriever.evidence(text)
        judgement = self.judge(evidence)
        within = replace(filter_of(query), ids=judgement.found)
        found = ordered(self._cases(within), judgement.scores, query, self.taxonomy)
        mentions = self._mentions.find(translation.in_english)
        result = SearchResult(
            query=query,
            total=len(found),
            hits=(),
            facets=self.counts(within),
            no_good_match=not found,
            snapshot_id=self.snapshot_id,
            answerable=self._answerable(evidence),
            repaired=text if text != query.text else "",
            interpreted_as=translation.terms,
            mentions=tuple(m for m in mentions if m.value not in query.filters.get(m.facet, ())),
        )
        page, first_rank = self._page(result, found)
        hits = tuple(
            Hit(
                case=case,
                score=judgement.scores[case.id],
                rank=rank,
                reasons=self._reasons(case, translation.in_english, evidence, mentions),
            )
            for rank, case in enumerate(page, first_rank)
        )
        return replace(result, hits=hits)

    def found(self, query: Query) -> tuple[Case, ...]:
        """Every case that ``search`` finds, on whichever page, in the order of a browse."""
        within = filter_of(query)
        if query.text:
            judgement = self.judge(self.retriever.evidence(self._asked(query)))
            within = replace(within, ids=judgement.found)
        return tuple(ordered(self._cases(within), {}, Query(), self.taxonomy))

    def matching(self, within: Filter) -> tuple[Case, ...]:
        """Every case that passes a filter, by id."""
        return self._cases(within)

    def evidence(self, text: str) -> Evidence:
        """The evidence for a query as ``search`` has it: after repair."""
        return self.retriever.evidence(self._speller.repair(text))

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
        return _by_passage(self._passage(evidence.best_passage[evidence.place(case_id)]))

    def passages_under(self, case_id: str, heading: str) -> tuple[str, ...]:
        """What a case says under one of its headings, in order; nothing if it has none."""
        return tuple(p.text for p in self._passages.get(case_id, ()) if p.heading == heading)

    def judge(self, evidence: Evidence) -> Judgement:
        """Score every candidate, and say which may be found."""
        calibration = self.compendium.calibration
        if calibration is None:
            case_scores = np.round(evidence.passage, _DECIMALS)
            enough = case_scores >= self.min_score
        else:
            case_scores = np.round(scores(evidence, calibration), _DECIMALS)
            # A share of the best of all cases, so that a wider filter never finds fewer.
            enough = case_scores >= calibration.relative_cutoff * case_scores.max(initial=0)
            answered = answerability(evidence, calibration.answerability)
            enough &= answered >= calibration.answer_threshold
        return Judgement(
            scores=dict(zip(evidence.ids, case_scores.tolist(), strict=True)),
            found=frozenset(evidence.ids[at] for at in np.flatnonzero(enough)),
        )

    def _answerable(self, evidence: Evidence) -> float | None:
        if self.compendium.calibration is None:
            return None
        return round(answerability(evidence, self.compendium.calibration.answerability), _DECIMALS)

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
            near = self.engine.nearest(
                PASSAGES.name, vector, within=Filter(kinds=tuple(sorted(kinds)))
            )
            for other, score, text in zip(near.ids, near.scores.tolist(), near.texts, strict=True):
                if score > nearest.get(other, (_NO_SCORE, ""))[0]:
                    nearest[other] = score, text
        nearest.pop(case_id, None)
        ranked = sorted(
            (-float(np.round(score, _DECIMALS)), other) for other, (score, _) in nearest.items()
        )
        return tuple(
            Hit(
                case=self.compendium.by_id[other],
                score=-score,
                rank=rank,
                reasons=(_by_passage(self._passage(nearest[other][1])),),
            )
            for rank, (score, other) in enumerate(ranked[:k], 1)
            if -score >= self.min_score
        )

    def _browse(self, query: Query) -> SearchResult:
        within = filter_of(query)
        found = ordered(self._cases(within), {}, query, self.taxonomy)
        result = SearchResult(
            query=query,
            total=len(found),
            hits=(),
            facets=self.counts(within),
            no_good_match=False,
            snapshot_id=self.snapshot_id,
        )
        page, first_rank = self._page(result, found)
        hits = tuple(
            Hit(case=case, score=0.0, rank=rank) for rank, case in enumerate(page, first_rank)
        )
        return replace(result, hits=hits)

    def _asked(self, query: Query) -> str:
        """The text that is searched for: that of the query, with its slips repaired."""
        return query.text if query.exact else self._speller.repair(query.text)

    def _cases(self, within: Filter) -> tuple[Case, ...]:
        return tuple(self.compendium.by_id[case_id] for case_id in self.engine.matching(within))

    def _passage(self, text_id: str) -> Passage:
        """The passage of an id such as ``norway/graphic-arts#2``."""
        return self._passages[text_id.rpartition("#")[0]][ordinal_of(text_id)]

    def _page(self, result: SearchResult, found: Sequence[Case]) -> tuple[Sequence[Case], int]:
        """The cases of the page that was asked for, and the rank of its first."""
        query = result.query
        if query.page > result.pages:
            raise QueryError(
                f"page must be from 1 to {result.pages}, not {query.page}: "
                f"{result.total} found, {query.per_page} to a page.",
                parameter="page",
                value=query.page,
            )
        start = (query.page - 1) * query.per_page
        return found[start : start + query.per_page], start + 1

    def _reasons(
        self, case: Case, text: str, evidence: Evidence, mentions: Sequence[Mention]
    ) -> tuple[Reason, ...]:
        place = evidence.place(case.id)
        by_english = evidence.english or self.manifest.multilingual is None
        near = evidence.passage if by_english else evidence.multilingual
        best, cosine = self._passage(evidence.best_passage[place]), near[place]
        lines = _audience_lines(case)
        if by_english and evidence.audience[place] > cosine:
            best = lines[ordinal_of(evidence.best_line[place])]
            cosine = evidence.audience[place]
        return reasons(
            case,
            [*self._passages[case.id], *lines],
            best,
            terms=terms(text),
            by_meaning=bool(cosine >= _NEAR),
            mentions=mentions,
        )


def _by_passage(passage: Passage) -> Reason:
    return Reason(kind="meaning", passage=passage.text, heading=passage.heading)


def _audience_lines(case: Case) -> list[Passage]:
    """Whom a case suits and what it answers, as passages that a reason can quote."""
    headings = [AUDIENCE_HEADING] * len(case.role_model_for) + [ANSWERS_HEADING] * len(case.answers)
    return [
        Passage(case_id=case.id, ordinal=-1, heading=heading, text=line)
        for heading, line in zip(headings, case.audience_lines, strict=True)
    ]
