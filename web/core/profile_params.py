"""The parameters of the role models: what a firm says of itself, and the filters of a search.

Names are those of ``kb.guidance.profile.FIELDS`` and of the filters in ``web.core.params``. A page
reads each parameter by itself, so that it can name everything that is wrong at once;
the API stops at the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, field_validator
from werkzeug.datastructures import MultiDict

from kb.errors import QueryError
from kb.guidance.profile import (
    FIELDS,
    FUNDING,
    MAX_COUNTRY,
    MAX_PARTNERS,
    MAX_SIZE,
    MAX_TEXT,
    Profile,
    make_profile,
)
from kb.model.cases import FACETS
from kb.model.taxonomy import Taxonomy
from kb.search.query import Query, make_query
from web.core.params import SearchParams, Values, query_error
from web.core.urls import NARROWING

#: What narrows which cases may be a role model, exactly as in a search.
FILTERS: tuple[str, ...] = NARROWING
NAMES: tuple[str, ...] = (*FIELDS, *FILTERS)
#: Parameters that may be given more than once.
REPEATED: tuple[str, ...] = ("my_sector", "goal", "common", *FACETS)
_WHOLE: Mapping[str, str] = {
    "size": f"a whole number from 1 to {MAX_SIZE:,} (the people in your firm)",
    "partners": f"a whole number from 2 to {MAX_PARTNERS:,} "
    "(the firms that would join, yours included)",
}
_SHOWN = 60

_Filters = create_model(
    "_Filters",
    **{name: (field.annotation, field) for name, field in SearchParams.model_fields.items()
       if name in FILTERS},
)  # fmt: skip


def _text(words: str, most: int, example: str) -> object:
    extra = {"maxLength": most, "example": example}
    return Field(default="", description=words, json_schema_extra=extra)


def _values(words: str, example: str) -> object:
    return Field(default=[], description=words, json_schema_extra={"example": [example]})


class ProfileFields(BaseModel):
    """What a firm says of itself; every field may stay empty."""

    business: str = _text("What the firm does, in words.", MAX_TEXT, "Small family winery")
    my_sector: Values = _values("The firm's own sector; may be repeated.", "wine-spirits")
    my_country: str = _text("Where the firm is: a code, or any name.", MAX_COUNTRY, "Austria")
    size: int | None = Field(default=None, description="How many people work in the firm.")
    partners: int | None = Field(
        default=None, description="How many firms would join, this one included."
    )
    aim: str = _text("What the firms want together, in words.", MAX_TEXT, "We want to export")
    goal: Values = _values("What they want, as kinds of project; may be repeated.", "exporting")
    common: Values = _values(
        "What the partners have in common, as types of network; may be repeated.", "horizontal"
    )
    my_form: str = Field(default="", description="The form that is wanted: soft or hard.")
    funding: str = Field(
        default="",
        description=f"{FUNDING[0]}: the firms pay for it themselves; "
        f"{FUNDING[1]}: public money is wanted.",
    )

    @field_validator("size", "partners", mode="before")
    @classmethod
    def _whole(cls, value: object, info: object) -> int | None:
        text = str(value).strip() if value is not None else ""
        if not text:
            return None
        digits = text.removeprefix("-").removeprefix("+")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= _SHOWN):
            name = info.field_name
            raise QueryError(
                f"{name} must be {_WHOLE[name]}, not {text[:_SHOWN]!r}.",
                parameter=name,
                value=text,
            )
        return int(text)


class ProfileParams(_Filters, ProfileFields):
    """The parameters of ``/role-models`` and ``/api/v1/role-models``. Nothing is required."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an address asks, as far as it is understood.

    ``wrong`` are the parameters that are not, in the order of the form; ``typed`` is
    everything as it was given. ``is_given`` says that a form was sent, filled in or not.
    """

    profile: Profile
    query: Query
    wrong: Mapping[str, QueryError]
    typed: MultiDict[str, str]

    @property
    def is_given(self) -> bool:
        """Whether the address holds any parameter that is known here."""
        return any(name in self.typed for name in NAMES)


def read_asked(args: MultiDict[str, str], taxonomy: Taxonomy) -> Asked:
    """Read a page's address; names that the site does not know are ignored."""
    wrong: dict[str, QueryError] = {}
    parts: dict[str, object] = {}
    for name in FIELDS:
        _try(name, lambda name=name: parts.update(_field(name, args, taxonomy)), wrong)
    filters: dict[str, Sequence[str]] = {}
    for name in FACETS:
        _try(name, lambda name=name: filters.update(_facet(name, args, taxonomy)), wrong)
    query = make_query(taxonomy, filters=filters)
    if filters.get("results"):
        try:
            query = _with_least(args, filters, taxonomy)
        except QueryError as err:
            wrong[err.parameter] = err
    return Asked(profile=make_profile(taxonomy, **parts), query=query, wrong=wrong, typed=args)


def to_asked(params: ProfileParams, args: MultiDict[str, str], taxonomy: Taxonomy) -> Asked:
    """What a request of the API asks.

    Raises:
        QueryError: the first parameter that is not allowed.
    """
    for name in NAMES:
        _once(name, args)
    profile = make_profile(taxonomy, **{name: getattr(params, name) for name in FIELDS})
    query = make_query(
        taxonomy,
        filters={facet: values for facet in FACETS if (values := getattr(params, facet))},
        results_min=params.results_min,
        results_unit=params.results_unit,
    )
    return Asked(profile=profile, query=query, wrong={}, typed=args)


def _try(name: str, read: Callable[[], None], wrong: dict[str, QueryError]) -> None:
    try:
        read()
    except QueryError as err:
        wrong[name] = err


def _field(name: str, args: MultiDict[str, str], taxonomy: Taxonomy) -> Mapping[str, object]:
    value = _parsed(name, args)
    make_profile(taxonomy, **{name: value})
    return {name: value}


def _facet(name: str, args: MultiDict[str, str], taxonomy: Taxonomy) -> Mapping[str, Sequence[str]]:
    values = [value for value in args.getlist(name) if value.strip()]
    make_query(taxonomy, filters={name: values})
    return {name: values} if values else {}


def _with_least(
    args: MultiDict[str, str], filters: Mapping[str, Sequence[str]], taxonomy: Taxonomy
) -> Query:
    """The filters with the least figure; its unit means nothing without it."""
    least = _parsed("results_min", args)
    unit = _parsed("results_unit", args) if least is not None else None
    return make_query(taxonomy, filters=filters, results_min=least, results_unit=unit)


def _parsed(name: str, args: MultiDict[str, str]) -> object:
    """One parameter, of its type."""
    _once(name, args)
    value = args.getlist(name) if name in REPEATED else args.get(name, "")
    try:
        return getattr(ProfileParams.model_validate({name: value}), name)
    except ValidationError as err:
        raise query_error(err) from err


def _once(name: str, args: MultiDict[str, str]) -> None:
    """Refuse two different values where there can be only one."""
    given = list(dict.fromkeys(value.strip() for value in args.getlist(name) if value.strip()))
    if name not in REPEATED and len(given) > 1:
        shown = " and ".join(repr(value[:_SHOWN]) for value in given[:2])
        raise QueryError(
            f"{name} must be given once, not {len(given)} times ({shown}); choose one.",
            parameter=name,
            value=given[0],
        )
