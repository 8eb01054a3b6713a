"""What the words of a profile name beyond what its fields say.

It is offered to tick, and cases are compared with it in sentences; it does not count in
the score, where the words count as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial

import numpy as np

from kb.guidance.profile import Profile, words_of_profile
from kb.guidance.profile_reading import Reader
from kb.search.searcher import Searcher
from kb.text.analysis import tokens, words
from kb.text.mentions import Mention

#: The values of facets that a text in English names.
Mentions = Callable[[str], tuple[Mention, ...]]

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


def goals_in_words(profile: Profile, reader: Reader, intent: Mapping[str, float]) -> HeardGoals:
    """What a firm wants by its words: clause by clause, then what all of them come near to.

    Who says only what the firm does has said no wish: what that is nearest to is no guess.

    Args:
        profile: the firm.
        reader: of its texts.
        intent: how near its words come to each project type (``intent_of``).
    """
    if not words_of_profile(profile):
        return HeardGoals(projects=(), n_wanted=0)
    nearest = sorted(intent, key=lambda project: (-intent[project], project))
    near_to = cache(partial(_near_to, reader))
    by_clause = [*map(near_to, _clauses(profile.aim or profile.business))]
    by_part = [*map(near_to, _clauses(profile.aim, fewest=1))]
    is_near = {one for near in by_part for one in near}
    close = [one for one in nearest if intent[one] >= SUGGESTED_FROM and one in is_near]
    first = (min(near, key=lambda one: (-near[one], one)) for near in by_clause if near)
    wanted = tuple(dict.fromkeys(first))
    every = [one for one in dict.fromkeys((*wanted, *close)) if one not in profile.goal]
    n_wanted = sum(one not in profile.goal for one in wanted)
    return HeardGoals(
        projects=tuple(every[:MOST_SUGGESTED]),
        n_wanted=min(n_wanted, MOST_SUGGESTED),
        named=tuple(one for one in _named_goals(profile, reader) if one not in profile.goal),
    )


def _named_goals(profile: Profile, reader: Reader) -> tuple[str, ...]:
    """The project types that a wish calls by name; without a wish, what the firm says it does."""
    said = _forms(reader.analyse(profile.aim or profile.business).in_english)
    searcher = reader.searcher
    cases = searcher.compendium.holdings.cases
    return tuple(
        project.id
        for project in cases.terms("project", searcher.taxonomy)
        if any(_forms_of_name(name) in said for name in (project.label, *project.aliases))
    )


def _forms(text: str) -> str:
    """The words of a text as they are read, each between spaces."""
    return f" {' '.join(word.form for word in words(text))} "


#: The names of the vocabulary, which are looked for in each profile.
_forms_of_name = lru_cache(maxsize=1_024)(_forms)
_stems_of_name = lru_cache(maxsize=1_024)(tokens)


def _clauses(text: str, *, fewest: int = _FEWEST_WORDS) -> list[str]:
    """The first clauses of a text that wish something, of at least so many words that count."""
    clauses = [
        one
        for one in _CLAUSE.split(text)
        if len(tokens(one)) >= fewest and not _UNWISHED.match(one.strip())
    ]
    return clauses[:_MOST_CLAUSES]


def _near_to(reader: Reader, clause: str) -> Mapping[str, float]:
    """The project types that a clause comes near to, with the cosine of the phrase nearest to it.

    None, where it is near to nothing.
    """
    projects, phrases = reader.phrases
    near: dict[str, float] = {}
    if projects:
        cosines = np.mean(phrases.cosines(reader.encode(clause)), axis=0)
        for at in np.flatnonzero(cosines >= CLAUSE_FROM).tolist():
            project = projects[int(phrases.owners[at])]
            near[project] = max(near.get(project, 0.0), float(cosines[at]))
    return near


def completed(profile: Profile, reader: Reader, goals: tuple[str, ...] = ()) -> Profile:
    """The profile with each open field that its words fill.

    The sector is what the firm says that it does, or else what it wants, in any language of
    the glossary; ``goals`` are those that its words want; the firms that would join are counted
    where it says "we are five wineries", or wants something for "the five of us". A country in
    the words may be the market, so none is taken.
    """
    whole = profile
    if not profile.my_sector and (sectors := _sectors(_trade_in_words(profile, reader), reader)):
        whole = replace(whole, my_sector=sectors)
    if not profile.goal and goals:
        whole = replace(whole, goal=goals)
    if profile.partners is None and (count := counted_in_words(profile, reader.mentions)) > 1:
        whole = replace(whole, partners=count)
    return whole


def plainly_said(
    profile: Profile, reader: Reader, whole: Profile, named_goals: tuple[str, ...]
) -> Profile:
    """The profile with what its words call by name: of this a case may be told to be unlike.

    What is only heard in them, a goal that a clause comes near to or a sector by its materials,
    is no word of the reader's.

    Args:
        profile: the firm.
        reader: of its texts.
        whole: the profile as ``completed`` gives it.
        named_goals: what the words call by a name.
    """
    sectors = profile.my_sector or _named_sectors(_trade_in_words(profile, reader), reader.mentions)
    return replace(whole, my_sector=sectors, goal=profile.goal or named_goals)


def _trade_in_words(profile: Profile, reader: Reader) -> str:
    """What a firm says that it does, or else what it wants, in English."""
    return reader.analyse(profile.business or profile.aim).in_english


def sectors_named(text: str, searcher: Searcher) -> tuple[str, ...]:
    """The sectors that words in any language call by a name."""
    if not text:
        return ()
    return _named_sectors(searcher.analyser.analyse(text).in_english, searcher.mentions)


def _named_sectors(text: str, mentions: Mentions) -> tuple[str, ...]:
    return tuple(one.value for one in mentions(text) if one.facet == "sector")


def _sectors(text: str, reader: Reader) -> tuple[str, ...]:
    """The sectors that a text names; where it names none, those of the materials in it.

    Several sectors work with wood: each may be meant, so all that have cases are heard.
    """
    named = _named_sectors(text, reader.mentions)
    if named:
        return named
    searcher = reader.searcher
    said, counted = set(tokens(text)), searcher.compendium.holdings.cases
    return tuple(
        sector.id
        for sector in counted.terms("sector", searcher.taxonomy)
        if any(said.issuperset(_stems_of_name(material)) for material in sector.materials)
    )


def counted_in_words(profile: Profile, mentions: Mentions) -> int:
    """How many firms the words say would join, 0 if they do not."""
    of_us = _OF_US.search(profile.aim)
    if of_us:
        return _value(of_us.group(1))
    for number, who in _WE_ARE.findall(words_of_profile(profile)):
        sector = any(mention.facet == "sector" for mention in mentions(who))
        if _FIRMS.search(who) or sector:
            return _value(number)
    return 0


def _value(number: str) -> int:
    return int(number) if number.isdigit() else _FROM_TWO.index(number.casefold()) + 2
