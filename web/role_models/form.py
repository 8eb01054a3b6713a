"""The form of a profile: what its fields are called, and what is wrong with them in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from kb.model.english import number_word
from kb.model.facet_words import facet_words
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy
from web.core.params import REPEATED, Wrong
from web.role_models.asked import NAMES, Asked
from web.words.lists import shortened
from web.words.profile import PROFILE_FIELDS, ProfileField

#: What the filters by a figure are called, and what the figure must be.
FIGURE_FIELDS: Mapping[str, ProfileField] = {
    "results_min": ProfileField(
        name="Figure", label="Reported figure of at least", must="a number, such as 20"
    ),
    "results_unit": ProfileField(name="Unit", label="Unit"),
}


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
        return "Choose one of those on the form."
    facet = _field(name, taxonomy).facet
    vocabulary = taxonomy.facet(facet) if facet else taxonomy["units"]
    return f"Did you mean {' or '.join(vocabulary.label(one) for one in wrong.nearest)}?"
