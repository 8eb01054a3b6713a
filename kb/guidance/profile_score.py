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

import numpy as np

from kb.guidance.profile import Profile, words_of_profile
from kb.guidance.profile_comparison import either_form
from kb.guidance.profile_texts import nearness_by_owner, wanted_projects
from kb.model.cases import Case
from kb.model.english import capital
from kb.model.taxonomy import Taxonomy
from kb.search.evidence import Vectors
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


def score_parts(
    searcher: Searcher, profile: Profile, cases: Sequence[Case], encode: Encode | None = None
) -> Mapping[str, np.ndarray]:
    """The parts that a profile gives, by name: float64 of shape (n_cases,), each in [0, 1].

    Args:
        searcher: what the cases are in.
        profile: the firm.
        cases: the candidates; each array is in their order.
        encode: one that remembers; the default is that of the searcher.
    """
    encode = encode or searcher.retriever.vectors
    taxonomy, retriever = searcher.taxonomy, searcher.retriever
    parts: dict[str, np.ndarray] = {}
    text = full_text(profile, taxonomy)
    if text:
        scores = searcher.text_scores(text)
        parts[FULL_TEXT] = np.clip([scores.get(case.id, 0.0) for case in cases], 0, 1)
    wishes = wishes_of(profile, taxonomy)
    if wishes and retriever.has_audience_lines:
        lines = retriever.audience_lines([case.id for case in cases])
        nearness = [nearness_by_owner(lines, encode(wish)) for wish in wishes]
        by_wish = [[by_case.get(case.id, 0.0) for case in cases] for by_case in nearness]
        parts[AUDIENCE_LINES] = np.clip(np.mean(by_wish, axis=0), 0, 1)
    words = words_of_profile(profile)
    if words and (intent := intent_of(searcher, words, encode)):
        parts[INTENT] = _best_project(cases, intent)
    parts |= _ticked_parts(profile, cases, taxonomy)
    return {name: parts[name] for name in WEIGHTS if name in parts}


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
    return wanted_projects(searcher.retriever.phrases(), asked)


def _best_project(cases: Sequence[Case], intent: Mapping[str, float]) -> np.ndarray:
    projects = (case.facets.get("project", ()) for case in cases)
    return np.array([max((intent.get(p, 0.0) for p in names), default=0.0) for names in projects])


def _ticked_parts(
    profile: Profile, cases: Sequence[Case], taxonomy: Taxonomy
) -> Mapping[str, np.ndarray]:
    parts = {}
    if profile.goal:
        parts["goal"] = _each(cases, lambda c: _share(profile.goal, c.facets.get("project", ())))
    if profile.my_sector:
        groups = {term.id: term.group for term in taxonomy["sectors"]}
        parts["trade"] = _each(cases, lambda c: _trade(profile, c, groups))
    if profile.common:
        parts["common"] = _each(cases, lambda c: _any(profile.common, c.facets.get("type", ())))
    if profile.my_form:
        parts["form"] = _each(cases, lambda c: _any((profile.my_form,), c.facets.get("form", ())))
    if profile.funding:
        parts["funding"] = _each(cases, lambda c: _funding(profile.funding, c, taxonomy))
    return parts


def _each(cases: Sequence[Case], value: Callable[[Case], float]) -> np.ndarray:
    return np.array([value(case) for case in cases], dtype=np.float64)


def _share(wanted: Sequence[str], held: Sequence[str]) -> float:
    return sum(value in held for value in wanted) / len(wanted)


def _any(wanted: Sequence[str], held: Sequence[str]) -> float:
    return float(any(value in held for value in wanted))


def _trade(profile: Profile, case: Case, groups: Mapping[str, str]) -> float:
    held = case.facets.get("sector", ())
    same = any(sector in held for sector in profile.my_sector)
    shared = {groups.get(sector) for sector in held} & {groups.get(s) for s in profile.my_sector}
    shared -= {"", None}
    return 1.0 if same else _NEAR_TRADE if shared else 0.0


def _funding(funding: str, case: Case, taxonomy: Taxonomy) -> float:
    public, private = taxonomy.public_money(case.facets.get("formation", ()))
    if not public and not private:
        return _UNKNOWN
    return float(public if funding == "public" else private)
