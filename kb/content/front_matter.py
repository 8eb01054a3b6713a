"""Front-matter to Case: which fields there are, and what each must be.

The tuples of names are the model that ``docs/front-matter.md`` is tested against.
"""

from __future__ import annotations

import re
from datetime import date

from kb.content.countries import country_code, country_names
from kb.content.fields import Fields, listed, shown
from kb.content.load import Draft
from kb.errors import Problem
from kb.model.cases import Case, Members, Period, Result, Source
from kb.model.taxonomy import Taxonomy

REQUIRED = ("title", "kind", "country", "type", "project", "results", "summary", "sources")
OPTIONAL = (
    "form",
    "sectors",
    "members",
    "formation",
    "period",
    "region",
    "status",
    "related",
    "teaching",
    "role_model_for",
    "answers",
    "our_reading",
    "added",
)
MEMBERS_FIELDS = ("who", "count", "qualifier", "networks", "partners")
PERIOD_FIELDS = ("from", "to", "about")
SOURCE_FIELDS = ("key", "locator")
TEACHING_FIELDS = ("questions",)
RESULT_REQUIRED = ("metric", "level", "direction", "statement", "locator")
RESULT_OPTIONAL = (
    "source",
    "value",
    "range",
    "before",
    "unit",
    "qualifier",
    "before_qualifier",
    "horizon",
    "of",
    "compared_with",
)
SHARE_UNIT = "percent-of-firms"
QUALIFIERS = ("about", "at least", "at most", "more than", "under")
READING_FIELDS = ("type", "project", "form", "sectors", "formation", "status")

MAX_TITLE, MAX_SUMMARY, MAX_STATEMENT, MAX_QUESTION = 90, 300, 160, 400
#: A line on whom a case suits, or a question that it answers.
MAX_LINE = 160

_EXAMPLES = {
    "title": "title: Three printers buy a press together",
    "kind": "kind: network",
    "country": "country: NO",
    "type": "type: horizontal",
    "project": "project: [exporting]",
    "results": "results: []",
    "summary": "summary: Three printers in Norway bought a press together.",
    "sources": "sources: [{key: roy-1998, locator: section 8}]",
    "who": "who: small printers",
    "metric": "metric: export-sales",
    "level": "level: output",
    "direction": "direction: up",
    "statement": "statement: Export sales rose by 30%.",
    "locator": "locator: section 8, third example",
    "key": "key: roy-1998",
}


def read_case(draft: Draft, taxonomy: Taxonomy, problems: list[Problem]) -> Case:
    """Understand a draft.

    Every problem is added to ``problems``; the Case is only to be trusted if none
    was. Countries become ISO codes and terms their canonical ids.
    """
    fields = Fields(
        path=draft.path,
        located=draft.front_matter,
        problems=problems,
        values=draft.front_matter.value,
    )
    fields.only(REQUIRED + OPTIONAL, "a case")
    kind = fields.term("kind", taxonomy["kinds"]) or ""
    is_guide = kind == "guide"
    fields.require(tuple(f for f in REQUIRED if not (is_guide and f == "country")), _example)
    sources = _sources(fields)
    facets = {
        "country": _countries(fields, is_guide=is_guide),
        "type": fields.terms("type", taxonomy["types"]),
        "project": fields.terms("project", taxonomy["projects"]),
        "sector": fields.terms("sectors", taxonomy["sectors"]),
        "kind": (kind,) if kind else (),
        "form": fields.terms("form", taxonomy["forms"]),
        "formation": fields.terms("formation", taxonomy["formations"]),
        "status": tuple(filter(None, [fields.term("status", taxonomy["statuses"])])),
    }
    if kind == "network":
        _network_is_classified(fields, facets)
    if is_guide:
        _guide_is_no_role_model(fields)
    results = tuple(_result(record, taxonomy, sources) for record in fields.records("results"))
    facets["results"] = tuple(dict.fromkeys(r.metric for r in results if r.metric))
    return Case(
        id=draft.id,
        title=fields.text("title", most=MAX_TITLE) or "",
        kind=kind,
        summary=fields.text("summary", most=MAX_SUMMARY) or "",
        body=draft.body,
        facets=facets,
        results=results,
        sources=sources,
        members=_members(fields),
        period=_period(fields),
        region=fields.text("region", most=90),
        related=fields.texts("related"),
        questions=_questions(fields),
        role_model_for=fields.texts("role_model_for", most=MAX_LINE),
        answers=fields.texts("answers", most=MAX_LINE),
        our_reading=_our_reading(fields),
        added=_day(fields, "added"),
        digest=draft.digest,
    )


def _example(field: str) -> str:
    return _EXAMPLES[field]


def _network_is_classified(fields: Fields, facets: dict[str, tuple[str, ...]]) -> None:
    for field in ("type", "project"):
        if not facets[field] and fields.values.get(field) == []:
            fields.problem(field, "must name at least one for a network.")


def _guide_is_no_role_model(fields: Fields) -> None:
    for field in ("type", "project", "results", "role_model_for"):
        if fields.values.get(field) not in ([], None):
            fields.problem(field, "must be [] in a guide, which is counted in no filter of cases.")


def _countries(fields: Fields, *, is_guide: bool) -> tuple[str, ...]:
    if is_guide:
        if "country" in fields.values:
            fields.problem("country", "must not be given in a guide; remove the line.")
        return ()
    codes: dict[str, None] = {}
    for name in fields.texts("country"):
        code = country_code(name)
        if code is None:
            near = listed(_near_countries(name)) or "none"
            fields.problem(
                "country",
                f"must be an ISO 3166 code or English name, not {shown(name)}; nearest: {near}.",
            )
        elif code in codes:
            fields.problem("country", f"names {code} twice; once is enough.")
        else:
            codes[code] = None
    if fields.values.get("country") == []:
        fields.problem("country", "must name at least one country.")
    return tuple(codes)


def _near_countries(name: str) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(name.upper()[:60], country_names(), n=3)


def _sources(fields: Fields) -> tuple[Source, ...]:
    found = []
    for record in fields.records("sources"):
        record.only(SOURCE_FIELDS, "a source")
        record.require(SOURCE_FIELDS, _example)
        key, locator = record.text("key"), record.text("locator", most=200)
        if key and locator:
            found.append(Source(key=key, locator=locator))
    if fields.values.get("sources") == []:
        fields.problem("sources", "must name at least one source.")
    return tuple(found)


def _members(fields: Fields) -> Members | None:
    record = fields.record("members")
    if record is None:
        return None
    record.only(MEMBERS_FIELDS, "members")
    record.require(("who",), _example)
    return Members(
        who=record.text("who", most=200) or "",
        count=record.whole("count", least=1),
        qualifier=record.choice("qualifier", QUALIFIERS),
        networks=record.whole("networks", least=1),
        partners=record.texts("partners", most=120),
    )


def _period(fields: Fields) -> Period | None:
    record = fields.record("period")
    if record is None:
        return None
    record.only(PERIOD_FIELDS, "a period")
    start, end = record.whole("from", least=1000), record.whole("to", least=1000)
    if "from" not in record.values and "to" not in record.values:
        fields.problem("period", "must give a year in 'from' or 'to'.")
    if start is not None and end is not None and start > end:
        fields.problem("period", f"must not end ({end}) before it starts ({start}).")
    return Period(start=start, end=end, about=record.flag("about"))


def _questions(fields: Fields) -> tuple[str, ...]:
    record = fields.record("teaching")
    if record is None:
        return ()
    record.only(TEACHING_FIELDS, "teaching")
    return record.texts("questions", most=MAX_QUESTION)


def _our_reading(fields: Fields) -> tuple[str, ...]:
    names = fields.texts("our_reading")
    for name in names:
        if name not in READING_FIELDS:
            fields.problem(
                "our_reading", f"must name fields of {listed(READING_FIELDS)}, not {shown(name)}."
            )
        elif name not in fields.values:
            fields.problem("our_reading", f"names {name!r}, which the file does not give.")
    return names


def _day(fields: Fields, field: str) -> str | None:
    text = fields.text(field)
    if text is None:
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError(text)
        date.fromisoformat(text)
    except ValueError:
        fields.problem(field, f"must be a day such as 2026-11-22, not {shown(text)}.")
        return None
    return text


def _result(record: Fields, taxonomy: Taxonomy, sources: tuple[Source, ...]) -> Result:
    record.only(RESULT_REQUIRED + RESULT_OPTIONAL, "a result")
    record.require(RESULT_REQUIRED, _example)
    source = record.text("source")
    keys = tuple(dict.fromkeys(source.key for source in sources))
    if source is not None and keys and source not in keys:
        record.problem("source", f"must be one of the case's sources, {listed(keys)}.")
    if source is None and len(keys) > 1:
        record.problem("source", f"must be given, as the case has {len(keys)}: {listed(keys)}.")
    value, span = record.number("value"), record.pair("range")
    if value is not None and span is not None:
        record.problem("range", "must not be given together with value; keep one of the two.")
    before, unit = record.number("before"), record.term("unit", taxonomy["units"])
    has_figure = any(figure in record.values for figure in ("value", "range", "before"))
    if has_figure and "unit" not in record.values:
        record.problem("unit", f"must be given with a figure: {listed(taxonomy['units'].ids, 20)}.")
    if not has_figure and unit is not None:
        record.problem("unit", "must not be given without value or range; remove the line.")
    if "of" in record.values and unit not in (None, SHARE_UNIT):
        record.problem("of", f"is for a share of firms; it needs the unit {SHARE_UNIT}.")
    low, high = span if span is not None else (value, value)
    return Result(
        metric=record.term("metric", taxonomy["metrics"]) or "",
        level=record.term("level", taxonomy["levels"]) or "",
        direction=record.term("direction", taxonomy["directions"]) or "",
        statement=record.text("statement", most=MAX_STATEMENT) or "",
        source=source or (keys[0] if keys else ""),
        locator=record.text("locator", most=200) or "",
        low=low,
        high=high,
        before=before,
        unit=unit,
        qualifier=record.choice("qualifier", QUALIFIERS),
        before_qualifier=record.choice("before_qualifier", QUALIFIERS),
        horizon=record.text("horizon", most=60),
        of=record.whole("of", least=1),
        compared_with=record.text("compared_with", most=60),
    )
