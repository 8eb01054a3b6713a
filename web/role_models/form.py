"""The form of a profile: its fields as filled in, and what is wrong with them in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kb.guidance.profile import FIELDS, MAX_COUNTRY, MAX_PARTNERS, MAX_SIZE, MAX_TEXT
from kb.model.english import number_word
from kb.model.facet_words import facet_words
from kb.model.facets import FACETS
from kb.model.taxonomy import Taxonomy, Term, Vocabulary
from kb.search.answer import FacetCount
from kb.search.searcher import Searcher
from web.core.params import REPEATED, Wrong
from web.role_models.asked import FILTERS, NAMES, Asked
from web.ui.filters import FacetView, facet_view, units_asked, with_chosen
from web.words.profile import FACET_OF, FUNDING_WORDS

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
NO_MATTER = "We don’t mind"
#: How many selects of a sector there are at least.
SECTOR_PLACES = 2
TEXTS: Mapping[str, int] = {"business": MAX_TEXT, "aim": MAX_TEXT, "my_country": MAX_COUNTRY}
NUMBERS: Mapping[str, str] = {
    "size": f"a whole number from 1 to {MAX_SIZE:,}, such as 4",
    "partners": f"a whole number from 2 to {MAX_PARTNERS:,}, your own firm included",
    "results_min": "a number, such as 20",
}
_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One value to choose."""

    value: str
    label: str
    hint: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """One field: what was typed, or the groups (heading, options) of what may be chosen.

    ``places`` is the value of each select, empty for none; ``wrong`` a sentence, empty
    where nothing is.
    """

    name: str
    label: str
    wrong: str
    value: str
    most: int
    places: tuple[str, ...]
    groups: tuple[tuple[str, tuple[Option, ...]], ...]
    n_chosen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """The whole form. ``faults`` are (parameter, sentence), in the order of the form.

    ``filter_faults`` are those of the filters alone.
    """

    fields: Mapping[str, FieldView]
    countries: tuple[str, ...]
    facets: tuple[FacetView, ...]
    least: str
    units: tuple[Term, ...]
    unit: str | None
    asks_least: bool
    n_filters: int
    faults: tuple[tuple[str, str], ...]
    filter_faults: tuple[tuple[str, str], ...]


def form_view(
    asked: Asked, counts: Mapping[str, Sequence[FacetCount]], current: Searcher
) -> FormView:
    """The form as it was filled in; ``counts`` are those of the filters."""
    taxonomy, query = current.taxonomy, asked.query
    faults = {name: fault(name, asked, taxonomy) for name in NAMES if name in asked.wrong}
    views = (
        facet_view(name, with_chosen(name, counts.get(name, ()), query, taxonomy), taxonomy)
        for name in FACETS
    )
    return FormView(
        fields={name: _field(name, asked, faults, taxonomy) for name in FIELDS},
        countries=tuple(term.label for term in taxonomy["countries"]),
        facets=tuple(view for view in views if view),
        least=asked.typed.get("results_min", ""),
        units=units_asked(query, current.cases, taxonomy),
        unit=query.results_unit,
        asks_least=bool(query.filters.get("results")),
        n_filters=sum(len(values) for values in query.filters.values()),
        faults=tuple(faults.items()),
        filter_faults=tuple(pair for pair in faults.items() if pair[0] in FILTERS),
    )


def fault(name: str, asked: Asked, taxonomy: Taxonomy) -> str:
    """What is wrong with a parameter, as a sentence that the form says."""
    label, wrong = _label(name, taxonomy), asked.wrong[name]
    typed = list(dict.fromkeys(v.strip() for v in asked.typed.getlist(name) if v.strip()))
    if wrong.rule == REPEATED:
        return f"“{label}” takes one answer, not {number_word(len(typed))}. Choose one."
    if name in TEXTS:
        n = len(" ".join(typed[0].split()))
        return f"“{label}” must be {TEXTS[name]} characters or fewer. These are {n:,}."
    short = wrong.given[:_SHOWN]
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


def _field(name: str, asked: Asked, faults: Mapping[str, str], taxonomy: Taxonomy) -> FieldView:
    chosen = _chosen(name, asked)
    empty = max(1, SECTOR_PLACES - len(chosen))
    return FieldView(
        name=name,
        label=_label(name, taxonomy),
        wrong=faults.get(name, ""),
        value=asked.typed.get(name, ""),
        most=TEXTS.get(name, 0),
        places=(*chosen, *("",) * empty),
        groups=_groups(name, chosen, taxonomy),
        n_chosen=len(chosen),
    )


def _chosen(name: str, asked: Asked) -> tuple[str, ...]:
    """The values that are on: canonical where they are understood, none where they are not."""
    value = getattr(asked.profile, name)
    values = value if isinstance(value, tuple) else (value,)
    return tuple(one for one in values if isinstance(one, str) and one)


def _groups(
    name: str, chosen: Sequence[str], taxonomy: Taxonomy
) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    """What may be chosen in a field, under the headings of the vocabulary; none for a text."""
    groups: dict[str, list[Option]] = {}
    for heading, value, label, hint in _values(name, taxonomy):
        option = Option(value=value, label=label, hint=hint, chosen=value in chosen)
        groups.setdefault(heading, []).append(option)
    return tuple((heading, tuple(options)) for heading, options in groups.items())


def _values(name: str, taxonomy: Taxonomy) -> Iterator[tuple[str, str, str, str]]:
    """Heading, value, label and hint of each answer; a choice of one begins with no matter."""
    if name in ("my_form", "funding"):
        yield "", "", NO_MATTER, ""
    if name == "funding":
        yield from (("", value, label, "") for value, label in FUNDING_WORDS.items())
    vocabulary = _vocabulary(name, taxonomy)
    for term in vocabulary or ():
        if name == "common":
            yield "", term.id, term.said or term.label, term.label
        elif name == "my_form":
            yield "", term.id, term.label, term.said or term.definition
        elif name != "my_country":
            yield term.group, term.id, term.label, ""


def _vocabulary(name: str, taxonomy: Taxonomy) -> Vocabulary | None:
    """Where the values of a parameter come from, None for one that is free."""
    if name in FACETS:
        return taxonomy.facet(name)
    if name == "results_unit":
        return taxonomy["units"]
    return taxonomy.facet(FACET_OF[name]) if name in FACET_OF else None
