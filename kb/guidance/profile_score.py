"""How well cases suit a firm's profile: a score of named parts.

The score is a weighted mean of parts, each in [0, 1]. A part counts only if the profile
gives what it compares, so that a sparse profile is judged by what it says. ``WEIGHTS``
is the one place of the weights; ``benchmarks/weigh_profiles.py`` fitted them on the tune
split of ``cases/profiles.jsonl`` with a logistic regression.

The number of partners, their size and the country are compared in words (see
``kb.guidance.profile_comparison``) and have no weight: on the tune split any weight made it worse.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kb.engine.base import best_rows
from kb.engine.filters import Filter
from kb.guidance.profile import Profile, words_of_profile
from kb.guidance.profile_comparison import either_form
from kb.guidance.profile_texts import nearness_by_owner, wanted_projects
from kb.model.english import capital
from kb.model.taxonomy import Taxonomy
from kb.search.evidence import CANDIDATES, Evidence, Vectors
from kb.search.searcher import Searcher

#: The parts that compare words, by the names that an answer carries: everything that the
#: profile says against the whole case, its wish against the editors' lines on whom the case
#: suits, and which types of project its words intend.
FULL_TEXT, AUDIENCE_LINES, INTENT = "full_text", "audience_lines", "intent"

#: Part to weight, in the order to show.
WEIGHTS: Mapping[str, float] = {
    FULL_TEXT: 13.0,
    AUDIENCE_LINES: 8.7,
    INTENT: 1.7,
    "goal": 1.6,
    "trade": 1.3,
    "common": 1.0,
    "form": 1.1,
    "funding": 1.7,
}

#: Part of a score to its words; for the form see ``part_label``.
_PART_LABELS: Mapping[str, str] = {
    FULL_TEXT: "What you say, against the whole case",
    AUDIENCE_LINES: "What you want, against whom the editors think the case suits",
    INTENT: "The kind of project that your words ask for",
    "goal": "The kinds of project that you ticked",
    "trade": "Your sector, or one near it",
    "common": "What the partners have in common",
    "funding": "Who paid",
}

#: Of many cases so many are compared for each wish, and so many for what is ticked.
_FOR_A_WISH, _FOR_TICKS = 200, 400

#: A case of another sector in the same group of the vocabulary is half as near.
_NEAR_TRADE = 0.5
#: Where the source does not tell, neither for nor against.
_UNKNOWN = 0.5

_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
#: Shorter pieces of a text say too little alone; more than so many cost time and add little.
_SHORTEST, _MOST_SENTENCES = 9, 8

#: Turns a text into its vectors, one per encoder.
Encode = Callable[[str], Vectors]


def part_label(name: str, taxonomy: Taxonomy) -> str:
    """What a part of a score is of, in words."""
    forms = either_form(taxonomy)
    return _PART_LABELS.get(name) or capital(forms)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredParts:
    """How well some cases suit a profile, part by part.

    ``parts`` are those that the profile gives, by name: float64 of the shape of ``rows``, each in
    [0, 1]. ``evidence`` is that for everything that the profile says, None where it says
    nothing in words or by its ticks.
    """

    rows: np.ndarray
    parts: Mapping[str, np.ndarray]
    evidence: Evidence | None


def score_parts(
    searcher: Searcher, profile: Profile, within: Filter, encode: Encode | None = None
) -> ScoredParts:
    """The parts of the score of the cases that may suit best.

    Where no more than ``CANDIDATES`` pass the filter these are all of them. Of more they are
    those that the words come nearest to, the whole case or a line on whom it suits, and those
    that what is ticked fits best.

    Args:
        searcher: what the cases are in.
        profile: the firm.
        within: which cases may be a role model.
        encode: one that remembers; the default is that of the searcher.
    """
    encode = encode or searcher.retriever.vectors
    taxonomy, retriever = searcher.taxonomy, searcher.retriever
    text = full_text(profile, taxonomy)
    wishes = [encode(wish) for wish in wishes_of(profile, taxonomy)]
    passing = searcher.matching(within)
    are_few = len(passing) <= CANDIDATES
    rows = passing if are_few else _suiting(searcher, profile, within, passing, wishes)
    evidence = None
    if text:
        evidence = retriever.evidence(searcher.analyser.analyse(text), (within,), also=rows)
    if not are_few and evidence is not None:
        rows = np.union1d(rows, searcher.engine.matching(within, evidence.rows))
    if not len(rows):
        rows = passing[:CANDIDATES]
    parts: dict[str, np.ndarray] = {}
    if evidence is not None:
        scores = searcher.text_scores(evidence)[np.searchsorted(evidence.rows, rows)]
        parts[FULL_TEXT] = np.clip(scores, 0, 1)
    if wishes and retriever.has_audience_lines:
        lines = retriever.audience_lines(rows, wishes)
        by_wish = nearness_by_owner(lines, len(rows))
        parts[AUDIENCE_LINES] = np.clip(np.mean(by_wish, axis=0), 0, 1)
    words = words_of_profile(profile)
    if words and (intent := intent_of(searcher, words, encode)):
        parts[INTENT] = _best_project(searcher, rows, intent)
    parts |= _ticked_parts(searcher, profile, rows)
    ordered = {name: parts[name] for name in WEIGHTS if name in parts}
    return ScoredParts(rows=rows, parts=ordered, evidence=evidence)


def _suiting(
    searcher: Searcher,
    profile: Profile,
    within: Filter,
    passing: np.ndarray,
    wishes: Sequence[Vectors],
) -> np.ndarray:
    """The rows of the cases that suit the wishes and what is ticked best.

    Args:
        searcher: what the cases are in.
        profile: the firm.
        within: which cases may be a role model.
        passing: the rows of these.
        wishes: what it wishes.
    """
    found = [searcher.retriever.audience_candidates(wish, within, _FOR_A_WISH) for wish in wishes]
    ticked = _ticked_parts(searcher, profile, passing)
    if ticked:
        found.append(passing[np.sort(best_rows(weighted(ticked), _FOR_TICKS))])
    return np.unique(np.concatenate([passing[:0], *found]))


def weighted(parts: Mapping[str, np.ndarray], weights: Mapping[str, float] = WEIGHTS) -> np.ndarray:
    """The weighted mean of the parts, at least one: float64 of shape (n_cases,), in [0, 1]."""
    total = sum(weights[name] for name in parts)
    return sum(weights[name] * values for name, values in parts.items()) / total


def full_text(profile: Profile, taxonomy: Taxonomy) -> str:
    """Everything the profile says, ticked values by their labels: what a search would be asked."""
    labels = [taxonomy.label("project", goal) for goal in profile.goal]
    labels += [taxonomy.label("sector", sector) for sector in profile.my_sector]
    labels += [taxonomy.label("type", value) for value in profile.common]
    return " ".join(part for part in (words_of_profile(profile), *labels) if part)


def _ticked(profile: Profile, taxonomy: Taxonomy) -> str:
    goals = " and ".join(taxonomy.label("project", goal).lower() for goal in profile.goal)
    trades = " and ".join(taxonomy.label("sector", value).lower() for value in profile.my_sector)
    return f"{trades}: {goals}" if goals and trades else goals or trades


def _sentences(text: str) -> list[str]:
    pieces = [piece for piece in _SENTENCE.split(text) if len(piece) >= _SHORTEST]
    return pieces[:_MOST_SENTENCES] or ([text] if text else [])


def wishes_of(profile: Profile, taxonomy: Taxonomy) -> list[str]:
    """What is compared with whom the cases suit, piece by piece."""
    ticked = _ticked(profile, taxonomy)
    return [*_sentences(profile.aim or profile.business), *([ticked] if ticked else [])]


def intent_of(searcher: Searcher, words: str, encode: Encode) -> Mapping[str, float]:
    """How near the words come to wanting each project type, in [0, 1]."""
    asked = [encode(sentence) for sentence in _sentences(words)]
    projects, phrases = searcher.retriever.phrases()
    return wanted_projects(projects, phrases, asked)


def _best_project(searcher: Searcher, rows: np.ndarray, intent: Mapping[str, float]) -> np.ndarray:
    best = np.zeros(len(rows))
    for project, value in intent.items():
        if value > 0:
            best = np.maximum(best, value * _having(searcher, rows, "project", project))
    return best


def _ticked_parts(
    searcher: Searcher, profile: Profile, rows: np.ndarray
) -> Mapping[str, np.ndarray]:
    parts = {}
    if profile.goal:
        each = [_having(searcher, rows, "project", goal) for goal in profile.goal]
        parts["goal"] = np.mean(each, axis=0)
    if profile.my_sector:
        parts["trade"] = _trade(searcher, profile, rows)
    if profile.common:
        parts["common"] = _having(searcher, rows, "type", *profile.common)
    if profile.my_form:
        parts["form"] = _having(searcher, rows, "form", profile.my_form)
    if profile.funding:
        parts["funding"] = _funding(searcher, profile.funding, rows)
    return parts


def _having(searcher: Searcher, rows: np.ndarray, facet: str, *values: str) -> np.ndarray:
    """1 for the cases that have any of some values of a facet, 0 for the others."""
    if not values:
        return np.zeros(len(rows))
    having = searcher.engine.matching(Filter(facets={facet: values}), rows)
    return np.isin(rows, having, assume_unique=True).astype(np.float64)


def _trade(searcher: Searcher, profile: Profile, rows: np.ndarray) -> np.ndarray:
    groups = {term.id: term.group for term in searcher.taxonomy["sectors"]}
    mine = {groups.get(sector) for sector in profile.my_sector} - {"", None}
    near = [sector for sector, group in groups.items() if group in mine]
    same = _having(searcher, rows, "sector", *profile.my_sector)
    return np.maximum(same, _NEAR_TRADE * _having(searcher, rows, "sector", *near))


def _funding(searcher: Searcher, funding: str, rows: np.ndarray) -> np.ndarray:
    taxonomy, by_money = searcher.taxonomy, []
    for at in (0, 1):  # public money, and none
        ids = [one for one in taxonomy["formations"].ids if taxonomy.public_money((one,))[at]]
        by_money.append(_having(searcher, rows, "formation", *ids))
    told = np.maximum(*by_money)
    return np.where(told > 0, by_money[0 if funding == "public" else 1], _UNKNOWN)
