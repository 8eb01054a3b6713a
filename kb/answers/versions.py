"""The versions of a case as data: which there are, what one says, and what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from kb.answers.addresses import Addresses
from kb.model.case_versions import Entry, Version, short
from kb.model.compendium import Compendium
from kb.versions.cases import CaseVersions, versions_of
from kb.versions.difference import Part, difference
from kb.versions.store import Versions


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionEntry:
    """A version of a case in a list."""

    version: Annotated[str, Field(description="The first 12 characters of its digest")]
    digest: Annotated[str, Field(description="Of the file, its sources and its labels, SHA-256")]
    day: Annotated[str, Field(description="The day on which it came in")]
    what: Annotated[str, Field(description="What changed, in a sentence")]
    url: Annotated[str, Field(description="Where it stays unchanged")]
    is_newest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseVersionsAnswer:
    """The versions of a case, the newest first."""

    id: str
    state: Annotated[
        str,
        Field(
            description="`here`; `moved`, to the id `now`; `withdrawn`; `gone`: it is no more; or "
            "`elsewhere`: not in this snapshot"
        ),
    ]
    now: Annotated[str, Field(description="Its id now; empty where it is no more")]
    why: Annotated[str, Field(description="Why it was withdrawn, or how it ended; or empty")]
    url: Annotated[str, Field(description="Its page, always the newest text")]
    versions: tuple[VersionEntry, ...]
    snapshot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionAnswer:
    """A version of a case: exactly what its digest is of."""

    id: str
    version: Annotated[str, Field(description="The first 12 characters of its digest")]
    digest: str
    day: Annotated[str, Field(description="The day on which it came in")]
    what: Annotated[str, Field(description="What changed, in a sentence")]
    is_newest: bool
    newest: Annotated[str, Field(description="The newest version of the case")]
    markdown: Annotated[str, Field(description="The file: front-matter and text")]
    sources: Annotated[
        Mapping[str, str],
        Field(description="The entries that it cites in BibTeX, without days of seeing"),
    ]
    labels: Annotated[
        Mapping[str, Mapping[str, str]],
        Field(description="The labels that it uses, by list of the vocabulary and id"),
    ]
    url: Annotated[str, Field(description="Where it stays unchanged")]
    newest_url: Annotated[str, Field(description="The page of the case: always the newest text")]
    against: Annotated[str, Field(description="The version that it is compared with")]
    difference: Annotated[
        tuple[Part, ...], Field(description="What differs in that one, part by part")
    ]
    snapshot: str


def case_versions_answer(
    versions: Versions, compendium: Compendium, case_id: str, addresses: Addresses, snapshot: str
) -> CaseVersionsAnswer:
    """Which versions of a case there are; none of one that never was."""
    held = versions_of(versions, compendium, case_id)
    withdrawn = compendium.withdrawn.get(case_id)
    why = withdrawn.reason if withdrawn else held.ended.what if held.ended else ""
    return CaseVersionsAnswer(
        id=case_id,
        state=state_of(held, compendium),
        now=held.now,
        why=why if held.now != case_id else "",
        url=addresses.case(held.now or case_id),
        versions=tuple(_entry(one, held, addresses) for one in reversed(held.entries)),
        snapshot=snapshot,
    )


def state_of(held: CaseVersions, compendium: Compendium) -> str:
    """Where a case is: see ``CaseVersionsAnswer``."""
    if held.now:
        return "here" if held.now == held.case_id else "moved"
    if held.case_id in compendium.withdrawn:
        return "withdrawn"
    return "gone" if held.ended else "elsewhere"


def _entry(entry: Entry, held: CaseVersions, addresses: Addresses) -> VersionEntry:
    return VersionEntry(
        version=short(entry.digest),
        digest=entry.digest,
        day=entry.day,
        what=entry.what,
        url=addresses.version(held.case_id, entry.digest),
        is_newest=entry.digest == held.newest,
    )


def version_answer(
    held: CaseVersions,
    version: Version,
    addresses: Addresses,
    *,
    against: Version,
    snapshot: str,
) -> VersionAnswer:
    """What a version says, and what differs in another one.

    Args:
        held: the versions of its case.
        version: the version.
        addresses: where its pages stand.
        against: the other version.
        snapshot: the id of what is served.
    """
    entry = held.entry(version.digest)
    return VersionAnswer(
        id=held.case_id,
        version=short(version.digest),
        digest=version.digest,
        day=entry.day if entry else "",
        what=entry.what if entry else "",
        is_newest=version.digest == held.newest,
        newest=short(held.newest),
        markdown=version.text.decode("utf-8", "replace"),
        sources=version.sources,
        labels=version.labels,
        url=addresses.version(held.case_id, version.digest),
        newest_url=addresses.case(held.now or held.case_id),
        against=short(against.digest),
        difference=difference(version, against),
        snapshot=snapshot,
    )
