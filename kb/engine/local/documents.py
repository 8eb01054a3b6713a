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

    def lists(self) -> Lists:
        """All of them."""
        return Lists(
            names=self.names,
            lengths=np.diff(self.starts.astype(np.int64)),
            values=self.values.astype(np.int64),
        )


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
        self._titles = Strings.read(folder, "titles")
        self._lead_names = Strings.read(folder, "leads-names")
        self._lead_starts = read_array(folder, "leads-starts", "uint32", shape=(n + 1,))
        shape = (int(self._lead_starts[-1]),)
        self._leads = read_array(folder, "leads", "uint32", shape=shape)

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
                value: number
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

    def columns(self) -> Columns:
        """Everything as it was written, in memory: for a build that goes on from it."""
        metrics, starts = list(self._metrics), self._lead_starts
        bounds = [one.stop - one.start for one in self._metrics.values()]
        of_metric = np.repeat(np.arange(len(metrics)), np.array(bounds, dtype=np.int64))
        rows = self._figures[:, 0].astype(np.int64)
        order = np.argsort(rows, kind="stable")
        lengths = np.bincount(rows, minlength=len(self))
        ones = np.ones(len(self), dtype=np.int64)
        return Columns(
            ids=tuple(self.ids),
            titles=tuple(self._titles),
            kinds=Lists(names=self._kinds, lengths=ones, values=self._kind.astype(np.int64)),
            facets={name: facet.lists() for name, facet in self._facets.items()},
            keys={name: values for name, values in self._keys.items() if name != TITLE},
            metrics=Lists(names=tuple(metrics), lengths=lengths, values=of_metric[order]),
            units=Lists(
                names=self._units,
                lengths=lengths,
                values=self._figures[:, 1].astype(np.int64)[order],
            ),
            figures=self._figures[:, 2:][order],
            links=Lists(
                names=tuple(self._lead_names),
                lengths=np.diff(starts.astype(np.int64)),
                values=self._leads.astype(np.int64),
            ),
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


def _counted(facet: _Facet, passing: np.ndarray | None, rows: np.ndarray | None) -> list[int]:
    """How many documents have each value: of some rows, of those that pass, or of all."""
    values = facet.values
    if rows is not None:
        values = values[stretches(facet.starts, rows)[0]]
    elif passing is not None:
        values = values[passing[facet.rows]]
    return np.bincount(values, minlength=len(facet.names)).tolist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Strings of some documents, any number each, counted off a list of all that occur.

    ``values`` are places in ``names``, document after document; ``lengths`` says how many each
    has.
    """

    names: tuple[str, ...]
    lengths: np.ndarray
    values: np.ndarray

    @classmethod
    def of(cls, held: Sequence[Sequence[str]]) -> Lists:
        """Those of some documents."""
        names = tuple(sorted({value for values in held for value in values}))
        places = {name: at for at, name in enumerate(names)}
        found = [places[value] for values in held for value in values]
        return cls(
            names=names,
            lengths=np.array([len(values) for values in held], dtype=np.int64),
            values=np.array(found, dtype=np.int64),
        )

    def of_rows(self, rows: np.ndarray) -> Lists:
        """Those of some of the documents, with the names that these have."""
        places, lengths = stretches(starts_of(self.lengths), rows)
        used, values = np.unique(self.values[places], return_inverse=True)
        names = tuple(self.names[name] for name in used.tolist())
        return Lists(names=names, lengths=lengths, values=values)

    def and_those_of(self, other: Lists) -> Lists:
        """Those of these documents and then of others."""
        names = tuple(sorted({*self.names, *other.names}))
        places = {name: at for at, name in enumerate(names)}
        values = [
            np.array([places[name] for name in one.names], dtype=np.int64)[one.values]
            for one in (self, other)
        ]
        return Lists(
            names=names,
            lengths=np.concatenate([self.lengths, other.lengths]),
            values=np.concatenate(values),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Everything of some documents but their words, column by column.

    ``figures`` has a row for each figure, document after document, with the columns
    ``_COLUMNS`` from the third on; its metric and its unit stand in lists of the same order.
    """

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    kinds: Lists
    facets: Mapping[str, Lists]
    keys: Mapping[str, np.ndarray]
    metrics: Lists
    units: Lists
    figures: np.ndarray
    links: Lists

    @classmethod
    def of(cls, documents: Sequence[Document]) -> Columns:
        """Those of some documents, in their order."""
        facets = sorted({facet for document in documents for facet in document.facets})
        keys = sorted({name for document in documents for name in document.keys})
        figures = [
            (one.low, one.high, one.sign, one.compared, one.own, one.sought, one.way)
            for document in documents
            for one in document.figures
        ]
        return cls(
            ids=tuple(document.id for document in documents),
            titles=tuple(document.title for document in documents),
            kinds=Lists.of([(document.kind,) for document in documents]),
            facets={
                facet: Lists.of([tuple(dict.fromkeys(d.facets.get(facet, ()))) for d in documents])
                for facet in facets
            },
            keys={
                name: np.array([d.keys.get(name, math.inf) for d in documents], dtype=np.float64)
                for name in keys
            },
            metrics=Lists.of([[one.metric for one in document.figures] for document in documents]),
            units=Lists.of([[one.unit for one in document.figures] for document in documents]),
            figures=np.array(figures, dtype=np.float64).reshape(-1, len(_COLUMNS) - 2),
            links=Lists.of([document.links for document in documents]),
        )

    def of_rows(self, rows: np.ndarray) -> Columns:
        """Those of some of the documents, in the order of ``rows``."""
        places, _ = stretches(starts_of(self.metrics.lengths), rows)
        keys = {name: values[rows] for name, values in self.keys.items()}
        return Columns(
            ids=tuple(self.ids[row] for row in rows.tolist()),
            titles=tuple(self.titles[row] for row in rows.tolist()),
            kinds=self.kinds.of_rows(rows),
            facets={facet: lists.of_rows(rows) for facet, lists in self.facets.items()},
            keys={name: values for name, values in keys.items() if np.isfinite(values).any()},
            metrics=self.metrics.of_rows(rows),
            units=self.units.of_rows(rows),
            figures=self.figures[places],
            links=self.links.of_rows(rows),
        )

    def and_those_of(self, other: Columns) -> Columns:
        """Those of these documents and then of others."""
        return Columns(
            ids=(*self.ids, *other.ids),
            titles=(*self.titles, *other.titles),
            kinds=self.kinds.and_those_of(other.kinds),
            facets={
                facet: self._facet(facet).and_those_of(other._facet(facet))
                for facet in sorted({*self.facets, *other.facets})
            },
            keys={
                name: np.concatenate([self._key(name), other._key(name)])
                for name in sorted({*self.keys, *other.keys})
            },
            metrics=self.metrics.and_those_of(other.metrics),
            units=self.units.and_those_of(other.units),
            figures=np.concatenate([self.figures, other.figures]),
            links=self.links.and_those_of(other.links),
        )

    def _facet(self, facet: str) -> Lists:
        none = np.zeros(len(self.ids), dtype=np.int64)
        return self.facets.get(facet) or Lists(names=(), lengths=none, values=none[:0])

    def _key(self, name: str) -> np.ndarray:
        return self.keys[name] if name in self.keys else np.full(len(self.ids), math.inf)


def write_documents(folder: Path, columns: Columns) -> None:
    """Write everything of documents but their words; they are in the order of their ids."""
    write_strings(folder, "ids", columns.ids)
    write_strings(folder, "titles", columns.titles)
    metrics, units = columns.metrics, columns.units
    named = {
        "kinds": columns.kinds.names,
        "units": units.names,
        "keys": [TITLE, *columns.keys],
        "facets": {facet: lists.names for facet, lists in columns.facets.items()},
    }
    write_array(folder, "kind", columns.kinds.values.astype(np.uint16))
    for number, lists in enumerate(columns.facets.values()):
        _write_facet(folder, number, lists)
    _write_keys(folder, columns)
    rows = np.repeat(np.arange(len(columns.ids)), metrics.lengths)
    order = np.argsort(metrics.values, kind="stable")
    figures = np.column_stack([rows, units.values, columns.figures])[order]
    write_array(folder, "figures", figures.astype(np.float64))
    ends = np.cumsum(np.bincount(metrics.values, minlength=len(metrics.names))).tolist()
    named["metrics"] = {
        metric: [begin, end]
        for metric, begin, end in zip(metrics.names, [0, *ends], ends, strict=False)
    }
    _write_links(folder, columns)
    text = json.dumps(named, ensure_ascii=False, indent=1)
    (folder / _INDEX_FILE).write_text(text + "\n", encoding="utf-8")


def _write_facet(folder: Path, number: int, lists: Lists) -> None:
    starts = starts_of(lists.lengths)
    rows = np.repeat(np.arange(len(lists.lengths)), lists.lengths)
    write_array(folder, f"facet-{number}-starts", starts.astype(np.uint32))
    write_array(folder, f"facet-{number}-rows", rows.astype(np.uint32))
    write_array(folder, f"facet-{number}-values", lists.values.astype(np.uint16))


def _write_keys(folder: Path, columns: Columns) -> None:
    folded = [title.casefold() for title in columns.titles]
    titles = np.empty(len(folded))
    titles[sorted(range(len(folded)), key=folded.__getitem__)] = np.arange(len(folded))
    write_array(folder, "key-0", titles)
    for number, values in enumerate(columns.keys.values(), 1):
        write_array(folder, f"key-{number}", values)


def _write_links(folder: Path, columns: Columns) -> None:
    """Write where documents lead to, and which of them are linked.

    Links count both ways, each once; what leads to no document is left out of them.
    """
    links, n = columns.links, len(columns.ids)
    write_strings(folder, "leads-names", links.names)
    write_array(folder, "leads-starts", starts_of(links.lengths).astype(np.uint32))
    write_array(folder, "leads", links.values.astype(np.uint32))
    rows = {document_id: row for row, document_id in enumerate(columns.ids)}
    known = np.array([rows.get(name, -1) for name in links.names], dtype=np.int64)
    begins, ends = np.repeat(np.arange(n), links.lengths), known[links.values]
    counts = (ends >= 0) & (ends != begins)
    begins, ends = begins[counts], ends[counts]
    pairs = np.unique(np.concatenate([begins * n + ends, ends * n + begins]))
    lengths = np.bincount(pairs // max(1, n), minlength=n)
    write_array(folder, "links-starts", starts_of(lengths).astype(np.uint32))
    write_array(folder, "links", (pairs % max(1, n)).astype(np.uint32))
