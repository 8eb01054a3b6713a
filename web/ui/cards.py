"""A case as a card: who, where, what together, what came of it, why it is here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from kb.answers.figures import members_text
from kb.model.cases import Case
from kb.model.taxonomy import GOOD, Taxonomy, Term
from kb.search.answer import Hit
from web.core.urls import case_url, facet_url
from web.ui.reasons import Piece, Quote, marked_summary, named, quotes
from web.words.figures import ResultView, result_views
from web.words.typography import curly

#: How many figures a card shows; the case's page shows them all.
FIGURES_ON_CARD = 2
PROJECTS_ON_CARD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A type: its mark is a colour and a shape, its label stands beside them."""

    id: str
    mark: str
    label: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How it ended: ``tone`` is the look, ``good``, ``even``, ``warning`` or none.

    A card leaves out what ended well, as most did.
    """

    label: str
    tone: str

    @property
    def stands_on_card(self) -> bool:
        """Whether a card tells it."""
        return self.tone != GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A case among others.

    ``rank`` is 0 outside a search, where nothing is quoted, marked or named either;
    ``marked`` is the summary where words of the query are marked in it.
    """

    id: str
    url: str
    title: str
    kind: str
    where: str
    badges: tuple[Badge, ...]
    members: str
    projects: tuple[str, ...]
    figures: tuple[ResultView, ...]
    more_results: int
    summary: str
    status: Status | None
    rank: int = 0
    marked: tuple[Piece, ...] = ()
    quotes: tuple[Quote, ...] = ()
    named: tuple[str, ...] = ()


def card(case: Case, taxonomy: Taxonomy, prefer: Collection[str] = ()) -> Card:
    """A case as a card, without rank and quotation; figures of ``prefer`` metrics come first."""
    results = sorted(result_views(case, taxonomy), key=lambda view: view.metric_id not in prefer)
    with_figure = tuple(view for view in results if not view.figure.is_word)
    shown = tuple((with_figure or results)[:FIGURES_ON_CARD])
    return Card(
        id=case.id,
        url=case_url(case.id),
        title=curly(case.title),
        kind=taxonomy.label("kind", case.kind),
        where=", ".join(labels(taxonomy, case, "country")),
        badges=badges(case, taxonomy),
        members=members_text(case.members, taxonomy),
        projects=labels(taxonomy, case, "project")[:PROJECTS_ON_CARD],
        figures=shown,
        more_results=len(results) - len(shown),
        summary=curly(case.summary),
        status=status_of(case, taxonomy),
    )


def hit_card(hit: Hit, taxonomy: Taxonomy, prefer: Collection[str] = ()) -> Card:
    """A hit as a card, with its rank and why it is here."""
    return replace(
        card(hit.case, taxonomy, prefer),
        rank=hit.rank,
        marked=marked_summary(hit),
        quotes=quotes(hit),
        named=named(hit, taxonomy),
    )


def badges(case: Case, taxonomy: Taxonomy) -> tuple[Badge, ...]:
    """The types of a case by their short labels; none for a guide."""
    if case.is_guide:
        return ()
    return tuple(badge(value, taxonomy) for value in case.facets.get("type", ()))


def badge(type_id: str, taxonomy: Taxonomy) -> Badge:
    """One type, leading to the cases of that type."""
    term = taxonomy["types"].get(type_id) or Term(id=type_id, label=type_id)
    url = facet_url(type=type_id)
    return Badge(id=type_id, mark=term.mark, label=term.beside_mark, url=url)


def status_of(case: Case, taxonomy: Taxonomy) -> Status | None:
    """How a case ended, None where that is not told."""
    told = next(iter(case.facets.get("status", ())), "")
    term = taxonomy["statuses"].get(told)
    return Status(label=term.label, tone=term.tone) if term else None


def labels(taxonomy: Taxonomy, case: Case, facet: str) -> tuple[str, ...]:
    """The labels of a case's values in a facet, in the order of the file."""
    return tuple(taxonomy.label(facet, value) for value in case.facets.get(facet, ()))
