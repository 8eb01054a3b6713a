"""What an exported file says, before it has a form: cases and guides in an order, in plain records.

A file of a single case, of a list of hits and of a reading list is a ``Document``. Each format is
written from it, and from nothing else, so that all of them say the same. Its texts are plain and
have typographic quotation marks, but for those that are Markdown.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Words, and what stands beside them."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLine:
    """A result as it is shown.

    ``figure`` is the whole in one line; ``number`` is what stands large, with ``before``, ``lead``
    and ``unit`` around it, all empty where it is told in words alone. ``place`` says on which
    level, by when and where in the source; ``beside`` is what must be said of it: an amount in
    euros, that two passages were joined, what another source says.
    """

    metric: str
    statement: str
    place: str
    beside: tuple[str, ...] = ()
    figure: str = ""
    number: str = ""
    before: str = ""
    lead: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """A source as it is cited: ``before`` *title* ``after``, where in it, and what of it was seen.

    ``url`` is where it stands on the web, empty where it does not, or does no more.
    """

    before: str
    title: str
    after: str
    places: str
    seen: str = ""
    url: str = ""

    @property
    def text(self) -> str:
        """The whole as plain text."""
        parts = (f"{self.before}{self.title}{self.after}", self.places, self.seen)
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A case or a guide in a file.

    Attributes:
        id: of the case.
        title: of the case.
        kicker: what stands over the title: where, what kind, which type, how it ended.
        kind: what it is, as a sentence calls it: ``network``.
        summary: in a sentence or two.
        note: why it is there, in the words of who made the list; Markdown, mostly empty.
        facts: who, where, when, what together.
        ours: what is the editors' reading, in a sentence; empty where nothing is.
        results: as reported.
        gaps: what its source does not tell, in a sentence; empty where nothing is missing.
        body: the text, in Markdown.
        suits: whom it suits, in the editors' words.
        questions: for a class.
        works: its sources.
        passages: a warning that only a passage of a source was seen; empty where it is not so.
        newest: the address of its page, which always shows the newest text; empty where there is
            no such page.
        unchanged: the address of this text, which never changes; empty where there is none.
        version: what names this text, empty where nothing does.
        missing: why there is no text, in a sentence; empty where there is one. Then nothing is told
            but the title, the note and the addresses.
    """

    id: str
    title: str
    kicker: tuple[str, ...]
    kind: str
    summary: str
    facts: tuple[Fact, ...]
    ours: str
    results: tuple[ResultLine, ...]
    gaps: str
    body: str
    suits: tuple[str, ...]
    questions: tuple[str, ...]
    works: tuple[WorkLine, ...]
    passages: str
    newest: str
    unchanged: str = ""
    version: str = ""
    note: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a file that is no case: a session plan, say.

    ``text`` is Markdown. ``group`` is the heading that it stands under in the contents, with those
    beside it; empty for none.
    """

    title: str
    text: str
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a file says.

    ``site`` is the name of the compendium, ``root`` its public address (empty where it has none),
    ``state`` what names its state. ``address`` is where this very list is found, ``introduction``
    Markdown. ``about`` says how the list came about, such as the filters of a search. ``before``
    and ``after`` are parts around the items. ``items_group`` is the heading that the items stand
    under in the contents, empty for none. ``licence`` says how the texts may be used.
    """

    title: str
    items: tuple[Item, ...]
    site: str
    state: str = ""
    root: str = ""
    address: str = ""
    introduction: str = ""
    about: tuple[Fact, ...] = ()
    before: tuple[Part, ...] = ()
    after: tuple[Part, ...] = ()
    items_group: str = ""
    licence: str = ""
    licence_url: str = ""
    language: str = "en"

    @property
    def is_single(self) -> bool:
        """Whether it is one case and nothing around it, which needs no title of its own."""
        around = (self.introduction, self.about, self.before, self.after)
        return len(self.items) == 1 and self.title == self.items[0].title and not any(around)


def document_of(text: str) -> Document:
    """The document that some JSON of it stands for.

    Only what this program wrote is read here, by the maker of a file. To check it as what
    strangers send would take that process a fifth of its time.

    Raises:
        TypeError, KeyError: a record lacks something, or has what it should not.
        ValueError: it is no JSON.
    """
    given = json.loads(text)
    for name, record in _RECORDS.items():
        if name in given:
            given[name] = tuple(record(one) for one in given[name])
    return Document(**given)


def _item(given: dict[str, Any]) -> Item:
    texts = {name: tuple(given[name]) for name in ("kicker", "suits", "questions")}
    return Item(
        **{
            **given,
            **texts,
            "facts": tuple(Fact(**one) for one in given["facts"]),
            "results": tuple(map(_result, given["results"])),
            "works": tuple(WorkLine(**one) for one in given["works"]),
        }
    )


def _result(given: dict[str, Any]) -> ResultLine:
    return ResultLine(**{**given, "beside": tuple(given["beside"])})


#: What makes the records of a list in a document.
_RECORDS = {
    "items": _item,
    "about": lambda given: Fact(**given),
    "before": lambda given: Part(**given),
    "after": lambda given: Part(**given),
}
