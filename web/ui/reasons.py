"""Why a case is among the hits or like another: passages, words that matched, what is shared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup, escape

from kb.model.cases import Case
from kb.model.english import N_, in_line
from kb.model.facet_words import facet_words, planned_label
from kb.model.taxonomy import Taxonomy
from kb.search.answer import ANSWERS_HEADING, AUDIENCE_HEADING, Hit, Reason
from kb.text.typography import curly
from web.words.translation import gettext

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
    "meaning": N_("By meaning"),
    "both": N_("By your words and by meaning"),
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


def how(why: Reason, case: Case) -> str:
    """How the passage of a reason matched, where it stands, and by which words."""
    place = gettext("in the title") if _is_title_only(why) else _place(why, case)
    words = ", ".join(why.words[:WORDS_SHOWN]) + (" …" if len(why.words) > WORDS_SHOWN else "")
    message = N_("%(way)s, %(place)s: %(words)s") if words else N_("%(way)s, %(place)s")
    return gettext(message, way=gettext(BY[why.kind]), place=place, words=words)


def quoted(why: Reason, case: Case) -> Markup:
    """The passage of a reason, its words marked.

    Empty where it is the summary, which a card shows anyway, or where the words stand in
    the title alone.
    """
    if _is_title_only(why) or is_summary(why, case):
        return Markup()
    return excerpt(curly(why.passage), why.marks)


def passages(hit: Hit) -> tuple[Reason, ...]:
    """The reasons of a hit that quote a passage."""
    return tuple(why for why in hit.reasons if why.kind != "facet")


def values_named(hit: Hit, taxonomy: Taxonomy) -> tuple[str, ...]:
    """The values that the query names and a hit has: ``Country: Norway``."""
    return tuple(named(why, taxonomy) for why in hit.reasons if why.kind == "facet")


def named(why: Reason, taxonomy: Taxonomy) -> str:
    """What the query names and the case has: ``Country: Norway``."""
    facet = gettext(facet_words(why.facet, taxonomy).heading)
    value = planned_label(why.label) if why.planned else why.label
    return gettext("%(facet)s: %(value)s", facet=facet, value=value)


def marked_summary(hit: Hit) -> Markup:
    """The summary of a hit, the words marked where a reason marks words in it."""
    for why in hit.reasons:
        if why.marks and is_summary(why, hit.case):
            return marked(curly(why.passage), why.marks)
    return escape(curly(hit.case.summary))


def values_text(reasons: Iterable[Reason], taxonomy: Taxonomy) -> str:
    """Values in one line of plain words: ``Norway, horizontal, joint purchasing``."""
    return ", ".join(
        why.label if why.facet == "country" else in_line(_beside_mark(why, taxonomy))
        for why in reasons
    )


def _beside_mark(why: Reason, taxonomy: Taxonomy) -> str:
    term = taxonomy.facet(why.facet).get(why.value)
    label = term.beside_mark if term else why.label
    return planned_label(label) if why.planned else label


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


def marked(text: str, marks: Sequence[tuple[int, int]]) -> Markup:
    """A text with its marks, which are (start, end) in order and apart."""
    shown, at = [], 0
    for start, end in marks:
        shown += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
        at = end
    return Markup("".join((*shown, escape(text[at:]))))


def excerpt(text: str, marks: Sequence[tuple[int, int]]) -> Markup:
    """A text of at most ``QUOTE_LENGTH`` with its marks, cut at words, the first mark in it."""
    if len(text) <= QUOTE_LENGTH:
        return marked(text, marks)
    start = 0
    if marks and marks[0][1] > QUOTE_LENGTH:
        near = max(marks[0][0] - BEFORE_MARK, 0)
        start = text.find(" ", near, marks[0][0]) + 1 or marks[0][0]
    end = start + QUOTE_LENGTH
    if end < len(text):
        space = text.rfind(" ", start, end)
        end = space if space > start else end
    inside = [(a - start, b - start) for a, b in marks if a >= start and b <= end]
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return escape(before) + marked(text[start:end], inside) + escape(after)


def _is_title_only(why: Reason) -> bool:
    return why.kind == "word" and not why.marks


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
