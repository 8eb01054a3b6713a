"""The answers to searches: cases that fit, in few words each, and that nothing fits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kb.answers.reading import readings
from kb.assistants.arguments import Search, SearchCases
from kb.assistants.budget import MOST_WORDS, Block, Part, clipped
from kb.assistants.facts import Desk, lines
from kb.errors import QueryError
from kb.model.cases import Case, Result
from kb.model.english import capital, joined
from kb.search.answer import ABOUT, EXACT, Hit, SearchResult
from kb.search.query import make_query

#: The hits of an answer have no more words together.
MOST_WORDS_OF_ALL = 600
#: In fewer words nothing is begun.
_FEWEST_WORDS = 8
#: The plain search has so many hits.
_PLAIN_HITS = 10
#: What is said so that nobody makes something up.
NOTHING = (
    "Nothing in this compendium fits. Say so, and do not answer from elsewhere as if it stood here."
)


def search_cases(asked: SearchCases, desk: Desk) -> Part:
    """The cases that fit words and filters, best first.

    Raises:
        QueryError: an argument is not understood.
    """
    query = make_query(
        desk.searcher.taxonomy,
        text=asked.query,
        filters=asked.filters,
        page=asked.part,
        per_page=asked.limit,
    )
    try:
        found = desk.searcher.search(query)
    except QueryError as error:
        raise QueryError(
            str(error).replace("page", "part"), parameter="part", value=asked.part
        ) from error
    n_cases = _n_cases(found, desk)
    most = min(MOST_WORDS, MOST_WORDS_OF_ALL // asked.limit)
    hits = [_hit(hit, desk, most) for hit in found.hits]
    data = {
        "total": found.total,
        "cases": n_cases,
        "guides": found.total - n_cases,
        "total_is_exact": found.found.relation == EXACT,
        "total_relation": found.found.relation,
        "no_good_match": found.no_good_match,
        "snapshot": found.snapshot_id,
        "next": found.next_page,
        "hits": [data for hit in hits for data in hit.data],
    }
    return Part(
        text="\n\n".join((_head(found, desk), *(hit.text for hit in hits))),
        data=data,
        no_good_match=found.no_good_match if found.query.text else None,
    )


def search(asked: Search, desk: Desk) -> Part:
    """The plain search: ids, titles and addresses as JSON, and that nothing fits as none of them.

    Raises:
        QueryError: the words are too long.
    """
    query = make_query(desk.searcher.taxonomy, text=asked.query, per_page=_PLAIN_HITS)
    found = desk.searcher.search(query)
    results = [
        {"id": hit.case.id, "title": hit.case.title, "url": desk.addresses.case(hit.case.id)}
        for hit in found.hits
    ]
    nothing = {} if results else {"note": NOTHING}
    return Part(
        text=json.dumps({"results": results, **nothing}, ensure_ascii=False),
        no_good_match=found.no_good_match if found.query.text else None,
    )


def _head(found: SearchResult, desk: Desk) -> str:
    """How many there are, as what the words were read, and what no case has."""
    first = (found.query.page - 1) * found.query.per_page + 1
    shown = f"{first} to {first + len(found.hits) - 1}" if found.hits else ""
    return lines(
        f"{capital(_how_many(found, desk))}{f'; here are {shown}' if shown else ''}."
        if found.total
        else NOTHING,
        *_as_read(found, desk),
        f"For more, ask the same with part={found.next_page}." if found.next_page else "",
    )


def _how_many(found: SearchResult, desk: Desk) -> str:
    """How many fit: cases and guides apart, as far as all are counted."""
    n_cases, guide = _n_cases(found, desk), desk.searcher.taxonomy.guide
    n_guides = found.total - n_cases
    if found.is_cut:
        both = f"cases and {guide.many}" if n_guides else "cases"
        return f"more than {found.total:,} {both} fit"
    parts = [(n_cases, "case", "cases"), (n_guides, guide.in_line, guide.many)]
    told = [f"{n:,} {one if n == 1 else many}" for n, one, many in parts if n]
    about = "about " if found.found.relation == ABOUT else ""
    return f"{about}{joined(told)} {'fits' if found.total == 1 else 'fit'}"


def _n_cases(found: SearchResult, desk: Desk) -> int:
    """How many of what is found report something; the others are guides."""
    searcher = desk.searcher
    return len(searcher.engine.matching(searcher.reporting, found.found.rows))


def _as_read(found: SearchResult, desk: Desk) -> Iterator[str]:
    if found.repaired:
        yield f"Read as “{found.repaired}”."
    if found.interpreted_as:
        yield f"Read in English as: {', '.join(found.interpreted_as)}."
    yield from map(str, readings(found, desk.searcher.taxonomy))
    held = desk.searcher.counts_of_all
    for facet, values in found.query.filters.items() if not found.total else ():
        without_case = [value for value in values if not held.get(facet, {}).get(value)]
        if without_case:
            yield f"No case has {desk.labels(facet, without_case)}."


def _hit(hit: Hit, desk: Desk, most: int) -> Block:
    case = hit.case
    told = in_short(f"{hit.rank}. {case.title}", case, desk, most=most, passage=passage_of(hit))
    return Block(
        text=told.text, data=({**told.data, "rank": hit.rank, "score": round(hit.score, 3)},)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """A case in few words, and the same as data."""

    text: str
    data: dict[str, Any]


def in_short(
    title: str, case: Case, desk: Desk, *, most: int, why: Sequence[str] = (), passage: str = ""
) -> Short:
    """A case in at most so many words.

    Where it is cited from stands whole, and so does a result: with its source, or not at all. As
    many words as are left have why it is here, its summary, and the passage that fits.

    Args:
        title: what it is headed with.
        case: the case.
        desk: what is answered from.
        most: so many words at the most.
        why: sentences on why it is here.
        passage: the passage that fits best.
    """
    item = desk.item(case)
    head = lines(f"{title} [id: {case.id}]", desk.glance(case))
    end = lines(desk.sources(case), desk.cite(item))
    room = most - len(head.split()) - len(end.split())
    shown = _shown_result(case)
    result = f"Reported: {desk.result(shown)}" if shown else ""
    if len(result.split()) > room:
        shown, result = None, ""
    room -= len(result.split())
    middle = []
    for text in (*why, case.summary, f"It says: “{passage}”" if passage else ""):
        if text and room > _FEWEST_WORDS:
            middle.append(clipped(text, room - 1))
            room -= len(middle[-1].split())
    return Short(
        text=lines(head, *middle, result, end),
        data={**desk.facts(case, item), "results": [desk.told(case.id, shown)] if shown else []},
    )


def passage_of(hit: Hit) -> str:
    """The passage that fits best; empty where a value alone is why."""
    return next((reason.passage for reason in hit.reasons if reason.passage), "")


def _shown_result(case: Case) -> Result | None:
    """The result that a case is shown with: the first in figures, else the first; None of none."""
    in_figures = (result for result in case.results if result.has_figure)
    return next(in_figures, next(iter(case.results), None))
