"""What the trials cannot tell is said before training."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import torch
from conftest import Walking

from nmm_opensim.errors import NMMError
from nmm_opensim.nmm.calibration import Bounds, MuscleBounds
from nmm_opensim.nmm.chain import build_nmm
from nmm_opensim.nmm.sources import Deep, MuscleSources
from nmm_opensim.training.information import check_information, describe_little_data
from nmm_opensim.training.preparation import PreparedTraining, prepare_training
from nmm_opensim.training.training_setup import read_training_setup


def test_few_moments_for_many_parameters_is_a_warning(training: PreparedTraining) -> None:
    warning = describe_little_data(training.declaration, training.training_trials)
    assert warning is not None
    # 22 muscles with three parameters each, and soleus.
    assert re.search(r"hold 1\.\d+ s, about 1\d independent moments for 67 muscle par", warning)
    fixed = Bounds(MuscleBounds((1, 1), (1, 1), (1, 1)), (-1, -1), (1, 1))
    declaration = replace(training.declaration, bounds=fixed)
    assert describe_little_data(declaration, training.training_trials) is None


def test_a_deep_muscle_of_which_nothing_tells_is_refused(training: PreparedTraining) -> None:
    """Without synergists soleus still moves the ankle; at the knee alone nothing tells of it."""
    declaration = training.declaration
    sources = tuple(
        Deep(s.muscle, s.recorded_channel) if isinstance(s, Deep) else s
        for s in declaration.sources.sources
    )
    alone = replace(declaration, sources=MuscleSources(sources))
    check_information(alone, training.training_trials, known=())
    knee = [replace(t, moment_arms=t.moment_arms[:, :, :1]) for t in training.training_trials]
    with pytest.raises(NMMError, match="'soleus_r': expected a measured synergist, another"):
        check_information(alone, knee, known=())
    check_information(alone, knee, known=("soleus_r",))
    check_information(declaration, knee, known=())


def test_bounds_of_one_muscle(walking_inputs: Walking) -> None:
    own = """<muscle_bounds><MuscleBounds name="soleus_r">
        <max_isometric_force_bounds>1 1</max_isometric_force_bounds>
    </MuscleBounds></muscle_bounds></calibration>"""
    setup = walking_inputs.copy(
        walking_inputs.train_setup, "bounded_train.xml", ("</calibration>", own)
    )
    bounds = read_training_setup(setup).bounds
    low, high = bounds.find_limits("max_isometric_force", ["gasmed_r", "soleus_r"])
    assert low.tolist() == [0.5, 1.0]
    assert high.tolist() == [2.5, 1.0]
    # What is not given is everybody's.
    low, high = bounds.find_limits("optimal_fiber_length", ["soleus_r"])
    assert (low[0], high[0]) == (0.85, 1.15)
    prepared = prepare_training(read_training_setup(setup))
    nmm = build_nmm(prepared.model, prepared.declaration, prepared.training_trials, 1)
    muscles = nmm.declaration.sources.muscles
    soleus = muscles.index("soleus_r")
    with torch.no_grad():
        nmm.calibration.force_scale.x.add_(1.0)
        scale = nmm.calibration.force_scale.value().numpy()
    assert scale[soleus] == 1.0
    assert scale[muscles.index("gasmed_r")] != 1.0

    unknown = walking_inputs.copy(
        setup,
        "unknown_bounds.xml",
        ('name="soleus_r">\n        <max', 'name="soleus">\n        <max'),
    )
    with pytest.raises(NMMError, match=r"<MuscleBounds>.*found 'soleus'; .*soleus_r"):
        prepare_training(read_training_setup(unknown))
