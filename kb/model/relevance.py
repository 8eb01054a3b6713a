"""The published figures of search quality: ``relevance.json`` beside the judged queries.

``kb evaluate --publish`` writes it, a build puts it into the snapshot, and the
site's relevance page shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from kb.model.json_file import JsonFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A mean over queries with its 95% interval (bootstrap over queries)."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The figures of one group of queries, by system and measure.

    ``p`` is the probability that the difference of the fused run to the other
    system in nDCG@10 is chance (paired randomisation test).
    """

    name: str
    n: Annotated[int, Field(description="How many queries")]
    figures: Annotated[
        Mapping[str, Mapping[str, Figure]],
        Field(description="By system (fused: as the site searches) and by measure"),
    ]
    p: Annotated[
        Mapping[str, float],
        Field(description="By system: how likely its difference to fused in nDCG@10 is by chance"),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """One of the queries that are answered worst."""

    id: str
    text: str
    ndcg: float
    missed: Annotated[
        tuple[str, ...],
        Field(description="Ids of the best cases that are not among the first ten"),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """How often the answer is "nothing fits", as shares of 1."""

    n_negative: int
    negative_refused: float
    n_answerable: int
    answerable_refused: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How good what is found is, over the queries that have an answer and are not refused."""

    n: Annotated[int, Field(description="How many queries")]
    size: Annotated[float, Field(description="How many cases are found in the mean")]
    precision: Annotated[
        float, Field(description="The share of relevant cases among those found, in the mean")
    ]
    recall: Annotated[
        float, Field(description="The share of found cases among the relevant ones, in the mean")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Cases that were found with a score from ``low`` up to ``high``, over all queries.

    Where a score is a probability, ``relevant`` is about ``score``.
    """

    low: float
    high: float
    n: Annotated[int, Field(description="How many cases were found with such a score")]
    score: Annotated[float, Field(description="Their mean score")]
    relevant: Annotated[float, Field(description="The share of them that are relevant")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Whether a score is the probability that it claims to be.

    ``error`` is the expected calibration error: the mean distance of score and share over the
    bands, each by its number of cases.
    """

    bands: tuple[Band, ...]
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an evaluation found. ``split`` is empty for a test collection.

    It is ``earlier`` where the queries of a test split were put once and are tuning data since.

    ``collection`` is the id of the collection of the compendium that was searched alone, empty
    where everything was. Of a test collection ``judged`` is the name of the file of its judgments
    and ``n_documents`` how many it holds; empty and 0 otherwise.
    """

    name: str
    split: str
    snapshot: str
    groups: tuple[Group, ...]
    refusal: Refusal | None
    worst: tuple[Worst, ...]
    found: Found | None = None
    reliability: Reliability | None = None
    collection: str = ""
    judged: str = ""
    n_documents: int = 0


def corrected(groups: Sequence[Group]) -> Mapping[str, Mapping[str, float]]:
    """Every p of some groups, corrected for how many they are, by group and system.

    By Holm's method (1979): the chance that any of the differences is taken for more than chance
    wrongly is no larger than the level, whatever the groups have in common.
    """
    every = sorted((p, group.name, system) for group in groups for system, p in group.p.items())
    found: dict[str, dict[str, float]] = {group.name: {} for group in groups}
    largest = 0.0
    for place, (p, name, system) in enumerate(every):
        largest = max(largest, min(1.0, p * (len(every) - place)))
        found[name][system] = largest
    return found


_FILE = JsonFile(holds=Report, what="a report", command="kb evaluate --publish")


def write_report(path: Path, report: Report) -> None:
    """Write the figures in one step.

    Raises:
        CorpusError: the file cannot be written; what was there stays.
    """
    _FILE.write(path, report)


def read_report(path: Path) -> Report | None:
    """The published figures, None if there are none.

    Raises:
        CorpusError: the file is not what ``kb evaluate --publish`` writes.
    """
    return _FILE.read(path)
