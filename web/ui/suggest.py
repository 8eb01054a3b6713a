"""What search boxes suggest: a plain list in every page, and what the script says where it runs.

``web/static/js/suggest.js`` asks ``/api/v1/suggestions`` while somebody types. It has no words of
its own: those of the page, in the page's language, stand in the page.
"""

from __future__ import annotations

import json

from kb.errors import KBError
from kb.model.facet_words import facet_words
from kb.model.taxonomy import Taxonomy
from kb.search.searcher import Searcher
from web.core.request import searcher
from web.words.kinds import NO_KINDS
from web.words.translation import gettext, translated

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


def words_of_suggestions() -> str:
    """What the script says, as JSON; ``{n}`` stands for a number."""
    taxonomy = _taxonomy()
    kinds = {facet: translated(facet_words(facet, taxonomy).heading) for facet in SUGGESTED}
    kinds |= {"case": gettext("Case"), "guide": translated(taxonomy.guide.label)}
    return json.dumps(
        {
            "list": gettext("Suggestions"),
            "kinds": kinds,
            "cases": {"one": gettext("1 case"), "many": gettext("{n} cases")},
            "said": {
                "none": gettext("No suggestions"),
                "one": gettext("1 suggestion: choose it with the arrow keys"),
                "many": gettext("{n} suggestions: choose one with the arrow keys"),
            },
        },
        ensure_ascii=False,
    )


def _taxonomy() -> Taxonomy:
    try:
        return searcher().taxonomy
    except KBError:
        return NO_KINDS
