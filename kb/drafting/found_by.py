"""What a draft would be found by: searches that it would enter and at which rank, and facets.

The searches are those that its own words suggest, and those that readers asked for in vain.
Each is answered by the searcher of the snapshot with the draft laid beside the cases, so the rank
is that of a build that has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kb.drafting.trial import Trial
from kb.model.facets import FACETS, MADE_FACETS
from kb.search.answer import ABOUT, EXACT, MORE
from kb.search.query import MAX_QUERY_LENGTH
from kb.search.searcher import Searcher

#: What suggests a search: the title of the draft, a line on whom it suits, a question that it
#: answers, its labels together, or a question that nothing answers yet.
TITLE, SUITS, ANSWERS, LABELS, WANTED = SUGGESTED_BY = (
    *("title", "suits", "answers", "labels", "wanted"),
)

#: Of a draft that is not read whole one search of each of these is tried. Its own title, which
#: says least, is only tried where nothing else is written.
_FEW = (frozenset({SUITS, ANSWERS, TITLE}), frozenset({LABELS}), frozenset({WANTED}))
#: From this cosine on a question that is wanted may be answered by a draft.
_MAY_ANSWER = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search that a draft may be found by.

    Attributes:
        text: what is searched for.
        by: what suggests it, one of ``SUGGESTED_BY``.
        rank: the place at which the draft would stand, from 1; None where it is not found.
        total: how many cases would be found, the draft included.
        relation: how that goes with how many there are (``kb.search.answer``).
        wanted: what readers asked for in vain with these words; empty of others.
    """

    text: str
    by: str
    rank: int | None
    total: int
    relation: str = EXACT
    wanted: str = ""

    @property
    def of(self) -> str:
        """How many there are, in words: ``12``, ``about 174``, ``more than 1,000``."""
        beside = {EXACT: "", ABOUT: "about ", MORE: "more than "}[self.relation]
        return f"{beside}{self.total:,}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A value of a facet that a draft has.

    ``count`` is how many cases have it with the draft; ``is_new`` says that no other has.
    """

    facet: str
    value: str
    label: str
    count: int
    is_new: bool


def searches(trial: Trial) -> tuple[Search, ...]:
    """The searches that a draft may be found by, in the order of ``SUGGESTED_BY``.

    Of what is wanted only what the draft answers is told of.
    """
    ranking = trial.ranking
    found: list[Search] = []
    seen: set[str] = set()
    tried: set[frozenset[str]] = set()
    for by, text, wanted in _suggested(trial):
        text = " ".join(text.split())[:MAX_QUERY_LENGTH]
        few = next(some for some in _FEW if by in some)
        if not text or text.casefold() in seen or (few in tried and not trial.whole):
            continue
        seen.add(text.casefold())
        tried.add(few)
        rank, total, relation = _rank(ranking, trial, text)
        if rank is not None or by != WANTED:
            found.append(
                Search(text=text, by=by, rank=rank, total=total, relation=relation, wanted=wanted)
            )
    return tuple(found)


def joined_facets(trial: Trial) -> tuple[Joined, ...]:
    """The values of facets that a draft has, in the order of the facets, with the counts after.

    Those that are made of others, such as decades, are left out.
    """
    return tuple(
        Joined(
            facet=facet,
            value=value,
            label=trial.taxonomy.label(facet, value),
            count=(others := trial.others_having(facet, value)) + 1,
            is_new=not others,
        )
        for facet in FACETS
        if facet not in MADE_FACETS
        for value in dict.fromkeys(trial.draft.facets.get(facet, ()))
    )


def _rank(ranking: Searcher, trial: Trial, text: str) -> tuple[int | None, int, str]:
    """The place of the draft among what a text finds, how many cases that are, of how many."""
    asked = ranking.analyser.analyse(text)
    if asked.text != text and _words(text) - _words(asked.text) & trial.own_words:
        asked = ranking.analyser.analyse(text, exact=True)  # a build would know the word
    scores, relation = ranking.scores_and_relation(asked)
    own = scores.get(trial.draft.id)
    if own is None:
        return None, len(scores), relation
    before = sum(score > own for score in scores.values())
    equal = sum(score == own and one < trial.draft.id for one, score in scores.items())
    return before + equal + 1, len(scores), relation


def _words(text: str) -> set[str]:
    return set(text.casefold().split())


def _suggested(trial: Trial) -> Iterator[tuple[str, str, str]]:
    """What suggests a search, its text, and what is wanted with it."""
    draft = trial.draft
    if trial.whole or not draft.audience_lines:
        yield TITLE, draft.title, ""
    for line in draft.role_model_for:
        yield SUITS, line, ""
    for line in draft.answers:
        yield ANSWERS, line, ""
    for text in _labels(trial):
        yield LABELS, text, ""
    for wanted, text in _wanted(trial):
        yield WANTED, text, wanted


def _labels(trial: Trial) -> Iterator[str]:
    """Trade, need and country in the words of the vocabulary, as people combine them."""
    taxonomy, facets = trial.taxonomy, trial.draft.facets
    sectors, projects, countries = (
        [taxonomy.term(facet, value).in_line for value in facets.get(facet, ())] or [""]
        for facet in ("sector", "project", "country")
    )
    countries = [taxonomy.label("country", one) for one in facets.get("country", ())] or [""]
    for sector in sectors[:2]:
        for project in projects[:2]:
            yield " ".join(part for part in (sector, project, countries[0]) if part)
    yield " ".join(part for part in (sectors[0], countries[0]) if part)


def _wanted(trial: Trial) -> Iterator[tuple[str, str]]:
    """What readers asked for in vain, the nearest to the draft first.

    Of a draft that is not read whole only questions in English, which need no second encoder.
    """
    near = []
    for one in trial.searcher.wanted:
        cosine = float(np.max(trial.near @ one.vector))
        if cosine >= _MAY_ANSWER and (one.english or trial.whole):
            near.append((-cosine, one.wanted, one.text))
    for _, wanted, question in sorted(near):
        yield wanted, question
