"""What is harvested, and when it changed: each case of a snapshot, and each that is no more.

The days are those of the store of versions. A case that was moved is two records: one under its
former id, which is deleted, and one under its new id.
"""

from __future__ import annotations

import heapq
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from math import isfinite

import numpy as np

from kb.engine.base import Engine
from kb.engine.filters import Filter
from kb.errors import VersionNotFound, VersionsDamaged
from kb.model.case_versions import Entry
from kb.search.query import ADDED
from kb.search.searcher import Searcher

#: The day of a case of which the store of versions knows nothing, and that says none itself.
_LONG_AGO = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A record without its metadata: of which id, changed on which day, and whether it is gone."""

    case_id: str
    day: str
    is_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which records are asked for; days and ids as in ``kb.harvesting.protocol.Asked``."""

    since: str = ""
    until: str = ""
    kind: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a list of records.

    Attributes:
        headers: the records by their ids.
        total: how many the whole list has.
        before: how many stand before these.
    """

    headers: tuple[Header, ...]
    total: int
    before: int

    @property
    def is_last(self) -> bool:
        """Whether nothing comes after these."""
        return self.before + len(self.headers) >= self.total


@dataclass(frozen=True, slots=True)
class _Ended:
    """A case that is no more: when that was noted, and before which row its id would stand."""

    case_id: str
    day: int
    place: int


@dataclass(frozen=True, kw_only=True)
class Held:
    """The records of a snapshot: some bytes for each, so that each worker keeps them.

    Attributes:
        days: row by row on which day a case changed last, counted as ``date.toordinal`` does.
        ended: the cases that are no more, by their ids.
    """

    days: np.ndarray
    ended: tuple[_Ended, ...]
    _kinds: dict[str, str] = field(default_factory=dict)

    @property
    def earliest(self) -> str:
        """The day before which nothing changed."""
        known = [
            *(one.day for one in self.ended),
            *((int(self.days.min()),) * bool(len(self.days))),
        ]
        return _text(min(known, default=_LONG_AGO))

    def header(self, case_id: str, searcher: Searcher) -> Header | None:
        """The record of an id; None where no case has it or had it."""
        row = searcher.engine.row(case_id)
        if row is not None:
            return Header(case_id=case_id, day=_text(int(self.days[row])))
        at = bisect_left(self.ended, case_id, key=_id_of)
        if at < len(self.ended) and self.ended[at].case_id == case_id:
            return _deleted(self.ended[at])
        return None

    def page(self, asked: Selection, searcher: Searcher, *, whole: int, part: int) -> Page:
        """The next records of a list.

        Args:
            asked: which records.
            searcher: the snapshot.
            whole: a list of at most so many is given whole.
            part: of a longer one, so many at once.
        """
        rows = self._rows(asked, searcher)
        ended = self._ended(asked, searcher)
        total = len(rows) + len(ended)
        most = whole if total <= whole else part
        first_row = first_ended = 0
        if asked.after:
            place = bisect_right(_Ids(searcher.engine), asked.after)
            first_row = int(np.searchsorted(rows, place))
            first_ended = bisect_right(ended, asked.after, key=_id_of)
        here = ((row, 1, None) for row in rows[first_row : first_row + most].tolist())
        gone = ((one.place, 0, one) for one in ended[first_ended : first_ended + most])
        merged = heapq.merge(here, gone, key=lambda one: one[:2])
        return Page(
            headers=tuple(self._headers(islice(merged, most), searcher.engine)),
            total=total,
            before=first_row + first_ended,
        )

    def kind(self, header: Header, searcher: Searcher) -> str:
        """The kind of a case, of one that is no more by its last version; empty if not known."""
        if not header.is_deleted:
            return searcher.compendium.by_id[header.case_id].kind
        if header.case_id not in self._kinds:
            self._kinds[header.case_id] = _last_kind(header.case_id, searcher)
        return self._kinds[header.case_id]

    def _rows(self, asked: Selection, searcher: Searcher) -> np.ndarray:
        since, until = _bounds(asked)
        fits = (self.days >= since) & (self.days <= until)
        if asked.kind:
            of_kind = np.zeros(len(self.days), dtype=bool)
            of_kind[searcher.engine.matching(Filter(kinds=(asked.kind,)))] = True
            fits &= of_kind
        return np.flatnonzero(fits)

    def _ended(self, asked: Selection, searcher: Searcher) -> list[_Ended]:
        since, until = _bounds(asked)
        return [
            one
            for one in self.ended
            if since <= one.day <= until
            and (not asked.kind or self.kind(_deleted(one), searcher) == asked.kind)
        ]

    def _headers(
        self, merged: Iterator[tuple[int, int, _Ended | None]], engine: Engine
    ) -> Iterator[Header]:
        chosen = tuple(merged)
        rows = np.array([row for row, _, ended in chosen if ended is None], dtype=np.int64)
        ids = iter(engine.ids(rows))
        for row, _, ended in chosen:
            if ended is None:
                yield Header(case_id=next(ids), day=_text(int(self.days[row])))
            else:
                yield _deleted(ended)


class Holding:
    """Gives what is held by a snapshot, and keeps the last. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[object, Held] | None = None

    def of(self, searcher: Searcher) -> Held:
        """What is held by a snapshot and by the store of versions as it is now.

        Raises:
            VersionsUnreadable: the store cannot be read.
        """
        state = (searcher.snapshot_id, searcher.versions.layers)
        with self._lock:
            if self._kept is None or self._kept[0] != state:
                self._kept = (state, held_of(searcher))
            return self._kept[1]


def held_of(searcher: Searcher) -> Held:
    """What is held by a snapshot: every case, and all that the store knows to be no more.

    Raises:
        VersionsUnreadable: the store cannot be read.
    """
    last = searcher.versions.last_entries()
    rows = np.arange(len(searcher.cases))
    ids = searcher.engine.ids(rows)
    added = searcher.engine.keys(ADDED, rows).tolist()
    days = np.fromiter(
        (_day_of(last.get(one), day) for one, day in zip(ids, added, strict=True)),
        dtype=np.int32,
        count=len(ids),
    )
    by_id = dict(zip(ids, days.tolist(), strict=True))
    ended = {
        case_id: day
        for case_id, day in _days_of_ended(last, by_id, searcher)
        if case_id not in by_id
    }
    return Held(
        days=days,
        ended=tuple(_Ended(one, ended[one], bisect_left(ids, one)) for one in sorted(ended)),
    )


def _days_of_ended(
    last: Mapping[str, Entry], by_id: Mapping[str, int], searcher: Searcher
) -> Iterator[tuple[str, int]]:
    """What is no more with the day since when; the store of versions has the last word.

    Where the store is younger than a move or a withdrawal, the compendium tells of it.
    """
    for old, new in searcher.compendium.aliases.items():
        yield old, by_id.get(new, _LONG_AGO)
    for case_id, gone in searcher.compendium.withdrawn.items():
        yield case_id, _ordinal(gone.day)
    for case_id, entry in last.items():
        if not entry.digest:
            yield case_id, _ordinal(entry.day)


def _day_of(entry: Entry | None, added: float) -> int:
    if entry is not None:
        return _ordinal(entry.day)
    return int(added) if isfinite(added) else _LONG_AGO


def _last_kind(case_id: str, searcher: Searcher) -> str:
    """The kind that a case had when it ended."""
    newest = searcher.versions.newest(case_id)
    if newest is not None:
        try:
            understood = searcher.versions.version(newest.digest).understood
        except (VersionNotFound, VersionsDamaged):  # then nobody knows
            return ""
        return understood.case.kind if understood else ""
    now = searcher.compendium.by_id.get(searcher.compendium.aliases.get(case_id, ""))
    return now.kind if now else ""


def _bounds(asked: Selection) -> tuple[int, int]:
    since = _ordinal(asked.since) if asked.since else 0
    return since, _ordinal(asked.until) if asked.until else date.max.toordinal()


def _deleted(one: _Ended) -> Header:
    return Header(case_id=one.case_id, day=_text(one.day), is_deleted=True)


def _id_of(one: _Ended) -> str:
    return one.case_id


def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def _text(day: int) -> str:
    return date.fromordinal(day).isoformat()


class _Ids:
    """The ids of an engine in their order, each asked for when it is looked at."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __len__(self) -> int:
        return len(self._engine)

    def __getitem__(self, row: int) -> str:
        return self._engine.ids(np.array([row]))[0]
