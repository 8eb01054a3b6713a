"""What a page did not understand of its address, and what may have been meant, as links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.model.taxonomy import Taxonomy
from web.core.params import ALONE, REPEATED, UNKNOWN, Read, Wrong
from web.core.urls import this_url
from web.core.values import for_readers
from web.words.lists import shortened

#: From here a message lists what stands under the notice as links.
_LISTED = re.compile(r" (?:Did you mean|Allowed are|The nearest ids are) ")
#: More values than this are folded away.
MANY = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One part of the address: a sentence, and the same address mended, as (address, words).

    ``nearest`` may have been meant, ``others`` is everything else that is understood there.
    """

    words: str
    nearest: tuple[tuple[str, str], ...] = ()
    others: tuple[tuple[str, str], ...] = ()

    @property
    def is_long(self) -> bool:
        """Whether there is so much else that it is folded away."""
        return len(self.others) > MANY


def notices(
    read: Read, taxonomy: Taxonomy, names: Mapping[str, str] | None = None
) -> tuple[Notice, ...]:
    """What is wrong with an address, in the order in which it was found.

    Args:
        read: the address.
        taxonomy: the vocabulary, which gives the values their labels.
        names: value to label where it does not.
    """
    return tuple(notice(one, taxonomy, names or {}) for one in read.wrong)


def unknown_names(read: Read, taxonomy: Taxonomy) -> tuple[Notice, ...]:
    """What was left out and breaks nothing, for a page that tells each wrong value at its field."""
    return tuple(notice(one, taxonomy, {}) for one in read.wrong if one.rule in (UNKNOWN, ALONE))


def wrong_values(read: Read) -> Mapping[str, Wrong]:
    """Parameters whose value is not understood, to the first thing that is wrong with it."""
    return {one.name: one for one in reversed(read.wrong) if one.rule not in (UNKNOWN, ALONE)}


def notice(wrong: Wrong, taxonomy: Taxonomy, names: Mapping[str, str]) -> Notice:
    """One part that was not understood, in words."""
    if wrong.rule == UNKNOWN:
        given = shortened(wrong.given)
        return Notice(
            words=f"“{wrong.name}={given}” in the address is not understood and was left out."
            + ("" if wrong.nearest else _taken(wrong.error.allowed)),
            nearest=tuple(
                (this_url(wrong.name, None, new_name=name), f"{name}={given}")
                for name in wrong.nearest
            ),
        )
    said = for_readers(_LISTED.split(str(wrong.error))[0])
    if wrong.rule == REPEATED:
        said = said.removesuffix("; choose one.") + "."
    others = [one for one in wrong.error.allowed if one not in wrong.nearest]
    return Notice(
        words=f"{said} {wrong.instead}",
        nearest=tuple(_links(wrong, wrong.nearest, taxonomy, names)),
        others=tuple(_links(wrong, others, taxonomy, names)),
    )


def _taken(names: Sequence[str]) -> str:
    """Which names a page takes in its address, for one that is like none of them."""
    if not names:
        return " This page takes nothing there."
    more = f" and {len(names) - MANY} more" if len(names) > MANY else ""
    return f" This page takes {', '.join(names[:MANY])}{more}."


def _links(
    wrong: Wrong, values: Iterable[str], taxonomy: Taxonomy, names: Mapping[str, str]
) -> Iterable[tuple[str, str]]:
    for value in values:
        given = None if wrong.rule == REPEATED else wrong.given
        label = wrong.values.label(value, taxonomy) if wrong.values else value
        yield this_url(wrong.name, given, new_value=value), names.get(value) or shortened(label)
