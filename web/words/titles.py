"""The title of a page and its description, as long as a window and a search engine show them."""

from __future__ import annotations

from kb.model.site import Site
from web.words.lists import cut

#: How long a title may be with the name of the site, and a description.
LONGEST_TITLE = 65
LEAST_DESCRIPTION, LONGEST_DESCRIPTION = 70, 160


def page_title(words: str, site: Site, number: str = "") -> str:
    """What the window of a page is called: its words, and the name of the site where it fits.

    Args:
        words: what the page is called; they may end with the name of the site already.
        site: the name is left out at its small beginning, or whole, where the words are long.
        number: which page of several it is, ``page 2``; never cut off.
    """
    own = " ".join(words.split()).removesuffix(f" — {site.name}")
    ending = f", {number}" if number else ""
    names = () if own.startswith(site.name) else (site.name, site.rest_of_name)
    for name in names:
        whole = f"{own}{ending} — {name}"
        if len(whole) <= LONGEST_TITLE:
            return whole
    return f"{cut(own, LONGEST_TITLE - len(ending))}{ending}"


def page_description(words: str, site: Site) -> str:
    """What a search engine shows of a page: its own words, and those of the site if they are few.

    Cut at the end of a sentence where enough of it stands before.
    """
    own = " ".join(words.split())
    if len(own) < LEAST_DESCRIPTION and own != site.description:
        own = f"{own} {' '.join(site.description.split())}".strip()
    if len(own) <= LONGEST_DESCRIPTION:
        return own
    end = own.rfind(". ", LEAST_DESCRIPTION, LONGEST_DESCRIPTION)
    return own[: end + 1] if end > 0 else cut(own, LONGEST_DESCRIPTION)
