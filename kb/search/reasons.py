"""Why a case is among the hits: its best passages, the words that matched, the facets named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kb.model.cases import Case, Passage
from kb.model.facet_words import is_planned
from kb.search.answer import ANSWERS_HEADING, AUDIENCE_HEADING, Reason
from kb.search.evidence import Evidence
from kb.search.marker import Marker
from kb.text.analysis import tokens
from kb.text.mentions import Mention

#: A cosine from which a passage is near in meaning: below it a hit came by its words.
_NEAR = 0.3
#: The same of a query less what all texts have in common: of the texts that answer the tuning
#: queries as many are below it.
_NEAR_LESS_COMMON = 0.2


class Passages:
    """What cases say, to quote from. Immutable; safe to share between threads."""

    def __init__(self, passages: Sequence[tuple[Passage, ...]], *, has_multilingual: bool) -> None:
        """Take what can be quoted.

        Args:
            passages: those of each case, row by row.
            has_multilingual: whether the evidence is that of the multilingual encoder, too.
        """
        self._passages = passages
        self._has_multilingual = has_multilingual

    def under(self, row: int, heading: str) -> tuple[str, ...]:
        """What a case says under one of its headings, in order; nothing if it has none."""
        return tuple(p.text for p in self._passages[row] if p.heading == heading)

    def marker(self, terms: Iterable[str]) -> Marker:
        """What finds the words of a query in cases, by the stems of the query that count."""
        return Marker(terms)

    def by_meaning(self, row: int, ordinal: int) -> Reason:
        """A passage of a case, as near in meaning."""
        passage = self._passages[row][ordinal]
        return Reason(kind="meaning", passage=passage.text, heading=passage.heading)

    def by_words(
        self, row: int, each_word: Sequence[Sequence[str]], marker: Marker
    ) -> Reason | None:
        """The first passage of a case that uses every word, each by one of its stems."""
        for passage in self._passages[row]:
            used = set(tokens(passage.text))
            if all(used.intersection(stems) for stems in each_word):
                return _passage_reason("word", passage, marker.words(passage.text), marker)
        return None

    def reasons(
        self,
        hits: Iterable[tuple[Case, int]],
        marker: Marker,
        evidence: Evidence,
        mentions: Sequence[Mention],
    ) -> list[tuple[Reason, ...]]:
        """The reasons for each of some hits.

        Args:
            hits: the cases, each with its row.
            marker: finds the words of the query.
            evidence: what speaks for them, among others.
            mentions: the facet values that the query names.
        """
        saying = [(case, row, self._passages[row], _audience_lines(case)) for case, row in hits]
        marker.look_at(*(_texts(case, (*said, *lines)) for case, _, said, lines in saying))
        return [self._reasons(*one, marker, evidence, mentions) for one in saying]

    def _reasons(
        self,
        case: Case,
        row: int,
        passages: Sequence[Passage],
        lines: Sequence[Passage],
        marker: Marker,
        evidence: Evidence,
        mentions: Sequence[Mention],
    ) -> tuple[Reason, ...]:
        place = evidence.place(row)
        by_english = evidence.english or not self._has_multilingual
        cosines = evidence.passage if by_english else evidence.multilingual
        best, cosine = passages[int(evidence.best_passage[place])], cosines[place]
        if by_english and evidence.audience[place] > cosine:
            best = lines[int(evidence.best_line[place])]
            cosine = evidence.audience[place]
        near = _NEAR_LESS_COMMON if by_english and evidence.less_common else _NEAR
        return reasons(
            case,
            [*passages, *lines],
            best,
            marker=marker,
            by_meaning=bool(cosine >= near),
            mentions=mentions,
        )


def _texts(case: Case, passages: Iterable[Passage]) -> tuple[str, ...]:
    """The texts of a case that words are looked for in."""
    return (case.title, *(passage.text for passage in passages))


def _audience_lines(case: Case) -> list[Passage]:
    """Whom a case suits and what it answers, as passages that a reason can quote."""
    headings = [AUDIENCE_HEADING] * len(case.role_model_for) + [ANSWERS_HEADING] * len(case.answers)
    return [
        Passage(case_id=case.id, ordinal=-1, heading=heading, text=line)
        for heading, line in zip(headings, case.audience_lines, strict=True)
    ]


def reasons(
    case: Case,
    passages: Sequence[Passage],
    best: Passage,
    *,
    marker: Marker,
    by_meaning: bool,
    mentions: Sequence[Mention],
) -> tuple[Reason, ...]:
    """The reasons for one hit, the strongest first.

    Args:
        case: the case.
        passages: its passages, in order.
        best: the one nearest in meaning.
        marker: finds the words of the query.
        by_meaning: whether it is near in meaning at all.
        mentions: facet values that the query names.

    Returns:
        One reason for a passage that is near in meaning and holds the words
        (``both``), or one by ``word`` and one by ``meaning`` where these are two
        passages; then one ``facet`` reason for each value named that the case has.
    """
    title_words = marker.words(case.title)
    by_passage = [marker.words(passage.text) for passage in passages]
    counted = [
        (len(words), passage is best) for words, passage in zip(by_passage, passages, strict=True)
    ]
    at = max(range(len(passages)), key=counted.__getitem__)
    richest, rich_words = passages[at], by_passage[at]
    made: list[Reason] = []
    if by_meaning:
        best_words = marker.words(best.text)
        enough = bool(best_words) and len(best_words) >= len(rich_words)
        kind = "both" if enough or (title_words and not rich_words) else "meaning"
        words = tuple(dict.fromkeys((*title_words, *best_words))) if kind == "both" else ()
        made.append(_passage_reason(kind, best, words, marker))
    if (rich_words or title_words) and (not made or made[0].kind == "meaning"):
        words = tuple(dict.fromkeys((*title_words, *rich_words)))
        made.append(_passage_reason("word", richest, words, marker))
    if not made:
        made.append(_passage_reason("meaning", best, (), marker))
    made += [
        Reason(
            kind="facet",
            facet=m.facet,
            value=m.value,
            label=m.label,
            planned=is_planned(case, m.facet, m.value),
        )
        for m in mentions
        if m.value in case.facets.get(m.facet, ())
    ]
    return tuple(made)


def _passage_reason(kind: str, passage: Passage, words: Sequence[str], marker: Marker) -> Reason:
    return Reason(
        kind=kind,
        passage=passage.text,
        heading=passage.heading,
        words=tuple(words),
        marks=marker.marks(passage.text) if kind != "meaning" else (),
    )
