"""The shapes of the API's answers; its OpenAPI description is generated from them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Model(BaseModel):
    """Base of every shape: nothing undeclared is sent."""

    model_config = ConfigDict(extra="forbid")


class Filters(Model):
    """What was asked, as understood: canonical ids by facet."""

    q: str
    filters: dict[str, list[str]]
    results_min: float | None
    results_unit: str | None
    exact: bool
    sort: str = Field(description="relevance, newest or result")
    page: int
    per_page: int


class ResultOut(Model):
    """One reported result."""

    metric: str = Field(examples=["export-sales"])
    level: str = Field(description="output, outcome, impact or consequence")
    direction: str = Field(description="up, down or level")
    figure: str = Field(description="The result as the site shows it", examples=["+30%"])
    statement: str
    source: str = Field(description="Key of the source in `references`")
    locator: str = Field(description="Where in the source it stands")
    low: float | None = Field(description="The figure, or the low end of a range")
    high: float | None = Field(description="The figure, or the high end of a range")
    before: float | None
    unit: str | None = Field(examples=["percent"])
    qualifier: str | None
    before_qualifier: str | None
    horizon: str | None = Field(examples=["first year"])
    of: int | None = Field(description="How many firms a share is of", examples=[520])
    compared_with: str | None = Field(
        description="What a change is measured against where that is not the same firms before",
        examples=["firms outside networks"],
    )


class CaseBrief(Model):
    """A case in a list."""

    id: str = Field(examples=["norway/graphic-arts"])
    title: str
    url: str = Field(description="The page of the case")
    kind: str
    summary: str
    country: list[str]
    type: list[str]
    project: list[str]
    sector: list[str]
    form: list[str]
    formation: list[str]
    status: list[str]
    results: list[ResultOut]


class ReasonOut(Model):
    """Why a case is among the hits or the similar ones; all but `facet` quote a passage of it."""

    kind: str = Field(
        description="meaning: the passage nearest in meaning; word: the one with most of the "
        "query's words; both; facet: the query names a value that the case has, or, beside a "
        "case, both have it"
    )
    passage: str
    heading: str
    words: list[str] = Field(description="The words that matched, as the case writes them")
    marks: list[tuple[int, int]] = Field(
        description="Where they stand in `passage`: start and end in characters, end not included"
    )
    facet: str
    value: str
    label: str


class HitOut(CaseBrief):
    """One ranked case."""

    score: float = Field(
        description="probability that the case is relevant to the query, in [0, 1]; cosine in "
        "[-1, 1] where the encoder has no calibration; 0 when browsing"
    )
    rank: int = Field(description="From 1, over all pages")
    reasons: list[ReasonOut]


class FacetOut(Model):
    """One value of a facet, counted over exactly the cases found."""

    value: str
    label: str
    count: int
    selected: bool
    adds: int = Field(description="How many more would be found if it were selected too")
    group: str


class MentionOut(Model):
    """A value of a facet that the words name: on offer as a filter, never applied in silence."""

    facet: str
    value: str
    label: str
    url: str = Field(description="The page of the same search with this filter too")


class SearchOut(Model):
    """The answer to a search."""

    query: Filters
    total: int
    pages: int
    no_good_match: bool = Field(description="True when nothing in the compendium fits the words")
    answerable: float | None = Field(
        description="Probability that the compendium answers the words at all, in [0, 1]; below a "
        "calibrated threshold nothing is found. Null without words"
    )
    snapshot: str
    repaired: str = Field(
        description="What was searched instead, slips of typing repaired; empty if as asked"
    )
    read_as: list[str] = Field(
        description="The English terms for words in another language; empty for English"
    )
    mentions: list[MentionOut]
    hits: list[HitOut]
    facets: dict[str, list[FacetOut]]


class MembersOut(Model):
    """Who took part."""

    who: str
    count: int | None
    qualifier: str | None
    networks: int | None
    partners: list[str]


class PeriodOut(Model):
    """Years, inclusive."""

    start: int | None
    end: int | None
    about: bool


class ReferenceOut(Model):
    """A source, and the places in it that the case rests on."""

    key: str
    authors: str
    title: str
    year: str
    note: str
    locators: list[str]


class SimilarOut(Model):
    """A case like this one."""

    id: str
    title: str
    url: str
    score: float
    reasons: list[ReasonOut] = Field(
        description="The passage of it that is nearest in meaning, then the values that both have"
    )


class CaseOut(CaseBrief):
    """A whole case."""

    body: str = Field(description="The text, in Markdown")
    region: str | None
    members: MembersOut | None
    period: PeriodOut | None
    role_model_for: list[str] = Field(description="Whom it suits, in the editors' words")
    answers: list[str] = Field(description="Questions that it answers, in the editors' words")
    our_reading: list[str] = Field(description="Fields whose values are the editors' reading")
    questions: list[str]
    related: list[str]
    references: list[ReferenceOut]
    similar: list[SimilarOut]
    added: str | None
    snapshot: str


class CasesOut(Model):
    """Every case, by id."""

    total: int
    snapshot: str
    cases: list[CaseBrief]


class TermOut(Model):
    """One value of a vocabulary."""

    id: str
    label: str
    definition: str
    aliases: list[str]
    group: str


class TaxonomyOut(Model):
    """The vocabulary: facets by parameter name, and the lists that results use."""

    snapshot: str
    facets: dict[str, list[TermOut]]
    units: list[TermOut]
    levels: list[TermOut]
    directions: list[TermOut]


class Problem(Model):
    """What went wrong (RFC 9457, `application/problem+json`)."""

    type: str = Field(examples=["/api#problem-bad-parameter"])
    title: str = Field(examples=["This search cannot be answered as it stands"])
    status: int = Field(examples=[400])
    detail: str = Field(examples=["page must be a whole number of at least 1, not 'two'."])
    instance: str = Field(examples=["/api/v1/search"])
    parameter: str | None = Field(default=None, examples=["page"])
    value: object = Field(default=None, examples=["two"])
    allowed: list[str] | None = Field(default=None, description="What is allowed, nearest first")


class CasePath(BaseModel):
    """The id of a case: its path in the compendium, slashes included."""

    case_id: str = Field(
        description="The id of a case: its path, slashes included.",
        json_schema_extra={"example": "norway/graphic-arts"},
    )


class NoParams(BaseModel):
    """This address takes no parameters."""

    model_config = ConfigDict(extra="forbid")
