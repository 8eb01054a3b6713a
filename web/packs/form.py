"""The form in which a reading list is made: what it holds, what a button of it does.

Everything of the list stands in the form and comes with every button, so nothing that was
written is lost, and nothing has to be kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from werkzeug.datastructures import MultiDict

from kb.answers.packs import Texts
from kb.model.packs import (
    MAX_INTRODUCTION,
    MAX_ITEMS,
    MAX_NOTE,
    MAX_TITLE,
    Pack,
    PackItem,
    as_line,
    as_paragraphs,
    named,
)
from kb.text.typography import curly
from web.words.lists import shortened

#: More bytes than this are not read.
MOST_BYTES = 1_000_000
#: Of a list that is too long so many items are shown again, as each of them takes its time.
MOST_SHOWN = 2 * MAX_ITEMS
#: The longest text that cases are looked for by, in characters.
LONGEST_QUERY = 200
#: What a button may have done, in one word.
SAID = ("added", "already", "back", "moved", "removed", "saved")
#: What a button may ask for: these words, or one of the others with a place or an id.
KEEP, ENTER, SEARCH, FILE, SEE, UNDO = "keep", "enter", "save", "file", "see", "undo"
UP, DOWN, REMOVE, ADD = "up", "down", "remove", "add"
#: The id of the heading of what was found.
FOUND = "found"
_DO = re.compile(rf"({UP}|{DOWN}|{REMOVE})-([0-9]{{1,3}})|{ADD}-([a-z0-9/-]{{1,200}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """An item that was taken out, and its place, from 0."""

    item: PackItem
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A reading list in the making.

    ``faults`` maps places in the form to what is wrong there, ``strange`` says what is wrong with
    the form. ``query`` is what cases are looked for by. ``removed`` can be brought back.
    ``said`` tells what was done, and ``at`` which item it was done to, from 1. ``way`` is the
    button by which it was moved, ``looks`` whether cases were looked for just now.
    """

    pack: Pack = field(default_factory=Pack)
    faults: Mapping[str, str] = field(default_factory=dict)
    strange: tuple[str, ...] = ()
    query: str = ""
    removed: Removed | None = None
    said: str = ""
    at: int = 0
    way: str = ""
    looks: bool = False

    @property
    def goes_on(self) -> str:
        """The id of the part of the form where whoever pressed a button goes on; mostly empty.

        After a move that is the same button again, or the other one at an end of the list.
        """
        if self.looks:
            return FOUND
        if self.said == "moved" and self.way:
            is_at_end = self.at == (1 if self.way == UP else len(self.pack.items))
            other = DOWN if self.way == UP else UP
            return f"{other if is_at_end else self.way}-{self.at}"
        return f"item-{self.at}" if self.at else ""

    @property
    def is_sound(self) -> bool:
        """Whether it can be kept."""
        return not self.faults and not self.strange


def read_draft(form: MultiDict[str, str], removed: Removed | None) -> Draft:
    """The list that a form holds, with everything that is wrong with it."""
    cases, notes = form.getlist("case"), form.getlist("note")
    strange = []
    if len(cases) != len(notes):
        strange.append("The form is not whole: a case or a note is missing. Open the list again.")
    items = []
    for name, note in zip(cases[:MOST_SHOWN], notes[:MOST_SHOWN], strict=False):
        item = named(name[:300])
        if item is None:
            strange.append(f"“{shortened(name)}” is no case of a list. Open the list again.")
        else:
            items.append(replace(item, note=as_paragraphs(note)))
    pack = Pack(
        title=as_line(form.get("title", "")),
        introduction=as_paragraphs(form.get("introduction", "")),
        items=tuple(items),
    )
    return Draft(
        pack=pack,
        faults={**faults_of(pack), **_cut_off(len(cases))},
        strange=tuple(strange[:3]),
        query=as_line(form.get("q", ""))[:LONGEST_QUERY],
        removed=removed,
    )


def _cut_off(n_sent: int) -> Mapping[str, str]:
    """What is said of a list that is so long that not all of it stands in the form again."""
    if n_sent <= MOST_SHOWN:
        return {}
    said = (
        f"A list must hold {MAX_ITEMS} cases or fewer. This one has {n_sent:,}, of which the first "
        f"{MOST_SHOWN} stand here. Open its file again, and make two lists of it."
    )
    return {"items": said}


def faults_of(pack: Pack) -> Mapping[str, str]:
    """What is too long or too many, by the place in the form."""
    found = {}
    for place, what, text, most in (
        ("title", "The title", pack.title, MAX_TITLE),
        ("introduction", "The introduction", pack.introduction, MAX_INTRODUCTION),
        *(
            (f"note-{number}", f"Note {number}", item.note, MAX_NOTE)
            for number, item in enumerate(pack.items, 1)
        ),
    ):
        if len(text) > most:
            found[place] = (
                f"{what} must be {most:,} characters or fewer. It has {len(text):,}; shorten it."
            )
    if len(pack.items) > MAX_ITEMS:
        found["items"] = (
            f"A list must hold {MAX_ITEMS} cases or fewer. This one has {len(pack.items):,}; "
            "make two lists."
        )
    return found


def done(draft: Draft, do: str, texts: Texts) -> Draft:
    """The list after a button was pressed.

    Args:
        draft: the list before; sound.
        do: the value of the button.
        texts: where new items find their version.
    """
    if do == UNDO and draft.removed:
        return _brought_back(draft, draft.removed)
    if do == SEARCH:
        return replace(draft, looks=bool(draft.query))
    if do == KEEP:
        return replace(draft, said="saved")
    match = _DO.fullmatch(do)
    if match is None:
        return draft
    way, place, case_id = match.groups()
    if case_id:
        return with_case(draft, case_id, texts)
    at = int(place) - 1
    if not 0 <= at < len(draft.pack.items):
        return draft
    if way == REMOVE:
        return _taken_out(draft, at)
    return replace(_moved(draft, at, -1 if way == UP else 1), way=way)


def with_case(draft: Draft, case_id: str, texts: Texts) -> Draft:
    """The list with a case at its end, once; a case that nobody knows changes nothing.

    A list that is full stays as it is, with a fault that names the case.
    """
    version = texts.newest(case_id)
    if not version:
        return draft
    ids = [_id_of(item, texts) for item in draft.pack.items]
    if case_id in ids:
        return replace(draft, said="already", at=ids.index(case_id) + 1)
    if len(ids) >= MAX_ITEMS:
        return replace(draft, faults={"items": _full(version, case_id, texts)})
    items = (*draft.pack.items, PackItem(case=case_id, version=version))
    return replace(draft, pack=replace(draft.pack, items=items), said="added", at=len(items))


def _full(version: str, case_id: str, texts: Texts) -> str:
    """What is said of a case for which there is no room."""
    text = texts.at(version)
    title = curly(text.case.title) if text else case_id
    return (
        f"“{title}” was not added: a list holds {MAX_ITEMS} cases, and this one is full. "
        "Take a case out first, or start a second list."
    )


def without_case(draft: Draft, case_id: str, texts: Texts) -> Draft:
    """The list without a case; one that is not in it changes nothing."""
    ids = [_id_of(item, texts) for item in draft.pack.items]
    return _taken_out(draft, ids.index(case_id)) if case_id in ids else draft


def _id_of(item: PackItem, texts: Texts) -> str:
    if item.case:
        return item.case
    text = texts.at(item.version)
    return text.case.id if text else ""


def _moved(draft: Draft, at: int, by: int) -> Draft:
    items = list(draft.pack.items)
    to = min(max(at + by, 0), len(items) - 1)
    items.insert(to, items.pop(at))
    return replace(draft, pack=replace(draft.pack, items=tuple(items)), said="moved", at=to + 1)


def _taken_out(draft: Draft, at: int) -> Draft:
    items = list(draft.pack.items)
    removed = Removed(item=items.pop(at), at=at)
    pack = replace(draft.pack, items=tuple(items))
    return replace(draft, pack=pack, removed=removed, said="removed", at=min(at + 1, len(items)))


def _brought_back(draft: Draft, removed: Removed) -> Draft:
    items = list(draft.pack.items)
    at = min(removed.at, len(items))
    items.insert(at, removed.item)
    pack = replace(draft.pack, items=tuple(items))
    return replace(draft, pack=pack, removed=None, said="back", at=at + 1)
