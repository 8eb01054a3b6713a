"""A profile in words: its fields, their values, one line that sums it up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kb.guidance.profile import Profile, values_of
from kb.model.english import in_line
from kb.model.taxonomy import Taxonomy
from web.words.lists import cut, listed
from web.words.translation import ngettext
from web.words.typography import curly

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
    if name in FACET_OF:
        return taxonomy.label(FACET_OF[name], text)
    return f"{value:,}" if isinstance(value, int) else curly(text)


def summary(profile: Profile, taxonomy: Taxonomy) -> str:
    """A profile in a line: ``A firm in wine and spirits in Austria, 4 people. “…”``."""
    told = ", ".join(_told(profile, taxonomy))
    text = cut(profile.aim or profile.business, SUMMARY_LENGTH)
    sentences = [f"{told}." if told else "", f"“{curly(text)}”" if text else ""]
    others = [
        f"{words(name, one, taxonomy)}."
        for name in ("common", "my_form", "funding")
        for one in values_of(profile, name)
        if one
    ]
    return " ".join(part for part in (*sentences, *others) if part)


def _told(profile: Profile, taxonomy: Taxonomy) -> Iterator[str]:
    sectors = [in_line(taxonomy.label("sector", one)) for one in profile.my_sector]
    place = taxonomy.label("country", profile.my_country) if profile.my_country else ""
    where = (f"in {listed(sectors)}" if sectors else "", f"in {place}" if place else "")
    size, partners = profile.size, profile.partners
    rest = [
        "" if size is None else ngettext("%(count)s person", "%(count)s people", size),
        "" if partners is None else f"{partners:,} firms together",
    ]
    goals = [in_line(taxonomy.label("project", goal)) for goal in profile.goal]
    if goals:
        whose = ngettext(
            "whose goal is %(goals)s", "whose goals are %(goals)s", len(goals), goals=listed(goals)
        )
        rest.append(whose)
    if any((*where, *rest)):
        yield " ".join(part for part in ("A firm", *where) if part)
        yield from (part for part in rest if part)
