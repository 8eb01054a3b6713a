"""YAML text to plain values that still know their lines.

PyYAML reads YAML 1.1, in which ``NO`` is false, ``010`` is 8 and ``1.10`` is
1.1; none of these is what an author of a case means by the country Norway. Here
the scalars follow the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/
#103-core-schema) without dates: true/false, null, decimal numbers, text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

#: A document with more nodes than this is refused: aliases of aliases can
#: describe billions of them in a few lines.
MAX_NODES = 50_000

_TAG = "tag:yaml.org,2002:"


class _CoreLoader(yaml.SafeLoader):
    """Safe loader with the scalars of YAML 1.2's core schema."""


_CoreLoader.yaml_implicit_resolvers = {}
for _name, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+$", list("-+0123456789")),
):
    _CoreLoader.add_implicit_resolver(_TAG + _name, re.compile(_pattern), _first)


class YamlTrouble(Exception):
    """The text is not YAML that can be used; ``line`` is 1-based in the text."""

    def __init__(self, message: str, line: int) -> None:
        self.line = line
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Plain values with the line of each.

    ``lines`` maps a path, such as ``("results", 0, "unit")``, to the 1-based line
    of that key or item; ``()`` is the line of the whole. ``repeated`` lists the
    paths of keys given a second time, with the line of the repetition.
    """

    value: Any
    lines: Mapping[tuple[str | int, ...], int]
    repeated: tuple[tuple[tuple[str | int, ...], int], ...] = ()

    def line(self, *path: str | int) -> int:
        """The line of ``path``, or of the nearest thing around it that has one."""
        for end in range(len(path), -1, -1):
            found = self.lines.get(path[:end])
            if found is not None:
                return found
        return 1


@dataclass(slots=True)
class _Reader:
    loader: _CoreLoader
    first_line: int
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)
    repeated: list[tuple[tuple[str | int, ...], int]] = field(default_factory=list)
    nodes: int = 0

    def read(self, node: yaml.Node, path: tuple[str | int, ...]) -> Any:
        line = node.start_mark.line + self.first_line
        self.lines.setdefault(path, line)
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise YamlTrouble(f"has more than {MAX_NODES} values; shorten it", line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, i)) for i, item in enumerate(node.value)]
        return self._scalar(node, line)

    def _mapping(self, node: yaml.MappingNode, path: tuple[str | int, ...]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + self.first_line
            if not isinstance(key_node, yaml.ScalarNode):
                raise YamlTrouble("has a key that is not plain text", line)
            key = key_node.value
            if key in values:
                self.repeated.append(((*path, key), line))
                continue
            self.lines[(*path, key)] = line
            values[key] = self.read(value_node, (*path, key))
        return values

    def _scalar(self, node: yaml.Node, line: int) -> Any:
        try:
            return self.loader.construct_object(node)
        except yaml.YAMLError as err:
            raise YamlTrouble(f"has a tag that is not allowed: {node.tag}", line) from err
        except ValueError as err:
            message = f"has a value that cannot be read: {node.value[:40]!r}"
            raise YamlTrouble(message, line) from err


def read_yaml(text: str, *, first_line: int = 1) -> Located:
    """Read one YAML document.

    Args:
        text: the YAML.
        first_line: the line of the file on which ``text`` begins.

    Returns:
        The values with their lines in the file. An empty text gives None.

    Raises:
        YamlTrouble: the text is not YAML, refers to itself, carries a tag that
            would build an object, or is too large or too deep. The line is that
            of the file.
    """
    loader = None
    try:
        loader = _CoreLoader(text)
        node = loader.get_single_node()
        if node is None:
            return Located(value=None, lines={(): first_line})
        reader = _Reader(loader, first_line)
        value = reader.read(node, ())
    except yaml.MarkedYAMLError as err:
        mark = err.problem_mark or err.context_mark
        line = mark.line + first_line if mark else first_line
        raise YamlTrouble(f"is not YAML: {_plain(err)}", line) from err
    except yaml.YAMLError as err:  # a character that YAML does not allow
        raise YamlTrouble(f"is not YAML: {str(err).splitlines()[0]}", first_line) from err
    except RecursionError as err:
        raise YamlTrouble("is nested too deeply, or refers to itself", first_line) from err
    finally:
        if loader is not None:
            loader.dispose()
    return Located(value=value, lines=reader.lines, repeated=tuple(reader.repeated))


def _plain(err: yaml.MarkedYAMLError) -> str:
    parts = [part for part in (err.context, err.problem) if part]
    text = ", ".join(parts)
    if "mapping values are not allowed" in text:
        return text + " (put quotes around a value that contains ': ')"
    if "cannot start any token" in text:
        return text + " (use spaces, not tabs, and quote a value that starts with a sign)"
    return text
