"""What the pages of versions compute: the text with its own words, and where it stands."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from kb.answers.versions import state_of
from kb.errors import VersionsDamaged
from kb.model.case_versions import Entry, Version, short
from kb.model.compendium import Compendium
from kb.model.taxonomy import Taxonomy
from kb.search.searcher import Searcher
from kb.versions.cases import CaseVersions, versions_of
from web.core.request import versions
from web.core.urls import case_url, version_url

_log = logging.getLogger(__name__)

#: So many versions are listed openly on the page of a case; a longer list is folded.
MOST_OPEN = 1
#: What stands between two versions in the address of what differs.
BETWEEN = "..."


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedVersion:
    """A version in the list of a case.

    ``since`` is the address of what differs from the version before, empty for the first.
    """

    entry: Entry
    name: str
    url: str
    since: str
    is_newest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A version that a page shows, and where it stands among the others.

    ``state`` is that of the case, see ``kb.answers.versions``; ``reason`` is why it was withdrawn
    and ``until`` the day on which it went. ``newest`` is the entry of the newest version, ``entry``
    that of this one.
    """

    case_id: str
    name: str
    digest: str
    entry: Entry | None
    newest: Entry | None
    is_newest: bool
    state: str
    now: str
    reason: str
    until: str

    @property
    def url(self) -> str:
        """Where this text stays unchanged."""
        return version_url(self.case_id, self.name)

    @property
    def always_newest(self) -> str:
        """Where the newest text stands; empty where the case is no more."""
        return case_url(self.now) if self.now else ""

    @property
    def since(self) -> str:
        """What has changed since; empty where this is the newest."""
        if self.is_newest or self.newest is None:
            return ""
        return version_url(self.case_id, f"{self.name}{BETWEEN}{short(self.newest.digest)}")


def shown(held: CaseVersions, digest: str, compendium: Compendium) -> Shown:
    """Where a version of a case stands."""
    withdrawn = compendium.withdrawn.get(held.case_id)
    ended = held.ended
    return Shown(
        case_id=held.case_id,
        name=short(digest),
        digest=digest,
        entry=held.entry(digest),
        newest=held.newest_entry,
        is_newest=digest == held.newest,
        state=state_of(held, compendium),
        now=held.now,
        reason=withdrawn.reason if withdrawn else "",
        until=withdrawn.day if withdrawn else ended.day if ended else "",
    )


def listed_versions(case_id: str, searcher: Searcher) -> tuple[ListedVersion, ...]:
    """The versions of a case, the newest first; none where the store cannot be read."""
    try:
        held = versions_of(versions(), searcher.compendium, case_id)
    except VersionsDamaged as err:  # the case itself is none the worse
        _log.error("the versions of %r cannot be read: %s", case_id, err)
        return ()
    before = (None, *held.entries)
    told = [
        ListedVersion(
            entry=entry,
            name=short(entry.digest),
            url=version_url(case_id, short(entry.digest)),
            since=version_url(case_id, f"{short(last.digest)}{BETWEEN}{short(entry.digest)}")
            if last
            else "",
            is_newest=entry.digest == held.newest,
        )
        for last, entry in zip(before, held.entries, strict=False)
    ]
    return tuple(reversed(told))


def own_words(version: Version, searcher: Searcher) -> Taxonomy:
    """The vocabulary that is served, with the terms of a version as they were for it."""
    known = version.understood
    return searcher.taxonomy.as_then(known.terms) if known else searcher.taxonomy
