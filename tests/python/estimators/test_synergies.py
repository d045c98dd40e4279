"""SynX: on data made of synergies it finds the synergies and the weights nobody measured."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch

from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.baselines.calibrated import CopyDriven
from nmm_opensim.estimators.baselines.synergies import Factorisation, extract_synergies
from nmm_opensim.estimators.baselines.synergy_choice import make_unknown
from nmm_opensim.estimators.baselines.synx import Synx, SynxOracle, solve_weights
from nmm_opensim.estimators.emg_driven.driven import USUAL_GAIN, Driven
from nmm_opensim.estimators.emg_driven.layout import Parameters, find_shape
from nmm_opensim.estimators.emg_driven.model import EmgDrivenModel
from nmm_opensim.estimators.interface import Task
from nmm_opensim.nmm.calibration import Bounds, MuscleBounds
from nmm_opensim.nmm.chain import MusculoskeletalModel, PreparedTrial
from nmm_opensim.nmm.predictor import Predictor
from nmm_opensim.training.preparation import PreparedTraining

K = 3
FACTORISATIONS: tuple[Factorisation, ...] = ("PCA", "NMF")
KNOWN = Bounds(MuscleBounds((1, 1), (1, 1), (1, 1)), (-1, -1), (1, 1))


class Given(Predictor):
    """A predictor whose inputs are the excitations."""

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return inputs

    def penalty(self) -> torch.Tensor:
        return torch.zeros(())


@dataclass(frozen=True)
class Synthetic:
    """Trials made of K synergies with known muscle parameters; ``truth`` by trial, (frames,)."""

    task: Task
    test: PreparedTrial
    truth: dict[str, Array]


def make_commands(time: Array) -> Array:
    """Non-negative commands (frames, K), each at rest while another one acts."""
    phase = 2 * np.pi * time / 0.9
    centres = 2 * np.pi * np.arange(K) / K
    return np.maximum(0.0, np.cos(phase[:, None] - centres)) ** 1.5


@pytest.fixture(scope="module")
def synthetic(training: PreparedTraining) -> Synthetic:
    task = training.task
    random = np.random.default_rng(3)
    channels = len(task.declaration.sources.channels)
    vectors = random.uniform(0.0, 0.6, (K, channels))
    vectors[np.arange(channels) % K, np.arange(channels)] += 0.3
    # Each synergy alone in one channel: the parts of an NMF are only then unique.
    vectors[:, :K] = 0.5 * np.eye(K)
    weights = np.array([[0.5], [0.1], [0.3]])
    declaration = replace(task.declaration, bounds=KNOWN)
    chain = MusculoskeletalModel(task.model, declaration, Given())
    truth = {}

    def make(trial: PreparedTrial) -> PreparedTrial:
        commands = make_commands(trial.time)
        deep = commands @ weights
        truth[trial.name] = deep[:, 0]
        made = replace(trial, envelopes=commands @ vectors, inputs=deep)
        moments = chain.estimate(made).moments
        assert moments is not None
        # No estimator may find the answer in the inputs.
        return replace(made, moments=moments, inputs=np.full_like(deep, np.nan))

    trials = tuple(make(trial) for trial in task.training)
    test = make(training.trials["second_stance"])
    return Synthetic(replace(task, declaration=declaration, training=trials), test, truth)


@pytest.mark.parametrize("factorisation", FACTORISATIONS)
def test_synergies_reproduce_what_is_made_of_them(
    synthetic: Synthetic, factorisation: Factorisation
) -> None:
    envelopes = synthetic.task.training[0].envelopes
    synergies = extract_synergies(envelopes, factorisation, K)
    assert synergies.variance_accounted_for > 0.9999
    unseen = synthetic.test.envelopes
    again = synergies.reconstruct(synergies.compute_commands(unseen))
    np.testing.assert_allclose(again, unseen, atol=0.01)


def test_commands_of_nmf_are_the_true_ones(synthetic: Synthetic) -> None:
    (trial,) = synthetic.task.training
    synergies = extract_synergies(trial.envelopes, "NMF", K)
    found = synergies.compute_commands(trial.envelopes)
    r = np.corrcoef(found.T, make_commands(trial.time).T)[:K, K:]
    assert (r.max(axis=0) > 0.99).all()


@pytest.mark.parametrize("factorisation", FACTORISATIONS)
def test_k_is_the_one_that_masked_muscles_are_met_best_by(
    synthetic: Synthetic, factorisation: Factorisation
) -> None:
    fitted = Synx(factorisation).fit(synthetic.task, seed=0)
    (deep,) = fitted.extrapolated
    # Fewer than made the data cannot give the masked muscles.
    assert deep.synergies.count >= K - (factorisation == "PCA")
    estimate = fitted.estimate(synthetic.test).excitations["soleus_r"]
    assert np.corrcoef(estimate, synthetic.truth[synthetic.test.name])[0, 1] > 0.95
    envelopes = synthetic.task.training[0].envelopes
    with pytest.raises(NMMError, match="from 1 to"):
        extract_synergies(envelopes, factorisation, envelopes.shape[1] + 1)


def test_synergies_leave_out_a_channel(synthetic: Synthetic) -> None:
    envelopes = synthetic.task.training[0].envelopes
    left = list(range(1, envelopes.shape[1]))
    synergies = extract_synergies(envelopes, "NMF", K, left)
    spoilt = envelopes.copy()
    spoilt[:, 0] = np.nan
    np.testing.assert_array_equal(
        synergies.compute_commands(envelopes), synergies.compute_commands(spoilt)
    )


def test_variance_accounted_for_by_hand() -> None:
    # Two channels that take turns, of which one synergy can hold one: half of the energy.
    envelopes = np.array([[1.0, 0.0], [0.0, 1.0]] * 4)
    assert extract_synergies(envelopes, "NMF", 1).variance_accounted_for == pytest.approx(0.5)
    # About their mean they are one line, which one component holds.
    assert extract_synergies(envelopes, "PCA", 1).variance_accounted_for == pytest.approx(1.0)


@pytest.mark.parametrize("factorisation", FACTORISATIONS)
def test_moments_give_the_weights_of_known_muscles(
    synthetic: Synthetic, factorisation: Factorisation
) -> None:
    task = synthetic.task
    copies = CopyDriven(task)
    trials = [copies.prepare(trial) for trial in task.training]
    model = EmgDrivenModel(task.model, copies.sources, trials)
    muscles = np.zeros(len(model.muscles))
    gain = np.log(model.drive_maxima / USUAL_GAIN)
    driven = Driven(model, Parameters(0.0, find_shape(-1.0), gain, muscles, muscles, muscles))
    copied = [copies.read(copies.predicted[0], trial, driven) for trial in trials]
    envelopes = np.vstack([trial.envelopes for trial in trials])
    synergies = extract_synergies(envelopes, factorisation, K)
    # All doubt: moments alone decide.
    unknown = make_unknown(synergies, trials, copied, 1e3)
    (weights,) = solve_weights(copies, driven, trials, [unknown], [copied])
    for trial in (*task.training, synthetic.test):
        deep = synergies.list_terms(trial.envelopes) @ weights
        truth = synthetic.truth[trial.name]
        assert np.corrcoef(deep, truth)[0, 1] > 0.995
        assert np.abs(deep - truth).max() < 0.05


@pytest.mark.parametrize("factorisation", FACTORISATIONS)
def test_synx_recovers_missing_weights(synthetic: Synthetic, factorisation: Factorisation) -> None:
    fitted = Synx(factorisation, K).fit(synthetic.task, seed=0)
    for trial in (*synthetic.task.training, synthetic.test):
        estimate = fitted.estimate(trial)
        truth = synthetic.truth[trial.name]
        deep = estimate.excitations["soleus_r"]
        # Calibration expects moments to err by a quarter; known muscles are met exactly, above.
        assert np.corrcoef(deep, truth)[0, 1] > 0.95
        for excitation in estimate.excitations.values():
            assert excitation.min() >= 0.0
            assert excitation.max() <= 1.0


def test_the_oracle_needs_no_training_trial_but_its_own(synthetic: Synthetic) -> None:
    # Moments of the training trial that contradict everything: the oracle does not look at them.
    (trial,) = synthetic.task.training
    wrong = replace(trial, moments=-trial.known_moments)
    oracle = SynxOracle("NMF", K)
    assert oracle.sees_moments
    fitted = oracle.fit(replace(synthetic.task, training=(wrong,)), seed=0)
    deep = fitted.estimate(synthetic.test).excitations["soleus_r"]
    assert np.corrcoef(deep, synthetic.truth[synthetic.test.name])[0, 1] > 0.99


def test_synx_stays_within_bounds_when_moments_ask_for_more(synthetic: Synthetic) -> None:
    (trial,) = synthetic.task.training
    strong = replace(trial, moments=5.0 * trial.known_moments)
    task = replace(synthetic.task, training=(strong,))
    for factorisation in FACTORISATIONS:
        deep = Synx(factorisation, K).fit(task, seed=0).estimate(trial).excitations["soleus_r"]
        assert deep.min() >= 0.0
        assert deep.max() == 1.0
