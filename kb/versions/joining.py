"""Two stores of versions as one: what a backup holds, and what has been kept since.

Nothing of either is lost. Where both have a version, the one that can be read is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

from kb.model.case_versions import Entry
from kb.versions.layers import Layer, LayerWriter

_T = TypeVar("_T")


def joined(
    earlier: Sequence[_T],
    later: Sequence[_T],
    *,
    same: Callable[[_T], Hashable],
    when: Callable[[_T], str],
) -> list[_T]:
    """Two tellings of one history as one, in which each keeps its order.

    Args:
        earlier: the one that most likely ends first.
        later: the other one.
        same: what is alike of two items that tell the same; the earlier one's is taken.
        when: the time of an item, by which two stretches that both tell something else are put
            in order. Where a clock was set back, the orders that were told hold.
    """
    a, b = [same(one) for one in earlier], [same(one) for one in later]
    result: list[_T] = []
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    for kind, begin_a, end_a, begin_b, end_b in matcher.get_opcodes():
        first, second = earlier[begin_a:end_a], later[begin_b:end_b]
        result += first if kind == "equal" else _by_time(first, second, when)
    return result


def _by_time(first: Sequence[_T], second: Sequence[_T], when: Callable[[_T], str]) -> Iterator[_T]:
    """Two stretches as one: each in its own order, the earlier of the two heads first."""
    waiting, others = list(first), list(second)
    while waiting and others:
        yield (waiting if when(waiting[0]) <= when(others[0]) else others).pop(0)
    yield from (*waiting, *others)


def join_layers(earlier: Sequence[Layer], later: Sequence[Layer], writer: LayerWriter) -> None:
    """Write the layers of two stores as one.

    Args:
        earlier: those of the store that most likely ends first, the oldest first.
        later: those of the other one.
        writer: of the layer that is to hold all.

    Raises:
        SnapshotCorrupt: a layer cannot be read from end to end.
    """
    every = [*later, *earlier]
    for digest in sorted({digest for layer in every for digest in layer.digests()}):
        having = [layer for layer in every if digest in layer]
        sound = next((layer for layer in having if layer.is_sound(digest)), having[0])
        writer.add_line(digest, sound.line(digest))
    before, since = _histories(earlier), _histories(later)
    for case_id in sorted({*before, *since}):
        both = (before.get(case_id, ()), since.get(case_id, ()))
        for entry in joined(*both, same=lambda one: one.digest, when=lambda one: one.day):
            writer.tell(case_id, entry)


def _histories(layers: Sequence[Layer]) -> dict[str, tuple[Entry, ...]]:
    """What is told of every case: each version where it begins."""
    told: dict[str, list[Entry]] = {}
    for layer in layers:
        for case_id, entries in layer.all_entries().items():
            so_far = told.setdefault(case_id, [])
            for entry in entries:
                if not so_far or so_far[-1].digest != entry.digest:
                    so_far.append(entry)
    return {case_id: tuple(entries) for case_id, entries in told.items()}
