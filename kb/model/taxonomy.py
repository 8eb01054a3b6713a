"""The controlled vocabulary, as ``cases/taxonomy.yaml`` holds it.

A ``Vocabulary`` is one ordered list of terms (the network types, say); the
``Taxonomy`` holds them all by the name of their list in the file.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kb.errors import QueryError

#: The lists that the file must hold.
LISTS: tuple[str, ...] = (
    "kinds",
    "types",
    "forms",
    "projects",
    "formations",
    "levels",
    "metrics",
    "units",
    "directions",
    "statuses",
    "sectors",
)

#: Lists that it may hold: ``countries`` gives ISO 3166 codes further names.
OPTIONAL_LISTS: tuple[str, ...] = ("countries",)

#: Facet (URL parameter) to the list that holds its values. Countries are ISO 3166.
FACET_LISTS: Mapping[str, str] = {
    "type": "types",
    "project": "projects",
    "sector": "sectors",
    "results": "metrics",
    "kind": "kinds",
    "form": "forms",
    "formation": "formations",
    "status": "statuses",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One value: what a file and a URL carry (id), and what a reader sees (label)."""

    id: str
    label: str
    definition: str = ""
    aliases: tuple[str, ...] = ()
    group: str = ""


def fold(text: str) -> str:
    """A spelling-insensitive form: case, spaces, hyphens and underscores do not count."""
    return re.sub(r"[\s_-]+", " ", text).strip().casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """One ordered list of terms."""

    name: str
    terms: tuple[Term, ...]

    def __iter__(self) -> Iterator[Term]:
        return iter(self.terms)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids in the order of the file."""
        return tuple(term.id for term in self.terms)

    def get(self, term_id: str) -> Term | None:
        """The term with this id, None if there is none."""
        return next((term for term in self.terms if term.id == term_id), None)

    def label(self, term_id: str) -> str:
        """The label of an id, the id itself if unknown."""
        term = self.get(term_id)
        return term.label if term else term_id

    def canonical(self, spelling: str) -> str | None:
        """The id that an id, label or alias means, in any case; None if unknown."""
        wanted = fold(spelling)
        for term in self.terms:
            if wanted in (fold(name) for name in (term.id, term.label, *term.aliases)):
                return term.id
        return None

    def asked(self, spelling: str, parameter: str) -> str:
        """The id that a request means by a parameter.

        Raises:
            QueryError: there is none; names the nearest ids and every other.
        """
        found = self.canonical(spelling)
        if found is None:
            near = self.nearest(spelling)
            allowed = tuple(dict.fromkeys((*near, *self.ids)))
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            raise QueryError(
                f"{parameter} has no value {spelling[:60]!r}.{hint} "
                f"Allowed are {', '.join(allowed)}.",
                parameter=parameter,
                value=spelling,
                allowed=allowed,
            )
        return found

    def nearest(self, spelling: str, most: int = 3) -> tuple[str, ...]:
        """Ids that look most like a wrong spelling, nearest first; may be empty."""
        names = {}
        for term in self.terms:
            for name in (term.id, term.label, *term.aliases):
                names.setdefault(fold(name), term.id)
        close = difflib.get_close_matches(fold(spelling)[:80], names, n=most * 3, cutoff=0.5)
        return tuple(dict.fromkeys(names[name] for name in close))[:most]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """Every vocabulary by the name of its list (``LISTS``), plus ``countries`` in a snapshot."""

    vocabularies: Mapping[str, Vocabulary]

    def __getitem__(self, name: str) -> Vocabulary:
        return self.vocabularies[name]

    def facet(self, facet: str) -> Vocabulary:
        """The vocabulary behind a facet of ``documents.FACETS``."""
        return self.vocabularies["countries" if facet == "country" else FACET_LISTS[facet]]

    def label(self, facet: str, value: str) -> str:
        """The label of a facet's value."""
        return self.facet(facet).label(value)
