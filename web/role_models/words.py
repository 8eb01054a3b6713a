"""A profile in words and as an address: its parts, its chips, one line that sums it up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlencode

from flask import url_for

from kb.guidance.profile import Profile, given
from kb.guidance.profile_comparison import joined
from kb.model.taxonomy import Taxonomy
from kb.search.query import Query
from web.core.urls import number_text, query_pairs
from web.role_models.params import FILTERS
from web.ui.filters import FACET_WORDS, Chip
from web.words.typography import curly

ENDPOINT = "role_models.role_models"
#: Field to its name on a chip and beside a comparison.
NAMES: Mapping[str, str] = {
    "business": "Firm",
    "my_sector": "Sector",
    "my_country": "Country",
    "size": "People",
    "partners": "Firms",
    "aim": "Wish",
    "goal": "Goal",
    "common": "In common",
    "my_form": "Form",
    "funding": "Money",
}
#: Network type to what partners of it say of themselves.
COMMON_WORDS: Mapping[str, str] = {
    "horizontal": "We are in the same trade",
    "vertical": "We supply the same larger customer",
    "cross-sectoral": "Our trades complement each other",
    "emerging-technologies": "We work on a new technology",
    "public-private": "A public body is with us",
}
FUNDING_WORDS: Mapping[str, str] = {
    "own": "Without public money",
    "public": "With public money",
}
#: Field to the facet whose vocabulary its values come from.
FACET_OF: Mapping[str, str] = {
    "my_sector": "sector",
    "my_country": "country",
    "goal": "project",
    "common": "type",
    "my_form": "form",
}
#: How much of a text a chip shows, and how much the summary.
CHIP_LENGTH = 40
SUMMARY_LENGTH = 150


def words(name: str, value: object, taxonomy: Taxonomy) -> str:
    """One value of a field as a person says it."""
    text = str(value)
    if name == "common":
        return COMMON_WORDS.get(text) or taxonomy.label("type", text)
    if name == "funding":
        return FUNDING_WORDS[text]
    if name in FACET_OF:
        return taxonomy.label(FACET_OF[name], text)
    return f"{value:,}" if isinstance(value, int) else curly(text)


def profile_pairs(profile: Profile, query: Query) -> tuple[tuple[str, str], ...]:
    """A profile and its filters as names and values of an address."""
    pairs = [(name, str(one)) for name, value in given(profile).items() for one in _each(value)]
    return (*pairs, *(pair for pair in query_pairs(query) if pair[0] in FILTERS))


def profile_url(profile: Profile, query: Query, endpoint: str = ENDPOINT) -> str:
    """The path of the role models for a profile, or of their JSON twin."""
    pairs = profile_pairs(profile, query)
    path = url_for(endpoint)
    return f"{path}?{urlencode(pairs)}" if pairs else path


def with_goal(profile: Profile, goal: str) -> Profile:
    """A profile that wants one thing more."""
    return replace(profile, goal=(*profile.goal, goal))


def profile_chips(profile: Profile, query: Query, taxonomy: Taxonomy) -> tuple[Chip, ...]:
    """Each part of a profile, then each filter, with the address without it."""
    return (*_part_chips(profile, query, taxonomy), *_filter_chips(profile, query, taxonomy))


def summary(profile: Profile, taxonomy: Taxonomy) -> str:
    """A profile in a line: ``A firm in wine and spirits in Austria, 4 people. “…”``."""
    told = ", ".join(_told(profile, taxonomy))
    text = cut(profile.aim or profile.business, SUMMARY_LENGTH)
    sentences = [f"{told}." if told else "", f"“{curly(text)}”" if text else ""]
    others = [
        f"{words(name, one, taxonomy)}."
        for name in ("common", "my_form", "funding")
        for one in _each(getattr(profile, name))
        if one
    ]
    return " ".join(part for part in (*sentences, *others) if part)


def cut(text: str, most: int) -> str:
    """A text of at most ``most`` characters, cut at a word."""
    if len(text) <= most:
        return text
    space = text.rfind(" ", 0, most)
    return f"{text[: space if space > 0 else most - 1].rstrip(',;:.')}…"


def in_line(label: str) -> str:
    """A label as it stands inside a sentence; ``ISO 9000`` stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _each(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


def _told(profile: Profile, taxonomy: Taxonomy) -> Iterator[str]:
    sectors = [in_line(taxonomy.label("sector", one)) for one in profile.my_sector]
    place = taxonomy.label("country", profile.my_country) if profile.my_country else ""
    where = (f"in {joined(sectors)}" if sectors else "", f"in {place}" if place else "")
    size, partners = profile.size, profile.partners
    rest = [
        "" if size is None else "1 person" if size == 1 else f"{size:,} people",
        "" if partners is None else f"{partners:,} firms together",
    ]
    goals = [in_line(taxonomy.label("project", goal)) for goal in profile.goal]
    if goals:
        rest.append(f"whose {'goal is' if len(goals) == 1 else 'goals are'} {joined(goals)}")
    if any((*where, *rest)):
        yield " ".join(part for part in ("A firm", *where) if part)
        yield from (part for part in rest if part)


def _part_chips(profile: Profile, query: Query, taxonomy: Taxonomy) -> Iterator[Chip]:
    blank = Profile()
    for name, value in given(profile).items():
        for one in _each(value):
            less: object = getattr(blank, name)
            if isinstance(value, tuple):
                less = tuple(other for other in value if other != one)
            yield Chip(
                label=cut(words(name, one, taxonomy), CHIP_LENGTH),
                facet=NAMES[name],
                url=profile_url(replace(profile, **{name: less}), query),
            )


def _filter_chips(profile: Profile, query: Query, taxonomy: Taxonomy) -> Iterator[Chip]:
    for facet, values in query.filters.items():
        for one in values:
            kept = {**query.filters, facet: tuple(other for other in values if other != one)}
            least = query.results_min if kept.get("results") else None
            yield Chip(
                label=taxonomy.label(facet, one),
                facet=f"Only {in_line(FACET_WORDS[facet])}",
                url=profile_url(profile, replace(query, filters=kept, results_min=least)),
            )
    if query.results_min is not None:
        unit = taxonomy["units"].label(query.results_unit) if query.results_unit else ""
        yield Chip(
            label=f"at least {number_text(query.results_min)} {unit}".strip(),
            facet="Figure",
            url=profile_url(profile, replace(query, results_min=None)),
        )
