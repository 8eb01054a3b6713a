"""Words as texts write them, by the stems that they are read as; remembered by the process.

Whoever shows where the words of a query stand looks at every word of every text that it shows.
What a word says by itself is the same for every query, so it is found out once, whatever is
asked: what is left for a query is which of its stems a text has, a look-up for each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from threading import Lock

from kb.text.analysis import FIRST_OF_NAMES, LEADING, plain, terms

#: So many words are kept, then all are forgotten: a text of a page has a few hundred.
MOST_WORDS = 50_000


class Surface:
    """Words as they are written, what each is read as alone, and how it may be read otherwise.

    ``known`` are the words that were read; ``places`` has the number of each, and ``words`` them
    by these, from 0. ``leading`` has of those that may be read together
    with what follows the plain form. ``numbers`` begin with a digit. Safe between threads: a word
    is in ``known`` after it is everywhere else.
    """

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self.known = self.places.keys()
        self.words: list[str] = []
        self.leading: dict[str, str] = {}
        self.numbers: set[str] = set()
        self._by_stem: dict[str, tuple[str, ...]] = {}
        self._by_beginning: dict[str, tuple[str, ...]] = {}
        self._lock = Lock()

    def read(self, words: Iterable[str]) -> None:
        """Read words that are not known yet."""
        with self._lock:
            new = set(words) - self.known
            for word in new:
                form = plain(word)
                for stem in terms(word):
                    self._by_stem[stem] = (*self._by_stem.get(stem, ()), word)
                if form in LEADING:
                    self.leading[word] = form
                if form in FIRST_OF_NAMES:
                    self._by_beginning[form] = (*self._by_beginning.get(form, ()), word)
                if word[0].isdigit():
                    self.numbers.add(word)
                self.words.append(word)
            for place in range(len(self.places), len(self.words)):
                self.places[self.words[place]] = place

    def of_stems(self, stems: Iterable[str], among: Collection[str]) -> set[str]:
        """Those of some known words that one of some stems is made of."""
        return _among(self._by_stem, stems, among)

    def beginning(self, forms: Iterable[str], among: Collection[str]) -> set[str]:
        """Those of some known words whose plain form is one of some that begin a name."""
        return _among(self._by_beginning, forms, among)


def _among(
    table: dict[str, tuple[str, ...]], keys: Iterable[str], among: Collection[str]
) -> set[str]:
    return {word for key in keys for word in table.get(key, ()) if word in among}


_surface = Surface()


def surface() -> Surface:
    """What this process has read; begun anew where it is too much to keep."""
    global _surface
    if len(_surface.known) > MOST_WORDS:
        _surface = Surface()
    return _surface
