"""How evidence becomes a score: weights and thresholds, kept in ``calibration.json``.

``kb calibrate`` derives them from judged queries; ``kb.search.scoring`` applies them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, Field

from kb.model.json_file import JsonFile


def _also(*names: str) -> Any:
    """A field that a file may also have under the name of an earlier version."""
    return Field(validation_alias=AliasChoices(*names))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each kind of evidence counts in the sum.

    ``linked`` counts the best sum of the cases that the editors link a case with.
    ``slope`` and ``constant`` are those of the logistic function that makes the sum
    the probability that a case is relevant, where the compendium answers.
    """

    meaning: float
    multilingual: float
    words: float
    linked: float = 0.0
    slope: float = 1.0
    constant: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerability:
    """The logistic function that says whether the compendium answers a query at all.

    ``meaning``, ``multilingual`` and ``words`` weigh the best value of any case,
    ``coverage_by_all`` and ``coverage_by_one`` the shares of the query's terms, weighted by
    their idf, that any case has and that one case has at most; ``english`` is added for
    English, and ``query`` weighs the unit query vector of the multilingual encoder, or
    of the encoder where that is off; where it is empty, the vector does not count.
    """

    meaning: float
    multilingual: float
    words: float
    coverage_by_all: Annotated[float, _also("coverage_by_all", "known")]
    coverage_by_one: Annotated[float, _also("coverage_by_one", "covered")]
    english: float
    constant: float
    query: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How to score with one pair of encoders.

    Attributes:
        encoder: digest of the encoder.
        multilingual: digest of the multilingual encoder; empty when it is off.
        english: how the evidence orders the cases for a query in English.
        other: the same for a query in another language.
        answerability: whether the compendium answers a query at all.
        answer_threshold: least such probability at which a query counts as answered.
        relative_cutoff: least score of a case that is shown, as a share of the best case's.
        n_queries: how many tuning queries it was derived from.
        collection: the collection whose judged queries these are; empty where they are of the
            whole compendium.
    """

    encoder: str
    multilingual: str
    english: Weights
    other: Weights
    answerability: Annotated[Answerability, _also("answerability", "gate")]
    answer_threshold: Annotated[float, _also("answer_threshold", "fits")]
    relative_cutoff: Annotated[float, _also("relative_cutoff", "shown")]
    n_queries: int
    collection: str = ""


_FILE = JsonFile(holds=tuple[Calibration, ...], what="a calibration", command="kb calibrate")


def read_calibrations(path: Path) -> tuple[Calibration, ...]:
    """Every calibration in a file; none if there is no file.

    Raises:
        CorpusError: the file is not what ``kb calibrate`` writes.
    """
    return _FILE.read(path) or ()


def write_calibrations(path: Path, calibrations: tuple[Calibration, ...]) -> None:
    """Write the file in one step.

    Raises:
        CorpusError: the file cannot be written; what was there stays.
    """
    _FILE.write(path, calibrations)


def calibration_for(
    calibrations: tuple[Calibration, ...], *, encoder: str, multilingual: str
) -> Calibration | None:
    """The calibration of this pair of encoders, None if there is none."""
    return next(
        (c for c in calibrations if (c.encoder, c.multilingual) == (encoder, multilingual)), None
    )
