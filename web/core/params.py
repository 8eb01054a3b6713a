"""What addresses take: one table for each, read by one strict reader, described from it.

A row declares a parameter: its name, what kind of value it takes (``web/core/values.py``),
what it does. Pages, files and the API read an address by its table, the description of the
API is made from it, and ``docs/addresses.md`` repeats it. These are not understood, whoever
asks:

- a name that the table does not have;
- a second, different value for a name that takes one;
- a value that is out of bounds or not in its vocabulary.

A page answers the rest and says what it left out (``read_page``). A file and the API
refuse (``read_strict``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

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
from kb.model.quantities import DIRECTIONS, DOWN, UP
from kb.model.taxonomy import Taxonomy
from kb.results.comparison import LEAST, MOST
from kb.search.query import (
    DEFAULT_PER_PAGE,
    FEED_SIZE,
    MAX_PAGE,
    MAX_PER_PAGE,
    MAX_QUERY_LENGTH,
    PAGE_SIZE,
    SORTS,
    Query,
    make_query,
)
from kb.search.searcher import Searcher
from web.core.urls import CARRIED
from web.core.values import (
    FLAG,
    NUMBER,
    SHOWN,
    UNITS,
    Kind,
    Of,
    close_to,
    one_line,
    one_of,
    text,
    whole,
)

#: What programs that send mail or show advertisements add to a link; it asks for nothing here.
TRACKING = re.compile(
    r"utm_\w+|\w*cl(?:k)?id|gbraid|wbraid|gad_\w+|_g[al]|mc_[ce]id|_{1,2}hs\w+|vero_id|igshid|mkt_tok"
)

#: What is typed for a name is no longer.
MAX_TYPED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One name of an address.

    ``words`` say what it does, with ``{subject}`` for what the compendium is about.
    ``default`` is what stands where it is not given: nothing, in a list too. One that takes
    many values may be given again for each; ``times`` are the fewest and the most that an
    answer needs, (0, 0) without a bound. ``example`` is one that suits every compendium.
    """

    name: str
    takes: Kind | Of
    words: str
    default: object = ""
    many: bool = False
    times: tuple[int, int] = (0, 0)
    example: object = None


#: The parameters of an address, in the order to show.
Table = tuple[Param, ...]


def _row(name: str, takes: Kind | Of, words: str, **more: Any) -> Param:
    return Param(name=name, takes=takes, words=words, **more)


def _facet(name: str, words: str) -> Param:
    repeat = "Repeat it for more than one: a case needs to have any of them."
    return _row(name, Of(name), f"{words} {repeat}", many=True)


#: What narrows which cases are searched, or compared with a profile.
FILTERS: Table = (
    _facet(
        "country",
        "ISO 3166 code of a country, or its name in English, in its own language or in another "
        "that the search understands.",
    ),
    _facet("type", "Type of {subject}."),
    _facet("project", "What the {subject} did together or set out to do."),
    _facet("sector", "Sector of the members."),
    _facet("results", "What was measured in a reported result."),
    _facet("kind", "What the document is."),
    _facet("form", "How closely the members work together."),
    _facet("formation", "How the {subject} came to be."),
    _facet("status", "How it ended."),
    _facet("decade", "When the {subject} worked: a decade such as 1990s, or not-told."),
    _facet(
        "teaching",
        "For whom it is taught: a level of a session that it is in, or with-note for any.",
    ),
    _facet("minutes", "How long a session that it is in takes at most, in minutes."),
    _facet("collection", "The collection of the compendium that the document is in."),
    _row(
        "all_of",
        one_of(FACETS),
        "A parameter above of which a case needs every value that is given, not any of them. "
        "Repeat it for more than one.",
        many=True,
    ),
    _row(
        "results_min",
        NUMBER,
        "The least reported figure, in the metrics that results names; needs results.",
        default=None,
        example=20,
    ),
    _row(
        "results_unit",
        Of(UNITS),
        "The unit that results_min is in, where a metric is reported in several; needs "
        "results_min.",
        default=None,
    ),
    _row(
        "results_direction",
        one_of(DIRECTIONS),
        f"Which way the figure of results_min went: {UP} is a rise or a state that was reached, "
        f"{DOWN} is a fall, which needs results_min.",
        default=UP,
    ),
)

#: The parameters of ``/api/v1/search``.
SEARCH: Table = (
    _row(
        "q",
        text(MAX_QUERY_LENGTH),
        "What is sought, in words. Without it the cases are listed by title.",
    ),
    *FILTERS,
    _row(
        "exact",
        FLAG,
        "true searches for q exactly as typed, without repairing typing errors.",
        default=False,
    ),
    _row(
        "sort",
        one_of(SORTS),
        "The order. Relevance: the best match first; by title without words. Newest: the latest "
        "year that a case names. Oldest: the earliest. Result: the strongest figure in the one "
        "metric that results names, rises first. Cases without a year or figure come last.",
        default="relevance",
    ),
    _row("page", whole(1, MAX_PAGE), "The page of the answer, from 1.", default=1),
    _row(
        "per_page",
        whole(1, MAX_PER_PAGE),
        f"How many cases stand on a page; the page for people shows {PAGE_SIZE} by itself.",
        default=DEFAULT_PER_PAGE,
    ),
)

#: The parameters of the page ``/search``: as those of the API, with more cases to a page.
SEARCH_PAGE: Table = tuple(
    replace(param, default=PAGE_SIZE) if param.name == "per_page" else param for param in SEARCH
)

#: The parameters of ``/api/v1/suggestions``.
TYPED: Table = (
    _row(
        "q",
        text(MAX_TYPED),
        "What stands in a search box; its last word may be unfinished.",
        example="exp",
    ),
)

#: The parameters of the files ``/search.bib`` and their like: as many cases as one may hold.
SEARCH_FILE: Table = tuple(
    replace(param, default=MAX_PER_PAGE) if param.name == "per_page" else param for param in SEARCH
)

#: The parameters of ``/search.atom``, which is in the order of the last change whatever ``sort``
#: says.
SEARCH_FEED: Table = tuple(
    replace(param, default=FEED_SIZE) if param.name == "per_page" else param for param in SEARCH
)

#: The parameter of ``/cases.atom``.
SITE_FEED: Table = tuple(param for param in SEARCH if param.name == "page")

#: The parameters of ``/unapi``, which has answers of its own for a format that it does not have.
UNAPI: Table = (
    _row("id", text(MAX_TYPED), "The address of a case's page, or of a version of it."),
    _row("format", text(MAX_TYPED), "In which format it is wanted."),
)

#: What a firm says of itself.
FIRM: Table = (
    _row("business", text(MAX_TEXT), "What the firm does, in words."),
    _row("my_sector", Of("sector"), "The firm's own sector; may be repeated.", many=True),
    _row("my_country", text(MAX_COUNTRY), "Where the firm is: a code, or any name."),
    _row(
        "size",
        whole(1, MAX_SIZE, of="the people in your firm"),
        "How many people work in the firm.",
        default=None,
    ),
    _row(
        "partners",
        whole(2, MAX_PARTNERS, of="the firms that would join, yours included"),
        "How many firms would join, this one included.",
        default=None,
    ),
    _row("aim", text(MAX_TEXT), "What the firms want together, in words."),
    _row("goal", Of("project"), "What they want, as kinds of project; may be repeated.", many=True),
    _row(
        "common",
        Of("type"),
        "What the partners have in common, as types of {subject}; may be repeated.",
        many=True,
    ),
    _row("my_form", Of("form"), "The form that is wanted."),
    _row(
        "funding",
        one_of(FUNDING),
        f"{FUNDING[0]}: the firms pay for it themselves; {FUNDING[1]}: public money is wanted.",
    ),
)

#: The parameters of ``/role-models`` and ``/api/v1/role-models``. Nothing is required.
PROFILE: Table = (*FIRM, *FILTERS)

#: The parameters of ``/outcomes``: of a search, or of a firm whose role models are taken.
OUTCOMES: Table = (*SEARCH, *FIRM)

#: The parameters of ``/compare`` and ``/api/v1/compare``.
COMPARE: Table = (
    _row(
        "id",
        text(),
        f"The id of a case. Repeat it: {LEAST} to {MOST} cases are compared.",
        many=True,
        times=(LEAST, MOST),
    ),
)

#: The parameter of ``/api/v1/cases/<id>@<version>``.
VERSION: Table = (
    _row(
        "against",
        text(64),
        "Another version of the case, by the first 12 characters of its digest or more: what "
        "differs in it. The newest where it is not given.",
    ),
)

UNKNOWN, REPEATED, VALUE, ALONE = "unknown", "repeated", "value", "alone"

#: What a name says something about, and is passed over without.
NEEDED: Mapping[str, str] = {
    "results_min": "results",
    "results_unit": "results_min",
    "results_direction": "results_min",
}

#: An address of which more parts than this are not understood is refused whole: what may have
#: been meant is looked for and linked for each of them.
MOST_WRONG = 10
#: How many names like a wrong one are tried, and how much of it a message repeats.
NAMES_TRIED, NAME_SHOWN = 3, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A part of an address that is not understood.

    ``rule`` says which one it broke: ``UNKNOWN``, ``REPEATED``, ``VALUE``, or ``ALONE``, which
    is a least figure without a metric. ``given`` is the value that broke it. ``nearest`` may
    have been meant: names for a name, values for a value, and each of them is understood in its
    place. ``instead`` is a sentence: what a page goes by. ``values`` is the kind of value that
    the parameter takes.
    """

    rule: str
    error: QueryError
    given: str
    nearest: tuple[str, ...] = ()
    instead: str = "It was left out."
    values: Kind | Of | None = None

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

        A name that does not exist asks for nothing, nor does a least figure of no metric, so the
        answer is whole without it.
        """
        return 400 if any(fault.rule not in (UNKNOWN, ALONE) for fault in self.wrong) else 200


def read_page(table: Table, args: MultiDict[str, str], taxonomy: Taxonomy) -> Read:
    """What a page's address asks.

    A form sends a blank for what was not filled in; the marks of mail programs mean
    nothing. What hangs on a metric goes with it: a least figure without any metric, and
    the order by result without exactly one.

    Raises:
        QueryError: more than ``MOST_WRONG`` parts of it are not understood.
    """
    reader = _Reader(table, args, taxonomy, is_page=True)
    values = reader.values()
    wrong = (*reader.wrong, *_least_alone(values, reader.wrong, taxonomy))
    return Read(values=_settled(values), wrong=wrong, typed=args)


def refuse_too_many(wrong: Sequence[Wrong]) -> None:
    """Refuse an address as soon as more than ``MOST_WRONG`` parts of it are not understood.

    Raises:
        QueryError: they are more; it tells the first of them.
    """
    if len(wrong) > MOST_WRONG:
        first = wrong[0].error
        raise QueryError(
            f"More than {MOST_WRONG} parts of the address are not understood. The first: {first}",
            parameter=first.parameter,
            value=first.value,
            allowed=first.allowed,
        )


def read_strict(table: Table, args: MultiDict[str, str], taxonomy: Taxonomy) -> Mapping[str, Any]:
    """The values by name that a request of the API, or of a file, asks for.

    Raises:
        QueryError: the first part of it that is not understood.
    """
    reader = _Reader(table, args, taxonomy, is_page=False)
    values = reader.values()
    for fault in reader.wrong:
        raise fault.error
    return values


def known_to(taxonomy: Taxonomy, table: Table) -> Table:
    """The rows that mean something in a compendium: all but facets that it does not have."""
    absent = set(FACETS) - set(taxonomy.facets)
    return tuple(param for param in table if param.name not in absent)


def answers_of(names: Iterable[str], allowed: tuple[str, ...]) -> Table:
    """Parameters that each take one of the same few words, or nothing."""
    choice = one_of(allowed)
    return tuple(_row(name, choice, "") for name in names)


def to_query(values: Mapping[str, Any], taxonomy: Taxonomy) -> Query:
    """The query that values of a search, or the filters among those of a profile, ask.

    Raises:
        QueryError: what hangs on a metric stands without it.
    """
    others = (
        *("all_of", "results_min", "results_unit", "results_direction"),
        *("exact", "sort", "page", "per_page"),
    )
    return make_query(
        taxonomy,
        text=values.get("q", ""),
        filters={facet: values[facet] for facet in FACETS if values[facet]},
        **{name: values[name] for name in others if name in values},
    )


def to_profile(values: Mapping[str, Any], taxonomy: Taxonomy) -> Profile:
    """The firm that values speak of."""
    return make_profile(taxonomy, **{name: values[name] for name in FIELDS})


def to_selection(values: Mapping[str, Any], searcher: Searcher, metric: str = "") -> Selection:
    """The cases that values of the outcomes select: those of a search, or role models.

    Of very many those are read that report something, in ``metric`` if that is given.

    Raises:
        QueryError: words of a search stand beside a profile.
    """
    profile = to_profile(values, searcher.taxonomy)
    if profile.is_empty:
        return of_query(to_query(values, searcher.taxonomy), searcher, metric)
    if values["q"]:
        raise words_beside_profile(values["q"])
    narrowing = {param.name: values[param.name] for param in FILTERS}
    return of_profile(profile, to_query(narrowing, searcher.taxonomy), searcher)


def words_beside_profile(words: str) -> QueryError:
    """The error for words of a search beside a profile: they would be two selections."""
    return QueryError(
        "q must be empty beside a profile: put the words into aim, or leave the profile out.",
        parameter="q",
        value=words,
    )


class _Reader:
    """Reads one address by a table; ``wrong`` gathers what is not understood, in its order.

    A page takes a blank for what is not given, as forms send it, and passes over the marks
    of mail programs and a reading list that is handed on. For others a blank is a value: that of
    a text, and of nothing else.
    """

    def __init__(
        self, table: Table, args: MultiDict[str, str], taxonomy: Taxonomy, *, is_page: bool
    ) -> None:
        self._table = {param.name: param for param in known_to(taxonomy, table)}
        self._absent = {p.name: p for p in table if p.name not in self._table}
        self._args = args
        self._taxonomy = taxonomy
        self._is_page = is_page
        self.wrong: list[Wrong] = []

    def values(self) -> dict[str, Any]:
        """What is asked, by name.

        Raises:
            QueryError: more than ``MOST_WRONG`` parts of it are not understood.
        """
        for name in self._args:
            is_mark = TRACKING.fullmatch(name) is not None or name == CARRIED
            if name not in self._table and not (is_mark and self._is_page):
                self._unknown(name, "" if is_mark else self._name_meant(name))
        absent = {name: [] if p.many else p.default for name, p in self._absent.items()}
        return absent | {name: self._value(param) for name, param in self._table.items()}

    def _unknown(self, name: str, meant: str) -> None:
        nearest = (meant,) if meant else ()
        shown = name[:NAME_SHOWN]
        error = QueryError(
            f"{shown!r} is not a parameter." + (f" Did you mean {meant!r}?" if meant else ""),
            parameter=shown,
            value=name,
            allowed=tuple(dict.fromkeys((*nearest, *self._table))),
        )
        self._note(Wrong(rule=UNKNOWN, error=error, given=self._args[name], nearest=nearest))

    def _name_meant(self, name: str) -> str:
        """The name most like a wrong one that takes what was given to it; empty for none."""
        for alike in close_to(name, self._table, NAMES_TRIED):
            param = self._table[alike]
            meanings, errors = self._understood(param, self._given(param, alike, name))
            is_one = param.many or len(meanings) < 2
            if is_one and not errors and not self._excludes(alike) and not self._lacks(alike):
                return alike
        return ""

    def _excludes(self, name: str) -> bool:
        """Whether a name cannot stand beside what is given: words of a search beside a profile."""
        others = FIELDS if name == "q" else ("q",) if name in FIELDS else ()
        return any(self._args.get(other, "").strip() for other in others if other in self._table)

    def _lacks(self, name: str) -> bool:
        """Whether a name means nothing without another one, which is not given."""
        needed = NEEDED.get(name, "")
        return needed in self._table and not self._args.get(needed, "").strip()

    def _given(self, param: Param, *names: str) -> list[str]:
        """Each value that was given under some names once, but for blanks that mean nothing."""
        takes_blank = not (self._is_page or param.takes.is_text)
        values = (value.strip() for name in names for value in self._args.getlist(name))
        return [value for value in dict.fromkeys(values) if value or takes_blank]

    def _understood(
        self, param: Param, given: Iterable[str]
    ) -> tuple[dict[object, str], dict[str, QueryError]]:
        """What values mean, each with the first value that means it, and errors by value.

        Reading ends at the first error too many.
        """
        meanings: dict[object, str] = {}
        errors: dict[str, QueryError] = {}
        for value in given:
            try:
                meanings.setdefault(param.takes.read(value, param.name, self._taxonomy), value)
            except QueryError as error:
                errors[value] = error
                if len(errors) > MOST_WRONG:
                    break
        return meanings, errors

    def _value(self, param: Param) -> object:
        """What the values that were given mean together; notes what is wrong with them."""
        given = self._given(param, param.name)
        meanings, errors = self._understood(param, given)
        if not param.many and len(given) > 1 and (errors or len(meanings) > 1):
            self._repeated(param, given, tuple(meanings.values()))
            errors = {}
        taken = list(meanings)
        for value, error in errors.items():
            fault = Wrong(
                rule=VALUE,
                error=error,
                given=value,
                nearest=param.takes.nearest(value, self._taxonomy),
                values=param.takes,
            )
            if param.takes.is_text:  # a text can only be too long
                beginning = one_line(value)[: param.takes.json["maxLength"]]
                taken.append(beginning)
                instead = f"The first {len(beginning):,} characters were taken."
                fault = replace(fault, instead=instead)
            self._note(fault)
        return taken if param.many else next(iter(taken), param.default)

    def _repeated(self, param: Param, given: Sequence[str], understood: Sequence[str]) -> None:
        """Note that a name that takes one value has several; the first understood one is taken."""
        shown = " and ".join(repr(value[:SHOWN]) for value in given[:2])
        error = QueryError(
            f"{param.name} must be given once, not {len(given)} times ({shown}); choose one.",
            parameter=param.name,
            value=given[0],
        )
        taken = f"“{understood[0][:SHOWN]}” was taken." if understood else "None of them was taken."
        self._note(
            Wrong(
                rule=REPEATED,
                error=error,
                given=given[0],
                nearest=tuple(understood[:3]),
                instead=taken,
                values=param.takes,
            )
        )

    def _note(self, fault: Wrong) -> None:
        self.wrong.append(fault)
        refuse_too_many(self.wrong)


def _least_alone(
    values: Mapping[str, Any], wrong: Iterable[Wrong], taxonomy: Taxonomy
) -> Iterator[Wrong]:
    """That a least figure is asked for and no metric; a metric that is wrong is told already."""
    least = values.get("results_min")
    if least is None or values["results"] or any(one.name == "results" for one in wrong):
        return
    error = QueryError(
        f"results_min needs a reported result, for example results={taxonomy['metrics'].ids[0]}.",
        parameter="results_min",
        value=least,
    )
    yield Wrong(rule=ALONE, error=error, given=str(least))


def _settled(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without what hangs on a metric that is not there."""
    settled = dict(values)
    if "results" in settled:
        if not settled["results"]:
            settled["results_min"] = None
        if settled["results_min"] is None:
            settled["results_unit"] = None
            settled["results_direction"] = UP
        if settled.get("sort") == "result" and len(settled["results"]) != 1:
            settled["sort"] = "relevance"
    return settled
