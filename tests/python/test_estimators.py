"""Estimators: what they may see, and their own mathematics where the answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.estimator import Task, conceal
from nmm_opensim.estimators.neighbour import NeighbourCopy, choose_neighbour
from nmm_opensim.training.hidden import reveal
from nmm_opensim.training.training import Training


def test_a_task_holds_nothing_that_could_leak(training: Training) -> None:
    task = training.task
    assert [t.trial.role for t in task.training] == ["train"]
    assert task.validation == ()
    assert [s.recorded_channel for s in task.declaration.sources.deep] == [None]
    assert "soleus" not in task.declaration.sources.channels
    assert all("soleus" not in trial.trial.emg.columns for trial in task.training)
    # The training itself still knows what to score with.
    assert training.declaration.sources.deep[0].recorded_channel == "soleus"


def test_a_task_refuses_what_it_must_not_hold(training: Training) -> None:
    with pytest.raises(NMMError, match=r"soleus_r.*conceal"):
        Task(training.model, training.declaration, tuple(training.training_trials))
    with pytest.raises(NMMError, match="at least one training trial"):
        Task(training.model, conceal(training.declaration), ())


def test_labels_are_another_type_of_task(training: Training) -> None:
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
    with pytest.raises(NMMError, match="at least one synergist"):
        choose_neighbour(envelopes, "abc", [])


def test_a_neighbour_is_chosen_on_training_frames_only(training: Training) -> None:
    task = training.task
    (deep,) = task.declaration.sources.deep
    synergists = ("gastrocnemius", "tibialis_anterior", "biceps_femoris")
    sources = tuple(
        replace(s, synergists=synergists) if s == deep else s
        for s in task.declaration.sources.sources
    )
    declaration = replace(task.declaration, sources=type(task.declaration.sources)(sources))
    fitted = NeighbourCopy().fit(replace(task, declaration=declaration), seed=1)
    chosen = fitted.neighbours["soleus_r"]
    assert chosen in synergists
    trial = training.trials["second_stance"]
    copy = fitted.estimate(trial).excitations["soleus_r"]
    column = declaration.sources.channels.index(chosen)
    assert np.array_equal(copy, trial.envelopes[:, column].numpy())
    assert fitted.describe("soleus_r") == f"copy of {chosen}"
