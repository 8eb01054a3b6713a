"""What every template has: the shared pieces, and filters that show what kb's records hold.

A template is given kb's records. What they hold as ids, numbers and straight quotation marks
becomes labels, figures, addresses and typographic text by the filters and functions here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol, TypeVar

from flask import Blueprint, g
from markupsafe import Markup

from kb.answers.addresses import number_text, query_pairs
from kb.answers.figures import Figure, converted_text, figure, members_text, period_text
from kb.citations.items import spoken_name
from kb.citations.works import only_passages, seen_text
from kb.errors import KBError
from kb.model.cases import Case, Members, Result, Source
from kb.model.english import capital, number_word, with_article
from kb.model.facet_words import (
    FacetWords,
    facet_words,
    is_planned,
    is_read_by_editors,
    label_in_case,
    read_by_editors,
)
from kb.model.facets import DECADE_FACET, PLANNED_FACET
from kb.model.taxonomy import Taxonomy, Term, Vocabulary
from kb.search.query import PAGE_SIZE
from kb.text.typography import curly, curly_inside
from web.core.request import searcher, settings, site_words
from web.core.urls import (
    case_url,
    compare_url,
    facet_url,
    profile_url,
    query_url,
    search_url,
    version_url,
)
from web.ui.linked_data import case_data, pack_data, site_data
from web.ui.links import term_url
from web.ui.packs import (
    carried_list,
    cited_in,
    has_sessions,
    in_own_words,
    items_of,
    prose,
    text_url,
    title_url,
    whole_text,
    with_list,
)
from web.ui.provenance import reported
from web.ui.reasons import how, line, marked_summary, passages, quoted, values_named
from web.ui.suggest import suggestions, words_of_suggestions
from web.words.kinds import NO_KINDS, with_kinds
from web.words.lists import listed
from web.words.titles import page_description, page_title
from web.words.translation import day, gettext, number

#: How many figures a card shows; the page of the case shows them all.
FIGURES_ON_CARD = 2

bp = Blueprint("ui", __name__, template_folder="templates")


class Grouped(Protocol):
    """What stands under a heading, which is empty where it has none."""

    @property
    def group(self) -> str:
        """The heading."""


Item = TypeVar("Item", bound=Grouped)


def taxonomy() -> Taxonomy:
    """The vocabulary of the page: that which is served, unless it shows a text with its own.

    One without kinds where there is no snapshot.
    """
    try:
        return g.get("kb_taxonomy") or searcher().taxonomy
    except KBError:
        return NO_KINDS


def term(value: str, facet: str) -> Term:
    """The term of a facet's value."""
    return taxonomy().term(facet, value)


def terms(case: Case, facet: str) -> tuple[Term, ...]:
    """What a case has in a facet, in the order of its file."""
    return taxonomy().terms(facet, case)


def labels(case: Case, facet: str) -> tuple[str, ...]:
    """The labels of what a case has in a facet, in the order of its file.

    What was only planned says so: ``Exporting (planned)``.
    """
    words = taxonomy()
    return tuple(label_in_case(case, facet, one.id, words) for one in terms(case, facet))


def facet_note(facet: str) -> str:
    """What must be said where the values of a facet are counted; empty where there is nothing."""
    if facet == DECADE_FACET:
        return gettext("each decade of its work, where the source names years")
    counts_plans = facet == PLANNED_FACET and searcher().compendium.has_planned
    return gettext("done or planned") if counts_plans else ""


def is_asked_for(facet: str, value: str) -> bool:
    """Whether a search can ask for a value: an early text may have one that is no more."""
    return searcher().taxonomy.every(facet).get(value) is not None


def vocabulary(name: str) -> Vocabulary:
    """A list of the vocabulary by its name: ``levels``."""
    return taxonomy()[name]


def shown_figure(result: Result) -> Figure:
    """A result as the figure that stands large."""
    return figure(result, taxonomy())


def shown_conversion(result: Result) -> str:
    """An amount of money in euros, marked as ours; empty where none is known."""
    return converted_text(result, taxonomy())


def members(who: Members | None) -> str:
    """Who took part, in words; empty if not told."""
    return members_text(who, taxonomy())


def card_results(case: Case, prefer: Collection[str] = ()) -> tuple[Result, ...]:
    """The few results that a card shows: figures, or words where there is none.

    Those in the metrics ``prefer`` come first.
    """
    results = sorted(case.results, key=lambda result: result.metric not in prefer)
    with_figure = [result for result in results if result.has_figure]
    return tuple((with_figure or results)[:FIGURES_ON_CARD])


def grouped(items: Iterable[Item]) -> Mapping[str, tuple[Item, ...]]:
    """Items by their heading, in the order in which the headings come first."""
    groups: dict[str, tuple[Item, ...]] = {}
    for item in items:
        groups[item.group] = (*groups.get(item.group, ()), item)
    return groups


def in_hundred(share: float) -> int:
    """A share of 1 in whole hundredths."""
    return round(100 * share)


def in_percent(share: float) -> str:
    """A share of 1 in whole percent."""
    return f"{in_hundred(share)}%"


def words_of_facet(facet: str) -> FacetWords:
    """What a facet is called."""
    return facet_words(facet, taxonomy())


def has_codebook() -> bool:
    """Whether the compendium says how its cases are classified."""
    try:
        return bool(searcher().compendium.codebook)
    except KBError:
        return False


def has_policy() -> bool:
    """Whether the compendium says what it takes up."""
    try:
        return bool(searcher().compendium.policy)
    except KBError:
        return False


def people_title() -> str:
    """What the page of people and organisations is called; empty where there is none."""
    try:
        people = searcher().compendium.people
    except KBError:
        return ""
    return people.title if people else ""


def source_text(source: Source) -> str:
    """A source as a short text: ``Philippe Roy (1998), section 5``."""
    work = searcher().compendium.references.get(source.key)
    name = (work.authors or work.title) if work else source.key
    year = f" ({work.year or 'no date'})" if work else ""
    return curly(f"{name}{year}, {source.locator}")


def content_day() -> str:
    """The day of the latest case that is served, in words; empty where none says its day."""
    try:
        updated = searcher().compendium.updated
    except KBError:
        return ""
    return day(updated) if updated else ""


FILTERS = {
    "capital": capital,
    "card_results": card_results,
    "converted": shown_conversion,
    "curly": curly,
    "curly_inside": curly_inside,
    "day": day,
    "editorial": lambda case: read_by_editors(case, taxonomy()),
    "figure": shown_figure,
    "grouped": grouped,
    "how": how,
    "in_hundred": in_hundred,
    "in_percent": in_percent,
    "labels": labels,
    "line": line,
    "listed": listed,
    "marked_summary": marked_summary,
    "members": members,
    "number": number,
    "only_passages": only_passages,
    "pairs": lambda query: query_pairs(query, usual=PAGE_SIZE),
    "passages": passages,
    "period": period_text,
    "plain_number": number_text,
    "quoted": quoted,
    "reported": reported,
    "seen_text": seen_text,
    "source": source_text,
    "spelled": number_word,
    "spoken_name": spoken_name,
    "term": term,
    "terms": terms,
    "values_named": lambda hit: values_named(hit, taxonomy()),
    "with_article": with_article,
    "with_list": with_list,
}
FUNCTIONS = {
    "carried_list": carried_list,
    "case_data": case_data,
    "case_url": case_url,
    "cited_in": cited_in,
    "compare_url": compare_url,
    "content_day": content_day,
    "facet_note": facet_note,
    "facet_url": facet_url,
    "facet_words": words_of_facet,
    "in_own_words": in_own_words,
    "is_asked_for": is_asked_for,
    "guide_kind": lambda: taxonomy().guide,
    "has_codebook": has_codebook,
    "has_policy": has_policy,
    "has_sessions": has_sessions,
    "is_planned": is_planned,
    "is_read_by_editors": is_read_by_editors,
    "people_title": people_title,
    "page_description": lambda words: page_description(Markup(words).unescape(), site_words()),
    "page_title": lambda words, number="": page_title(
        Markup(words).unescape(), site_words(), number
    ),
    "pack_data": pack_data,
    "pack_items": items_of,
    "profile_url": profile_url,
    "prose": prose,
    "query_url": query_url,
    "run_by": settings,
    "search_url": search_url,
    "site_data": site_data,
    "suggestions": suggestions,
    "subject_kind": lambda: taxonomy().subject,
    "term_url": term_url,
    "text_url": text_url,
    "title_url": title_url,
    "version_url": version_url,
    "vocabulary": vocabulary,
    "whole_text": whole_text,
    "words_of_suggestions": words_of_suggestions,
    "with_kinds": lambda sentence: with_kinds(sentence, taxonomy()),
}
for name, function in FILTERS.items():
    bp.add_app_template_filter(function, name)
for name, function in FUNCTIONS.items():
    bp.add_app_template_global(function, name)
