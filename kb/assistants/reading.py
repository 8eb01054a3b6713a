"""The answers that read a case: its facts, results, text and sources, in parts where it is long."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import unquote

from kb.answers.citation import text_named
from kb.answers.figures import members_text
from kb.answers.gaps import not_in_source
from kb.assistants.arguments import Fetch, GetCase
from kb.assistants.budget import Answer, Block, Part, parts_of
from kb.assistants.facts import Desk, lines
from kb.citations.styles import cited
from kb.citations.works import citations
from kb.errors import CaseMoved, QueryError
from kb.model.cases import Case, Reference
from kb.model.english import joined
from kb.model.facet_words import facet_words, label_in_case
from kb.search.searcher import Searcher
from kb.text.body import links

_CASES = "/cases/"
#: Stands between an id and the number of a part, in what is fetched.
_PART = "#"
#: What the id, the title and the address around a fetched text cost, in tokens.
_AROUND = 300


def get_case(asked: GetCase, desk: Desk) -> Part:
    """A case, or a version of it, with all that it says.

    Raises:
        CaseNotFound: there is no such case; names the nearest.
        VersionNotFound: the case has no such version.
        VersionsDamaged: the store of versions cannot be read.
        QueryError: it has no such part.
    """
    case, references = case_named(asked.id, desk.searcher)
    return chosen(parts_of(_told(case, replace(desk, of_version=references))), asked.part)


def fetch(asked: Fetch, desk: Desk) -> Part:
    """The same as JSON, for who asks for nothing else: an id, a title, a text and an address.

    Raises:
        CaseNotFound, VersionNotFound, VersionsDamaged, QueryError: as ``get_case``.
    """
    name, mark, number = asked.id.rpartition(_PART)
    if not mark:
        name, number = asked.id, "1"
    if not number.isascii() or not number.isdecimal():
        raise QueryError(
            f"id must end in # and the number of a part, not in {number[:20]!r}.",
            parameter="id",
            value=asked.id,
        )
    case, references = case_named(name, desk.searcher)
    part = chosen(
        parts_of(_told(case, replace(desk, of_version=references), with_data=False)),
        int(number[:9]),
    )
    item = desk.item(case)
    following = {"next": f"{name}{_PART}{part.next}"} if part.next else {}
    fetched = {
        "id": asked.id,
        "title": case.title,
        "text": part.text,
        "url": item.url,
        "metadata": {"year": item.year, "version": item.version, **following},
    }
    return Part(text=json.dumps(fetched, ensure_ascii=False))


def case_named(name: str, searcher: Searcher) -> tuple[Case, Mapping[str, Reference]]:
    """A case by its id, an earlier one, an id with a version, or the address of its page.

    Raises:
        CaseNotFound: there is no such case.
        VersionNotFound: the case has no such version.
        VersionsDamaged: the store of versions cannot be read.
    """
    name = name.strip()
    if _CASES in name:
        name = unquote(name.partition(_CASES)[2]).partition("?")[0].partition("#")[0]
    try:
        return text_named(name, searcher)
    except CaseMoved as moved:
        return text_named(moved.now, searcher)


def chosen(parts: tuple[Part, ...], number: int) -> Part:
    """A part of an answer.

    Raises:
        QueryError: there is no such part.
    """
    if not 1 <= number <= len(parts):
        last = "there is 1 part" if len(parts) == 1 else f"there are {len(parts)} parts"
        raise QueryError(
            f"part must be one of this answer, and {last}, not {number}.",
            parameter="part",
            value=number,
        )
    return parts[number - 1]


def _told(case: Case, desk: Desk, *, with_data: bool = True) -> Answer:
    """All that a case says: facts and figures first, then the text, then where it stands."""
    item = desk.item(case)
    blocks = [
        Block(text=case.summary),
        Block(text=_facts(case, desk)),
        *_results(case, desk, with_data=with_data),
        *(Block(text=paragraph.strip()) for paragraph in _body(case).split("\n\n")),
        *_sources(case, desk),
    ]
    return Answer(
        text=lines(f"{case.title} [id: {case.id}]", f"Cite: {cited(item, 'apa')}"),
        data={
            **desk.facts(case, item),
            "version": item.version,
            "snapshot": desk.searcher.snapshot_id,
        }
        if with_data
        else {},
        blocks=tuple(block for block in blocks if block.text),
        lists=("results",) if with_data else (),
        around=0 if with_data else _AROUND,
    )


def _body(case: Case) -> str:
    """The text, with the ids of cases where links lead to their files."""
    body = case.body
    for link in links(body, case.id):
        if link.case_id:
            body = body.replace(f"]({link.target})", f"](id: {link.case_id})")
    return body


def _facts(case: Case, desk: Desk) -> str:
    """What is told of a case field by field, and what its source leaves open."""
    taxonomy = desk.searcher.taxonomy
    told = [
        f"{facet_words(facet, taxonomy).fact}: "
        + "; ".join(label_in_case(case, facet, value, taxonomy) for value in values)
        for facet, values in case.facets.items()
        if values and facet != "results"
    ]
    members = members_text(case.members, taxonomy)
    told += [f"Who took part: {members}"] if members else []
    open_points = not_in_source(case)
    told += [f"The source does not tell {joined(open_points)}."] if open_points else []
    return "\n".join(told)


def _results(case: Case, desk: Desk, *, with_data: bool) -> Iterator[Block]:
    for result in case.results:
        data = (desk.told(case.id, result),) if with_data else ()
        yield Block(text=f"Reported: {desk.result(result)}", under="results", data=data)


def _sources(case: Case, desk: Desk) -> Iterator[Block]:
    for work in citations(case, desk.references):
        by = f"{work.authors} " if work.authors else ""
        places = "; ".join(work.locators)
        address = f" {work.url}" if work.url else ""
        yield Block(text=f"Source: {by}({work.year}). {work.title}. {places}.{address}")
