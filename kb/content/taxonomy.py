"""Reads ``cases/taxonomy.yaml``, the only copy of the vocabulary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field, create_model

from kb.content.schema import Name, Place, Record, Records, Text, Texts, read_file
from kb.errors import TaxonomyError
from kb.model.taxonomy import LISTS, OPTIONAL_LISTS, Taxonomy, Term, Vocabulary, fold


class TermFields(Record):
    """One term of a list, as the file gives it."""

    what: ClassVar[str] = "a term"

    id: Annotated[
        str,
        Name(pattern="[A-Za-z0-9]+(-[A-Za-z0-9]+)*", says="letters and digits joined by hyphens"),
    ] = Field(examples=["joint-purchasing"])
    label: Annotated[str, Text()] = Field(examples=["Joint purchasing"])
    definition: Annotated[str, Text()] = ""
    aliases: Annotated[tuple[str, ...], Texts(plain=True)] = ()
    group: Annotated[str, Text()] = ""


class _Lists(Record):
    """The lists of the file: each spelling of a list means one term."""

    what: ClassVar[str] = "the vocabulary"
    shape: ClassVar[str] = f"the vocabulary must hold the lists {', '.join(LISTS)}."

    @classmethod
    def rules(
        cls, given: Mapping[str, Any], sound: Mapping[str, Any], known: Any
    ) -> Iterator[tuple[Place, str]]:
        """Spellings that two terms of a list share."""
        for name, rows in given.items():
            taken: dict[str, Any] = {}
            for position, row in enumerate(rows if isinstance(rows, list) else ()):
                own = _spellings(row)
                for spelling in sorted(own & taken.keys()):
                    stands = f"spells {spelling!r}, which already stands for {taken[spelling]!r}"
                    yield (name, position), f"{stands}; one spelling means one term."
                taken = dict.fromkeys(own, row["id"] if own else "") | taken


def _spellings(row: Any) -> set[str]:
    """Id, label and aliases of a term as far as they are texts, folded."""
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        return set()
    aliases = row.get("aliases")
    names = (row["id"], row.get("label"), *(aliases if isinstance(aliases, list) else ()))
    return {fold(name) for name in names if isinstance(name, str)} - {""}


_Terms = Annotated[
    tuple[TermFields, ...],
    Records(none="must hold at least one term.", shape="must be a list of terms, not {}."),
]
_EXAMPLE = "[{id: an-id, label: A label}]"
_File = create_model(
    "_File",
    __base__=_Lists,
    **{name: (_Terms, Field(examples=[_EXAMPLE])) for name in LISTS},
    **dict.fromkeys(OPTIONAL_LISTS, (_Terms | None, None)),
)


def load_taxonomy(path: Path) -> Taxonomy:
    """Read the vocabulary.

    Raises:
        TaxonomyError: the file is missing, is not YAML, lacks a list, or has a
            term without id or label, a spelling that two terms of a list share, or
            a field that does not exist. The message names file and line of each.
    """
    try:
        lists, problems = read_file(_File, path, what="the vocabulary")
    except OSError as err:
        raise TaxonomyError(f"{path}: the vocabulary cannot be read: {err.strerror}.") from err
    if lists is None:
        raise TaxonomyError("\n".join(map(str, problems)))
    return Taxonomy(
        vocabularies={
            name: Vocabulary(name=name, terms=tuple(Term(**dict(one)) for one in terms))
            for name, terms in lists
            if terms is not None
        }
    )
