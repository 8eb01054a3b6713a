"""The form of a profile: what an address fills in, and what is wrong with it in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from kb.guidance.profile import FIELDS, MAX_TEXT, Profile
from kb.model.english import number_word
from kb.model.facet_words import facet_words
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy
from kb.search.query import Query
from web.core import params
from web.core.params import REPEATED, VALUE, Read, Wrong, to_profile, to_query
from web.ui.notices import wrong_values
from web.words.lists import shortened
from web.words.profile import PROFILE_FIELDS, ProfileField

#: What narrows which cases may be a role model, exactly as in a search.
FILTERS: tuple[str, ...] = tuple(param.name for param in params.FILTERS)
#: The parameters in the order of the form.
NAMES: tuple[str, ...] = (*FIELDS, *FILTERS)
#: What the filters beside the facets are called, and what the figure must be.
FIGURE_FIELDS: Mapping[str, ProfileField] = {
    "all_of": ProfileField(name="All of", label="All of these, not any of them"),
    "results_min": ProfileField(
        name="Figure", label="Reported figure of at least", must="a number, such as 20"
    ),
    "results_unit": ProfileField(name="Unit", label="Unit"),
    "results_direction": ProfileField(name="Way", label="Which way it went"),
}

#: The field in which a trade may be typed.
SECTOR = "my_sector"
#: What to do about a word that means nothing in a field that takes any.
WAYS_ON: Mapping[str, str] = {
    SECTOR: "Choose one of its list, or leave it empty and say what your firm does.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an address asks, as far as it is understood.

    ``wrong`` are the fields that are not, in the order of the form, which tells each
    fault at its field; ``typed`` is everything as it was given. ``trades`` were typed as the
    sector and are of none that is known: they count as words on what the firm does.
    """

    profile: Profile
    query: Query
    wrong: Mapping[str, Wrong]
    typed: MultiDict[str, str]
    trades: tuple[str, ...] = ()

    @property
    def says_nothing(self) -> bool:
        """Whether a form was sent in which nothing of the firm was filled in."""
        was_sent = any(name in self.typed for name in FIELDS)
        return was_sent and self.profile.is_empty and not self.wrong


def nearest_spelled(read: Read) -> Mapping[str, tuple[str, ...]]:
    """What was typed as the sector and is none, to the sectors that are spelled like it."""
    return {one.given: one.nearest for one in read.wrong if one.name == SECTOR}


def asked(read: Read, taxonomy: Taxonomy) -> Asked:
    """What was read of an address as a profile with its filters."""
    faults, values = wrong_values(read), read.values
    unknown = (one.given for one in read.wrong if one.name == SECTOR and one.rule == VALUE)
    trades = tuple(dict.fromkeys(unknown))
    business = ". ".join((*filter(None, [values["business"]]), *trades))
    if len(business) > MAX_TEXT:
        trades = ()
    if trades:
        values = {**values, "business": business}
    return Asked(
        profile=to_profile(values, taxonomy),
        query=to_query(values, taxonomy),
        wrong={
            name: faults[name]
            for name in NAMES
            if name in faults and not (trades and name == SECTOR)
        },
        typed=read.typed,
        trades=trades,
    )


def faults(asked: Asked, taxonomy: Taxonomy) -> Mapping[str, str]:
    """Parameters to what is wrong with them, as sentences, in the order of the form."""
    return {name: fault(name, asked, taxonomy) for name in NAMES if name in asked.wrong}


def fault(name: str, asked: Asked, taxonomy: Taxonomy) -> str:
    """What is wrong with a parameter, as a sentence that the form says."""
    field, wrong = _field(name, taxonomy), asked.wrong[name]
    typed = list(dict.fromkeys(v.strip() for v in asked.typed.getlist(name) if v.strip()))
    if wrong.rule == REPEATED:
        return f"“{field.label}” takes one answer, not {number_word(len(typed))}. Choose one."
    if field.longest:
        n = len(" ".join(typed[0].split()))
        most = f"{field.longest} characters or fewer"
        return f"“{field.label}” must be {most}. These are {n:,}."
    short = shortened(wrong.given)
    if field.must:
        return f"“{field.label}” must be {field.must}. It cannot be “{short}”."
    return f"“{field.label}” has no answer “{short}”. {_way_on(name, wrong, taxonomy)}"


def _field(name: str, taxonomy: Taxonomy) -> ProfileField:
    """A field of the form; a filter is called as on the search page."""
    if name in FACETS:
        heading = facet_words(name, taxonomy).heading
        return ProfileField(name=heading, label=heading, facet=name)
    return {**PROFILE_FIELDS, **FIGURE_FIELDS}[name]


def _way_on(name: str, wrong: Wrong, taxonomy: Taxonomy) -> str:
    if not wrong.nearest:
        return WAYS_ON.get(name, "Choose one of those on the form.")
    return f"Did you mean {' or '.join(_called(name, one, taxonomy) for one in wrong.nearest)}?"


def _called(name: str, value: str, taxonomy: Taxonomy) -> str:
    """What the form calls a value of a parameter."""
    if name == "all_of":
        return facet_words(value, taxonomy).heading
    if name == "results_unit":
        return taxonomy["units"].label(value)
    facet = _field(name, taxonomy).facet
    return taxonomy.facet(facet).label(value) if facet else value
