"""What a search found, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from kb.answers.addresses import Addresses
from kb.answers.cases import CaseSummary, summary_fields
from kb.answers.reading import readings
from kb.answers.serialise import extended, old_name
from kb.search.answer import EXACT, FacetCount, Reason, SearchResult
from kb.search.query import Query
from kb.search.query_analysis import Exclusion
from kb.text.mentions import Absent, Mention, Region

if TYPE_CHECKING:
    from kb.search.searcher import Searcher

#: Of so many values of facets, each with its count, it is remembered what they are as data.
_REMEMBERED_VALUES = 2_048


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFilters:
    """The filters, as understood: canonical ids by facet."""

    filters: Mapping[str, tuple[str, ...]]
    all_of: Annotated[
        tuple[str, ...],
        Field(description="Those of `filters` of which a case needs every value, not any"),
    ]
    results_min: float | None
    results_unit: str | None
    results_direction: Annotated[
        str, Field(description="up: a rise, or a state that was reached; down: a fall")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSearch(AskedFilters):
    """What was asked, as understood: canonical ids by facet."""

    q: str
    exact: bool
    sort: Annotated[str, Field(description="relevance, newest or result")]
    page: int
    per_page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedCase(CaseSummary):
    """One ranked case."""

    score: Annotated[
        float,
        Field(
            description="Probability that the case is relevant to the query, in [0, 1]; cosine in "
            "[-1, 1] where the encoder has no calibration; 0 when browsing"
        ),
    ]
    rank: Annotated[int, Field(description="From 1, over all pages")]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseInPassing(CaseSummary):
    """A case that uses the words of a search that finds nothing, and where."""

    passage: str
    heading: str
    words: Annotated[
        tuple[str, ...], Field(description="The words that matched, as the case writes them")
    ]
    marks: Annotated[
        tuple[tuple[int, int], ...],
        Field(description="Where they stand in `passage`: start and end in characters"),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue(FacetCount):
    """One value of a facet, counted over exactly the cases found."""

    adds = old_name("would_add", int)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedFilter(Mention):
    """A value of a facet that the words name: on offer as a filter, never applied in silence."""

    url: Annotated[str, Field(description="The page of the same search with this filter too")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAnswer:
    """The answer to a search."""

    query: AskedSearch
    total: Annotated[int, Field(description="How many cases are found, and counted in `facets`")]
    total_is_exact: Annotated[
        bool, Field(description="Whether so many fit, and no more: `total_relation` is exact")
    ]
    total_relation: Annotated[
        Literal["exact", "about", "more"],
        Field(
            description="How many fit beside `total`. exact: so many. about: so many of the cases "
            "that were compared in full; of all cases a few more or fewer may fit. more: more "
            "than `total`, of which the best are listed and counted"
        ),
    ]
    pages: int
    no_good_match: Annotated[
        bool, Field(description="True when nothing in the compendium fits the words")
    ]
    answerable: Annotated[
        float | None,
        Field(
            description="Probability that the compendium answers the words at all, in [0, 1]; "
            "below a calibrated threshold nothing is found. Null without words"
        ),
    ]
    snapshot: str
    repaired: Annotated[
        str,
        Field(description="What was searched instead, typing errors repaired; empty if as asked"),
    ]
    interpreted_as: Annotated[
        tuple[str, ...],
        Field(description="The English terms for words in another language; empty for English"),
    ]
    mentions: tuple[OfferedFilter, ...]
    phrases: Annotated[
        tuple[str, ...],
        Field(description="Words in quotation marks that every case found says, or is filed under"),
    ]
    excluded: Annotated[
        tuple[Exclusion, ...], Field(description="What the words exclude: values, or words")
    ]
    absent: Annotated[
        tuple[Absent, ...],
        Field(
            description="Places and trades that the words name and no case has, with the nearest"
        ),
    ]
    not_understood: Annotated[
        tuple[str, ...], Field(description="Signs that mean something elsewhere, read as words")
    ]
    read_as_words: Annotated[
        tuple[str, ...],
        Field(
            description="What asks for more than a search can do, and was read as words: to leave "
            "out what is known by no name, and limits on figures"
        ),
    ]
    regions: Annotated[
        tuple[Region, ...],
        Field(description="Parts of the world that the words name, with their countries here"),
    ]
    notices: Annotated[
        tuple[str, ...],
        Field(description="How the words were read, in sentences, as the page says them"),
    ]
    hits: tuple[RankedCase, ...]
    in_passing: Annotated[
        tuple[CaseInPassing, ...],
        Field(
            description="Where nothing is found: up to five cases that use every word in one "
            "passage, though none is about them; not counted in `total`"
        ),
    ]
    facets: Mapping[str, tuple[FacetValue, ...]]

    read_as = old_name("interpreted_as", tuple[str, ...])


def search_answer(result: SearchResult, searcher: Searcher, addresses: Addresses) -> SearchAnswer:
    """What a search found, as data."""
    query, reading = result.query, result.reading
    return SearchAnswer(
        query=AskedSearch(
            **asked_filters(query),
            q=query.text,
            exact=query.exact,
            sort=query.sort,
            page=query.page,
            per_page=query.per_page,
        ),
        total=result.total,
        total_is_exact=result.found.relation == EXACT,
        total_relation=result.found.relation,
        pages=result.pages,
        no_good_match=result.no_good_match,
        answerable=result.answerable,
        snapshot=result.snapshot_id,
        repaired=result.repaired,
        interpreted_as=result.interpreted_as,
        mentions=tuple(
            extended(OfferedFilter, one, url=addresses.narrowed(query, one.facet, one.value))
            for one in result.mentions
        ),
        phrases=tuple(one.text for one in reading.phrases) if reading else (),
        excluded=reading.exclusions if reading else (),
        absent=reading.absent if reading else (),
        not_understood=reading.not_understood if reading else (),
        read_as_words=(*reading.left_in, *(one.text for one in reading.limits)) if reading else (),
        regions=reading.regions if reading else (),
        notices=tuple(map(str, readings(result, searcher.taxonomy))),
        hits=tuple(
            RankedCase(
                **summary_fields(hit.case, searcher, addresses),
                score=hit.score,
                rank=hit.rank,
                reasons=hit.reasons,
            )
            for hit in result.hits
        ),
        in_passing=tuple(
            CaseInPassing(
                **summary_fields(hit.case, searcher, addresses),
                passage=hit.reasons[0].passage,
                heading=hit.reasons[0].heading,
                words=hit.reasons[0].words,
                marks=hit.reasons[0].marks,
            )
            for hit in result.in_passing
        ),
        facets={facet: tuple(map(_facet_value, counts)) for facet, counts in result.facets.items()},
    )


@lru_cache(maxsize=_REMEMBERED_VALUES)
def _facet_value(count: FacetCount) -> FacetValue:
    """A value of a facet as data: most values of an answer are as they were in another."""
    return extended(FacetValue, count)


def asked_filters(query: Query) -> Mapping[str, object]:
    """The fields of ``AskedFilters``, for every record that begins with them."""
    return {
        "filters": {facet: values for facet, values in query.filters.items() if values},
        "all_of": query.all_of,
        "results_min": query.results_min,
        "results_unit": query.results_unit,
        "results_direction": query.results_direction,
    }
