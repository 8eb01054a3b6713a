"""What is cited, as one record whatever it is: a case of the compendium, or one of its sources.

Every style and every format is made of it, so they all say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kb.citations.works import Makers, makers_of
from kb.model.cases import OPENED, Case, Imprint, Name, Reference

#: A kind of work as CSL calls it, by the type of its entry in BibTeX or BibLaTeX.
KINDS: Mapping[str, str] = {
    "article": "article-journal",
    "book": "book",
    "mvbook": "book",
    "booklet": "pamphlet",
    "collection": "book",
    "conference": "paper-conference",
    "dataset": "dataset",
    "electronic": "webpage",
    "inbook": "chapter",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "manual": "book",
    "mastersthesis": "thesis",
    "misc": "document",
    "online": "webpage",
    "patent": "patent",
    "phdthesis": "thesis",
    "proceedings": "book",
    "report": "report",
    "software": "software",
    "techreport": "report",
    "thesis": "thesis",
    "unpublished": "manuscript",
    "video": "motion_picture",
    "www": "webpage",
}
#: The kind of what nothing else is known of.
DOCUMENT = "document"
#: A case is cited as a report, which a reference manager takes with its institution and version.
REPORT = "report"
_ABOUT = "about "


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Where a case is read, and when.

    Attributes:
        address: of its page, which always shows the newest text; empty where it is no more.
        accessed: the day of access, ``2026-11-28``.
        version: the first characters of the digest of this text; empty where it is not known.
        version_day: since when this was the text; empty where it is not known.
        version_address: where this text stays unchanged; empty where it is not known.
    """

    address: str
    accessed: str
    version: str = ""
    version_day: str = ""
    version_address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A work that is cited. What it has not is empty.

    Attributes:
        key: what a bibliography calls it by.
        kind: as CSL calls it: ``report``, ``article-journal``.
        title: as its source gives it.
        authors: who wrote it.
        editors: who edited it.
        date: when it came out, in the form of ``Imprint``.
        is_about: whether that is certain only roughly.
        genre: what kind of report or thesis it is.
        publisher: or the institution that it comes from.
        place: of the publisher.
        container: the journal or the book that it is in.
        series: that it is in.
        volume: of the journal, or of the book.
        issue: of the journal.
        number: of a report.
        pages: in the container.
        edition: of a book.
        event: the conference.
        doi: without an address before it.
        isbn: of a book.
        issn: of a journal.
        language: that it is in.
        version: the first characters of the digest of a case.
        url: where it is.
        accessed: on which day it was seen there.
        note: what else is said of it.
        entry: in BibTeX, where it has one of its own.
    """

    key: str
    kind: str
    title: str
    authors: tuple[Name, ...] = ()
    editors: tuple[Name, ...] = ()
    date: str = ""
    is_about: bool = False
    genre: str = ""
    publisher: str = ""
    place: str = ""
    container: str = ""
    series: str = ""
    volume: str = ""
    issue: str = ""
    number: str = ""
    pages: str = ""
    edition: str = ""
    event: str = ""
    doi: str = ""
    isbn: str = ""
    issn: str = ""
    language: str = ""
    version: str = ""
    url: str = ""
    accessed: str = ""
    note: str = ""
    entry: str = ""

    @property
    def year(self) -> str:
        """The year, the first of several; empty where there is none."""
        return self.date[:4]

    @property
    def days(self) -> tuple[tuple[int, ...], ...]:
        """The date, or the first and the last of it: year, month and day as far as known."""
        return tuple(
            tuple(int(part) for part in day.split("-")) for day in self.date.split("/") if day
        )


def case_item(case: Case, page: CasePage, *, site: str) -> Item:
    """A case as it is cited: by those whom it names, else by the compendium.

    Args:
        case: the case.
        page: where and when it is read.
        site: the name of the compendium, as it is called on its site.
    """
    by_the_compendium = (Name(family=site, is_organisation=True),)
    named = tuple(map(_author, case.authors))
    return Item(
        key=case.id.replace("/", ":"),
        kind=REPORT,
        title=case.title,
        authors=named or by_the_compendium,
        date=page.version_day or case.added or "",
        publisher=site,
        language="en",
        version=page.version,
        url=page.version_address or page.address,
        accessed=page.accessed,
        note=f"The newest text: {page.address}" if page.version and page.address else "",
    )


def spoken_name(text: str) -> str:
    """An author of a case as people say the name: ``Jane Doe``."""
    name = _author(text)
    return f"{name.given} {name.family}".strip()


def catalogue_name(name: Name) -> str:
    """A name as catalogues sort it: ``Doe, Jane``."""
    return ", ".join(filter(None, (name.family, name.given, name.suffix)))


def _author(text: str) -> Name:
    """An author as front-matter names one: ``Family, Given``, or an organisation."""
    family, comma, given = text.partition(", ")
    return Name(family=family, given=given, is_organisation=not comma)


def source_item(work: Reference) -> Item:
    """A source as it is cited, part by part as its entry says."""
    imprint = work.imprint
    says = imprint.fields.get
    kind = KINDS.get(imprint.type, DOCUMENT)
    container = says("journaltitle") or says("journal") or says("booktitle") or ""
    is_article = kind == "article-journal"
    makers = makers_of(work)
    return Item(
        key=work.key,
        kind=kind,
        title=work.title,
        authors=makers.authors,
        editors=makers.editors,
        date=imprint.date,
        is_about=work.year.startswith(_ABOUT),
        genre=says("type") or "",
        publisher=_publisher(imprint),
        place=says("location") or says("address") or "",
        container=container,
        series=says("series") or "",
        volume=says("volume") or "",
        issue=says("issue") or (says("number") or "" if is_article else ""),
        number="" if is_article else says("number") or "",
        pages=(says("pages") or "").replace("–", "-"),
        edition=says("edition") or "",
        event=says("eventtitle") or "",
        doi=says("doi") or "",
        isbn=says("isbn") or "",
        issn=says("issn") or "",
        language=says("language") or "",
        url=work.url or work.archived or "",
        accessed=(work.seen.day or "") if work.seen and work.seen.how == OPENED else "",
        note=_note(work, makers),
        entry=work.bibtex,
    )


def source_items(case: Case, references: Mapping[str, Reference]) -> tuple[Item, ...]:
    """The sources of a case, each once, in the order of its file."""
    keys = dict.fromkeys(source.key for source in case.sources)
    return tuple(source_item(references[key]) for key in keys if key in references)


def today() -> str:
    """The day of access of whoever reads now."""
    return date.today().isoformat()


def distinct(items: Iterable[Item]) -> tuple[tuple[str, Item], ...]:
    """Items with their keys; one whose key an earlier one has gets its version or a number too."""
    taken: dict[str, Item] = {}
    for item in items:
        key, n = item.key, 1
        while key in taken:
            n += 1
            key = f"{item.key}:{item.version}" if item.version and n == 2 else f"{item.key}:{n}"
        taken[key] = item
    return tuple(taken.items())


def _note(work: Reference, makers: Makers) -> str:
    """What else is said of a work, and that it has makers whom no file can name."""
    note = "" if work.note == _publisher(work.imprint) else work.note
    if not makers.and_others:
        return note
    did = "Written" if makers.authors else "Edited"
    more = f"{did} by {work.authors}."  # ends in "and others"
    return f"{note.removesuffix('.')}. {more}" if note else more


def _publisher(imprint: Imprint) -> str:
    for name in ("publisher", "institution", "organization", "school"):
        if imprint.fields.get(name):
            return imprint.fields[name]
    published = imprint.fields.get("howpublished", "")
    return "" if "://" in published else published
