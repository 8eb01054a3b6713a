"""Why a case is among the hits: its best passages, the words that matched, the facets named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.model.cases import Case, Passage
from kb.model.facet_words import is_planned
from kb.search.answer import ANSWERS_HEADING, AUDIENCE_HEADING, Reason
from kb.search.evidence import Evidence
from kb.text.analysis import (
    BESIDE_NUMBERS,
    HAS_MARKS,
    JOINING,
    LEADING,
    NUMBERS,
    PARTS_OF_NAMES,
    SCALES,
    beginnings,
    may_be_one,
    places,
    plain,
    tokens,
)
from kb.text.mentions import Mention
from kb.text.surface import surface

_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"\d+")
#: A figure that nothing beside it makes another one, as in "5.2", "5%", "5 million" and "5-6".
_ALONE = re.compile(
    r"(?<![\w.,$€£])\d+(?![\w.,’'%/‐‑‒–-])"
    r"(?!\s+(?:[\d%]|(?:per|percent|pct|hundred|thousand|million|mn|mln|billion|bn)\b))",
    re.IGNORECASE,
)
#: As in "U.S.", whose letters are one word.
_DOTTED = re.compile(r"\.[^\W\d_]\.")

#: A shorter word may be a part of another: "R&D", "Canada's".
_SHORTEST_WHOLE = 3

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
    """Finds the words of a query in texts; what a word is by itself the process remembers.

    Only a text with a word that may be read together with what follows, as "30 per cent" is, is
    read whole. For one query, and for one thread.
    """

    def __init__(self, terms: Iterable[str]) -> None:
        """Take the stems that count."""
        self._wanted = frozenset(terms)
        begin = beginnings(self._wanted)
        self._begin_alone = begin - LEADING - NUMBERS
        self._begin_numbers, self._begin_leading = begin & NUMBERS, begin & LEADING
        self._figures = tuple(one for one in self._wanted if one[0].isdigit())
        self._percent = "%" in self._wanted
        self._surface = surface()
        self._looked_at: dict[str, _Look] = {}
        self._was_read: dict[str, tuple[tuple[int, int], ...]] = {}

    def words(self, text: str) -> tuple[str, ...]:
        """The words that match as the text writes them, in small letters, each once, in order."""
        look = self._look(text)
        if look.is_read_whole:
            return tuple(dict.fromkeys(text[start:end].lower() for start, end in self._read(text)))
        if not look.matching:
            return ()
        return tuple(dict.fromkeys(w.lower() for w in look.in_order if w in look.matching))

    def marks(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where words of the query stand in a text: (start, end) of each, in order."""
        look = self._look(text)
        matching = look.matching
        if look.is_read_whole or (matching and not text.isascii() and HAS_MARKS.search(text)):
            return self._read(text)
        if not matching:
            return ()
        return tuple(one.span() for one in _WORD.finditer(text) if one.group() in matching)

    def _read(self, text: str) -> tuple[tuple[int, int], ...]:
        if text not in self._was_read:
            found = ((start, end) for stem, start, end in places(text) if stem in self._wanted)
            self._was_read[text] = tuple(dict.fromkeys(found))
        return self._was_read[text]

    def _look(self, text: str) -> _Look:
        """What a look at the single words of a text finds; each text is looked at once."""
        if text not in self._looked_at:
            self._looked_at[text] = self._new_look(text)
        return self._looked_at[text]

    def _new_look(self, text: str) -> _Look:
        in_order = _WORD.findall(text)
        words, known = set(in_order), self._surface.known
        if not words <= known:
            self._surface.read(words)
        matching = self._surface.of_stems(self._wanted, words)
        is_read_whole = bool(
            (self._begin_alone and self._surface.beginning(self._begin_alone, words))
            or (self._figures and self._begins_figure(text, words))
            or (self._begin_numbers and self._begins_number(text, in_order, words))
            or _DOTTED.search(text)
            or (self._percent and "%" in text)
            or (matching and _may_be_less(matching, words))
            or self._is_led(in_order, words, matching)
        )
        return _Look(in_order=in_order, matching=matching, is_read_whole=is_read_whole)

    def _begins_figure(self, text: str, words: set[str]) -> bool:
        """Whether a figure that counts may begin with a word: "7" is how "7 million" does."""
        begin = {
            word
            for word in words & self._surface.numbers
            for digits in (_DIGITS.match(word),)
            if digits is not None
            and (digits[0] == "0" or any(one.startswith(digits[0]) for one in self._figures))
        }
        return bool(begin) and not begin.isdisjoint(_WORD.findall(_ALONE.sub(" ", text)))

    def _begins_number(self, text: str, in_order: Sequence[str], words: set[str]) -> bool:
        """The same of a number in words: "two" is how "two hundred" begins; alone it is read."""
        begin = self._surface.beginning(self._begin_numbers, words)
        if begin and ("%" in text or not text.isascii()):
            return True
        for at in [at for at, word in enumerate(in_order) if word in begin] if begin else ():
            beside = (*in_order[max(0, at - 1) : at], *in_order[at + 1 : at + 2])
            if not BESIDE_NUMBERS.isdisjoint(map(plain, beside)):
                return True
        return False

    def _is_led(self, in_order: Sequence[str], words: set[str], matching: set[str]) -> bool:
        """Whether two words that follow one another may be read as one, and that matters.

        It may be one that matches, or take away one that does.
        """
        if not matching and not self._begin_leading:
            return False
        leading, forms = self._surface.leading, {plain(word) for word in matching}
        matters = {
            word: form
            for word in words & leading.keys()
            for form in (leading[word],)
            if form in self._begin_leading
            or (matching and form in JOINING)
            or not forms.isdisjoint(PARTS_OF_NAMES.get(form, ()))
        }
        if not matters:
            return False
        for at in [at for at, word in enumerate(in_order[:-1]) if word in matters]:
            first, after = matters[in_order[at]], in_order[at + 1]
            takes = first not in JOINING or after in matching
            if (takes or first in self._begin_leading) and may_be_one(first, plain(after)):
                return True
        return False


@dataclass(frozen=True, slots=True)
class _Look:
    """The words of a text, those that match alone, and whether it must be read whole."""

    in_order: Sequence[str]
    matching: set[str]
    is_read_whole: bool


def _may_be_less(matching: set[str], words: set[str]) -> bool:
    """Whether a word that matches may be a part of another, as in "7 million" or "don't"."""
    if any(map(_may_be_a_part, matching)):
        return True
    is_negated = "t" in words or "T" in words
    return is_negated and any(word.endswith(("n", "N")) for word in matching)


def _may_be_a_part(word: str) -> bool:
    if word.isascii() and word.isdigit():  # whether it is one was asked of all figures
        return False
    return len(word) < _SHORTEST_WHOLE or "_" in word or plain(word) in SCALES


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
