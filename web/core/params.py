"""The parameters of a search: one model for the pages, the API and its description.

Names are exactly the facets of ``kb.model.cases.FACETS`` and ``q``,
``results_min``, ``results_unit``, ``exact``, ``sort``, ``page`` and ``per_page``. The model
states types and limits; ``kb.search.query.make_query`` then knows the vocabulary.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from werkzeug.datastructures import MultiDict

from kb.errors import QueryError
from kb.model.cases import FACETS
from kb.model.taxonomy import Taxonomy
from kb.search.query import (
    DEFAULT_PER_PAGE,
    MAX_PER_PAGE,
    MAX_QUERY_LENGTH,
    SORTS,
    Query,
    make_query,
)


def _blank_is_none(value: object) -> object:
    """An empty field of a form was not filled in."""
    return None if isinstance(value, str) and not value.strip() else value


def _blank_is_false(value: object) -> object:
    return _blank_is_none(value) or False


def _blank_is_relevance(value: object) -> object:
    return _blank_is_none(value) or "relevance"


def _blanks_dropped(value: object) -> object:
    return [item for item in value if str(item).strip()] if isinstance(value, list) else value


def _facet(words: str, example: str) -> object:
    return Field(default=[], description=words, json_schema_extra={"example": [example]})


Values = Annotated[list[str], BeforeValidator(_blanks_dropped)]
OR_WITHIN = "Repeat it for more than one: a case needs to have any of them."


class SearchParams(BaseModel):
    """The parameters of ``/search`` and ``/api/v1/search``."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field(
        default="",
        max_length=MAX_QUERY_LENGTH,
        description="What is sought, in words. Without it the cases are listed by title.",
        json_schema_extra={"example": "five wineries that want to sell abroad"},
    )
    country: Values = _facet(f"ISO 3166 code or English name of a country. {OR_WITHIN}", "NZ")
    type: Values = _facet(f"Type of network. {OR_WITHIN}", "horizontal")
    project: Values = _facet(f"What the network does together. {OR_WITHIN}", "exporting")
    sector: Values = _facet(f"Sector of the members. {OR_WITHIN}", "wine-spirits")
    results: Values = _facet(f"What was measured in a reported result. {OR_WITHIN}", "export-sales")
    kind: Values = _facet(f"network, programme, study or guide. {OR_WITHIN}", "network")
    form: Values = _facet(f"soft or hard. {OR_WITHIN}", "hard")
    formation: Values = _facet(f"How the network came to be. {OR_WITHIN}", "demand-pull")
    status: Values = _facet(f"success, mixed or cautionary. {OR_WITHIN}", "success")
    results_min: Annotated[float | None, BeforeValidator(_blank_is_none)] = Field(
        default=None,
        allow_inf_nan=False,
        description="The least reported figure, in the metrics that results names; needs results.",
        json_schema_extra={"example": 20},
    )
    results_unit: Annotated[str | None, BeforeValidator(_blank_is_none)] = Field(
        default=None,
        max_length=80,
        description="The unit that results_min is in, where a metric is reported in several.",
        json_schema_extra={"example": "percent"},
    )
    exact: Annotated[bool, BeforeValidator(_blank_is_false)] = Field(
        default=False,
        description="true leaves slips of typing in q as they are, instead of repairing them.",
    )
    sort: Annotated[str, BeforeValidator(_blank_is_relevance)] = Field(
        default="relevance",
        description="The order: relevance (best match first; by title without words), newest "
        "(the latest year that a case names; cases without one last) or result (the strongest "
        "figure in the one metric that results names; cases without one last).",
        json_schema_extra={"enum": list(SORTS)},
    )
    page: Annotated[int | None, BeforeValidator(_blank_is_none)] = Field(
        default=1, ge=1, description="The page of the answer, from 1."
    )
    per_page: Annotated[int | None, BeforeValidator(_blank_is_none)] = Field(
        default=DEFAULT_PER_PAGE,
        ge=1,
        le=MAX_PER_PAGE,
        description="How many cases stand on a page.",
    )


NAMES: tuple[str, ...] = tuple(SearchParams.model_fields)
_SINGLE = tuple(name for name in NAMES if name not in FACETS)


def read_params(args: MultiDict[str, str]) -> SearchParams:
    """The parameters of a page's address; names that the site does not know are ignored.

    A form sends what the visitor left in it, so what hangs on a metric goes with it:
    a least figure without any metric, and the order by result without exactly one.
    The API refuses both.

    Raises:
        QueryError: a value is of the wrong type or out of range.
    """
    values: dict[str, object] = {name: args.getlist(name) for name in FACETS if name in args}
    values |= {name: args[name] for name in _SINGLE if name in args}
    try:
        params = SearchParams.model_validate(values)
    except ValidationError as err:
        raise query_error(err) from err
    is_lost = params.sort == "result" and len(params.results) != 1
    return params.model_copy(
        update={
            "results_min": params.results_min if params.results else None,
            "sort": "relevance" if is_lost else params.sort,
        }
    )


def to_query(params: SearchParams, taxonomy: Taxonomy) -> Query:
    """The query that the parameters ask.

    Raises:
        QueryError: a facet's value is not in the vocabulary.
    """
    return make_query(
        taxonomy,
        text=params.q,
        filters={facet: values for facet in FACETS if (values := getattr(params, facet))},
        results_min=params.results_min,
        results_unit=params.results_unit if params.results_min is not None else None,
        exact=params.exact,
        sort=params.sort,
        page=params.page or 1,
        per_page=params.per_page or DEFAULT_PER_PAGE,
    )


def understood(args: MultiDict[str, str], taxonomy: Taxonomy) -> Query:
    """What is understood of an address that cannot be answered as it stands.

    Values outside the vocabulary and single parameters that are not allowed are left
    out, and so is the page; words are cut to the length that is taken.
    """
    kept = MultiDict(
        (facet, value)
        for facet in FACETS
        for value in args.getlist(facet)
        if taxonomy.facet(facet).canonical(value)
    )
    kept.update({name: args[name] for name in _SINGLE if name in args and name != "page"})
    kept["q"] = args.get("q", "")[:MAX_QUERY_LENGTH]
    while True:
        try:
            return to_query(read_params(kept), taxonomy)
        except QueryError as err:
            del kept[err.parameter]


def query_error(err: ValidationError, names: Iterable[str] = NAMES) -> QueryError:
    """The first fault of a validation as an error that names parameter, value and what may be.

    ``names`` are the parameters that there are.
    """
    fault = err.errors()[0]
    name = str(fault["loc"][0])
    if fault["type"] == "extra_forbidden":
        return unknown_name(name, names)
    value = fault["input"]
    must = _MUST_BE.get(name, "text")
    shown = f"{len(value):,}" if fault["type"] == "string_too_long" else repr(value)
    return QueryError(f"{name} must be {must}, not {shown[:60]}.", parameter=name, value=value)


_MUST_BE = {
    "q": f"text of at most {MAX_QUERY_LENGTH:,} characters",
    "results_min": "a number",
    "results_unit": "text of at most 80 characters",
    "exact": "true or false",
    "page": "a whole number of at least 1",
    "per_page": f"a whole number from 1 to {MAX_PER_PAGE}",
}


def unknown_name(name: str, known: Iterable[str]) -> QueryError:
    """The error for a parameter that does not exist, the nearest names first."""
    names = tuple(known)
    close = difflib.get_close_matches(name.casefold()[:80], names, n=1, cutoff=0.5)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    ordered = (*close, *(other for other in names if other not in close))
    return QueryError(
        f"{name[:80]!r} is not a parameter.{hint}", parameter=name[:80], value=name, allowed=ordered
    )
