"""Training: deterministic, resumable, and blind to the hidden recording."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from conftest import Walking, poison_channel

from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.emg_driven.fit import EmgDrivenFit
from nmm_opensim.estimators.network import FittedNetwork
from nmm_opensim.nmm.artefact import read_artefact
from nmm_opensim.training.preparation import Outcome, TrainedSeed, Training
from nmm_opensim.training.scoring import score_training, summarise
from nmm_opensim.training.train import train
from nmm_opensim.training.training_setup import read_training_setup


def quiet(index: int, iteration: int, error: float) -> None:
    pass


def state_of(seeds: list[TrainedSeed]) -> list[torch.Tensor]:
    return [value for seed in seeds for value in seed.state.values()]


def short(walking: Walking, name: str, *replacements: tuple[str, str]) -> Training:
    setup = walking.copy(
        walking.train_setup,
        f"{name}.xml",
        ("<iterations>40", "<iterations>12"),
        ("walking.nmm", f"{name}.nmm"),
        *replacements,
    )
    return Training(read_training_setup(setup))


def test_an_interrupted_training_resumes_to_the_same_result(walking_inputs: Walking) -> None:
    training = short(walking_inputs, "interrupted", ("<seeds>1<", "<seeds>1 2<"))
    whole = training.run(quiet)
    training.checkpoint.clear()

    def interrupt(index: int, iteration: int, error: float) -> None:
        if index == 1 and iteration == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        training.run(interrupt)
    assert not training.setup.artefact_file.exists()
    seen = []
    resumed = training.run(lambda index, iteration, error: seen.append((index, iteration)))
    assert seen[0] == (1, 6)
    assert [seed.loss for seed in resumed] == [seed.loss for seed in whole]
    assert all(torch.equal(a, b) for a, b in zip(state_of(whole), state_of(resumed), strict=True))
    training.checkpoint.clear()


def test_an_interrupted_posterior_resumes_to_the_same_result(
    walking_inputs: Walking, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = short(
        walking_inputs, "interrupted_posterior", ("<estimator>nmm<", "<estimator>posterior<")
    )
    (whole,) = train(training)
    training.checkpoint.clear()
    asked = []

    def interrupt(text: str, share: float | None) -> None:
        if text.startswith("masked"):
            asked.append(text)
        if len(asked) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(training, interrupt)
    # As after a new start of the program; what was done is not done again.
    training = Training(training.setup)
    monkeypatch.delattr(EmgDrivenFit, "run")
    said = []
    (resumed,) = train(training, lambda text, share: said.append(text))
    assert [text for text in said if text.startswith("masked")][:3] == asked
    trial = training.trials["second_stance"]
    expected, found = whole.nmm.estimate(trial), resumed.nmm.estimate(trial)
    for muscle, excitation in expected.excitations.items():
        np.testing.assert_array_equal(found.excitations[muscle], excitation)
    assert found.moments is not None
    np.testing.assert_array_equal(found.moments, expected.moments)
    assert resumed.nmm.describe_nmm().excitations == whole.nmm.describe_nmm().excitations
    training.checkpoint.clear()


def test_a_damaged_checkpoint_says_what_to_do(walking_inputs: Walking) -> None:
    training = short(walking_inputs, "damaged")
    checkpoint = training.setup.artefact_file.with_suffix(".checkpoint")
    checkpoint.write_bytes(b"not a checkpoint")
    with pytest.raises(NMMError, match="delete it to start anew"):
        training.run(quiet)
    training.checkpoint.clear()


@pytest.mark.parametrize("poison", ["nan", "noise", "inverted"])
def test_the_hidden_channel_cannot_leak(walking_inputs: Walking, poison: str) -> None:
    clean = short(walking_inputs, "clean").run(quiet)
    source = walking_inputs.folder / "data/example3DWalking/electromyography.sto"
    poisoned = source.with_name(f"poisoned_{poison}.sto")
    poison_channel(source, poisoned, poison)
    training = short(walking_inputs, f"poisoned_{poison}", (source.name, poisoned.name))
    spoilt = training.run(quiet)
    training.checkpoint.clear()
    assert clean[0].loss == spoilt[0].loss
    assert all(torch.equal(a, b) for a, b in zip(state_of(clean), state_of(spoilt), strict=True))


def test_scores_stand_beside_the_neighbour(training: Training, walking: Walking) -> None:
    scores = score_training(training, [Outcome(FittedNetwork(training.build(1), 1), 0.0)])
    summaries = {(s.trial, s.quantity, s.estimator): s for s in summarise(scores)}
    neighbour = summaries["second_stance", "soleus_r", "copy of gastrocnemius"]
    # Known of this recording: the neighbour is about .54 on the test stance.
    assert 0.45 < neighbour.mean["r"] < 0.65
    assert ("second_stance", "soleus_r", "NMM") in summaries
    assert ("second_stance", "ankle_angle_r", "NMM") in summaries


def test_the_artefact_says_what_it_was_made_from(walking: Walking) -> None:
    artefact = read_artefact(walking.results / "walking.nmm")
    content = artefact.content
    assert content["training"]["seed"] == 1
    assert set(content["training"]["data"]) == {
        "electromyography.sto",
        "walking_coordinates.mot",
        "walking_moments.sto",
    }
    assert [m["name"] for m in artefact.deep_muscles] == ["soleus_r"]
    assert content["model"]["name"] == "subject_walk_scaled"
