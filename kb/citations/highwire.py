"""The ``citation_*`` tags of a page, by which Zotero and Google Scholar know what it is.

Zotero makes a report of a page that names ``citation_technical_report_institution``, and an
article of one that does not. It takes the last word of a name for the family, unless there is a
comma: so the name of an organisation ends with one.
"""

from __future__ import annotations

from collections.abc import Iterator

from kb.citations.items import Item
from kb.model.cases import Name


def highwire_tags(item: Item) -> Iterator[tuple[str, str]]:
    """The tags of a case's page with what each says, in their order."""
    yield "citation_title", item.title
    for name in item.authors:
        yield "citation_author", _name(name)
    if item.date:
        yield "citation_publication_date", item.date.replace("-", "/")
    yield "citation_technical_report_institution", item.publisher
    if item.version:
        yield "citation_technical_report_number", item.version
    yield "citation_public_url", item.url
    if item.language:
        yield "citation_language", item.language


def _name(name: Name) -> str:
    """A name that is taken apart at its comma; a comma inside a name would be taken for one."""
    family = name.family.replace(", ", " ")
    if name.is_organisation:
        return f"{family},"
    return f"{family}, {' '.join(filter(None, (name.given, name.suffix)))}"
