"""Sources that a case brings along itself, as no entry of ``sources.bib`` has them.

Two kinds: what those of whom a case tells told the compendium themselves, which is published
nowhere (``told``), and a published work that nobody has entered yet (``work``). So one file is a
whole contribution. An editor who moves a work to ``sources.bib`` takes it out of the case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from kb.content.bibliography import NO_DATE
from kb.content.schema import as_text, items_of
from kb.model.cases import TOLD, Imprint, Name, Reference, Seen

if TYPE_CHECKING:
    from kb.content.load import Draft

#: A year as an entry of ``sources.bib`` may give it.
YEAR = re.compile(rf"(?:about )?\d{{4}}|{NO_DATE}")
_ABOUT = "about "


class OwnSource(NamedTuple):
    """A source of one case alone, in a form that travels.

    Attributes:
        key: by which the case cites it.
        line: of the key in the file.
        at: its place among the sources of the case, from 1.
        is_told: whether it was told and not published.
        by: who told it, in which part; or who published it, empty where that is not named.
        date: the day on which it was told, or the year of the work.
        title: of the work; empty for what was told.
        url: of the work; empty where it has none.
        kind: one of ``KINDS_OF_SOURCE``; empty where nobody said.
    """

    key: str
    line: int
    at: int
    is_told: bool
    by: str
    date: str
    title: str = ""
    url: str = ""
    kind: str = ""


def own_keys(given: Mapping[str, Any]) -> Mapping[str, bool]:
    """The keys of the sources that front-matter brings along, and whether each has no year."""
    return {
        key: as_text(work.get("year")) == NO_DATE if isinstance(work, dict) else False
        for key, _, work, _ in _given(given)
    }


def own_sources(draft: Draft) -> tuple[OwnSource, ...]:
    """The sources that a case brings along; nothing is wrong in its front-matter."""
    found = []
    for key, told, work, at in _given(draft.front_matter.value):
        line = draft.front_matter.line("sources", at, "key")
        if isinstance(told, dict):
            by, day = _text(told, "by"), _text(told, "day")
            found.append(OwnSource(key, line, at + 1, is_told=True, by=by, date=day, kind=TOLD))
        elif isinstance(work, dict):
            kind = _text(work, "kind")
            named = (_text(work, name) for name in ("by", "year", "title", "url"))
            found.append(OwnSource(key, line, at + 1, False, *named, kind))
    return tuple(found)


def reference_of(source: OwnSource) -> Reference:
    """A source that a case brings along as one of the bibliography."""
    if source.is_told:
        return Reference(
            key=source.key,
            authors="",
            title=f"Told to this compendium by {source.by}",
            year=source.date[:4],
            note="",
            by=source.by,
            kind=TOLD,
            seen=Seen(how=TOLD, day=source.date),
            imprint=Imprint(type="unpublished", date=source.date),
            is_own=True,
        )
    year = source.date.removeprefix(_ABOUT)
    return Reference(
        key=source.key,
        authors=source.by,
        title=source.title,
        year="" if source.date == NO_DATE else source.date,
        note="",
        url=source.url or None,
        kind=source.kind or None,
        by=source.by,
        imprint=Imprint(
            type="online" if source.url else "misc",
            authors=(Name(family=source.by, is_organisation=True),) if source.by else (),
            date="" if year == NO_DATE else year,
        ),
        is_own=True,
    )


def with_own_sources(
    references: Mapping[str, Reference], sources: Iterable[OwnSource]
) -> Mapping[str, Reference]:
    """The bibliography with the sources that cases bring along; none takes the place of another."""
    own = {source.key: reference_of(source) for source in sources}
    return {**own, **references} if own else references


def _given(given: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any, int]]:
    """Key, ``told``, ``work`` and position of the sources that have one of the two."""
    for at, source in enumerate(items_of(given.get("sources"))):
        if isinstance(source, dict) and ("told" in source or "work" in source):
            key = as_text(source.get("key"))
            if key:
                yield key, source.get("told"), source.get("work"), at


def _text(given: Mapping[str, Any], name: str) -> str:
    return as_text(given.get(name)) or ""
