"""The page that tells how good the search is: the published figures in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.answers.figures import DASH
from kb.model.cases import Case
from kb.model.relevance import Figure, Group, Report
from kb.search.searcher import Searcher

#: System to its words, as the table lists them.
SYSTEMS: Mapping[str, str] = {
    "fused": "As the site searches",
    "words": "Words alone",
    "meaning": "Meaning alone",
}
GROUPS: Mapping[str, str] = {
    "all": "All queries",
    "English": "In English",
    "other languages": "In other languages",
    "typing errors": "With typing errors",
    "English, owner": "English: owners of small firms",
    "English, professor": "English: those who teach and study",
    "English, operator": "English: those who run programmes",
    "English, contributor": "English: contributors of cases",
    "language de": "German",
    "language es": "Spanish",
    "language fr": "French",
    "language it": "Italian",
    "language no": "Norwegian",
    "language pt": "Portuguese",
}
#: Groups of one language stand in a table of their own: they are small.
_LANGUAGE = "language "
#: What the figures of each split are worth.
SPLITS: Mapping[str, str] = {
    "test": "The judged queries are in two parts. Weights and thresholds were chosen on one of "
    "them; the figures below are from the other.",
    "tune": "These are the queries that weights and thresholds were chosen on, so the figures "
    "flatter the search.",
    "all": "Some of these queries are those that weights and thresholds were chosen on, so the "
    "figures flatter the search.",
}
#: The chart of a row, in pixels: 0 stands at the left pad, 1 at the right one.
CHART_WIDTH = 152
CHART_PAD = 6
TICKS = (0.0, 0.5, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevancePage:
    """The report with what the page computes of it.

    ``n`` queries can be answered, of ``n_all``. ``first`` is the figure for the case that is
    shown first. ``languages`` are the groups of one language each; ``cases`` holds the cases
    that a query may have missed by their ids, as far as there still are such cases.
    """

    report: Report
    n: int
    n_all: int
    first: Figure | None
    groups: tuple[Group, ...]
    languages: tuple[Group, ...]
    cases: Mapping[str, Case]


def relevance_page(searcher: Searcher) -> RelevancePage | None:
    """Gather the page from the report in the snapshot; None where no figures were published."""
    report = searcher.compendium.relevance
    if report is None:
        return None
    whole = next((group for group in report.groups if group.name == "all"), None)
    n = whole.n if whole else 0
    return RelevancePage(
        report=report,
        n=n,
        n_all=n + (report.refusal.n_negative if report.refusal else 0),
        first=whole.figures.get("fused", {}).get("Success@1") if whole else None,
        groups=tuple(one for one in report.groups if not one.name.startswith(_LANGUAGE)),
        languages=tuple(one for one in report.groups if one.name.startswith(_LANGUAGE)),
        cases={case.id: case for case in searcher.cases},
    )


def share_text(share: float) -> str:
    """A share of 1 in whole percent."""
    return f"{100 * share:.0f}%"


def p_text(p: float) -> str:
    """A probability with as many digits as mean something."""
    return "under 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def mean_text(figure: Figure) -> str:
    """A mean with its interval: ``0.66 (0.56–0.76)``."""
    return f"{figure.mean:.2f} ({figure.low:.2f}{DASH}{figure.high:.2f})"


def mean_share_text(figure: Figure) -> str:
    """A mean share with its interval: ``75% (65–85%)``."""
    return f"{share_text(figure.mean)} ({100 * figure.low:.0f}{DASH}{share_text(figure.high)})"


def of_text(share: float, n: int) -> str:
    """A share of so many as a count: ``3 of 4 (75%)``."""
    return f"{round(share * n)} of {n} ({share_text(share)})"


def chart_place(value: float) -> float:
    """Where a value from 0 to 1 stands in the chart of a row, in pixels from the left."""
    return round(CHART_PAD + min(max(value, 0.0), 1.0) * (CHART_WIDTH - 2 * CHART_PAD), 1)
