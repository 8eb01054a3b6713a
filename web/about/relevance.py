"""The page that tells how good the search is: the published figures in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.answers.figures import DASH
from kb.model.relevance import Figure, Group, Refusal, Report, Worst
from kb.search.searcher import Searcher
from web.core.urls import case_url, search_url
from web.words.typography import curly

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
class Dot:
    """A mean with its interval in the chart: places in pixels from the left."""

    low: float
    mean: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One system on one group. A text is empty where the report does not hold the figure."""

    system: str
    words: str
    dot: Dot | None
    ndcg: str
    success: str
    recall: str
    p: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """One group of queries."""

    name: str
    n: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A case that should have been among the first ten; no address where it is gone."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstView:
    """One of the queries that are answered worst."""

    text: str
    url: str
    ndcg: str
    missed: tuple[Missed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalView:
    """How often the site says that nothing fits, as counts and shares."""

    negative: str
    answerable: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevancePage:
    """What the template shows; ``measured`` is False where no figures were published.

    ``ticks`` are the places of the chart's axis with their labels.
    """

    measured: bool
    snapshot_id: str
    measured_on: str = ""
    split: str = ""
    n: int = 0
    n_all: int = 0
    first: str = ""
    groups: tuple[GroupView, ...] = ()
    languages: tuple[GroupView, ...] = ()
    refusal: RefusalView | None = None
    worst: tuple[WorstView, ...] = ()
    ticks: tuple[tuple[float, str], ...] = ()
    width: int = CHART_WIDTH


def relevance_page(searcher: Searcher) -> RelevancePage:
    """Gather the page from the report in the snapshot."""
    report = searcher.relevance
    if report is None:
        return RelevancePage(measured=False, snapshot_id=searcher.snapshot_id)
    titles = {case.id: curly(case.title) for case in searcher.cases}
    n = next((group.n for group in report.groups if group.name == "all"), 0)
    return RelevancePage(
        measured=True,
        snapshot_id=searcher.snapshot_id,
        measured_on=report.snapshot,
        split=SPLITS.get(report.split, ""),
        n=n,
        n_all=n + (report.refusal.n_negative if report.refusal else 0),
        first=_first_is_relevant(report),
        groups=tuple(_group(g) for g in report.groups if not g.name.startswith(_LANGUAGE)),
        languages=tuple(_group(g) for g in report.groups if g.name.startswith(_LANGUAGE)),
        refusal=_refusal(report.refusal) if report.refusal else None,
        worst=tuple(_worst(worst, titles) for worst in report.worst),
        ticks=tuple((_place(tick), f"{tick:g}") for tick in TICKS),
    )


def share_text(share: float) -> str:
    """A share of 1 in whole percent."""
    return f"{100 * share:.0f}%"


def p_text(p: float) -> str:
    """A probability with as many digits as mean something."""
    return "under 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def _first_is_relevant(report: Report) -> str:
    whole = {group.name: group for group in report.groups}.get("all")
    success = whole.figures.get("fused", {}).get("Success@1") if whole else None
    return share_text(success.mean) if success else ""


def _group(group: Group) -> GroupView:
    lines = tuple(_line(group, system) for system in SYSTEMS if system in group.figures)
    return GroupView(name=GROUPS.get(group.name, group.name), n=group.n, lines=lines)


def _line(group: Group, system: str) -> Line:
    figures = group.figures[system]
    ndcg, success, recall = (figures.get(name) for name in ("nDCG@10", "Success@1", "R@10"))
    return Line(
        system=system,
        words=SYSTEMS[system],
        dot=_dot(ndcg) if ndcg else None,
        ndcg=f"{ndcg.mean:.2f} ({ndcg.low:.2f}{DASH}{ndcg.high:.2f})" if ndcg else "",
        success=_shares(success),
        recall=_shares(recall),
        p=p_text(group.p[system]) if system in group.p else "",
    )


def _shares(figure: Figure | None) -> str:
    if figure is None:
        return ""
    return f"{share_text(figure.mean)} ({100 * figure.low:.0f}{DASH}{share_text(figure.high)})"


def _dot(figure: Figure) -> Dot:
    return Dot(low=_place(figure.low), mean=_place(figure.mean), high=_place(figure.high))


def _place(value: float) -> float:
    return round(CHART_PAD + min(max(value, 0.0), 1.0) * (CHART_WIDTH - 2 * CHART_PAD), 1)


def _refusal(refusal: Refusal) -> RefusalView:
    return RefusalView(
        negative=_of(refusal.negative_refused, refusal.n_negative),
        answerable=_of(refusal.answerable_refused, refusal.n_answerable),
    )


def _of(share: float, n: int) -> str:
    return f"{round(share * n)} of {n} ({share_text(share)})"


def _worst(worst: Worst, titles: Mapping[str, str]) -> WorstView:
    return WorstView(
        text=worst.text,
        url=search_url(worst.text),
        ndcg=f"{worst.ndcg:.2f}",
        missed=tuple(
            Missed(title=titles.get(name, name), url=case_url(name) if name in titles else "")
            for name in worst.missed
        ),
    )
