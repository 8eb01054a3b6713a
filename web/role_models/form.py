"""The form of a profile: what its fields are called, and what is wrong with them in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from kb.guidance.profile import MAX_COUNTRY, MAX_PARTNERS, MAX_SIZE, MAX_TEXT
from kb.model.english import number_word
from kb.model.facet_words import facet_words
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy, Vocabulary
from web.core.params import REPEATED, Wrong
from web.role_models.asked import NAMES, Asked
from web.words.lists import shortened
from web.words.profile import FACET_OF

#: Parameter to its label on the form; the filters are called as on the search page.
LABELS: Mapping[str, str] = {
    "business": "What does your firm do?",
    "my_sector": "Your sector",
    "my_country": "Your country",
    "size": "People in your firm",
    "partners": "Firms that would join",
    "aim": "What do you want to do together?",
    "goal": "What kind of project is it?",
    "common": "What do you have in common?",
    "my_form": "How closely would you work together?",
    "funding": "Who pays for it?",
    "results_min": "Reported figure of at least",
    "results_unit": "Unit",
}
#: The longest that a text may be, in characters.
LONGEST: Mapping[str, int] = {"business": MAX_TEXT, "aim": MAX_TEXT, "my_country": MAX_COUNTRY}
NUMBERS: Mapping[str, str] = {
    "size": f"a whole number from 1 to {MAX_SIZE:,}, such as 4",
    "partners": f"a whole number from 2 to {MAX_PARTNERS:,}, your own firm included",
    "results_min": "a number, such as 20",
}


def faults(asked: Asked, taxonomy: Taxonomy) -> Mapping[str, str]:
    """Parameters to what is wrong with them, as sentences, in the order of the form."""
    return {name: fault(name, asked, taxonomy) for name in NAMES if name in asked.wrong}


def fault(name: str, asked: Asked, taxonomy: Taxonomy) -> str:
    """What is wrong with a parameter, as a sentence that the form says."""
    label, wrong = _label(name, taxonomy), asked.wrong[name]
    typed = list(dict.fromkeys(v.strip() for v in asked.typed.getlist(name) if v.strip()))
    if wrong.rule == REPEATED:
        return f"“{label}” takes one answer, not {number_word(len(typed))}. Choose one."
    if name in LONGEST:
        n = len(" ".join(typed[0].split()))
        return f"“{label}” must be {LONGEST[name]} characters or fewer. These are {n:,}."
    short = shortened(wrong.given)
    if name in NUMBERS:
        return f"“{label}” must be {NUMBERS[name]}. It cannot be “{short}”."
    return f"“{label}” has no answer “{short}”. {_way_on(name, wrong, taxonomy)}"


def _label(name: str, taxonomy: Taxonomy) -> str:
    return LABELS[name] if name in LABELS else facet_words(name, taxonomy).heading


def _way_on(name: str, wrong: Wrong, taxonomy: Taxonomy) -> str:
    vocabulary = _vocabulary(name, taxonomy)
    if vocabulary and wrong.nearest:
        return f"Did you mean {' or '.join(vocabulary.label(one) for one in wrong.nearest)}?"
    return "Choose one of those on the form."


def _vocabulary(name: str, taxonomy: Taxonomy) -> Vocabulary | None:
    """Where the values of a parameter come from, None for one that is free."""
    if name in FACETS:
        return taxonomy.facet(name)
    if name == "results_unit":
        return taxonomy["units"]
    return taxonomy.facet(FACET_OF[name]) if name in FACET_OF else None
