"""The sources of the compendium: ``cases/sources.bib``. Owns pybtex.

An entry is one of BibTeX or BibLaTeX with a few fields of ours, which their tools keep:
``kind``, ``seen``, ``seenpart``, ``archived``, ``gone`` and ``citedin``. docs/sources.md
explains them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from kb.content.latex import plain
from kb.content.rules import problem
from kb.content.schema import listed, shown
from kb.errors import CorpusError, Edit, Fix, Problem
from kb.model.cases import (
    EXCERPT,
    HOW_SEEN,
    KINDS_OF_SOURCE,
    OPENED,
    PRINTED,
    Imprint,
    Name,
    Reference,
    Seen,
    Source,
)
from kb.model.english import quoted

if TYPE_CHECKING:
    from pybtex.database import BibliographyData, Entry, Person

#: What stands in ``publisher`` where a source names neither author nor publisher.
NOT_NAMED = "not named"
#: What stands in ``year`` where a source gives none.
NO_DATE = "no date"

_PUBLISHERS = (
    *("publisher", "institution", "organization", "school", "journal", "journaltitle"),
    "howpublished",
)
_YEAR = re.compile(r"(?:about )?\d{4}")
#: A day, a month or a year, as BibLaTeX writes it: with a time after it, which says nothing here,
#: or a mark that it is not certain.
_DATE = re.compile(
    r"(?P<date>(?P<year>\d{4})(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:T[\d:.Z+-]+)?)?"
    r"|-(?:2[1-4]))?)(?P<about>[?~%]?)"
)
_MONTHS = tuple(
    "january february march april may june july august september october november december".split()
)
#: BibTeX writes a month in words, perhaps with a day: ``September``, ``sep.``, ``23 September``.
_MONTH = re.compile(
    r"(?:(?P<before>\d{1,2})\.? )?(?P<month>[^\W\d_]{3,})\.?(?: (?P<after>\d{1,2}))?"
)
_SEEN = re.compile(rf"({'|'.join(HOW_SEEN)})(?:, (.+))?")
_CITED_IN = re.compile(r"([^\s:]+): (\S.*)")
#: An address behind words; the fields in which one may stand.
_HREF = re.compile(r"\\href\s*\{(\s*https?://[^{}\s]+\s*)\}")
_WORDS = ("title", "howpublished", "note", "publisher", "journal", "author")
#: How an entry begins, in braces or round brackets, with its key; what its extent is counted by.
_HEAD = re.compile(r"@\s*\w+\s*[{(]\s*([^\s,{}()]+)\s*[,})]")
_BRACE = re.compile(r"[{}()]")
#: Roles of those who made a work.
_ROLES = ("author", "editor")
#: The fields in which LaTeX may stand.
_IN_WORDS = (*_ROLES, "title", "note", "keywords", "seenpart", *PRINTED)
#: More people than an entry names.
_OTHERS = "others"
#: Words that stand in names of organisations; in names of people hardly any of them does.
_ORGANISATION = re.compile(
    r"\b(?:academy|administration|agency|agence|agencia|alliance|assembly|associates|association|"
    r"associação|asociación|associazione|authority|bank|banque|board|bureau|business|"
    r"cent(?:er|re)|centro|chamber|club|cluster|coalition|college|commission|committee|"
    r"communit(?:y|ies)|company|confederation|consortium|consultancy|consulting|"
    r"co-?operatives?|corporation|council|department|development|directorate|enterprises?|"
    r"export|federation|forum|foundation|fundación|fund|gazette|gesellschaft|government|group|"
    r"herald|industry|industries|initiative|innovation|institut[eo]?|institution|"
    r"international|journal|league|library|magazine|minister(?:io|ium)|ministère|ministry|"
    r"museum|national|networks?|news|newspaper|office|organi[sz]ation|parliament|partnership|"
    r"press|programme|project|research|school|secretariat|services?|society|société|sociedad|"
    r"statistics|team|times|tourism|trade|trust|union|universit\w+|universidad\w*|verband|verein|"
    r"zeitung)\b"
    r"|(?:\bco\.|\b(?:partners|sons|daughters|brothers|bros))\.?$"
    r"|\b(?:ltd|limited|inc|llc|llp|plc|corp|gmbh|ag|kg|s\.?a|s\.?r\.?l|oy|ab|as|aps|bv|nv)\.?$"
    r"|(?-i:\b(?:of|for|the|(?<!von )und|für|et|pour|para)\b)|&",
    re.IGNORECASE,
)
#: What ends the name of a firm after the names of those who founded it, and names nobody itself.
_AND_PARTNERS = re.compile(
    r"(?:co|company|sons|daughters|brothers|bros|partners|associates)\.?", re.IGNORECASE
)
#: What a name before a comma has in it that is no family's: ``Ministry of Housing, …``.
_BODY_BEFORE_COMMA = re.compile(r"\S (?:of|for|für|pour|para) |\S (?:&|\\&) ")
#: What stands after a comma and is no given name; initials such as ``AS`` may be one.
_BODY_AFTER_COMMA = re.compile(
    r"(?:inc|incorporated|ltd|limited|llc|llp|plc|corp|corporation|gmbh|l\.?t\.?d)\.?",
    re.IGNORECASE,
)


def load_bibliography(path: Path) -> Mapping[str, Reference]:
    """Read the BibTeX file, by key in the order of the file.

    Raises:
        CorpusError: the file is missing, is not UTF-8 or is not BibTeX.
    """
    return read_bibliography(path)[0]


def _not_bibtex(path: Path, text: str, error: Exception) -> CorpusError:
    """That a file is no BibTeX, on the line where it has to be mended."""
    line, column, message = _slip(text, " ".join(str(error).split()))
    told = problem("sources-not-bibtex", path, line, f"the sources {message}", column=column)
    return CorpusError(str(told), (told,))


def _slip(text: str, said: str) -> tuple[int, int, str]:
    """Line, column and words of what the reader of BibTeX says."""
    if found := re.search(r"repeated bibliography entry: (\S+)", said):
        heads = [one for one in _HEAD.finditer(text) if one[1].lower() == found[1].lower()]
        first, again = heads[0], heads[-1]
        line, column = _line_and_column(text, again.start(1))
        before = _line_and_column(text, first.start(1))[0]
        return (
            line,
            column,
            f"have the key {quoted(again[1])} twice, on line {before} too; give one of the two "
            "another key, or take it out.",
        )
    if found := re.search(r"entry with key (\S+) has a duplicate (\S+) field", said):
        start, end = _extent(text, _starts(text).get(found[1]))
        fields = re.finditer(rf"(?im)(?:^|,)\s*({re.escape(found[2])})\s*=", text[start:end])
        at = [start + one.start(1) for one in fields][-1:] or [start]
        line, column = _line_and_column(text, at[0])
        return (
            line,
            column,
            f"give {quoted(found[2])} of {quoted(found[1])} twice; keep one of the two.",
        )
    if found := re.search(r"Too many commas in '(.*)'", said):
        at = max(0, text.find(found[1]))
        line, column = _line_and_column(text, at)
        people = "write people as 'Doe, Jane', with ' and ' between them."
        return line, column, f"are not BibTeX: too many commas in {quoted(found[1][:60])}; {people}"
    found = re.search(r"(?:syntax error )?in line (\d+): ", said)
    line, what = (int(found[1]) if found else 1), said.partition("syntax error")[2] or said
    what = re.sub(r"^ in line \d+: ", "", what)
    line = min(line, text.count("\n") + 1)
    before = _field_without_comma(text.split("\n"), line)
    if before and "expected" in what:
        row = text.split("\n")[before - 1]
        return (
            before,
            len(row.rstrip()) + 1,
            "are not BibTeX: a comma is missing at the end of this line, before the next field.",
        )
    if "premature end" in what:
        heads = [one.start() for one in _HEAD.finditer(text)]
        line, column = _line_and_column(text, heads[-1] if heads else 0)
        return line, column, "are not BibTeX: the entry that begins here is not closed with '}'."
    row = text.split("\n")[line - 1]
    return line, len(row) - len(row.lstrip()) + 1, f"are not BibTeX: {what}."


def _line_and_column(text: str, at: int) -> tuple[int, int]:
    return 1 + text.count("\n", 0, at), at - text.rfind("\n", 0, at)


_NEXT_FIELD = re.compile(r"\s*[A-Za-z][\w-]*\s*=")


def _field_without_comma(lines: Sequence[str], line: int) -> int:
    """The line before a field that ends without the comma that BibTeX asks for; 0 for none."""
    if not _NEXT_FIELD.match(lines[line - 1]):
        return 0
    before = next((n for n in range(line - 1, 0, -1) if lines[n - 1].strip()), 0)
    return before if before and not lines[before - 1].rstrip().endswith((",", "{")) else 0


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
        for field, rule, message, allowed, instead in _complaints(entry, data.entries):
            at = start + _place(text[start:end], field)
            told = problem(
                rule,
                path,
                1 + text.count("\n", 0, at),
                f"{key}: {message}",
                field=field,
                column=at - text.rfind("\n", 0, at),
                value=" ".join(entry.fields.get(field, "").split()),
                allowed=allowed,
                fix=_write(text, at, entry.fields[field], instead) if instead else None,
            )
            problems.append(told)
    return references, problems


def _write(text: str, at: int, value: str, instead: str) -> Fix | None:
    """The edit that writes another value; None where the field is written in several parts.

    Args:
        text: of the file.
        at: where the field begins.
        value: that it has.
        instead: what is to stand there.
    """
    found = re.compile(rf"\w+\s*=\s*[{{\"]({re.escape(value)})[}}\"]").match(text, at)
    if found is None:
        return None
    line, column = _line_and_column(text, found.start(1))
    end_line, end_column = _line_and_column(text, found.end(1))
    edit = Edit(line=line, column=column, end_line=end_line, end_column=end_column, text=instead)
    return Fix(what=f"write {{{instead}}}", edits=(edit,))


def entries_alone(data: bytes, keys: Iterable[str]) -> bytes:
    """Some entries of a file of sources as a file of their own; those that it has.

    Raises:
        CorpusError: it is not UTF-8.
    """
    text = _text(Path("sources.bib"), data)
    starts = _starts(text)
    parts = (_extent(text, starts[key]) for key in dict.fromkeys(keys) if key in starts)
    return "\n\n".join(text[start:end] for start, end in parts).encode()


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
    from pybtex.database import Person
    from pybtex.database.input.bibtex import Parser  # slow import; its own: no look for plugins
    from pybtex.exceptions import PybtexError

    try:
        data = Parser(person_fields=()).parse_string(text)
        for entry in data.entries.values():
            for role in filter(entry.fields.__contains__, _ROLES):
                entry.persons[role] = [Person(name) for name in _names(entry.fields[role])]
        return data
    except PybtexError as err:
        raise _not_bibtex(path, text, err) from err


def _starts(text: str) -> Mapping[str, int]:
    """Where each entry begins, by its key."""
    starts: dict[str, int] = {}
    for found in _HEAD.finditer(text):
        starts.setdefault(found[1], found.start())
    return starts


def _extent(text: str, start: int | None) -> tuple[int, int]:
    """Where an entry begins and ends: its braces balance, as BibTeX asks."""
    if start is None:
        return 0, 0
    opening = _BRACE.search(text, start)
    if opening is None:
        return start, len(text)
    is_round, depth = opening[0] == "(", 0
    for brace in _BRACE.finditer(text, opening.end()):
        if depth == 0 and brace[0] == (")" if is_round else "}"):
            return start, brace.end()
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
    return start, len(text)


def _place(entry: str, field: str) -> int:
    """Where a field stands in the text of its entry; its beginning where it is not there."""
    found = re.search(rf"(?im)^\s*({field})\s*=", entry) if field else None
    return found.start(1) if found else 0


def _reference(key: str, entry: Entry, bibtex: str) -> Reference:
    publisher = next(filter(None, (_field(entry, name) for name in _PUBLISHERS)), "")
    kind = _field(entry, "kind")
    cited_in = _CITED_IN.fullmatch(_field(entry, "citedin"))
    imprint = _imprint(entry)
    makers = imprint.authors or imprint.editors
    return Reference(
        key=key,
        authors=_listed(tuple(map(_as_spoken, makers))),
        title=_title(entry),
        year=_year(entry),
        note=_field(entry, "note") or ("" if publisher == NOT_NAMED else publisher),
        url=_url(entry),
        kind=kind if kind in KINDS_OF_SOURCE else None,
        seen=_seen(entry),
        archived=_address(entry, "archived"),
        gone=_day(_field(entry, "gone")),
        cited_in=Source(key=cited_in[1], locator=cited_in[2]) if cited_in else None,
        subject=_field(entry, "keywords"),
        bibtex=bibtex,
        by=_in_short(makers) or ("" if publisher == NOT_NAMED else publisher),
        imprint=imprint,
    )


def _title(entry: Entry) -> str:
    """The title, with the subtitle that BibLaTeX keeps apart."""
    return ": ".join(filter(None, (_field(entry, "title"), _field(entry, "subtitle"))))


def _imprint(entry: Entry) -> Imprint:
    printed = ((name, _field(entry, name)) for name in PRINTED)
    return Imprint(
        type=entry.type.lower(),
        authors=tuple(map(_name, entry.persons.get("author", []))),
        editors=tuple(map(_name, entry.persons.get("editor", []))),
        date=_date(entry),
        fields={name: value for name, value in printed if value and value != NOT_NAMED},
    )


def _year(entry: Entry) -> str:
    """The year of a work as it is shown, ``2003–2004`` where it took several; empty for none."""
    year = _field(entry, "year")
    if year:
        return "" if year == NO_DATE else year
    days = _days(entry.fields.get("date", ""))
    years = list(dict.fromkeys(day["year"] for day in days))
    about = "about " if any(day["about"] for day in days) else ""
    return f"{about}{'–'.join(years)}"


def _date(entry: Entry) -> str:
    """When a work came out as far as its entry says, in the form of ``Imprint``."""
    days = [_to_the_day(day["date"]) for day in _days(entry.fields.get("date", ""))]
    if days:
        return "/".join(dict.fromkeys(days))
    year = _field(entry, "year").removeprefix("about ")
    if not _YEAR.fullmatch(year):
        return ""
    month = _field(entry, "month")
    found = _MONTH.fullmatch(month)
    number = _month(found["month"]) if found else int(month) if month.isdecimal() else 0
    if not 1 <= number <= len(_MONTHS):
        return year
    day = found and (found["before"] or found["after"])
    whole = f"{year}-{number:02}-{int(day):02}" if day else ""
    return _day(whole) or f"{year}-{number:02}"


def _days(text: str) -> list[re.Match[str]]:
    """The day of a date, or the first and the last day of a range, which may be open."""
    days = [_DATE.fullmatch(part) for part in text.split("/") if part not in ("", "..")]
    known = [day for day in days if day is not None]
    return known if len(known) == len(days) <= 2 else []


def _to_the_day(text: str) -> str:
    """A date without its time; of a season, which no other format knows, the year."""
    parts = text.split("T")[0].split("-")
    is_season = len(parts) > 1 and int(parts[1]) > len(_MONTHS)
    return parts[0] if is_season else "-".join(parts)


def _month(word: str) -> int:
    """The number of a month by its name or the beginning of it; 0 for none."""
    begun = [n for n, name in enumerate(_MONTHS, 1) if name.startswith(word.lower())]
    return begun[0] if begun else 9 if word.lower() == "sept" else 0


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
    """An address of the web as it is written; LaTeX has a say in one with a backslash alone."""
    address = entry.fields.get(name, "").strip()
    if "\\" in address:
        address = plain(address).text
    parts = urlsplit(address) if "[" not in address else None  # which it may refuse
    return address if parts and parts.scheme in ("http", "https") and parts.netloc else None


def _url(entry: Entry) -> str | None:
    """The address of a work; where no field has it, the first behind words."""
    return (
        _address(entry, "url")
        or _address(entry, "howpublished")
        or next((address for _, address in _linked(entry)), None)
    )


def _linked(entry: Entry) -> Iterator[tuple[str, str]]:
    r"""Each address behind words, as ``\href{https://example.org}{words}``, with its field."""
    for name in _WORDS:
        for found in _HREF.finditer(entry.fields.get(name, "")):
            yield name, re.sub(r"\\([#%&_~])", r"\1", found[1].strip())


def _field(entry: Entry, name: str) -> str:
    return plain(entry.fields[name]).text if name in entry.fields else ""


# --- who wrote it -----------------------------------------------------------------------------


def _names(people: str) -> list[str]:
    """The names of a field, each organisation whole and in braces, as far as can be told."""
    from pybtex.bibtex.utils import split_name_list  # slow import

    names: list[str] = []
    for name in split_name_list(people):
        if names and (_goes_on(names[-1], name) or _begins(names[-1], name)):
            names[-1] = f"{names[-1]} and {name}"
        else:
            names.append(name)
    return [f"{{{name}}}" if _is_organisation(name) else name for name in names]


def _is_organisation(name: str) -> bool:
    """Whether a name without braces is one of an organisation: a person's may have a comma."""
    if name.startswith("{"):
        return False
    before, comma, after = name.partition(",")
    if not comma:
        return _ORGANISATION.search(plain(name).text) is not None
    is_body = " and " in after and _ORGANISATION.search(plain(after).text) is not None
    return (
        is_body
        or _BODY_BEFORE_COMMA.search(before) is not None
        or _BODY_AFTER_COMMA.fullmatch(plain(after).text.strip()) is not None
    )


def _goes_on(before: str, name: str) -> bool:
    """Whether a name goes on after ``and``: ``Department of Trade and Industry``.

    A name with a comma, in braces, in capitals or of an organisation stands by itself, and so
    do two words, which may be a person, after an organisation that is not one *of* something.
    """
    stands_alone = "," in name or name.startswith("{") or name.isupper() or name == _OTHERS
    if stands_alone or not _is_organisation(before):
        return False
    if " " not in name:
        return True
    is_of = re.search(r"\b(?:of|for)\b", before) is not None
    if is_of and "," in before:  # Ministry of Housing, Communities and Local Government
        return re.search(r"\b(?:of|for|the)\b", name) is None
    return is_of and not _is_organisation(name)


def _begins(before: str, name: str) -> bool:
    """Whether a name is the beginning of an organisation's: ``Food and Agriculture Organization``.

    A word alone is no person's name, and what follows it is an organisation's; nobody is called
    ``Company`` or ``Sons``. Capitals alone, such as ``OECD``, are a name of their own.
    """
    if before.startswith("{") or name.startswith("{"):
        return False
    if _AND_PARTNERS.fullmatch(name):
        return True
    is_one_word = " " not in before and "," not in before and not before.isupper()
    return is_one_word and _is_organisation(name)


def _is_one_word(name: str) -> bool:
    """Whether a name is one word without braces that may be half a name.

    In capitals it is short for more, and scripts without them write whole names in one word.
    """
    text = plain(name).text
    is_bare = not (name.startswith("{") and name.endswith("}")) and name != _OTHERS
    return is_bare and len(text) > 1 and " " not in text and text != text.upper()


def _name(person: Person) -> Name:
    given = " ".join((*person.first_names, *person.middle_names))
    family = " ".join((*person.prelast_names, *person.last_names))
    suffix = " ".join(person.lineage_names)
    return Name(
        family=plain(family).text,
        given=plain(given).text,
        suffix=plain(suffix).text,
        is_organisation=not (given or suffix or person.prelast_names),
    )


def _as_spoken(name: Name) -> str:
    return " ".join(filter(None, (name.given, name.family, name.suffix)))


def _listed(names: Sequence[str]) -> str:
    """Names one after another: ``A, B and C``."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _in_short(makers: Sequence[Name]) -> str:
    """Who wrote it or edited it, in short: ``Roy``, ``Roy and Smith``, ``Roy and others``."""
    if len(makers) > 2:
        return f"{makers[0].family} and others"
    return " and ".join(name.family for name in makers)


# --- the rules of ``kb check`` on a source ---------------------------------------------------


class _Complaint(NamedTuple):
    """What is wrong in a field of an entry, by which rule, and what must be done."""

    field: str
    rule: str
    message: str
    allowed: tuple[str, ...] = ()
    instead: str = ""  # what certainly has to stand in the field


_Complaints = Iterator[_Complaint]


def _complaints(entry: Entry, keys: Iterable[str]) -> _Complaints:
    """What is wrong with an entry."""
    if not _field(entry, "title"):
        message = "must have a title; add 'title = {...}'."
        yield _Complaint("title", "source-without-title", message)
    yield from _latex_complaints(entry)
    yield from _origin_complaints(entry)
    yield from _seen_complaints(entry)
    if "kind" in entry.fields and (kind := _field(entry, "kind")) not in KINDS_OF_SOURCE:
        message = f"kind must be one of {listed(KINDS_OF_SOURCE)}, not {shown(kind)}."
        yield _Complaint("kind", "source-kind-unknown", message, tuple(KINDS_OF_SOURCE))
    for name in ("url", "archived"):
        if name in entry.fields and _address(entry, name) is None:
            given = shown(entry.fields[name])
            message = f"{name} must be a web address such as https://example.org/x, not {given}."
            yield _Complaint(name, "address-malformed", message)
    if "gone" in entry.fields and _day(_field(entry, "gone")) is None:
        yield _Complaint(
            "gone",
            "day-malformed",
            "gone must be the day on which the page was found to be gone (rule: a page that is "
            f"gone), such as 2026-11-28, not {shown(_field(entry, 'gone'))}.",
        )
    if "citedin" in entry.fields:
        yield from _cited_complaints(_field(entry, "citedin"), keys)


def _latex_complaints(entry: Entry) -> _Complaints:
    """What of the words of an entry cannot be read, and names that may be one or two."""
    for name in filter(entry.fields.__contains__, _IN_WORDS):
        if unknown := plain(entry.fields[name]).unknown:
            yield _Complaint(
                name,
                "source-latex-unknown",
                f"{name} holds LaTeX that cannot be read here: {listed(unknown)}; write the "
                "signs themselves, such as é or CO₂.",
            )
    for role in filter(entry.fields.__contains__, _ROLES):
        yield from _name_complaints(role, entry)
    for name, address in _linked(entry):
        if address != _url(entry):
            yield _Complaint(
                name,
                "source-second-address",
                f"{name} has an address behind its words that is not shown: {address}; a source "
                "has one 'url'. Give this one there, or a source of its own.",
            )


def _name_complaints(role: str, entry: Entry) -> _Complaints:
    """Names that other programs take for those of several people, or that may be half a name."""
    people = entry.fields[role]
    names = list(map(str, entry.persons[role]))
    for one in names:
        if _is_joined(one, people):
            sign = "an 'and'" if " and " in one else "a comma"
            last = one[1:-1].rpartition(" and ")[2]
            is_certain = one[1:-1] == people.strip() and _AND_PARTNERS.fullmatch(last)
            yield _Complaint(
                role,
                "source-organisation-without-braces",
                f"{role} must put an organisation into braces, such as {{{one}}}, where "
                f"its name has {sign} in it, and write people as 'Doe, Jane'.",
                instead=one if is_certain else "",
            )
    if words := [name for name in names if _is_one_word(name)]:
        apart = " and ".join(f"{{{name}}}" if name in words else name for name in names)
        one_body = f", or {role} = {{{{{' and '.join(names)}}}}} where that is one body"
        yield _Complaint(
            role,
            "source-name-of-one-word",
            f"{role} names {listed(dict.fromkeys(words))} by one word; write 'Family, Given', or "
            f"where there is no more, {role} = {{{apart}}}"
            f"{one_body if len(words) == len(names) > 1 else ''}.",
        )


def _is_joined(name: str, people: str) -> bool:
    """Whether a name in braces has a border of names in it, and has no braces in its field."""
    has_border = name.startswith("{") and (" and " in name or "," in name)
    return has_border and name[1:-1] in people and name not in people


def _origin_complaints(entry: Entry) -> _Complaints:
    """Who wrote a source or published it, and when; or that it does not say so."""
    if not any((*entry.persons.values(), *(_field(entry, name) for name in _PUBLISHERS))):
        yield _Complaint(
            "author",
            "source-without-author",
            "must say who wrote or published it (rule: a source without author); add 'author', "
            f"or 'publisher' where it names none, or else 'publisher = {{{NOT_NAMED}}}'.",
        )
    year, day = _field(entry, "year"), _field(entry, "date")
    if not year and not day:
        yield _Complaint(
            "year",
            "source-without-year",
            "must say of what year it is (rule: a source without year); add 'year = {1998}', "
            f"or 'year = {{about 1998}}', or 'year = {{{NO_DATE}}}' where it gives none.",
        )
    if year and year != NO_DATE and not _YEAR.fullmatch(year):
        yield _Complaint(
            "year",
            "source-date-malformed",
            f"year must be 1998, 'about 1998' or {quoted(NO_DATE)}, not {shown(year)} (rule: a "
            "source without year).",
        )
    if day and not _days(day):
        message = f"date must be 1998, 1998-09 or 1998-09-23, not {shown(day)}."
        yield _Complaint("date", "source-date-malformed", message)


def _seen_complaints(entry: Entry) -> _Complaints:
    given = _field(entry, "seen")
    if "seen" not in entry.fields:
        if "seenpart" in entry.fields:
            message = f"seenpart needs 'seen', which says how: {listed(HOW_SEEN)}."
            yield _Complaint("seenpart", "source-seen-malformed", message)
        return
    found = _SEEN.fullmatch(given)
    if found is None:
        yield _Complaint(
            "seen",
            "source-seen-malformed",
            f"seen must be one of {listed(HOW_SEEN)}, and after a comma the day where it is "
            f"known, such as 'opened, 2026-11-28', not {shown(given)}.",
        )
    elif found[2] and _day(found[2]) is None:
        message = f"seen must name a day such as 2026-11-28, not {shown(found[2])}."
        yield _Complaint("seen", "source-seen-malformed", message)
    elif found[1] == OPENED and not found[2]:
        message = f"seen must name the day too, such as '{OPENED}, 2026-11-28'."
        yield _Complaint("seen", "source-seen-malformed", message)
    elif found[1] == OPENED and "seenpart" in entry.fields:
        message = (
            f"seenpart is for what was not opened; remove it, or let seen be {quoted(EXCERPT)}."
        )
        yield _Complaint("seenpart", "source-seen-malformed", message)


def _cited_complaints(given: str, keys: Iterable[str]) -> _Complaints:
    found = _CITED_IN.fullmatch(given)
    if found is None:
        yield _Complaint(
            "citedin",
            "source-cited-in-malformed",
            "citedin must be the key of a source and the place in it, such as "
            f"'roy-1998: references, 8', not {shown(given)}.",
        )
    elif found[1] not in keys:
        message = f"citedin must begin with the key of a source, not {shown(found[1])}."
        yield _Complaint("citedin", "source-unknown", message)
