"""Items in the styles that scholars write in. Owns citeproc.

The styles are files of the Citation Style Language (``kb/citations/csl``). citeproc-py 0.11
writes one item rightly and knows nothing of a list: no letters after a year that two works share,
no order. Both are given here.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from kb.citations.csl_json import csl_data
from kb.citations.items import Item

if TYPE_CHECKING:
    from citeproc import CitationStylesStyle

_FOLDER = Path(__file__).parent / "csl"
#: What stands in for a year with its letter, which has to be a number; and for a version, which is
#: taken for several where it has several digits.
_YEAR, _VERSION = 98_765_432, "\ue000"
_CSL = "http://purl.org/net/xbiblio/csl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A style by its id, the name that people know it by, its file and its English.

    ``has_years`` says that a text refers to a work by author and year, so that two works of an
    author and year need letters. ``has_versions`` says that it has a place for a version; where it
    has none, the version stands behind the title.
    """

    id: str
    label: str
    file: str
    locale: str = "en-US"
    has_years: bool = True
    has_versions: bool = True


#: The styles that are offered, in the order to show.
STYLES: Mapping[str, Style] = {
    style.id: style
    for style in (
        Style(id="apa", label="APA", file="apa"),
        Style(id="chicago", label="Chicago", file="chicago-author-date"),
        Style(
            id="harvard",
            label="Harvard",
            file="harvard-cite-them-right",
            locale="en-GB",
            has_versions=False,
        ),
        Style(id="mla", label="MLA", file="modern-language-association", has_years=False),
    )
}


def cited(item: Item, style: str) -> str:
    """One item as a bibliography in a style lists it, in plain text.

    Args:
        item: what is cited.
        style: an id of ``STYLES``.
    """
    return _cited(item, style, "")


def bibliography(items: Iterable[Item], style: str) -> tuple[str, ...]:
    """Items as a bibliography in a style lists them: by author, year and title, each once.

    Works of one author and year get letters after the year: 2010a, 2010b.
    """
    ordered = sorted(dict.fromkeys(items), key=_order)
    letters = _letters(ordered) if STYLES[style].has_years else {}
    return tuple(_cited(item, style, letters.get(item, "")) for item in ordered)


def _order(item: Item) -> tuple[str, ...]:
    return (*_by(item), item.year or "9999", item.title.casefold(), item.key, item.version)


def _by(item: Item) -> tuple[str, ...]:
    names = item.authors or item.editors
    return tuple(f"{name.family}, {name.given}".casefold() for name in names)


def _letters(ordered: Sequence[Item]) -> dict[Item, str]:
    """The letter of each item whose author and year another one has."""
    alike: dict[object, list[Item]] = {}
    for item in ordered:
        alike.setdefault((_by(item), item.year), []).append(item)
    return {
        item: _letter(n) for some in alike.values() if len(some) > 1 for n, item in enumerate(some)
    }


def _letter(n: int) -> str:
    """A to z, then aa, ab and so on."""
    before, last = divmod(n, len(ascii_lowercase))
    return (_letter(before - 1) if before else "") + ascii_lowercase[last]


@lru_cache(maxsize=4096)  # the styles of a page take some 40 ms, and pages are asked for again
def _cited(item: Item, style: str, letter: str) -> str:
    from citeproc import (
        VARIABLES,
        Citation,
        CitationItem,
        CitationStylesBibliography,
        formatter,
    )
    from citeproc.source.json import CiteProcJSON

    key = "item"
    data = csl_data(_said_once(item), key)
    known = {name: value for name, value in data.items() if _is_known(name, VARIABLES)}
    written = _for_style(known, style, with_letter=bool(letter))
    listed = CitationStylesBibliography(_style(style), CiteProcJSON([written]), formatter.plain)
    listed.register(Citation([CitationItem(key)]))
    text = str(listed.bibliography()[0])
    year = f"{item.year}{letter}" if item.year else f"n.d.-{letter}"
    return text.replace(str(_YEAR), year).replace(_VERSION, item.version)


def _is_known(name: str, variables: Iterable[str]) -> bool:
    return name in ("id", "type") or name.replace("-", "_") in variables


def _said_once(item: Item) -> Item:
    """Without a publisher that is the author, whom every style names once."""
    is_author = [name.family for name in item.authors] == [item.publisher]
    return replace(item, publisher="", entry="") if is_author else replace(item, entry="")


def _for_style(data: dict[str, Any], style: str, *, with_letter: bool) -> dict[str, Any]:
    """What citeproc-py reads as it is meant: stand-ins, and ranges of days within a year as it."""
    data = dict(data)
    if "version" in data:
        data["version"] = _VERSION
        if not STYLES[style].has_versions:
            data["title"] = f"{data['title']} (Version {_VERSION})"
    issued = data.get("issued", {})
    first, *last = issued.get("date-parts", [[]])
    if last and first[0] == last[0][0]:
        first, last = first[:1], []
    if with_letter:
        first = [_YEAR, *first[1:]]
    return data | {"issued": {**issued, "date-parts": [first, *last]}} if first else data


@cache
def _style(name: str) -> CitationStylesStyle:
    from citeproc import CitationStylesStyle

    style = STYLES[name]
    tree = ElementTree.parse(_FOLDER / f"{style.file}.csl")
    _initials_where_meant(tree.getroot())
    ElementTree.register_namespace("", _CSL)
    written = io.BytesIO()
    tree.write(written, encoding="utf-8", xml_declaration=True)
    written.seek(0)
    return CitationStylesStyle(written, locale=style.locale, validate=False)


def _initials_where_meant(style: ElementTree.Element) -> None:
    """Say at each name how initials are written, and nowhere that ``initialize`` forbids.

    citeproc-py makes initials wherever that is said, at the name or for the whole style.
    """
    initials = style.attrib.pop("initialize-with", None)
    for name in style.iter(f"{{{_CSL}}}name"):
        if name.get("initialize") == "false":
            name.attrib.pop("initialize-with", None)
        elif initials is not None:
            name.attrib.setdefault("initialize-with", initials)
