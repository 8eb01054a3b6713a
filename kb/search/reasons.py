"""Why a case is among the hits: its best passages, the words that matched, the facets named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kb.model.cases import Case, Passage
from kb.model.facet_words import is_planned
from kb.search.answer import ANSWERS_HEADING, AUDIENCE_HEADING, Reason
from kb.search.evidence import Evidence
from kb.text.analysis import TAKING_THE_NEXT, beginnings, places, plain, stems
from kb.text.mentions import Mention

_WORD = re.compile(r"\w+")
_FIGURE = re.compile(r"[\d%]")
#: "U.S.", whose letters are one word.
_DOTTED = re.compile(r"[^\W\d_]\.[^\W\d_]\.")

#: A cosine from which a passage is near in meaning: below it a hit came by its words.
_NEAR = 0.3


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

    def of(self, row: int) -> tuple[Passage, ...]:
        """The passages of a case, in order."""
        return self._passages[row]

    def under(self, row: int, heading: str) -> tuple[str, ...]:
        """What a case says under one of its headings, in order; nothing if it has none."""
        return tuple(p.text for p in self._passages[row] if p.heading == heading)

    def by_meaning(self, row: int, ordinal: int) -> Reason:
        """A passage of a case, as near in meaning."""
        passage = self._passages[row][ordinal]
        return Reason(kind="meaning", passage=passage.text, heading=passage.heading)

    def reasons(
        self,
        case: Case,
        row: int,
        marker: Marker,
        evidence: Evidence,
        mentions: Sequence[Mention],
    ) -> tuple[Reason, ...]:
        """The reasons for one hit.

        Args:
            case: the case.
            row: its row.
            marker: finds the words of the query.
            evidence: what speaks for it, among others.
            mentions: the facet values that the query names.
        """
        place, passages = evidence.place(row), self._passages[row]
        by_english = evidence.english or not self._has_multilingual
        cosines = evidence.passage if by_english else evidence.multilingual
        best, cosine = passages[int(evidence.best_passage[place])], cosines[place]
        lines = _audience_lines(case)
        if by_english and evidence.audience[place] > cosine:
            best = lines[int(evidence.best_line[place])]
            cosine = evidence.audience[place]
        return reasons(
            case,
            [*passages, *lines],
            best,
            marker=marker,
            by_meaning=bool(cosine >= _NEAR),
            mentions=mentions,
        )


def _audience_lines(case: Case) -> list[Passage]:
    """Whom a case suits and what it answers, as passages that a reason can quote."""
    headings = [AUDIENCE_HEADING] * len(case.role_model_for) + [ANSWERS_HEADING] * len(case.answers)
    return [
        Passage(case_id=case.id, ordinal=-1, heading=heading, text=line)
        for heading, line in zip(headings, case.audience_lines, strict=True)
    ]


class Marker:
    """Finds the words of a query in texts; a word is made to stems once, however often it stands.

    Only a text with a word that may be read together with what follows, as "30 per cent" is, is
    read whole. For one query, and for one thread.
    """

    def __init__(self, terms: Iterable[str]) -> None:
        """Take the stems that count."""
        self._wanted = frozenset(terms)
        self._beginnings = beginnings(self._wanted)
        self._has_figure = any(map(_FIGURE.search, self._wanted))
        self._known: set[str] = set()
        self._matching: set[str] = set()
        self._beginning: set[str] = set()
        self._taking: set[str] = set()

    def words(self, text: str) -> tuple[str, ...]:
        """The words that match as the text writes them, in small letters, each once, in order."""
        in_order = _WORD.findall(text)
        matching, is_read_whole = self._look_up(text, set(in_order))
        if is_read_whole:
            return tuple(dict.fromkeys(text[start:end].lower() for start, end in self._read(text)))
        if not matching:
            return ()
        return tuple(dict.fromkeys(word.lower() for word in in_order if word in matching))

    def marks(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where words of the query stand in a text: (start, end) of each, in order."""
        return self._read(text) if any(self._look_up(text, set(_WORD.findall(text)))) else ()

    def _read(self, text: str) -> tuple[tuple[int, int], ...]:
        found = ((start, end) for stem, start, end in places(text) if stem in self._wanted)
        return tuple(dict.fromkeys(found))

    def _look_up(self, text: str, words: set[str]) -> tuple[set[str], bool]:
        """Those words of a text that match alone, and whether it must be read whole."""
        for word in words - self._known:
            if not self._wanted.isdisjoint(stems(word)):
                self._matching.add(word)
            form = plain(word)
            if form in self._beginnings or (self._has_figure and _FIGURE.search(word)):
                self._beginning.add(word)
            if form in TAKING_THE_NEXT:
                self._taking.add(word)
        self._known |= words
        matching = words & self._matching
        may_be_more = bool(words & self._beginning or _DOTTED.search(text))
        may_be_less = bool(matching and words & self._taking)
        return matching, may_be_more or may_be_less


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
