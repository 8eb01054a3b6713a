"""Why a case is among the hits: its best passages, the words that matched, the facets named."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.model.cases import Case, Passage
from kb.search.answer import Reason
from kb.text.analysis import stems
from kb.text.mentions import Mention

_WORD = re.compile(r"\w+")


def marks(text: str, wanted: frozenset[str]) -> tuple[tuple[int, int], ...]:
    """Where words of the query stand in a text: (start, end) of each, in order."""
    found = []
    for match in _WORD.finditer(text):
        if any(stem in wanted for stem in stems(match.group())):
            found.append(match.span())
    return tuple(found)


def reasons(
    case: Case,
    passages: Sequence[Passage],
    best: Passage,
    *,
    terms: Sequence[str],
    by_meaning: bool,
    mentions: Sequence[Mention],
) -> tuple[Reason, ...]:
    """The reasons for one hit, the strongest first.

    Args:
        case: the case.
        passages: its passages, in order.
        best: the one nearest in meaning.
        terms: stems of the query that count.
        by_meaning: whether it is near in meaning at all.
        mentions: facet values that the query names.

    Returns:
        One reason for a passage that is near in meaning and holds the words
        (``both``), or one by ``word`` and one by ``meaning`` where these are two
        passages; then one ``facet`` reason for each value named that the case has.
    """
    wanted = frozenset(terms)
    title_words = _words(case.title, wanted)
    richest = max(passages, key=lambda p: (len(_words(p.text, wanted)), p is best))
    rich_words = _words(richest.text, wanted)
    found: list[Reason] = []
    if by_meaning:
        best_words = _words(best.text, wanted)
        enough = bool(best_words) and len(best_words) >= len(rich_words)
        kind = "both" if enough or (title_words and not rich_words) else "meaning"
        words = tuple(dict.fromkeys((*title_words, *best_words))) if kind == "both" else ()
        found.append(_passage_reason(kind, best, words, wanted))
    if (rich_words or title_words) and (not found or found[0].kind == "meaning"):
        words = tuple(dict.fromkeys((*title_words, *rich_words)))
        found.append(_passage_reason("word", richest, words, wanted))
    if not found:
        found.append(_passage_reason("meaning", best, (), wanted))
    found += [
        Reason(kind="facet", facet=m.facet, value=m.value, label=m.label)
        for m in mentions
        if m.value in case.facets.get(m.facet, ())
    ]
    return tuple(found)


def _words(text: str, wanted: frozenset[str]) -> tuple[str, ...]:
    spans = marks(text, wanted)
    return tuple(dict.fromkeys(text[start:end].lower() for start, end in spans))


def _passage_reason(
    kind: str, passage: Passage, words: Sequence[str], wanted: frozenset[str]
) -> Reason:
    return Reason(
        kind=kind,
        passage=passage.text,
        heading=passage.heading,
        words=tuple(words),
        marks=marks(passage.text, wanted) if kind != "meaning" else (),
    )
