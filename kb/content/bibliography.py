"""The sources of the compendium: ``cases/sources.bib``. Owns pybtex.

An entry is one of BibTeX or BibLaTeX with a few fields of ours, which their tools keep:
``kind``, ``seen``, ``seenpart``, ``archived``, ``gone`` and ``citedin``. docs/sources.md
explains them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kb.content.schema import listed, shown
from kb.errors import CorpusError, Problem
from kb.model.cases import EXCERPT, HOW_SEEN, KINDS_OF_SOURCE, OPENED, Reference, Seen, Source

if TYPE_CHECKING:
    from pybtex.database import BibliographyData, Entry

#: What stands in ``publisher`` where a source names neither author nor publisher.
NOT_NAMED = "not named"
#: What stands in ``year`` where a source gives none.
NO_DATE = "no date"

_PUBLISHERS = ("publisher", "institution", "organization", "school", "journal")
_YEAR = re.compile(r"(?:about )?\d{4}")
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_SEEN = re.compile(rf"({'|'.join(HOW_SEEN)})(?:, (.+))?")
_CITED_IN = re.compile(r"([^\s:]+): (\S.*)")
#: How an entry begins, with its key; and what its extent is counted by.
_HEAD = re.compile(r"@\s*\w+\s*{\s*([^\s,{}]+)\s*[,}]")
_BRACE = re.compile(r"[{}]")
#: Text in which LaTeX has no say: single spaces, no sign that means something to it, and no two
#: commas together, which are an opening quotation mark to it.
_SAID_PLAINLY = re.compile(r"(?:[^\W_]|[.:;()/+]|,(?!,)|(?<=\w)-(?=\w)|(?<=\S) (?=\S))*")


def load_bibliography(path: Path) -> Mapping[str, Reference]:
    """Read the BibTeX file, by key in the order of the file.

    Raises:
        CorpusError: the file is missing, is not UTF-8 or is not BibTeX.
    """
    return read_bibliography(path)[0]


def read_bibliography(
    path: Path, data: bytes | None = None
) -> tuple[Mapping[str, Reference], list[Problem]]:
    """The sources by key, and what is wrong with each, in the order of the file.

    A field that cannot be understood is as if it were not given.

    Args:
        path: the file.
        data: its bytes, where they were read already.

    Raises:
        CorpusError: the file is missing, is not UTF-8 or is not BibTeX.
    """
    text = _text(path, data)
    references: dict[str, Reference] = {}
    problems: list[Problem] = []
    data = _parsed(path, text)
    starts = _starts(text)
    for key, entry in data.entries.items():
        start, end = _extent(text, starts.get(key))
        references[key] = _reference(key, entry, text[start:end])
        for field, message in _complaints(entry, data.entries):
            line = 1 + text.count("\n", 0, start + _place(text[start:end], field))
            message = f"{key}: {message}"
            problems.append(Problem(path=str(path), line=line, message=message, field=field))
    return references, problems


def line_of(path: Path, key: str, field: str) -> int:
    """The line on which a field of an entry stands, or the entry where it has no such field.

    Raises:
        CorpusError: the file is missing or is not UTF-8.
    """
    text = _text(path)
    start, end = _extent(text, _starts(text).get(key))
    return 1 + text.count("\n", 0, start + _place(text[start:end], field))


def bibliography_bytes(path: Path) -> bytes:
    """The bytes of the file of the sources.

    Raises:
        CorpusError: the file is missing or cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as err:
        raise CorpusError(f"{path}: the sources cannot be read: {err.strerror}.") from err


def _text(path: Path, data: bytes | None = None) -> str:
    data = bibliography_bytes(path) if data is None else data
    try:
        # With the ends of lines of Unix, as a text file is opened.
        return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig").read()
    except UnicodeDecodeError as err:
        raise CorpusError(f"{path}: the sources must be UTF-8; save the file as UTF-8.") from err


def _parsed(path: Path, text: str) -> BibliographyData:
    from pybtex.database.input.bibtex import Parser  # slow import; its own: no look for plugins
    from pybtex.exceptions import PybtexError

    try:
        return Parser().parse_string(text)
    except PybtexError as err:
        raise CorpusError(f"{path}: the sources are not BibTeX: {err}.") from err


def _starts(text: str) -> Mapping[str, int]:
    """Where each entry begins, by its key; one in round brackets, which is rare, is left out."""
    starts: dict[str, int] = {}
    for found in _HEAD.finditer(text):
        starts.setdefault(found[1], found.start())
    return starts


def _extent(text: str, start: int | None) -> tuple[int, int]:
    """Where an entry begins and ends: its braces balance, as BibTeX asks."""
    if start is None:
        return 0, 0
    depth = 0
    for brace in _BRACE.finditer(text, start):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return start, brace.end()
    return start, len(text)


def _place(entry: str, field: str) -> int:
    """Where a field stands in the text of its entry; its beginning where it is not there."""
    found = re.search(rf"(?im)^\s*({field})\s*=", entry) if field else None
    return found.start(1) if found else 0


def _reference(key: str, entry: Entry, bibtex: str) -> Reference:
    publisher = next(filter(None, (_field(entry, name) for name in _PUBLISHERS)), "")
    year = _field(entry, "year") or _field(entry, "date")[:4]
    kind = _field(entry, "kind")
    cited_in = _CITED_IN.fullmatch(_field(entry, "citedin"))
    return Reference(
        key=key,
        authors=_people(entry, "author") or _people(entry, "editor"),
        title=_field(entry, "title"),
        year="" if year == NO_DATE else year,
        note=_field(entry, "note") or ("" if publisher == NOT_NAMED else publisher),
        url=_address(entry, "url"),
        kind=kind if kind in KINDS_OF_SOURCE else None,
        seen=_seen(entry),
        archived=_address(entry, "archived"),
        gone=_day(_field(entry, "gone")),
        cited_in=Source(key=cited_in[1], locator=cited_in[2]) if cited_in else None,
        subject=_field(entry, "keywords"),
        bibtex=bibtex,
        by=_by(entry) or ("" if publisher == NOT_NAMED else publisher),
    )


def _seen(entry: Entry) -> Seen | None:
    found = _SEEN.fullmatch(_field(entry, "seen"))
    if found is None:
        return None
    return Seen(how=found[1], day=_day(found[2] or ""), part=_field(entry, "seenpart") or None)


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat() if len(text) == len("2026-11-28") else None
    except ValueError:
        return None


def _address(entry: Entry, name: str) -> str | None:
    """An address of the web as it is written: LaTeX has no say in it."""
    address = entry.fields.get(name, "").strip()
    parts = urlsplit(address) if "[" not in address else None  # which it may refuse
    return address if parts and parts.scheme in ("http", "https") and parts.netloc else None


def _field(entry: Entry, name: str) -> str:
    return _without_latex(entry.fields[name]) if name in entry.fields else ""


@lru_cache(maxsize=4096)  # each field is asked for by its reader and by its rules
def _without_latex(text: str) -> str:
    if _SAID_PLAINLY.fullmatch(text):
        return text
    return _by_latex(text)


def _by_latex(text: str) -> str:
    from pybtex.richtext import Text  # slow import

    return str(Text.from_latex(text)).strip()


def _people(entry: Entry, role: str) -> str:
    people = [
        " ".join(
            str(name)
            for name in (
                *(*person.rich_first_names, *person.rich_middle_names, *person.rich_prelast_names),
                *(*person.rich_last_names, *person.rich_lineage_names),
            )
        )
        for person in entry.persons.get(role, [])
    ]
    if len(people) < 2:
        return "".join(people)
    return f"{', '.join(people[:-1])} and {people[-1]}"


def _by(entry: Entry) -> str:
    """Who wrote it or edited it, in short: ``Roy``, ``Roy and Smith``, ``Roy and others``."""
    people = entry.persons.get("author", []) or entry.persons.get("editor", [])
    names = [
        " ".join(str(name) for name in (*person.rich_prelast_names, *person.rich_last_names))
        for person in people
    ]
    if len(names) > 2:
        return f"{names[0]} and others"
    return " and ".join(names)


# --- the rules of ``kb check`` on a source ---------------------------------------------------


def _complaints(entry: Entry, keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with an entry: the field, and what must be done."""
    if not _field(entry, "title"):
        yield "title", "must have a title; add 'title = {...}'."
    yield from _origin_complaints(entry)
    yield from _seen_complaints(entry)
    if "kind" in entry.fields and (kind := _field(entry, "kind")) not in KINDS_OF_SOURCE:
        yield "kind", f"kind must be one of {listed(KINDS_OF_SOURCE)}, not {shown(kind)}."
    for name in ("url", "archived"):
        if name in entry.fields and _address(entry, name) is None:
            given = shown(entry.fields[name])
            yield name, f"{name} must be a web address such as https://example.org/x, not {given}."
    if "gone" in entry.fields and _day(_field(entry, "gone")) is None:
        yield (
            "gone",
            (
                "gone must be the day on which the page was found to be gone (rule: a page that is "
                f"gone), such as 2026-11-28, not {shown(_field(entry, 'gone'))}."
            ),
        )
    if "citedin" in entry.fields:
        yield from _cited_complaints(_field(entry, "citedin"), keys)


def _origin_complaints(entry: Entry) -> Iterator[tuple[str, str]]:
    """Who wrote a source or published it, and when; or that it does not say so."""
    if not any((*entry.persons.values(), *(_field(entry, name) for name in _PUBLISHERS))):
        yield (
            "author",
            (
                "must say who wrote or published it (rule: a source without author); add 'author', "
                f"or 'publisher' where it names none, or else 'publisher = {{{NOT_NAMED}}}'."
            ),
        )
    year, day = _field(entry, "year"), _field(entry, "date")
    if not year and not day:
        yield (
            "year",
            (
                "must say of what year it is (rule: a source without year); add 'year = {1998}', "
                f"or 'year = {{about 1998}}', or 'year = {{{NO_DATE}}}' where it gives none."
            ),
        )
    if year and year != NO_DATE and not _YEAR.fullmatch(year):
        yield (
            "year",
            f"year must be 1998, 'about 1998' or {NO_DATE!r}, not {shown(year)} (rule: a source "
            "without year).",
        )
    if day and not _DATE.fullmatch(day):
        yield "date", f"date must be 1998, 1998-09 or 1998-09-23, not {shown(day)}."


def _seen_complaints(entry: Entry) -> Iterator[tuple[str, str]]:
    given = _field(entry, "seen")
    if "seen" not in entry.fields:
        if "seenpart" in entry.fields:
            yield "seenpart", f"seenpart needs 'seen', which says how: {listed(HOW_SEEN)}."
        return
    found = _SEEN.fullmatch(given)
    if found is None:
        yield (
            "seen",
            (
                f"seen must be one of {listed(HOW_SEEN)}, and after a comma the day where it is "
                f"known, such as 'opened, 2026-11-28', not {shown(given)}."
            ),
        )
    elif found[2] and _day(found[2]) is None:
        yield "seen", f"seen must name a day such as 2026-11-28, not {shown(found[2])}."
    elif found[1] == OPENED and not found[2]:
        yield "seen", f"seen must name the day too, such as '{OPENED}, 2026-11-28'."
    elif found[1] == OPENED and "seenpart" in entry.fields:
        yield (
            "seenpart",
            (f"seenpart is for what was not opened; remove it, or let seen be {EXCERPT!r}."),
        )


def _cited_complaints(given: str, keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    found = _CITED_IN.fullmatch(given)
    if found is None:
        yield (
            "citedin",
            (
                "citedin must be the key of a source and the place in it, such as "
                f"'roy-1998: references, 8', not {shown(given)}."
            ),
        )
    elif found[1] not in keys:
        yield "citedin", f"citedin must begin with the key of a source, not {shown(found[1])}."
