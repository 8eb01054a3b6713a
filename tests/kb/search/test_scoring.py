"""From evidence to one score, against numbers worked by hand."""

from __future__ import annotations

from dataclasses import replace
from math import exp
from pathlib import Path

import numpy as np
import pytest

from kb.engine.base import Document
from kb.errors import CorpusError
from kb.model.calibration import (
    Answerability,
    Calibration,
    Weights,
    calibration_for,
    read_calibrations,
    write_calibrations,
)
from kb.search.evidence import Evidence, weights_for
from kb.search.scoring import (
    answerability,
    judge,
    relevance,
    scores,
    share_of_most,
    weighted_sum,
)
from tests.kb.search.engines import engine_in

CALIBRATION = Calibration(
    encoder="a" * 64,
    multilingual="b" * 64,
    english=Weights(meaning=1.0, multilingual=0.5, words=2.0, linked=0.5, slope=2.0, constant=-1.0),
    other=Weights(meaning=0.5, multilingual=2.0, words=1.0, slope=3.0, constant=-2.0),
    answerability=Answerability(
        meaning=2.0,
        multilingual=1.0,
        words=4.0,
        coverage_by_all=1.0,
        coverage_by_one=0.5,
        english=-0.5,
        constant=-3.0,
        query=(0.5, -0.25),
    ),
    answer_threshold=0.25,
    least_score=0.3,
    n_queries=155,
)
#: The second case is linked with the first, the third with none.
LINKED = np.array([[0, 1], [1, 0]])


@pytest.fixture(name="evidence")
def _evidence(tmp_path: Path) -> Evidence:
    """What speaks for three cases, every one that there is."""
    engine = engine_in(tmp_path / "engine", [Document(id=name, words="") for name in "abc"])
    return Evidence(
        engine=engine,
        rows=np.array([0, 1, 2]),
        of_all=True,
        meaning=np.array([0.5, -1.0, 0.0]),
        passage=np.array([0.5, -1.0, 0.0]),
        audience=np.array([0.3, -1.0, -1.0]),
        multilingual=np.array([0.4, -1.0, 0.2]),
        words=np.array([0.25, 0.0, 0.5]),
        named=np.zeros(3),
        query=np.array([0.6, 0.8]),
        best_passage=np.array([3, -1, 7]),
        best_line=np.array([1, -1, -1]),
        english=True,
        coverage_by_all=0.75,
        coverage_by_one=0.5,
    )


def test_the_sum_of_weighted_evidence(evidence):
    """0.5 + 0.5 * 0.4 + 2 * 0.25 = 1.2, and so on; without links the mean, 0.8 / 3, is added."""
    total = weighted_sum(evidence, CALIBRATION.english)

    linked = 0.5 * 0.8 / 3
    assert total.tolist() == pytest.approx([1.2 + linked, -1.5 + linked, 1.1 + linked])


def test_a_linked_case_lends_its_sum(evidence):
    """Each case gets half of the best of those it is linked with; one with no link, of the mean."""
    total = weighted_sum(replace(evidence, linked=LINKED), CALIBRATION.english)

    assert total.tolist() == pytest.approx([1.2 - 0.75, -1.5 + 0.6, 1.1 + 0.5 * 0.8 / 3])


def test_of_some_candidates_the_mean_is_that_of_all_cases(evidence):
    """A case that no candidate is linked with gets half of about the mean that the engine gives."""
    some = replace(evidence, of_all=False, mean_of_all=0.4)

    total = weighted_sum(some, CALIBRATION.english)

    assert total.tolist() == pytest.approx([1.2 + 0.2, -1.5 + 0.2, 1.1 + 0.2])
    linked = weighted_sum(replace(some, linked=LINKED), CALIBRATION.english)
    assert linked.tolist() == pytest.approx([1.2 - 0.75, -1.5 + 0.6, 1.1 + 0.2])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("calibration", [None, CALIBRATION], ids=["plain", "calibrated"])
def test_of_no_candidate_nothing_is_found(evidence, calibration):
    """An empty compendium is judged without a warning."""
    names = (
        *("meaning", "passage", "audience", "multilingual", "words", "named"),
        *("best_passage", "best_line"),
    )
    nothing = replace(evidence, rows=np.array([], dtype=np.int64))
    nothing = replace(nothing, **{name: getattr(evidence, name)[:0] for name in names})

    judgement = judge(nothing, calibration, min_score=0.3)

    assert (judgement.scores.tolist(), judgement.found.tolist()) == ([], [])


def test_what_is_found_scores_enough(evidence):
    """From the least score on, by rows; nothing where the gate does not pass."""
    apart = replace(evidence, rows=np.array([3, 5, 8]))

    judgement = judge(apart, CALIBRATION, min_score=0)
    shut = judge(apart, replace(CALIBRATION, answer_threshold=0.74), min_score=0)

    found = scores(apart, CALIBRATION)
    assert judgement.answerable == shut.answerable == round(1 / (1 + exp(-1.0)), 6)
    assert judgement.scores.tolist() == np.round(found, 6).tolist()
    assert found[1] < CALIBRATION.least_score < found[2]
    assert (judgement.found.tolist(), shut.found.tolist()) == ([3, 8], [])


def test_without_a_calibration_the_best_passage_is_judged_alone(evidence):
    """What has the least cosine is found, to six digits; nothing is said of the query."""
    judgement = judge(evidence, None, min_score=0.0)

    assert judgement.answerable is None
    assert judgement.scores.tolist() == [0.5, -1.0, 0.0]
    assert judgement.found.tolist() == [0, 2]


def test_the_share_of_the_most(evidence):
    """All evidence at 1, linked cases too, would be (1 + 0.5 + 2) * 1.5 = 5.25."""
    share = share_of_most(evidence, CALIBRATION)

    expected = weighted_sum(evidence, CALIBRATION.english) / 5.25
    assert share.tolist() == pytest.approx(expected.tolist())


@pytest.mark.parametrize(
    ("english", "logit"),
    [
        # 2 * 0.5 + 0.4 + 4 * 0.5 + 0.75 + 0.5 * 0.5 - 3 and 0.5 * 0.6 - 0.25 * 0.8 = 0.1.
        pytest.param(False, 1.5, id="another language"),
        pytest.param(True, 1.0, id="English"),
    ],
)
def test_the_gate_reads_the_best_of_each_evidence(evidence, english, logit):
    """The best value of any case counts, which words are known, the language, and the query."""
    found = answerability(replace(evidence, english=english), CALIBRATION.answerability)

    assert found == pytest.approx(1 / (1 + exp(-logit)))


def test_another_language_has_weights_of_its_own(evidence):
    """Its sum is 0.5 * 0.5 + 2 * 0.4 + 0.25 = 1.3 of at most 3.5, and its probability its own."""
    other = replace(evidence, english=False)

    assert weights_for(CALIBRATION, english=True) == CALIBRATION.english
    assert weights_for(CALIBRATION, english=False) == CALIBRATION.other
    assert share_of_most(other, CALIBRATION)[0] == pytest.approx(1.3 / 3.5)
    gate = 1.5  # as a logit
    assert scores(other, CALIBRATION)[0] == pytest.approx(1 / (1 + exp(2 - 3 * 1.3 - gate)))


def test_a_gate_without_weights_of_the_query_reads_the_rest(evidence):
    """Where the query's vector has no weights it does not count: 1.0 - 0.1 = 0.9."""
    found = answerability(evidence, replace(CALIBRATION.answerability, query=()))

    assert found == pytest.approx(1 / (1 + exp(-0.9)))


def test_a_score_counts_the_sum_and_that_the_compendium_answers(evidence):
    """The logistic function of the sum of each case and of the logit of the gate, 1.0."""
    found = scores(evidence, CALIBRATION)

    logits = [2 * (own + 0.5 * 0.8 / 3) - 1 + 1.0 for own in (1.2, -1.5, 1.1)]
    assert (found.shape, found.dtype) == ((3,), np.float64)
    assert found.tolist() == pytest.approx([1 / (1 + exp(-logit)) for logit in logits])


def test_how_far_a_case_is_behind_the_best_counts(evidence):
    """By a weight of its own, as the gate has: the best is behind by nothing."""
    weights = replace(CALIBRATION.english, behind=-3.0, answered=0.5, linked=0.0)

    found = relevance(evidence, weights, 1 / (1 + exp(-1.0)))

    logits = [2 * own - 3 * (1.2 - own) + 0.5 * 1.0 - 1 for own in (1.2, -1.5, 1.1)]
    assert found.tolist() == pytest.approx([1 / (1 + exp(-logit)) for logit in logits])


def test_named_values_and_lines_have_weights(evidence):
    """A tenth of the share of named values, and of a line four fifths of its cosine."""
    weights = replace(CALIBRATION.english, named=0.1, audience=0.8, linked=0.0)
    some = replace(evidence, named=np.array([0.5, 0.0, 1.0]), audience=np.array([0.7, 0.5, -1.0]))

    total = weighted_sum(some, weights)

    assert total.tolist() == pytest.approx([1.2 + 0.06 + 0.05, -1.5 + 1.4, 1.1 + 0.1])


@pytest.mark.filterwarnings("error")
def test_scores_stay_probabilities_at_the_ends(evidence):
    """However strong the evidence, scores lie between 0 and 1 and no number overflows."""
    strong = replace(
        CALIBRATION,
        english=replace(CALIBRATION.english, slope=3_000.0),
        answerability=replace(CALIBRATION.answerability, meaning=9_000.0),
    )

    found = scores(evidence, strong)

    assert found.tolist() == pytest.approx([1.0, 0.0, 1.0])
    assert [score for score in found if not 0 <= score <= 1] == []


def test_the_shift_of_a_query_does_not_change_the_order(evidence):
    """What a query is about moves all of its cases alike."""
    order = np.argsort(-scores(evidence, CALIBRATION)).tolist()

    moved = replace(evidence, query=np.array([-0.8, 0.6]))

    assert np.argsort(-scores(moved, CALIBRATION)).tolist() == order == [0, 2, 1]


def test_calibrations_come_back_as_they_were_written(tmp_path):
    """The file keeps every number, and nothing else is left in the folder."""
    path = tmp_path / "calibration.json"
    both = (
        CALIBRATION,
        replace(
            CALIBRATION,
            multilingual="",
            answerability=replace(CALIBRATION.answerability, query=(1e-17, 1 / 3)),
        ),
    )

    write_calibrations(path, both)

    assert read_calibrations(path) == both
    assert [file.name for file in tmp_path.iterdir()] == ["calibration.json"]


def test_without_a_file_there_is_no_calibration(tmp_path):
    """A compendium need not be calibrated."""
    assert read_calibrations(tmp_path / "calibration.json") == ()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: data[: len(data) // 2], id="cut"),
        pytest.param(lambda data: b"{}", id="not a list"),
        pytest.param(lambda data: b"\xff" + data, id="not UTF-8"),
        pytest.param(lambda data: data.replace(b"answer_threshold", b"x"), id="a name missing"),
        pytest.param(lambda data: data.replace(b"2.0", b'"two"', 1), id="not a number"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, damage):
    """What kb calibrate did not write is refused with the command that writes it."""
    path = tmp_path / "calibration.json"
    write_calibrations(path, (CALIBRATION,))
    path.write_bytes(damage(path.read_bytes()))

    with pytest.raises(CorpusError) as raised:
        read_calibrations(path)

    assert str(raised.value) == f"{path} is not a calibration; run 'kb calibrate'."


def test_a_folder_in_its_place_is_refused(tmp_path):
    """What cannot be read is named with the reason."""
    (tmp_path / "calibration.json").mkdir()

    with pytest.raises(CorpusError) as raised:
        read_calibrations(tmp_path / "calibration.json")

    assert str(raised.value) == f"{tmp_path / 'calibration.json'} cannot be read: Is a directory."


@pytest.mark.parametrize(
    ("encoder", "multilingual", "expected"),
    [("x", "y", 0), ("x", "", 1), ("z", "y", None), ("", "", None)],
)
def test_a_calibration_belongs_to_one_pair_of_encoders(encoder, multilingual, expected):
    """Only both digests together name a calibration."""
    known = (
        replace(CALIBRATION, encoder="x", multilingual="y"),
        replace(CALIBRATION, encoder="x", multilingual=""),
    )

    found = calibration_for(known, encoder=encoder, multilingual=multilingual)

    assert found == (None if expected is None else known[expected])


@pytest.mark.parametrize(
    ("n_documents", "fits"),
    [(49, False), (50, True), (100, True), (200, True), (201, False)],
)
def test_a_calibration_fits_half_to_twice_as_many_documents(n_documents, fits):
    """Scores of one that was derived over a hundred are probabilities from 50 to 200."""
    derived = replace(CALIBRATION, n_documents=100)

    assert derived.fits(n_documents) is fits
    assert replace(derived, n_documents=0).fits(n_documents)


#: A second gate that hears its own vector alone: as a logit 4 times its first number, less 1.
SECOND = Answerability(
    **dict.fromkeys(
        ("meaning", "multilingual", "words", "coverage_by_all", "coverage_by_one", "english"), 0.0
    ),
    constant=-1.0,
    query=(4.0, 0.0, 0.0),
)


@pytest.mark.parametrize(
    ("english", "constant", "logit"),
    [
        pytest.param(True, -3.0, (1.0 + 3.0) / 2, id="English, unsure"),
        pytest.param(True, 0.0, 4.0, id="English, sure that it answers"),
        pytest.param(True, -7.0, -3.0, id="English, sure that it does not"),
        pytest.param(False, 0.0, (4.5 + 3.0) / 2, id="another language"),
    ],
)
def test_the_second_encoder_is_asked_where_the_first_is_unsure(evidence, english, constant, logit):
    """Then the mean logit of both counts; of another language it is asked in any case."""
    asked = []

    def second_query() -> np.ndarray:
        asked.append(True)
        return np.array([1.0, 0.0, 0.0])

    first = replace(CALIBRATION.answerability, constant=constant)
    both = replace(evidence, english=english, second_query=second_query)

    found = answerability(both, first, SECOND)

    assert found == pytest.approx(1 / (1 + exp(-logit)))
    assert asked == [True] * (not english or constant == -3.0)
    assert answerability(replace(both, second_query=None), first, SECOND) == answerability(
        both, first
    )


def test_of_the_first_ten_less_is_asked(evidence):
    """What stands first is found from a lower score on; what stands behind it must score more."""
    n = 14
    values = np.linspace(1.0, 0.35, n)
    many = replace(
        evidence,
        rows=np.arange(n),
        **{name: values for name in ("meaning", "passage")},
        **{name: np.zeros(n) for name in ("multilingual", "words", "named")},
        audience=np.full(n, -1.0),
    )
    every = np.round(scores(many, CALIBRATION), 6)
    low = replace(CALIBRATION, least_score=float(every[3]), least_of_first=float(every[8]))

    assert judge(many, low, min_score=0).found.tolist() == list(range(9))
    assert judge(many, replace(low, least_of_first=0.0), min_score=0).found.tolist() == list(
        range(10)
    )
    assert judge(many, replace(low, least_of_first=1.0), min_score=0).found.tolist() == [0, 1, 2, 3]
    lower = replace(low, least_score=float(every[12]))
    assert judge(many, lower, min_score=0).found.tolist() == list(range(13))
    share = float(every[11] / every[0]) - 1e-9
    assert judge(many, replace(lower, least_share=share), min_score=0).found.tolist() == list(
        range(12)
    )
    assert judge(many, replace(lower, least_share=1.0), min_score=0).found.tolist() == list(
        range(9)
    )
