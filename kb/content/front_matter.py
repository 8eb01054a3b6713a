"""The front-matter of a case: which fields there are, what each must be, and the Case of it.

``docs/front-matter.md`` is tested against these records, and ``case_schema`` describes them
to editors.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict

from kb.content.countries import country_code, country_names
from kb.content.load import Draft
from kb.content.schema import (
    DAY,
    FLAG,
    NUMBER,
    SPAN,
    Complaints,
    Given,
    Record,
    Records,
    as_text,
    as_written,
    described,
    items_of,
    listed,
    one_of,
    read,
    shown,
    term,
    terms,
    text,
    texts,
    whole,
    wrong,
)
from kb.errors import Problem
from kb.model.cases import Case, Members, Period, ReadingPlace, Result, Source
from kb.model.taxonomy import GUIDE, SHARE, SUBJECT, Taxonomy, Term

QUALIFIERS = ("about", "at least", "at most", "more than", "under")
READING_FIELDS = ("type", "project", "form", "sectors", "formation", "status")

MAX_TITLE, MAX_SUMMARY, MAX_STATEMENT, MAX_QUESTION = 90, 300, 160, 400
#: A line on whom a case suits, or a question that it answers.
MAX_LINE = 160
MAX_LOCATOR = 200


def _country(text: str, known: Any) -> str:
    """The code of a country's code or English name, or of a place that the vocabulary names."""
    named = known.vocabularies.get("countries")
    code = country_code(text) or (named and named.canonical(text))
    if code is None:
        near = difflib.get_close_matches(text.upper()[:60], country_names(), n=3)
        raise wrong(
            f"must be an ISO 3166 code or English name, not {shown(text)}; "
            f"nearest: {listed(near) or 'none'}."
        )
    return code


#: One country or several, as ISO 3166 codes, each once.
COUNTRIES = texts(
    means=_country, again="names {} twice; once is enough.", one={"vocabulary": "countries"}
)


#: To editors, a key of the sources is as good as a term of the vocabulary.
KEYS = {"vocabulary": "sources"}


class SourceFields(Record):
    """Where the facts of a case stand."""

    what: ClassVar[str] = "a source"

    key: Annotated[str, text(one=KEYS)] = described("A key of sources.bib.", "roy-1998")
    locator: Annotated[str, text(most=MAX_LOCATOR)] = described(
        "The place in the source: a section, a page, a table.", "section 8, third example"
    )


class MembersFields(Record):
    """Who took part."""

    what: ClassVar[str] = "members"

    who: Annotated[str, text(most=200)] = described("The members in words.", "small printers")
    count: Annotated[int, whole(least=1)] | None = described(
        "How many, as a whole number.", default=None
    )
    qualifier: Annotated[str, one_of(QUALIFIERS)] | None = described(
        "How exact the count is.", default=None
    )
    networks: Annotated[int, whole(least=1)] | None = described(
        "For a programme: how many networks.", default=None
    )
    partners: Annotated[tuple[str, ...], texts(most=120)] = described(
        "Others who took part and are not members: a bank, a research centre.", default=()
    )


class PeriodFields(Record):
    """Years, inclusive."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["from"]}, {"required": ["to"]}]}
    )
    what: ClassVar[str] = "a period"

    start: Annotated[int, whole(least=1000)] | None = described(
        "The first year.", default=None, alias="from"
    )
    end: Annotated[int, whole(least=1000)] | None = described(
        "The last year.", default=None, alias="to"
    )
    about: Annotated[bool, FLAG] = described("Whether the years are approximate.", default=False)

    @classmethod
    def rules(cls, given: Given, sound: Given, known: Taxonomy) -> Complaints:
        """A period has a year, and does not end before it starts."""
        if "from" not in given and "to" not in given:
            yield (), "must give a year in 'from' or 'to'."
        if "from" in sound and "to" in sound and sound["from"] > sound["to"]:
            yield (), f"must not end ({sound['to']}) before it starts ({sound['from']})."


class ReadingFields(Record):
    """Where a guide is read among the others."""

    what: ClassVar[str] = "reading"

    part: Annotated[str, term("guide_parts")] = described("The part under which it is read.")
    place: Annotated[int, whole(least=1)] = described("Its place in the part, from 1.", "2")


class TeachingFields(Record):
    """What a case is taught with."""

    what: ClassVar[str] = "teaching"

    questions: Annotated[tuple[str, ...], texts(most=MAX_QUESTION)] = described(
        "Questions for a class, one sentence or two each.", default=()
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
    what: ClassVar[str] = "a result"

    metric: Annotated[str, term("metrics")] = described("What was measured.")
    level: Annotated[str, term("levels")] = described("How far the result reaches.")
    direction: Annotated[str, term("directions")] = described(
        "Whether it went up or down, or is a state that was reached."
    )
    statement: Annotated[str, text(most=MAX_STATEMENT)] = described(
        "The result in one short sentence of our own.", "Export sales rose by 30%."
    )
    locator: Annotated[str, text(most=MAX_LOCATOR)] = described(
        "Where in the source it stands.", "section 8, third example"
    )
    source: Annotated[str, text(one=KEYS)] | None = described(
        "The key of the source; may be left out when the case has one source.", default=None
    )
    value: Annotated[float, NUMBER] | None = described(
        "The figure, as a plain number.", "30", "7000000", default=None
    )
    range: Annotated[tuple[float, float], SPAN] | None = described(
        "Two figures, low and high; not together with value.", "[50, 60]", default=None
    )
    before: Annotated[float, NUMBER] | None = described(
        "The figure before, in the same unit.", default=None
    )
    unit: Annotated[str, term("units")] | None = described(
        "The unit; needed with any figure.", default=None
    )
    qualifier: Annotated[str, one_of(QUALIFIERS)] | None = described(
        "How exact the figure is.", default=None
    )
    before_qualifier: Annotated[str, one_of(QUALIFIERS)] | None = described(
        "How exact the figure before is.", default=None
    )
    horizon: Annotated[str, text(most=60)] | None = described(
        "The time that the source gives.", "first year", "over 3 years", default=None
    )
    of: Annotated[int, whole(least=1)] | None = described(
        "Of a share of firms: how many firms were asked.", default=None
    )
    compared_with: Annotated[str, text(most=60)] | None = described(
        "What a change is measured against where that is not the same firms before.",
        "firms outside networks",
        default=None,
    )

    @classmethod
    def rules(cls, given: Given, sound: Given, known: Taxonomy) -> Complaints:
        """One figure or a range, a unit with a figure and only then."""
        if "value" in sound and "range" in sound:
            yield ("range",), "must not be given together with value; keep one of the two."
        has_figure = any(figure in given for figure in ("value", "range", "before"))
        if has_figure and "unit" not in given:
            units = listed(known["units"].ids, 20)
            yield ("unit",), f"must be given with a figure: {units}."
        if "unit" in sound:
            if not has_figure:
                yield ("unit",), "must not be given without value or range; remove the line."
            if "of" in given and not _is_share(sound["unit"], known):
                needed = known.unit_of(SHARE) or f"that measures a {SHARE}; there is none"
                yield ("of",), f"is for a share of firms; it needs the unit {needed}."

    def result(self, source: str) -> Result:
        """The record of the result; ``source`` is that of the case where it has one."""
        given = dict(self)
        value, span = given.pop("value"), given.pop("range")
        low, high = span or (value, value)
        return Result(**given | {"source": self.source or source, "low": low, "high": high})


class FrontMatter(Record):
    """The fields of a case."""

    what: ClassVar[str] = "a case"

    title: Annotated[str, text(most=MAX_TITLE)] = described(
        "A name that no other case has.", "Three printers buy a press together"
    )
    kind: Annotated[str, term("kinds")] = described("What the document is.")
    country: Annotated[tuple[str, ...], COUNTRIES] = described(
        "One or a list: ISO 3166 codes or English names. Never in a guide.",
        "NO",
        "[Norway, Sweden]",
        default=(),
    )
    type: Annotated[tuple[str, ...], terms("types")] = described(
        "One or a list of network types; [] where the source does not say.", "[]"
    )
    project: Annotated[tuple[str, ...], terms("projects")] = described(
        "One or a list of project types; [] where the source does not say.", "[]"
    )
    results: Annotated[tuple[ResultFields, ...], Records()] = described(
        "What the source reports as achieved; [] where it reports nothing. Never invented.", "[]"
    )
    summary: Annotated[str, text(most=MAX_SUMMARY)] = described(
        "One or two sentences in plain text.", "Three printers in Norway bought a press together."
    )
    sources: Annotated[tuple[SourceFields, ...], Records(none="must name at least one source.")] = (
        described("Where the facts stand.", "[{key: roy-1998, locator: section 8}]")
    )
    form: Annotated[tuple[str, ...], terms("forms")] = described(
        "One or a list, where the source tells.", default=()
    )
    sectors: Annotated[tuple[str, ...], terms("sectors")] = described(
        "One or a list of sectors of the members.", default=()
    )
    members: MembersFields | None = described("Who took part, and how many.", default=None)
    formation: Annotated[tuple[str, ...], terms("formations")] = described(
        "How the network came to be, where the source tells.", default=()
    )
    period: PeriodFields | None = described(
        "Years.", "{from: 1989, to: 1992, about: true}", default=None
    )
    region: Annotated[str, text(most=90)] | None = described("A region or town.", default=None)
    status: Annotated[str, term("statuses")] | None = described(
        "How it ended, where the source tells.", default=None
    )
    related: Annotated[tuple[str, ...], texts()] = described(
        "Ids of other cases and guides.",
        "[norway/mechanical-engineering, guides/types-of-network]",
        default=(),
    )
    teaching: TeachingFields | None = described("What the case is taught with.", default=None)
    role_model_for: Annotated[tuple[str, ...], texts(most=MAX_LINE)] = described(
        "Whom the case suits, in words that an owner would use. Our reading.",
        "[Small printers that want a press that none could fill alone]",
        default=(),
    )
    answers: Annotated[tuple[str, ...], texts(most=MAX_LINE)] = described(
        "Questions that the text answers, as its readers would ask them. Our reading.",
        '["Who pays the broker?"]',
        default=(),
    )
    reading: ReadingFields | None = described(
        "Of a guide: where a newcomer reads it among the others.",
        "{part: what-and-why, place: 2}",
        default=None,
    )
    our_reading: Annotated[tuple[str, ...], texts(one={"enum": list(READING_FIELDS)})] = described(
        "The fields whose values are the editors' reading and not the source's own word, of "
        f"{', '.join(READING_FIELDS)}.",
        "[type, status]",
        default=(),
    )
    added: Annotated[str, DAY] | None = described(
        "The day the case entered the compendium.", "2026-11-22", default=None
    )

    @classmethod
    def rules(cls, given: Given, sound: Given, known: Taxonomy) -> Complaints:
        """What hangs on the kind, what is our reading, and the source of each result."""
        role = _kind(given, known).role
        if role != GUIDE and "reading" in given:
            yield ("reading",), f"is for {known.guide.many}; remove the line."
        if role == GUIDE:
            yield from _guide_rules(given, known.guide)
        elif "country" not in given:
            yield ("country",), cls.missing("country")
        elif given["country"] == []:
            yield ("country",), "must name at least one country."
        for name in ("type", "project") if role == SUBJECT else ():
            if given.get(name) == []:
                yield (name,), f"must name at least one for {known.subject.one}."
        yield from _our_reading(given)
        yield from _result_sources(given)


#: The names of the fields of a case that must be given; the country in any but a guide.
REQUIRED = tuple(
    name for name in FrontMatter.names() if name in (*FrontMatter.required(), "country")
)
OPTIONAL = tuple(name for name in FrontMatter.names() if name not in REQUIRED)


def _kind(given: Given, taxonomy: Taxonomy) -> Term:
    """The kind of a draft; one without id and role where it has none."""
    kinds = taxonomy["kinds"]
    found = kinds.canonical(as_text(given.get("kind")) or "")
    return (kinds.get(found) if found else None) or Term(id="", label="")


def _is_share(unit: object, taxonomy: Taxonomy) -> bool:
    found = taxonomy["units"].canonical(as_text(unit) or "")
    term = taxonomy["units"].get(found) if found else None
    return term is not None and term.measures == SHARE


def _guide_rules(given: Given, guide: Term) -> Complaints:
    for name in ("type", "project", "results", "role_model_for"):
        if given.get(name) not in ([], None):
            yield (name,), f"must be [] in {guide.one}, which is counted in no filter of cases."
    if "country" in given:
        yield ("country",), f"must not be given in {guide.one}; remove the line."


def is_written_as_guide(draft: Draft) -> bool:
    """Whether a draft has nothing that a guide must not have, whatever its kind."""
    given = as_written(draft.front_matter)
    return isinstance(given, dict) and not any(_guide_rules(given, Term(id="", label="")))


def kind_written(draft: Draft, taxonomy: Taxonomy) -> str:
    """The kind of a draft: its id, or what the file says where there is no such kind."""
    text = as_text(as_written(draft.front_matter).get("kind")) or ""
    return taxonomy["kinds"].canonical(text) or text


def _our_reading(given: Given) -> Complaints:
    """Our reading is of fields that can be read so, and that the file gives."""
    for name in filter(None, map(as_text, items_of(given.get("our_reading")))):
        if name not in READING_FIELDS:
            fields = listed(READING_FIELDS)
            yield ("our_reading",), f"must name fields of {fields}, not {shown(name)}."
        elif name not in given:
            yield ("our_reading",), f"names {name!r}, which the file does not give."


def _result_sources(given: Given) -> Complaints:
    """A result names one of the case's sources; it must where there are several."""
    sources = [one for one in items_of(given.get("sources")) if isinstance(one, dict)]
    whole = [one for one in sources if as_text(one.get("locator"))]
    keys = tuple(dict.fromkeys(filter(None, (as_text(one.get("key")) for one in whole))))
    for position, result in enumerate(items_of(given.get("results"))):
        if not isinstance(result, dict):
            continue
        source = as_text(result.get("source"))
        if source and keys and source not in keys:
            message = f"must be one of the case's sources, {listed(keys)}."
            yield ("results", position, "source"), message
        elif "source" not in result and len(keys) > 1:
            message = f"must be given, as the case has {len(keys)}: {listed(keys)}."
            yield ("results", position, "source"), message


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What other files and the text of a draft ask of its front-matter.

    It is there even where something else in the front-matter is wrong. ``related`` and
    ``sources`` (their keys) are by position in the file, from 0. ``reading`` is None where it
    is not given or cannot be understood.
    """

    draft: Draft
    is_guide: bool
    title: str
    related: Mapping[int, str]
    sources: Mapping[int, str]
    reading: ReadingPlace | None


def outline(draft: Draft, taxonomy: Taxonomy) -> Outline:
    """The outline of a draft; what is not there or is no text is empty in it."""
    given = as_written(draft.front_matter)
    related = map(as_text, items_of(given.get("related")))
    sources = (
        as_text(one.get("key")) if isinstance(one, dict) else None
        for one in items_of(given.get("sources"))
    )
    return Outline(
        draft=draft,
        is_guide=_kind(given, taxonomy).role == GUIDE,
        title=as_text(given.get("title")) or "",
        related={place: text for place, text in enumerate(related) if text},
        sources={place: text for place, text in enumerate(sources) if text},
        reading=_reading(given.get("reading"), taxonomy),
    )


def _reading(given: object, taxonomy: Taxonomy) -> ReadingPlace | None:
    """Where a draft says that it is read, as far as that can be understood."""
    if not isinstance(given, dict):
        return None
    part = taxonomy["guide_parts"].canonical(as_text(given.get("part")) or "")
    place = given.get("place")
    return ReadingPlace(part=part, place=place) if part and isinstance(place, int) else None


def read_case(draft: Draft, taxonomy: Taxonomy) -> tuple[Case | None, list[Problem]]:
    """Understand a draft.

    Returns:
        The case, with countries as ISO codes and terms as their canonical ids, or None if
        anything is wrong; and every problem.
    """
    fields, problems = read(FrontMatter, draft.front_matter, draft.path, known=taxonomy)
    return (None if fields is None else _case(draft, fields, taxonomy)), problems


def _case(draft: Draft, fields: FrontMatter, taxonomy: Taxonomy) -> Case:
    kind = taxonomy["kinds"].get(fields.kind)
    members, period, teaching = fields.members, fields.period, fields.teaching
    reading = fields.reading
    return Case(
        id=draft.id,
        title=fields.title,
        kind=fields.kind,
        summary=fields.summary,
        body=draft.body,
        facets={
            "country": fields.country,
            "type": fields.type,
            "project": fields.project,
            "sector": fields.sectors,
            "kind": (fields.kind,),
            "form": fields.form,
            "formation": fields.formation,
            "status": (fields.status,) if fields.status else (),
            "results": tuple(dict.fromkeys(result.metric for result in fields.results)),
        },
        results=tuple(result.result(fields.sources[0].key) for result in fields.results),
        sources=tuple(Source(key=one.key, locator=one.locator) for one in fields.sources),
        members=Members(**dict(members)) if members else None,
        period=Period(**dict(period)) if period else None,
        region=fields.region,
        related=fields.related,
        questions=teaching.questions if teaching else (),
        role_model_for=fields.role_model_for,
        answers=fields.answers,
        our_reading=fields.our_reading,
        added=fields.added,
        digest=draft.digest,
        is_guide=kind is not None and kind.role == GUIDE,
        reading=ReadingPlace(**dict(reading)) if reading else None,
    )
