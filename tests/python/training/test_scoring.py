"""Metrics, coverage and checks of EMG with answers known by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.interface import FittedEstimator
from nmm_opensim.nmm.chain import PreparedTrial, build_nmm
from nmm_opensim.nmm.estimate import Estimate, Expectation, Interval, Trusted
from nmm_opensim.nmm.trained import ExcitationJudgement, describe_network
from nmm_opensim.nmm.trial import Trial
from nmm_opensim.training.emg_check import check_emg
from nmm_opensim.training.intervals import compute_coverage
from nmm_opensim.training.preparation import PreparedTraining
from nmm_opensim.training.score_tables import (
    describe_judgements,
    list_scores,
    read_scores,
    write_scores,
)
from nmm_opensim.training.scoring import (
    EMG,
    MOMENT,
    Score,
    Subject,
    compare,
    score_estimators,
    summarise,
)

SUBJECT = Subject("trial", "test", EMG, "muscle")


def test_metrics_once_as_predicted_and_once_after_the_best_scale() -> None:
    estimate, reference = np.array([1.0, 1.0, 2.0]), np.array([2.0, 2.0, 2.0])
    score = compare(SUBJECT, "estimator", 1, estimate, reference)
    assert score.vaf == pytest.approx(1 - 2 / 12)
    assert score.mae == pytest.approx(2 / 3)
    # Best scale: (2 + 2 + 4)/(1 + 1 + 4) = 4/3; errors 2/3, 2/3, -2/3.
    assert score.scaled_rmse == pytest.approx(2 / 3)
    assert score.scaled_mae == pytest.approx(2 / 3)
    assert score.scaled_vaf == pytest.approx(1 - (12 / 9) / 12)


def test_a_scale_is_never_negative() -> None:
    score = compare(SUBJECT, "estimator", None, np.array([-1.0, -2.0]), np.array([1.0, 2.0]))
    assert score.scaled_vaf == pytest.approx(0.0)
    assert score.scaled_mae == pytest.approx(1.5)


def test_coverage_by_hand() -> None:
    reference = np.array([2.0, 4.0, 6.0, 8.0])
    estimate = reference / 2
    # The scale is 2: the intervals become [1, 3], [3, 5], [7, 8] and [8, 12].
    lower, upper = np.array([0.5, 1.5, 3.5, 4.0]), np.array([1.5, 2.5, 4.0, 6.0])
    coverage = compute_coverage(lower, upper, estimate, reference)
    assert coverage.share == pytest.approx(0.75)
    assert coverage.width == pytest.approx((2 + 2 + 1 + 4) / 4)


def test_an_interval_is_judged_after_the_best_scale() -> None:
    estimate, reference = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 9.0])
    interval = Interval(estimate - 0.5, estimate + 0.5)
    score = compare(SUBJECT, "estimator", 1, estimate, reference, interval)
    # The best scale is 37/14: the last of the three lies above 3.5 * 37/14 = 9.25 only just.
    assert score.coverage == pytest.approx(1.0)
    assert score.interval_width == pytest.approx(37 / 14)
    narrow = Interval(estimate - 0.1, estimate + 0.1)
    assert compare(SUBJECT, "estimator", 1, estimate, reference, narrow).coverage == 0.0
    assert compare(SUBJECT, "estimator", 1, estimate, reference).coverage is None


def test_coverage_refuses_what_is_no_interval() -> None:
    two = np.array([1.0, 2.0])
    with pytest.raises(NMMError, match="frame 2"):
        compute_coverage(two, np.array([1.0, 1.5]), two, two)
    with pytest.raises(NMMError, match="one length"):
        compute_coverage(two, two, two, np.ones(3))


def spoil(training: PreparedTraining, name: str, change: Array) -> list[Trial]:
    """The training trial with another recording in one channel."""
    trial = training.training_trials[0]
    values = trial.emg.values.copy()
    values[:, trial.emg.columns.index(name)] = change
    return [replace(trial, emg=replace(trial.emg, values=values))]


def test_unusable_channels_are_named(training: PreparedTraining) -> None:
    emg = training.training_trials[0].emg
    gastrocnemius = emg.select(["gastrocnemius"]).values[:, 0]
    with pytest.raises(NMMError, match=r"'vastus_medius', but it is 0\.2 throughout"):
        check_emg(spoil(training, "vastus_medius", np.full(len(emg.time), 0.2)))
    clipped = np.minimum(gastrocnemius, 0.5 * gastrocnemius.max())
    with pytest.raises(NMMError, match=r"'gastrocnemius' to touch .* clipped"):
        check_emg(spoil(training, "gastrocnemius", clipped))
    # A gain does not make it another recording.
    with pytest.raises(NMMError, match="'gastrocnemius' and 'rectus_femoris' are the same"):
        check_emg(spoil(training, "rectus_femoris", 0.3 * gastrocnemius))


def test_a_flat_line_outside_the_trial_is_nobodys_business(training: PreparedTraining) -> None:
    trial = training.training_trials[0]
    series = trial.emg.select(["gastrocnemius"]).values[:, 0].copy()
    series[trial.emg.time > trial.time[-1]] = 2 * series.max()
    check_emg(spoil(training, "gastrocnemius", series))


EXPECTED = Trusted("use with care", Expectation(0.84, (0.6, 0.9), 0.12, (0.1, 0.2)))


class Foretelling(FittedEstimator):
    """Says what it is told to, and of how good that is too."""

    name = "foretelling"

    def __init__(self, trust: Mapping[str, Trusted]) -> None:
        self.trust = trust

    def estimate(self, trial: PreparedTrial) -> Estimate:
        shape = np.linspace(0.1, 0.9, len(trial.time))
        return Estimate({"soleus_r": shape}, trial.moments, trust=self.trust)


def score(training: PreparedTraining, trust: Mapping[str, Trusted]) -> list[Score]:
    return score_estimators(training, [Foretelling(trust)], ["test"])


def test_a_score_says_what_was_expected(training: PreparedTraining) -> None:
    """Of the deep muscle only; moments have no such expectation."""
    told, silent = score(training, {"soleus_r": EXPECTED}), score(training, {})
    assert {each.kind for each in told} == {EMG, MOMENT}
    for each, other in zip(told, silent, strict=True):
        expected = (0.84, 0.12, "use with care") if each.kind == EMG else (None, None, None)
        assert (each.expected_r, each.expected_error, each.verdict) == expected
        # What is expected changes no score.
        assert replace(each, expected_r=None, expected_error=None, verdict=None) == other
    (unknown,) = [
        each
        for each in score(training, {"soleus_r": Trusted("do not use", None)})
        if each.kind == EMG
    ]
    assert (unknown.expected_r, unknown.expected_error) == (None, None)
    assert unknown.verdict == "do not use"
    assert np.isnan(unknown.metrics["expected_r"])


def test_scores_are_read_as_they_were_written(training: PreparedTraining, tmp_path: Path) -> None:
    scores = score(training, {"soleus_r": EXPECTED}) + score(training, {})
    file = tmp_path / "scores.csv"
    write_scores(file, scores)
    assert read_scores(file) == scores
    assert {each.verdict for each in read_scores(file)} == {"use with care", None}
    assert {each.seed for each in read_scores(file)} == {None}
    # A table of a version that expected nothing is no table of this one.
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(line.rpartition(",")[0] for line in lines) + "\n", encoding="utf-8")
    with pytest.raises(NMMError, match=r"scores.csv': expected the table .*verdict.*train again"):
        read_scores(file)


def test_expectations_are_means_over_seeds(training: PreparedTraining) -> None:
    found = summarise(score(training, {"soleus_r": EXPECTED}))
    (emg,) = (each for each in found if each.kind == EMG)
    assert emg.mean["expected_r"] == pytest.approx(0.84)
    shown = list_scores(found)["second_stance/soleus_r EMG/foretelling"]
    assert shown["expected_error"] == pytest.approx(0.12)
    assert "coverage" not in shown


def test_judgements_are_told_in_lines(training: PreparedTraining) -> None:
    trained = describe_network(
        build_nmm(training.model, training.declaration, training.training_trials, 1)
    )
    assert describe_judgements(trained) == []
    judgement = ExcitationJudgement(
        "use with care",
        "its witnesses agree little (r 0.40)",
        None,
        (),
        EXPECTED.expectation,
        "Joint moments changed nothing of it.",
    )
    (line,) = describe_judgements(replace(trained, excitations={"soleus_r": judgement}))
    assert line == (
        "soleus_r: use with care, expected r 0.84 (0.60 to 0.90), error 12 % (10 to 20 %) of "
        "maximum, because its witnesses agree little (r 0.40). Joint moments changed nothing of it."
    )
