"""The controlled vocabulary: ``cases/taxonomy.yaml``, the only copy.

A ``Vocabulary`` is one ordered list of terms (the network types, say); the
``Taxonomy`` holds them all by the name of their list in the file.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.errors import QueryError, TaxonomyError
from kb.yaml_source import Located, YamlTrouble, read_yaml

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

_ID = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_TERM_FIELDS = {"id", "label", "definition", "aliases", "group"}


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


def load_taxonomy(path: Path) -> Taxonomy:
    """Read the vocabulary.

    Raises:
        TaxonomyError: the file is missing, is not YAML, lacks a list, or has a
            term without id or label, an id or alias that occurs twice in its
            list, or an unknown key. The message names file and line.
    """
    try:
        located = read_yaml(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as err:
        raise TaxonomyError(f"{path}: the vocabulary cannot be read: {_reason(err)}.") from err
    except YamlTrouble as err:
        raise TaxonomyError(f"{path}:{err.line}: the vocabulary {err}.") from err
    if not isinstance(located.value, dict):
        raise TaxonomyError(f"{path}:1: the vocabulary must hold the lists {', '.join(LISTS)}.")
    _refuse_stray_keys(path, located)
    given = [name for name in OPTIONAL_LISTS if name in located.value]
    lists = {name: _vocabulary(path, located, name) for name in (*LISTS, *given)}
    return Taxonomy(vocabularies=lists)


def _reason(err: OSError | UnicodeDecodeError) -> str:
    if isinstance(err, UnicodeDecodeError):
        return "it is not UTF-8"
    return err.strerror or str(err)


def _refuse_stray_keys(path: Path, located: Located) -> None:
    for key in located.value:
        if key not in (*LISTS, *OPTIONAL_LISTS):
            raise TaxonomyError(
                f"{path}:{located.line(key)}: {key!r} must be one of {', '.join(LISTS)}."
            )
    for repeated, line in located.repeated:
        raise TaxonomyError(f"{path}:{line}: {repeated[-1]!r} is given twice.")


def _vocabulary(path: Path, located: Located, name: str) -> Vocabulary:
    rows = located.value.get(name)
    if not isinstance(rows, list) or not rows:
        raise TaxonomyError(f"{path}:{located.line(name)}: {name!r} must be a list of terms.")
    terms: list[Term] = []
    taken: dict[str, str] = {}
    for position, row in enumerate(rows):
        where = f"{path}:{located.line(name, position)}"
        term = _term(where, name, row)
        terms.append(term)
        for spelling in dict.fromkeys(fold(s) for s in (term.id, term.label, *term.aliases)):
            if spelling in taken:
                raise TaxonomyError(
                    f"{where}: {spelling!r} of {term.id!r} already stands for {taken[spelling]!r}."
                )
            taken[spelling] = term.id
    return Vocabulary(name=name, terms=tuple(terms))


def _term(where: str, name: str, row: object) -> Term:
    if not isinstance(row, dict) or not _TERM_FIELDS.issuperset(row):
        fields = ", ".join(sorted(_TERM_FIELDS))
        raise TaxonomyError(f"{where}: a term of {name!r} must be a mapping with only {fields}.")
    term_id, label = row.get("id"), row.get("label")
    if not isinstance(term_id, str) or not _ID.fullmatch(term_id):
        raise TaxonomyError(
            f"{where}: 'id' must be letters and digits joined by hyphens, not {term_id!r}."
        )
    if not isinstance(label, str) or not label.strip():
        raise TaxonomyError(f"{where}: {term_id!r} must have a 'label'.")
    aliases = row.get("aliases") or []
    if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
        raise TaxonomyError(f"{where}: 'aliases' of {term_id!r} must be a list of text.")
    return Term(
        id=term_id,
        label=label,
        definition=str(row.get("definition") or ""),
        aliases=tuple(aliases),
        group=str(row.get("group") or ""),
    )
