"""What neighbours and other subjects say of a muscle: answers known by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nmm_opensim.arrays import Array
from nmm_opensim.estimators.prior.combination import ALONE, Asked, MusclePrior
from nmm_opensim.estimators.prior.other_subjects import OtherSubjects, RecordedSubject
from nmm_opensim.estimators.prior.shares import REST
from nmm_opensim.formats.tables import Table
from nmm_opensim.nmm.chain import PreparedTrial
from nmm_opensim.nmm.sources import Deep, Measured, MuscleSources
from nmm_opensim.physics.motion import Motion

COORDINATES = ("hip", "knee")
PHASE = np.linspace(0.0, 8.0 * np.pi, 800)


def make_motion(gain: float = 1.0, offset: float = 0.0) -> tuple[Array, Array]:
    values = np.column_stack([np.sin(PHASE), np.sin(PHASE + 0.5)]) * gain + offset
    return values, np.column_stack([np.cos(PHASE), np.cos(PHASE + 0.5)]) * gain


def work(phase: Array) -> Array:
    """What a muscle does in a cycle."""
    worked: Array = np.exp(3.0 * (np.cos(phase - 1.0) - 1.0))
    return worked


def make_subject(signs: float, envelope: Array) -> RecordedSubject:
    values, speeds = make_motion(0.3 * signs, 0.1)
    return RecordedSubject("other", COORDINATES, values, speeds, {"soleus": envelope})


def make_trial(envelopes: Array) -> PreparedTrial:
    values, speeds = make_motion()
    empty = Table("EMG", ("a", "b"), PHASE, envelopes)
    motion = Motion(PHASE, COORDINATES, values, speeds)
    nothing = np.zeros((len(PHASE), 0))
    return PreparedTrial(
        "walk",
        "train",
        empty,
        motion,
        np.zeros((len(PHASE), 1)),
        nothing,
        envelopes,
        nothing,
        nothing,
        nothing,
        nothing,
    )


SOURCES = MuscleSources(
    (Measured("a", ("a",), (1.0,), ("b",)), Measured("b", ("b",), (1.0,)), Deep("soleus"))
)


def test_other_subjects_of_another_size_and_gain() -> None:
    subject = make_subject(1.0, 7.0 * work(PHASE))
    motion = np.hstack(make_motion())
    said = OtherSubjects([subject], COORDINATES, motion).predict("soleus", motion)
    assert np.corrcoef(said, work(PHASE))[0, 1] > 0.98
    assert said.min() >= 0.0
    assert said.max() <= 1.0


def test_a_muscle_that_nobody_recorded() -> None:
    motion = np.hstack(make_motion())
    silent = replace(make_subject(1.0, work(PHASE)), envelopes={"soleus": np.zeros(len(PHASE))})
    assert OtherSubjects([silent], COORDINATES, motion).muscles == set()


def test_all_witnesses_must_agree() -> None:
    a, b = work(PHASE), work(PHASE + 1.0)
    trial = make_trial(np.column_stack([3.0 * a, 0.2 * b]))
    prior = MusclePrior(SOURCES, [trial])
    said = prior.predict(Asked("soleus", ("a", "b")), trial)
    peaks = np.percentile(a, 99), np.percentile(b, 99)
    shares = [np.maximum(x / peak, REST) for x, peak in zip((a, b), peaks, strict=True)]
    np.testing.assert_allclose(said, np.sqrt(shares[0] * shares[1]), rtol=1e-12)
    # One neighbour alone is copied.
    np.testing.assert_allclose(prior.predict(Asked("soleus", ("b",)), trial), shares[1])


def test_a_muscle_works_harder_than_in_training_where_its_witnesses_do() -> None:
    a, b = work(PHASE), work(PHASE + 1.0)
    prior = MusclePrior(SOURCES, [make_trial(np.column_stack([a, b]))])
    faster = make_trial(np.column_stack([3.0 * a, 3.0 * b]))
    said = prior.predict(Asked("soleus", ("b",)), faster)
    np.testing.assert_allclose(said, np.maximum(3.0 * b / np.percentile(b, 99), REST))
    assert said.max() > 2.9


def test_a_loose_electrode_does_not_make_a_muscle_work() -> None:
    good, loose = work(PHASE), np.random.default_rng(1).uniform(size=len(PHASE))
    trial = make_trial(np.column_stack([good, loose]))
    subjects = [make_subject(1.0, work(PHASE))]
    others = OtherSubjects(subjects, COORDINATES, np.hstack(make_motion()))
    asked = Asked("soleus", ("a", "b"))
    prior = MusclePrior(SOURCES, [trial], others, coordinates=COORDINATES)
    prior.believe(ALONE, hears_population=False)
    said = prior.predict(asked, trial)
    mean = (good + loose + work(PHASE)) / 3.0
    assert np.corrcoef(said, good)[0, 1] > np.corrcoef(mean, good)[0, 1]


def test_what_there_is_to_go_by() -> None:
    trial = make_trial(np.column_stack([work(PHASE), work(PHASE + 1.0)]))
    others = OtherSubjects([make_subject(1.0, work(PHASE))], COORDINATES, np.hstack(make_motion()))
    prior = MusclePrior(SOURCES, [trial], others, coordinates=COORDINATES)
    # A synergist that is no channel, hidden itself, is no witness.
    both = prior.find_evidence(Asked("soleus", ("a", "hidden")))
    assert (both.synergists, both.others, both.population) == (("a",), True, False)
    neither = Asked("gracilis", ())
    assert not prior.find_evidence(neither)
    said = prior.predict(neither, trial)
    assert np.corrcoef(said, work(PHASE + 0.5))[0, 1] > 0.9
    assert prior.masked == {"a": Asked("a", ("b",)), "b": Asked("b", ())}
    assert prior.find_peak("a") == pytest.approx(np.percentile(work(PHASE), 99))


def test_a_masked_channel_hears_synergists_declared_at_any_of_its_muscles() -> None:
    sources = MuscleSources(
        (
            Measured("first", ("a",), (1.0,)),
            Measured("soleus", ("a",), (1.0,), ("b",)),
            Measured("b", ("b",), (1.0,)),
            Measured("soleus_too", ("b",), (1.0,)),
            Deep("deep"),
        )
    )
    trial = make_trial(np.column_stack([work(PHASE), work(PHASE + 0.2)]))
    alone = MusclePrior(sources, [trial])
    assert alone.masked == {"a": Asked("soleus", ("b",)), "b": Asked("b", ())}
    # Of a channel's muscles the one that another person had is asked for.
    subject = replace(make_subject(1.0, work(PHASE)), envelopes={"soleus_too": work(PHASE)})
    others = OtherSubjects([subject], COORDINATES, np.hstack(make_motion()))
    assert MusclePrior(sources, [trial], others, coordinates=COORDINATES).masked["b"] == Asked(
        "soleus_too", ()
    )
