"""What a search box suggests while somebody types: values of facets, cases and guides by name."""

from __future__ import annotations

from kb.search.searcher import Searcher
from kb.snapshots.names import TermEntry, TitleEntry

#: No answer is longer. Where there is more of everything, so many are values and guides.
MOST = 8
MOST_TERMS, MOST_GUIDES = 4, 2

Suggestion = TermEntry | TitleEntry


def suggestions(searcher: Searcher, typed: str) -> tuple[Suggestion, ...]:
    """What has a name that fits: values first, those of most cases first, then cases and guides.

    A reader who types a trade or a country mostly wants all cases of it; so one value stands for
    many titles. What there is little of leaves its room to the others.

    Args:
        searcher: over what is searched.
        typed: what stands in the box; its last word may be unfinished.
    """
    found = searcher.names.fitting(
        typed, searcher.taxonomy, searcher.compendium.holdings.cases, most=MOST
    )
    n_terms = min(len(found.terms), MOST_TERMS)
    n_guides = min(len(found.guides), MOST_GUIDES)
    n_cases = min(len(found.cases), MOST - n_terms - n_guides)
    n_guides = min(len(found.guides), MOST - n_terms - n_cases)
    n_terms = MOST - n_cases - n_guides
    return (*found.terms[:n_terms], *found.cases[:n_cases], *found.guides[:n_guides])
