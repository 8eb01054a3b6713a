"""Rows as CSV (RFC 4180) that a spreadsheet opens as they are, and runs nothing of."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

#: A text that begins with one of these is a formula to a spreadsheet.
FORMULA_STARTS = tuple("=+-@\t\r")


def to_csv(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV, lines ended by CR LF; None is an empty field.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    csv.writer(out).writerows([harmless(value) for value in row] for row in rows)
    return out.getvalue()


def harmless(value: Any) -> Any:
    """A value as it may stand in CSV: a formula as a text, with an apostrophe before it."""
    is_formula = isinstance(value, str) and value.startswith(FORMULA_STARTS)
    return f"'{value}" if is_formula else value
