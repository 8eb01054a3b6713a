"""Atom feeds (RFC 4287), with pages (RFC 5005) and counts (OpenSearch).

Written with the standard library: an entry has an alternate link and one to cite, and feedgen,
the library for feeds, keeps one usable link of an entry. What is left of the format is a page
of elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from kb.exports.html import fit

MEDIA_TYPE = "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"
_OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
#: Stands for a day that is not known: an element of the format must hold a moment.
_NO_DAY = "1970-01-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of a feed or of an entry: what it is to it, where it leads, and to what."""

    rel: str
    href: str
    type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """An entry of a feed.

    Attributes:
        id: that never changes, as an address that leads nowhere.
        title: in plain text.
        updated: the day of its last change, ``2026-11-28``, or empty.
        published: the day on which it came in, or empty.
        authors: their names.
        summary: in plain text.
        links: the one to its page first.
        categories: labels by what they are labels of.
    """

    id: str
    title: str
    updated: str
    published: str
    authors: tuple[str, ...]
    summary: str
    links: tuple[Link, ...]
    categories: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed, or a page of one.

    Attributes:
        id: that never changes.
        title: in plain text.
        subtitle: likewise, or empty.
        updated: the day of its last change, or empty.
        author: who publishes it.
        rights: under which its texts may be used, or empty.
        links: to itself, its page, and its other pages.
        entries: the last change first.
        counts: how many there are, by the names of OpenSearch.
    """

    id: str
    title: str
    subtitle: str
    updated: str
    author: str
    rights: str
    links: tuple[Link, ...]
    entries: tuple[FeedEntry, ...]
    counts: Mapping[str, int] = field(default_factory=dict)


def tag_uri(authority: str, what: str) -> str:
    """An id that leads nowhere and never changes (RFC 4151).

    Args:
        authority: the host of the site.
        what: the same for ever, of letters that an address may hold.
    """
    return f"tag:{authority},2026:{what}"


def to_atom(feed: Feed) -> bytes:
    """A feed as XML, in UTF-8: the same bytes for the same feed."""
    root = ET.Element("feed", {"xmlns": _ATOM, "xmlns:os": _OPENSEARCH})
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    if feed.subtitle:
        _text(root, "subtitle", feed.subtitle)
    _text(root, "updated", _moment(feed.updated))
    _named(root, (feed.author,))
    if feed.rights:
        _text(root, "rights", feed.rights)
    _linked(root, feed.links)
    for name, count in feed.counts.items():
        _text(root, f"os:{name}", str(count))
    for entry in feed.entries:
        _add(ET.SubElement(root, "entry"), entry)
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _add(element: ET.Element, entry: FeedEntry) -> None:
    _text(element, "id", entry.id)
    _text(element, "title", entry.title)
    _text(element, "updated", _moment(entry.updated))
    if entry.published:
        _text(element, "published", _moment(entry.published))
    _named(element, entry.authors)
    _linked(element, entry.links)
    for scheme, label in entry.categories:
        ET.SubElement(element, "category", {"scheme": scheme, "term": fit(label)})
    _text(element, "summary", entry.summary)


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = fit(text)


def _named(parent: ET.Element, names: Iterable[str]) -> None:
    for name in names:
        _text(ET.SubElement(parent, "author"), "name", name)


def _linked(parent: ET.Element, links: Iterable[Link]) -> None:
    for link in links:
        given = {"rel": link.rel, "href": link.href}
        ET.SubElement(parent, "link", given | ({"type": link.type} if link.type else {}))


def _moment(day: str) -> str:
    """A day as the moment with which it begins; only the day is known."""
    return f"{day or _NO_DAY}T00:00:00Z"
