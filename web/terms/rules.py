"""What the codebook says of a term: the row of a table of its facet that the term heads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

_CELL = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"\|[\s:|-]+\|?")


def rules_of(codebook: str, facet: str, term_id: str) -> Mapping[str, str]:
    """What stands in the row of a term, by the heading of the column, in Markdown.

    The tables of a facet are those whose first column is headed by its name. Empty where the
    codebook says nothing of the term.
    """
    return _tables(codebook).get((facet, term_id), {})


@lru_cache(maxsize=8)
def _tables(codebook: str) -> Mapping[tuple[str, str], Mapping[str, str]]:
    rules: dict[tuple[str, str], Mapping[str, str]] = {}
    for heads, cells in _rows(codebook.splitlines()):
        said = {head: cell for head, cell in zip(heads[1:], cells[1:], strict=False) if cell}
        for name in cells[0].split(","):
            rules.setdefault((heads[0].casefold(), name.strip()), said)
    return rules


def _rows(lines: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """The cells of each row with the headings of its table."""
    heads: list[str] = []
    for number, line in enumerate(lines):
        if not line.startswith("|"):
            heads = []
        elif not heads:
            following = lines[number + 1] if number + 1 < len(lines) else ""
            heads = _cells(line) if _RULE.fullmatch(following.strip()) else []
        elif not _RULE.fullmatch(line.strip()):
            yield heads, _cells(line)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in _CELL.split(line.strip().strip("|"))]
