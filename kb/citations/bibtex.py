"""Items as BibTeX. A source keeps the entry that it has; of a case one is made.

A writer of our own: pybtex writes names in another form than they were given in, and what it
reads back has other capitals in its titles. What is written here is read back by another library
in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kb.citations.items import Item, distinct
from kb.model.cases import Name

#: The type of an entry by the kind of CSL.
TYPES = {
    "article-journal": "article",
    "book": "book",
    "chapter": "incollection",
    "dataset": "misc",
    "document": "misc",
    "manuscript": "unpublished",
    "motion_picture": "misc",
    "pamphlet": "booklet",
    "paper-conference": "inproceedings",
    "patent": "misc",
    "report": "techreport",
    "software": "misc",
    "thesis": "phdthesis",
    "webpage": "misc",
}
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_SPECIAL = re.compile(r"[\\{}$&%#_~^]")
_WRITTEN = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def to_bibtex(items: Iterable[Item]) -> str:
    """Items as BibTeX, in their order, with a blank line between two."""
    entries = (item.entry or _entry(item, key) for key, item in distinct(items))
    return "".join(f"{entry}\n\n" for entry in entries).removesuffix("\n")


def _entry(item: Item, key: str) -> str:
    fields = "".join(f"  {name} = {value},\n" for name, value in _fields(item) if value)
    return f"@{TYPES[item.kind]}{{{key},\n{fields}}}"


def _fields(item: Item) -> Iterator[tuple[str, str]]:
    """The fields with their values as BibTeX writes them; without a value an empty one."""
    yield "title", _braced(_text(item.title))  # in two braces: no style changes its capitals
    yield "author", _people(item.authors)
    yield "editor", _people(item.editors)
    yield "year", _braced(("about " if item.is_about else "") + item.year) if item.year else ""
    month = item.days[0][1] if item.days and len(item.days[0]) > 1 else 0
    yield "month", _MONTHS[month - 1] if month else ""
    yield "date", _braced(item.date + ("~" if item.is_about else "")) if item.date else ""
    yield "journal" if item.kind == "article-journal" else "booktitle", _text(item.container)
    yield "series", _text(item.series)
    yield "volume", _text(item.volume)
    yield "number", _text(item.issue or item.number or item.version)
    yield "pages", _text(item.pages.replace("-", "--"))
    yield "edition", _text(item.edition)
    yield _publisher_field(item), _text(item.publisher)
    yield "address", _text(item.place)
    yield "type", _text(item.genre)
    for name in ("doi", "isbn", "issn"):
        yield name, _braced(getattr(item, name)) if getattr(item, name) else ""
    yield "language", _text({"en": "english"}.get(item.language, item.language))
    yield "url", _braced(item.url) if item.url else ""
    yield "urldate", _braced(item.accessed) if item.accessed else ""
    yield "note", _text(item.note)


def _publisher_field(item: Item) -> str:
    return {"report": "institution", "thesis": "school"}.get(item.kind, "publisher")


def _people(names: Iterable[Name]) -> str:
    written = " and ".join(map(_name, names))
    return f"{{{written}}}" if written else ""


def _name(name: Name) -> str:
    if name.is_organisation:
        return f"{{{_escaped(name.family)}}}"
    return ", ".join(_escaped(part) for part in (name.family, name.suffix, name.given) if part)


def _text(text: str) -> str:
    return f"{{{_escaped(text)}}}" if text else ""


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _WRITTEN.get(found[0], f"\\{found[0]}"), text)


def _braced(text: str) -> str:
    return f"{{{text}}}"
