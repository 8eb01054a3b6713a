"""What a search box suggests while somebody types: values of facets, cases and guides by name."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import chain

from kb.search.answer import SearchResult
from kb.search.searcher import Searcher
from kb.snapshots.names import FACETS_NAMED, TermEntry, TitleEntry
from kb.text.analysis import terms
from kb.text.folding import fold
from kb.text.mentions import Mention

#: No answer is longer. Where there is more of everything, so many are values and guides.
MOST = 8
MOST_TERMS, MOST_GUIDES = 4, 2
#: A word that is in the labels of more values of a facet than this tells none of them.
_MOST_LABELS = 2

#: In other languages values are looked for from so many letters on, in so many words of each.
_FEWEST_LETTERS, _MOST_FORMS = 4, 200

Suggestion = TermEntry | TitleEntry


def suggestions(searcher: Searcher, typed: str) -> tuple[Suggestion, ...]:
    """What has a name that fits: values first, those of most cases first, then cases and guides.

    A reader who types a trade or a country mostly wants all cases of it; so one value stands for
    many titles. What there is little of leaves its room to the others. Where no value is called
    so, those are named that a word of another language means: "boulang" leads to bakers.

    Args:
        searcher: over what is searched.
        typed: what stands in the box; its last word may be unfinished.
    """
    found = searcher.names.fitting(
        typed, searcher.taxonomy, searcher.compendium.holdings.cases, most=MOST
    )
    if not found.terms:
        found = replace(found, terms=_in_other_languages(searcher, typed))
    n_terms = min(len(found.terms), MOST_TERMS)
    n_guides = min(len(found.guides), MOST_GUIDES)
    n_cases = min(len(found.cases), MOST - n_terms - n_guides)
    n_guides = min(len(found.guides), MOST - n_terms - n_cases)
    n_terms = MOST - n_cases - n_guides
    return (*found.terms[:n_terms], *found.cases[:n_cases], *found.guides[:n_guides])


def _in_other_languages(searcher: Searcher, typed: str) -> tuple[TermEntry, ...]:
    """The values whose name a word of another language means that begins so, most cases first."""
    letters = fold(typed)
    if len(letters) < _FEWEST_LETTERS:
        return ()
    table, counted = searcher.compendium.glossary, searcher.compendium.holdings.cases
    found: dict[tuple[str, str], TermEntry] = {}
    for english in dict.fromkeys(chain.from_iterable(table.beginning_with(letters, _MOST_FORMS))):
        for mention in searcher.names_of_values.whole(english):
            at = mention.facet, mention.value
            if mention.facet in FACETS_NAMED and at not in found:
                term = searcher.taxonomy.facet(mention.facet).term(mention.value)
                n_cases = counted.count(**{mention.facet: mention.value})
                found[at] = TermEntry(facet=mention.facet, term=term, name=english, n_cases=n_cases)
    every = (one for one in found.values() if one.n_cases)
    return tuple(sorted(every, key=lambda one: (-one.n_cases, one.term.label))[:MOST_TERMS])


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
