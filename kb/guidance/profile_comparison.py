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


def _partners(profile: Profile, case: Case, taxonomy: Taxonomy) -> Iterator[FieldComparison]:
    if profile.partners is None:
        return
    count = case.members.count if case.members else None
    if count is None:
        yield FieldComparison(field="partners", relation="unknown", words="how many took part")
        return
    more, fewer = max(count, profile.partners), min(count, profile.partners)
    alike = more <= fewer * ALIKE_IN_NUMBER or more - fewer <= 1
    noun = "member" if case.kind == taxonomy.subject.id else "firm"
    words = f"{number_word(count)} {noun}{'' if count == 1 else 's'}"
    if case.members and case.members.qualifier:
        words = f"{case.members.qualifier} {words}"
    yield FieldComparison(field="partners", relation="like" if alike else "unlike", words=words)


def _size(profile: Profile, case: Case) -> Iterator[FieldComparison]:
    if profile.size is None:
        return
    who = case.members.who if case.members else ""
    named = [size for pattern, size in _SIZE_WORDS if pattern.search(who)]
    if not named:
        yield FieldComparison(field="size", relation="unknown", words="how large the firms are")
        return
    alike = size_name(profile.size) in named
    words = f"{joined(named)} firms"
    yield FieldComparison(field="size", relation="like" if alike else "unlike", words=words)


def _goals(profile: Profile, case: Case, taxonomy: Taxonomy) -> Iterator[FieldComparison]:
    projects = case.facets.get("project", ())
    if profile.goal and not projects:
        yield FieldComparison(
            field="goal", relation="unknown", words="what they did together, by kind"
        )
        return
    shared = [_label(taxonomy, "project", goal) for goal in profile.goal if goal in projects]
    missing = [_label(taxonomy, "project", goal) for goal in profile.goal if goal not in projects]
    if shared:
        yield FieldComparison(field="goal", relation="like", words=joined(shared))
    if missing:
        yield FieldComparison(field="goal", relation="unlike", words=f"not {joined(missing, 'or')}")


def _trade(profile: Profile, case: Case, taxonomy: Taxonomy) -> Iterator[FieldComparison]:
    if not profile.my_sector:
        return
    sectors = case.facets.get("sector", ())
    if not sectors:
        yield FieldComparison(field="my_sector", relation="unknown", words="the sector")
        return
    shared = [sector for sector in sectors if sector in profile.my_sector]
    relation, chosen = ("like", shared) if shared else ("unlike", sectors)
    words = f"in {joined([_label(taxonomy, 'sector', sector) for sector in chosen])}"
    yield FieldComparison(field="my_sector", relation=relation, words=words)


def _country(profile: Profile, case: Case, taxonomy: Taxonomy) -> Iterator[FieldComparison]:
    countries = case.facets.get("country", ())
    if not profile.my_country or not countries:
        return
    relation = "like" if profile.my_country in countries else "unlike"
    names = [taxonomy.label("country", code) for code in countries]
    words = f"in {joined([f'the {n}' if n.startswith(_WITH_THE) else n for n in names])}"
    yield FieldComparison(field="my_country", relation=relation, words=words)


def _common(profile: Profile, case: Case, taxonomy: Taxonomy) -> Iterator[FieldComparison]:
    if not profile.common:
        return
    types = case.facets.get("type", ())
    if not types:
        yield FieldComparison(
            field="common", relation="unknown", words=f"the type of {taxonomy.subject.in_line}"
        )
        return
    shared = [value for value in types if value in profile.common]
    relation, chosen = ("like", shared) if shared else ("unlike", types)
    words = joined([with_article(_label(taxonomy, "type", value)) for value in chosen])
    yield FieldComparison(field="common", relation=relation, words=words)


def _form(profile: Profile, case: Case, taxonomy: Taxonomy) -> Iterator[FieldComparison]:
    if not profile.my_form:
        return
    forms = case.facets.get("form", ())
    if not forms:
        yield FieldComparison(
            field="my_form", relation="unknown", words=f"whether it was {either_form(taxonomy)}"
        )
        return
    relation = "like" if profile.my_form in forms else "unlike"
    words = joined([with_article(_label(taxonomy, "form", form)) for form in forms])
    yield FieldComparison(field="my_form", relation=relation, words=words)


def _funding(profile: Profile, case: Case, taxonomy: Taxonomy) -> Iterator[FieldComparison]:
    if not profile.funding:
        return
    public, private = taxonomy.public_money(case.facets.get("formation", ()))
    if not public and not private:
        yield FieldComparison(field="funding", relation="unknown", words="who paid for it")
        return
    alike = public if profile.funding == "public" else private
    # A case can have both kinds of money: what is said is what decided.
    deciding = profile.funding if alike else {"public": "own", "own": "public"}[profile.funding]
    words = _PAID_BY[deciding]
    yield FieldComparison(field="funding", relation="like" if alike else "unlike", words=words)


def either_form(taxonomy: Taxonomy) -> str:
    """The forms to choose between: ``soft or hard``."""
    return joined([in_line(form.beside_mark) for form in taxonomy["forms"]], "or")


def _label(taxonomy: Taxonomy, facet: str, value: str) -> str:
    """A label as it stands inside a sentence."""
    label = taxonomy.label(facet, value)
    return label[:1].lower() + label[1:]
