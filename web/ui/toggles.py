"""The values of a facet beside an answer: a line each, which leads to the search with it.

Of a line only the address and the number differ from answer to answer, and a page has a hundred
lines. So the rest is kept (``web.ui.fragments``), all values of a facet together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask import Flask
from markupsafe import Markup, escape

from web.ui.filters import FilterLink
from web.ui.fragments import Pieces, pieces
from web.ui.template_filters import taxonomy
from web.words.translation import gettext, ngettext, number

_TEMPLATE = "_toggles.html"


def init_app(app: Flask) -> None:
    """Let the templates of an app name the values of a facet."""
    app.jinja_env.globals.update(toggles=toggles)


def toggles(facet: str, values: Collection[FilterLink]) -> Mapping[str, Markup]:
    """The lines of some values of a facet, in their order, by their headings."""
    terms = taxonomy().facet(facet).terms
    places = {term.id: 3 * at + 1 for at, term in enumerate(terms)}
    held = {
        on: pieces(_TEMPLATE, facet, on, terms=terms, on=on)
        for on in {one.selected for one in values}
    }
    found = f'<span class="hidden"> {gettext("found")}</span>'
    groups: dict[str, list[str]] = {}
    for one in values:
        line, at = held[one.selected], places.get(one.value)
        if at is None:  # a country that is chosen, and of which there is no case
            line, at = _alone(facet, one), 1
        tally = _more(one.count) if one.adds else f"{number(one.count)}{found}"
        groups.setdefault(one.group, []).extend(
            (line[at], escape(one.url), line[at + 1], tally, line[at + 2])
        )
    return {heading: Markup("".join(lines)) for heading, lines in groups.items()}


def _alone(facet: str, one: FilterLink) -> Pieces:
    term = taxonomy().term(facet, one.value)
    return pieces(_TEMPLATE, facet, one.selected, one.value, terms=(term,), on=one.selected)


def _more(count: int) -> str:
    return ngettext("%(count)s more", "%(count)s more", count)
