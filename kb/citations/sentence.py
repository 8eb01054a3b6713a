"""A work in one sentence, for who has no room for a bibliography: an assistant, a caption."""

from __future__ import annotations

from kb.citations.items import Item
from kb.model.english import joined


def in_a_sentence(item: Item) -> str:
    """Who made it, when, what it is called, in which version and where it is.

    It has all that the styles have of a case, and is made in no time.
    """
    names = [f"{one.given} {one.family}".strip() for one in item.authors or item.editors]
    by = joined(names) or item.publisher
    year = f" ({item.year or 'no date'})"
    version = f", version {item.version}" if item.version else ""
    within = f", {item.publisher}" if item.publisher and item.publisher not in names else ""
    place = f", {item.url}" if item.url else ""
    return f"{by}{year}: “{item.title}”{version}{within}{place}"
