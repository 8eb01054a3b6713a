"""Cases side by side as a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.answers.contrast import Contrast, contrast
from kb.citations.works import citations
from kb.model.cases import Case
from kb.model.english import number_word
from kb.model.taxonomy import Taxonomy
from kb.results.comparison import LEAST, UNTOLD, compare
from kb.search.searcher import Searcher
from web.compare.choose import CaseOffer, Choosing, case_offers, choosing, where
from web.compare.rows import (
    MetricView,
    RowView,
    field_rows,
    metric_rows,
)
from web.core.urls import case_url, compare_url
from web.ui.cards import Badge, badges
from web.words.typography import curly


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One case: its heading, and where the comparison leads without it."""

    id: str
    title: str
    url: str
    kind: str
    where: str
    badges: tuple[Badge, ...]
    remove_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """A source of a case in short, leading to its entry on the page of the case."""

    url: str
    name: str
    places: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparePage:
    """Everything that the template shows; rows are empty with fewer than two cases."""

    title: str
    columns: tuple[Column, ...]
    contrast: Contrast | None
    rows: tuple[RowView, ...]
    metrics: tuple[MetricView, ...]
    sources: tuple[tuple[SourceView, ...], ...]
    untold: str
    has_bars: bool
    choosing: Choosing | None
    offers: tuple[CaseOffer, ...]
    csv_url: str
    json_url: str


def compare_page(searcher: Searcher, cases: Sequence[Case]) -> ComparePage:
    """Gather the page of some cases, none to five; side by side if they are two or more."""
    taxonomy, n = searcher.taxonomy, len(cases)
    found = compare(cases, taxonomy) if n >= LEAST else None
    rows = field_rows(found, taxonomy) if found else ()
    metrics = metric_rows(found, taxonomy) if found else ()
    ids = [case.id for case in cases]
    return ComparePage(
        title=f"{number_word(n).capitalize()} cases side by side" if found else "Compare cases",
        columns=tuple(_column(case, ids, taxonomy) for case in cases),
        contrast=contrast(found, taxonomy) if found else None,
        rows=tuple(row for row in rows if row.agreement != UNTOLD),
        metrics=metrics,
        sources=tuple(_sources(case, searcher) for case in cases),
        untold=", ".join(row.label.lower() for row in rows if row.agreement == UNTOLD),
        has_bars=any(one.bar for row in metrics for cell in row.cells for one in cell.all),
        choosing=choosing(searcher, cases),
        offers=case_offers(searcher, cases),
        csv_url=compare_url(ids, "compare.as_csv"),
        json_url=compare_url(ids, "api.compare"),
    )


def _column(case: Case, ids: Sequence[str], taxonomy: Taxonomy) -> Column:
    return Column(
        id=case.id,
        title=curly(case.title),
        url=case_url(case.id),
        kind=taxonomy.label("kind", case.kind),
        where=where(case, taxonomy),
        badges=badges(case, taxonomy),
        remove_url=compare_url(one for one in ids if one != case.id),
    )


def _sources(case: Case, searcher: Searcher) -> tuple[SourceView, ...]:
    return tuple(
        SourceView(
            url=f"{case_url(case.id)}#source-{work.key}",
            name=f"{work.authors} ({work.year})" if work.authors else f"{work.title} ({work.year})",
            places="; ".join(work.locators),
        )
        for work in citations(case, searcher.compendium.references)
    )
