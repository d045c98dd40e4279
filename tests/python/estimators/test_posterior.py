"""The posterior: moments move excitations as far as they are doubted, and no further."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Walking

from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.emg_driven.driven import Driven
from nmm_opensim.estimators.emg_driven.fit import EmgDrivenFit, FittedMuscles
from nmm_opensim.estimators.emg_driven.model import EmgDrivenModel
from nmm_opensim.estimators.emg_driven.residuals import SPREADS, STRENGTH
from nmm_opensim.estimators.interface import Task
from nmm_opensim.estimators.posterior.corrections import FEATURES, Features, collect, find_errors
from nmm_opensim.estimators.posterior.estimator import FittedPosterior, Posterior
from nmm_opensim.estimators.trust.findings import gather_findings
from nmm_opensim.estimators.trust.trust_model import read_shipped
from nmm_opensim.estimators.trust.verdict import decide
from nmm_opensim.nmm.chain import PreparedTrial
from nmm_opensim.nmm.estimate import Trusted
from nmm_opensim.nmm.sources import MuscleSources, Unscored
from nmm_opensim.training.preparation import PreparedTraining, prepare_training
from nmm_opensim.training.training_setup import read_training_setup

TEST = "second_stance"


@pytest.fixture(scope="module")
def fitted(training: PreparedTraining) -> FittedPosterior:
    return Posterior().fit(training.task, 0)


def test_moments_are_met_better_than_without_corrections(
    training: PreparedTraining, fitted: FittedPosterior
) -> None:
    (trial,) = training.training_trials
    estimate = fitted.estimate(trial)
    assert estimate.moments is not None
    assert len(fitted.masking.agreement) > 0
    for found, reference in zip(estimate.moments.T, trial.known_moments.T, strict=True):
        assert np.corrcoef(found, reference)[0, 1] > 0.95
    for excitation in estimate.excitations.values():
        assert excitation.min() >= 0.0
        assert excitation.max() <= 1.0


def test_intervals_hold_the_estimate_and_are_of_deep_muscles_only(
    training: PreparedTraining, fitted: FittedPosterior
) -> None:
    estimate = fitted.estimate(training.trials[TEST])
    assert set(estimate.intervals) == {"soleus_r"}
    interval, soleus = estimate.intervals["soleus_r"], estimate.excitations["soleus_r"]
    assert (interval.lower <= soleus).all()
    assert (soleus <= interval.upper).all()
    assert interval.lower.min() >= 0.0


def test_a_deep_muscle_is_judged_by_what_masked_ones_taught(
    training: PreparedTraining, fitted: FittedPosterior
) -> None:
    (trial,) = training.training_trials
    (judgement,) = fitted.judgements.values()
    (asked,) = fitted.drives.prior.deep
    findings = gather_findings(fitted.drives.prior, asked, fitted.drives.met, [trial])
    assert findings.kind == "calf"
    assert len(findings.masked) == len(fitted.drives.met) >= 5
    model = read_shipped()
    assert judgement.expectation == model.expect(findings)
    assert judgement.interval is not None
    assert judgement.witnesses == fitted.drives.prior.describe_witnesses(asked)
    assert re.fullmatch(
        r"Joint moments (changed nothing of it|moved it by \d+ % of its deviation)\.",
        judgement.moments,
    )
    assert judgement.verdict == decide(model, findings, judgement.expectation)[0]


def test_a_trial_is_believed_as_its_frames_are_known(
    training: PreparedTraining, fitted: FittedPosterior
) -> None:
    """What the muscle is judged, less where much of the trial is unlike training."""
    judgement = fitted.judgements["soleus_r"]
    (trial,) = training.training_trials
    trusted = fitted.estimate(trial).trust["soleus_r"]
    assert trusted == Trusted(judgement.verdict, judgement.expectation)
    unlike = replace(trial, envelopes=10.0 * trial.envelopes + 10.0)
    trusted = fitted.estimate(unlike).trust["soleus_r"]
    assert trusted == Trusted("do not use", judgement.expectation)


def test_doubts_of_the_moments_reach_the_judgement(
    training: PreparedTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of somebody who trusts whatever is expected."""
    monkeypatch.setattr("nmm_opensim.estimators.trust.verdict.TRUSTED", -1.0)
    monkeypatch.setattr("nmm_opensim.estimators.trust.verdict.DOUBTED", -1.0)
    assert training.task.teacher_doubts == ()
    task = replace(training.task, teacher_doubts=("Moments are in N mm.",))
    clean, doubted = (
        Posterior().fit(each, 0).judgements["soleus_r"] for each in (training.task, task)
    )
    assert clean.verdict == "trust"
    assert doubted.verdict == "use with care"
    assert doubted.reason == "the joint moments are doubtful: Moments are in N mm."
    assert (doubted.interval, doubted.expectation) == (clean.interval, clean.expectation)


@pytest.fixture(scope="module")
def fitted_muscles(training: PreparedTraining) -> tuple[FittedMuscles, PreparedTrial]:
    """Muscles driven by envelopes at the frames, as the posterior drives its own."""
    task = training.task
    (trial,) = task.training
    emg = replace(trial.emg, time=trial.time, values=trial.envelopes)
    trial = replace(trial, emg=emg)
    model = EmgDrivenModel(task.model, task.declaration.sources, [trial])
    return EmgDrivenFit(model, [[trial]], [0, 1]).run([0.0]), trial


@pytest.fixture(scope="module")
def driven(
    fitted_muscles: tuple[FittedMuscles, PreparedTrial],
) -> tuple[Driven, PreparedTrial]:
    muscles, trial = fitted_muscles
    return muscles.get_driven(0), trial


def test_the_sensitivity_is_the_slope_of_the_moments(
    driven: tuple[Driven, PreparedTrial],
) -> None:
    """A slow correction, which activation follows, changes moments by what the sensitivity says."""
    muscles, trial = driven
    model = muscles.model
    frames = len(trial.time)
    start = np.full((frames, len(model.drives)), 0.1)
    sensitivity = muscles.compute_sensitivity(trial, start)
    step = 1e-3
    base = muscles.compute_moments(trial, start)
    for drive in range(len(model.drives)):
        changed = start.copy()
        changed[:, drive] += step
        moments = muscles.compute_moments(trial, changed)
        slope = (moments - base) / step
        error = np.abs(slope - sensitivity[:, drive]).mean()
        assert error <= 0.1 * max(np.abs(slope).mean(), 1.0)


def test_a_doubted_drive_says_less_of_parameters(
    fitted_muscles: tuple[FittedMuscles, PreparedTrial],
) -> None:
    """No doubt costs nothing, a doubt costs knowledge, and none can cost more than the moments."""
    fitted, trial = fitted_muscles
    muscles = fitted.get_driven(0)
    model = muscles.model
    features = Features([trial])

    def find(doubt: float) -> np.ndarray:
        deviations = np.full(len(model.drives), doubt)
        found = fitted.find_uncertainty(
            lambda trial: find_errors(muscles, trial, features, deviations)
        )
        return np.concatenate([found.force, found.fiber, found.slack])

    sure, doubted, ignorant = find(0.0), find(0.1), find(100.0)
    assert (sure < doubted).all()
    assert (doubted < ignorant).all()
    prior = np.repeat([STRENGTH, SPREADS["fiber"], SPREADS["slack"]], len(model.muscles))
    assert (ignorant <= prior * (1 + 1e-9)).all()
    # Drives that may do anything leave little for moments to say.
    assert np.median(ignorant / prior) > 0.9


def test_an_error_of_a_drive_moves_moments_by_its_sensitivity(
    driven: tuple[Driven, PreparedTrial],
) -> None:
    muscles, trial = driven
    model = muscles.model
    features = Features([trial])
    deviations = np.zeros(len(model.drives))
    deviations[0] = 0.02
    errors = find_errors(muscles, trial, features, deviations)
    assert errors.shape == (len(trial.time), 2, len(model.drives) * FEATURES)
    assert not errors[:, :, FEATURES:].any()
    # Independent errors of all units together are as large as the deviation that was asked for.
    sensitivity = muscles.compute_sensitivity(trial)[:, 0] * deviations[0]
    expected = np.sqrt(np.square(sensitivity).mean())
    found = np.sqrt(np.square(errors).sum(axis=2).mean())
    assert found == pytest.approx(expected, rel=0.3)


def test_no_doubt_no_correction(
    driven: tuple[Driven, PreparedTrial],
) -> None:
    muscles, trial = driven
    model = muscles.model
    equations = collect(muscles, [trial], Features([trial]))
    spreads = np.zeros(len(model.drives))
    assert not equations.solve(spreads).any()
    spreads[0] = 0.1
    weights = equations.solve(spreads)
    assert weights.shape == (len(model.drives), FEATURES)
    assert weights[0].any()
    assert not weights[1:].any()


def test_an_unscored_muscle_is_refused(training: PreparedTraining) -> None:
    task = training.task
    sources = tuple(
        Unscored(s.muscle) if s.muscle == "tibpost_r" else s
        for s in task.declaration.sources.sources
    )
    declaration = replace(task.declaration, sources=MuscleSources(sources))
    with pytest.raises(NMMError, match=r"'tibpost_r' is unscored.*tie it"):
        Posterior().fit(Task(task.model, declaration, task.training), 0)


@pytest.fixture(scope="module")
def other_subject(walking_inputs: Walking) -> Path:
    """The same walk, as if another subject's: its EMG file has another name."""
    emg = walking_inputs.folder / "data/example3DWalking/electromyography.sto"
    shutil.copy(emg, emg.with_name("other.sto"))
    return walking_inputs.copy(
        walking_inputs.train_setup, "other_train.xml", (emg.name, "other.sto")
    )


@pytest.mark.usefixtures("other_subject")
def test_another_subject_teaches(walking_inputs: Walking) -> None:
    """The same subject under another name and with the knee turned round knows soleus."""
    prior = """<prior_subjects><PriorSubject name="twin">
        <training_setup_file>other_train.xml</training_setup_file>
        <muscles>soleus_r gasmed_r</muscles>
        <coordinates>hip_flexion_r knee_angle_r ankle_angle_r</coordinates>
    </PriorSubject></prior_subjects><electromechanical_delay>"""
    setup = walking_inputs.copy(
        walking_inputs.train_setup, "twin_train.xml", ("<electromechanical_delay>", prior)
    )
    training = prepare_training(read_training_setup(setup))
    (subject,) = training.task.prior_subjects
    assert set(subject.envelopes) == {"soleus_r", "gasmed_r"}
    assert subject.values.shape == (239, 3)
    estimate = Posterior().fit(training.task, 0).estimate(training.trials[TEST])
    assert estimate.excitations["soleus_r"].std() > 0


PRIOR = """<prior_subjects><PriorSubject name="twin">
        <training_setup_file>other_train.xml</training_setup_file>
        <muscles>soleus_r</muscles><their_muscles>soleus_r</their_muscles>
        <coordinates>hip_flexion_r knee_angle_r ankle_angle_r</coordinates>
        <coordinate_signs>1 -1 1</coordinate_signs>
    </PriorSubject></prior_subjects><electromechanical_delay>"""


@pytest.mark.usefixtures("other_subject")
@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("other_train.xml", "short_train.xml", "expected another subject"),
        ("signs>1 -1 1<", "signs>1 2 1<", "expected 1 or -1, but found 2"),
        ("<their_muscles>soleus_r<", "<their_muscles>a b<", "one name for each of the 1.*found 2"),
    ],
)
def test_refused_prior_subjects(
    walking_inputs: Walking, old: str, new: str, complaint: str
) -> None:
    assert old in PRIOR
    setup = walking_inputs.copy(
        walking_inputs.train_setup,
        "refused_prior.xml",
        ("<electromechanical_delay>", PRIOR.replace(old, new)),
    )
    with pytest.raises(NMMError, match=rf"refused_prior.xml:\d+: .*{complaint}"):
        read_training_setup(setup)


@pytest.mark.usefixtures("other_subject")
def test_a_prior_subjects_muscle_must_be_recorded(walking_inputs: Walking) -> None:
    prior = """<prior_subjects><PriorSubject name="twin">
        <training_setup_file>other_train.xml</training_setup_file>
        <muscles>tibpost_r</muscles><coordinates>ankle_angle_r</coordinates>
    </PriorSubject></prior_subjects><electromechanical_delay>"""
    setup = walking_inputs.copy(
        walking_inputs.train_setup, "tied_prior.xml", ("<electromechanical_delay>", prior)
    )
    training = prepare_training(read_training_setup(setup))
    with pytest.raises(NMMError, match=r"'twin': expected 'tibpost_r' to be measured"):
        _ = training.task
