"""The records that the rooms hand to each other: frozen, without behaviour of their own.

A *case* is a document of the corpus, a *passage* the piece of it that is
embedded and retrieved, a *hit* one ranked case of an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: The facets of a case, in the order to show. The name is the URL parameter and
#: the key in ``Case.facets``.
FACETS: tuple[str, ...] = (
    "country",
    "type",
    "project",
    "sector",
    "results",
    "kind",
    "form",
    "formation",
    "status",
)

#: How an answer can be ordered; see ``kb.search.order``.
SORTS: tuple[str, ...] = ("relevance", "newest", "result")

#: The headings under which the editors' lines are quoted, as on the page of a case.
SUITS_HEADING, ANSWERS_HEADING = "Whom it suits", "What it answers"

#: Query limits, stated once for the site, the API and the command line.
MAX_QUERY_LENGTH = 1000
MAX_PER_PAGE = 100
DEFAULT_PER_PAGE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the facts of a case stand: a key of ``sources.bib`` and the place in it."""

    key: str
    locator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Who took part."""

    who: str
    count: int | None = None
    qualifier: str | None = None
    networks: int | None = None
    partners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Years, inclusive; at least one of the two is given."""

    start: int | None = None
    end: int | None = None
    about: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One thing that the source reports as achieved.

    ``low`` and ``high`` are equal for a single value, differ for a range and are
    both None for a result told in words. ``before`` is in the same unit. ``of`` is
    how many firms a share is of; ``compared_with`` is what a change is measured
    against where that is not the same firms before.
    """

    metric: str
    level: str
    direction: str
    statement: str
    source: str
    locator: str
    low: float | None = None
    high: float | None = None
    before: float | None = None
    unit: str | None = None
    qualifier: str | None = None
    before_qualifier: str | None = None
    horizon: str | None = None
    of: int | None = None
    compared_with: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One document of the compendium.

    ``facets`` maps each name of ``FACETS`` to canonical values, in the order of
    the file; a facet without values maps to an empty tuple. ``body`` is Markdown.
    ``role_model_for`` says in the editors' words whom the case suits, ``answers`` which
    questions it answers. ``digest`` is the
    SHA-256 of the file's bytes.
    """

    id: str
    title: str
    kind: str
    summary: str
    body: str
    facets: Mapping[str, tuple[str, ...]]
    results: tuple[Result, ...]
    sources: tuple[Source, ...]
    members: Members | None = None
    period: Period | None = None
    region: str | None = None
    related: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    role_model_for: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    our_reading: tuple[str, ...] = ()
    added: str | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The piece of a case that is embedded and retrieved.

    ``text`` is what a reader is shown; ``context`` (title and facets) goes before
    it only in what the encoder reads.
    """

    case_id: str
    ordinal: int
    heading: str
    text: str
    context: str = ""

    @property
    def id(self) -> str:
        """The stable id, ``norway/graphic-arts#2``."""
        return f"{self.case_id}#{self.ordinal}"

    @property
    def encoded_text(self) -> str:
        """What the encoder reads."""
        return f"{self.context}\n{self.text}" if self.context else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A short text that the words of a profile are compared with.

    ``kind`` is ``project`` (how owners say that they want it) or ``case`` (whom it
    suits, or a question that it answers); ``target`` is the id of that project type or case.
    """

    kind: str
    target: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One entry of the bibliography, ready to show."""

    key: str
    authors: str
    title: str
    year: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a reader asks: canonical and within limits (see ``kb.query.make_query``).

    An empty ``text`` browses: every case that the filters allow, by title.
    ``results_min`` asks for a reported figure of at least that much (of a range,
    its low end) in one of the metrics of ``filters["results"]``, in the unit
    ``results_unit`` or, if that is None, in any. ``exact`` leaves slips of typing
    as they are.
    """

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    results_min: float | None = None
    results_unit: str | None = None
    exact: bool = False
    sort: str = "relevance"
    page: int = 1
    per_page: int = DEFAULT_PER_PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One value of a facet that a query names: offered as a filter, never applied in silence."""

    facet: str
    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a case is among the hits.

    ``kind`` is ``meaning`` (the passage nearest in meaning), ``word`` (the passage
    with most of the query's words), ``both``, or ``facet`` (the query names a value
    that the case has). ``words`` are the words that matched, as the case writes
    them; ``marks`` are their places in ``passage``, as (start, end).
    """

    kind: str
    passage: str = ""
    heading: str = ""
    words: tuple[str, ...] = ()
    marks: tuple[tuple[int, int], ...] = ()
    facet: str = ""
    value: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One ranked case. ``rank`` starts at 1 over all pages.

    ``score`` is the calibrated probability that the case answers the query, in
    (0, 1), higher is better. Without a calibration for the encoder it is the cosine
    of the query and the case's best passage, in [-1, 1]; when browsing it is 0.0.
    """

    case: Case
    score: float
    rank: int
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetCount:
    """One value of a facet beside an answer.

    ``count`` is the number of cases with this value in exactly the set that the
    answer reports as found. ``adds`` is how many more cases would be found if
    this value were selected too: above 0 only in a facet with a selection, whose
    values widen each other (OR).
    """

    value: str
    label: str
    count: int
    selected: bool = False
    adds: int = 0
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """An answer: the found set, one page of it as hits, and counts over all of it.

    ``answerable`` is the probability that the compendium answers the text at all, on which
    ``no_good_match`` is decided; None without a text or a calibration.
    ``repaired`` is the text that was searched instead, empty if the text was taken
    as it is; ``read_as`` are the English terms that a text in another language was
    searched with, empty for English; ``mentions`` are the facet values that it names
    and that are not filtered by.
    """

    query: Query
    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetCount, ...]]
    no_good_match: bool
    snapshot_id: str
    answerable: float | None = None
    repaired: str = ""
    read_as: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()

    @property
    def pages(self) -> int:
        """How many pages the found set fills; at least 1."""
        return max(1, -(-self.total // self.query.per_page))
