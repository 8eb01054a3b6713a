"""What a search box suggests, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from kb.answers.addresses import Addresses
from kb.model.taxonomy import Taxonomy
from kb.search.searcher import Searcher
from kb.search.suggestions import Suggestion, suggestions
from kb.snapshots.names import TermEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionAnswer:
    """One thing that what was typed may mean: a value of a facet, a case or a guide."""

    kind: Literal["value", "case", "guide"]
    label: Annotated[str, Field(description="What it is called: a label, or a title")]
    url: Annotated[str, Field(description="Its page")]
    id: Annotated[str, Field(description="The value, or the id of the document")]
    facet: Annotated[str, Field(description="Of which facet; empty for a document")] = ""
    name: Annotated[
        str, Field(description="The other name that fits, such as a trade; empty where label does")
    ] = ""
    cases: Annotated[
        int | None, Field(description="How many cases have the value; null for a document")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionsAnswer:
    """What has a name that fits what was typed: values first, then cases and guides."""

    q: str
    suggestions: tuple[SuggestionAnswer, ...]
    snapshot: str


def suggestions_answer(searcher: Searcher, typed: str, addresses: Addresses) -> SuggestionsAnswer:
    """What a search box suggests for what stands in it."""
    return SuggestionsAnswer(
        q=typed,
        suggestions=tuple(
            _answer(one, searcher.taxonomy, addresses) for one in suggestions(searcher, typed)
        ),
        snapshot=searcher.snapshot_id,
    )


def _answer(one: Suggestion, taxonomy: Taxonomy, addresses: Addresses) -> SuggestionAnswer:
    if isinstance(one, TermEntry):
        return SuggestionAnswer(
            kind="value",
            label=one.term.label,
            url=addresses.term(one.facet, taxonomy.slug(one.facet, one.term.id)),
            id=one.term.id,
            facet=one.facet,
            name="" if one.name == one.term.label else one.name,
            cases=one.n_cases,
        )
    return SuggestionAnswer(
        kind="guide" if one.is_guide else "case",
        label=one.title,
        url=addresses.case(one.id),
        id=one.id,
    )
