"""A profile in words: its fields, their values, one line that sums it up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kb.guidance.profile import (
    MAX_COUNTRY,
    MAX_PARTNERS,
    MAX_SIZE,
    MAX_TEXT,
    Profile,
    values_of,
)
from kb.model.english import in_line
from kb.model.taxonomy import Taxonomy
from kb.text.typography import curly
from web.words.lists import cut, listed
from web.words.translation import ngettext


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileField:
    """How the site speaks of one part of a profile.

    Attributes:
        name: on a chip, and beside a comparison.
        label: on the form.
        facet: whose vocabulary its values come from, empty where it has none.
        longest: of a text, in characters.
        must: what a number must be, as a part of a sentence.
    """

    name: str
    label: str
    facet: str = ""
    longest: int = 0
    must: str = ""


#: The parts of a profile by the names of their parameters, in the order of ``FIELDS``.
PROFILE_FIELDS: Mapping[str, ProfileField] = {
    "business": ProfileField(name="Firm", label="What does your firm do?", longest=MAX_TEXT),
    "my_sector": ProfileField(name="Sector", label="Your sector", facet="sector"),
    "my_country": ProfileField(
        name="Country", label="Your country", facet="country", longest=MAX_COUNTRY
    ),
    "size": ProfileField(
        name="People",
        label="People in your firm",
        must=f"a whole number from 1 to {MAX_SIZE:,}, such as 4",
    ),
    "partners": ProfileField(
        name="Firms",
        label="Firms that would join",
        must=f"a whole number from 2 to {MAX_PARTNERS:,}, your own firm included",
    ),
    "aim": ProfileField(name="Wish", label="What do you want to do together?", longest=MAX_TEXT),
    "goal": ProfileField(name="Goal", label="What kind of project is it?", facet="project"),
    "common": ProfileField(name="In common", label="What do you have in common?", facet="type"),
    "my_form": ProfileField(
        name="Form", label="How closely would you work together?", facet="form"
    ),
    "funding": ProfileField(name="Money", label="Who pays for it?"),
}
FUNDING_WORDS: Mapping[str, str] = {
    "own": "Without public money",
    "public": "With public money",
}
#: How much of a text the summary shows.
SUMMARY_LENGTH = 150


def words(name: str, value: object, taxonomy: Taxonomy) -> str:
    """One value of a field as a person says it."""
    text = str(value)
    if name == "common":
        term = taxonomy["types"].get(text)
        return (term.said if term else "") or taxonomy.label("type", text)
    if name == "funding":
        return FUNDING_WORDS[text]
    if facet := PROFILE_FIELDS[name].facet:
        return taxonomy.label(facet, text)
    return f"{value:,}" if isinstance(value, int) else curly(text)


def summary(profile: Profile, taxonomy: Taxonomy) -> str:
    """A profile in a line: ``A firm in wine and spirits in Austria, 4 people. “…”``."""
    facts = ", ".join(_facts(profile, taxonomy))
    text = cut(profile.aim or profile.business, SUMMARY_LENGTH)
    sentences = [f"{facts}." if facts else "", f"“{curly(text)}”" if text else ""]
    others = [
        f"{words(name, value, taxonomy)}."
        for name in ("common", "my_form", "funding")
        for value in values_of(profile, name)
        if value
    ]
    return " ".join(part for part in (*sentences, *others) if part)


def _facts(profile: Profile, taxonomy: Taxonomy) -> Iterator[str]:
    sectors = [in_line(taxonomy.label("sector", sector)) for sector in profile.my_sector]
    place = taxonomy.label("country", profile.my_country) if profile.my_country else ""
    where = (f"in {listed(sectors)}" if sectors else "", f"in {place}" if place else "")
    size, partners = profile.size, profile.partners
    numbers_and_goals = [
        "" if size is None else ngettext("%(count)s person", "%(count)s people", size),
        "" if partners is None else f"{partners:,} firms together",
    ]
    goals = [in_line(taxonomy.label("project", goal)) for goal in profile.goal]
    if goals:
        whose = ngettext(
            "whose goal is %(goals)s", "whose goals are %(goals)s", len(goals), goals=listed(goals)
        )
        numbers_and_goals.append(whose)
    if any((*where, *numbers_and_goals)):
        yield " ".join(part for part in ("A firm", *where) if part)
        yield from (part for part in numbers_and_goals if part)
