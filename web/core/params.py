"""The parameters of addresses, read by one strict reader for pages, files and the API.

A model declares what an address takes: each name with its type and bounds, and where its
values come from (``Of`` a vocabulary, ``OneOf`` a few words). These are not understood,
whoever asks; ``docs/addresses.md`` tells people the same:

- a name that the model does not have;
- a second, different value for a name that takes one;
- a value that is out of bounds or not in its vocabulary.

A page answers the rest and says what it left out (``read_page``). A file and the API
refuse (``read_strict``).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Annotated, Any, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
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
from kb.guidance.selection import Selection, of_profile, of_query
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy, Vocabulary
from kb.results.comparison import LEAST, MOST
from kb.search.query import (
    DEFAULT_PER_PAGE,
    MAX_PAGE,
    MAX_PER_PAGE,
    MAX_QUERY_LENGTH,
    SORTS,
    Query,
    make_query,
)
from kb.search.searcher import Searcher

#: The list that is no facet and has values of a parameter.
UNITS = "units"
#: How much of what was given a message repeats.
SHOWN = 60
#: What programs that send mail or show advertisements add to a link; it asks for nothing here.
TRACKING = re.compile(
    r"utm_\w+|\w*cl(?:k)?id|gbraid|wbraid|gad_\w+|_g[al]|mc_[ce]id|_{1,2}hs\w+|vero_id|igshid|mkt_tok"
)


@dataclass(frozen=True, slots=True)
class Of:
    """The values of a parameter are those of a facet, or units: ids, labels or aliases."""

    facet: str

    def canonical(self, value: str, name: str, taxonomy: Taxonomy) -> str:
        """The id that a value means.

        Raises:
            QueryError: it means none; names the nearest and every other.
        """
        if self.facet == UNITS:
            return taxonomy[UNITS].asked(value, name)
        return taxonomy.asked(self.facet, value, name)

    def nearest(self, value: str, taxonomy: Taxonomy) -> tuple[str, ...]:
        """The ids that look most like a wrong value."""
        return self.vocabulary(taxonomy).nearest(value)

    def vocabulary(self, taxonomy: Taxonomy) -> Vocabulary:
        """Where the values come from."""
        return taxonomy[UNITS] if self.facet == UNITS else taxonomy.facet(self.facet)


@dataclass(frozen=True, slots=True)
class OneOf:
    """The values of a parameter are a few words, in any case."""

    words: tuple[str, ...]

    def canonical(self, value: str, name: str, taxonomy: Taxonomy) -> str:
        """The word that a value means.

        Raises:
            QueryError: it is none of them.
        """
        found = value.strip().casefold()
        if found not in self.words:
            near = self.nearest(value, taxonomy)
            raise QueryError(
                f"{name} must be one of {', '.join(self.words)}, not {value[:SHOWN]!r}.",
                parameter=name,
                value=value,
                allowed=tuple(dict.fromkeys((*near, *self.words))),
            )
        return found

    def nearest(self, value: str, taxonomy: Taxonomy) -> tuple[str, ...]:
        """The words that look most like a wrong one."""
        return _close(value, self.words, 3, like=0.6)


@dataclass(frozen=True, slots=True)
class Must:
    """What a value must be, in words: ``a whole number of at least 1``."""

    words: str


def _without_blanks(value: object) -> object:
    """A form sends a blank for what was not chosen."""
    return [item for item in value if str(item).strip()] if isinstance(value, list) else value


def _one_line(value: object) -> object:
    """White space does not count; half a pair of surrogates is no character."""
    if not isinstance(value, str):
        return value
    return " ".join(value.encode("utf-8", "replace").decode().split())


def _plain_digits(value: object) -> object:
    """A whole number as people write it: ``1_000`` and ``4.0`` are none."""
    if isinstance(value, str) and not re.fullmatch(r"[+-]?[0-9]{1,60}", value.strip()):
        raise ValueError("no whole number")
    return value


def _facet(words: str) -> Any:
    """A facet; in its words ``{subject}`` is what the compendium is about."""
    repeat = "Repeat it for more than one: a case needs to have any of them."
    return Field(default=[], description=f"{words} {repeat}")


def _said(words: str) -> Any:
    return Field(default=[], description=words)


Values = Annotated[list[str], BeforeValidator(_without_blanks)]
Text = Annotated[str, BeforeValidator(_one_line)]
Whole = Annotated[int, BeforeValidator(_plain_digits)]


class _Params(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Words(_Params):
    q: Text = Field(
        default="",
        max_length=MAX_QUERY_LENGTH,
        description="What is sought, in words. Without it the cases are listed by title.",
        json_schema_extra={"example": "five wineries that want to sell abroad"},
    )


class Filters(_Params):
    """What narrows which cases are searched, or compared with a profile."""

    country: Annotated[Values, Of("country")] = _facet(
        "ISO 3166 code or English name of a country."
    )
    type: Annotated[Values, Of("type")] = _facet("Type of {subject}.")
    project: Annotated[Values, Of("project")] = _facet("What the {subject} does together.")
    sector: Annotated[Values, Of("sector")] = _facet("Sector of the members.")
    results: Annotated[Values, Of("results")] = _facet("What was measured in a reported result.")
    kind: Annotated[Values, Of("kind")] = _facet("What the document is.")
    form: Annotated[Values, Of("form")] = _facet("How closely the members work together.")
    formation: Annotated[Values, Of("formation")] = _facet("How the {subject} came to be.")
    status: Annotated[Values, Of("status")] = _facet("How it ended.")
    results_min: Annotated[float | None, Must("a number")] = Field(
        default=None,
        allow_inf_nan=False,
        description="The least reported figure, in the metrics that results names; needs results.",
        json_schema_extra={"example": 20},
    )
    results_unit: Annotated[str | None, Of("units")] = Field(
        default=None,
        description="The unit that results_min is in, where a metric is reported in several.",
    )


class _Paging(_Params):
    exact: Annotated[bool, Must("true or false")] = Field(
        default=False,
        description="true leaves slips of typing in q as they are, instead of repairing them.",
    )
    sort: Annotated[str, OneOf(SORTS)] = Field(
        default="relevance",
        description="The order: relevance (best match first; by title without words), newest "
        "(the latest year that a case names; cases without one last) or result (the strongest "
        "figure in the one metric that results names; cases without one last).",
        json_schema_extra={"enum": list(SORTS)},
    )
    page: Annotated[Whole, Must("a whole number of at least 1")] = Field(
        default=1, ge=1, le=MAX_PAGE, description="The page of the answer, from 1."
    )
    per_page: Annotated[Whole, Must(f"a whole number from 1 to {MAX_PER_PAGE}")] = Field(
        default=DEFAULT_PER_PAGE,
        ge=1,
        le=MAX_PER_PAGE,
        description="How many cases stand on a page.",
    )


# The fields of a model stand in the order of its bases from the last to the first.
class SearchParams(_Paging, Filters, _Words):
    """The parameters of ``/search`` and ``/api/v1/search``."""


class _Firm(_Params):
    business: Text = Field(
        default="",
        max_length=MAX_TEXT,
        description="What the firm does, in words.",
        json_schema_extra={"example": "Small family winery"},
    )
    my_sector: Annotated[Values, Of("sector")] = _said("The firm's own sector; may be repeated.")
    my_country: Text = Field(
        default="",
        max_length=MAX_COUNTRY,
        description="Where the firm is: a code, or any name.",
        json_schema_extra={"example": "Austria"},
    )
    size: Annotated[
        Annotated[int, Field(ge=1, le=MAX_SIZE), BeforeValidator(_plain_digits)] | None,
        Must(f"a whole number from 1 to {MAX_SIZE:,} (the people in your firm)"),
    ] = Field(default=None, description="How many people work in the firm.")
    partners: Annotated[
        Annotated[int, Field(ge=2, le=MAX_PARTNERS), BeforeValidator(_plain_digits)] | None,
        Must(
            f"a whole number from 2 to {MAX_PARTNERS:,} (the firms that would join, yours included)"
        ),
    ] = Field(
        default=None,
        description="How many firms would join, this one included.",
    )
    aim: Text = Field(
        default="",
        max_length=MAX_TEXT,
        description="What the firms want together, in words.",
        json_schema_extra={"example": "We want to export"},
    )
    goal: Annotated[Values, Of("project")] = _said(
        "What they want, as kinds of project; may be repeated."
    )
    common: Annotated[Values, Of("type")] = _said(
        "What the partners have in common, as types of {subject}; may be repeated."
    )
    my_form: Annotated[str, Of("form")] = Field(default="", description="The form that is wanted.")
    funding: Annotated[str, OneOf(FUNDING)] = Field(
        default="",
        description=f"{FUNDING[0]}: the firms pay for it themselves; "
        f"{FUNDING[1]}: public money is wanted.",
    )


class ProfileParams(Filters, _Firm):
    """The parameters of ``/role-models`` and ``/api/v1/role-models``. Nothing is required."""


class OutcomesParams(_Firm, SearchParams):
    """The parameters of ``/outcomes``: of a search, or of a firm whose role models are taken."""


class CompareParams(_Params):
    """The parameters of ``/compare`` and ``/api/v1/compare``."""

    id: Values = Field(
        default=[],
        description=f"The id of a case. Repeat it: {LEAST} to {MOST} cases are compared.",
        json_schema_extra={"example": ["norway/graphic-arts", "norway/mechanical-engineering"]},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One name of an address. ``parse`` turns one value into what it means, or raises.

    ``takes_blank`` says that an empty value is a value: that of a text.
    """

    name: str
    default: object
    parse: Callable[[str, Taxonomy], object]
    nearest: Callable[[str, Taxonomy], tuple[str, ...]]
    values: Of | OneOf | None = None
    many: bool = False
    takes_blank: bool = False


UNKNOWN, REPEATED, VALUE = "unknown", "repeated", "value"

#: An address of which more parts than this are not understood is refused whole: what may have
#: been meant is looked for and linked for each of them.
MOST_WRONG = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A part of an address that is not understood.

    ``rule`` says which one it broke: ``UNKNOWN``, ``REPEATED`` or ``VALUE``. ``given`` is
    the value that broke it, ``nearest`` what may have been meant. ``instead`` is a sentence:
    what a page goes by in its place. ``values`` is where the values come from.
    """

    rule: str
    error: QueryError
    given: str
    nearest: tuple[str, ...] = ()
    instead: str = "It was left out."
    values: Of | OneOf | None = None

    @property
    def name(self) -> str:
        """The parameter."""
        return self.error.parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What an address asks, as far as it is understood: values by name, and what is wrong.

    ``typed`` is everything as it was given.
    """

    values: Mapping[str, Any]
    wrong: tuple[Wrong, ...]
    typed: MultiDict[str, str] = field(default_factory=MultiDict)

    @property
    def status(self) -> int:
        """The status of a page that answers it: 400 where a value was not understood.

        A name that does not exist asks for nothing, so the answer is whole without it.
        """
        return 400 if any(one.rule != UNKNOWN for one in self.wrong) else 200


def read_page(
    model: type[BaseModel] | tuple[Param, ...], args: MultiDict[str, str], taxonomy: Taxonomy
) -> Read:
    """What a page's address asks.

    A form sends a blank for what was not filled in; the marks of mail programs mean
    nothing. What hangs on a metric goes with it: a least figure without any metric, and
    the order by result without exactly one.

    Raises:
        QueryError: more than ``MOST_WRONG`` parts of it are not understood.
    """
    params = params_of(model) if isinstance(model, type) else model
    names = [name for name in args if not TRACKING.fullmatch(name)]
    read = _read(params, args, taxonomy, names=names, blanks=True)
    return replace(read, values=_settled(read.values))


def read_strict(
    model: type[BaseModel], args: MultiDict[str, str], taxonomy: Taxonomy
) -> Mapping[str, Any]:
    """The values by name that a request of the API, or of a file, asks for.

    Raises:
        QueryError: the first part of it that is not understood.
    """
    read = _read(params_of(model), args, taxonomy, names=list(args), blanks=False)
    for one in read.wrong:
        raise one.error
    return read.values


@cache
def params_of(model: type[BaseModel]) -> tuple[Param, ...]:
    """What a model declares, in its order."""
    return tuple(_param(model, name) for name in model.model_fields)


def answers_of(names: Iterable[str], words: tuple[str, ...]) -> tuple[Param, ...]:
    """Parameters that each take one of the same few words, or nothing."""
    choice = OneOf(words)
    return tuple(_choice(name, choice, default="") for name in names)


def unknown_name(name: str, known: Iterable[str]) -> QueryError:
    """The error for a parameter that does not exist, the nearest names first."""
    names = tuple(known)
    close = _close(name, names, 1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return QueryError(
        f"{name[:80]!r} is not a parameter.{hint}",
        parameter=name[:80],
        value=name,
        allowed=tuple(dict.fromkeys((*close, *names))),
    )


def to_query(values: Mapping[str, Any], taxonomy: Taxonomy) -> Query:
    """The query that values of a search, or the filters among those of a profile, ask.

    Raises:
        QueryError: what hangs on a metric stands without it.
    """
    others = ("results_min", "results_unit", "exact", "sort", "page", "per_page")
    return make_query(
        taxonomy,
        text=values.get("q", ""),
        filters={facet: values[facet] for facet in FACETS if values[facet]},
        **{name: values[name] for name in others if name in values},
    )


def to_profile(values: Mapping[str, Any], taxonomy: Taxonomy) -> Profile:
    """The firm that values speak of."""
    return make_profile(taxonomy, **{name: values[name] for name in FIELDS})


def to_selection(values: Mapping[str, Any], searcher: Searcher) -> Selection:
    """The cases that values of the outcomes select: those of a search, or role models.

    Raises:
        QueryError: words of a search stand beside a profile.
    """
    profile = to_profile(values, searcher.taxonomy)
    if profile.is_empty:
        return of_query(to_query(values, searcher.taxonomy), searcher)
    if values["q"]:
        raise words_beside_profile(values["q"])
    narrowing = {name: values[name] for name in Filters.model_fields}
    return of_profile(profile, to_query(narrowing, searcher.taxonomy), searcher)


def words_beside_profile(words: str) -> QueryError:
    """The error for words of a search beside a profile: they would be two selections."""
    return QueryError(
        "q must be empty beside a profile: put the words into aim, or leave the profile out.",
        parameter="q",
        value=words,
    )


def _read(
    params: tuple[Param, ...],
    args: MultiDict[str, str],
    taxonomy: Taxonomy,
    *,
    names: Iterable[str],
    blanks: bool,
) -> Read:
    known = {one.name: one for one in params}
    wrong: list[Wrong] = []
    for name in names:
        if name not in known:
            error, nearest = unknown_name(name, known), _close(name, known, 1)
            _note(wrong, Wrong(rule=UNKNOWN, error=error, given=args[name], nearest=nearest))
    values: dict[str, Any] = {}
    for param in params:
        given = [value.strip() for value in args.getlist(param.name)]
        if blanks or param.takes_blank:
            given = [value for value in given if value]
        values[param.name] = _value(param, list(dict.fromkeys(given)), taxonomy, wrong)
    return Read(values=values, wrong=tuple(wrong), typed=args)


def _value(param: Param, given: list[str], taxonomy: Taxonomy, wrong: list[Wrong]) -> object:
    """What the distinct values that were given mean; adds what is wrong with them."""
    if not param.many and len(given) > 1:
        _note(wrong, _repeated(param, given))
        given = given[:1]
    found = []
    for value in given:
        try:
            found.append(param.parse(value, taxonomy))
        except QueryError as err:
            one = Wrong(
                rule=VALUE,
                error=err,
                given=value,
                nearest=param.nearest(value, taxonomy),
                values=param.values,
            )
            if param.name == "q":
                one = replace(one, instead=f"The first {MAX_QUERY_LENGTH:,} were taken.")
                found.append(value[:MAX_QUERY_LENGTH])
            _note(wrong, one)
    if param.many:
        return list(dict.fromkeys(found))
    return found[0] if found else param.default


def _note(wrong: list[Wrong], one: Wrong) -> None:
    """Add what is wrong.

    Raises:
        QueryError: it is too much; tells the first.
    """
    wrong.append(one)
    if len(wrong) > MOST_WRONG:
        first = wrong[0].error
        raise QueryError(
            f"More than {MOST_WRONG} parts of the address are not understood. The first: {first}",
            parameter=first.parameter,
            value=first.value,
            allowed=first.allowed,
        )


def _repeated(param: Param, given: list[str]) -> Wrong:
    shown = " and ".join(repr(value[:SHOWN]) for value in given[:2])
    error = QueryError(
        f"{param.name} must be given once, not {len(given)} times ({shown}); choose one.",
        parameter=param.name,
        value=given[0],
    )
    return Wrong(
        rule=REPEATED,
        error=error,
        given=given[0],
        nearest=tuple(given[:3]),
        instead=f"“{given[0][:SHOWN]}” was taken.",
        values=param.values,
    )


def _settled(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without what hangs on a metric that is not there."""
    found = dict(values)
    if "results" in found:
        if not found["results"]:
            found["results_min"] = None
        if found["results_min"] is None:
            found["results_unit"] = None
        if found.get("sort") == "result" and len(found["results"]) != 1:
            found["sort"] = "relevance"
    return found


def _param(model: type[BaseModel], name: str) -> Param:
    declared = model.model_fields[name]
    default = declared.get_default(call_default_factory=True)
    many = get_origin(declared.annotation) is list
    for one in declared.metadata:
        if isinstance(one, Of | OneOf):
            return _choice(name, one, default=default, many=many)
    is_text = declared.annotation is str
    must = next((one.words for one in declared.metadata if isinstance(one, Must)), "text")
    most = next((one.max_length for one in declared.metadata if hasattr(one, "max_length")), 0)
    if most:
        must = f"text of at most {most:,} characters"

    def parse(value: str, taxonomy: Taxonomy) -> object:
        try:
            return getattr(model.model_validate({name: [value] if many else value}), name)
        except ValidationError as err:
            raise _out_of_bounds(name, must, value, err) from err

    return Param(
        name=name,
        default=default,
        parse=(lambda value, taxonomy: value) if many else parse,
        nearest=lambda value, taxonomy: (),
        many=many,
        takes_blank=is_text or many,
    )


def _choice(name: str, values: Of | OneOf, *, default: object, many: bool = False) -> Param:
    return Param(
        name=name,
        default=default,
        parse=lambda value, taxonomy: values.canonical(value, name, taxonomy),
        nearest=values.nearest,
        values=values,
        many=many,
    )


def _out_of_bounds(name: str, must: str, value: str, err: ValidationError) -> QueryError:
    is_long = err.errors()[0]["type"] == "string_too_long"
    shown = f"{len(' '.join(value.split())):,}" if is_long else repr(value[:SHOWN])
    return QueryError(f"{name} must be {must}, not {shown}.", parameter=name, value=value)


def _close(text: str, words: Iterable[str], most: int, *, like: float = 0.5) -> tuple[str, ...]:
    found = difflib.get_close_matches(text.casefold()[:80], list(words), n=most, cutoff=like)
    return tuple(found)
