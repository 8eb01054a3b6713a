"""The order of the cases that were found: by relevance, by year, or by a reported figure."""

from __future__ import annotations

import numpy as np

from kb.engine.base import TITLE, Engine, FigureRows
from kb.model.quantities import DOWN, is_of_usual
from kb.model.taxonomy import CHANGE, Taxonomy
from kb.search.query import Query


def ordered(
    rows: np.ndarray, scores: np.ndarray, query: Query, engine: Engine, taxonomy: Taxonomy
) -> np.ndarray:
    """Put the cases that were found in the order that the query asks for.

    Args:
        rows: those found, by id.
        scores: the score of each; only read with a text.
        query: its ``sort``, and for ``result`` its metric and unit.
        engine: what they were found in.
        taxonomy: the vocabulary of the cases.

    Returns:
        The rows. ``relevance``: by score with a text, by title without one. ``newest``: by the
        latest year that the case names, cases without one last. ``oldest``: by its earliest
        year, cases without one last. ``result``: by the
        strongest figure in the metric, in one unit (``results_unit``, or the one
        most of these cases use, as figures in different units have no order); rises and
        states first, largest first, then falls, largest first, and the other way round
        where falls are asked for; cases without a figure last. Equal cases stand by id, or
        by title and id without a text.
    """
    usual = -scores if query.text else engine.keys(TITLE, rows)
    if query.sort == "relevance":
        return rows[np.lexsort((rows, usual))]
    if query.sort == "result":
        metric = query.filters["results"][0]
        falls = query.results_direction == DOWN
        size, other_way = _strongest(rows, engine.figures(metric), query, taxonomy, falls=falls)
        return rows[np.lexsort((rows, usual, -size, other_way))]
    return rows[np.lexsort((rows, usual, engine.keys(query.sort, rows)))]


def _strongest(
    rows: np.ndarray, figures: FigureRows, query: Query, taxonomy: Taxonomy, *, falls: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Of each case the size of its figure, and whether that goes the other way than asked for."""
    other_way = np.ones(len(rows), dtype=bool)
    size = np.full(len(rows), -np.inf)
    places = np.searchsorted(rows, figures.rows)
    places = np.minimum(places, len(rows) - 1)
    is_there = rows[places] == figures.rows if len(rows) else np.zeros(len(places), dtype=bool)
    unit = query.results_unit or _common_unit(figures, is_there)
    if is_of_usual(unit, taxonomy):  # where less is stronger
        unit = taxonomy.unit_of(CHANGE)
    if unit not in figures.units:
        return size, other_way
    wanted = np.flatnonzero(is_there & (figures.unit == figures.units.index(unit)))
    against = (figures.sign[wanted] < 0) != falls
    # The best of each comes first: those that go the way asked for, the largest of them.
    order = np.lexsort((-figures.high[wanted], against, places[wanted]))
    of, first = np.unique(places[wanted][order], return_index=True)
    size[of] = figures.high[wanted][order][first]
    other_way[of] = against[order][first]
    return size, other_way


def _common_unit(figures: FigureRows, is_there: np.ndarray) -> str | None:
    """The unit that most of some figures are in; of equally common ones the first by name."""
    numbers = np.bincount(figures.unit[is_there & figures.own], minlength=len(figures.units))
    units = {unit: int(number) for unit, number in zip(figures.units, numbers, strict=True)}
    used = [unit for unit, number in units.items() if number]
    return min(used, key=lambda unit: (-units[unit], unit)) if used else None
