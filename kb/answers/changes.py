"""What is new and what changed, as data: cases by the day on which their text changed last.

The days come from the store of versions. Of a case that the store does not know, the day on
which it came in stands for it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from kb.answers.addresses import Addresses
from kb.answers.citation import held_versions, item_of
from kb.citations.items import Item
from kb.errors import QueryError
from kb.model.cases import Case
from kb.search.query import ADDED
from kb.versions.changes import days_of_change

if TYPE_CHECKING:
    from kb.search.searcher import Searcher

#: The day, as a number, of a case of which no day is known.
UNKNOWN = 0

_days: WeakKeyDictionary[Searcher, tuple[tuple[str, ...], np.ndarray]] = WeakKeyDictionary()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedCase:
    """A case with what changed in it last.

    Attributes:
        case: the case.
        item: the same as it is cited; its date is the day of the change, or empty.
        first_id: the id under which it came in, which stays though the case is moved.
        came_in: on which day it did, or empty.
        what: what changed last, in a sentence; empty of a case that is new.
        page: its address.
    """

    case: Case
    item: Item
    first_id: str
    came_in: str
    what: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """A page of the cases that changed last.

    Attributes:
        cases: the last change first; those of a day by id.
        total: how many there are on all pages.
        page: which one this is, from 1.
        pages: how many there are.
        first: the place of the first of ``cases`` among all, from 1.
        newest: the day of the last change of all; empty where no day is known.
    """

    cases: tuple[ChangedCase, ...]
    total: int
    page: int
    pages: int
    first: int
    newest: str


def days_by_row(searcher: Searcher) -> np.ndarray:
    """The day on which each case changed last, by row, as a number; ``UNKNOWN`` of some.

    Read once for a snapshot and what the store tells; what is added to it later, by a build or
    from the history of the repository, counts at once.

    Raises:
        VersionsUnreadable: the store cannot be read, and nobody is told another day for it.
    """
    state = searcher.versions.layers
    with _lock:
        known = _days.get(searcher)
        if known is None or known[0] != state:
            known = state, _read_days(searcher)
            _days[searcher] = known
    return known[1]


def _read_days(searcher: Searcher) -> np.ndarray:
    rows = np.arange(len(searcher.cases))
    ids = searcher.engine.ids(rows)
    added = searcher.engine.keys(ADDED, rows)
    days = np.where(np.isfinite(added), added, UNKNOWN).astype(np.int32)
    told = days_of_change(searcher.versions, ids, searcher.compendium.aliases)
    for row, case_id in enumerate(ids):
        if case_id in told:
            days[row] = date.fromisoformat(told[case_id]).toordinal()
    return days


def when_shown(searcher: Searcher) -> datetime | None:
    """When what is shown came to be shown: the snapshot was made, or the store was added to.

    A day alone would not do: what changes twice on a day would be missed.
    """
    times = [time for time in (searcher.made, searcher.versions.added_to) if time is not None]
    return max(times, default=None)


def day_of(number: int) -> str:
    """The day of a number of ``days_by_row``: ``2026-11-28``; empty where none is known."""
    return "" if number == UNKNOWN else date.fromordinal(int(number)).isoformat()


def changes(
    searcher: Searcher,
    addresses: Addresses,
    rows: np.ndarray,
    *,
    accessed: str,
    page: int = 1,
    per_page: int,
) -> Changes:
    """A page of some cases, by the day on which their text changed last.

    Args:
        searcher: the snapshot.
        addresses: where pages stand.
        rows: which cases, in the order of their ids.
        accessed: the day of access, for the citations.
        page: from 1.
        per_page: how many stand on a page.

    Raises:
        QueryError: the page is beyond the last one.
        VersionsUnreadable: the store of versions cannot be read.
    """
    pages = max(1, -(-len(rows) // per_page))
    if page > pages:
        raise QueryError(
            f"page must be from 1 to {pages}, not {page}: {len(rows)} found, {per_page} to a page.",
            parameter="page",
            value=page,
        )
    every = days_by_row(searcher)
    days = every[rows]
    order = np.lexsort((rows, -days))[(page - 1) * per_page : page * per_page]
    newest = int(days.max()) if len(rows) else int(every.max(initial=UNKNOWN))
    return Changes(
        cases=tuple(
            _changed(searcher.cases[row], searcher, addresses, accessed)
            for row in rows[order].tolist()
        ),
        total=len(rows),
        page=page,
        pages=pages,
        first=(page - 1) * per_page + 1,
        newest=day_of(newest),
    )


def _changed(case: Case, searcher: Searcher, addresses: Addresses, accessed: str) -> ChangedCase:
    held = held_versions(case, searcher)
    entries = held.entries if held else ()
    entry = held.entry(case.version) if held else None
    return ChangedCase(
        case=case,
        item=item_of(case, searcher, addresses, accessed=accessed),
        first_id=entries[0].case_id if entries else (*case.aliases, case.id)[0],
        came_in=entries[0].day if entries else case.added or "",
        what=entry.what if entry and entry is not entries[0] else "",
        page=addresses.case(case.id),
    )
