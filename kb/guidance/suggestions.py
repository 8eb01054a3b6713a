"""What the words of a profile name beyond what its fields say.

It is offered to tick, and cases are compared with it in sentences; it does not count in
the score, where the words count as they are.
"""

from __future__ import annotations

import re
from dataclasses import replace

from kb.guidance.profile import Profile, words_of_profile
from kb.guidance.profile_score import Encode, intent_of
from kb.search.searcher import Searcher

#: How near a project type must be to be suggested, the nearest being 1, and how many may be.
SUGGESTED_FROM = 0.8
MOST_SUGGESTED = 3

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


def suggested_goals_of(searcher: Searcher, profile: Profile, encode: Encode) -> tuple[str, ...]:
    """The project types that the words come nearest to, nearest first, less those ticked."""
    words = words_of_profile(profile)
    if not words:
        return ()
    intent = intent_of(searcher, words, encode)
    nearest = sorted(intent, key=lambda project: (-intent[project], project))
    close = (p for p in nearest if intent[p] >= SUGGESTED_FROM and p not in profile.goal)
    return tuple(close)[:MOST_SUGGESTED]


def completed(profile: Profile, searcher: Searcher, projects: tuple[str, ...]) -> Profile:
    """The profile with each open field that its words fill.

    The sector is what the firm says that it does, or else what it wants, in any language of
    the glossary; the goal is the
    first of ``projects``; the firms that would join are counted where it says "we are
    five wineries", or wants something for "the five of us". A country in the words may be
    the market, so none is taken.
    """
    whole = profile
    text = searcher.analyser.analyse(profile.business or profile.aim).in_english
    sectors = tuple(
        mention.value for mention in searcher.mentions(text) if mention.facet == "sector"
    )
    if not profile.my_sector and sectors:
        whole = replace(whole, my_sector=sectors)
    if not profile.goal and projects:
        whole = replace(whole, goal=projects[:1])
    count = _count(profile, searcher)
    if profile.partners is None and count > 1:
        whole = replace(whole, partners=count)
    return whole


def _count(profile: Profile, searcher: Searcher) -> int:
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
