"""Items as CSL-JSON, which Zotero, Mendeley and every citation processor read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from kb.citations.items import Item, distinct
from kb.model.cases import Name

#: Variables of CSL that hold a text, by what an item calls it.
TEXTS = {
    "title": "title",
    "genre": "genre",
    "publisher": "publisher",
    "place": "publisher-place",
    "container": "container-title",
    "series": "collection-title",
    "volume": "volume",
    "issue": "issue",
    "number": "number",
    "pages": "page",
    "edition": "edition",
    "event": "event-title",
    "doi": "DOI",
    "isbn": "ISBN",
    "issn": "ISSN",
    "language": "language",
    "version": "version",
    "url": "URL",
    "note": "note",
}


def to_csl_json(items: Iterable[Item]) -> str:
    """Items as a list of CSL-JSON, in their order."""
    data = [csl_data(item, key) for key, item in distinct(items)]
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def csl_data(item: Item, key: str) -> dict[str, Any]:
    """One item as CSL calls its parts; what it has not is left out."""
    data: dict[str, Any] = {"id": key, "type": item.kind}
    data |= {name: value for field, name in TEXTS.items() if (value := getattr(item, field))}
    for role, names in (("author", item.authors), ("editor", item.editors)):
        if names:
            data[role] = [_name(name) for name in names]
    if item.date:
        data["issued"] = {"date-parts": [list(day) for day in item.days]}
        if item.is_about:
            data["issued"]["circa"] = True
    if item.accessed:
        data["accessed"] = {"date-parts": [[int(part) for part in item.accessed.split("-")]]}
    return data


def _name(name: Name) -> dict[str, str]:
    if name.is_organisation:
        return {"literal": name.family}
    parts = {"family": name.family, "given": name.given, "suffix": name.suffix}
    return {part: value for part, value in parts.items() if value}
