"""How evidence becomes a score: weights and thresholds, kept in ``calibration.json``.

``kb calibrate`` derives them from judged queries; ``kb.search.scoring`` applies them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kb.model.json_file import JsonFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each kind of evidence counts in the sum, and how the sum becomes a score.

    ``audience`` is what the editors' lines on whom a case suits count beside its passages: the
    better of the two is its meaning. ``named`` counts the share of the values of facets that the
    query names and a case has; ``linked`` the best sum of the cases that the editors link a
    case with.

    A score is the probability that a case is relevant, a logistic function of the sum
    (``slope``), of how far that is below the sum of the best case (``behind``), of the logit of
    the probability that the compendium answers at all (``answered``), and of a ``constant``.
    """

    meaning: float
    multilingual: float
    words: float
    audience: float = 1.0
    named: float = 0.0
    linked: float = 0.0
    slope: float = 1.0
    behind: float = 0.0
    answered: float = 1.0
    constant: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerability:
    """The logistic function that says whether the compendium answers a query at all.

    ``meaning``, ``multilingual``, ``words`` and ``named`` weigh the best value of any case,
    ``several`` the mean of the five best by meaning,
    ``coverage_by_all`` and ``coverage_by_one`` the shares of the query's terms, weighted by
    their idf, that any case has and that one case has at most; ``english`` is added for
    English, and ``query`` weighs the unit query vector of an encoder; where it is empty, the
    vector does not count.
    """

    meaning: float
    multilingual: float
    words: float
    coverage_by_all: float
    coverage_by_one: float
    english: float
    constant: float
    query: tuple[float, ...]
    several: float = 0.0
    named: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How to score with one pair of encoders.

    Attributes:
        encoder: digest of the encoder.
        multilingual: digest of the multilingual encoder; empty when it is off.
        english: how the evidence orders the cases for a query in English.
        other: the same for a query in another language.
        answerability: whether the compendium answers a query at all, by the vector of the
            encoder.
        second_answerability: the same by the vector of the multilingual encoder, None where
            that does not count.
        answer_threshold: least such probability at which a query counts as answered.
        least_score: least score of a case that is found.
        least_of_first: the same for the ten cases that score best.
        least_share: beyond these ten a case must score this share of the best case, too.
        common: what is taken from the unit vector of a query by the encoder before texts are
            compared with it: a share of the mean of all texts. Empty where nothing is.
        n_queries: how many tuning queries it was derived from.
        n_documents: how many documents they were judged over.
        collection: the collection whose judged queries these are; empty where they are of the
            whole compendium.
    """

    encoder: str
    multilingual: str
    english: Weights
    other: Weights
    answerability: Answerability
    answer_threshold: float
    least_score: float
    n_queries: int
    n_documents: int = 0
    collection: str = ""
    second_answerability: Answerability | None = None
    least_of_first: float = 1.0
    least_share: float = 0.0
    common: tuple[float, ...] = ()

    def fits(self, n_documents: int) -> bool:
        """Whether a compendium of so many documents is of the size that it was derived on.

        Beyond twice or half as many, scores order cases as before, and are a probability
        no more: the more documents there are, the nearer the best of those that do not answer.
        """
        derived = self.n_documents
        return not derived or derived <= 2 * n_documents <= 4 * derived


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
