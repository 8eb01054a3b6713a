"""On which day the text of each case changed last, as the store of versions tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kb.model.case_versions import Entry
from kb.versions.cases import each_where_it_begins
from kb.versions.store import Versions


def days_of_change(
    versions: Versions, case_ids: Iterable[str], aliases: Mapping[str, str]
) -> dict[str, str]:
    """The day on which each case changed last, by id, of all cases in one reading of the store.

    It is the day of the newest version that the store has of a case under all its ids. A case
    that the store does not know is left out.

    Args:
        versions: the store.
        case_ids: the cases.
        aliases: ids under which cases stood before, to those under which they stand now.

    Raises:
        VersionsUnreadable: the store cannot be read.
    """
    histories = versions.histories()
    earlier: dict[str, list[Entry]] = {}
    for alias, now in aliases.items():
        earlier.setdefault(now, []).extend(histories.get(alias, ()))
    days = {}
    for case_id in case_ids:
        told = histories.get(case_id, ())
        if case_id in earlier:
            told = tuple(sorted((*earlier[case_id], *told), key=lambda entry: entry.day))
        if entries := each_where_it_begins(told):
            days[case_id] = entries[-1].day
    return days
