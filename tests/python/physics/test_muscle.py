"""The muscle kernels against OpenSim's own class, the plain torch reference and differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import opensim
import pytest
import torch
from conftest import EXAMPLE, Walking
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_muscle import ReferenceMuscle

from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.physics.motion import read_motion
from nmm_opensim.physics.muscles.millard import (
    TENDON_MODELS,
    MillardMuscle,
    MuscleForces,
    MuscleProperties,
    TendonModel,
    read_properties,
)
from nmm_opensim.physics.muscles.parameters import MuscleParameters, to_tensors
from nmm_opensim.physics.osim_model import OsimModel

FRAMES = 12
NAMES = ["soleus_r", "recfem_r", "bfsh_r"]  # long tendon; pennate; short tendon


PARAMETERS = (
    "max_isometric_force",
    "optimal_fiber_length",
    "tendon_slack_length",
    "pennation_angle_at_optimal",
)


def list_tensors(properties: MuscleProperties) -> list[torch.Tensor]:
    """The muscles' own :data:`PARAMETERS`."""
    own = to_tensors(properties.parameters)
    return [
        own.max_isometric_force,
        own.optimal_fiber_length,
        own.tendon_slack_length,
        own.pennation_angle_at_optimal,
    ]


def contract(module: torch.nn.Module, times: Array, *tensors: torch.Tensor) -> MuscleForces:
    """What a muscle gives for activation, length, speed and the four parameters."""
    forces: MuscleForces = module(times, *tensors[:3], MuscleParameters(*tensors[3:]))
    return forces


def test_rigid_force_equals_opensims_class_for_all_muscles() -> None:
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
    computed = contract(
        MillardMuscle(model, names, "rigid"),
        np.arange(float(FRAMES)) * 0.01,
        *(torch.tensor(x) for x in (activation, length, speed)),
        *list_tensors(properties),
    ).tendon_force
    # The poses must reach every regime, else this shows little.
    assert (force == 0).any()
    assert (force > properties.parameters.max_isometric_force).any()
    error = np.abs(computed.numpy() - force) / properties.parameters.max_isometric_force
    assert error.max() < 1e-6, f"{names[error.max(axis=0).argmax()]}: {error.max():.2e} of F0"


class Treadmill:
    """Muscles on sliders, which OpenSim integrates while the sliders follow given path lengths.

    Their activations are their controls, so that nothing but fibre and tendon is left to
    integrate.
    """

    ACCURACY = 1e-8

    def __init__(self, model: OsimModel, names: list[str], times: Array, lengths: Array) -> None:
        self._names = names
        self._model = opensim.Model()
        self._splines = []
        self._phases = np.linspace(0, 2 * np.pi, len(names), endpoint=False)
        ground = self._model.getGround()
        controller = opensim.PrescribedController()
        for i, name in enumerate(names):
            body = opensim.Body(f"body_{name}", 1.0, opensim.Vec3(0), opensim.Inertia(1))
            self._model.addBody(body)
            slider = opensim.SliderJoint(f"slider_{name}", ground, body)
            coordinate = slider.updCoordinate()
            spline = opensim.GCVSpline()
            spline.setDegree(5)
            for time, length in zip(times, lengths[:, i], strict=True):
                spline.addPoint(float(time), float(length))
            coordinate.setPrescribedFunction(spline)
            coordinate.setDefaultIsPrescribed(True)
            self._model.addJoint(slider)
            self._splines.append(spline)

            original = model.muscle(name)
            muscle = opensim.Millard2012EquilibriumMuscle()
            muscle.setName(name)
            for index in range(original.getNumProperties()):
                copied = original.getPropertyByIndex(index).getName()
                if copied not in ("path", "optimal_force", "default_fiber_length"):
                    muscle.updPropertyByName(copied).assign(original.getPropertyByIndex(index))
            muscle.set_ignore_activation_dynamics(True)
            muscle.addNewPathPoint("origin", ground, opensim.Vec3(0))
            muscle.addNewPathPoint("insertion", body, opensim.Vec3(0))
            self._model.addForce(muscle)
            controller.addActuator(muscle)
            controller.prescribeControlForActuator(
                name, opensim.Sine(0.4, 4 * np.pi, float(self._phases[i]), 0.5)
            )
        self._model.addController(controller)
        self._state = self._model.initSystem()

    def activation(self, times: Array) -> Array:
        return 0.5 + 0.4 * np.sin(4 * np.pi * times[:, None] + self._phases)

    def path(self, times: Array) -> tuple[Array, Array]:
        """Lengths and speeds of the paths."""
        first = opensim.StdVectorInt()
        first.append(0)
        at = [opensim.Vector(1, float(time)) for time in times]
        lengths = [[spline.calcValue(t) for spline in self._splines] for t in at]
        speeds = [[spline.calcDerivative(first, t) for spline in self._splines] for t in at]
        return np.array(lengths), np.array(speeds)

    def integrate(self, times: Array, fiber_lengths: Array) -> Array:
        """Tendon forces at ``times`` from fibre lengths at the first of them."""
        muscles = [
            opensim.Millard2012EquilibriumMuscle.safeDownCast(self._model.getMuscles().get(name))
            for name in self._names
        ]
        for muscle, length in zip(muscles, fiber_lengths, strict=True):
            muscle.setFiberLength(self._state, float(length))
        manager = opensim.Manager(self._model)
        manager.setIntegratorAccuracy(self.ACCURACY)
        manager.initialize(self._state)
        forces = []
        for time in times:
            state = manager.integrate(float(time)) if time > times[0] else manager.getState()
            self._model.realizeDynamics(state)
            forces.append([muscle.getTendonForce(state) for muscle in muscles])
        return np.array(forces)


def test_elastic_force_equals_opensims_integration_of_all_muscles(
    model: OsimModel, walking_inputs: Walking
) -> None:
    names = model.muscle_names
    motion = read_motion(
        walking_inputs.results / "walking_coordinates.mot", model, [], 6.0, 0.3, 0.5
    )
    lengths = model.sample_geometry(
        names, [], motion.coordinates, motion.values, motion.speeds
    ).lengths
    treadmill = Treadmill(model, names, motion.time - motion.time[0], lengths)
    properties = read_properties(model, names)
    muscle = MillardMuscle(model, names, "elastic")

    def compute(step: float) -> tuple[Array, Array]:
        times = step * np.arange(round(0.2 / step) + 1.0)
        inputs = [torch.tensor(x) for x in (treadmill.activation(times), *treadmill.path(times))]
        result = contract(muscle, times, *inputs, *list_tensors(properties))
        every = round(0.01 / step)
        return result.tendon_force.numpy()[::every], result.fiber_length.numpy()

    fine, fiber_lengths = compute(0.0005)
    coarse, _ = compute(0.01)
    expected = treadmill.integrate(0.01 * np.arange(float(len(coarse))), fiber_lengths[0])
    for found, bound in ((fine, 0.001), (coarse, 0.01)):
        error = (
            np.sqrt(((found - expected) ** 2).mean(axis=0))
            / properties.parameters.max_isometric_force
        )
        print(f"worst {100 * error.max():.2g} % of F0 RMS (allowed {100 * bound:g})")
        assert error.max() < bound, f"{names[error.argmax()]}: {100 * error.max():.3g} % of F0"


@dataclass(frozen=True)
class Motion:
    """Inputs of a few muscles over a few frames."""

    times: Array
    activation: Array
    length: Array
    speed: Array


def make_motion(properties: MuscleProperties, name: str) -> Motion:
    """Frames in one regime of the muscles, each (5, muscles)."""
    fiber, slack = (
        properties.parameters.optimal_fiber_length,
        properties.parameters.tendon_slack_length,
    )
    along = fiber * np.cos(properties.parameters.pennation_angle_at_optimal)
    times = np.array([0.0, 0.01, 0.02, 0.025, 0.06])  # steps of the first and the second order
    wave = np.sin(2 * np.pi * times / 0.05)[:, None] * np.ones_like(fiber)
    activation = 0.4 + 0.3 * wave
    length = slack * 1.02 + along * (1.0 + 0.2 * wave)
    speed = fiber * (0.8 + 0.5 * wave)
    match name:
        case "moving":
            pass
        case "at rest":
            activation, speed = np.full_like(wave, 0.013), np.zeros_like(wave)
            length = np.broadcast_to(slack + 0.98 * along, wave.shape).copy()
        case "slack tendon":
            length = slack - 0.05 * fiber + 0.01 * fiber * wave
        case "about to go slack":
            length = slack * 1.0005 + 0.52 * fiber + 0.02 * fiber * wave
        case "shortening as fast as it can":
            speed = -fiber * 9.9 * (1.0 + 0.005 * wave)
            length = slack * 1.01 + along * (1.2 - 0.6 * times[:, None] / 0.06)
        case "stretched far":
            length = slack * 1.05 + fiber * (2.5 + 0.2 * wave)
        case "beside the kinks of activation":
            # Limits of activation, 1e-4 to either side.
            activation = np.tile([[0.0101], [0.0099], [0.9999], [1.0001], [0.5]], (1, len(fiber)))
    return Motion(times, activation, length, speed)


REGIMES = [
    "moving",
    "at rest",
    "slack tendon",
    "about to go slack",
    "shortening as fast as it can",
    "stretched far",
    "beside the kinks of activation",
]


@pytest.fixture(scope="module", params=TENDON_MODELS)
def tendon(request: pytest.FixtureRequest) -> TendonModel:
    tendon: TendonModel = request.param
    return tendon


@pytest.fixture(scope="module")
def muscle(model: OsimModel, tendon: TendonModel) -> MillardMuscle:
    return MillardMuscle(model, NAMES, tendon)


@pytest.mark.parametrize("regime", REGIMES)
def test_the_kernel_is_the_reference(
    model: OsimModel, tendon: TendonModel, muscle: MillardMuscle, regime: str
) -> None:
    properties = read_properties(model, NAMES)
    motion = make_motion(properties, regime)
    generator = torch.Generator().manual_seed(5)
    weights = torch.randn(2, *motion.length.shape, generator=generator, dtype=torch.float64)
    weights[0] /= torch.tensor(properties.parameters.max_isometric_force)
    weights[1] /= torch.tensor(properties.parameters.optimal_fiber_length)

    def run(module: torch.nn.Module) -> tuple[list[torch.Tensor], list[torch.Tensor | None]]:
        inputs = [torch.tensor(x) for x in (motion.activation, motion.length, motion.speed)]
        tensors = [x.requires_grad_() for x in (*inputs, *list_tensors(properties))]
        result = contract(module, motion.times, *tensors)
        outputs = [result.tendon_force, result.fiber_length]
        torch.autograd.backward([(w * x).sum() for w, x in zip(weights, outputs, strict=True)])
        return [x.detach() for x in outputs], [x.grad for x in tensors]

    outputs, gradients = run(muscle)
    expected_outputs, expected_gradients = run(ReferenceMuscle(model, NAMES, tendon))
    for found, expected in zip(outputs, expected_outputs, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    for gradient, reference in zip(gradients, expected_gradients, strict=True):
        assert gradient is not None
        assert reference is not None
        scale = float(reference.abs().max())
        np.testing.assert_allclose(gradient, reference, rtol=1e-7, atol=1e-9 * max(scale, 1.0))


INPUTS = ("activation", "length", "speed", *PARAMETERS)


@pytest.mark.parametrize("varied", INPUTS)
@pytest.mark.parametrize("regime", REGIMES)
def test_gradients(model: OsimModel, muscle: MillardMuscle, regime: str, varied: str) -> None:
    properties = read_properties(model, NAMES)
    motion = make_motion(properties, regime)
    values = dict(
        zip(
            INPUTS,
            [
                *(torch.tensor(x) for x in (motion.activation, motion.length, motion.speed)),
                *list_tensors(properties),
            ],
            strict=True,
        )
    )
    maximum = values["max_isometric_force"]

    def function(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        result = contract(muscle, motion.times, *{**values, varied: x}.values())
        return result.tendon_force / maximum, result.fiber_length

    x = values[varied].clone().requires_grad_()
    assert torch.autograd.gradcheck(function, x, eps=1e-7, atol=1e-5, rtol=1e-4)


def test_gradients_at_the_very_kinks_lie_between_both_sides(
    model: OsimModel, muscle: MillardMuscle, tendon: TendonModel
) -> None:
    properties = read_properties(model, NAMES)
    fiber, slack = (
        properties.parameters.optimal_fiber_length,
        properties.parameters.tendon_slack_length,
    )
    times = np.array([0.0])
    speed = torch.zeros(1, len(NAMES), dtype=torch.float64)

    def force(activation: torch.Tensor, length: torch.Tensor) -> torch.Tensor:
        parameters = list_tensors(properties)
        force: torch.Tensor = contract(
            muscle, times, activation, length, speed, *parameters
        ).tendon_force
        return force

    least = torch.tensor(properties.minimum_activation[None, :])
    pulling = torch.tensor((slack * 1.01 + fiber)[None, :])
    shortest = np.sqrt(
        np.maximum(
            properties.minimum_active_fiber_length * fiber,
            fiber
            * np.sin(properties.parameters.pennation_angle_at_optimal)
            / np.sin(properties.maximum_pennation_angle),
        )
        ** 2
        - (fiber * np.sin(properties.parameters.pennation_angle_at_optimal)) ** 2
    )
    kinks: list[tuple[Callable[[torch.Tensor], torch.Tensor], torch.Tensor, float]] = [
        (lambda x: force(x, pulling), least, 1e-7),
        (lambda x: force(x, pulling), torch.ones_like(least), 1e-7),
        (lambda x: force(torch.full_like(x, 0.5), x), torch.tensor(slack[None, :]), 1e-9),
        (lambda x: force(torch.full_like(x, 0.5), x), torch.tensor((slack + shortest)[None]), 1e-9),
    ]
    for function, kink, step in kinks:
        x = kink.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(function(x).sum(), x)
        sides = torch.stack(
            [
                (function(kink + step) - function(kink)) / step,
                (function(kink) - function(kink - step)) / step,
            ]
        )
        room = 1e-3 * (1.0 + sides.abs().max())
        assert (gradient >= sides.min(dim=0).values - room).all()
        assert (gradient <= sides.max(dim=0).values + room).all()


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
LIKELY = st.floats(0.0, 2.0) | st.floats(-20.0, 20.0) | NUMBERS


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(st.tuples(LIKELY, LIKELY, LIKELY), min_size=1, max_size=4),
    steps=st.lists(st.floats(1e-5, 10.0), min_size=4, max_size=4),
    scales=st.tuples(*[st.floats(0.1, 10.0)] * 3),
)
def test_no_nan_for_any_finite_input(
    model: OsimModel,
    muscle: MillardMuscle,
    rows: list[tuple[float, float, float]],
    steps: list[float],
    scales: tuple[float, ...],
) -> None:
    """What is beyond every muscle is refused, all else gives finite forces and gradients."""
    force, fiber, slack, pennation = list_tensors(read_properties(model, NAMES))
    times = np.cumsum(steps)[: len(rows)]
    inputs = [
        torch.tensor([[row[i]] * len(NAMES) for row in rows], dtype=torch.float64) for i in range(3)
    ]
    parameters = [force * scales[0], fiber * scales[1], slack * scales[2], pennation]
    tensors = [x.clone().requires_grad_() for x in (*inputs, *parameters)]
    try:
        result = contract(muscle, times, *tensors)
    except NMMError:
        return
    torch.autograd.backward((result.tendon_force / force + result.fiber_length).sum())
    assert torch.isfinite(result.tendon_force).all()
    assert (result.tendon_force >= 0).all()
    assert (result.fiber_length > 0).all()
    assert all(x.grad is not None and torch.isfinite(x.grad).all() for x in tensors)


def spoil(index: int, value: float) -> Callable[[list[torch.Tensor]], None]:
    def change(tensors: list[torch.Tensor]) -> None:
        tensors[index].view(-1)[1] = value

    return change


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (spoil(0, float("nan")), r"'recfem_r': Expected a finite activation.* at 0 s"),
        (spoil(1, -0.1), r"'recfem_r': .*a path of 0 to 100 m.*received 0\.\d+, -0\.1 m.* at 0 s"),
        (spoil(2, float("inf")), r"'recfem_r': .*speed within 1000 m/s.*inf m/s at 0 s"),
        (spoil(3, 0.0), r"'recfem_r': Expected a positive max_isometric_force \(N\).* received 0"),
        (
            spoil(4, -1.0),
            r"'recfem_r': Expected a positive optimal_fiber_length \(m\).* received -1",
        ),
        (spoil(6, 1.6), r"'recfem_r': Expected a pennation_angle_at_optimal.* received 1.6"),
    ],
)
def test_refusals_name_the_muscle(
    model: OsimModel,
    muscle: MillardMuscle,
    change: Callable[[list[torch.Tensor]], None],
    complaint: str,
) -> None:
    properties = read_properties(model, NAMES)
    motion = make_motion(properties, "moving")
    tensors = [torch.tensor(x) for x in (motion.activation, motion.length, motion.speed)]
    tensors += list_tensors(properties)
    change(tensors)
    with pytest.raises(NMMError, match=complaint):
        contract(muscle, motion.times, *tensors)


def test_an_elastic_tendon_needs_damping() -> None:
    model = OsimModel(EXAMPLE / "subject_walk_scaled.osim")
    model.muscle("soleus_r").set_fiber_damping(0.0)
    properties = read_properties(model, ["soleus_r"])
    motion = make_motion(properties, "moving")
    inputs = [torch.tensor(x) for x in (motion.activation, motion.length, motion.speed)]
    with pytest.raises(NMMError, match=r"'soleus_r': Expected a fiber_damping of at least 0\.001"):
        contract(
            MillardMuscle(model, ["soleus_r"], "elastic"),
            motion.times,
            *inputs,
            *list_tensors(properties),
        )


def test_thelen_muscles_are_refused(tmp_path: Path) -> None:
    other = opensim.Model()
    other.setName("thelen")
    thelen = opensim.Thelen2003Muscle("m", 1000, 0.1, 0.2, 0)
    thelen.addNewPathPoint("a", other.getGround(), opensim.Vec3(0))
    thelen.addNewPathPoint("b", other.getGround(), opensim.Vec3(0, 0.3, 0))
    other.addForce(thelen)
    other.finalizeConnections()
    other.printToXML(str(tmp_path / "thelen.osim"))
    with pytest.raises(NMMError, match="'m' is a Thelen2003Muscle, but expected a Millard2012"):
        OsimModel(tmp_path / "thelen.osim").muscle("m")
