"""Where a case is like a firm's profile and where it differs, field by field and in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from kb.guidance.profile import Profile
from kb.model.cases import Case
from kb.model.english import in_line, joined, number_word, with_article
from kb.model.facet_words import is_planned, planned_label
from kb.model.taxonomy import Taxonomy

#: Groups of firms are alike in number up to this factor.
ALIKE_IN_NUMBER = 1.5

#: From how many people a firm is no longer small, and no longer medium-sized.
MEDIUM_FROM, LARGE_FROM = 50, 250
_SIZES = ("small", "medium-sized", "large")
_SIZE_WORDS = (
    (
        re.compile(r"\b(small(er)?|little|micro|one-person|home-based|family)\b", re.IGNORECASE),
        "small",
    ),
    (re.compile(r"\b(medium|medium-sized|smes?)\b", re.IGNORECASE), "medium-sized"),
    (re.compile(r"\b(large|larger|big)\b(?! (group|number))", re.IGNORECASE), "large"),
)
#: How the names of countries begin that take an article in a sentence.
_WITH_THE = ("United ", "Netherlands", "Philippines", "Bahamas", "Czech Republic")
#: Relation to how its sentence begins, in the order to show.
OPENINGS: Mapping[str, str] = {
    "like": "Like you",
    "unlike": "Unlike you",
    "unknown": "Not reported",
}
_PAID_BY = {
    "public": "public support helped it along",
    "own": "the firms paid for it themselves",
}


#: The fields that are compared, in the order to show.
_COMPARED = "partners size goal my_sector my_country common my_form funding".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldComparison:
    """One field of a profile beside a case.

    ``relation`` is ``like``, ``unlike`` or ``unknown`` (the source does not tell).
    ``words`` are the case's side as a part of a sentence: "in Norway".
    """

    field: str
    relation: Annotated[
        str, Field(description="like, unlike, or unknown where the source does not tell")
    ]
    words: Annotated[str, Field(description="The case's side of it: `three members`")]


def compare_with_heard(
    said: Profile, heard: Profile, case: Case, taxonomy: Taxonomy
) -> tuple[FieldComparison, ...]:
    """What somebody said beside a case, and where it is like what was only heard in the words.

    Of what was only heard a case is told to be like, and never to be unlike: nobody said it.
    """
    by_heard = compare_fields(heard, case, taxonomy)
    found = [one for one in by_heard if one.relation == "like"]
    found += [one for one in compare_fields(said, case, taxonomy) if one.relation != "like"]
    return tuple(sorted(found, key=lambda one: _COMPARED.index(one.field)))


def compare_fields(profile: Profile, case: Case, taxonomy: Taxonomy) -> tuple[FieldComparison, ...]:
    """Every field that the profile gives, compared; a goal can be partly like and unlike."""
    return (
        *_partners(profile, case, taxonomy),
        *_size(profile, case),
        *_goals(profile, case, taxonomy),
        *_trade(profile, case, taxonomy),
        *_country(profile, case, taxonomy),
        *_common(profile, case, taxonomy),
        *_form(profile, case, taxonomy),
        *_funding(profile, case, taxonomy),
    )


def sentences(compared: Sequence[FieldComparison]) -> tuple[str, ...]:
    """The comparison in up to three sentences: like you, unlike you, not reported.

    ``Like you: five members; exporting; in wine and spirits.``
    """
    written = []
    for relation, opening in OPENINGS.items():
        words = [item.words for item in compared if item.relation == relation]
        if words:
            written.append(f"{opening}: {'; '.join(words)}.")
    return tuple(written)


def size_name(people: int) -> str:
    """What a firm of so many people is called."""
    return _SIZES[(people >= MEDIUM_FROM) + (people >= LARGE_FROM)]


def _unknown(field: str, words: str) -> FieldComparison:
    return FieldComparison(field=field, relation="unknown", words=words)


def _compared(field: str, alike: bool, words: str) -> FieldComparison:
    return FieldComparison(field=field, relation="like" if alike else "unlike", words=words)


def _partners(profile: Profile, case: Case, taxonomy: Taxonomy) -> Iterator[FieldComparison]:
    if profile.partners is None:
        return
    count = case.members.count if case.members else None
    if count is None:
        yield _unknown("partners", "how many took part")
        return
    more, fewer = max(count, profile.partners), min(count, profile.partners)
    noun = "member" if case.kind == taxonomy.subject.id else "firm"
    words = f"{number_word(count)} {noun}{'' if count == 1 else 's'}"
    if case.members and case.members.qualifier:
        words = f"{case.members.qualifier} {words}"
    yield _compared("partners", more <= fewer * ALIKE_IN_NUMBER or more - fewer <= 1, words)


def _size(profile: Profile, case: Case) -> Iterator[FieldComparison]:
    if profile.size is None:
        return
    who = case.members.who if case.members else ""
    named = [size for pattern, size in _SIZE_WORDS if pattern.search(who)]
    if named:
        yield _compared("size", size_name(profile.size) in named, f"{joined(named)} firms")
    else:
        yield _unknown("size", "how large the firms are")


def _goals(profile: Profile, case: Case, taxonomy: Taxonomy) -> Iterator[FieldComparison]:
    projects = case.facets.get("project", ())
    if profile.goal and not projects:
        yield _unknown("goal", "what they did together, by kind")
        return
    shared = [
        _planned_or_done(case, "project", goal, taxonomy)
        for goal in profile.goal
        if goal in projects
    ]
    missing = [_label(taxonomy, "project", goal) for goal in profile.goal if goal not in projects]
    if shared:
        yield _compared("goal", True, joined(shared))
    if missing:
        yield _compared("goal", False, f"not {joined(missing, 'or')}")


def _trade(profile: Profile, case: Case, taxonomy: Taxonomy) -> Iterator[FieldComparison]:
    sectors = case.facets.get("sector", ())
    if profile.my_sector and not sectors:
        yield _unknown("my_sector", "the sector")
    elif profile.my_sector:
        alike, named = _shared(sectors, profile.my_sector)
        labels = [_label(taxonomy, "sector", sector) for sector in named]
        yield _compared("my_sector", alike, f"in {joined(labels)}")


def _country(profile: Profile, case: Case, taxonomy: Taxonomy) -> Iterator[FieldComparison]:
    countries = case.facets.get("country", ())
    if profile.my_country and countries:
        words = joined([country_in_line(code, taxonomy) for code in countries])
        yield _compared("my_country", profile.my_country in countries, f"in {words}")


def country_in_line(country: str, taxonomy: Taxonomy) -> str:
    """A country inside a sentence, by its code or any name: ``the United States``."""
    code = taxonomy.world.canonical(country) or country
    name = taxonomy.label("country", code)
    return f"the {name}" if name.startswith(_WITH_THE) else name


def _common(profile: Profile, case: Case, taxonomy: Taxonomy) -> Iterator[FieldComparison]:
    types = case.facets.get("type", ())
    if profile.common and not types:
        yield _unknown("common", f"the type of {taxonomy.subject.in_line}")
    elif profile.common:
        alike, named = _shared(types, profile.common)
        labels = [with_article(_label(taxonomy, "type", value)) for value in named]
        yield _compared("common", alike, joined(labels))


def _form(profile: Profile, case: Case, taxonomy: Taxonomy) -> Iterator[FieldComparison]:
    forms = case.facets.get("form", ())
    if profile.my_form and not forms:
        yield _unknown("my_form", f"whether it was {either_form(taxonomy)}")
    elif profile.my_form:
        labels = [with_article(_label(taxonomy, "form", form)) for form in forms]
        yield _compared("my_form", profile.my_form in forms, joined(labels))


def _shared(values: Sequence[str], wanted: Sequence[str]) -> tuple[bool, Sequence[str]]:
    """Whether a case has values that are wanted, and those; all that it has if it has none."""
    shared = [value for value in values if value in wanted]
    return bool(shared), shared or values


def _funding(profile: Profile, case: Case, taxonomy: Taxonomy) -> Iterator[FieldComparison]:
    if not profile.funding:
        return
    public, private = taxonomy.public_money(case.facets.get("formation", ()))
    if not public and not private:
        yield _unknown("funding", "who paid for it")
        return
    alike = public if profile.funding == "public" else private
    # A case can have both kinds of money: what is said is what decided.
    deciding = profile.funding if alike else {"public": "own", "own": "public"}[profile.funding]
    yield _compared("funding", alike, _PAID_BY[deciding])


def either_form(taxonomy: Taxonomy) -> str:
    """The forms to choose between: ``soft or hard``."""
    return joined([in_line(form.beside_mark) for form in taxonomy["forms"]], "or")


def _planned_or_done(case: Case, facet: str, value: str, taxonomy: Taxonomy) -> str:
    """A label as it stands inside a sentence; what was only planned says so."""
    label = _label(taxonomy, facet, value)
    return planned_label(label) if is_planned(case, facet, value) else label


def _label(taxonomy: Taxonomy, facet: str, value: str) -> str:
    """A label as it stands inside a sentence."""
    label = taxonomy.label(facet, value)
    return label[:1].lower() + label[1:]
