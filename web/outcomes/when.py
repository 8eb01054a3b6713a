"""Of what time results are: the years in which their sources told of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb.answers.outcomes import ReportedFinding

DASH = "\N{EN DASH}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A decade, or no year: how many cases report in it, and that in parts of the most."""

    words: str
    count: int
    width: float


def spans(findings: Iterable[ReportedFinding]) -> tuple[Span, ...]:
    """Cases by the decade of the sources that report them, oldest first, without a year last.

    A case with sources of two decades counts in both. A decade with one year is called by it.
    """
    cases: dict[int | None, set[str]] = {}
    told: dict[int | None, set[int]] = {}
    for finding in findings:
        year = year_of(finding)
        decade = None if year is None else year // 10 * 10
        cases.setdefault(decade, set()).add(finding.case)
        told.setdefault(decade, set()).update(() if year is None else (year,))
    order = sorted(cases, key=lambda decade: (decade is None, decade or 0))
    most = max((len(ids) for ids in cases.values()), default=1)
    return tuple(
        Span(
            words=_words(decade, told[decade]),
            count=len(cases[decade]),
            width=round(100 * len(cases[decade]) / most, 2),
        )
        for decade in order
    )


def years(findings: Iterable[ReportedFinding]) -> str:
    """Of what time findings are: ``reported 1998``, ``reported 2009–2024``; empty if not known."""
    known = sorted({year for finding in findings if (year := year_of(finding)) is not None})
    if not known:
        return ""
    if known[0] == known[-1]:
        return f"reported {known[0]}"
    return f"reported {known[0]}{DASH}{known[-1]}"


def year_of(finding: ReportedFinding) -> int | None:
    """The year in which the source of a finding tells of it; None where it has none."""
    year = finding.reported_in[:4]
    return int(year) if year.isdigit() and len(year) == 4 else None


def _words(decade: int | None, told: set[int]) -> str:
    if decade is None:
        return "year not known"
    return str(min(told)) if len(told) == 1 else f"{decade}s"
