"""Why a case is among the hits: its best passages, the words that matched, the facets named."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from kb.model.cases import Case, Passage
from kb.model.facet_words import is_planned
from kb.search.answer import ANSWERS_HEADING, AUDIENCE_HEADING, Reason
from kb.search.evidence import Evidence
from kb.text.mentions import Mention
from kb.text.word_places import Spans, WordPlaces, words_at

#: A cosine from which a passage is near in meaning: below it a hit came by its words.
_NEAR = 0.3
#: The same of a query less what all texts have in common: of the texts that answer the tuning
#: queries as many are below it.
_NEAR_LESS_COMMON = 0.2


class Passages:
    """What cases say, to quote from. Immutable; safe to share between threads."""

    def __init__(
        self,
        passages: Sequence[tuple[Passage, ...]],
        places: Sequence[WordPlaces],
        *,
        has_multilingual: bool,
    ) -> None:
        """Take what can be quoted.

        Args:
            passages: those of each case, row by row.
            places: where the words of its ``texts_read`` stand, likewise.
            has_multilingual: whether the evidence is that of the multilingual encoder, too.
        """
        self._passages = passages
        self._places = places
        self._has_multilingual = has_multilingual

    def under(self, row: int, heading: str) -> tuple[str, ...]:
        """What a case says under one of its headings, in order; nothing if it has none."""
        return tuple(p.text for p in self._passages[row] if p.heading == heading)

    def by_meaning(self, row: int, ordinal: int) -> Reason:
        """A passage of a case, as near in meaning."""
        passage = self._passages[row][ordinal]
        return Reason(kind="meaning", passage=passage.text, heading=passage.heading)

    def by_words(self, row: int, each_word: Sequence[Sequence[str]]) -> Reason | None:
        """The first passage of a case that uses every word, each by one of its stems."""
        places = self._places[row]
        using = [places.spans(stems) for stems in each_word]
        for passage in self._passages[row]:
            number = 1 + passage.ordinal  # before them stands the title
            if all(number in of_word for of_word in using):
                spans = tuple(sorted({one for of_word in using for one in of_word[number]}))
                return _passage_reason("word", passage, words_at(passage.text, spans), spans)
        return None

    def reasons(
        self,
        hits: Iterable[tuple[Case, int]],
        terms: Collection[str],
        evidence: Evidence,
        mentions: Sequence[Mention],
    ) -> list[tuple[Reason, ...]]:
        """The reasons for each of some hits.

        Args:
            hits: the cases, each with its row.
            terms: the stems of the query that count.
            evidence: what speaks for them, among others.
            mentions: the facet values that the query names.
        """
        return [self._reasons(case, row, terms, evidence, mentions) for case, row in hits]

    def _reasons(
        self,
        case: Case,
        row: int,
        terms: Collection[str],
        evidence: Evidence,
        mentions: Sequence[Mention],
    ) -> tuple[Reason, ...]:
        passages, place = self._passages[row], evidence.place(row)
        by_english = evidence.english or not self._has_multilingual
        cosines = evidence.passage if by_english else evidence.multilingual
        best, cosine = int(evidence.best_passage[place]), cosines[place]
        if by_english and evidence.audience[place] > cosine:
            best = len(passages) + int(evidence.best_line[place])
            cosine = evidence.audience[place]
        near = _NEAR_LESS_COMMON if by_english and evidence.less_common else _NEAR
        return reasons(
            case,
            [*passages, *_audience_lines(case)],
            best,
            spans=self._places[row].spans(terms),
            by_meaning=bool(cosine >= near),
            mentions=mentions,
        )


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
    best: int,
    *,
    spans: Mapping[int, Spans],
    by_meaning: bool,
    mentions: Sequence[Mention],
) -> tuple[Reason, ...]:
    """The reasons for one hit, the strongest first.

    Args:
        case: the case.
        passages: its passages and the lines on whom it suits, in order.
        best: which of them is nearest in meaning.
        spans: where the words of the query stand, by the place of each text: 0 is the title, and
            behind it stand the passages.
        by_meaning: whether it is near in meaning at all.
        mentions: facet values that the query names.

    Returns:
        One reason for a passage that is near in meaning and holds the words
        (``both``), or one by ``word`` and one by ``meaning`` where these are two
        passages; then one ``facet`` reason for each value named that the case has.
    """
    title_words = words_at(case.title, spans.get(0, ()))
    used = {
        number - 1: words_at(passages[number - 1].text, those)
        for number, those in spans.items()
        if number
    }
    richest = min(used, key=lambda at: (-len(used[at]), at != best, at), default=best)
    best_words, rich_words = used.get(best, ()), used.get(richest, ())

    def reason(kind: str, at: int, words: tuple[str, ...]) -> Reason:
        marks = spans.get(1 + at, ()) if kind != "meaning" else ()
        return _passage_reason(kind, passages[at], words, marks)

    made: list[Reason] = []
    if by_meaning:
        enough = bool(best_words) and len(best_words) >= len(rich_words)
        kind = "both" if enough or (title_words and not rich_words) else "meaning"
        words = tuple(dict.fromkeys((*title_words, *best_words))) if kind == "both" else ()
        made.append(reason(kind, best, words))
    if (rich_words or title_words) and (not made or made[0].kind == "meaning"):
        words = tuple(dict.fromkeys((*title_words, *rich_words)))
        made.append(reason("word", richest, words))
    if not made:
        made.append(reason("meaning", best, ()))
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


def _passage_reason(kind: str, passage: Passage, words: tuple[str, ...], marks: Spans) -> Reason:
    return Reason(
        kind=kind, passage=passage.text, heading=passage.heading, words=words, marks=marks
    )
