"""How good the search is, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from kb.model.relevance import Group, Refusal, Report, Worst


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevanceAnswer:
    """How good the search is, as last measured and published."""

    snapshot: Annotated[str, Field(description="The snapshot that answers now")]
    measured_on: Annotated[str, Field(description="The snapshot that was measured")]
    name: str
    split: Annotated[
        str, Field(description="Which of the judged queries: tune, test or all; or empty")
    ]
    groups: tuple[Group, ...]
    refusal: Refusal | None
    worst: tuple[Worst, ...]


def relevance_answer(report: Report, snapshot: str) -> RelevanceAnswer:
    """The published figures, beside the snapshot that answers now."""
    return RelevanceAnswer(
        snapshot=snapshot,
        measured_on=report.snapshot,
        name=report.name,
        split=report.split,
        groups=report.groups,
        refusal=report.refusal,
        worst=report.worst,
    )
