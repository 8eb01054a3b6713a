"""How a figure in a unit is written, told by an example: ``A$30 a year``, ``30% of firms``.

The example is the property ``written`` of a unit. One of 30 is enough to know what stands
before a figure, what right after it, and which words follow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from kb.model.taxonomy import Term

EXAMPLE = "30"
_WRITTEN = re.compile(
    rf"(?P<before>[^\d]{{0,6}}|1:){EXAMPLE}(?P<after>[^\d\s]*)(?: (?P<words>\S.*))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What stands around a figure: ``before`` and ``after`` touch it, ``words`` follow.

    ``one`` are the words after a single one.
    """

    before: str = ""
    after: str = ""
    words: str = ""
    one: str = ""


@lru_cache(maxsize=256)
def read_written(example: str) -> Writing | None:
    """What an example shows, None if it is not one: it must hold the figure 30, once."""
    match = _WRITTEN.fullmatch(example)
    if match is None:
        return None
    words = match["words"] or ""
    return Writing(before=match["before"], after=match["after"], words=words, one=words)


def writing(unit: Term) -> Writing:
    """How figures in a unit are written; without an example the label follows the figure."""
    if unit.written and (shown := read_written(unit.written)) is not None:
        return shown
    singular = unit.singular or unit.label.removesuffix("s")
    return Writing(words=unit.label, one=singular)
