"""The rules of ``kb check`` among the fields of a record: given what it says, what is wrong where.

What one field may hold stands beside it in ``kb.content.front_matter``, which asks these.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, TypeGuard

from kb.content.files import SOURCES_FILE
from kb.content.known import Known
from kb.content.mending import Add, Remove
from kb.content.schema import (
    Complaint,
    Complaints,
    Given,
    Place,
    as_text,
    items_of,
    listed,
    must_give,
    shown,
)
from kb.model.english import quoted
from kb.model.taxonomy import GUIDE, MONEY, SHARE, Taxonomy, Term

#: The fields that are empty in a guide.
EMPTY_IN_GUIDES = ("type", "project", "planned", "results", "role_model_for")
#: The fields that can be the editors' reading and not the source's own word; ``unit`` is that
#: of the results.
READING_FIELDS = (
    *("kind", "country", "region", "type", "form", "project", "planned", "sectors"),
    *("members", "period", "formation", "results", "unit", "status"),
)

#: Words by which a statement tells an aim. "Would join again" tells what members said. It says
#: first what it may begin with, which saves most of the search.
_AIM = re.compile(
    r"\b(?=[aehipstw])(?:"
    r"\b(?:(?:aim|plan|want|intend|hope|seek|expect)s? to|(?:is|are) to be(?:come)?)\b"
    r"|\b(?:is|are|was|were) (?:expected|hoped|intended|meant|planned|supposed|due|set) to\b"
    r"|\baims? at\b|\bhopes? for\b|\bthe (?:aim|goal) is\b|\bin order to\b|\bshould\b"
    r"|(?<!\bthe )(?<!\bgood )\bwill (?=[a-z]))",
    re.IGNORECASE,
)
#: Words by which a statement says that it joins two passages.
_MERGED = re.compile(r"\b(?:second passage|(?:two|both) passages)\b", re.IGNORECASE)


def period_rules(given: Given, sound: Given, known: Known) -> Complaints:
    """A period has a year, and does not end before it starts."""
    if "from" not in given and "to" not in given:
        yield Complaint((), "period-without-year", "must give a year in 'from' or 'to'.")
    if "from" in sound and "to" in sound and sound["from"] > sound["to"]:
        message = f"must not end ({sound['to']}) before it starts ({sound['from']})."
        yield Complaint((), "period-ends-before-it-starts", message)


def result_rules(given: Given, sound: Given, known: Known) -> Complaints:
    """What happened, one figure or a range with a unit and only then, a share of firms."""
    yield from _statement_rules(sound)
    yield from _two_units(sound, known.taxonomy)
    if "value" in sound and "range" in sound:
        message = "must not be given together with value; keep one of the two."
        yield Complaint(("range",), "value-and-range", message)
    has_figure = any(figure in given for figure in ("value", "range", "before"))
    if has_figure and "unit" not in given:
        units = known.taxonomy["units"].ids
        message = f"must be given with a figure: {listed(units, 20)}."
        yield Complaint(("unit",), "figure-without-unit", message, units)
    if "unit" not in sound:
        return
    if not has_figure:
        message = "must not be given without value or range; remove the line."
        yield Complaint(("unit",), "unit-without-figure", message, mend=Remove())
    unit = term_spelled(known.taxonomy, "units", sound["unit"])
    if "of" in given and unit.measures != SHARE:
        needed = known.taxonomy.unit_of(SHARE) or f"that measures a {SHARE}; there is none"
        message = f"is for a share of firms; it needs the unit {needed}."
        yield Complaint(("of",), "share-of-no-percentage", message)


def _statement_rules(sound: Given) -> Complaints:
    """A result happened, and one that joins two passages is marked so."""
    statement = as_text(sound.get("statement")) or ""
    if aim := _AIM.search(statement):
        yield Complaint(
            ("statement",),
            "result-tells-an-aim",
            f"must tell what happened, and {quoted(aim[0].strip())} tells an aim (rule: a result "
            "happened); say what came of it, or move the aim to the text and to 'planned'.",
        )
    if (found := _MERGED.search(statement)) and sound.get("merged") is not True:
        yield Complaint(
            ("statement",),
            "merged-passages-not-marked",
            f"speaks of a {quoted(found[0].lower())} and must be marked (rule: merged passages); "
            "add the line 'merged: true' to the result.",
            mend=Add(name="merged", value=True),
        )


def _two_units(sound: Given, taxonomy: Taxonomy) -> Complaints:
    """A statement gives an amount of money in one currency."""
    currencies = currencies_in(as_text(sound.get("statement")) or "", taxonomy)
    if len(currencies) > 1:
        yield Complaint(
            ("statement",),
            "figure-in-two-currencies",
            f"gives one figure in {' and in '.join(currencies)} (rule: a figure in two units); "
            "keep the one that the source gives first, and tell the other in the text.",
        )


#: What stands before the name of a currency that is a word of other meanings, such as "won".
_AFTER_AN_AMOUNT = "|".join(
    f"(?<={word} )" for word in (r"\d", "illion", "thousand", "crore", "lakh")
)


def currencies_in(statement: str, taxonomy: Taxonomy) -> tuple[str, ...]:
    """The currencies that a text names as the vocabulary spells them, in their order."""
    spelled = taxonomy["units"].currencies
    if not spelled:
        return ()
    found = _named_in(statement, tuple(spelled), tuple(dict.fromkeys(spelled.values())))
    return tuple(dict.fromkeys(spelled[name] for name in found))


@lru_cache(maxsize=64)  # two rules ask of each statement
def _named_in(statement: str, names: tuple[str, ...], codes: tuple[str, ...]) -> list[str]:
    folded = statement.casefold()
    if not any(name in folded for name in _shortest(names, codes)):
        return []
    return _any_currency(names, codes).findall(folded)


@lru_cache(maxsize=4)
def _shortest(names: tuple[str, ...], codes: tuple[str, ...]) -> tuple[str, ...]:
    """The names and codes that have no other one in them: without any of these there is none."""
    found: list[str] = []
    for name in sorted({*filter(None, names), *map(str.casefold, codes)}, key=len):
        if not any(shorter in name for shorter in found):
            found.append(name)
    return tuple(found)


@lru_cache(maxsize=4)
def _any_currency(names: tuple[str, ...], codes: tuple[str, ...]) -> re.Pattern[str]:
    """What finds any of some names of currencies in folded text, and a code before a figure."""
    longest_first = sorted(filter(None, names), key=len, reverse=True)
    patterns = [
        f"(?:{_AFTER_AN_AMOUNT}){re.escape(name)}" if name.isalpha() else re.escape(name)
        for name in longest_first
    ] + [rf"{code.casefold()}(?= ?\d)" for code in codes]
    begin = re.escape("".join(sorted({name[0] for name in (*longest_first, *codes)}))).casefold()
    return re.compile(rf"(?=[{begin}])(?<!\w)(?:{'|'.join(patterns)})(?![^\W\d])")


def source_rules(given: Given, sound: Given, known: Known) -> Complaints:
    """A source is one of sources.bib, or told, or a work of the case alone, under a new key."""
    if "told" in given and "work" in given:
        message = "must not be given together with told; make two sources of it."
        yield Complaint(("work",), "told-and-work", message)
    key = as_text(sound.get("key"))
    if ("told" in given or "work" in given) and key in known.sources:
        yield Complaint(
            ("key",),
            "source-key-taken",
            f"is a key of {SOURCES_FILE} already, {shown(key)}: take a new one for a source of "
            "this case alone, or leave out 'told' and 'work'.",
        )


def case_rules(given: Given, sound: Given, known: Known) -> Complaints:
    """What hangs on the kind, what was only planned or is our reading, sources of results."""
    yield from _guide_rules(given, known)
    yield from _planned_rules(given, known)
    yield from _reading_rules(given)
    yield from _source_rules(given)
    yield from _money_rules(given, known)
    yield from _contradiction_rules(given)
    yield from _verified_rules(given)


def kind_of(given: Given, taxonomy: Taxonomy) -> Term:
    """The kind of a document by its front-matter; one without id and role where it has none."""
    return term_spelled(taxonomy, "kinds", given.get("kind"))


def term_spelled(taxonomy: Taxonomy, name: str, spelling: object) -> Term:
    """The term of a vocabulary in any of its spellings; one without id where there is none."""
    term_id = taxonomy[name].canonical(as_text(spelling) or "")
    return taxonomy[name].get(term_id or "") or Term(id="", label="")


def _guide_rules(given: Given, known: Known) -> Complaints:
    """A guide is of no country and in no filter; everything else has a country, and no part."""
    if kind_of(given, known.taxonomy).role == GUIDE:
        yield from _of_no_guide(given, known.taxonomy.guide.one)
        return
    if "reading" in given:
        message = f"is for {known.taxonomy.guide.many}; remove the line."
        yield Complaint(("reading",), "reading-place-of-no-guide", message)
    if "country" not in given:
        yield Complaint(("country",), "missing-field", must_give("country", "NO"))
    elif given["country"] == []:
        yield Complaint(("country",), "empty-list", "must name at least one country.")


def _of_no_guide(given: Given, guide: str) -> Complaints:
    for name in EMPTY_IN_GUIDES:
        if given.get(name) not in ([], None):
            message = f"must be [] in {guide}, which is counted in no filter of cases."
            yield Complaint((name,), "guide-with-fields-of-cases", message)
    if "country" in given:
        message = f"must not be given in {guide}; remove the line."
        yield Complaint(("country",), "guide-with-fields-of-cases", message)


def could_be_guide(given: Given) -> bool:
    """Whether a document has nothing that a guide has not."""
    return not any(_of_no_guide(given, ""))


def _planned_rules(given: Given, known: Known) -> Complaints:
    """What was only planned stands among what the case did or set out to do."""
    if kind_of(given, known.taxonomy).role == GUIDE:
        return  # told already: it has neither
    names = known.taxonomy["projects"]
    projects = {
        names.canonical(name): name
        for name in filter(None, map(as_text, _values(given, "project")))
    }
    planned = given.get("planned")
    for position, name in enumerate(map(as_text, _values(given, "planned"))):
        term_id = names.canonical(name) if name else None
        if term_id is not None and term_id not in projects:
            allowed = listed(projects.values(), 30) or "none, as project is []"
            yield Complaint(
                ("planned", position) if isinstance(planned, list) else ("planned",),
                "planned-not-in-project",
                f"must be one of the case's project (rule: done and planned), not {shown(name)}; "
                f"allowed are {allowed}. Add it to project too, or take it out of planned.",
                tuple(projects.values()),
            )


def _values(given: Given, name: str) -> list[object]:
    return items_of(given[name]) if name in given else []


def _has_value(given: Given, name: str) -> bool:
    """Whether a file gives a field; the unit is given where some result has one."""
    if name == "unit":
        results = items_of(given.get("results"))
        return any(isinstance(result, dict) and "unit" in result for result in results)
    return given.get(name) not in (None, [])


def _reading_rules(given: Given) -> Complaints:
    """Our reading is of fields that can be read so, and that have a value."""
    for name in filter(None, map(as_text, items_of(given.get("our_reading")))):
        if name not in READING_FIELDS:
            fields = listed(READING_FIELDS, 20)
            message = f"must name fields of {fields}, not {shown(name)}."
            yield Complaint(("our_reading",), "our-reading-names-no-field", message, READING_FIELDS)
        elif not _has_value(given, name):
            message = f"names {quoted(name)}, which the file does not give."
            yield Complaint(("our_reading",), "our-reading-of-missing-field", message)


def _source_rules(given: Given) -> Complaints:
    """A source stands once; a result names one of them, which it must where there are several."""
    sources = [source for source in items_of(given.get("sources")) if isinstance(source, dict)]
    yield from _repeated_sources(given)
    located = [source for source in sources if as_text(source.get("locator"))]
    keys = tuple(dict.fromkeys(filter(None, (as_text(source.get("key")) for source in located))))
    for position, result in enumerate(items_of(given.get("results"))):
        if not isinstance(result, dict):
            continue
        place = ("results", position, "source")
        key = as_text(result.get("source"))
        if key and keys and key not in keys:
            yield _not_a_source(place, keys)
        elif "source" not in result and len(keys) > 1:
            message = f"must be given, as the case has {len(keys)}: {listed(keys)}."
            yield Complaint(place, "result-source-missing", message, keys)
        other = result.get("contradicted")
        if _is_record(other) and keys and (as_text(other.get("source")) or keys[0]) not in keys:
            place = ("results", position, "contradicted", "source")
            yield _not_a_source(place, keys)


def _repeated_sources(given: Given) -> Complaints:
    """Sources that are given again, with the same place in them."""
    before: set[tuple[str, str]] = set()
    for position, source in enumerate(items_of(given.get("sources"))):
        key, locator = (
            (as_text(source.get(name)) or "" for name in ("key", "locator"))
            if _is_record(source)
            else ("", "")
        )
        if key and (key, locator) in before:
            message = f"is {quoted(key)} with the same locator again; once is enough."
            yield Complaint(("sources", position), "repeated-entry", message, mend=Remove())
        before.add((key, locator))


def _verified_rules(given: Given) -> Complaints:
    """A case is reread against one of its own sources."""
    verified = given.get("verified")
    sources = [source for source in items_of(given.get("sources")) if isinstance(source, dict)]
    keys = tuple(filter(None, (as_text(source.get("key")) for source in sources)))
    if isinstance(verified, dict) and keys and as_text(verified.get("source")) not in (None, *keys):
        yield _not_a_source(("verified", "source"), keys)


def _not_a_source(place: Place, keys: tuple[str, ...]) -> Complaint:
    message = f"must be one of the case's sources, {listed(keys)}."
    return Complaint(place, "result-source-not-listed", message, keys)


def _money_rules(given: Given, known: Known) -> Complaints:
    """An amount of money is of some time: else nobody can say what it was worth."""
    if _has_value(given, "period"):
        return
    keys = [as_text(one.get("key")) for one in items_of(given.get("sources")) if _is_record(one)]
    for position, result in enumerate(items_of(given.get("results"))):
        if not _is_record(result) or "year" in result or "horizon" in result:
            continue
        source = as_text(result.get("source")) or (keys[0] if keys else None)
        is_money = term_spelled(known.taxonomy, "units", result.get("unit")).measures == MONEY
        if is_money and source and (known.own.get(source) or source in known.undated):
            yield Complaint(
                ("results", position, "year"),
                "money-without-year",
                "must be given for an amount of money whose source has no year (rule: a currency "
                "without year); or give 'horizon', or the case a 'period'. Where the source tells "
                "none of them, say so: 'horizon: no year told'.",
            )


#: What two results must have in common to speak of the same thing at the same time.
_SAME = ("metric", "level", "direction", "unit", "horizon", "year", "of", "compared_with")


def _contradiction_rules(given: Given) -> Complaints:
    """Of two sources that contradict each other one is taken, and the other is told beside it."""
    results = [result for result in items_of(given.get("results")) if _is_record(result)]
    for position, result in enumerate(results):
        other = result.get("contradicted")
        if _is_record(other) and as_text(other.get("source")) == as_text(result.get("source")):
            place = ("results", position, "contradicted", "source")
            message = "must be another source than that of the result."
            yield Complaint(place, "contradicted-by-own-source", message)
        for earlier, before in enumerate(results[:position]):
            if before == result:
                message = f"is results[{earlier + 1}] again, in every field; once is enough."
                place = ("results", position)
                yield Complaint(place, "repeated-entry", message, mend=Remove())
                break
            if _contradict(before, result):
                yield Complaint(
                    ("results", position),
                    "contradicting-results",
                    f"gives another figure than results[{earlier + 1}], from another source (rule: "
                    "two sources that contradict each other); say of what time each is ('year' or "
                    "'horizon'), or keep one and tell the other in its 'contradicted'.",
                )
                break


def _contradict(one: Given, other: Given) -> bool:
    """Whether two results from two sources give figures for the same that exclude each other."""
    if as_text(one.get("source")) == as_text(other.get("source")):
        return False
    if any(as_text(one.get(name)) != as_text(other.get(name)) for name in _SAME):
        return False
    (low, high), (other_low, other_high) = _span(one), _span(other)
    if None in (low, high, other_low, other_high):
        return False
    return high < other_low or other_high < low


def _span(result: Given) -> tuple[Any, Any]:
    """The ends of a result's figure, None for what is no number."""
    ends = result.get("range")
    low, high = ends if isinstance(ends, list) and len(ends) == 2 else [result.get("value")] * 2
    are_numbers = all(isinstance(end, int | float) for end in (low, high))
    return (low, high) if are_numbers else (None, None)


def _is_record(value: object) -> TypeGuard[Given]:
    return isinstance(value, dict)
