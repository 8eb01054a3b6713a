"""From evidence to one score: fusion of meaning and words, and its calibration.

The weighted sum of the cosines of both encoders and the word score orders the
cases. A logistic function of it, shifted by how much the query itself is like
those that the compendium can answer, makes that sum the probability that the case
is relevant: the score that is shown, and the one that both thresholds are set on.
``kb.calibrate`` derives all of it from judged queries; ``cases/calibration.json``
keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter, ValidationError

from kb.errors import CorpusError


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each kind of evidence counts in the sum.

    ``slope`` and ``constant`` are those of the logistic function that makes the sum
    a score.
    """

    meaning: float
    multilingual: float
    words: float
    slope: float = 1.0
    constant: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How to score with one pair of encoders.

    Attributes:
        encoder: digest of the encoder.
        multilingual: digest of the multilingual encoder; empty when it is off.
        english: weights for queries in English.
        other: weights for queries in other languages.
        query: weights of the logistic function on the unit query vector of the
            multilingual encoder, or of the encoder where that is off.
        fits: least score of the best case at which a query counts as answered.
        shown: least score of a case that is shown, as a share of the best case's.
        n_queries: how many tuning queries it was derived from.
    """

    encoder: str
    multilingual: str
    english: Weights
    other: Weights
    query: tuple[float, ...]
    fits: float
    shown: float
    n_queries: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each case, for one query; each array float64 of shape (n_cases,).

    ``meaning`` and ``multilingual`` are cosines of the best passage in [-1, 1], -1
    where there is none; ``words`` is in [0, 1]. For a query in another language
    ``meaning`` and ``words`` are those of its English terms. ``query`` is the unit query vector
    that the calibration reads. ``row`` is each case's best passage.
    """

    meaning: np.ndarray
    multilingual: np.ndarray
    words: np.ndarray
    query: np.ndarray
    row: np.ndarray
    english: bool


_FILE = TypeAdapter(tuple[Calibration, ...])


def weighted_sum(evidence: Evidence, weights: Weights) -> np.ndarray:
    """The sum that orders the cases: float64 of shape (n_cases,)."""
    return (
        weights.meaning * evidence.meaning
        + weights.multilingual * evidence.multilingual
        + weights.words * evidence.words
    )


def share_of_most(evidence: Evidence, calibration: Calibration) -> np.ndarray:
    """The weighted sum as a share of the most that it could be: in [-1, 1], shape (n_cases,)."""
    weights = calibration.english if evidence.english else calibration.other
    most = weights.meaning + weights.multilingual + weights.words
    return weighted_sum(evidence, weights) / most


def scores(evidence: Evidence, calibration: Calibration) -> np.ndarray:
    """The probability that each case is relevant to the query: in (0, 1), shape (n_cases,)."""
    weights = calibration.english if evidence.english else calibration.other
    shift = float(np.dot(evidence.query, calibration.query)) + weights.constant
    return 1 / (1 + np.exp(-(weights.slope * weighted_sum(evidence, weights) + shift)))


def read_calibrations(path: Path) -> tuple[Calibration, ...]:
    """Every calibration in a file; none if there is no file.

    Raises:
        CorpusError: the file is not what ``kb calibrate`` writes.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as err:
        raise CorpusError(f"{path} cannot be read: {err.strerror}.") from err
    try:
        return _FILE.validate_json(data)
    except ValidationError as err:
        raise CorpusError(f"{path} is not a calibration; run 'kb calibrate'.") from err


def write_calibrations(path: Path, calibrations: tuple[Calibration, ...]) -> None:
    """Write the file in one step."""
    temporary = path.with_name(f".{path.name}")
    temporary.write_bytes(_FILE.dump_json(calibrations, indent=1) + b"\n")
    temporary.replace(path)


def calibration_for(
    calibrations: tuple[Calibration, ...], *, encoder: str, multilingual: str
) -> Calibration | None:
    """The calibration of this pair of encoders, None if there is none."""
    return next(
        (c for c in calibrations if (c.encoder, c.multilingual) == (encoder, multilingual)), None
    )
