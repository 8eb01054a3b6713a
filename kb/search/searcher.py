"""Query to answer over one snapshot: analysis, evidence, scores, order, counts, reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial

import numpy as np

from kb.citations.summary import CountedSources
from kb.citations.works import day_text
from kb.engine.base import TITLE, Engine, Part, Question, best_rows, distinct, unit_rows
from kb.engine.filters import EVERYTHING, Filter, Saying
from kb.engine.guarded import GuardedEngine
from kb.engine.one_more import EngineWithOneMore, Tried
from kb.errors import CaseMoved, CaseNotFound, CaseWithdrawn, QueryError
from kb.model.cases import Case
from kb.model.compendium import Compendium
from kb.model.taxonomy import Taxonomy
from kb.search.answer import (
    ABOUT,
    EXACT,
    MORE,
    MOST_FOUND,
    MOST_IN_PASSING,
    FacetCount,
    FoundSet,
    Hit,
    Reason,
    SearchResult,
)
from kb.search.evidence import CANDIDATES, Encoders, Evidence, Retriever, has_multilingual
from kb.search.facets import Facets
from kb.search.order import ordered
from kb.search.query import DEFAULT_PER_PAGE, Query, filter_of, make_query, relaxed
from kb.search.query_analysis import Analyser, Analysis
from kb.search.reasons import Passages
from kb.search.scoring import DECIMALS, Judgement, judge, share_of_most
from kb.snapshots.format import Manifest, Snapshot
from kb.snapshots.names import NameIndex
from kb.snapshots.vector_sets import PASSAGES
from kb.text.mentions import Mention, MentionFinder
from kb.text.similar_names import similar_names
from kb.text.spelling import Speller
from kb.text.unsaid import Unsaid
from kb.versions.store import Versions

#: So many cases are read at most for those that use the words of a text in passing.
MOST_READ = 20

#: The facet of places.
_COUNTRY = "country"

#: What a filter may be given as: one value or several.
Values = str | Iterable[str]


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
        self.sources: CountedSources = content.sources
        self.names: NameIndex = content.names
        #: The versions of cases, which every snapshot of the index shares.
        self.versions = Versions(snapshot.folder.parent)
        self.min_score = min_score
        self.encoders = encoders
        self.engine: Engine = snapshot.engine
        self._facets = Facets(self.engine, self.taxonomy)
        self._mentions = MentionFinder(self.taxonomy, self._facets.values)
        self._passages = Passages(
            content.passages,
            content.word_places,
            has_multilingual=self.manifest.multilingual is not None,
        )
        said = partial(_is_said, self.engine, self._passages)
        self.analyser = Analyser(
            table=self.compendium.glossary,
            translates=has_multilingual(self.engine),
            speller=Speller(content.words),
            names=self._mentions,
            unsaid=Unsaid(self.taxonomy, self._facets.values.get("sector", ()), said),
            public_money=[one.id for one in self.taxonomy["formations"] if one.public_money],
        )
        self.retriever = Retriever(
            self.engine,
            encoders,
            self.analyser,
            calibration=self.compendium.calibration,
        )
        self.snapshot = snapshot

    @property
    def cases(self) -> Sequence[Case]:
        """Every case, in the order of their ids; each is read when it is asked for."""
        return self.compendium.cases

    @property
    def taxonomy(self) -> Taxonomy:
        """The vocabulary."""
        return self.compendium.taxonomy

    @property
    def made(self) -> datetime | None:
        """When the snapshot that answers was written; None where it was removed meanwhile."""
        return self.snapshot.made

    @property
    def snapshot_id(self) -> str:
        """The id of the snapshot that answers."""
        return self.manifest.snapshot_id

    def case(self, case_id: str) -> Case:
        """The case with this id.

        Raises:
            CaseMoved: it has another id now.
            CaseWithdrawn: it was taken out of the compendium.
            CaseNotFound: there is none; carries the nearest ids.
        """
        case = self.compendium.by_id.get(case_id)
        if case is None:
            if case_id in self.compendium.aliases:
                raise CaseMoved(case_id, now=self.compendium.aliases[case_id])
            if case_id in self.compendium.withdrawn:
                gone = self.compendium.withdrawn[case_id]
                day = day_text(gone.day)
                raise CaseWithdrawn(case_id, title=gone.title, day=day, reason=gone.reason)
            nearest = similar_names(case_id, iter(self.compendium.by_id), n=3)
            raise CaseNotFound(case_id[:120], nearest=nearest)
        return case

    def case_now(self, case_id: str) -> Case:
        """The case with this id, or the one that had it before it was moved.

        Raises:
            CaseWithdrawn: it was taken out of the compendium.
            CaseNotFound: there is none; carries the nearest ids.
        """
        return self.case(self.compendium.aliases.get(case_id, case_id))

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
        within = filter_of(query)
        if not query.text:
            rows = self.engine.matching(within)
            page = self._page(query, rows, np.zeros(len(rows)))
            return self._answer(query, within, None, rows, page)
        asked = self.analyser.analyse(query.text, exact=query.exact)
        within = _without(within, asked)
        if asked.wants_all_but:
            return self._all_but(query, within, asked)
        evidence, judgement = self._judged(asked, _filters(within, asked))
        rows, scores, is_cut = _found(self.engine, within, evidence, judgement)
        among = judgement.found
        relation = MORE if is_cut else self._relation(rows, within, asked, evidence, judgement)
        if is_cut:  # then the counts are over those that are kept, and what filters keep out
            outside = np.setdiff1d(among, self.engine.matching(within, among), assume_unique=True)
            among = distinct(rows, outside)
        page = self._page(query, rows, scores, is_cut=is_cut)
        result = self._answer(query, within, among, rows, page)
        reasons = self._passages.reasons(
            ((hit.case, row) for hit, (row, _) in zip(result.hits, page, strict=True)),
            asked.terms,
            evidence,
            asked.mentions,
        )
        return replace(
            result,
            hits=tuple(
                replace(hit, reasons=those) for hit, those in zip(result.hits, reasons, strict=True)
            ),
            no_good_match=not result.total,
            answerable=judgement.answerable,
            repaired=asked.text if asked.text != query.text else "",
            interpreted_as=asked.translated,
            mentions=tuple(
                m for m in asked.mentions if m.value not in query.filters.get(m.facet, ())
            ),
            found=replace(result.found, relation=relation),
            reading=asked,
            in_passing=() if result.total else self._in_passing(asked, within, evidence, judgement),
        )

    def _in_passing(
        self, asked: Analysis, within: Filter, evidence: Evidence, judgement: Judgement
    ) -> tuple[Hit, ...]:
        """The candidates that use every word of a text in one passage, though none is about it."""
        if not asked.each_word:
            return ()
        using = self.engine.matching(within, evidence.rows)
        for stems in asked.each_word:
            holding = [self.engine.holding((stem,)) for stem in stems]
            has = [np.isin(using, rows, assume_unique=True) for rows in holding]
            using = using[np.logical_or.reduce(has)]
        using = self._allowed(replace(judgement, found=using), asked).found
        scores = judgement.scores[np.searchsorted(evidence.rows, using)]
        hits: list[Hit] = []
        for at in best_rows(scores, MOST_READ).tolist():
            row = int(using[at])
            reason = self._passages.by_words(row, asked.each_word)
            if reason is not None and len(hits) < MOST_IN_PASSING:
                case, score = self.cases[row], float(scores[at])
                hits.append(Hit(case=case, score=score, rank=len(hits) + 1, reasons=(reason,)))
        return tuple(hits)

    def _all_but(self, query: Query, within: Filter, asked: Analysis) -> SearchResult:
        """The answer to a text that says only what to leave out: everything else, by title."""
        among = self.engine.matching(_as_worded(EVERYTHING, asked))
        rows = self.engine.matching(within, among)
        result = self._answer(
            query, within, among, rows, self._page(query, rows, np.zeros(len(rows)))
        )
        return replace(result, no_good_match=not result.total, reading=asked)

    def _answer(
        self,
        query: Query,
        within: Filter,
        among: np.ndarray | None,
        rows: np.ndarray,
        page: Sequence[tuple[int, float]],
    ) -> SearchResult:
        """The answer without reasons.

        Args:
            query: what was asked.
            within: its filters.
            among: the rows of what is found wherever the filters allow it; None, everything.
            rows: what is found, by id.
            page: the rows and scores of the page, in order.
        """
        first = (query.page - 1) * query.per_page + 1
        return SearchResult(
            query=query,
            total=len(rows),
            hits=tuple(
                Hit(case=self.cases[row], score=score, rank=rank)
                for rank, (row, score) in enumerate(page, first)
            ),
            facets=self._facets.counts(within, among),
            no_good_match=False,
            snapshot_id=self.snapshot_id,
            found=FoundSet(rows=rows, engine=self.engine, every=self.cases),
        )

    def _page(
        self, query: Query, rows: np.ndarray, scores: np.ndarray, *, is_cut: bool = False
    ) -> list[tuple[int, float]]:
        """The rows and scores of the page that was asked for, in order.

        ``is_cut``: more was found than these rows.

        Raises:
            QueryError: the page is beyond the last one.
        """
        pages = max(1, -(-len(rows) // query.per_page))
        if query.page > pages:
            found = f"{'more than ' if is_cut else ''}{len(rows):,}"
            raise QueryError(
                f"page must be from 1 to {pages}, not {query.page}: "
                f"{found} found, {query.per_page} to a page.",
                parameter="page",
                value=query.page,
            )
        in_order = ordered(rows, scores, query, self.engine, self.taxonomy)
        start = (query.page - 1) * query.per_page
        page = in_order[start : start + query.per_page]
        of_page = scores[np.searchsorted(rows, page)]
        return list(zip(page.tolist(), of_page.tolist(), strict=True))

    def found(self, query: Query) -> FoundSet:
        """Everything that ``search`` finds, on whichever page."""
        within = filter_of(query)
        if query.text:
            asked = self.analyser.analyse(query.text, exact=query.exact)
            within = _without(within, asked)
            if asked.wants_all_but:
                rows = self.engine.matching(_as_worded(within, asked))
                return FoundSet(rows=rows, engine=self.engine, every=self.cases)
            evidence, judgement = self._judged(asked, _filters(within, asked))
            rows, _, is_cut = _found(self.engine, within, evidence, judgement)
            relation = MORE if is_cut else self._relation(rows, within, asked, evidence, judgement)
        else:
            rows, relation = self.engine.matching(within), EXACT
        return FoundSet(rows=rows, engine=self.engine, every=self.cases, relation=relation)

    def with_one_more(self, tried: Tried, names: MentionFinder | None) -> Searcher:
        """The same with one case more, or with another text of one: only to be asked for scores.

        Pages, counts and names stay those of the snapshot.

        Args:
            tried: the case as the engine takes it.
            names: finds what a text names, where the case changes which values have one.
        """
        other = copy(self)
        other.engine = GuardedEngine(EngineWithOneMore(self.engine, tried), self.snapshot.folder)
        if names is not None:
            other._mentions = names
            other.analyser = self.analyser.naming(names)
        other.retriever = Retriever(
            other.engine,
            self.encoders,
            other.analyser,
            calibration=self.compendium.calibration,
        )
        return other

    def found_scores(self, text: str) -> Mapping[str, float]:
        """What a text finds without filters, with the score of each by its id."""
        return self.scores_of(self.analyser.analyse(text))

    def scores_of(self, asked: Analysis) -> Mapping[str, float]:
        """The same of a text that was read already."""
        return self.scores_and_relation(asked)[0]

    def scores_and_relation(self, asked: Analysis) -> tuple[Mapping[str, float], str]:
        """The same, and how many that are beside how many there are (``kb.search.answer``)."""
        within = _without(EVERYTHING, asked)
        evidence, judgement = self._judged(asked, [_as_worded(within, asked)])
        rows, scores, is_cut = _found(self.engine, within, evidence, judgement)
        relation = MORE if is_cut else self._relation(rows, within, asked, evidence, judgement)
        return dict(zip(self.engine.ids(rows), scores.tolist(), strict=True)), relation

    def listed(self, within: Filter) -> Listed:
        """The cases that pass a filter, by id; each is read when it is asked for."""
        return Listed(self.cases, self.engine.matching(within))

    def first_by_title(self, within: Filter, most: int) -> tuple[Case, ...]:
        """The first of the cases that pass a filter, by title and then by id."""
        rows = self.engine.matching(within)
        order = np.lexsort((rows, self.engine.keys(TITLE, rows)))[:most]
        return tuple(self.cases[row] for row in rows[order].tolist())

    @property
    def reporting(self) -> Filter:
        """What lets every case pass and no guide."""
        return Filter(kinds=tuple(kind.id for kind in self.taxonomy.reporting))

    def matching(self, within: Filter) -> np.ndarray:
        """The rows of the cases that pass a filter, by id; ``cases`` has them by row."""
        return self.engine.matching(within)

    def leaving_out(self, within: Filter, asked: Analysis) -> Filter:
        """A filter that also keeps out what a text excludes; its phrases ask for nothing."""
        return _as_worded(_without(within, asked), replace(asked, phrases=()))

    def evidence(self, text: str) -> Evidence:
        """The evidence for a query as ``search`` has it: after repair."""
        return self.retriever.evidence(self.analyser.analyse(text))

    def text_scores(self, evidence: Evidence) -> np.ndarray:
        """How much every candidate has to do with a text, in [-1, 1]: its sum by the most."""
        if self.compendium.calibration is None:
            return evidence.passage
        return share_of_most(evidence, self.compendium.calibration)

    @property
    def names_of_values(self) -> MentionFinder:
        """What finds the values of facets that a text names."""
        return self._mentions

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """The values of facets that a text in English names, in its order."""
        return self._mentions.find(text)

    @cached_property
    def wanted(self) -> tuple[WantedQuestion, ...]:
        """Each question that nothing answers yet; read once for as long as the snapshot is open."""
        return tuple(
            WantedQuestion(
                wanted=wanted,
                text=question,
                english=(asked := self.analyser.analyse(question)).english,
                vector=unit_rows(self.encoders.query.encode_query(asked.in_english)[None, :])[0],
            )
            for wanted, questions in self.compendium.wanted.items()
            for question in questions
        )

    @cached_property
    def counts_of_all(self) -> Mapping[str, Mapping[str, int]]:
        """Facet to value to how many cases have it; values of none are left out."""
        return self.engine.counts(EVERYTHING)

    def counts(self, within: Filter) -> Mapping[str, tuple[FacetCount, ...]]:
        """Facet counts over the cases that pass a filter."""
        return self._facets.counts(within)

    def nearest_passage(self, row: int, evidence: Evidence) -> Reason:
        """The passage of a case that is nearest in meaning to the text of the evidence."""
        return self._passages.by_meaning(row, int(evidence.best_passage[evidence.place(row)]))

    def passages_under(self, row: int, heading: str) -> tuple[str, ...]:
        """What a case says under one of its headings, in order; nothing if it has none."""
        return self._passages.under(row, heading)

    def _judged(self, asked: Analysis, within: Sequence[Filter]) -> tuple[Evidence, Judgement]:
        """The evidence for a text, and what it makes of the candidates.

        Where the whole text finds nothing and names what is absent, the rest of it is answered.
        Letters alone say too little for any case to be found by, and so does "firms in" a country
        without a case. What asks for places alone finds every case of them and no other.
        """
        also = self._of_places(asked, within) if asked.only_places else None
        evidence = self.retriever.evidence(asked, within, also=also)
        judgement = self._judgement(evidence)
        if asked.is_letters_alone or asked.asks_no_more:
            return evidence, replace(judgement, found=judgement.found[:0])
        if asked.only_places:
            judgement = replace(judgement, found=self._from(asked.only_places, evidence.rows))
        judgement = self._allowed(judgement, asked)
        if len(judgement.found) or not (asked.absent and asked.rest):
            return evidence, judgement
        rest = replace(asked, in_english=asked.rest, terms=asked.rest_terms, wanted=asked.rest)
        evidence = self.retriever.evidence(rest, within)
        return evidence, self._allowed(self._judgement(evidence), asked)

    def _of_places(self, asked: Analysis, within: Sequence[Filter]) -> np.ndarray:
        """The rows of all cases that are found by their places alone, under each of some filters.

        Of more than there are candidates the best are found, as of any text.
        """
        found = [self._from(asked.only_places, self.engine.matching(one)) for one in within]
        return distinct(
            *(rows for rows in found if len(rows) <= self.retriever.candidates), found[0][:0]
        )

    def _relation(
        self,
        rows: np.ndarray,
        within: Filter,
        asked: Analysis,
        evidence: Evidence,
        judgement: Judgement,
    ) -> str:
        """How many are found beside how many there are.

        Exact where every case was scored, where nothing fits the text, or where it asks for no more
        than places, as who is of these is known of all. Where only some were scored, what they
        are lent by others, and how likely the text is answered at all, is not known to the last
        digit either, so the total of a filter that lets few pass is about so many, too.
        """
        calibration, answerable = self.compendium.calibration, judgement.answerable
        nothing_fits = asked.is_letters_alone or asked.asks_no_more
        if calibration is not None and answerable is not None and not asked.only_places:
            nothing_fits = nothing_fits or answerable < calibration.answer_threshold
        if evidence.of_all or nothing_fits:
            return EXACT
        passing = self.engine.matching(_as_worded(within, asked))
        if asked.only_places:
            is_whole = len(self._from(asked.only_places, passing)) == len(rows)
        else:
            is_whole = calibration is None and len(passing) <= self.retriever.candidates
        return EXACT if is_whole else ABOUT

    def _from(self, countries: tuple[str, ...], rows: np.ndarray) -> np.ndarray:
        """Those of some cases that are from one of these countries."""
        return self.engine.matching(Filter(facets={_COUNTRY: countries}), rows)

    def _judgement(self, evidence: Evidence) -> Judgement:
        """Score every candidate, and say which may be found."""
        return judge(evidence, self.compendium.calibration, min_score=self.min_score)

    def _allowed(self, judgement: Judgement, asked: Analysis) -> Judgement:
        """The judgement less what the words of a query keep out: phrases and excluded words."""
        allowed = self.engine.matching(_as_worded(EVERYTHING, asked), judgement.found)
        return replace(judgement, found=allowed)

    def similar(self, case_id: str, k: int = 4) -> tuple[Hit, ...]:
        """The cases most like a case, by their best pair of passages, best first.

        At most ``k``, and none that scores less than ``min_score``. Guides are only
        compared with guides, and cases with cases.

        Raises:
            CaseNotFound: there is no such case.
        """
        case, own = self.case(case_id), self.engine.row(case_id)
        guide = self.taxonomy.guide.id
        kinds = (guide,) if case.is_guide else tuple(k.id for k in self.taxonomy.reporting)
        within, name = Filter(kinds=kinds), PASSAGES.name
        vectors, _ = self.engine.vectors(name, np.array([own]))
        part = Part(vector_sets=(name,), weight=1.0)
        best: dict[int, tuple[float, int]] = {}
        for vector in vectors:
            answering = self.engine.ask(Question(vectors={name: vector}, parts=(part,)))
            rows = answering.candidates(within=within, limit=max(CANDIDATES, k + 1))
            found = answering.evidence(rows)
            scores, nearest = np.round(found.cosines[name], DECIMALS), found.nearest[name]
            for at in best_rows(scores, k + 1).tolist():
                row = int(rows[at])
                if row != own and scores[at] > best.get(row, (-np.inf, -1))[0]:
                    best[row] = float(scores[at]), int(nearest[at])
        ranked = sorted(best.items(), key=lambda one: (-one[1][0], one[0]))
        return tuple(
            Hit(
                case=self.cases[row],
                score=score,
                rank=rank,
                reasons=(self._passages.by_meaning(row, ordinal),),
            )
            for rank, (row, (score, ordinal)) in enumerate(ranked[:k], 1)
            if score >= self.min_score
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedQuestion:
    """A question that readers asked in vain: for what, and its unit vector as a search has it."""

    wanted: str
    text: str
    english: bool
    vector: np.ndarray


class Listed(Sequence[Case]):
    """Some of the cases by their rows, read one by one."""

    def __init__(self, every: Sequence[Case], rows: np.ndarray) -> None:
        self._every = every
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, at: int) -> Case:  # type: ignore[override] - no slices
        return self._every[int(self._rows[at])]


def _without(within: Filter, asked: Analysis) -> Filter:
    """A filter that also keeps out the values that a text excludes."""
    without = dict(within.without)
    for one in asked.exclusions:
        if one.facet:
            without[one.facet] = (*without.get(one.facet, ()), *one.values)
    return replace(within, without=without)


def _filters(within: Filter, asked: Analysis) -> list[Filter]:
    """Under what candidates are wanted: the filter, it without each facet it asks of, and more.

    What one value more in a facet would add is counted outside the filter. What has a value that
    the text names scores more for it, which the engine knows nothing of: the best of these are
    candidates too. So are the best of a part of the world that it names, which is offered.
    """
    chosen = [facet for facet, values in within.facets.items() if values]
    wider = [relaxed(within, facet) for facet in chosen if facet not in within.all_of]
    named = [
        replace(within, facets={**within.facets, one.facet: (one.value,)})
        for one in asked.mentions
        if one.facet not in chosen
    ]
    named += [
        replace(within, facets={**within.facets, _COUNTRY: one.countries})
        for one in asked.regions
        if one.countries and _COUNTRY not in chosen
    ]
    return [_as_worded(one, asked) for one in (within, *wider, *named)]


def _as_worded(within: Filter, asked: Analysis) -> Filter:
    """A filter that also keeps out what the words of a query do.

    A case must say each phrase in its title or in one of its passages, or have the value of a
    facet that is called so, and none of the words that are excluded.
    """
    if not (asked.phrases or asked.exclusions):
        return within
    saying = [Saying(terms=one.stems, values=_by_facet(one.values)) for one in asked.phrases]
    unsaid = [one.stems for one in asked.exclusions if not one.facet and one.stems]
    return replace(within, saying=tuple(saying), unsaid=tuple(unsaid))


def _by_facet(values: Iterable[Mention]) -> dict[str, tuple[str, ...]]:
    """The values of each facet."""
    found: dict[str, tuple[str, ...]] = {}
    for one in values:
        found[one.facet] = (*found.get(one.facet, ()), one.value)
    return found


def _found(
    engine: Engine, within: Filter, evidence: Evidence, judgement: Judgement
) -> tuple[np.ndarray, np.ndarray, bool]:
    """The rows of what is found under the filters, their scores, and whether there were more."""
    rows = engine.matching(within, judgement.found)
    scores = judgement.scores[np.searchsorted(evidence.rows, rows)]
    if len(rows) <= MOST_FOUND:
        return rows, scores, False
    best = np.sort(best_rows(scores, MOST_FOUND))
    return rows[best], scores[best], True


def _is_said(
    engine: Engine, passages: Passages, stems: tuple[str, ...], own: tuple[str, ...]
) -> bool:
    """Whether any case says some stems in a row, or its own ones of them in one passage.

    One stem, anywhere. What more than ``MOST_READ`` cases hold is taken for said.
    """
    if len(engine.saying(stems)):
        return True
    holding = engine.holding(own)
    if len(own) == 1 or len(holding) > MOST_READ:
        return bool(len(holding))
    each_word = tuple((one,) for one in own)
    found = (passages.by_words(row, each_word) for row in holding.tolist())
    return any(one is not None for one in found)


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
