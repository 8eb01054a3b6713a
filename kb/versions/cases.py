"""The versions of one case, under all its ids, beside what a snapshot says of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.errors import VersionNotFound
from kb.model.case_versions import SHORT, Entry, short
from kb.model.cases import Case
from kb.model.compendium import Compendium
from kb.versions.store import Histories, Versions

#: What may name a version: some first characters of its digest, or all of them.
_NAME = re.compile(rf"[0-9a-f]{{{SHORT},64}}")
#: A message names so many versions, the newest ones.
_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseVersions:
    """The versions of a case.

    Attributes:
        case_id: which case, by the id that was asked for.
        now: its id in the snapshot; empty where the snapshot has it under none.
        entries: its history, oldest first: each with the id under which that was. It begins under
            its earlier ids.
        newest: the digest of what the snapshot shows; of what was shown last where the case is
            no more; empty where the store knows no version.
        ended: how it ended, where it is no more under this id.
    """

    case_id: str
    now: str
    entries: tuple[Entry, ...]
    newest: str
    ended: Entry | None

    @property
    def newest_entry(self) -> Entry | None:
        """The last entry on the newest version."""
        return next((one for one in reversed(self.entries) if one.digest == self.newest), None)

    def entry(self, digest: str) -> Entry | None:
        """The last entry on a version."""
        return next((one for one in reversed(self.entries) if one.digest == digest), None)

    def before(self, digest: str) -> Entry | None:
        """The entry before the last one on a version; None where that was the first."""
        places = [at for at, entry in enumerate(self.entries) if entry.digest == digest]
        return self.entries[places[-1] - 1] if places and places[-1] else None

    @property
    def digests(self) -> tuple[str, ...]:
        """The digest of each version once, the newest first."""
        return tuple(dict.fromkeys(entry.digest for entry in reversed(self.entries)))

    def named(self, name: str) -> str:
        """The digest of the version that an address names.

        Raises:
            VersionNotFound: the case has none of that name, or several.
        """
        name = name.lower()
        found = tuple(one for one in self.digests if one.startswith(name) and _NAME.fullmatch(name))
        if len(found) != 1:
            known = tuple(map(short, self.digests[:_NAMED]))
            raise VersionNotFound(name, found=found, case_id=self.case_id, known=known)
        return found[0]


def versions_of(
    versions: Versions | Histories, compendium: Compendium, case_id: str
) -> CaseVersions:
    """The versions of a case, also of one that is no more, or never was.

    Args:
        versions: the store, or what it told.
        compendium: what is served.
        case_id: an id that the case has or had.

    Raises:
        VersionsUnreadable: the store cannot be read.
    """
    now = case_id if case_id in compendium.by_id else compendium.aliases.get(case_id, "")
    return versions_told(versions, case_id, now, compendium.by_id.get(now))


def versions_told(
    versions: Versions | Histories, case_id: str, now: str, case: Case | None
) -> CaseVersions:
    """The versions of a case, where it is known what the snapshot has of it.

    Args:
        versions: the store, or what it told.
        case_id: an id that the case has or had.
        now: the id that it has, empty for none.
        case: the case under that id; None where there is none.

    Raises:
        VersionsUnreadable: the store cannot be read.
    """
    own = versions.history(case_id)
    earlier: list[Entry] = []
    if case is not None and now == case_id:
        for alias in case.aliases:
            earlier += versions.history(alias)
    told = sorted((*earlier, *own), key=lambda entry: entry.day)  # stable within a day
    entries = each_where_it_begins(told)
    last = entries[-1].digest if entries else ""
    return CaseVersions(
        case_id=case_id,
        now=now if case is not None else "",
        entries=entries,
        newest=case.version if case is not None and now == case_id else last,
        ended=own[-1] if own and not own[-1].digest else None,
    )


def each_where_it_begins(told: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries that name a version, less those that name the one before again."""
    entries: list[Entry] = []
    for entry in told:
        if entry.digest and not (entries and entries[-1].digest == entry.digest):
            entries.append(entry)
    return tuple(entries)
