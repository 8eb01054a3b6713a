"""Items as RIS, which reference managers and the reading lists of universities take.

A writer of our own: the libraries that write RIS write the tags that one gives them, and what
matters is which tag holds what. The tags are those that Zotero and EndNote read for each type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kb.citations.items import Item, distinct
from kb.model.cases import Name

#: The type of RIS by the kind of CSL.
TYPES = {
    "article-journal": "JOUR",
    "book": "BOOK",
    "chapter": "CHAP",
    "dataset": "DATA",
    "document": "GEN",
    "manuscript": "UNPB",
    "motion_picture": "VIDEO",
    "pamphlet": "PAMP",
    "paper-conference": "CPAPER",
    "patent": "PAT",
    "report": "RPRT",
    "software": "COMP",
    "thesis": "THES",
    "webpage": "ELEC",
}


def to_ris(items: Iterable[Item]) -> str:
    """Items as RIS, in their order; lines end with CR LF, as the format asks."""
    lines: list[str] = []
    for key, item in distinct(items):
        for tag, value in _tags(item, key):
            lines.append(f"{tag}  - {' '.join(value.split())}")
        lines += ["ER  - ", ""]
    return "\r\n".join(lines)


def _tags(item: Item, key: str) -> Iterator[tuple[str, str]]:
    yield "TY", TYPES[item.kind]
    yield "ID", key
    yield "TI", item.title
    yield from (("AU", _name(name)) for name in item.authors)
    yield from (("A2" if item.container else "ED", _name(name)) for name in item.editors)
    first, _, last = item.pages.partition("-")
    said = {
        "PY": item.year,
        "DA": _date(item),
        "T2": item.container or item.event,
        "T3": item.series,
        "VL": item.volume,
        "IS": item.issue,
        "SP": first,
        "EP": last.strip("-"),
        "ET": item.edition,
        "PB": item.publisher,
        "CY": item.place,
        "M3": item.genre,
        "SN": item.isbn or item.issn or item.number or item.version,
        "DO": item.doi,
        "LA": item.language,
        "UR": item.url,
        "Y2": f"{item.accessed.replace('-', '/')}/" if item.accessed else "",
        "N1": item.note,
    }
    yield from ((tag, value) for tag, value in said.items() if value)


def _name(name: Name) -> str:
    """A name: parts after commas. One of an organisation ends with a comma and is not split.

    A comma in it is written twice, as EndNote asks.
    """
    if name.is_organisation:
        return name.family.replace(", ", ",, ") if ", " in name.family else f"{name.family},"
    return ",".join(filter(None, (name.family, name.given, name.suffix)))


def _date(item: Item) -> str:
    """``1998/09/23/``, with blanks between the strokes for what is not known, and more after it."""
    if not item.days:
        return ""
    first, *last = item.days
    parts = [f"{part:0{4 if n == 0 else 2}}" for n, part in enumerate(first)] + ["", ""]
    more = f"to {item.date.partition('/')[2]}" if last else "about" if item.is_about else ""
    return "/".join((*parts[:3], more))
