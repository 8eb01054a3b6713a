"""What the words of a query were taken for beyond words, in sentences above the answer."""

from __future__ import annotations

from collections.abc import Iterator

from kb.model.taxonomy import Taxonomy
from kb.search.answer import SearchResult
from kb.search.query_analysis import Exclusion
from kb.text.mentions import Absent
from web.words.lists import OR, listed
from web.words.translation import gettext


def readings(result: SearchResult, taxonomy: Taxonomy) -> tuple[str, ...]:
    """What is absent, what is excluded, which phrases were asked for, what was not understood."""
    return tuple(_readings(result, taxonomy)) if result.reading is not None else ()


def _readings(result: SearchResult, taxonomy: Taxonomy) -> Iterator[str]:
    read = result.reading
    if read is None:
        return
    yield from (_absent(one) for one in read.absent)
    for one in read.exclusions:
        yield gettext("Left out: %(what)s.", what=_excluded(one, taxonomy))
    for one in read.contradictory:
        yield gettext(
            "You ask for %(what)s and leave it out. Nothing was left out.",
            what=_excluded(one, taxonomy),
        )
    for phrase in read.phrases:
        yield gettext("Only cases that say “%(phrase)s”.", phrase=phrase.text)
    for sign in read.not_understood:
        yield gettext("“%(sign)s” has no meaning here. It was read as a word.", sign=sign)


def _absent(one: Absent) -> str:
    if not one.nearest:
        if one.facet == "country":
            return gettext("No case from %(place)s.", place=one.label)
        return gettext("No case on “%(trade)s”.", trade=one.label)
    nearest = listed((near.label for near in one.nearest), OR)
    if one.facet == "country":
        return gettext(
            "No case from %(place)s. The nearest: %(nearest)s.", place=one.label, nearest=nearest
        )
    return gettext(
        "No case on “%(trade)s”. The nearest trades: %(nearest)s.",
        trade=one.label,
        nearest=nearest,
    )


def _excluded(one: Exclusion, taxonomy: Taxonomy) -> str:
    if not one.facet:
        return f"“{one.text}”"
    return listed((taxonomy.label(one.facet, value) for value in one.values), OR)
