"""People and organisations that the sources name, as they were at the time.

They stand in lists, each in the order of the file. What is said of one is what a source says,
with its place; nothing is added, and nothing is brought up to date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from kb.model.cases import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A person or an organisation.

    Attributes:
        id: its anchor on the page.
        name: as the source spells it.
        was: who or what it was at the time: a position, a place.
        said: what the source says that it did; empty where it says no more.
        belongs: ids of others of the file that it belonged to.
        documents: ids of cases and guides that it plays a part in.
        sources: where a source names it.
    """

    id: str
    name: str
    was: str
    said: str = ""
    belongs: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedList:
    """One list: its anchor, its heading, a sentence on it, and who stands in it."""

    id: str
    title: str
    lead: str = ""
    entries: tuple[Named, ...]


@dataclass(frozen=True, kw_only=True)
class People:
    """All lists in the order of the file.

    ``title`` heads the page, and links to it say it; ``notice`` says of what time this is, and
    what it is not for.
    """

    title: str
    notice: str
    lists: tuple[NamedList, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Named]:
        """Everyone and everything that is listed, by id."""
        return {one.id: one for group in self.lists for one in group.entries}

    @cached_property
    def members(self) -> Mapping[str, tuple[Named, ...]]:
        """Who belonged to each, by its id; those to which somebody did."""
        found: dict[str, tuple[Named, ...]] = {}
        for one in self.by_id.values():
            for other in one.belongs:
                found[other] = (*found.get(other, ()), one)
        return found
