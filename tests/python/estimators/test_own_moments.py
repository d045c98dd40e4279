"""The posterior of trials whose own moments are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from conftest import Walking, poison_channel

from nmm_opensim.estimators.posterior.estimator import FittedPosterior, Posterior
from nmm_opensim.estimators.posterior.frame_corrections import (
    ACTIVATION_TIME,
    MEASURED_DOUBT,
    FrameCorrections,
)
from nmm_opensim.estimators.posterior.own_moments import (
    DOUBTS,
    FittedPosteriorOwnMoments,
    MaskedAnswer,
    PosteriorOwnMoments,
    ask_masked,
    choose_doubt,
)
from nmm_opensim.nmm.chain import PreparedTrial
from nmm_opensim.training.preparation import PreparedTraining, prepare_training
from nmm_opensim.training.training_setup import read_training_setup

TEST = "second_stance"


@pytest.fixture(scope="module")
def fitted(training: PreparedTraining) -> FittedPosterior:
    return Posterior().fit(training.task, 0)


@pytest.fixture(scope="module")
def asked(training: PreparedTraining, fitted: FittedPosterior) -> list[MaskedAnswer]:
    return ask_masked(training.task, fitted)


@pytest.fixture(scope="module")
def known(training: PreparedTraining, fitted: FittedPosterior) -> PreparedTrial:
    """The test trial with its drives."""
    return fitted.drives.prepare(training.trials[TEST])


def test_no_doubt_leaves_the_posterior_as_it_is(
    training: PreparedTraining, fitted: FittedPosterior
) -> None:
    trial = training.trials[TEST]
    found = FittedPosteriorOwnMoments(fitted, 0.0).estimate(trial)
    expected = fitted.estimate(trial)
    np.testing.assert_array_equal(found.excitations["soleus_r"], expected.excitations["soleus_r"])
    assert found.trust == expected.trust
    assert set(found.intervals) == {"soleus_r"}


def test_a_trials_own_moments_are_met_better(
    training: PreparedTraining, fitted: FittedPosterior
) -> None:
    """The more, the further soleus may move; what is no longer known is not said."""
    trial = training.trials[TEST]
    errors = []
    for doubt in DOUBTS:
        estimate = FittedPosteriorOwnMoments(fitted, doubt).estimate(trial)
        assert estimate.moments is not None
        errors.append(np.square(estimate.moments - trial.known_moments).mean(axis=0))
        if doubt:
            assert not estimate.intervals
            assert not estimate.trust
            assert set(estimate.novelty) == set(fitted.estimate(trial).novelty)
    # Knee and ankle; soleus moves the ankle alone.
    knee, ankle = np.array(errors).T
    assert (knee[1:] < 0.9 * knee[0]).all()
    assert (np.diff(ankle) < 0).all()
    assert ankle[-1] < 0.9 * ankle[0]


def test_a_deep_muscle_goes_back_to_what_made_the_moments(
    fitted: FittedPosterior, known: PreparedTrial
) -> None:
    """Moments of a soleus that worked otherwise bring it there, as far as it is doubted."""
    driven = fitted.corrected.driven
    (deep,) = fitted.drives.deep
    drive = driven.model.drives.index(deep)
    corrected = fitted.corrected
    truth = corrected.corrections.compute(known)
    burst = 0.2 * np.exp(-np.square((known.time - known.time.mean()) / 0.15))
    truth[:, drive] += burst
    told = replace(known, moments=driven.compute_moments(known, truth))
    frames = FrameCorrections(corrected, told)
    smooth = corrected.corrections.compute(told)
    r, size = [], []
    for doubt in (3.0, 300.0):
        moved = (frames.compute([deep], doubt) - smooth)[:, drive]
        r.append(np.corrcoef(moved, burst)[0, 1])
        size.append(moved @ burst / (burst @ burst))
    assert min(r) > 0.8
    assert size[0] < size[1]
    assert size[1] == pytest.approx(1.0, abs=0.1)


def test_a_drives_doubt_is_what_is_said(fitted: FittedPosterior, known: PreparedTrial) -> None:
    """An unheard drive without doubt is not moved; a measured one moves by a small share."""
    frames = FrameCorrections(fitted.corrected, known)
    driven = fitted.corrected.driven
    smooth = fitted.corrected.corrections.compute(known)
    (deep,) = fitted.drives.deep
    drive = driven.model.drives.index(deep)
    moved = frames.compute([deep], 0.0) - smooth
    assert not moved[:, drive].any()
    others = np.delete(moved, drive, axis=1)
    assert others.any()
    amplitudes = np.delete(driven.compute_amplitudes([known]), drive)
    assert (others.std(axis=0) < 5 * MEASURED_DOUBT * amplitudes).all()


def test_corrections_come_before_what_they_cause(
    fitted: FittedPosterior, known: PreparedTrial
) -> None:
    """An error of the moments that begins at one moment is answered ACTIVATION_TIME before it."""
    corrected = fitted.corrected
    begins = known.time[len(known.time) // 2]
    wrong = corrected.compute_moments(known)
    wrong = wrong * np.where(known.time >= begins, 1.2, 1.0)[:, None]
    told = replace(known, moments=wrong)
    moved = FrameCorrections(corrected, told).compute(list(fitted.drives.deep), 1.0)
    moved = np.abs(moved - corrected.corrections.compute(told)).max(axis=1)
    first = known.time[np.flatnonzero(moved > 1e-3 * moved.max())[0]]
    step = float(np.median(np.diff(known.time)))
    assert first == pytest.approx(begins - ACTIVATION_TIME, abs=1.5 * step)


def test_leverage_is_a_share(fitted: FittedPosterior, known: PreparedTrial) -> None:
    """Of the ankle's moment soleus makes the most; what works no coordinate has none."""
    frames = FrameCorrections(fitted.corrected, known)
    model = fitted.corrected.driven.model
    (deep,) = fitted.drives.deep
    assert frames.leverage.shape == (len(model.drives),)
    assert (frames.leverage >= 0).all()
    assert (frames.leverage <= 1).all()
    assert frames.leverage[model.drives.index(deep)] > 0.3
    nothing = replace(known, moment_arms=np.zeros_like(known.moment_arms))
    still = FrameCorrections(fitted.corrected, nothing)
    assert not still.leverage.any()
    smooth = fitted.corrected.corrections.compute(known)
    np.testing.assert_array_equal(still.compute([deep], 3.0), smooth)


def test_moments_that_never_change_ask_for_nothing(
    fitted: FittedPosterior, known: PreparedTrial
) -> None:
    constant = replace(known, moments=np.full_like(known.known_moments, 7.0))
    found = FrameCorrections(fitted.corrected, constant).compute(list(fitted.drives.deep), 3.0)
    smooth = fitted.corrected.corrections.compute(known)
    np.testing.assert_array_equal(found, smooth)


def test_masked_muscles_choose_the_doubt(
    training: PreparedTraining, fitted: FittedPosterior, asked: list[MaskedAnswer]
) -> None:
    """The first is what the posterior itself was met by when it masked them."""
    assert {answer.channel for answer in asked} <= set(fitted.drives.prior.masked)
    assert len(asked) >= 5
    unmoved = np.mean([answer.agreements[0] for answer in asked])
    assert unmoved == pytest.approx(max(fitted.masking.agreement), abs=1e-12)
    means = np.mean([answer.agreements for answer in asked], axis=0)
    found = PosteriorOwnMoments().fit(training.task, 0)
    assert found.doubt == choose_doubt(asked) == DOUBTS[int(np.argmax(means))]


def test_of_equals_the_least_doubt_is_chosen() -> None:
    assert choose_doubt([]) == 0.0
    assert choose_doubt([MaskedAnswer("a", 0.5, (0.5, 0.5, 0.5, 0.5))]) == 0.0
    answers = [MaskedAnswer("a", 0.5, (0.1, 0.9, 0.2, 0.3)), MaskedAnswer("b", 0.5, (1, 0.3, 1, 1))]
    assert choose_doubt(answers) == 3.0


@pytest.mark.parametrize("poison", ["nan", "inverted"])
def test_the_hidden_channel_moves_nothing(
    walking_inputs: Walking,
    training: PreparedTraining,
    fitted: FittedPosterior,
    asked: list[MaskedAnswer],
    poison: str,
) -> None:
    """Neither what masked muscles say nor, at any doubt, what is made of a trial's moments."""
    source = walking_inputs.folder / "data/example3DWalking/electromyography.sto"
    poisoned = source.with_name(f"own_moments_{poison}.sto")
    poison_channel(source, poisoned, poison)
    setup = walking_inputs.copy(
        walking_inputs.train_setup, f"own_moments_{poison}.xml", (source.name, poisoned.name)
    )
    spoilt = prepare_training(read_training_setup(setup))
    posterior = Posterior().fit(spoilt.task, 0)
    assert ask_masked(spoilt.task, posterior) == asked
    for doubt in DOUBTS[1:]:
        clean = FittedPosteriorOwnMoments(fitted, doubt).estimate(training.trials[TEST])
        found = FittedPosteriorOwnMoments(posterior, doubt).estimate(spoilt.trials[TEST])
        assert set(found.excitations) == set(clean.excitations)
        for muscle, excitation in clean.excitations.items():
            np.testing.assert_array_equal(found.excitations[muscle], excitation)
        np.testing.assert_array_equal(found.moments, clean.moments)
