"""The page that tells how good the search is: the published figures in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from kb.answers.figures import DASH
from kb.model.relevance import Figure
from web.ui.template_filters import in_percent

#: System to its words, as the table lists them.
SYSTEMS: Mapping[str, str] = {
    "fused": "As the site searches",
    "rank fusion": "Words and meaning, joined by rank",
    "words": "Words alone",
    "meaning": "Meaning alone",
}
#: Group to its words.
GROUPS: Mapping[str, str] = {
    "all": "All queries",
    "English": "In English",
    "other languages": "In other languages",
    "typing errors": "With typing errors",
    "English, owner": "English: owners of small firms",
    "English, professor": "English: those who teach and study",
    "English, agency": "English: agencies and evaluators",
    "English, operator": "English: those who run programmes",
    "English, contributor": "English: contributors of cases",
    "language de": "German",
    "language es": "Spanish",
    "language fr": "French",
    "language it": "Italian",
    "language nb": "Norwegian",
    "language no": "Norwegian",
    "language pt": "Portuguese",
}
#: Groups of one language stand in a table of their own: they are small.
LANGUAGE = "language "
#: The group of all queries that can be answered.
WHOLE = "all"
#: What the figures of each split are worth.
SPLITS: Mapping[str, str] = {
    "test": "The judged queries are in two parts. Weights and thresholds were chosen on one of "
    "them; the figures below are from the other.",
    "earlier": "These queries had no part in choosing weights and thresholds when they were put, "
    "once. Since then they have, so they measure nothing any more; the figures below are those of "
    "that time, of the search as it was then.",
    "tune": "These are the queries that weights and thresholds were chosen on, so the figures "
    "flatter the search.",
    "all": "Some of these queries are those that weights and thresholds were chosen on, so the "
    "figures flatter the search.",
}
#: The chart of a row, in pixels: 0 stands at the left pad, 1 at the right one.
CHART_WIDTH = 152
CHART_PAD = 6
TICKS = (0.0, 0.5, 1.0)


def p_text(p: float) -> str:
    """A probability with as many digits as mean something."""
    return "under 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def mean_text(figure: Figure) -> str:
    """A mean with its interval: ``0.66 (0.56–0.76)``."""
    return f"{figure.mean:.2f} ({figure.low:.2f}{DASH}{figure.high:.2f})"


def mean_share_text(figure: Figure) -> str:
    """A mean share with its interval: ``75% (65–85%)``."""
    return f"{in_percent(figure.mean)} ({100 * figure.low:.0f}{DASH}{in_percent(figure.high)})"


def of_text(share: float, n: int) -> str:
    """A share of so many as a count: ``3 of 4 (75%)``."""
    return f"{round(share * n)} of {n} ({in_percent(share)})"


def chart_place(value: float) -> float:
    """Where a value from 0 to 1 stands in the chart of a row, in pixels from the left."""
    return round(CHART_PAD + min(max(value, 0.0), 1.0) * (CHART_WIDTH - 2 * CHART_PAD), 1)
