"""LanceDB: vectors and full text in one table, joined by its reciprocal ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import pyarrow as pa
from lancedb.index import FTS, IvfPq

from at_scale.peers import harness

#: From so many rows on its documents advise an index over the vectors.
_INDEX_FROM = 100_000


class LanceDB:
    """A table of passages."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._table: Any = None

    def build(self, rows: Sequence[Mapping[str, str]], vectors: np.ndarray) -> None:
        """Write the table and its index of words; of vectors where there are many."""
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        fixed = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), vectors.shape[1])
        table = pa.table({**columns, "vector": fixed})
        made = lancedb.connect(str(self._store)).create_table("passages", table, mode="overwrite")
        made.create_index("text", config=FTS())
        if len(rows) >= _INDEX_FROM:
            made.create_index("vector", config=IvfPq(distance_type="cosine"))

    def open(self) -> None:
        """Open the table."""
        self._table = lancedb.connect(str(self._store)).open_table("passages")

    def search(
        self, text: str, vector: np.ndarray, where: Mapping[str, str], limit: int
    ) -> Sequence[str]:
        """Both searches under the filter, and their ranks joined."""
        query = self._table.search(query_type="hybrid").vector(vector).text(text)
        if where:
            parts = [f"countries like '%,{where['country']},%'"]
            if "project" in where:
                parts.append(f"projects like '%,{where['project']},%'")
            query = query.where(" and ".join(parts), prefilter=True)
        return query.limit(limit).to_arrow()["id"].to_pylist()

    def encode(self, text: str) -> object:
        """It is given vectors."""
        return None


if __name__ == "__main__":
    harness.main(LanceDB)
