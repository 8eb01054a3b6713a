"""What the search box suggests while somebody types: a plain list in every page, no script."""

from __future__ import annotations

from kb.errors import KBError
from kb.search.searcher import Searcher
from web.core.request import searcher

#: Every page carries the list, so it stays short.
MOST = 60
#: The facets whose labels are suggested, in the order of the list.
SUGGESTED = ("country", "type", "project", "sector")


def suggestions() -> tuple[str, ...]:
    """The list for the current snapshot; empty where there is none to take it from."""
    try:
        current = searcher()
    except KBError:
        return ()
    return suggested(current)


def suggested(current: Searcher) -> tuple[str, ...]:
    """One whole example for each kind of visitor and a second, then what the cases have.

    The labels of a facet come by how many cases have them, the most first.
    """
    searches = current.compendium.site.searches.values()
    first = [text for texts in searches for text in texts[:2]]
    labels, counted = [], current.compendium.holdings.everything
    for facet in SUGGESTED:
        terms = counted.terms(facet, current.taxonomy)
        by_cases = sorted(terms, key=lambda term: -counted.count(**{facet: term.id}))
        labels += [term.label for term in by_cases]
    return tuple(dict.fromkeys((*first, *labels)))[:MOST]
