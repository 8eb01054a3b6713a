"""What the facets are called: one table, so that a facet is called the same everywhere.

The labels of their values are those of the vocabulary, and so is the word for what the
compendium is about: ``facet_words`` fills it in. A page translates a heading where it shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache

from kb.model.cases import Case
from kb.model.english import N_
from kb.model.facets import FIELDS_OF_FACETS, PLANNED_FACET
from kb.model.taxonomy import Taxonomy, Term, names_of_kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetWords:
    """The words for one facet; those that nothing uses yet are empty.

    Attributes:
        heading: over its values among filters and in tables: ``What they do together``.
        noun: the facet inside a sentence: ``project``.
        of_case: before the values of one case, where that differs from the heading.
        by: over everything in the order of its values: ``By what they do together``.
        no_choice: where a select has no value chosen: ``Any project``.
        many: several of its values inside a sentence: ``things to do together``.
        differ: what cases differ in, inside a sentence: ``what they do together``.
        differ_further: the same where they have some of it in common: ``further sectors``.
    """

    heading: str
    noun: str
    of_case: str = ""
    by: str = ""
    no_choice: str = ""
    many: str = ""
    differ: str = ""
    differ_further: str = ""

    @property
    def fact(self) -> str:
        """Before the values of one case: ``What they did together``."""
        return self.of_case or self.heading


_WORDS: Mapping[str, FacetWords] = {
    "country": FacetWords(
        heading=N_("Country"),
        noun="country",
        no_choice="Any country",
        many="countries",
        differ="country",
        differ_further="further countries",
    ),
    "type": FacetWords(
        heading="Type of {subject}",
        noun="type of {subject}",
        by="By type of {subject}",
        no_choice="Any type",
        many="types of {subject}",
        differ="type of {subject}",
        differ_further="further types of {subject}",
    ),
    "project": FacetWords(
        heading=N_("What they do together"),
        noun="project",
        of_case="What they did together",
        by="By what they do together",
        no_choice="Any project",
        many="things to do together",
        differ="what they do together",
        differ_further="what else they do together",
    ),
    "sector": FacetWords(
        heading=N_("Sector"),
        noun="sector",
        by="By sector",
        no_choice="Any sector",
        many="sectors",
        differ="sector",
        differ_further="further sectors",
    ),
    "results": FacetWords(
        heading=N_("Reported result"), noun="reported result", by="By reported result"
    ),
    "kind": FacetWords(
        heading=N_("Kind"),
        noun="kind",
        by="By kind",
        no_choice="Any kind",
        differ="what they are",
    ),
    "form": FacetWords(
        heading=N_("Form"), noun="form", differ="form", differ_further="further forms"
    ),
    "formation": FacetWords(
        heading=N_("How it came to be"),
        noun="formation",
        by="By how the {subject} came to be",
        many="ways in which {a_subject} comes to be",
        differ="how they came to be",
        differ_further="what else brought them about",
    ),
    "status": FacetWords(
        heading=N_("Outcome"),
        noun="outcome",
        by="By outcome",
        differ="outcome",
        differ_further="outcome",
    ),
    "decade": FacetWords(
        heading=N_("When they worked"),
        noun="time",
        of_case="When they worked",
        by="By decade",
        no_choice="Any time",
        many="decades",
        differ="when they worked",
        differ_further="further years",
    ),
    "teaching": FacetWords(
        heading=N_("Teaching note"),
        noun="teaching note",
        by="By teaching note",
        no_choice="With or without",
        many="levels of teaching",
        differ="for whom they are taught",
        differ_further="for whom else they are taught",
    ),
    "minutes": FacetWords(
        heading=N_("Length of the session"),
        noun="length of the session",
        by="By length of the session",
        no_choice="Any length",
        many="lengths of sessions",
        differ="how long they are taught",
        differ_further="how long they are taught",
    ),
    "collection": FacetWords(
        heading=N_("Collection"),
        noun="collection",
        by="By collection",
        no_choice="Any collection",
        differ="collection",
        differ_further="further collections",
    ),
}


def facet_words(facet: str, taxonomy: Taxonomy) -> FacetWords:
    """The words for a facet in a compendium."""
    return _filled(facet, taxonomy.subject, taxonomy.guide)


@lru_cache(maxsize=256)  # a page asks for them a hundred times
def _filled(facet: str, subject: Term, guide: Term) -> FacetWords:
    names, words = names_of_kinds(subject, guide), asdict(_WORDS[facet])
    return FacetWords(**{name: text.format_map(names) for name, text in words.items()})


#: Fields of a case that are no facets, as nouns where the name of the field is none.
_NOUNS: Mapping[str, str] = {"planned": "what was only planned", "unit": "unit of the figures"}

_FACETS_OF_FIELDS: Mapping[str, str] = {field: facet for facet, field in FIELDS_OF_FACETS.items()}


def read_by_editors(case: Case, taxonomy: Taxonomy) -> tuple[str, ...]:
    """What of a case is the editors' reading, as nouns in the order of the file."""
    facets = (_FACETS_OF_FIELDS.get(name, name) for name in case.our_reading)
    return tuple(
        facet_words(one, taxonomy).noun if one in _WORDS else _NOUNS.get(one, one) for one in facets
    )


def is_read_by_editors(case: Case, facet: str) -> bool:
    """Whether what a case has in a facet is the editors' reading."""
    return FIELDS_OF_FACETS.get(facet, facet) in case.our_reading


def is_planned(case: Case, facet: str, value: str) -> bool:
    """Whether a value of a case is told as an aim only."""
    return facet == PLANNED_FACET and value in case.planned


def planned_label(label: str) -> str:
    """The label of what was only planned: ``Exporting (planned)``."""
    return f"{label} (planned)"


def label_in_case(case: Case, facet: str, value: str, taxonomy: Taxonomy) -> str:
    """The label of a value that a case has; what was only planned says so."""
    label = taxonomy.label(facet, value)
    return planned_label(label) if is_planned(case, facet, value) else label
