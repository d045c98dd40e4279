"""Estimators: what they may see, and their own mathematics where the answer is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from conftest import Walking, poison_channel

from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.baselines.copies import Copies, Rule, choose_copies, choose_neighbour
from nmm_opensim.estimators.baselines.neighbour import NeighbourCopy
from nmm_opensim.estimators.baselines.supervised import Supervised
from nmm_opensim.estimators.catalogue import ESTIMATORS
from nmm_opensim.estimators.interface import Estimator, Task, conceal
from nmm_opensim.nmm.estimate import Estimate
from nmm_opensim.nmm.sources import Deep, Measured, MuscleSources
from nmm_opensim.training.labels import reveal
from nmm_opensim.training.preparation import PreparedTraining, prepare_training
from nmm_opensim.training.training_setup import read_training_setup

TEST = "second_stance"
WITHOUT_MOMENTS = ("neighbour_copy", "population_mean")


def test_a_task_holds_nothing_that_could_leak(training: PreparedTraining) -> None:
    task = training.task
    assert [t.role for t in task.training] == ["train"]
    assert task.validation == ()
    assert [s.recorded_channel for s in task.declaration.sources.deep] == [None]
    assert "soleus" not in task.declaration.sources.channels
    assert all("soleus" not in trial.emg.columns for trial in task.training)
    # The training itself still knows what to score with.
    assert training.declaration.sources.deep[0].recorded_channel == "soleus"


def test_a_task_refuses_what_it_must_not_hold(training: PreparedTraining) -> None:
    with pytest.raises(NMMError, match=r"soleus_r.*conceal"):
        Task(training.model, training.declaration, tuple(training.training_trials))
    with pytest.raises(NMMError, match="at least one training trial"):
        Task(training.model, conceal(training.declaration), ())


def test_labels_are_another_type_of_task(training: PreparedTraining) -> None:
    labelled = reveal(training)
    assert not isinstance(labelled, Task)
    assert set(labelled.labels) == {"first_stride"}, "a test trial's labels must stay out"
    assert labelled.labels["first_stride"]["soleus_r"].max() > 0.5


def test_neighbour_choice_uses_the_measured_synergists_only() -> None:
    time = np.arange(5.0)
    a = np.array([0.0, 1.0, 0.0, 1.0, 0.0])
    envelopes = np.stack([a, 0.9 * a + 0.1 * time, time], axis=1)
    assert choose_neighbour(envelopes, "abc", ["c"]) == "c"
    assert choose_neighbour(envelopes, "abc", ["a", "b", "c"]) == "b"
    copies = Copies(("a", "b", "c"), envelopes, "best channel")
    assert copies.choose(["a", "b", "c"]) == ("b",)
    with pytest.raises(NMMError, match="at least one synergist"):
        copies.choose([])


@pytest.mark.parametrize(
    ("rule", "combine"),
    [
        ("best channel", lambda a, b: a),
        ("arithmetic mean", lambda a, b: (a + b) / 2),
        ("geometric mean", lambda a, b: np.sqrt(a * b)),
    ],
)
def test_the_way_of_copying_is_chosen_by_hiding_measured_muscles(
    training: PreparedTraining, rule: Rule, combine: Callable[[Array, Array], Array]
) -> None:
    """A measured muscle that is made of its synergists' shares in one way finds that way."""
    (trial,) = training.training_trials
    time = trial.time
    a = 0.55 - 0.4 * np.cos(9.0 * time)
    b = 0.3 + 0.2 * np.sin(23.0 * time)
    shares = [each / np.percentile(each, 99) for each in (a, b)]
    made = combine(np.minimum(shares[0], 1.0), np.minimum(shares[1], 1.0))
    told = replace(trial, envelopes=np.stack([a, b, made], axis=1))
    sources = MuscleSources(
        (
            Measured("first", ("a",), (1.0,)),
            Measured("second", ("b",), (1.0,)),
            Measured("made", ("c",), (1.0,), ("a", "b")),
        )
    )
    copies = choose_copies(sources, [told])
    assert copies.rule == rule
    r = np.corrcoef(copies.copy(["a", "b"], told.envelopes), made)[0, 1]
    assert r > 0.99


def test_a_neighbour_is_chosen_on_training_frames_only(training: PreparedTraining) -> None:
    task = training.task
    (deep,) = task.declaration.sources.deep
    synergists = ("gastrocnemius", "tibialis_anterior", "biceps_femoris")
    sources = tuple(
        replace(s, synergists=synergists if s == deep else ())
        if isinstance(s, Deep | Measured)
        else s
        for s in task.declaration.sources.sources
    )
    declaration = replace(task.declaration, sources=type(task.declaration.sources)(sources))
    fitted = NeighbourCopy().fit(replace(task, declaration=declaration), seed=1)
    chosen = fitted.neighbours["soleus_r"]
    trial = training.trials[TEST]
    # No measured muscle has synergists: nothing speaks for a mean.
    assert fitted.copies.rule == "best channel"
    assert len(chosen) == 1
    assert chosen[0] in synergists
    copy = fitted.estimate(trial).excitations["soleus_r"]
    column = declaration.sources.channels.index(chosen[0])
    np.testing.assert_allclose(copy, trial.envelopes[:, column], rtol=1e-12)
    assert fitted.describe("soleus_r") == f"copy of {chosen[0]}"


def estimate_all(training: PreparedTraining) -> dict[str, Estimate]:
    """Every estimator but the supervised ceiling, on the unseen trial."""
    options = replace(training.setup.optimization, iterations=3)
    estimates = {}
    for name, make in ESTIMATORS.items():
        estimator = make(options)
        if isinstance(estimator, Estimator):
            estimates[name] = estimator.fit(training.task, seed=1).estimate(training.trials[TEST])
    return estimates


@pytest.fixture(scope="module")
def estimates(training: PreparedTraining) -> dict[str, Estimate]:
    return estimate_all(training)


def test_every_estimator_estimates_the_deep_muscle_within_bounds(
    training: PreparedTraining, estimates: dict[str, Estimate]
) -> None:
    frames = len(training.trials[TEST].time)
    for name, estimate in estimates.items():
        deep = estimate.excitations["soleus_r"]
        assert deep.shape == (frames,), name
        for excitation in estimate.excitations.values():
            assert excitation.min() >= 0.0, name
            assert excitation.max() <= 1.0, name
        assert (estimate.moments is None) == (name in WITHOUT_MOMENTS)
        if estimate.moments is not None:
            assert estimate.moments.shape == (frames, 2)


@pytest.mark.parametrize("poison", ["nan", "noise", "inverted", "removed"])
def test_no_estimator_can_see_the_hidden_channel(
    walking_inputs: Walking, estimates: dict[str, Estimate], poison: str
) -> None:
    source = walking_inputs.folder / "data/example3DWalking/electromyography.sto"
    poisoned = source.with_name(f"estimators_{poison}.sto")
    poison_channel(source, poisoned, poison)
    setup = walking_inputs.copy(
        walking_inputs.train_setup, f"estimators_{poison}.xml", (source.name, poisoned.name)
    )
    spoilt = estimate_all(prepare_training(read_training_setup(setup)))
    compare_estimates(estimates, spoilt)
    # Nor is it believed more or less for what the channel holds.
    trusted = estimates["posterior"].trust["soleus_r"]
    assert trusted.expectation is not None
    assert spoilt["posterior"].trust == {"soleus_r": trusted}


def test_the_estimated_delay_cannot_see_the_hidden_channel(walking_inputs: Walking) -> None:
    setup = walking_inputs.copy(
        walking_inputs.train_setup, "unspoilt_delay.xml", ("delay>0.04<", "delay>estimate<")
    )
    delay = prepare_training(read_training_setup(setup)).declaration.electromechanical_delay
    source = walking_inputs.folder / "data/example3DWalking/electromyography.sto"
    for poison in ("nan", "inverted", "removed"):
        poisoned = source.with_name(f"delay_{poison}.sto")
        poison_channel(source, poisoned, poison)
        spoilt = walking_inputs.copy(setup, "spoilt_delay.xml", (source.name, poisoned.name))
        found = prepare_training(read_training_setup(spoilt)).declaration.electromechanical_delay
        assert found == delay


def compare_estimates(estimates: dict[str, Estimate], spoilt: dict[str, Estimate]) -> None:
    for name, estimate in estimates.items():
        for muscle, excitation in estimate.excitations.items():
            assert np.array_equal(excitation, spoilt[name].excitations[muscle]), name
        assert set(estimate.intervals) == set(spoilt[name].intervals), name
        for muscle, interval in estimate.intervals.items():
            assert np.array_equal(interval.lower, spoilt[name].intervals[muscle].lower), name
            assert np.array_equal(interval.upper, spoilt[name].intervals[muscle].upper), name
        assert estimate.trust == spoilt[name].trust, name
        if estimate.moments is not None:
            moments = spoilt[name].moments
            assert moments is not None, name
            assert np.array_equal(estimate.moments, moments), name


def test_the_ceiling_learns_its_labels(training: PreparedTraining) -> None:
    labelled = reveal(training)
    trial = training.trials["first_stride"]

    def learn(labels: np.ndarray) -> np.ndarray:
        told = replace(labelled, labels={"first_stride": {"soleus_r": labels}})
        return Supervised().fit(told, seed=1).estimate(trial).excitations["soleus_r"]

    truth = labelled.labels["first_stride"]["soleus_r"]
    # Any labels: what it gives comes from them and from nothing else.
    for labels in (truth, truth.max() - truth):
        assert np.corrcoef(learn(labels), labels)[0, 1] > 0.9
    with pytest.raises(NMMError, match="recorded_channel"):
        Supervised().fit(replace(labelled, labels={}), seed=1)


def test_the_ceiling_takes_the_regression_that_unseen_labels_prefer(
    training: PreparedTraining,
) -> None:
    """A product of shares is a sum of logarithms: only a regression that sees those meets it."""
    labelled = reveal(training)
    (trial,) = training.training_trials
    channels = len(training.task.declaration.sources.channels)
    random = np.random.default_rng(0)
    inputs = trial.inputs.copy()
    inputs[:, : 2 * channels] = np.exp(random.uniform(-3.0, 0.0, (len(inputs), 2 * channels)))
    labels = np.prod(inputs[:, :4], axis=1) ** 0.5
    told = replace(trial, inputs=inputs)
    task = replace(labelled.task, training=(told,))
    fitted = Supervised().fit(
        replace(labelled, task=task, labels={trial.name: {"soleus_r": labels}}), seed=1
    )
    chosen = fitted.taught["soleus_r"].candidate
    assert chosen.log_channels
    assert chosen.log_labels


def test_labels_of_validation_trials_teach_too(training: PreparedTraining) -> None:
    labelled = reveal(training)
    (trial,) = training.training_trials
    other = replace(training.trials[TEST], role="validation")
    task = replace(labelled.task, validation=(other,))
    rest = labelled.labels[trial.name]["soleus_r"]
    labels = np.linspace(0.0, 1.0, len(other.time))

    def learn(validation: Array) -> Array:
        told = {trial.name: {"soleus_r": rest}, other.name: {"soleus_r": validation}}
        fitted = Supervised().fit(replace(labelled, task=task, labels=told), seed=1)
        return fitted.estimate(other).excitations["soleus_r"]

    # Against the training trial's own, which say something else.
    assert np.corrcoef(learn(labels), labels)[0, 1] > 0.4
    assert np.corrcoef(learn(1.0 - labels), labels)[0, 1] < -0.4
