"""Where the parts of a case stand, for programs: typed links (Signposting, RFC 8288 and 9264).

A few stand in the header of its page, as long headers are cut or refused on their way. All of
them stand in a linkset, a document of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

LINKSET = "application/linkset+json"
#: What a header has room for, by what the links are to the page.
IN_HEADER = ("cite-as", "type", "author", "license", "describedby", "linkset")
#: The first of so many links of a kind stand in the header.
_OF_A_KIND = {"describedby": 1}
#: What is itself about the page, and says so in the linkset.
_BACK = {"describedby": "describes", "item": "collection"}
#: Signs of an address that a header takes as they are.
_SAFE = "%/:=&?~#+!$,;'@()*[]"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedLink:
    """What a page has to do with something else: ``rel`` as registered, an address, a type."""

    rel: str
    href: str
    type: str = ""


def to_header(links: Iterable[TypedLink]) -> str:
    """The links that a header has room for, as its value."""
    every = tuple(links)
    chosen = [
        link
        for rel in IN_HEADER
        for link in [one for one in every if one.rel == rel][: _OF_A_KIND.get(rel)]
    ]
    return ", ".join(map(_written, chosen))


def _written(link: TypedLink) -> str:
    media = f'; type="{link.type}"' if link.type else ""
    return f'<{quote(link.href, safe=_SAFE)}>; rel="{link.rel}"{media}'


def to_linkset(anchor: str, links: Iterable[TypedLink]) -> dict[str, Any]:
    """All links of a page as a linkset, with what leads back to it.

    Args:
        anchor: the address of the page.
        links: its links; that to the linkset is left out.
    """
    own: dict[str, Any] = {"anchor": anchor}
    back = []
    for link in links:
        if link.rel == "linkset":
            continue
        own.setdefault(link.rel, []).append(_target(link.href, link.type))
        if link.rel in _BACK:
            back.append({"anchor": link.href, _BACK[link.rel]: [_target(anchor, "text/html")]})
    return {"linkset": [own, *back]}


def _target(href: str, media: str) -> dict[str, str]:
    return {"href": href, "type": media} if media else {"href": href}
