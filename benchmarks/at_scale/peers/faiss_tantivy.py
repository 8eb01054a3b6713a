"""FAISS and tantivy alone, with the least that joins them: what our own engine is made of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import tantivy

from at_scale.peers import harness

#: Ranks are joined as 1 / (60 + rank), over so many of each.
_RANK, _DEPTH = 60, 100


class FaissTantivy:
    """A flat index and an index of words."""

    def __init__(self, store: Path) -> None:
        self._store = store
        schema = tantivy.SchemaBuilder()
        schema.add_unsigned_field("row", stored=True, indexed=True)
        schema.add_text_field("text", tokenizer_name="en_stem")
        schema.add_text_field("facet", tokenizer_name="raw")
        self._schema = schema.build()
        self._vectors: Any = None
        self._words: Any = None
        self._ids: list[str] = []
        self._facets: dict[str, set[int]] = {}

    def build(self, rows: Sequence[Mapping[str, str]], vectors: np.ndarray) -> None:
        """Write both indexes, and the ids with their facets beside them."""
        self._store.mkdir(parents=True, exist_ok=True)
        flat = faiss.IndexFlatIP(vectors.shape[1])
        flat.add(vectors)
        faiss.write_index(flat, str(self._store / "vectors.faiss"))
        words = self._store / "words"
        words.mkdir(exist_ok=True)
        writer = tantivy.Index(self._schema, path=str(words)).writer(num_threads=1)
        for place, row in enumerate(rows):
            document = tantivy.Document(text=row["text"], facet=_facets(row))
            document.add_unsigned("row", place)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        beside = [[row["id"], _facets(row)] for row in rows]
        (self._store / "ids.json").write_text(json.dumps(beside), encoding="utf-8")

    def open(self) -> None:
        """Open both."""
        self._vectors = faiss.read_index(str(self._store / "vectors.faiss"))
        self._words = tantivy.Index(self._schema, path=str(self._store / "words"))
        self._words.reload()
        beside = json.loads((self._store / "ids.json").read_text(encoding="utf-8"))
        self._ids = [row[0] for row in beside]
        for place, (_, facets) in enumerate(beside):
            for facet in facets:
                self._facets.setdefault(facet, set()).add(place)

    def search(
        self, text: str, vector: np.ndarray, where: Mapping[str, str], limit: int
    ) -> Sequence[str]:
        """The best of both under the filter, their ranks joined."""
        depth = max(limit, _DEPTH)
        query = self._words.parse_query_lenient(text, ["text"])[0]
        parameters = None
        if where:
            wanted = [f"{name}={value}" for name, value in where.items()]
            rows = set.intersection(*(self._facets.get(one, set()) for one in wanted))
            selector = faiss.IDSelectorBatch(np.array(sorted(rows), dtype=np.int64))
            parameters = faiss.SearchParameters(sel=selector)
            must = [tantivy.Query.term_query(self._schema, "facet", one) for one in wanted]
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, query), *((tantivy.Occur.Must, one) for one in must)]
            )
        near = self._vectors.search(vector[None, :], depth, params=parameters)[1][0]
        searcher = self._words.searcher()
        worded = [
            searcher.doc(address)["row"][0] for _, address in searcher.search(query, depth).hits
        ]
        scores: dict[int, float] = {}
        for ranked in ([int(row) for row in near if row >= 0], worded):
            for rank, row in enumerate(ranked):
                scores[row] = scores.get(row, 0.0) + 1 / (_RANK + rank)
        best = sorted(scores, key=lambda row: (-scores[row], row))[:limit]
        return [self._ids[row] for row in best]

    def encode(self, text: str) -> object:
        """It is given vectors."""
        return None


def _facets(row: Mapping[str, str]) -> list[str]:
    return [
        f"{name}={value}"
        for name, values in (("country", row["countries"]), ("project", row["projects"]))
        for value in values.strip(",").split(",")
        if value
    ]


if __name__ == "__main__":
    harness.main(FaissTantivy)
