"""The sources of the compendium: ``cases/sources.bib``. Owns pybtex."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import CorpusError
from kb.model.cases import Reference

if TYPE_CHECKING:
    from pybtex.database import Entry


def load_bibliography(path: Path) -> Mapping[str, Reference]:
    """Read the BibTeX file, by key in the order of the file.

    Raises:
        CorpusError: the file is missing, is not UTF-8 or is not BibTeX.
    """
    from pybtex.database.input.bibtex import Parser  # slow import; its own: no look for plugins
    from pybtex.exceptions import PybtexError

    try:
        data = Parser().parse_string(path.read_text(encoding="utf-8-sig"))
    except OSError as err:
        raise CorpusError(f"{path}: the sources cannot be read: {err.strerror}.") from err
    except UnicodeDecodeError as err:
        raise CorpusError(f"{path}: the sources must be UTF-8; save the file as UTF-8.") from err
    except PybtexError as err:
        raise CorpusError(f"{path}: the sources are not BibTeX: {err}.") from err
    return {
        key: Reference(
            key=key,
            authors=_authors(entry),
            title=_field(entry, "title"),
            year=_field(entry, "year"),
            note=_field(entry, "note") or _field(entry, "publisher"),
        )
        for key, entry in data.entries.items()
    }


def _field(entry: Entry, name: str) -> str:
    from pybtex.richtext import Text  # slow import

    return str(Text.from_latex(entry.fields[name])) if name in entry.fields else ""


def _authors(entry: Entry) -> str:
    people = [
        " ".join(
            str(name)
            for name in (
                *(*person.rich_first_names, *person.rich_middle_names, *person.rich_prelast_names),
                *(*person.rich_last_names, *person.rich_lineage_names),
            )
        )
        for person in entry.persons.get("author", [])
    ]
    if len(people) < 2:
        return "".join(people)
    return f"{', '.join(people[:-1])} and {people[-1]}"
