"""Changes of a file that certainly mend a problem: found, tried out, and made.

A change is only proposed after it was tried: what is then read of the text must be what was
meant, and the problem gone without a new one in its place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from kb.content.yaml_places import Lines, Place, Standing, places_of, written
from kb.content.yaml_source import Located, YamlTrouble, read_yaml
from kb.errors import Edit, Fix, Problem
from kb.model.english import quoted

#: So many fixes of a file are tried out; each takes a reading of it.
MOST_TRIED = 40

#: Rules that keep a file from being read: what else is wrong in it comes to light once it is.
_HIDES_OTHERS = ("yaml-syntax",)

_END_OF_LINE = re.compile(r"(\r\n|\r|\n)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """Another value in place of one: a text, a number, true or false, or a list of texts."""

    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """Another name for a field."""

    name: str


@dataclass(frozen=True, slots=True)
class Remove:
    """A field or an item of a list less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Add:
    """A field more in a record."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class RemoveRepeated:
    """The second of two fields of the same name and value less."""


Mend = Write | Rename | Remove | Add | RemoveRepeated


def fix_of(located: Located, place: Place, mend: Mend) -> Fix | None:
    """The edits of a mend, None where it is not certain that they do just that.

    Args:
        located: what was read, with its text.
        place: of the value, or of the record to which a field is added.
        mend: what to do there.
    """
    text = located.text
    change = _change(text, place, mend)
    if change is None:
        return None
    start, end, new, what = change
    try:
        after = read_yaml(text[:start] + new + text[end:], first_line=located.first_line)
    except YamlTrouble:
        return None
    if repr(after.value) != repr(_meant(located.value, place, mend)):
        return None
    lines = Lines(text)
    (line, column), (end_line, end_column) = lines.place(start), lines.place(end)
    before = located.first_line - 1
    edit = Edit(
        line=line + before,
        column=column,
        end_line=end_line + before,
        end_column=end_column,
        text=new,
    )
    return Fix(what=what, edits=(edit,))


def _meant(value: Any, place: Place, mend: Mend) -> Any:
    """What should be read after a mend."""
    if isinstance(mend, RemoveRepeated):
        return value
    root = deepcopy(value)
    if isinstance(mend, Add):
        around = _under(root, place)
        around[mend.name] = mend.value
        return root
    *way, last = place
    around = _under(root, way)
    if isinstance(mend, Write):
        around[last] = mend.value
    elif isinstance(mend, Remove):
        del around[last]
    else:
        items = [(mend.name if name == last else name, part) for name, part in around.items()]
        around.clear()
        around.update(items)
    return root


def _under(value: Any, way: Sequence[str | int]) -> Any:
    for step in way:
        value = value[step]
    return value


#: Where a change begins and ends in a text, what stands there then, and what it does in words.
_Change = tuple[int, int, str, str]


def _change(text: str, place: Place, mend: Mend) -> _Change | None:
    places = places_of(text)
    if isinstance(mend, RemoveRepeated):
        return _without_repeated(text, place)
    at = places.standing.get(place)
    if at is None:
        return None
    if isinstance(mend, Add):
        return _with_field(text, place, at, mend)
    if isinstance(mend, Rename):
        if at.key is None:
            return None
        return at.key.start, at.key.end, mend.name, f"call it {quoted(mend.name)}"
    if isinstance(mend, Write):
        if not at.is_scalar or at.style in ("|", ">"):
            return None
        new = _spelled(mend.value, at)
        return at.value.start, at.value.end, new, f"write {new}"
    return _without(text, place, at)


def _spelled(value: Any, at: Standing) -> str:
    if isinstance(value, list):
        return f"[{', '.join(written(str(item), in_flow=True) for item in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return written(value, in_flow=at.in_flow, style=at.style)
    return str(value)


def _without(text: str, place: Place, at: Standing) -> _Change | None:
    what = "take it out"
    if at.in_flow:
        return _out_of_flow(text, place, at, what)
    start = at.value.start if at.key is None else at.key.start
    return _whole_lines(text, start, at.value.end, is_item=at.key is None, what=what)


def _whole_lines(text: str, start: int, end: int, *, is_item: bool, what: str) -> _Change | None:
    """The lines of a field or an item; None where they hold anything else."""
    begin = text.rfind("\n", 0, start) + 1
    before = text[begin:start]
    finish = text.find("\n", end)
    finish = len(text) if finish < 0 else finish + 1
    is_alone = before.strip() == ("-" if is_item else "")
    if not is_alone or text[end:finish].strip() or "#" in text[begin:finish]:
        return None
    return begin, finish, "", what


def _out_of_flow(text: str, place: Place, at: Standing, what: str) -> _Change | None:
    """An item or a field of brackets or braces, with one comma beside it."""
    start = at.value.start if at.key is None else at.key.start
    before = re.search(r",\s*$", text[:start])
    after = re.match(r"\s*,[ \t]*", text[at.value.end :])
    if before:
        return before.start(), at.value.end, "", what
    if after:
        return start, at.value.end + after.end(), "", what
    return None


def _with_field(text: str, place: Place, at: Standing, mend: Add) -> _Change | None:
    standing = places_of(text).standing
    fields = [path for path in standing if len(path) == len(place) + 1 and path[:-1] == place]
    if not fields or standing[fields[0]].key is None:
        return None
    value = _spelled(mend.value, standing[fields[0]])
    what = f"add the line '{mend.name}: {value}'"
    first, last = standing[fields[0]], standing[fields[-1]]
    if first.in_flow:
        return last.value.end, last.value.end, f", {mend.name}: {value}", what
    indent = " " * (Lines(text).place(first.key.start)[1] - 1) if first.key else ""
    finish = text.find("\n", last.value.end)
    if finish < 0:
        return len(text), len(text), f"\n{indent}{mend.name}: {value}", what
    return finish + 1, finish + 1, f"{indent}{mend.name}: {value}\n", what


def _without_repeated(text: str, place: Place) -> _Change | None:
    places = places_of(text)
    first = places.standing.get(place)
    second = next((at for path, at in places.again if path == place), None)
    if first is None or second is None or second.key is None or second.in_flow:
        return None
    same = text[first.value.start : first.value.end] == text[second.value.start : second.value.end]
    if not same:
        return None
    what = "keep one of the two, which say the same"
    return _whole_lines(text, second.key.start, second.value.end, is_item=False, what=what)


# --- trying fixes out ------------------------------------------------------------------------


def only_certain(
    problems: Sequence[Problem], text: str, reread: Callable[[str], Iterable[Problem]]
) -> list[Problem]:
    """The same problems, each with its fix only where that mends it and breaks nothing.

    Args:
        problems: of one file.
        text: of the file.
        reread: what is wrong in another text of it.
    """
    if all(problem.fix is None for problem in problems):
        return list(problems)
    before = Counter(map(_as_told, problems))
    tried = iter(range(MOST_TRIED))

    def is_certain(problem: Problem) -> bool:
        if problem.fix is None or next(tried, None) is None:
            return False
        after = Counter(map(_as_told, reread(edited(text, problem.fix.edits))))
        if problem.rule in _HIDES_OTHERS:
            return all(rule not in _HIDES_OTHERS for rule, _ in after)
        return after <= before and after[_as_told(problem)] < before[_as_told(problem)]

    return [
        problem if problem.fix is None or is_certain(problem) else replace(problem, fix=None)
        for problem in problems
    ]


def _as_told(problem: Problem) -> tuple[str, str]:
    """What a problem says wherever it stands: positions change where an item goes."""
    return problem.rule, re.sub(r"\[\d+\]", "[]", problem.message)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A text after some edits that do not overlap; other lines keep the ends that they have.

    A byte order mark stays, and belongs to no column. New lines end as most of the others do.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    parts = _END_OF_LINE.split(text.removeprefix("\ufeff"))
    lines, ends = parts[::2], parts[1::2]
    usual = Counter(ends).most_common(1)[0][0] if ends else "\n"
    for edit in sorted(edits, key=_where, reverse=True):
        first, last = edit.line - 1, edit.end_line - 1
        while len(lines) <= last:  # the end of a file whose last line has no end
            lines.append("")
            ends.append("")
        new = lines[first][: edit.column - 1] + edit.text + lines[last][edit.end_column - 1 :]
        new_lines = new.split("\n")
        lines[first : last + 1] = new_lines
        ends[first:last] = [usual] * (len(new_lines) - 1)
    return mark + "".join(line + end for line, end in zip(lines, [*ends, ""], strict=True))


def _where(edit: Edit) -> tuple[int, int, int, int]:
    return edit.line, edit.column, edit.end_line, edit.end_column


def together(fixes: Iterable[Fix]) -> Iterator[Fix]:
    """Those of some fixes of one file that can be made at once; the others touch one of them."""
    taken: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for fix in fixes:
        spans = [((edit.line, edit.column), (edit.end_line, edit.end_column)) for edit in fix.edits]
        if any(
            start <= other_end and other_start <= end
            for start, end in spans
            for other_start, other_end in taken
        ):
            continue
        taken += spans
        yield fix
