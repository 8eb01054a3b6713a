"""What a search box suggests while somebody types: values of facets, cases and guides by name."""

from __future__ import annotations

from collections import Counter

from kb.search.answer import SearchResult
from kb.search.searcher import Searcher
from kb.snapshots.names import FACETS_NAMED, TermEntry, TitleEntry
from kb.text.analysis import terms
from kb.text.mentions import Mention

#: No answer is longer. Where there is more of everything, so many are values and guides.
MOST = 8
MOST_TERMS, MOST_GUIDES = 4, 2
#: A word that is in the labels of more values of a facet than this tells none of them.
_MOST_LABELS = 2

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


def values_in_part(searcher: Searcher, result: SearchResult) -> tuple[Mention, ...]:
    """The values whose label holds some word of a text, for one that found nothing.

    "Loan guarantee" names no value, and "Finance, insurance and guarantees" is worth a look. A
    word that many labels hold, such as "joint", says nothing. At most ``MOST_TERMS``, those of
    most of the words first, then those of most cases.
    """
    asked = set(result.reading.terms) if result.reading else set()
    counted, taxonomy = searcher.compendium.holdings.cases, searcher.taxonomy
    found: list[tuple[int, int, Mention]] = []
    for facet in FACETS_NAMED:
        labels = {one.id: set(terms(one.label.partition("(")[0])) for one in taxonomy.facet(facet)}
        common = Counter(word for words in labels.values() for word in words)
        telling = {word for word in asked if common[word] <= _MOST_LABELS}
        for value, words in labels.items():
            n_cases = counted.count(**{facet: value})
            if n_cases and (held := words & telling):
                named = Mention(facet=facet, value=value, label=taxonomy.label(facet, value))
                found.append((len(held), n_cases, named))
    found.sort(key=lambda one: one[:2], reverse=True)
    return tuple(mention for _, _, mention in found[:MOST_TERMS])
