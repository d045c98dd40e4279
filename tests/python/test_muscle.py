"""The torch muscle and its curves against OpenSim's own class."""

from __future__ import annotations

import numpy as np
import opensim
import pytest
import torch
from conftest import EXAMPLE

from nmm_opensim.muscle import RigidTendonMuscle, read_properties
from nmm_opensim.osim_model import OsimModel

FRAMES = 12


@pytest.mark.parametrize(
    ("name", "curve", "low", "high"),
    [
        ("active_force_length", "ActiveForceLengthCurve", 0.0, 2.6),
        ("passive_force_length", "FiberForceLengthCurve", 0.0, 2.6),
        ("force_velocity", "ForceVelocityCurve", -1.8, 1.8),
    ],
)
def test_curves_and_slopes(
    model: OsimModel, name: str, curve: str, low: float, high: float
) -> None:
    muscle = RigidTendonMuscle(model, ["soleus_r", "bflh_r"])
    reference = getattr(model.muscle("bflh_r"), f"get_{curve}")()
    x = torch.linspace(low, high, 1733, dtype=torch.float64)[:, None].expand(-1, 2).clone()
    x.requires_grad_()
    y = getattr(muscle, name)(x)
    (slope,) = torch.autograd.grad(y[:, 1].sum(), x)
    points = x[:, 1].tolist()
    np.testing.assert_allclose(
        y[:, 1].detach(), [reference.calcValue(p) for p in points], rtol=0, atol=1e-6
    )
    np.testing.assert_allclose(
        slope[:, 1], [reference.calcDerivative(p, 1) for p in points], rtol=0, atol=1e-4
    )


def test_force_equals_opensims_class_for_all_muscles() -> None:
    model = OsimModel(EXAMPLE / "subject_walk_scaled.osim")
    names = model.muscle_names
    for name in names:
        model.muscle(name).set_ignore_tendon_compliance(True)
    model.state = model.model.initSystem()
    random = np.random.default_rng(3)
    activation = random.uniform(0.01, 1.0, (FRAMES, len(names)))
    length, speed, force = (np.zeros((FRAMES, len(names))) for _ in range(3))
    coordinates = model.coordinate_names
    for k in range(FRAMES):
        pose = model.make_poses(coordinates, FRAMES)[k]
        model.set_pose(
            pose, dict(zip(coordinates, random.normal(0, 4, len(coordinates)), strict=True))
        )
        for i, name in enumerate(names):
            model.muscle(name).setActivation(model.state, activation[k, i])
        model.model.realizeDynamics(model.state)
        for i, name in enumerate(names):
            muscle = model.muscle(name)
            length[k, i] = muscle.getLength(model.state)
            speed[k, i] = muscle.getLengtheningSpeed(model.state)
            force[k, i] = muscle.getTendonForce(model.state)
    properties = read_properties(model, names)
    computed = RigidTendonMuscle(model, names)(
        *(torch.tensor(x) for x in (activation, length, speed)),
        torch.tensor(properties.max_isometric_force),
        torch.tensor(properties.optimal_fiber_length),
        torch.tensor(properties.tendon_slack_length),
    )
    # The poses must reach every regime, else this shows little.
    assert (force == 0).any()
    assert (force > properties.max_isometric_force).any()
    error = np.abs(computed.numpy() - force) / properties.max_isometric_force
    assert error.max() < 1e-6, f"{names[error.max(axis=0).argmax()]}: {error.max():.2e} of F0"


def test_gradients(model: OsimModel) -> None:
    names = ["soleus_r", "recfem_r"]
    muscle = RigidTendonMuscle(model, names)
    p = read_properties(model, names)
    along = np.outer([0.6, 0.95, 1.3], p.optimal_fiber_length)
    inputs = [
        np.full((3, 2), 0.4),
        p.tendon_slack_length + along,
        np.outer([-0.3, 0.02, 0.4], p.optimal_fiber_length),
        p.max_isometric_force / 1000,
        p.optimal_fiber_length,
        p.tendon_slack_length,
    ]
    tensors = tuple(torch.tensor(x, requires_grad=True) for x in inputs)
    assert torch.autograd.gradcheck(muscle, tensors, eps=1e-7, atol=1e-4, rtol=1e-4)


def test_no_nan_for_slack_and_extreme_paths(model: OsimModel) -> None:
    muscle = RigidTendonMuscle(model, ["soleus_r"])
    p = read_properties(model, ["soleus_r"])
    length = torch.tensor([[0.0], [0.1], [p.tendon_slack_length[0]], [10.0]], requires_grad=True)
    force = muscle(
        torch.ones(4, 1, dtype=torch.float64),
        length,
        torch.full((4, 1), -100.0, dtype=torch.float64),
        *(torch.tensor(x) for x in (p.max_isometric_force, p.optimal_fiber_length)),
        torch.tensor(p.tendon_slack_length),
    )
    force.sum().backward()
    assert torch.isfinite(force).all()
    assert torch.isfinite(length.grad).all()
    assert force[:3].tolist() == [[0.0]] * 3


def test_thelen_muscles_are_refused(tmp_path, model: OsimModel) -> None:
    other = opensim.Model()
    other.setName("thelen")
    thelen = opensim.Thelen2003Muscle("m", 1000, 0.1, 0.2, 0)
    thelen.addNewPathPoint("a", other.getGround(), opensim.Vec3(0))
    thelen.addNewPathPoint("b", other.getGround(), opensim.Vec3(0, 0.3, 0))
    other.addForce(thelen)
    other.finalizeConnections()
    other.printToXML(str(tmp_path / "thelen.osim"))
    from nmm_opensim.errors import NMMError

    with pytest.raises(NMMError, match="'m' is a Thelen2003Muscle, but expected a Millard2012"):
        OsimModel(tmp_path / "thelen.osim").muscle("m")
