"""Words of other languages as a snapshot keeps them, mapped: workers share what they read of them.

A glossary of some thousand terms has some hundred thousand forms, of which a query asks for some
hundred. As objects of Python all of them took every worker tens of megabytes, and every start the
time to make them.

The forms lie in order, language by language. One is found by its *hash*, CRC-32 that begins with
the number of its language: at the lowest bits of it, or at the next places, ``slots`` has the
numbers of forms, from 1 on, up to a place that is free. Whether a phrase may begin with a word,
``beginnings`` says at the lowest bits of the same hash of the word: most words begin none.
"""

from __future__ import annotations

import hashlib
import shutil
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, overload

import numpy as np
from pydantic_core import to_json

from kb.engine.local.arrays import Strings, read_array, starts_of, write_array, write_strings
from kb.errors import SnapshotCorrupt
from kb.model.word_table import FormsInOrder, WordTable, beginnings_of, longest_of

#: So many places there are for each form, at least: most of what is none is told by one look.
_ROOM = 2
#: And for each word with which a phrase begins: of so many others about one is taken for such.
_ROOM_OF_BEGINNINGS = 8
#: The digest of what the table was made of.
_MADE_OF = "made-of"


def write_word_table(folder: Path, table: WordTable, *, earlier: Path | None = None) -> None:
    """Write a table into a new folder.

    Args:
        folder: the new one.
        table: what is written.
        earlier: where one was written by the same code. It is copied where it is the same, which
            takes a tenth of the time.
    """
    folder.mkdir()
    digest = digest_of(table)
    if earlier is not None and _made_of(earlier) == digest:
        for path in sorted(earlier.iterdir()):
            # Copied, not linked: damage to one file must not reach another snapshot.
            shutil.copyfile(path, folder / path.name)
        return
    write_array(folder, _MADE_OF, np.frombuffer(digest, dtype=np.uint8))
    write_strings(folder, "languages", table.forms)
    in_order = [sorted(forms) for forms in table.forms.values()]
    write_array(folder, "begins", starts_of(np.array([*map(len, in_order)], dtype=np.int64)))
    write_array(folder, "longest", np.array([*map(longest_of, in_order)], dtype=np.int64))
    write_strings(folder, "forms", (form for forms in in_order for form in forms))
    groups = [
        forms[form]
        for forms, ordered in zip(table.forms.values(), in_order, strict=True)
        for form in ordered
    ]
    write_array(folder, "groups", np.array(groups, dtype=np.uint32))
    hashes = [
        zlib.crc32(form.encode(), number) for number, forms in enumerate(in_order) for form in forms
    ]
    write_array(folder, "hashes", np.array(hashes, dtype=np.uint32))
    write_array(folder, "slots", _slots_of(np.array(hashes, dtype=np.int64)))
    write_array(folder, "beginnings", _beginnings(in_order))
    lengths = np.array([*map(len, table.meanings)], dtype=np.int64)
    write_array(folder, "group-starts", starts_of(lengths))
    write_strings(folder, "terms", (term for group in table.meanings for term in group))


def digest_of(table: WordTable) -> bytes:
    """SHA-256 over everything that a table says, in its order."""
    return hashlib.sha256(to_json(table.as_json())).digest()


def _made_of(folder: Path) -> bytes:
    """The digest of the table that was written into a folder; empty where it is not known."""
    if not (folder / f"{_MADE_OF}.npy").is_file():
        return b""
    return read_array(folder, _MADE_OF, "uint8", shape=(32,)).tobytes()


def _slots_of(hashes: np.ndarray) -> np.ndarray:
    """By the lowest bits of a hash the number of its form, from 1 on; the next free place.

    Args:
        hashes: of the forms, int64.

    Returns:
        uint32; how many is a power of two. A place that is free has 0.
    """
    last = _last_place(_ROOM * len(hashes))
    slots = np.zeros(last + 1, dtype=np.uint32)
    left, at = np.arange(len(hashes)), hashes & last
    while len(left):
        free = slots[at] == 0
        # Of those that want one place the first in order gets it.
        at_once, first = np.unique(at[free], return_index=True)
        slots[at_once] = left[free][first] + 1
        other = slots[at] != left + 1
        left, at = left[other], (at[other] + 1) & last
    return slots


def _beginnings(by_language: Sequence[Sequence[str]]) -> np.ndarray:
    """1 at the place of each word with which a phrase begins: uint8.

    How many places there are is a power of two.
    """
    hashes = [
        zlib.crc32(word.encode(), number)
        for number, forms in enumerate(by_language)
        for word in beginnings_of(forms)
    ]
    last = _last_place(_ROOM_OF_BEGINNINGS * len(hashes))
    beginnings = np.zeros(last + 1, dtype=np.uint8)
    beginnings[np.array(hashes, dtype=np.int64) & last] = 1
    return beginnings


def _last_place(fewest: int) -> int:
    """The last of at least so many places, if these are a power of two: all its bits are set."""
    return (1 << fewest.bit_length()) - 1


def read_word_table(folder: Path) -> WordTable:
    """Map what ``write_word_table`` wrote.

    Raises:
        SnapshotCorrupt: a file is missing or does not go with the others.
    """
    languages = [*Strings.read(folder, "languages")]
    n_languages = len(languages)
    begins = read_array(folder, "begins", "int64", shape=(n_languages + 1,)).tolist()
    longest = read_array(folder, "longest", "int64", shape=(n_languages,)).tolist()
    kept = _Kept(folder)
    meanings = _Meanings(folder)
    if begins[0] != 0 or begins[-1] != len(kept) or begins != sorted(begins):
        raise SnapshotCorrupt(f"{folder / 'begins'}.npy does not hold what it should.")
    forms = {
        language: KeptForms(kept, number, begin, end, longest[number])
        for number, (language, (begin, end)) in enumerate(
            zip(languages, pairwise(begins), strict=True)
        )
    }
    return WordTable(meanings=meanings, forms=forms)


class _Kept:
    """The forms of all languages, with their hashes and the places of their groups."""

    def __init__(self, folder: Path) -> None:
        self.starts = read_array(folder, "forms-starts", "uint64", shape=(None,))
        self.letters = read_array(folder, "forms-letters", "uint8", shape=(None,))
        if not len(self.starts) or self.starts[0] != 0 or self.starts[-1] != len(self.letters):
            raise SnapshotCorrupt(f"{folder / 'forms'}-starts.npy does not hold what it should.")
        shape = (len(self),)
        groups = read_array(folder, "groups", "uint32", shape=shape)
        hashes = read_array(folder, "hashes", "uint32", shape=shape)
        slots = read_array(folder, "slots", "uint32", shape=(None,))
        if not len(slots) > _ROOM * len(self) - 1 or not _is_power_of_two(len(slots)):
            raise SnapshotCorrupt(f"{folder / 'slots'}.npy does not hold what it should.")
        beginnings = read_array(folder, "beginnings", "uint8", shape=(None,))
        if not _is_power_of_two(len(beginnings)):
            raise SnapshotCorrupt(f"{folder / 'beginnings'}.npy does not hold what it should.")
        # A memoryview gives numbers of Python, at a third of what an array takes for one.
        self._starts, self._letters = memoryview(self.starts), memoryview(self.letters)
        self._groups, self._hashes = memoryview(groups), memoryview(hashes)
        self._slots, self._beginnings = memoryview(slots), memoryview(beginnings)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def group_of(self, form: str, language: int) -> int | None:
        """The place of the group of a form in the language of a number; None for what is none."""
        letters = form.encode(errors="surrogatepass")  # half a sign is typed, and is none
        sought = zlib.crc32(letters, language)
        last = len(self._slots) - 1
        at = sought & last
        while number := self._slots[at]:
            if self._hashes[number - 1] == sought:
                begin, end = self._starts[number - 1], self._starts[number]
                if self._letters[begin:end] == letters:
                    return self._groups[number - 1]
            at = (at + 1) & last
        return None

    def may_begin(self, word: str, language: int) -> bool:
        """Whether a phrase in the language of a number may begin with a word."""
        sought = zlib.crc32(word.encode(errors="surrogatepass"), language)
        return bool(self._beginnings[sought & (len(self._beginnings) - 1)])


def _is_power_of_two(number: int) -> bool:
    return number > 0 and not number & (number - 1)


class KeptForms(FormsInOrder):
    """The forms of a language, looked up where they lie."""

    def __init__(self, kept: _Kept, language: int, begin: int, end: int, longest: int) -> None:
        """They are those from ``begin`` to before ``end``; ``longest`` as the base tells it."""
        self._kept, self._language = kept, language
        self.in_order = Strings(kept.letters, kept.starts[begin : end + 1])
        self.longest = longest

    def __getitem__(self, form: str) -> int:
        group = self._kept.group_of(form, self._language)
        if group is None:
            raise KeyError(form)
        return group

    @overload
    def get(self, form: str, default: None = None, /) -> int | None: ...
    @overload
    def get(self, form: str, default: Any, /) -> Any: ...
    def get(self, form: str, default: Any = None, /) -> Any:
        """The place of the group of a form; without an error on the way, as most are none."""
        group = self._kept.group_of(form, self._language)
        return default if group is None else group

    def may_begin(self, word: str) -> bool:
        """Whether a phrase may begin with a word."""
        return self._kept.may_begin(word, self._language)

    def __contains__(self, form: object) -> bool:
        return isinstance(form, str) and self.get(form) is not None

    def __iter__(self) -> Iterator[str]:
        return iter([self.in_order[at] for at in range(len(self))])

    def __len__(self) -> int:
        return len(self.in_order)


class _Meanings(Sequence[tuple[str, ...]]):
    """The groups of English terms."""

    def __init__(self, folder: Path) -> None:
        self._terms = Strings.read(folder, "terms")
        self._starts = read_array(folder, "group-starts", "int64", shape=(None,))
        if not len(self._starts) or self._starts[-1] != len(self._terms):
            raise SnapshotCorrupt(f"{folder / 'group-starts'}.npy does not hold what it should.")

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, at: int) -> tuple[str, ...]:  # type: ignore[override] - no slices
        if not 0 <= at < len(self):
            raise IndexError(at)
        return tuple(self._terms[term] for term in range(self._starts[at], self._starts[at + 1]))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None
