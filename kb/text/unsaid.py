"""Trades and things that a query asks for by name and no case says.

The vocabulary names them under the sectors and divisions that they belong to. They are told above
an answer, with the sectors nearest to them, and change nothing of what is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kb.model.taxonomy import DIVISIONS, Taxonomy, Term
from kb.text.analysis import Word, stem, tokens, words
from kb.text.mentions import Absent, Mention, Named

_SECTOR = "sector"
#: Nearest sectors that are named.
_MOST_NEAR = 3

#: What stands before those that something is sold to: of these nobody asks for a case.
_ON_THE_WAY = frozenset("to into towards".split())

#: How several of something end, and one of it.
_ENDINGS = (
    ("ies", "y"),
    ("ives", "ife"),
    ("arves", "arf"),
    ("heses", "hesis"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("oes", "o"),
    ("ss", "ss"),
)

#: Who says only what else a trade is about has said it: "they make jam" of jam makers.
_OF_ANY_TRADE = frozenset(
    tokens(
        "builders companies dealers farmers firms fitters growers handlers installers makers "
        "manufacturers merchants operators packers processors producers repairers sellers shops "
        "smokers stores traders vendors workers"
    )
)


@dataclass(slots=True)
class _Name:
    """A trade or a thing, as it is told, and the sectors nearest to it."""

    label: str
    stems: tuple[str, ...]
    nearest: list[Mention] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A name at a place of a text, from ``start`` to ``end``; ``absent`` is None if a case says it.

    ``stems`` are those of the name.
    """

    start: int
    end: int
    stems: tuple[str, ...]
    absent: Absent | None


class Unsaid:
    """Finds what a text asks for and no case says. Immutable; safe to share between threads."""

    def __init__(
        self,
        taxonomy: Taxonomy,
        held: Sequence[str],
        is_said: Callable[[tuple[str, ...], tuple[str, ...]], bool],
    ) -> None:
        """Prepare the names.

        Args:
            taxonomy: whose sectors and divisions have products.
            held: the sectors that have a case.
            is_said: whether a case says the stems of a name one after the other, or has in
                one passage those of them that are its own, which come second. It is asked only
                of what a text names.
        """
        self._is_said = is_said
        self._names: dict[tuple[str, ...], _Name] = {}
        sectors = taxonomy.facet(_SECTOR)
        for term in sectors:
            near = [term] if term.id in held else _of(sectors, term.near, held)
            self._add(term.products, near)
        for term in taxonomy[DIVISIONS]:
            self._add(term.products, _of(sectors, term.near, held))
        self._longest = max(map(len, self._names), default=0)

    def _add(self, products: Iterable[str], near: Sequence[Term]) -> None:
        nearest = [Mention(facet=_SECTOR, value=one.id, label=one.label) for one in near]
        for plural in products:
            name = self._names.get(_forms_of(plural)) or _Name(plural, tokens(plural))
            name.nearest += [one for one in nearest if one not in name.nearest]
            for forms in (_forms_of(plural), _forms_of(_one_of(plural))):
                self._names.setdefault(forms, name)

    def read(self, text: str, groups: Sequence[Sequence[str]] = ()) -> tuple[Asked, ...]:
        """Every place of a text that names one, longest names first taken, in order.

        A word of another language may mean several things: it asks for what no case says only if
        none of its meanings is said.

        Args:
            text: in English.
            groups: the meanings of each word that it was translated from.
        """
        found = tuple(self._read(text))
        if not any(one.absent for one in found):
            return found
        doubtful = {tokens(term) for group in groups for term in self._doubtful(group)}
        return tuple(one for one in found if not (one.absent and one.stems in doubtful))

    def _doubtful(self, group: Sequence[str]) -> Sequence[str]:
        """The meanings of a word, if one of them is no name, or is said."""
        if len(group) < 2:
            return ()
        alone = [tuple(self._read(term)) for term in group]
        return () if all(one and one[0].absent for one in alone) else group

    def _read(self, text: str) -> Iterator[Asked]:
        counted = [word for word in words(text) if stem(word.form)]
        at = 0
        while at < len(counted):
            length = 1
            for n in range(min(self._longest, len(counted) - at), 0, -1):
                part = counted[at : at + n]
                name = self._names.get(tuple(word.form for word in part))
                if name is not None:
                    yield self._asked(text, part, name)
                    length = n
                    break
            at += length

    def _asked(self, text: str, part: Sequence[Word], name: _Name) -> Asked:
        start, end = part[0].start, part[-1].end
        own = tuple(one for one in name.stems if one not in _OF_ANY_TRADE) or name.stems
        before = words(text[:start])
        is_buyer = bool(before) and before[-1].form in _ON_THE_WAY
        is_said = is_buyer or self._is_said(name.stems, own)
        absent = Absent(
            facet=_SECTOR, value="", label=name.label, nearest=tuple(name.nearest[:_MOST_NEAR])
        )
        return Asked(start=start, end=end, stems=name.stems, absent=None if is_said else absent)


def told(named: Iterable[Named], asked: Sequence[Asked]) -> tuple[Absent, ...]:
    """What is absent of a text, each once, in order: of names that overlap the longer one.

    Args:
        named: what ``MentionFinder`` reads.
        asked: what ``Unsaid`` reads of the same text.
    """
    places = [
        (place.start, place.absent)
        for place in named
        if not any(
            one.start <= place.start
            and place.end <= one.end
            and (one.start, one.end) != (place.start, place.end)
            for one in asked
        )
    ]
    places += [(one.start, (one.absent,)) for one in asked if one.absent is not None]
    in_order = sorted(places, key=lambda place: place[0])
    return tuple({one.label: one for _, several in in_order for one in several}.values())


def _of(sectors: Iterable[Term], ids: Sequence[str], held: Sequence[str]) -> list[Term]:
    by_id: Mapping[str, Term] = {term.id: term for term in sectors}
    return [by_id[one] for one in ids if one in held and one in by_id]


def _forms_of(name: str) -> tuple[str, ...]:
    return tuple(word.form for word in words(name) if stem(word.form))


def _one_of(name: str) -> str:
    """One of several by the name of these, as English mostly ends it; the same of no several."""
    for several, one in _ENDINGS:
        if name.endswith(several):
            return name.removesuffix(several) + one
    return name.removesuffix("s")
