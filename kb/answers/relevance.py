"""How good the search is, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from kb.model.calibration import Calibration
from kb.model.relevance import Found, Group, Refusal, Reliability, Report, Worst, corrected


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevanceAnswer:
    """How good the search is, as last measured and published."""

    snapshot: Annotated[str, Field(description="The snapshot that answers now")]
    measured_on: Annotated[str, Field(description="The snapshot that was measured")]
    collection: Annotated[
        str,
        Field(description="The collection that was searched alone; empty where everything was"),
    ]
    weights_from: Annotated[
        str | None,
        Field(
            description="The collection on whose judged queries the weights that answer now were "
            "chosen; empty: on those of everything; null: there are no weights for the encoders"
        ),
    ]
    name: str
    split: Annotated[
        str, Field(description="Which of the judged queries: tune, test or all; or empty")
    ]
    groups: tuple[Group, ...]
    corrected: Annotated[
        Mapping[str, Mapping[str, float]],
        Field(
            description="The p of each group, by its name and the system, corrected for how many "
            "comparisons there are here (Holm)"
        ),
    ]
    refusal: Refusal | None
    found: Annotated[
        Found | None, Field(description="How good what is found is; null where not measured")
    ]
    reliability: Annotated[
        Reliability | None,
        Field(description="Whether scores are probabilities; null where not measured"),
    ]
    worst: tuple[Worst, ...]


def relevance_answer(
    report: Report, calibration: Calibration | None, snapshot: str
) -> RelevanceAnswer:
    """The published figures, beside the weights and the snapshot that answer now."""
    return RelevanceAnswer(
        snapshot=snapshot,
        measured_on=report.snapshot,
        collection=report.collection,
        weights_from=calibration.collection if calibration is not None else None,
        name=report.name,
        split=report.split,
        groups=report.groups,
        corrected=corrected(report.groups),
        refusal=report.refusal,
        found=report.found,
        reliability=report.reliability,
        worst=report.worst,
    )
