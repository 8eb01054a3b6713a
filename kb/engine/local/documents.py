"""Which document has what: filters, counts and orders over columns that are mapped into memory."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kb.engine.base import TITLE, Document, FigureRows
from kb.engine.filters import FigureFilter, Filter
from kb.engine.local.arrays import (
    Strings,
    read_array,
    starts_of,
    stretches,
    write_array,
    write_strings,
)
from kb.engine.local.vectors import read_json
from kb.errors import SnapshotCorrupt

#: What says how the columns are to be read.
_INDEX_FILE = "columns.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facet:
    """The values of a facet, document by document.

    Those of row r are from ``starts[r]`` up to ``starts[r + 1]`` in ``values``, which count off
    ``names``; ``rows`` has the row of each.
    """

    names: tuple[str, ...]
    starts: np.ndarray
    rows: np.ndarray
    values: np.ndarray

    def having(self, value: str) -> np.ndarray:
        """The rows that have a value."""
        if value not in self.names:
            return np.zeros(0, dtype=np.int64)
        return self.rows[self.values == self.names.index(value)]


class DocumentTable:
    """Documents by row. Immutable; safe between threads."""

    def __init__(self, folder: Path) -> None:
        """Open what ``write_documents`` wrote.

        Raises:
            SnapshotCorrupt: a file is missing or does not go with the others.
        """
        self.ids = Strings.read(folder, "ids")
        n, described = len(self.ids), read_json(folder / _INDEX_FILE)
        try:
            self._kinds = tuple(described["kinds"])
            self._units = tuple(described["units"])
            facets, metrics = described["facets"], described["metrics"]
            self._keys = {
                name: read_array(folder, f"key-{number}", "float64", shape=(n,))
                for number, name in enumerate(described["keys"])
            }
            self._facets = {
                name: _read_facet(folder, number, tuple(names), n)
                for number, (name, names) in enumerate(facets.items())
            }
            self._metrics = {name: slice(*places) for name, places in metrics.items()}
        except (KeyError, TypeError, AttributeError) as err:
            raise SnapshotCorrupt(f"{folder / _INDEX_FILE} does not hold what it should.") from err
        self._kind = read_array(folder, "kind", "uint16", shape=(n,))
        self._figures = read_array(folder, "figures", "float64", shape=(None, len(_COLUMNS)))
        starts = read_array(folder, "links-starts", "uint32", shape=(n + 1,))
        self._link_starts = starts
        self._link_targets = read_array(folder, "links", "uint32", shape=(int(starts[-1]),))

    def __len__(self) -> int:
        return len(self.ids)

    def passing(self, within: Filter) -> np.ndarray:
        """Which documents pass a filter: bool of shape (n_documents,)."""
        passing = np.ones(len(self), dtype=bool)
        for facet, values in within.facets.items():
            if values:
                each = [self._having(facet, value) for value in values]
                combine = np.logical_and if facet in within.all_of else np.logical_or
                passing &= combine.reduce(each)
        for facet, values in within.without.items():
            for value in values:
                passing &= ~self._having(facet, value)
        if within.kinds:
            numbers = [self._kinds.index(kind) for kind in within.kinds if kind in self._kinds]
            passing &= np.isin(self._kind, numbers)
        if within.figure is not None:
            passing &= self._reporting(within.figure)
        return passing

    def _having(self, facet: str, value: str) -> np.ndarray:
        having = np.zeros(len(self), dtype=bool)
        if facet in self._facets:
            having[self._facets[facet].having(value)] = True
        return having

    def _reporting(self, asked: FigureFilter) -> np.ndarray:
        reporting = np.zeros(len(self), dtype=bool)
        for metric in asked.metrics:
            if metric not in self._metrics:
                continue
            column = self._columns(metric)
            passes = (column["low"] >= asked.least) & (column["sought"] > 0)
            passes &= (column["sign"] < 0) == asked.falls
            if asked.unit is None:
                passes &= column["compared"] > 0
            elif asked.unit in self._units:
                passes &= column["unit"] == self._units.index(asked.unit)
            else:
                continue
            reporting[column["row"][passes].astype(np.int64)] = True
        return reporting

    def counts(self, within: Filter, among: np.ndarray | None) -> Mapping[str, Mapping[str, int]]:
        """Facet to value to how many documents that pass have it; none of 0."""
        everything = within.is_open and among is None
        passing = None if everything else self.passing(within)
        rows = None
        if among is not None:
            rows = among if within.is_open else among[passing[among]]
        return {
            name: {
                value: int(number)
                for value, number in zip(facet.names, _counted(facet, passing, rows), strict=True)
                if number
            }
            for name, facet in self._facets.items()
        }

    def keys(self, name: str, rows: np.ndarray) -> np.ndarray:
        """A number that documents are ordered by; see ``kb.engine.base``."""
        if name not in self._keys:
            return np.full(len(rows), math.inf)
        return self._keys[name][rows]

    def figures(self, metric: str) -> FigureRows:
        """Every figure in a metric; see ``kb.engine.base``."""
        column = self._columns(metric)
        return FigureRows(
            rows=column["row"].astype(np.int64),
            units=self._units,
            unit=column["unit"].astype(np.int64),
            low=column["low"],
            high=column["high"],
            sign=column["sign"].astype(np.int64),
            own=column["own"] > 0,
            way=column["way"].astype(np.int64),
        )

    def _columns(self, metric: str) -> Mapping[str, np.ndarray]:
        figures = self._figures[self._metrics.get(metric, slice(0, 0))]
        return dict(zip(_COLUMNS, figures.T, strict=True))

    def links(self, rows: np.ndarray) -> np.ndarray:
        """Pairs of linked documents; see ``kb.engine.base``."""
        places, lengths = stretches(self._link_starts, rows)
        return np.stack([np.repeat(rows, lengths), self._link_targets[places].astype(np.int64)])


#: The columns of the figures, which are sorted by metric and row.
_COLUMNS = ("row", "unit", "low", "high", "sign", "compared", "own", "sought", "way")


def _read_facet(folder: Path, number: int, names: tuple[str, ...], n: int) -> _Facet:
    starts = read_array(folder, f"facet-{number}-starts", "uint32", shape=(n + 1,))
    shape = (int(starts[-1]),)
    return _Facet(
        names=names,
        starts=starts,
        rows=read_array(folder, f"facet-{number}-rows", "uint32", shape=shape),
        values=read_array(folder, f"facet-{number}-values", "uint16", shape=shape),
    )


def _counted(facet: _Facet, passing: np.ndarray | None, rows: np.ndarray | None) -> np.ndarray:
    """How many documents have each value: of some rows, of those that pass, or of all."""
    values = facet.values
    if rows is not None:
        values = values[stretches(facet.starts, rows)[0]]
    elif passing is not None:
        values = values[passing[facet.rows]]
    return np.bincount(values, minlength=len(facet.names))


def write_documents(folder: Path, documents: Sequence[Document]) -> None:
    """Write everything of documents but their words; they are in the order of their ids."""
    write_strings(folder, "ids", (document.id for document in documents))
    rows = {document.id: row for row, document in enumerate(documents)}
    kinds = sorted({document.kind for document in documents})
    facets = sorted({facet for document in documents for facet in document.facets})
    units = sorted({figure.unit for document in documents for figure in document.figures})
    keys = sorted({name for document in documents for name in document.keys})
    named = {"kinds": kinds, "units": units, "keys": [TITLE, *keys], "facets": {}, "metrics": {}}
    write_array(folder, "kind", np.array([kinds.index(d.kind) for d in documents], dtype=np.uint16))
    for number, facet in enumerate(facets):
        held = [tuple(dict.fromkeys(document.facets.get(facet, ()))) for document in documents]
        named["facets"][facet] = _write_facet(folder, number, held)
    _write_keys(folder, documents, keys)
    metrics = sorted({figure.metric for document in documents for figure in document.figures})
    figures = {metric: [] for metric in metrics}
    for row, document in enumerate(documents):
        for one in document.figures:
            figures[one.metric].append(
                (
                    *(row, units.index(one.unit), one.low, one.high, one.sign),
                    *(one.compared, one.own, one.sought, one.way),
                )
            )
    begin = 0
    for metric, found in figures.items():
        named["metrics"][metric] = [begin, begin := begin + len(found)]
    every = [figure for found in figures.values() for figure in found]
    write_array(folder, "figures", np.array(every, dtype=np.float64).reshape(-1, len(_COLUMNS)))
    _write_links(folder, documents, rows)
    text = json.dumps(named, ensure_ascii=False, indent=1)
    (folder / _INDEX_FILE).write_text(text + "\n", encoding="utf-8")


def _write_facet(folder: Path, number: int, held: Sequence[tuple[str, ...]]) -> list[str]:
    names = sorted({value for values in held for value in values})
    places = {name: at for at, name in enumerate(names)}
    lengths = np.array([len(values) for values in held], dtype=np.int64)
    found = [places[value] for values in held for value in values]
    write_array(folder, f"facet-{number}-starts", starts_of(lengths).astype(np.uint32))
    rows = np.repeat(np.arange(len(held)), lengths)
    write_array(folder, f"facet-{number}-rows", rows.astype(np.uint32))
    write_array(folder, f"facet-{number}-values", np.array(found, dtype=np.uint16))
    return names


def _write_keys(folder: Path, documents: Sequence[Document], names: Sequence[str]) -> None:
    by_title = sorted(range(len(documents)), key=lambda row: (documents[row].title.casefold(), row))
    titles = np.empty(len(documents))
    titles[by_title] = np.arange(len(documents))
    write_array(folder, "key-0", titles)
    for number, name in enumerate(names, 1):
        values = [document.keys.get(name, math.inf) for document in documents]
        write_array(folder, f"key-{number}", np.array(values, dtype=np.float64))


def _write_links(folder: Path, documents: Sequence[Document], rows: Mapping[str, int]) -> None:
    """Links count both ways, each once; what leads to no document is left out."""
    pairs = {
        pair
        for row, document in enumerate(documents)
        for other in document.links
        if other in rows and rows[other] != row
        for pair in ((row, rows[other]), (rows[other], row))
    }
    found = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    lengths = np.bincount(found[:, 0], minlength=len(documents))
    write_array(folder, "links-starts", starts_of(lengths).astype(np.uint32))
    write_array(folder, "links", found[:, 1].astype(np.uint32))
