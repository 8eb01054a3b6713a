"""How a case is cited, as data: the parts, in each style, and in each format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kb.answers.addresses import Addresses
from kb.citations.formats import FORMATS
from kb.citations.items import CasePage, Item, case_item
from kb.citations.styles import STYLES, cited
from kb.errors import VersionNotFound, VersionsDamaged
from kb.model.case_versions import short
from kb.model.cases import Case, Name, Reference
from kb.versions.cases import CaseVersions, versions_of, versions_told
from kb.versions.store import Histories

if TYPE_CHECKING:
    from kb.search.searcher import Searcher


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationAnswer:
    """How a case is cited."""

    id: Annotated[str, Field(description="Its path in the compendium, slashes included")]
    title: str
    authors: Annotated[
        tuple[Name, ...],
        Field(description="Who wrote it; the compendium, where nobody is named"),
    ]
    year: Annotated[str, Field(description="Of this text; empty where no day is known")]
    date: Annotated[str, Field(description="The day on which this text came in, or empty")]
    version: Annotated[
        str, Field(description="The first characters of the digest of this text, or empty")
    ]
    accessed: Annotated[str, Field(description="The day of access: that of this answer")]
    newest_url: Annotated[
        str,
        Field(description="Its page: always the newest text; empty where the case is no more"),
    ]
    version_url: Annotated[
        str, Field(description="This text, unchanged; empty where no version is known")
    ]
    styles: Annotated[
        Mapping[str, str], Field(description="As a bibliography lists it, by style, in plain text")
    ]
    formats: Annotated[
        Mapping[str, str], Field(description="As files of reference managers hold it, by format")
    ]
    snapshot: str


def text_named(name: str, searcher: Searcher) -> tuple[Case, Mapping[str, Reference]]:
    """A case by its id, or a version of it by ``ID@VERSION``, with the works that it names.

    Args:
        name: the id, with at least 12 characters of the digest after an ``@`` for a version.
        searcher: the snapshot, with the store of versions beside it.

    Raises:
        CaseNotFound: there is no such case.
        VersionNotFound: the case has no such version, or this program cannot read it.
        VersionsUnreadable: the store cannot be read.
    """
    case_id, at, version = name.partition("@")
    if not at:
        return searcher.case(case_id), searcher.compendium.references
    held = versions_of(searcher.versions, searcher.compendium, case_id)
    if not held.entries:
        searcher.case(case_id)
    try:
        digest = held.named(version)
    except VersionNotFound:
        if held.now in ("", case_id):
            raise
        return text_named(f"{held.now}@{version}", searcher)  # it came after the case was moved
    kept = searcher.versions.version(digest)
    if kept.understood is None:
        raise VersionNotFound(version)
    case = replace(kept.understood.case, id=case_id, version=kept.digest)
    return case, kept.understood.references


def current_item(
    case: Case, histories: Histories, addresses: Addresses, *, site: str, accessed: str = ""
) -> Item:
    """A case of a snapshot as ``item_of`` gives it, for who goes through all of them.

    Args:
        case: as the snapshot has it.
        histories: of every case, read once.
        addresses: where its page stands.
        site: the name of the compendium.
        accessed: the day of access, or empty.
    """
    held = versions_told(histories, case.id, case.id, case)
    page = _page_of_version(
        case, held, CasePage(address=addresses.case(case.id), accessed=accessed), addresses
    )
    return case_item(case, page, site=site)


def item_of(case: Case, searcher: Searcher, addresses: Addresses, *, accessed: str) -> Item:
    """A case as it is cited from a snapshot: by its version, where that was kept.

    Args:
        case: the case.
        searcher: the snapshot that holds it.
        addresses: where its page stands.
        accessed: the day of access, ``2026-11-28``.
    """
    page = _page(case, searcher, addresses, accessed)
    return case_item(case, page, site=searcher.compendium.site.name)


def _page(case: Case, searcher: Searcher, addresses: Addresses, accessed: str) -> CasePage:
    """Where a case is read; of a version that is of a case no more, without a newest text."""
    page = CasePage(address=addresses.case(case.id), accessed=accessed)
    held = held_versions(case, searcher)
    return page if held is None else _page_of_version(case, held, page, addresses)


def _page_of_version(
    case: Case, held: CaseVersions, page: CasePage, addresses: Addresses
) -> CasePage:
    """The page with the version that a case is, where that was kept."""
    entry = held.entry(case.version)
    if entry is None:
        return page
    return replace(
        page,
        address=addresses.case(held.now) if held.now else "",
        version=short(entry.digest),
        version_day=entry.day,
        version_address=addresses.version(case.id, entry.digest),
    )


def held_versions(case: Case, searcher: Searcher) -> CaseVersions | None:
    """The versions of a case; None where they are damaged."""
    try:
        return versions_of(searcher.versions, searcher.compendium, case.id)
    except VersionsDamaged:
        return None


def items_of(
    cases: Iterable[Case], searcher: Searcher, addresses: Addresses, *, accessed: str
) -> tuple[Item, ...]:
    """Cases as they are cited, in their order."""
    return tuple(item_of(case, searcher, addresses, accessed=accessed) for case in cases)


def citation_answer(
    case: Case, searcher: Searcher, addresses: Addresses, *, accessed: str
) -> CitationAnswer:
    """How a case, or a version of it, is cited, in every style and format."""
    page = _page(case, searcher, addresses, accessed)
    item = case_item(case, page, site=searcher.compendium.site.name)
    return CitationAnswer(
        id=case.id,
        title=case.title,
        authors=item.authors,
        year=item.year,
        date=item.date,
        version=item.version,
        accessed=accessed,
        newest_url=page.address,
        version_url=item.url if item.version else "",
        styles={style: cited(item, style) for style in STYLES},
        formats={one.id: one.write((item,)) for one in FORMATS.values()},
        snapshot=searcher.snapshot_id,
    )
