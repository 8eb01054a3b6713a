"""Engines over a few documents in a new folder, for what asks one."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import numpy as np

from kb.engine.base import Document, Engine, VectorText
from tests.kb.engine.engines import ENGINES


def engine_in(
    folder: Path,
    documents: Iterable[Document],
    *,
    kind: str = "local",
    **sets: tuple[Sequence[str], np.ndarray],
) -> Engine:
    """An engine over some documents, with vector sets by the owners of the vectors.

    The texts of an owner are numbered in the order of its vectors. ``kind`` is one of ``ENGINES``.
    """
    store = ENGINES[kind](folder)
    writer = store.writer()
    for document in documents:
        writer.write(document)
    for name, (owners, vectors) in sets.items():
        order = sorted(range(len(owners)), key=lambda at: owners[at])  # an owner in one stretch
        writer.write_vectors(name, list(_texts([owners[at] for at in order])), vectors[order])
    writer.publish()
    return store.open()


@contextmanager
def engine_of(documents: Iterable[Document]) -> Iterator[Engine]:
    """The same without vectors, in a folder that goes with it."""
    with tempfile.TemporaryDirectory() as folder:
        yield engine_in(Path(folder) / "engine", documents)


def _texts(owners: Sequence[str]) -> Iterator[VectorText]:
    numbers: Mapping[str, Iterator[int]] = {owner: count() for owner in owners}
    for owner in owners:
        ordinal = next(numbers[owner])
        digest = hashlib.sha256(f"{owner} {ordinal}".encode()).hexdigest()
        yield VectorText(owner=owner, ordinal=ordinal, digest=digest)
