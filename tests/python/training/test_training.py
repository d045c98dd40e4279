"""Training: deterministic, resumable, and blind to the hidden recording."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from conftest import Walking, poison_channel
from rich.console import Console

from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.catalogue import ESTIMATORS
from nmm_opensim.estimators.checkpoint import Checkpoint
from nmm_opensim.estimators.emg_driven.fit import EmgDrivenFit
from nmm_opensim.estimators.network import FittedNetwork
from nmm_opensim.listener import Listener
from nmm_opensim.nmm.artefact import read_artefact
from nmm_opensim.nmm.chain import build_nmm
from nmm_opensim.nmm.estimate import Estimate
from nmm_opensim.nmm.trained import TrainedNMM
from nmm_opensim.training.fit_outcome import fit_estimator, fit_outcome, open_checkpoint
from nmm_opensim.training.outcome import Outcome
from nmm_opensim.training.preparation import PreparedTraining, prepare_training
from nmm_opensim.training.score_tables import make_tables
from nmm_opensim.training.scoring import EMG, MOMENT, score_estimators, score_outcome, summarise
from nmm_opensim.training.training_setup import read_training_setup


class Stopping(Listener):
    """Hears progress, and stops the work where it is told to."""

    def __init__(self, stop: Callable[[str], bool] = lambda text: False) -> None:
        self.heard: list[str] = []
        self._stop = stop

    def progress(self, text: str, share: float | None = None) -> None:
        self.heard.append(text)
        if self._stop(text):
            raise KeyboardInterrupt


def states_of(outcome: Outcome) -> list[torch.Tensor]:
    networks = [nmm for nmm in outcome.nmms if isinstance(nmm, FittedNetwork)]
    return [value for network in networks for value in network.nmm.state_dict().values()]


def short(walking: Walking, name: str, *replacements: tuple[str, str]) -> PreparedTraining:
    setup = walking.copy(
        walking.train_setup,
        f"{name}.xml",
        ("<iterations>40", "<iterations>12"),
        ("walking.nmm", f"{name}.nmm"),
        *replacements,
    )
    return prepare_training(read_training_setup(setup))


def test_an_interrupted_training_resumes_to_the_same_result(walking_inputs: Walking) -> None:
    training = short(walking_inputs, "interrupted", ("<seeds>1<", "<seeds>1 2<"))
    checkpoint = open_checkpoint(training.setup)
    unbroken = Stopping()
    whole = fit_outcome(training, unbroken)
    assert len(unbroken.heard) == 2 * 12
    checkpoint.clear()
    stopped = Stopping(lambda text: text == unbroken.heard[12 + 4])
    with pytest.raises(KeyboardInterrupt):
        fit_outcome(training, stopped)
    assert not training.setup.artefact_file.exists()
    resumed_to = Stopping()
    resumed = fit_outcome(training, resumed_to)
    # The first seed is done; the second goes on after its fifth iteration.
    assert resumed_to.heard == unbroken.heard[12 + 5 :]
    assert [nmm.loss for nmm in resumed.nmms] == [nmm.loss for nmm in whole.nmms]
    assert all(torch.equal(a, b) for a, b in zip(states_of(whole), states_of(resumed), strict=True))
    checkpoint.clear()


def test_an_interrupted_posterior_resumes_to_the_same_result(
    walking_inputs: Walking, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = short(
        walking_inputs, "interrupted_posterior", ("<estimator>nmm<", "<estimator>posterior<")
    )
    checkpoint = open_checkpoint(training.setup)
    whole = fit_outcome(training)
    checkpoint.clear()
    asked: list[str] = []

    def third_mask(text: str) -> bool:
        if text.startswith("masked"):
            asked.append(text)
        return len(asked) == 3

    with pytest.raises(KeyboardInterrupt):
        fit_outcome(training, Stopping(third_mask))
    # As after a new start of the program; what was done is not done again.
    training = prepare_training(training.setup)
    monkeypatch.delattr(EmgDrivenFit, "run")
    listener = Stopping()
    resumed = fit_outcome(training, listener)
    assert [text for text in listener.heard if text.startswith("masked")][:3] == asked
    trial = training.trials["second_stance"]
    expected, found = whole.chosen.estimate(trial), resumed.chosen.estimate(trial)
    for muscle, excitation in expected.excitations.items():
        np.testing.assert_array_equal(found.excitations[muscle], excitation)
    assert found.moments is not None
    assert expected.moments is not None
    np.testing.assert_array_equal(found.moments, expected.moments)
    assert resumed.chosen.describe_nmm().excitations == whole.chosen.describe_nmm().excitations
    checkpoint.clear()


def test_a_damaged_checkpoint_says_what_to_do(walking_inputs: Walking) -> None:
    training = short(walking_inputs, "damaged")
    checkpoint = training.setup.artefact_file.with_suffix(".checkpoint")
    checkpoint.write_bytes(b"not a checkpoint")
    with pytest.raises(NMMError, match="delete it to start anew"):
        fit_outcome(training)
    open_checkpoint(training.setup).clear()


def test_steps_of_another_training_are_ignored(walking_inputs: Walking) -> None:
    training = short(walking_inputs, "own_steps")
    fit_outcome(training)
    path = training.setup.artefact_file.with_suffix(".checkpoint")
    assert Checkpoint(path, "another").open_steps(ignore).found == {}
    assert set(open_checkpoint(training.setup).open_steps(ignore).found) == {"seed 1"}
    open_checkpoint(training.setup).clear()


def ignore(text: str, share: float | None) -> None:
    pass


@pytest.mark.parametrize("poison", ["nan", "noise", "inverted"])
def test_the_hidden_channel_cannot_leak(walking_inputs: Walking, poison: str) -> None:
    clean = fit_outcome(short(walking_inputs, "clean"))
    source = walking_inputs.folder / "data/example3DWalking/electromyography.sto"
    poisoned = source.with_name(f"poisoned_{poison}.sto")
    poison_channel(source, poisoned, poison)
    training = short(walking_inputs, f"poisoned_{poison}", (source.name, poisoned.name))
    spoilt = fit_outcome(training)
    open_checkpoint(training.setup).clear()
    assert clean.chosen.loss == spoilt.chosen.loss
    assert all(torch.equal(a, b) for a, b in zip(states_of(clean), states_of(spoilt), strict=True))


@pytest.fixture(scope="module")
def clean_posterior(walking_inputs: Walking) -> tuple[TrainedNMM, Estimate]:
    return fit_posterior(walking_inputs, "clean_posterior")


def fit_posterior(
    walking: Walking, name: str, *replacements: tuple[str, str]
) -> tuple[TrainedNMM, Estimate]:
    """A posterior with the shipped population, and what it says of the test stance."""
    training = short(walking, name, ("<estimator>nmm<", "<estimator>posterior<"), *replacements)
    (fitted,) = fit_outcome(training).nmms
    open_checkpoint(training.setup).clear()
    return fitted.describe_nmm(), fitted.estimate(training.trials["second_stance"])


@pytest.mark.parametrize("poison", ["nan", "noise", "inverted", "removed"])
def test_the_hidden_channel_cannot_leak_into_a_population(
    walking_inputs: Walking, clean_posterior: tuple[TrainedNMM, Estimate], poison: str
) -> None:
    """Phase, lag, weights of witnesses and intervals: all the same to the last bit."""
    source = walking_inputs.folder / "data/example3DWalking/electromyography.sto"
    poisoned = source.with_name(f"population_{poison}.sto")
    poison_channel(source, poisoned, poison)
    described, said = fit_posterior(
        walking_inputs, f"population_{poison}", (source.name, poisoned.name)
    )
    clean, expected = clean_posterior
    assert clean.population is not None
    assert clean.population.heard
    assert described.population == clean.population
    # Verdict, reason, interval, witnesses and expectation, the last from masked muscles.
    assert described.excitations == clean.excitations
    assert clean.excitations["soleus_r"].expectation is not None
    assert described.parameters == clean.parameters
    assert described.predictor == clean.predictor
    assert set(described.tensors) == set(clean.tensors)
    for name, values in clean.tensors.items():
        np.testing.assert_array_equal(described.tensors[name], values)
    for muscle, excitation in expected.excitations.items():
        np.testing.assert_array_equal(said.excitations[muscle], excitation)
    assert set(said.intervals) == set(expected.intervals) == {"soleus_r"}
    assert said.trust == expected.trust
    assert set(said.trust) == {"soleus_r"}
    for muscle, interval in expected.intervals.items():
        np.testing.assert_array_equal(said.intervals[muscle].lower, interval.lower)
        np.testing.assert_array_equal(said.intervals[muscle].upper, interval.upper)
    assert said.moments is not None
    assert expected.moments is not None
    np.testing.assert_array_equal(said.moments, expected.moments)


def test_scores_stand_beside_the_neighbour(training: PreparedTraining, walking: Walking) -> None:
    untrained = build_nmm(training.model, training.declaration, training.training_trials, 1)
    scores = score_outcome(training, Outcome((FittedNetwork(untrained, 1),)))
    summaries = {(s.trial, s.quantity, s.estimator): s for s in summarise(scores)}
    neighbour = summaries["second_stance", "soleus_r", "copy of gastrocnemius"]
    # Known of this recording: the neighbour is about .54 on the test stance.
    assert 0.45 < neighbour.mean["r"] < 0.65
    assert ("second_stance", "soleus_r", "NMM") in summaries
    assert ("second_stance", "ankle_angle_r", "NMM") in summaries


@pytest.fixture(scope="module")
def without_moments(walking_inputs: Walking) -> PreparedTraining:
    """The walking trial of whose test nobody knows the moments."""
    setup = walking_inputs.leave_out_moments(
        walking_inputs.train_setup, "without_moments.xml", "second_stance"
    )
    return prepare_training(read_training_setup(setup))


def test_a_trial_without_moments_has_its_emg_scored(
    training: PreparedTraining, without_moments: PreparedTraining
) -> None:
    untrained = build_nmm(training.model, training.declaration, training.training_trials, 1)
    outcome = Outcome((FittedNetwork(untrained, 1),))
    scores = score_outcome(without_moments, outcome)
    # All else is scored as if the moments were there.
    assert scores == [
        score
        for score in score_outcome(training, outcome)
        if (score.trial, score.kind) != ("second_stance", MOMENT)
    ]
    assert {s.kind for s in scores if s.trial == "second_stance"} == {EMG}
    # The moments that the NMM foretells are no less told for that.
    moments = outcome.chosen.estimate(without_moments.trials["second_stance"]).moments
    assert moments is not None
    assert np.isfinite(moments).all()
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(make_tables(summarise(scores)))
    text = console.export_text()
    assert "soleus_r EMG, second_stance (test)" in text
    assert "ankle_angle_r moment, first_stride (train)" in text
    assert "moment, second_stance" not in text


def test_who_is_given_moments_says_nothing_without_them(
    without_moments: PreparedTraining,
) -> None:
    """Every estimator of the catalogue answers the trial, or is known to need its moments."""
    scored = set()
    for name, make in ESTIMATORS.items():
        options = replace(without_moments.setup.optimization, iterations=1)
        fitted = fit_estimator(
            name,
            replace(without_moments, setup=replace(without_moments.setup, optimization=options)),
            1,
        )
        assert fitted.sees_moments == make(options).sees_moments, name
        scores = score_estimators(without_moments, [fitted], ["test"])
        assert all(score.kind == EMG for score in scores), name
        if scores:
            scored.add(name)
    given = {
        "posterior_own_moments",
        "synx_nmf_oracle",
        "synx_pca_oracle",
        "emg_assisted",
        "static_optimization",
    }
    assert scored == set(ESTIMATORS) - given


def test_nobody_is_taught_or_judged_without_moments(without_moments: PreparedTraining) -> None:
    trial = without_moments.trials["second_stance"]
    with pytest.raises(NMMError, match="joint moments of trial 'second_stance'"):
        replace(without_moments.task, training=(trial,))
    with pytest.raises(NMMError, match="joint moments of trial 'second_stance'"):
        replace(without_moments.task, validation=(trial,))


def test_the_artefact_says_what_it_was_made_from(walking: Walking) -> None:
    artefact = read_artefact(walking.results / "walking.nmm")
    assert artefact.training.seed == 1
    assert set(artefact.training.data) == {
        "electromyography.sto",
        "grf_walk.mot",
        "grf_walk.xml",
        "walking.nmmpop",
        "walking_coordinates.mot",
        "walking_moments.sto",
    }
    assert [m.name for m in artefact.deep_muscles] == ["soleus_r"]
    assert artefact.model_name == "subject_walk_scaled"
