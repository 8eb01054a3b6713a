"""The answer to a request of OAI-PMH as one document, whatever was asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from kb.answers.addresses import Addresses
from kb.answers.citation import item_of
from kb.harvesting.element import Element, branch, leaf, with_schema
from kb.harvesting.formats import FORMATS, Described
from kb.harvesting.held import Header, Held, Selection
from kb.harvesting.protocol import (
    BAD_ARGUMENT,
    BAD_VERB,
    GRANULARITY,
    NO_FORMATS,
    NO_ID,
    NO_RECORDS,
    NO_SETS,
    TOKEN,
    Asked,
    Refused,
    read_request,
    shown,
    token_after,
)
from kb.model.cases import Case, Reference
from kb.model.taxonomy import Term
from kb.search.searcher import Searcher

#: A list of up to so many records is answered whole: what harvesters get wrong is tokens.
WHOLE = 1_000
#: Of a longer one so many are answered at once, and a token leads on.
PART = 200
#: What the schema of identifiers takes as the name of a host.
_DOMAIN = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z][a-zA-Z0-9-]*)+")
_MAIL = re.compile(r"\S+@(\S+\.)+\S+")
#: Stands where the contact of a site is no address for mail. Nobody can have an address that
#: ends so (RFC 2606), so no mail goes to a stranger.
_NO_MAIL = "no-address-given@{host}.invalid"
_SCHEME = "oai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """What is harvested from, as far as a request needs it.

    Attributes:
        searcher: the snapshot.
        held: its records.
        base: the address at which it is asked.
        addresses: where the pages of the site stand.
        contact: where who runs it is reached; may be a page, or empty.
        whole: a list of at most so many records is answered whole.
        part: of a longer one, so many at once.
    """

    searcher: Searcher
    held: Held
    base: str
    addresses: Addresses
    contact: str = ""
    whole: int = WHOLE
    part: int = PART

    @property
    def host(self) -> str:
        """The name of the host, without a port."""
        return urlsplit(self.base).hostname or "localhost"

    @property
    def sets(self) -> tuple[Term, ...]:
        """The kinds of documents; where there is one only, nothing is to be told apart."""
        kinds = tuple(self.searcher.taxonomy["kinds"])
        return kinds if len(kinds) > 1 else ()

    def identifier(self, case_id: str) -> str:
        """What a record is known by."""
        return f"{_SCHEME}:{self.host}:{case_id}"

    def header(self, identifier: str) -> Header:
        """The record of an identifier.

        Raises:
            Refused: there is none.
        """
        case_id = identifier.removeprefix(self.identifier(""))
        header = self.held.header(case_id, self.searcher) if case_id != identifier else None
        if header is None:
            raise Refused(
                NO_ID,
                f"No record has the identifier {shown(identifier)}. Identifiers here are "
                f"{self.identifier('')} and the path of a case; ListIdentifiers lists them.",
            )
        return header


def answer(
    pairs: Iterable[tuple[str, str]], repository: Repository, *, now: datetime | None = None
) -> Element:
    """The document that answers a request.

    Args:
        pairs: the names and values of its arguments, in any order.
        repository: what is asked.
        now: when; without it, now.
    """
    pairs = tuple(pairs)
    asked = dict(pairs)
    try:
        request = read_request(pairs)
        body = _VERBS[request.verb](request, repository)
    except Refused as err:
        if err.code in (BAD_VERB, BAD_ARGUMENT):  # the protocol wants no arguments repeated then
            asked = {}
        body = leaf("error", err.sentence, code=err.code)
    moment = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return with_schema(
        branch(
            "OAI-PMH",
            leaf("responseDate", moment),
            leaf("request", repository.base, **asked),
            body,
        )
    )


def _identify(asked: Asked, repository: Repository) -> Element:
    site = repository.searcher.compendium.site
    contact = repository.contact
    mail = contact if _MAIL.fullmatch(contact) else _NO_MAIL.format(host=repository.host)
    return branch(
        "Identify",
        leaf("repositoryName", site.name),
        leaf("baseURL", repository.base),
        leaf("protocolVersion", "2.0"),
        leaf("adminEmail", mail),
        leaf("earliestDatestamp", repository.held.earliest),
        leaf("deletedRecord", "persistent"),
        leaf("granularity", GRANULARITY),
        _described_identifiers(repository),
    )


def _described_identifiers(repository: Repository) -> Element | None:
    """What identifiers look like; its schema knows no host without a dot, and no numbers."""
    if not _DOMAIN.fullmatch(repository.host):
        return None
    first = next(iter(repository.searcher.compendium.by_id), "")
    described = branch(
        "oai-identifier:oai-identifier",
        leaf("oai-identifier:scheme", _SCHEME),
        leaf("oai-identifier:repositoryIdentifier", repository.host),
        leaf("oai-identifier:delimiter", ":"),
        leaf("oai-identifier:sampleIdentifier", repository.identifier(first)),
    )
    return branch("description", with_schema(described)) if first else None


def _list_formats(asked: Asked, repository: Repository) -> Element:
    if asked.identifier and repository.header(asked.identifier).is_deleted:
        raise Refused(
            NO_FORMATS,
            f"The record {shown(asked.identifier)} is deleted, and nothing is told of it any more.",
        )
    formats = (
        branch(
            "metadataFormat",
            leaf("metadataPrefix", one.prefix),
            leaf("schema", one.schema),
            leaf("metadataNamespace", one.namespace),
        )
        for one in FORMATS.values()
    )
    return branch("ListMetadataFormats", *formats)


def _list_sets(asked: Asked, repository: Repository) -> Element:
    _check_sets(repository)
    sets = (
        branch("set", leaf("setSpec", kind.id), leaf("setName", kind.label))
        for kind in repository.sets
    )
    return branch("ListSets", *sets)


def _check_sets(repository: Repository) -> None:
    if not repository.sets:
        raise Refused(
            NO_SETS,
            "There are no sets here: all documents are of one kind. Leave out the argument set.",
        )


def _get_record(asked: Asked, repository: Repository) -> Element:
    header = repository.header(asked.identifier)
    return branch("GetRecord", _record(header, asked.prefix, repository))


def _list_records(asked: Asked, repository: Repository) -> Element:
    page, token = _page(asked, repository)
    records = (_record(header, asked.prefix, repository) for header in page)
    return branch("ListRecords", *records, token)


def _list_identifiers(asked: Asked, repository: Repository) -> Element:
    page, token = _page(asked, repository)
    return branch("ListIdentifiers", *(_header(one, repository) for one in page), token)


def _page(asked: Asked, repository: Repository) -> tuple[tuple[Header, ...], Element | None]:
    """The next records of a list, and the token with which it goes on.

    A list that was answered whole has no token; the last part of another has an empty one.

    Raises:
        Refused: there are none.
    """
    if asked.of_set:
        _check_sets(repository)
        _check_set(asked.of_set, repository)
    chosen = Selection(since=asked.since, until=asked.until, kind=asked.of_set, after=asked.after)
    page = repository.held.page(
        chosen, repository.searcher, whole=repository.whole, part=repository.part
    )
    if not page.headers:
        raise Refused(
            NO_RECORDS,
            "No record has changed in these days, or none in this set. Identify tells the "
            "earliest day; without from, until and set every record is listed.",
        )
    if page.is_last and not asked.after:
        return page.headers, None
    token = "" if page.is_last else token_after(asked, page.headers[-1].case_id)
    sizes = {"completeListSize": str(page.total), "cursor": str(page.before)}
    return page.headers, leaf(TOKEN, token, **sizes)


def _check_set(name: str, repository: Repository) -> None:
    known = [kind.id for kind in repository.sets]
    if name not in known:
        raise Refused(
            NO_RECORDS,
            f"There is no set {shown(name)}, so it has no record. Sets are {', '.join(known)}.",
        )


def _header(header: Header, repository: Repository) -> Element:
    kind = repository.held.kind(header, repository.searcher) if repository.sets else ""
    status = {"status": "deleted"} if header.is_deleted else {}
    return branch(
        "header",
        leaf("identifier", repository.identifier(header.case_id)),
        leaf("datestamp", header.day),
        leaf("setSpec", kind) if kind else None,
        **status,
    )


def _record(header: Header, prefix: str, repository: Repository) -> Element:
    described = None
    if not header.is_deleted:
        metadata = FORMATS[prefix].write(_described(header, repository))
        described = branch("metadata", metadata)
    return branch("record", _header(header, repository), described)


def _described(header: Header, repository: Repository) -> Described:
    compendium = repository.searcher.compendium
    case = compendium.by_id[header.case_id]
    return describe(
        case,
        compendium.references,
        repository.searcher,
        repository.addresses,
        identifier=repository.identifier(case.id),
        day=header.day,
    )


def describe(
    case: Case,
    references: Mapping[str, Reference],
    searcher: Searcher,
    addresses: Addresses,
    *,
    identifier: str,
    day: str = "",
) -> Described:
    """All that a record says of a case, or of a version of it.

    Args:
        case: the text.
        references: the works that it cites, by key.
        searcher: the snapshot.
        addresses: where the pages stand.
        identifier: what the record is known by.
        day: on which it changed last; without it, the day of this text.
    """
    site, item = searcher.compendium.site, item_of(case, searcher, addresses, accessed="")
    return Described(
        case=case,
        item=item,
        page=addresses.case(case.id),
        root=f"{addresses.root}/",
        identifier=identifier,
        day=day or item.date,
        site=site.name,
        licence=site.licence,
        licence_url=site.licence_url,
        references=references,
        taxonomy=searcher.taxonomy,
    )


_VERBS = {
    "Identify": _identify,
    "ListMetadataFormats": _list_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListIdentifiers": _list_identifiers,
    "ListRecords": _list_records,
}
