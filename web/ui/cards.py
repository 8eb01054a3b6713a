"""Types and cards as the pages of holdings and comparisons still take them."""

from __future__ import annotations

from dataclasses import dataclass

from kb.model.cases import Case
from kb.model.taxonomy import Taxonomy, Term
from web.core.urls import case_url
from web.words.typography import curly

Badge = Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A case among others."""

    url: str
    title: str
    summary: str


def card(case: Case, taxonomy: Taxonomy) -> Card:
    """A case as a card."""
    return Card(url=case_url(case.id), title=curly(case.title), summary=curly(case.summary))


def badges(case: Case, taxonomy: Taxonomy) -> tuple[Term, ...]:
    """The types of a case."""
    return taxonomy.terms("type", case)


def badge(type_id: str, taxonomy: Taxonomy) -> Term:
    """One type."""
    return taxonomy.term("type", type_id)
