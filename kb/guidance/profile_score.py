"""How well cases suit a firm's profile: a score of named parts.

The score is a weighted mean of parts, each in [0, 1]. The largest by far is what a search for
everything that the profile says finds, ticks by their labels: a role model is never worse than
that search. What is ticked adds as much as proved right on profiles of writers that had no part in
choosing it; ``benchmarks/weigh_profiles.py`` measures that. A part counts only if the profile
gives what it compares, so that a sparse profile is judged by what it says. ``WEIGHTS`` is the one
place of the weights; ``weights_of`` says which of them a profile has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from kb.engine.base import best_rows
from kb.engine.filters import Filter
from kb.guidance.profile import Profile, words_of_profile
from kb.guidance.profile_comparison import compare_fields, either_form
from kb.guidance.profile_reading import Reader
from kb.guidance.profile_texts import wanted_projects
from kb.model.english import capital
from kb.model.taxonomy import Taxonomy
from kb.search.evidence import CANDIDATES, Evidence
from kb.search.query_analysis import Analysis, Exclusion
from kb.search.searcher import Searcher

#: The parts that compare words, by the names that an answer carries: everything that the
#: profile says against the whole case, and which types of project its words intend.
FULL_TEXT, INTENT = "full_text", "intent"

#: Part to weight, in the order to show. A case that has all that is ticked stands before one that
#: is as near by its text; money, size, number and country decide between equals.
WEIGHTS: Mapping[str, float] = {
    FULL_TEXT: 26.0,
    INTENT: 1.0,
    "goal": 1.0,
    "trade": 1.0,
    "common": 1.0,
    "form": 1.0,
    "funding": 0.2,
    "partners": 0.2,
    "size": 0.2,
    "country": 0.2,
}

#: Of a profile without a word of its own the text is only the labels of what is ticked, which a
#: case that has all of it need not repeat: there what is ticked counts four times as much.
_WEIGHTS_OF_TICKS: Mapping[str, float] = {**WEIGHTS, FULL_TEXT: WEIGHTS[FULL_TEXT] / 4}

#: Part of a score to its words; for the form see ``part_label``.
_PART_LABELS: Mapping[str, str] = {
    FULL_TEXT: "What you say, against the whole case",
    INTENT: "The kind of project that your words ask for",
    "goal": "The kinds of project that you ticked",
    "trade": "Your sector, or one near it",
    "common": "What the partners have in common",
    "funding": "Who paid",
    "partners": "How many take part",
    "size": "How large the firms are",
    "country": "Your country",
}

#: Of many cases so many are compared for what is ticked.
_FOR_TICKS = 400
#: Of so many cases it is read who took part, the best by all else; the others count as not told.
_READ = 50

#: A case of another sector in the same group of the vocabulary is half as near.
_NEAR_TRADE = 0.5
#: Where the source does not tell, neither for nor against.
_UNKNOWN = 0.5
_RELATIONS: Mapping[str, float] = {"like": 1.0, "unlike": 0.0, "unknown": _UNKNOWN}

_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
#: Shorter pieces of a text say too little alone; more than so many cost time and add little.
_SHORTEST, _MOST_SENTENCES = 9, 8


def part_label(name: str, taxonomy: Taxonomy) -> str:
    """What a part of a score is of, in words."""
    forms = either_form(taxonomy)
    return _PART_LABELS.get(name) or capital(forms)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredParts:
    """How well some cases suit a profile, part by part.

    ``parts`` are those that the profile gives, by name: float64 of the shape of ``rows``, each in
    [0, 1]. ``evidence`` is that for everything that the profile says, None where it says
    nothing in words or by its ticks. ``intent`` is what ``intent_of`` gives for its words.
    """

    rows: np.ndarray
    parts: Mapping[str, np.ndarray]
    evidence: Evidence | None
    intent: Mapping[str, float] = field(default_factory=dict)


def score_parts(
    searcher: Searcher, profile: Profile, within: Filter, reader: Reader | None = None
) -> ScoredParts:
    """The parts of the score of the cases that may suit best.

    Where no more than ``CANDIDATES`` pass the filter these are all of them. Of more they are
    those that the words come nearest to, and those that what is ticked fits best. What the words
    leave out is none of them.

    Args:
        searcher: what the cases are in.
        profile: the firm.
        within: which cases may be a role model.
        reader: reads its texts, also for what comes after; the default is a new one.
    """
    reader = reader or Reader(searcher)
    taxonomy, retriever = searcher.taxonomy, searcher.retriever
    text, words = full_text(profile, taxonomy), words_of_profile(profile)
    said = left_out(profile, reader.analyse(words), taxonomy)
    within = searcher.leaving_out(within, said)
    passing = searcher.matching(within)
    are_few = len(passing) <= CANDIDATES
    rows = passing if are_few else _ticking(searcher, profile, passing)
    evidence = None
    if text:
        evidence = retriever.evidence(reader.analyse(text), (within,), also=rows)
    if not are_few and evidence is not None:
        rows = np.union1d(rows, searcher.engine.matching(within, evidence.rows))
    if not len(rows):
        rows = passing[:CANDIDATES]
    parts: dict[str, np.ndarray] = {}
    if evidence is not None:
        # What is ticked counts as a part of its own, and not for its name in the text as well.
        unnamed = replace(evidence, named=np.zeros(len(evidence.rows)))
        scores = searcher.text_scores(unnamed)[np.searchsorted(evidence.rows, rows)]
        parts[FULL_TEXT] = np.clip(scores, 0, 1)
    intent = intent_of(words, reader) if words else {}
    if intent:
        parts[INTENT] = _best_project(searcher, rows, intent)
    parts |= _ticked_parts(searcher, profile, rows)
    parts |= _read_parts(searcher, profile, rows, parts)
    ordered = {name: parts[name] for name in WEIGHTS if name in parts}
    return ScoredParts(rows=rows, parts=ordered, evidence=evidence, intent=intent)


def left_out(profile: Profile, said: Analysis, taxonomy: Taxonomy) -> Analysis:
    """What was read of the words of a profile with no more exclusions than hold.

    Public money is not left out where it is ticked.
    """
    if profile.funding != "public":
        return said
    held = (one for one in said.exclusions if not _is_public_money(one, taxonomy))
    return replace(said, exclusions=tuple(held))


def excludes_public_money(said: Analysis, taxonomy: Taxonomy) -> bool:
    """Whether words want no public money."""
    return any(_is_public_money(one, taxonomy) for one in said.exclusions)


def _is_public_money(excluded: Exclusion, taxonomy: Taxonomy) -> bool:
    return excluded.facet == "formation" and taxonomy.public_money(list(excluded.values))[0]


def _ticking(searcher: Searcher, profile: Profile, passing: np.ndarray) -> np.ndarray:
    """The rows of the cases that what is ticked fits best, of those that pass; none without."""
    ticked = _ticked_parts(searcher, profile, passing)
    if not ticked:
        return passing[:0]
    return passing[np.sort(best_rows(weighted(ticked), _FOR_TICKS))]


def weights_of(profile: Profile) -> Mapping[str, float]:
    """The weight of each part for a profile, in the order of ``WEIGHTS``."""
    return WEIGHTS if words_of_profile(profile) else _WEIGHTS_OF_TICKS


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


def intent_of(words: str, reader: Reader) -> Mapping[str, float]:
    """How near the words come to wanting each project type, in [0, 1]."""
    asked = [reader.encode(sentence) for sentence in _sentences(words)]
    projects, phrases = reader.phrases
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
    if profile.my_country:
        parts["country"] = _having(searcher, rows, "country", profile.my_country)
    return parts


def _read_parts(
    searcher: Searcher, profile: Profile, rows: np.ndarray, parts: Mapping[str, np.ndarray]
) -> Mapping[str, np.ndarray]:
    """Whether the firms are alike in number and in size, as the sentences tell it.

    Args:
        searcher: what the cases are in.
        profile: the firm.
        rows: the cases.
        parts: the other parts of their scores, by which the best are read.
    """
    told = Profile(partners=profile.partners, size=profile.size)
    asked = [name for name in ("partners", "size") if getattr(profile, name) is not None]
    read = {name: np.full(len(rows), _UNKNOWN) for name in asked}
    are_read = asked and parts
    best = best_rows(weighted(parts, weights_of(profile)), _READ).tolist() if are_read else []
    for at in best:
        for one in compare_fields(told, searcher.cases[int(rows[at])], searcher.taxonomy):
            read[one.field][at] = _RELATIONS[one.relation]
    return read


def _having(searcher: Searcher, rows: np.ndarray, facet: str, *values: str) -> np.ndarray:
    """1 for the cases that have any of some values of a facet, 0 for the others.

    Args:
        searcher: what the cases are in.
        rows: the cases, in order.
        facet: by its name.
        values: of the facet.
    """
    having = np.zeros(len(rows))
    if values:
        found = searcher.engine.matching(Filter(facets={facet: values}), rows)
        having[np.searchsorted(rows, found)] = 1.0
    return having


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
