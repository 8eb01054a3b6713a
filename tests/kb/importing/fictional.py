"""A spreadsheet of fictional projects: the same every time, and nothing in it is true.

``python -m tests.kb.importing.fictional FILE [ROWS]`` writes it as XLSX. No person is named;
every title says that the project is fictional.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl

HEADS = (
    *("Project", "Country", "Sector", "Activity", "Who", "Number of firms", "Start", "End"),
    *("Summary", "Background", "What they did", "Result", "Indicator", "Change", "Value", "Unit"),
    *("Level", "Source", "Page", "Budget"),
)

_COUNTRIES = (
    "Norway",
    "norge",
    "DE",
    "Germany",
    "Österreich",
    "New Zealand",
    "Côte d'Ivoire",
    "IT",
)
_TRADES = (
    "Bakers",
    "boat builders",
    "Furniture",
    "wineries",
    "Printing",
    "Tourism",
    "metalworking",
)
_ACTIVITIES = ("Joint purchasing", "exporting; staff training", "Market research", "R&D")
_MEASURES = (
    ("Sales", "rose by {}%", "%", "increase", (5, 60)),
    ("Export sales", "rose by {}%", "percent", "up", (5, 80)),
    ("Costs", "fell by {}%", "%", "decrease", (3, 30)),
    ("Contracts won", "{} contracts were won", "contract", "reached", (2, 20)),
)


def rows(count: int = 500) -> Iterator[tuple[Any, ...]]:
    """The rows of the projects, in the order of ``HEADS``."""
    chance = random.Random(1998)
    for number in range(1, count + 1):
        trade = chance.choice(_TRADES)
        firms = chance.randrange(3, 15)
        metric, told, unit, change, (low, high) = chance.choice(_MEASURES)
        value = chance.randrange(low, high)
        start = chance.randrange(1990, 2020)
        has_result = chance.random() < 0.7
        statement = f"{metric} {told.format(value)}." if "{" in told[1:] else told.format(value)
        statement = statement if statement[0].isalpha() else f"In all {statement}."
        yield (
            f"Fictional project {number}: {firms} {trade.lower()} together",
            chance.choice(_COUNTRIES),
            trade,
            chance.choice(_ACTIVITIES),
            f"{trade.lower()} of one valley",
            firms,
            datetime(start, chance.randrange(1, 13), 1) if number % 3 else start,
            f"{start + 2}",
            f"A fictional project in which {firms} {trade.lower()} worked together.",
            f"This is fictional. The {trade.lower()} were small, and each bought by itself.",
            "They met each month.\n\n* They bought together.\n* They shared a <press> 5*3 days.",
            statement if has_result else None,
            metric if has_result else None,
            change if has_result else None,
            value if has_result else None,
            unit if has_result else None,
            "output" if has_result else None,
            "roy-1998" if number % 10 else "an unknown report",
            f"page {chance.randrange(1, 90)}",
            chance.randrange(10, 90) * 1000,
        )


def write_xlsx(path: Path, count: int = 500) -> Path:
    """Write the projects as a workbook with one sheet."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Fictional projects")
    sheet.append(HEADS)
    for row in rows(count):
        sheet.append(row)
    book.save(path)
    return path


if __name__ == "__main__":
    write_xlsx(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 500)
