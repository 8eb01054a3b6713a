"""What the page of role models computes around an answer: parts to take away and to add."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from kb.guidance.profile import FIELDS, Profile, given, values_of, with_goal
from kb.guidance.role_models import RoleModels
from kb.model.english import in_line
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy
from kb.search.query import Query
from kb.search.searcher import Searcher
from web.core.urls import profile_url
from web.role_models.form import Asked
from web.ui.filters import Chip, chips
from web.words.lists import cut, shortened
from web.words.profile import PROFILE_FIELDS, words

#: How much of a text a chip shows.
CHIP_LENGTH = 40


def profile_chips(profile: Profile, query: Query, taxonomy: Taxonomy) -> Iterator[Chip]:
    """Each part of a profile, then each filter, with the address without it."""
    for name in given(profile):
        for value in values_of(profile, name):
            yield Chip(
                name=name,
                facet=PROFILE_FIELDS[name].name,
                label=cut(words(name, value, taxonomy), CHIP_LENGTH),
                url=profile_url(_without(profile, name, value), query),
            )
    for chip in chips(query, taxonomy, partial(profile_url, profile)):
        yield replace(chip, facet=f"Only {in_line(chip.facet)}") if chip.name in FACETS else chip


def suggested(answer: RoleModels, taxonomy: Taxonomy) -> Iterator[Chip]:
    """What the words name, each with the address of the profile that says it in its field.

    Sector and number where they are named, then each kind of project.
    """
    profile, whole = answer.profile, answer.completed
    said = [
        replace(profile, **{name: getattr(whole, name)})
        for name in ("my_sector", "partners")
        if getattr(whole, name) != getattr(profile, name)
    ]
    said += [with_goal(profile, project) for project in answer.suggested_goals]
    for more in said:
        name = next(name for name in FIELDS if getattr(more, name) != getattr(profile, name))
        new = [one for one in values_of(more, name) if one not in values_of(profile, name)]
        yield Chip(
            name=name,
            facet=PROFILE_FIELDS[name].name,
            label=" and ".join(words(name, one, taxonomy) for one in new),
            url=profile_url(more, answer.query),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownTrade:
    """A trade that was typed as the sector and is of none; ``nearest`` are sectors to say instead.

    Each of these has the address of the profile that says it.
    """

    typed: str
    nearest: tuple[Chip, ...]


def unknown_trades(
    asked: Asked, nearest: Mapping[str, Sequence[str]], searcher: Searcher
) -> Iterator[UnknownTrade]:
    """The trades that no sector has, each with the nearest sectors.

    Those that the vocabulary calls near; else those that are spelled alike, which ``nearest``
    gives by what was typed.
    """
    profile, taxonomy = asked.profile, searcher.taxonomy
    for trade in asked.trades:
        read = searcher.analyser.analyse(trade)
        named = [near.value for one in read.absent for near in one.nearest if one.facet == "sector"]
        named += [one.value for one in read.mentions if one.facet == "sector"]
        values = dict.fromkeys(named if read.absent else (named or nearest.get(trade, ())))
        chips = [
            Chip(
                name="my_sector",
                facet=PROFILE_FIELDS["my_sector"].name,
                label=taxonomy.label("sector", value),
                url=profile_url(
                    replace(profile, my_sector=(*profile.my_sector, value)), asked.query
                ),
            )
            for value in values
            if value not in profile.my_sector
        ]
        yield UnknownTrade(typed=shortened(trade), nearest=tuple(chips))


def yours(field: str, answer: RoleModels, taxonomy: Taxonomy) -> str:
    """What the visitor said in a field, and whether it was only heard in the words."""
    said = "; ".join(words(field, one, taxonomy) for one in values_of(answer.completed, field))
    return said if field in given(answer.profile) else f"{said} (from your words)"


def _without(profile: Profile, name: str, value: object) -> Profile:
    values = values_of(profile, name)
    less: object = getattr(Profile(), name)
    if isinstance(getattr(profile, name), tuple):
        less = tuple(one for one in values if one != value)
    return replace(profile, **{name: less})
