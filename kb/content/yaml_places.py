"""Where every value and every name of a YAML text stands, to the column.

This takes longer than reading the values, so it is asked only when there is something to tell.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml

#: libyaml's is nine times as fast, and marks the same places.
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
#: More values than any file that was read has; aliases can describe more.
_MOST = 60_000

#: Where a value stands among the others: names of fields, and positions in lists from 0.
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of a text, by offsets in characters; ``end`` is behind it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How something stands in the text.

    Attributes:
        value: the stretch of the value.
        key: that of its name; None for an item of a list and for the whole.
        style: ``"`` or ``'`` for text in quotes, ``|`` or ``>`` for a block, else empty.
        is_scalar: whether it is no list and no mapping.
        in_flow: whether it stands in brackets or braces.
    """

    value: Stretch
    key: Stretch | None
    style: str
    is_scalar: bool
    in_flow: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Every place of a text.

    Attributes:
        standing: by the path of the value; of a name that is given twice the first.
        again: names that are given again, in their order.
    """

    standing: Mapping[Place, Standing]
    again: tuple[tuple[Place, Standing], ...]


@lru_cache(maxsize=8)  # each problem of a file asks again
def places_of(text: str) -> Places:
    """The places of a text; none where it is no YAML or too deep."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, ValueError, RecursionError):
        root = None
    walk = _Walk(text)
    if root is not None:
        try:
            walk.add(root, (), None, in_flow=False)
        except (RecursionError, _TooMany):  # it refers to itself
            walk = _Walk("")
    return Places(standing=walk.standing, again=tuple(walk.again))


class _TooMany(Exception):
    """The text has more values than can be told of."""


@dataclass(slots=True)
class _Walk:
    text: str
    standing: dict[Place, Standing] = field(default_factory=dict)
    again: list[tuple[Place, Standing]] = field(default_factory=list)

    def add(self, node: Any, path: Place, key: Any, *, in_flow: bool) -> None:
        standing = self._standing(node, key, in_flow=in_flow)
        if path in self.standing:
            self.again.append((path, standing))
            return
        self.standing[path] = standing
        if len(self.standing) > _MOST:
            raise _TooMany
        inside = in_flow or bool(getattr(node, "flow_style", False))
        if isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                self.add(value, (*path, str(name.value)), name, in_flow=inside)
        elif isinstance(node, yaml.SequenceNode):
            for position, item in enumerate(node.value):
                self.add(item, (*path, position), None, in_flow=inside)

    def _standing(self, node: Any, key: Any, *, in_flow: bool) -> Standing:
        is_scalar = isinstance(node, yaml.ScalarNode)
        return Standing(
            value=self._stretch(node),
            key=None if key is None else self._stretch(key),
            style=(node.style or "") if is_scalar else "",
            is_scalar=is_scalar,
            in_flow=in_flow,
        )

    def _stretch(self, node: Any) -> Stretch:
        start, end = node.start_mark.index, node.end_mark.index
        blank = len(self.text[start:end]) - len(self.text[start:end].rstrip())
        return Stretch(start=start, end=max(start, end - blank))


class Lines:
    """Where the lines of a text begin, as editors count them: at the line feed alone."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def start(self, line: int) -> int:
        """The offset at which a line begins."""
        return self._starts[line - 1]

    def __len__(self) -> int:
        return len(self._starts)


def written(value: str, *, in_flow: bool, style: str = "") -> str:
    """A text as YAML writes it on one line: without quotes where that is read as the same text.

    Args:
        value: the text.
        in_flow: whether it stands in brackets or braces.
        style: the quotes that it had, which are kept.
    """
    if style != '"' and style != "'" and _is_plain(value, in_flow=in_flow):
        return value
    if style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return yaml.dump(
        value, Dumper=yaml.SafeDumper, default_style='"', allow_unicode=True, width=10**6
    ).rstrip("\n")


def _is_plain(value: str, *, in_flow: bool) -> bool:
    text = f"[{value}]" if in_flow else f"a: {value}"
    try:
        read = yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError:
        return False
    same = read == ([value] if in_flow else {"a": value})
    return same and not _MEANS_ELSE.fullmatch(value)


#: What a text without quotes would be taken for.
_MEANS_ELSE = re.compile(r"|~|null|true|false|[-+]?[0-9.][0-9._]*", re.IGNORECASE)
