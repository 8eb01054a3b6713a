"""Documents of the compendium that is served: a case, or several in an order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from kb.exports.document import Document, Item
from kb.exports.gather import item_of
from kb.model.cases import Case, Reference
from kb.model.taxonomy import Taxonomy
from kb.text.typography import curly
from web.core.request import searcher, site_words
from web.core.urls import addresses

_UNFIT = re.compile(r"[^a-z0-9]+")
#: The longest name of a file, in letters.
_LONGEST = 60


def case_document(case: Case) -> Document:
    """A case alone."""
    return document(case.title, [item(case)])


def version_document(
    case: Case, references: Mapping[str, Reference], taxonomy: Taxonomy, *, now: str
) -> Document:
    """A version of a case alone, with its own sources and the words of its time.

    ``now`` is the id under which the compendium has the case; empty where it has it no more.
    """
    made = item_of(case, references, taxonomy, addresses())
    return document(case.title, [replace(made, newest=addresses().case(now) if now else "")])


def item(case: Case, *, note: str = "") -> Item:
    """A case of the snapshot as an item of a file."""
    current = searcher()
    return item_of(case, current.compendium.references, current.taxonomy, addresses(), note=note)


def document(title: str, items: Iterable[Item], **more: object) -> Document:
    """Items as a document of this site; ``more`` are further fields of a ``Document``."""
    words = site_words()
    return Document(
        title=curly(title),
        items=tuple(items),
        site=words.name,
        state=searcher().snapshot_id,
        root=addresses().root,
        licence=words.licence,
        licence_url=words.licence_url,
        **more,
    )


def file_name(text: str) -> str:
    """What a file may be called, of letters that every machine takes: of an id or a title."""
    return _UNFIT.sub("-", text.lower()).strip("-")[:_LONGEST].strip("-") or "list"
