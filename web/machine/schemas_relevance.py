"""The shape of the API's answer on how good the search is."""

from __future__ import annotations

from pydantic import Field

from web.machine.schemas import Model


class FigureOut(Model):
    """A mean over queries with its 95% interval."""

    mean: float
    low: float
    high: float


class GroupOut(Model):
    """What was measured on one group of queries."""

    name: str
    n: int = Field(description="How many queries")
    figures: dict[str, dict[str, FigureOut]] = Field(
        description="By system (fused: as the site searches) and by measure"
    )
    p: dict[str, float] = Field(
        description="By system: how likely its difference to fused in nDCG@10 is by chance"
    )


class RefusalOut(Model):
    """How often the answer is that nothing fits, as shares of 1."""

    n_negative: int
    negative_refused: float
    n_answerable: int
    answerable_refused: float


class WorstOut(Model):
    """One of the queries that are answered worst."""

    id: str
    text: str
    ndcg: float
    missed: list[str] = Field(description="Ids of the best cases that are not among the first ten")


class RelevanceOut(Model):
    """How good the search is, as last measured and published."""

    snapshot: str = Field(description="The snapshot that answers now")
    measured_on: str = Field(description="The snapshot that was measured")
    name: str
    split: str = Field(description="Which of the judged queries: tune, test or all")
    groups: list[GroupOut]
    refusal: RefusalOut | None
    worst: list[WorstOut]
