"""The front-matter of a case: which fields there are, what each must be, and the Case of it.

A new field goes here, and so does what a single field may hold; rules among several fields
are in ``kb.content.field_rules``. ``docs/front-matter.md`` is tested against these records, and
``case_schema`` describes them to editors.
"""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Annotated, Any

from pydantic import ConfigDict

from kb.content.field_rules import (
    READING_FIELDS,
    case_rules,
    period_rules,
    result_rules,
    source_rules,
)
from kb.content.known import (
    COUNTRIES,
    EARLIER_ID,
    OTHER_ID,
    SOURCE_KEY,
    WEB_ADDRESS,
    YEAR_OF_WORK,
    Known,
    term,
    terms,
)
from kb.content.load import Draft
from kb.content.money import converted
from kb.content.own_sources import own_keys
from kb.content.schema import (
    DAY,
    FLAG,
    NUMBER,
    SPAN,
    Many,
    One,
    Record,
    one_of,
    optional,
    read,
    required,
    text,
    texts,
    whole,
)
from kb.errors import Problem
from kb.model.cases import (
    KINDS_OF_SOURCE,
    Case,
    Change,
    Contradiction,
    Members,
    Period,
    ReadingPlace,
    Result,
    Source,
    Verified,
    Withdrawal,
)
from kb.model.facets import (
    FACETS,
    FIELDS_OF_FACETS,
    MADE_FACETS,
)

QUALIFIERS = ("about", "at least", "at most", "more than", "under")

MAX_TITLE, MAX_SUMMARY, MAX_STATEMENT, MAX_QUESTION = 90, 300, 160, 400
#: A line on whom a case suits, or a question that it answers.
MAX_LINE = 160
MAX_LOCATOR = 200
#: Who told a case, or published a work.
MAX_BY = 120
#: The key of a source that a case brings along, to editors.
KEY_SCHEMA = {"type": "string", "pattern": r"\S"}


class ToldFields(Record):
    """That those of whom a case tells told it to the compendium themselves."""

    what = "told"

    by: Annotated[str, text(most=MAX_BY)] = required(
        "Their part in it, and no name of a person.", "the manager of a member firm"
    )
    day: Annotated[str, DAY] = required("The day on which it was told.", "2026-11-28")
    may_name: Annotated[bool, FLAG] = optional(
        "Whether they agree that their firms are named.", "true", default=False
    )


class WorkFields(Record):
    """A published work as a case brings it along."""

    what = "a work"

    title: Annotated[str, text(most=MAX_SUMMARY)] = required(
        "As the work gives it.", "Five bakers buy one oven"
    )
    by: Annotated[str | None, text(most=MAX_BY)] = optional(
        "Who published it, such as a newspaper; left out where that is not named.", "Ruhr-Zeitung"
    )
    year: Annotated[str, YEAR_OF_WORK] = required(
        "The year: 2021, about 2021, or no date where it gives none.", "2021"
    )
    url: Annotated[str | None, WEB_ADDRESS] = optional(
        "The address of the page itself.", "https://example.org/five-bakers"
    )
    kind: Annotated[str | None, one_of(KINDS_OF_SOURCE)] = optional(
        "primary: by those who did it or studied it. secondary: told after others.", "secondary"
    )


#: To editors: a key of sources.bib, but of a source that stands in the case itself.
_KEYS = {
    "if": {"not": {"anyOf": [{"required": ["told"]}, {"required": ["work"]}]}},
    "then": {"properties": {"key": SOURCE_KEY.schema}},
    "not": {"required": ["told", "work"]},
}


class SourceFields(Record):
    """Where the facts of a case stand."""

    model_config = ConfigDict(json_schema_extra=_KEYS)
    what = "a source"
    rules = source_rules

    key: Annotated[str, replace(SOURCE_KEY, schema=KEY_SCHEMA)] = required(
        "A key of sources.bib; with told or work a new one.", "roy-1998"
    )
    locator: Annotated[str, text(most=MAX_LOCATOR)] = required(
        "The place in the source: a section, a page, a table.", "section 8, third example"
    )
    told: Annotated[ToldFields | None, One(ToldFields)] = optional(
        "Where those of whom the case tells told it to the compendium themselves.",
        "{by: the manager of a member firm, day: 2026-11-28}",
    )
    work: Annotated[WorkFields | None, One(WorkFields)] = optional(
        "A published work that sources.bib does not have yet.",
        "{title: Five bakers buy one oven, by: Ruhr-Zeitung, year: 2021}",
    )

    def made(self) -> Source:
        """The key and the place: what was told, or the work, is one of the references."""
        return Source(key=self.key, locator=self.locator)


class MembersFields(Record):
    """Who took part."""

    what = "members"
    makes = Members

    who: Annotated[str, text(most=200)] = required("The members in words.", "small printers")
    count: Annotated[int | None, whole(least=1)] = optional("How many, as a whole number.", "3")
    qualifier: Annotated[str | None, one_of(QUALIFIERS)] = optional("How exact the count is.")
    networks: Annotated[int | None, whole(least=1)] = optional(
        "For a programme: how many networks."
    )
    partners: Annotated[tuple[str, ...], texts(text(most=120), once=True)] = optional(
        "Others who took part and are not members: a bank, a research centre."
    )


class PeriodFields(Record):
    """Years, inclusive."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["from"]}, {"required": ["to"]}]}
    )
    what = "a period"
    makes = Period
    rules = period_rules

    start: Annotated[int | None, whole(least=1000)] = optional("The first year.", alias="from")
    end: Annotated[int | None, whole(least=1000)] = optional("The last year.", alias="to")
    about: Annotated[bool, FLAG] = optional("Whether the years are approximate.")


class ReadingFields(Record):
    """Where a guide is read among the others."""

    what = "reading"
    makes = ReadingPlace

    part: Annotated[str, term("guide_parts")] = required("The part under which it is read.")
    place: Annotated[int, whole(least=1)] = required("Its place in the part, from 1.", "2")


class TeachingFields(Record):
    """What a case is taught with."""

    what = "teaching"

    questions: Annotated[tuple[str, ...], texts(text(most=MAX_QUESTION))] = optional(
        "Questions for a class, one sentence or two each.",
        '["What would each firm need to know before it signs?"]',
        default=(),
    )


class ContradictedFields(Record):
    """Another source that tells a result otherwise."""

    what = "contradicted"
    makes = Contradiction

    source: Annotated[str, SOURCE_KEY] = required("The key of the other source.", "roy-1998")
    locator: Annotated[str, text(most=MAX_LOCATOR)] = required("Where in it that stands.", "p. 2")
    says: Annotated[str, text(most=MAX_STATEMENT)] = required(
        "What it says, in a sentence.", "Another report counts 60 firms."
    )
    why: Annotated[str, text(most=MAX_STATEMENT)] = required(
        "Why the other account was taken.", "The list of names is the later one."
    )


#: To editors: one figure or a range, a unit with a figure and only then.
_FIGURES = {
    "not": {"required": ["value", "range"]},
    "if": {"anyOf": [{"required": [figure]} for figure in ("value", "range", "before")]},
    "then": {"required": ["unit"]},
    "else": {"properties": {"unit": False}},
}


class ResultFields(Record):
    """One thing that the source reports as achieved."""

    model_config = ConfigDict(json_schema_extra=_FIGURES)
    what = "a result"
    rules = result_rules

    metric: Annotated[str, term("metrics")] = required("What was measured.")
    level: Annotated[str, term("levels")] = required("How far the result reaches.")
    direction: Annotated[str, term("directions")] = required(
        "Whether it went up or down, or is a state that was reached."
    )
    statement: Annotated[str, text(most=MAX_STATEMENT)] = required(
        "The result in one short sentence of our own.", "Export sales rose by 30%."
    )
    locator: Annotated[str, text(most=MAX_LOCATOR)] = required(
        "Where in the source it stands.", "section 8, third example"
    )
    source: Annotated[str, text(schema={"anyOf": [SOURCE_KEY.schema, KEY_SCHEMA]})] = optional(
        "The key of the source; may be left out when the case has one source.", default=""
    )
    about: Annotated[str | None, text(most=60)] = optional(
        "What was measured, where the metric alone does not say; only figures about the same "
        "thing stand together.",
        "equipment",
    )
    value: Annotated[float | None, NUMBER] = optional(
        "The figure, as a plain number.", "30", "7000000"
    )
    range: Annotated[tuple[float, float] | None, SPAN] = optional(
        "Two figures, low and high; not together with value.", "[50, 60]"
    )
    before: Annotated[float | None, NUMBER] = optional("The figure before, in the same unit.")
    unit: Annotated[str | None, term("units")] = optional("The unit; needed with any figure.")
    qualifier: Annotated[str | None, one_of(QUALIFIERS)] = optional("How exact the figure is.")
    before_qualifier: Annotated[str | None, one_of(QUALIFIERS)] = optional(
        "How exact the figure before is."
    )
    horizon: Annotated[str | None, text(most=60)] = optional(
        "The time that the source gives.", "first year", "over 3 years"
    )
    of: Annotated[int | None, whole(least=1)] = optional(
        "Of a share of firms: how many firms were asked."
    )
    compared_with: Annotated[str | None, text(most=60)] = optional(
        "What a change is measured against where that is not the same firms before.",
        "firms outside networks",
    )
    merged: Annotated[bool, FLAG] = optional(
        "Whether it joins two passages of the source, which we take to be one account.",
        "true",
        default=False,
    )
    year: Annotated[int | None, whole(least=1000)] = optional(
        "The year that the figure is of, where the source tells it; the last one of several.",
        "2014",
    )
    contradicted: Annotated[Contradiction | None, One(ContradictedFields)] = optional(
        "Another source that tells it otherwise, and why it was not taken."
    )

    @classmethod
    def missing(cls, name: str, known: Any) -> str:
        """What is said of a field that is not given; a level that is not breaks a named rule."""
        said = super().missing(name, known)
        rule = "must be given (rule: a result has a level)"
        return said.replace("must be given", rule, 1) if name == "level" else said

    def made(self) -> Result:
        """The record of the result; one figure is both ends of a range."""
        fields = dict(vars(self))
        value, span = fields.pop("value"), fields.pop("range")
        low, high = span or (value, value)
        return Result(**fields, low=low, high=high)


class WithdrawnFields(Record):
    """That a case was taken out of the compendium."""

    what = "withdrawn"
    makes = Withdrawal

    day: Annotated[str, DAY] = required("The day on which it was withdrawn.", "2026-11-28")
    reason: Annotated[str, text(most=MAX_SUMMARY)] = required(
        "Why, in a sentence or two that readers see.", "The firm asked us to take it out."
    )


class VerifiedFields(Record):
    """That a case was reread against one of its sources."""

    what = "verified"
    makes = Verified

    day: Annotated[str, DAY] = required("The day on which it was reread.", "2026-11-29")
    source: Annotated[str, SOURCE_KEY] = required(
        "The source that it was reread against, one of the case's.", "roy-1998"
    )


class ChangeFields(Record):
    """What the editors changed."""

    what = "a change"
    makes = Change

    day: Annotated[str, DAY] = required("The day of the change.", "2026-11-28")
    sentence: Annotated[str, text(most=MAX_STATEMENT)] = required(
        "What changed, in a sentence.", "The number of members was corrected.", alias="what"
    )


class FrontMatter(Record):
    """The fields of a case."""

    what = "a case"
    rules = case_rules

    title: Annotated[str, text(most=MAX_TITLE)] = required(
        "A name that no other case has.", "Three printers buy a press together"
    )
    kind: Annotated[str, term("kinds")] = required("What the document is.")
    country: Annotated[tuple[str, ...], COUNTRIES] = optional(
        "One or a list: ISO 3166 codes or English names. Never in a guide.",
        "NO",
        "[Norway, Sweden]",
        default=(),
    )
    type: Annotated[tuple[str, ...], terms("types")] = required(
        "One or a list of network types; [] where the source does not say.", "[]"
    )
    project: Annotated[tuple[str, ...], terms("projects")] = required(
        "One or a list of project types; [] where the source does not say.", "[]"
    )
    results: Annotated[tuple[Result, ...], Many(ResultFields)] = required(
        "What the source reports as achieved; [] where it reports nothing. Never invented.", "[]"
    )
    summary: Annotated[str, text(most=MAX_SUMMARY)] = required(
        "One or two sentences in plain text.", "Three printers in Norway bought a press together."
    )
    sources: Annotated[
        tuple[Source, ...], Many(SourceFields, none="must name at least one source.")
    ] = required("Where the facts stand.", "[{key: roy-1998, locator: section 8}]")
    planned: Annotated[tuple[str, ...], terms("projects")] = optional(
        "Those of project that the source tells as an aim only.",
        "[exporting]",
        default=(),
    )
    form: Annotated[tuple[str, ...], terms("forms")] = optional(
        "One or a list, where the source tells.", default=()
    )
    sectors: Annotated[tuple[str, ...], terms("sectors")] = optional(
        "One or a list of sectors of the members.", default=()
    )
    members: Annotated[Members | None, One(MembersFields)] = optional(
        "Who took part, and how many."
    )
    formation: Annotated[tuple[str, ...], terms("formations")] = optional(
        "How the network came to be, where the source tells.", default=()
    )
    period: Annotated[Period | None, One(PeriodFields)] = optional(
        "Years.", "{from: 1989, to: 1992, about: true}"
    )
    region: Annotated[str | None, text(most=90)] = optional("A region or town.", "Hardanger")
    status: Annotated[str | None, term("statuses")] = optional(
        "How it ended, where the source tells."
    )
    related: Annotated[tuple[str, ...], texts(OTHER_ID, once=True)] = optional(
        "Ids of other cases and guides.",
        "[norway/mechanical-engineering, guides/types-of-network]",
        default=(),
    )
    teaching: Annotated[TeachingFields, One(TeachingFields)] = optional(
        "What the case is taught with.", default=TeachingFields()
    )
    role_model_for: Annotated[tuple[str, ...], texts(text(most=MAX_LINE), once=True)] = optional(
        "Whom the case suits, in words that an owner would use. Our reading.",
        "[Small printers that want a press that none could fill alone]",
        default=(),
    )
    answers: Annotated[tuple[str, ...], texts(text(most=MAX_LINE), once=True)] = optional(
        "Questions that the text answers, as its readers would ask them. Our reading.",
        '["Who pays the broker?"]',
        default=(),
    )
    reading: Annotated[ReadingPlace | None, One(ReadingFields)] = optional(
        "Of a guide: where a newcomer reads it among the others.",
        "{part: what-and-why, place: 2}",
    )
    our_reading: Annotated[
        tuple[str, ...], texts(text(schema={"enum": list(READING_FIELDS)}), once=True)
    ] = optional(
        "The fields whose values are the editors' reading and not the source's own word, of "
        f"{', '.join(READING_FIELDS)}.",
        "[type, status]",
        default=(),
    )
    authors: Annotated[tuple[str, ...], texts(text(most=120), once=True)] = optional(
        "Who wrote the text: people as 'Family, Given', a name without a comma is an "
        "organisation's. Without the field the case is cited by the compendium.",
        '["Doe, Jane"]',
        default=(),
    )
    added: Annotated[str | None, DAY] = optional(
        "The day the case entered the compendium.", "2026-11-22"
    )
    verified: Annotated[Verified | None, One(VerifiedFields)] = optional(
        "That the case was last reread against a source: sentence by sentence, figures too.",
        "{day: 2026-11-29, source: roy-1998}",
    )
    aliases: Annotated[tuple[str, ...], texts(EARLIER_ID, once=True)] = optional(
        "Ids under which the case stood before; their addresses lead to this one.",
        "[norway/printers]",
        default=(),
    )
    changes: Annotated[tuple[Change, ...], Many(ChangeFields)] = optional(
        "What was changed, the newest last; where it is not given, the site makes a sentence.",
        "[{day: 2026-11-28, what: The number of members was corrected.}]",
        default=(),
    )
    withdrawn: Annotated[Withdrawal | None, One(WithdrawnFields)] = optional(
        "That the case was taken out: its page says so and why, and nothing else shows it.",
        "{day: 2026-11-28, reason: The firm asked us to take it out.}",
    )


#: The names of the fields of a case that must be given; the country in any but a guide.
REQUIRED = tuple(
    name for name in FrontMatter.names() if name in (*FrontMatter.required(), "country")
)
OPTIONAL = tuple(name for name in FrontMatter.names() if name not in REQUIRED)

_OF_CASES = {field.name for field in dataclasses.fields(Case)}


def read_case(draft: Draft, known: Known) -> tuple[Case | None, list[Problem]]:
    """Understand a draft.

    Returns:
        The case, with countries as ISO codes and terms as their canonical ids, or None if
        anything is wrong; and every problem.
    """
    known = replace(known, case_id=draft.id, own=own_keys(draft.front_matter.value))
    fields, problems = read(FrontMatter, draft.front_matter, draft.path, known=known)
    return (None if fields is None else _case(draft, fields, known)), problems


def _case(draft: Draft, fields: FrontMatter, known: Known) -> Case:
    """The case: a field that it has under the same name is taken as it is."""
    only_source = fields.sources[0].key  # results name theirs where there are several
    given = {name: value for name, value in vars(fields).items() if name in _OF_CASES}
    given["results"] = tuple(
        replace(
            result,
            source=result.source or only_source,
            converted=converted(result, known.taxonomy),
        )
        for result in fields.results
    )
    return Case(
        **given,
        id=draft.id,
        body=draft.body,
        facets={
            facet: () if facet in MADE_FACETS else _facet(facet, fields)  # made of all together
            for facet in FACETS
        },
        questions=fields.teaching.questions,
        digest=draft.digest,
        is_guide=known.guides[draft.id],
    )


def _facet(facet: str, fields: FrontMatter) -> tuple[str, ...]:
    """The values of a facet: those of its field, and of the results what was measured."""
    if facet == "results":
        return tuple(dict.fromkeys(result.metric for result in fields.results))
    values = getattr(fields, FIELDS_OF_FACETS.get(facet, facet))
    return values if isinstance(values, tuple) else tuple(filter(None, [values]))
