"""Why a case is among the hits: its best passages, the words that matched, the facets named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kb.model.cases import Case, Passage
from kb.model.facet_words import is_planned
from kb.search.answer import ANSWERS_HEADING, AUDIENCE_HEADING, Reason
from kb.search.evidence import Evidence
from kb.search.query_analysis import Analysis
from kb.snapshots.vector_sets import ordinal_of
from kb.text.analysis import places
from kb.text.mentions import Mention

#: A cosine from which a passage is near in meaning: below it a hit came by its words.
_NEAR = 0.3


class Passages:
    """What cases say, to quote from. Immutable; safe to share between threads."""

    def __init__(self, passages: Iterable[Passage], *, has_multilingual: bool) -> None:
        """Take what can be quoted.

        Args:
            passages: those of every case, in order.
            has_multilingual: whether the evidence is that of the multilingual encoder, too.
        """
        self._by_case: dict[str, list[Passage]] = {}
        for passage in passages:
            self._by_case.setdefault(passage.case_id, []).append(passage)
        self._has_multilingual = has_multilingual

    def under(self, case_id: str, heading: str) -> tuple[str, ...]:
        """What a case says under one of its headings, in order; nothing if it has none."""
        return tuple(p.text for p in self._by_case.get(case_id, ()) if p.heading == heading)

    def by_meaning(self, text_id: str) -> Reason:
        """The passage of an id such as ``norway/graphic-arts#2``, as near in meaning."""
        passage = self._passage(text_id)
        return Reason(kind="meaning", passage=passage.text, heading=passage.heading)

    def reasons(
        self, case: Case, asked: Analysis, evidence: Evidence, mentions: Sequence[Mention]
    ) -> tuple[Reason, ...]:
        """The reasons for one hit; ``mentions`` are the facet values that the query names."""
        place = evidence.place(case.id)
        by_english = evidence.english or not self._has_multilingual
        cosines = evidence.passage if by_english else evidence.multilingual
        best, cosine = self._passage(evidence.best_passage[place]), cosines[place]
        lines = _audience_lines(case)
        if by_english and evidence.audience[place] > cosine:
            best = lines[ordinal_of(evidence.best_line[place])]
            cosine = evidence.audience[place]
        return reasons(
            case,
            [*self._by_case[case.id], *lines],
            best,
            terms=asked.terms,
            by_meaning=bool(cosine >= _NEAR),
            mentions=mentions,
        )

    def _passage(self, text_id: str) -> Passage:
        return self._by_case[text_id.rpartition("#")[0]][ordinal_of(text_id)]


def _audience_lines(case: Case) -> list[Passage]:
    """Whom a case suits and what it answers, as passages that a reason can quote."""
    headings = [AUDIENCE_HEADING] * len(case.role_model_for) + [ANSWERS_HEADING] * len(case.answers)
    return [
        Passage(case_id=case.id, ordinal=-1, heading=heading, text=line)
        for heading, line in zip(headings, case.audience_lines, strict=True)
    ]


def marks(text: str, wanted: frozenset[str]) -> tuple[tuple[int, int], ...]:
    """Where words of the query stand in a text: (start, end) of each, in order."""
    found = ((start, end) for stem, start, end in places(text) if stem in wanted)
    return tuple(dict.fromkeys(found))


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
    made: list[Reason] = []
    if by_meaning:
        best_words = _words(best.text, wanted)
        enough = bool(best_words) and len(best_words) >= len(rich_words)
        kind = "both" if enough or (title_words and not rich_words) else "meaning"
        words = tuple(dict.fromkeys((*title_words, *best_words))) if kind == "both" else ()
        made.append(_passage_reason(kind, best, words, wanted))
    if (rich_words or title_words) and (not made or made[0].kind == "meaning"):
        words = tuple(dict.fromkeys((*title_words, *rich_words)))
        made.append(_passage_reason("word", richest, words, wanted))
    if not made:
        made.append(_passage_reason("meaning", best, (), wanted))
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
