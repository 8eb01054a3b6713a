"""What the words of a profile name beyond what its fields say.

It is offered to tick, and cases are compared with it in sentences; it does not count in
the score, where the words count as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from kb.guidance.profile import Profile, words_of_profile
from kb.guidance.profile_score import Encode, intent_of
from kb.search.searcher import Searcher
from kb.text.analysis import tokens, words

#: How near a project type must be to be suggested, the nearest being 1, and how many may be.
SUGGESTED_FROM = 0.8
MOST_SUGGESTED = 3

#: How near a clause must come to a phrase of an owner who wants a type of project. What comes less
#: near is not offered either: it is wrong more often than right.
CLAUSE_FROM = 0.45
#: A clause that says what is not wanted is no wish for what it is near to: "we never want public
#: money", "no contract". What cannot be done alone is one, and what a wish only says of itself: "a
#: laser cutter that none of us can pay".
_UNWISHED = re.compile(
    r"(?:but\s+)?(?:"
    r"(?:no|not|never|without|sans|jamais|pas|sin|nunca|senza|mai|ohne|niemals|keine?|uten|aldri"
    r"|ingen|sem)\b"
    r"|(?:\w+['’]?\w*\s+){1,2}?(?:never|jamais|nunca|niemals|nie|aldri)\b"
    r"|(?:i|we)\s+(?:(?:do|will|would)\s+not|don['’]t|won['’]t|wouldn['’]t)\s+"
    r"(?:ever\s+)?(?:want|need|like|wish|join|trust|take|ask)\b"
    r"|(?:wir\s+wollen|ich\s+will|wir\s+möchten|ich\s+möchte|vi\s+vil|jeg\s+vil)\s+"
    r"(?:kein\w*|nicht|ikke|ingen)\b"
    r"|(?:nous\s+)?ne\s+vou\w+\s+pas\b|je\s+ne\s+veux\s+pas\b|n[oã]o?\s+quer\w+|non\s+vogli\w+)",
    re.IGNORECASE,
)
#: What stands between two wishes of one sentence, in the languages of the glossary.
_CLAUSE = re.compile(
    r"[,;.!?:]\s+|\s+(?:and|then|while|but|et|puis|und|dann|y|luego|e|og|poi)\s+", re.IGNORECASE
)
#: A clause of fewer words that count says no wish by itself; of more clauses the first are heard.
_FEWEST_WORDS, _MOST_CLAUSES = 2, 6

_FROM_TWO = "two three four five six seven eight nine ten eleven twelve".split()
_NUMBER = rf"(\d{{1,3}}|{'|'.join(_FROM_TWO)})"
#: How firms count themselves: "we are five", and up to three words that must name firms.
_WE_ARE = re.compile(rf"\bwe(?: are|['’]re) {_NUMBER}((?: [^\W\d]+){{1,3}})", re.IGNORECASE)
#: In a wish, "the six of us" are the firms that join.
_OF_US = re.compile(rf"\b{_NUMBER} of us\b", re.IGNORECASE)
_FIRMS = re.compile(
    r"\b(firms|companies|businesses|enterprises|manufacturers|makers|producers|growers|shops|"
    r"workshops|farms|farmers|suppliers|owners)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardGoals:
    """The project types that the words of a profile come near to, less those that it ticks.

    The first ``n_wanted`` are each what one of its clauses comes nearest to, in the order of the
    clauses; the others come near to one too, and are no more than a guess. ``named`` are those
    that the words call by a name of theirs, letter by letter: a market is no marketing.
    """

    projects: tuple[str, ...]
    n_wanted: int
    named: tuple[str, ...] = ()


def goals_in_words(searcher: Searcher, profile: Profile, encode: Encode) -> HeardGoals:
    """What a firm wants by its words: clause by clause, then what all of them come near to.

    Who says only what the firm does has said no wish: what that is nearest to is no guess.
    """
    said = words_of_profile(profile)
    if not said:
        return HeardGoals(projects=(), n_wanted=0)
    intent = intent_of(searcher, said, encode)
    nearest = sorted(intent, key=lambda project: (-intent[project], project))
    by_clause = _by_clause(searcher, profile.aim or profile.business, encode)
    by_part = _by_clause(searcher, profile.aim, encode, fewest=1)
    is_near = {one for near in by_part for one in near}
    close = [one for one in nearest if intent[one] >= SUGGESTED_FROM and one in is_near]
    first = (min(near, key=lambda one: (-near[one], one)) for near in by_clause if near)
    wanted = tuple(dict.fromkeys(first))
    every = [one for one in dict.fromkeys((*wanted, *close)) if one not in profile.goal]
    n_wanted = sum(one not in profile.goal for one in wanted)
    return HeardGoals(
        projects=tuple(every[:MOST_SUGGESTED]),
        n_wanted=min(n_wanted, MOST_SUGGESTED),
        named=tuple(one for one in _named_goals(searcher, profile) if one not in profile.goal),
    )


def _named_goals(searcher: Searcher, profile: Profile) -> tuple[str, ...]:
    """The project types that a wish calls by name; without a wish, what the firm says it does."""
    said = _forms(searcher.analyser.analyse(profile.aim or profile.business).in_english)
    cases = searcher.compendium.holdings.cases
    return tuple(
        project.id
        for project in cases.terms("project", searcher.taxonomy)
        if any(f" {_forms(name).strip()} " in said for name in (project.label, *project.aliases))
    )


def _forms(text: str) -> str:
    """The words of a text as they are read, each between spaces."""
    return f" {' '.join(word.form for word in words(text))} "


def _by_clause(
    searcher: Searcher, text: str, encode: Encode, fewest: int = _FEWEST_WORDS
) -> list[dict[str, float]]:
    """Of each clause of a text that wishes something, the project types that it comes near to.

    With the cosine of the phrase nearest to it; of a clause that is near to nothing, none.
    """
    clauses = [
        one
        for one in _CLAUSE.split(text)
        if len(tokens(one)) >= fewest and not _UNWISHED.match(one.strip())
    ]
    projects, phrases = searcher.retriever.phrases() if clauses else ((), None)
    if not projects:
        return []
    found = []
    for clause in clauses[:_MOST_CLAUSES]:
        near: dict[str, float] = {}
        cosines = np.mean(phrases.cosines(encode(clause)), axis=0)
        for at in np.flatnonzero(cosines >= CLAUSE_FROM).tolist():
            project = projects[int(phrases.owners[at])]
            near[project] = max(near.get(project, 0.0), float(cosines[at]))
        found.append(near)
    return found


def completed(profile: Profile, searcher: Searcher, goals: tuple[str, ...] = ()) -> Profile:
    """The profile with each open field that its words fill.

    The sector is what the firm says that it does, or else what it wants, in any language of
    the glossary; ``goals`` are those that its words want; the firms that would join are counted
    where it says "we are five wineries", or wants something for "the five of us". A country in
    the words may be the market, so none is taken.
    """
    whole = profile
    sectors = _sectors(_trade_in_words(profile, searcher), searcher)
    if not profile.my_sector and sectors:
        whole = replace(whole, my_sector=sectors)
    if not profile.goal and goals:
        whole = replace(whole, goal=goals)
    count = counted_in_words(profile, searcher)
    if profile.partners is None and count > 1:
        whole = replace(whole, partners=count)
    return whole


def plainly_said(profile: Profile, searcher: Searcher, named_goals: tuple[str, ...]) -> Profile:
    """The profile with what its words call by name: of this a case may be told to be unlike.

    What is only heard in them, a goal that a clause comes near to or a sector by its materials,
    is no word of the reader's.
    """
    sectors = _named_sectors(_trade_in_words(profile, searcher), searcher)
    return replace(
        completed(profile, searcher),
        my_sector=profile.my_sector or sectors,
        goal=profile.goal or named_goals,
    )


def _trade_in_words(profile: Profile, searcher: Searcher) -> str:
    """What a firm says that it does, or else what it wants, in English."""
    return searcher.analyser.analyse(profile.business or profile.aim).in_english


def sectors_named(text: str, searcher: Searcher) -> tuple[str, ...]:
    """The sectors that words in any language call by a name."""
    return _named_sectors(searcher.analyser.analyse(text).in_english, searcher) if text else ()


def _named_sectors(text: str, searcher: Searcher) -> tuple[str, ...]:
    return tuple(one.value for one in searcher.mentions(text) if one.facet == "sector")


def _sectors(text: str, searcher: Searcher) -> tuple[str, ...]:
    """The sectors that a text names; where it names none, those of the materials in it.

    Several sectors work with wood: each may be meant, so all that have cases are heard.
    """
    named = _named_sectors(text, searcher)
    if named:
        return named
    said, counted = set(tokens(text)), searcher.compendium.holdings.cases
    return tuple(
        sector.id
        for sector in counted.terms("sector", searcher.taxonomy)
        if any(said.issuperset(tokens(material)) for material in sector.materials)
    )


def counted_in_words(profile: Profile, searcher: Searcher) -> int:
    """How many firms the words say would join, 0 if they do not."""
    of_us = _OF_US.search(profile.aim)
    if of_us:
        return _value(of_us.group(1))
    for number, who in _WE_ARE.findall(words_of_profile(profile)):
        sector = any(mention.facet == "sector" for mention in searcher.mentions(who))
        if _FIRMS.search(who) or sector:
            return _value(number)
    return 0


def _value(number: str) -> int:
    return int(number) if number.isdigit() else _FROM_TWO.index(number.casefold()) + 2
