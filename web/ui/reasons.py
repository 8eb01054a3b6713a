"""Why a case is among the hits or like another: passages, words that matched, what is shared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.model.cases import Case
from kb.model.english import N_, in_line
from kb.model.facet_words import facet_words
from kb.model.taxonomy import Taxonomy
from kb.search.answer import ANSWERS_HEADING, AUDIENCE_HEADING, Hit, Reason
from web.words.translation import gettext
from web.words.typography import curly

#: Longer passages are cut; the API gives them whole.
QUOTE_LENGTH = 360
#: How much of a passage stands before its first mark where the beginning is cut.
BEFORE_MARK = 80
WORDS_SHOWN = 6
#: A quotation beside a similar case is at most this long.
LINE_LENGTH = 160

_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")

BY: Mapping[str, str] = {
    "word": N_("By your words"),
    "meaning": N_("By its meaning"),
    "both": N_("By its words and its meaning"),
}
#: Where a passage stands to its phrase, and to the one for words that the title holds too.
PLACES: Mapping[str, tuple[str, str]] = {
    "summary": (N_("in the summary above"), N_("in the title and the summary above")),
    "text": (N_("in its text"), N_("in the title and its text")),
    "part": (N_("in “%(heading)s”"), N_("in the title and “%(heading)s”")),
    "reading": (
        N_("in “%(heading)s” (our reading)"),
        N_("in the title and “%(heading)s” (our reading)"),
    ),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text, marked where it is a word of the query."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One reason by a passage: how it matched and where, and the passage in pieces.

    There are no pieces where the passage is the summary, which the card shows, or
    where the words stand in the title alone.
    """

    how: str
    pieces: tuple[Piece, ...]


def quotes(hit: Hit) -> tuple[Quote, ...]:
    """The reasons by passages, the strongest first."""
    return tuple(_quote(why, hit.case) for why in hit.reasons if why.kind != "facet")


def named(hit: Hit, taxonomy: Taxonomy) -> tuple[str, ...]:
    """What the query names and the case has: ``Country: Norway``."""
    return tuple(
        gettext(
            "%(facet)s: %(value)s",
            facet=gettext(facet_words(why.facet, taxonomy).heading),
            value=why.label,
        )
        for why in hit.reasons
        if why.kind == "facet"
    )


def marked_summary(hit: Hit) -> tuple[Piece, ...]:
    """The summary with the words marked, where a reason marks words in it."""
    for why in hit.reasons:
        if why.marks and is_summary(why, hit.case):
            return pieces(curly(why.passage), why.marks)
    return ()


def values_text(reasons: Iterable[Reason], taxonomy: Taxonomy) -> str:
    """Values in one line of plain words: ``Norway, horizontal, joint purchasing``."""
    return ", ".join(
        why.label if why.facet == "country" else in_line(_short(why, taxonomy)) for why in reasons
    )


def _short(why: Reason, taxonomy: Taxonomy) -> str:
    term = taxonomy.facet(why.facet).get(why.value)
    return term.beside_mark if term else why.label


def line(text: str) -> str:
    """The sentences that begin a passage, as many as ``LINE_LENGTH`` holds.

    A first one that is longer is cut at a word.
    """
    ends = [match.end() for match in _SENTENCE_END.finditer(text)] or [len(text)]
    fitting = [end for end in ends if end <= LINE_LENGTH]
    if fitting:
        return curly(text[: fitting[-1]])
    if len(text) <= LINE_LENGTH:
        return curly(text)
    space = text.rfind(" ", 0, LINE_LENGTH)
    return f"{curly(text[: space if space > 0 else LINE_LENGTH])} …"


def pieces(text: str, marks: Sequence[tuple[int, int]]) -> tuple[Piece, ...]:
    """A text cut at its marks, which are (start, end) in order and apart."""
    found: list[Piece] = []
    at = 0
    for start, end in marks:
        found += [Piece(text[at:start]), Piece(text[start:end], marked=True)]
        at = end
    found.append(Piece(text[at:]))
    return tuple(piece for piece in found if piece.text)


def excerpt(text: str, marks: Sequence[tuple[int, int]]) -> tuple[Piece, ...]:
    """A text of at most ``QUOTE_LENGTH`` in pieces, cut at words, with its first mark in it."""
    if len(text) <= QUOTE_LENGTH:
        return pieces(text, marks)
    start = 0
    if marks and marks[0][1] > QUOTE_LENGTH:
        near = max(marks[0][0] - BEFORE_MARK, 0)
        start = text.find(" ", near, marks[0][0]) + 1 or marks[0][0]
    end = start + QUOTE_LENGTH
    if end < len(text):
        space = text.rfind(" ", start, end)
        end = space if space > start else end
    inside = [(a - start, b - start) for a, b in marks if a >= start and b <= end]
    before = [Piece("… ")] if start else []
    after = [Piece(" …")] if end < len(text) else []
    return (*before, *pieces(text[start:end], inside), *after)


def _quote(why: Reason, case: Case) -> Quote:
    is_title_only = why.kind == "word" and not why.marks
    place = gettext("in the title") if is_title_only else _place(why, case)
    words = ", ".join(why.words[:WORDS_SHOWN]) + (" …" if len(why.words) > WORDS_SHOWN else "")
    how = N_("%(way)s, %(place)s: %(words)s") if words else N_("%(way)s, %(place)s")
    is_shown = is_title_only or is_summary(why, case)
    return Quote(
        how=gettext(how, way=gettext(BY[why.kind]), place=place, words=words),
        pieces=() if is_shown else excerpt(curly(why.passage), why.marks),
    )


def _place(why: Reason, case: Case) -> str:
    """Where a passage stands, and that the title has words of the query which it has not."""
    place = "part" if why.heading else "summary" if is_summary(why, case) else "text"
    if why.heading in (AUDIENCE_HEADING, ANSWERS_HEADING):
        place = "reading"
    seen = {why.passage[start:end].lower() for start, end in why.marks}
    is_in_title = any(word not in seen for word in why.words)
    return gettext(PLACES[place][is_in_title], heading=curly(why.heading))


def is_summary(why: Reason, case: Case) -> bool:
    """Whether a reason quotes the summary, which a card shows anyway."""
    return not why.heading and why.passage.split() == case.summary.split()
