"""Reads ``cases/taxonomy.yaml``, the only copy of the vocabulary."""

from __future__ import annotations

import re
from pathlib import Path

from kb.content.yaml_source import Located, YamlTrouble, read_yaml
from kb.errors import TaxonomyError
from kb.model.taxonomy import LISTS, OPTIONAL_LISTS, Taxonomy, Term, Vocabulary, fold

_ID = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_TERM_FIELDS = {"id", "label", "definition", "aliases", "group"}


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
