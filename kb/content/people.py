"""Reads ``cases/people.yaml``: people and organisations, and every problem in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from kb.content.front_matter import SourceFields
from kb.content.known import OTHER_ID, Known, like_it, nearest_ids
from kb.content.schema import (
    Complaint,
    Complaints,
    Given,
    Many,
    Place,
    Record,
    YamlFile,
    items_of,
    not_unique,
    optional,
    pattern,
    required,
    shown,
    text,
    texts,
)
from kb.errors import Problem
from kb.model.cases import Source
from kb.model.people import Named, NamedList, People

#: The most characters of a title, of who somebody was, and of what a source says of them.
MAX_TITLE, MAX_WAS, MAX_SAID = 90, 200, 400

_ID = pattern("[a-z0-9]+(-[a-z0-9]+)*", "lower case letters, digits and hyphens")
_TITLE, _SAID = text(most=MAX_TITLE), text(most=MAX_SAID)
_SOURCES = "[{key: roy-1998, locator: note 12}]"


class _NamedFields(Record):
    what = "a person or an organisation"
    makes = Named

    id: Annotated[str, _ID] = required("", "jane-doe")
    name: Annotated[str, _TITLE] = required("", "Jane Doe")
    was: Annotated[str, text(most=MAX_WAS)] = required("", "Partner of a consultancy, Oslo")
    said: Annotated[str, _SAID] = optional()
    belongs: Annotated[tuple[str, ...], texts(text())] = optional()
    documents: Annotated[tuple[str, ...], texts(OTHER_ID)] = optional()
    sources: Annotated[
        tuple[Source, ...],
        Many(SourceFields, none=f"must name at least one; 'sources: {_SOURCES}'."),
    ] = required("", _SOURCES)


class _ListFields(Record):
    what = "a list of people or organisations"
    makes = NamedList

    id: Annotated[str, _ID] = required("", "people")
    title: Annotated[str, _TITLE] = required("", "People")
    lead: Annotated[str, _SAID] = optional()
    entries: Annotated[
        tuple[Named, ...], Many(_NamedFields, none="must hold at least one entry.")
    ] = required("", "")


class _File(Record):
    what = "people and organisations"
    shape = "people and organisations must be lists under 'lists:', with a title and a notice."
    makes = People

    title: Annotated[str, _TITLE] = required("", "People and organisations")
    notice: Annotated[str, _SAID] = required("", "As the source named them in 1998; no contacts.")
    lists: Annotated[
        tuple[NamedList, ...], Many(_ListFields, none="must hold at least one list.")
    ] = required("", "")

    @staticmethod
    def rules(given: Given, sound: Given, known: Known) -> Complaints:
        """Lists and entries share one set of ids, each a place on the page; links lead to one."""
        taken: set[str] = set()
        for place, fields in _records(given):
            name = fields.get("id")
            if isinstance(name, str) and name in taken:
                yield not_unique((*place, "id"), name)
            if isinstance(name, str):
                taken.add(name)
        entries = {
            fields["id"]
            for place, fields in _records(given)
            if "entries" in place and isinstance(fields.get("id"), str)
        }
        yield from _links(given, entries)


def _records(given: Given) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Each list and each entry with its place, as far as they are mappings."""
    for number, one in enumerate(items_of(given.get("lists"))):
        if isinstance(one, dict):
            yield ("lists", number), one
            for position, entry in enumerate(items_of(one.get("entries"))):
                if isinstance(entry, dict):
                    yield ("lists", number, "entries", position), entry


def _links(given: Given, entries: set[str]) -> Complaints:
    """Whom somebody belonged to stands in the file, and is somebody else."""
    for place, fields in _records(given):
        for other in items_of(fields.get("belongs") or []):
            if isinstance(other, str) and (other not in entries or other == fields.get("id")):
                others = entries - {str(fields.get("id"))}
                nearest = like_it(other, others)
                hint = nearest_ids(nearest)
                message = f"must name another entry of the file, not {shown(other)}{hint}."
                yield Complaint((*place, "belongs"), "person-unknown", message, nearest)


_FILE = YamlFile(model=_File, what="the list of people and organisations")


def read_people(path: Path, known: Known) -> tuple[People | None, list[Problem]]:
    """The lists, None where there is no such file or anything is wrong; and every problem."""
    return _FILE.read(path, known)
