"""The moment that muscles must give: which forces inverse dynamics leaves out, on a pendulum."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import opensim
import pytest
from conftest import run_cli

from nmm_opensim.errors import NMMError
from nmm_opensim.formats.tables import Header, read_header_entries, read_table, write_table
from nmm_opensim.physics.motion import read_motion
from nmm_opensim.physics.osim_model import OsimModel
from nmm_opensim.recordings.inverse.device import DeviceTorques
from nmm_opensim.recordings.inverse.dynamics import compute_inverse_dynamics, run_inverse_dynamics
from nmm_opensim.recordings.inverse.dynamics_file import (
    InverseDynamics,
    check_inverse_dynamics_file,
)
from nmm_opensim.recordings.inverse.exclusion import check_exclusion

MASS, LENGTH, GRAVITY = 2.0, 0.5, 9.80665
STIFFNESS = 10.0  # N m/rad
LIMIT, LIMIT_STIFFNESS = 20.0, 1.5  # degrees, N m/degree
TIMES = np.arange(0.0, 2.0, 0.01)
ANGLES = 0.3 + 0.3 * np.sin(np.pi * TIMES)  # rad: beyond the limit for a part of the time
ACCELERATIONS = -0.3 * np.pi**2 * np.sin(np.pi * TIMES)

Change = Callable[[opensim.Model], None]


def add_spring(model: opensim.Model) -> None:
    spring = opensim.SpringGeneralizedForce("angle")
    spring.setName("spring")
    spring.setStiffness(STIFFNESS)
    spring.setRestLength(0.0)
    spring.setViscosity(0.0)
    model.addForce(spring)


def add_limit(model: opensim.Model, upper: float = LIMIT) -> None:
    limit = opensim.CoordinateLimitForce(
        "angle", upper, LIMIT_STIFFNESS, -90.0, LIMIT_STIFFNESS, 0.0, 2.0
    )
    limit.setName("limit")
    model.addForce(limit)


def add_contact(model: opensim.Model) -> None:
    """The weight touches ground at all angles."""
    floor = opensim.ContactHalfSpace(
        opensim.Vec3(0, -0.3, 0), opensim.Vec3(0, 0, -np.pi / 2), model.getGround(), "floor"
    )
    ball = opensim.ContactSphere(0.05, opensim.Vec3(0), model.getBodySet().get("weight"), "ball")
    model.addContactGeometry(floor)
    model.addContactGeometry(ball)
    contact = opensim.HuntCrossleyForce()
    contact.setName("contact")
    contact.addGeometry("floor")
    contact.addGeometry("ball")
    contact.setStiffness(1e4)
    model.addForce(contact)


def drive_actuator(model: opensim.Model) -> None:
    controller = opensim.PrescribedController()
    controller.setName("controller")
    controller.addActuator(model.getActuators().get("reserve"))
    controller.prescribeControlForActuator("reserve", opensim.Constant(3.0))
    model.addController(controller)


def group_spring(model: opensim.Model) -> None:
    add_spring(model)
    model.updForceSet().addGroup("springs")
    model.updForceSet().addObjectToGroup("springs", "spring")


def nothing(model: opensim.Model) -> None:
    pass


def make_model(path: Path, *changes: Change) -> Path:
    """A pendulum with a muscle, an actuator and whatever ``changes`` add."""
    model = opensim.Model()
    model.setName("pendulum")
    weight = opensim.Body("weight", MASS, opensim.Vec3(0), opensim.Inertia(0, 0, 0))
    model.addBody(weight)
    joint = opensim.PinJoint(
        "pivot",
        model.getGround(),
        opensim.Vec3(0),
        opensim.Vec3(0),
        weight,
        opensim.Vec3(0, LENGTH, 0),
        opensim.Vec3(0),
    )
    joint.updCoordinate().setName("angle")
    model.addJoint(joint)
    muscle = opensim.Millard2012EquilibriumMuscle("flexor", 500.0, 0.1, 0.25, 0.0)
    muscle.addNewPathPoint("origin", model.getGround(), opensim.Vec3(0.05, 0.1, 0))
    muscle.addNewPathPoint("insertion", weight, opensim.Vec3(0, LENGTH - 0.25, 0))
    model.addForce(muscle)
    reserve = opensim.CoordinateActuator("angle")
    reserve.setName("reserve")
    reserve.setOptimalForce(1.0)
    model.addForce(reserve)
    for change in changes:
        change(model)
    model.finalizeConnections()
    model.printToXML(str(path))
    return path


def write_motion(path: Path, label: str = "angle") -> Path:
    rows = "".join(f"{t:.4f}\t{q:.12f}\n" for t, q in zip(TIMES, ANGLES, strict=True))
    path.write_text(
        f"pendulum\nversion=1\nnRows={len(TIMES)}\nnColumns=2\ninDegrees=no\nendheader\n"
        f"time\t{label}\n{rows}"
    )
    return path


def moment_by_hand() -> np.ndarray:
    """What the muscle must give against weight and inertia alone, N m."""
    return MASS * LENGTH * (LENGTH * ACCELERATIONS + GRAVITY * np.sin(ANGLES))


def read_moment(path: Path) -> np.ndarray:
    return read_table(path, "moments").select(["angle_moment"]).values[:, 0]


# A spline's accelerations are poor at its ends.
INSIDE = (TIMES > 0.1) & (TIMES < 1.9)


def write_setup(path: Path, excluded: str) -> Path:
    path.write_text(
        f"""<OpenSimDocument Version="40500">
    <InverseDynamicsTool name="pendulum">
        <model_file>pendulum.osim</model_file>
        <forces_to_exclude>{excluded}</forces_to_exclude>
        <coordinates_file>pendulum.mot</coordinates_file>
        <output_gen_force_file>moments.sto</output_gen_force_file>
    </InverseDynamicsTool>
</OpenSimDocument>
"""
    )
    return path


def test_springs_and_limits_stay_in_the_model(tmp_path: Path) -> None:
    motion = write_motion(tmp_path / "pendulum.mot")
    bare = compute_inverse_dynamics(
        InverseDynamics(make_model(tmp_path / "bare.osim"), motion), tmp_path / "bare.sto"
    )
    by_hand = moment_by_hand()
    assert np.abs(read_moment(bare) - by_hand)[INSIDE].max() < 1e-3

    sprung = compute_inverse_dynamics(
        InverseDynamics(make_model(tmp_path / "sprung.osim", add_spring), motion),
        tmp_path / "sprung.sto",
    )
    assert np.abs(read_moment(sprung) - by_hand - STIFFNESS * ANGLES)[INSIDE].max() < 1e-3

    limited = compute_inverse_dynamics(
        InverseDynamics(make_model(tmp_path / "limited.osim", add_limit), motion),
        tmp_path / "limited.sto",
    )
    beyond = np.degrees(ANGLES) - LIMIT
    clear = INSIDE & ((beyond < 0) | (beyond > 2.0))  # outside the limit's transition
    expected = by_hand + LIMIT_STIFFNESS * np.maximum(beyond, 0.0)
    assert expected.max() > by_hand.max() + 15.0
    assert np.abs(read_moment(limited) - expected)[clear].max() < 1e-3


def test_the_result_states_how_it_was_made(tmp_path: Path) -> None:
    make_model(tmp_path / "pendulum.osim", add_spring)
    write_motion(tmp_path / "pendulum.mot")
    result = run_inverse_dynamics(write_setup(tmp_path / "id.xml", "Muscles actuators"))
    # Both of OpenSim's readers.
    table = opensim.TimeSeriesTable(str(result))
    assert table.getTableMetaDataString("forces_excluded") == "Muscles actuators"
    assert table.getTableMetaDataString("lowpass_cutoff_frequency_for_coordinates") == "-1"
    assert table.getTableMetaDataString("model_file") == "pendulum.osim"
    assert table.getTableMetaDataString("external_loads_file") == "none"
    assert table.getNumRows() == len(TIMES)
    assert opensim.Storage(str(result)).getSize() == len(TIMES)
    assert str(tmp_path) not in result.read_text()


@pytest.mark.parametrize(
    ("change", "excluded", "expected"),
    [
        (add_spring, "ALL", "SpringGeneralizedForce 'spring' is excluded, which gives 6 N m"),
        (add_spring, "Muscles spring", "gives 6 N m about 'angle' at 0.5 s"),
        (group_spring, "Muscles springs", "'spring' is excluded, which gives 6 N m"),
        (add_limit, "all", "CoordinateLimitForce 'limit' is excluded"),
        (nothing, "", "Millard2012EquilibriumMuscle 'flexor' stays in"),
        (nothing, "reserve", "Millard2012EquilibriumMuscle 'flexor' stays in"),
        (drive_actuator, "Muscles", "CoordinateActuator 'reserve' stays in, which gives 3 N m"),
        (add_spring, "Muscles sprung", "found 'sprung', which OpenSim would ignore; nearest: sp"),
        # OpenSim does not look for single forces in a model with groups.
        (group_spring, "Muscles spring", "a group of forces of model file"),
    ],
)
def test_what_is_wrongly_excluded_is_refused(
    tmp_path: Path, change: Change, excluded: str, expected: str
) -> None:
    make_model(tmp_path / "pendulum.osim", change)
    write_motion(tmp_path / "pendulum.mot")
    setup = write_setup(tmp_path / "id.xml", excluded)
    before = set(tmp_path.iterdir())
    with pytest.raises(NMMError, match=expected) as caught:
        run_inverse_dynamics(setup)
    line = 4 if excluded else 2
    assert str(caught.value).startswith(f"{setup}:{line}: <forces_to_exclude>: expected ")
    assert "\n" not in str(caught.value)
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("change", "excluded"),
    [
        (nothing, "ALL"),
        (nothing, "flexor"),
        (add_spring, "actuators"),
        (drive_actuator, "Muscles reserve"),
        (lambda model: add_limit(model, 80.0), "ALL"),
    ],
)
def test_what_does_nothing_may_be_excluded(tmp_path: Path, change: Change, excluded: str) -> None:
    model = make_model(tmp_path / "pendulum.osim", change)
    motion = write_motion(tmp_path / "pendulum.mot")
    run_inverse_dynamics(write_setup(tmp_path / "id.xml", excluded))
    right = compute_inverse_dynamics(InverseDynamics(model, motion), tmp_path / "right.sto")
    assert np.allclose(read_moment(tmp_path / "moments.sto"), read_moment(right), atol=1e-6)


def test_contact_is_excluded_just_beside_external_loads(tmp_path: Path) -> None:
    model = OsimModel(make_model(tmp_path / "pendulum.osim", add_contact))
    motion = read_motion(
        write_motion(tmp_path / "pendulum.mot"), model, ["angle"], None, None, None
    )
    both, muscles = ["Muscles", "contact"], ["Muscles"]
    check_exclusion(both, True, model, motion, ["angle"])
    check_exclusion(muscles, False, model, motion, ["angle"])
    for names in (both, muscles):
        check_exclusion(names, None, model, motion, ["angle"])
    with pytest.raises(NMMError, match="HuntCrossleyForce 'contact' stays in"):
        check_exclusion(muscles, True, model, motion, ["angle"])
    with pytest.raises(NMMError, match="HuntCrossleyForce 'contact' is excluded"):
        check_exclusion(both, False, model, motion, ["angle"])


def test_coordinates_that_the_tool_would_not_find_are_refused(tmp_path: Path) -> None:
    model = make_model(tmp_path / "pendulum.osim")
    motion = write_motion(tmp_path / "pendulum.mot", "/jointset/pivot/angle/value")
    with pytest.raises(NMMError, match="such as 'angle', but found '/jointset"):
        compute_inverse_dynamics(InverseDynamics(model, motion), tmp_path / "moments.sto")
    assert not (tmp_path / "moments.sto").exists()


def test_a_cutoff_of_zero_is_refused(tmp_path: Path) -> None:
    model = make_model(tmp_path / "pendulum.osim")
    motion = write_motion(tmp_path / "pendulum.mot")
    with pytest.raises(NMMError, match="above 0 Hz, but found 0"):
        compute_inverse_dynamics(
            InverseDynamics(model, motion, lowpass_cutoff_frequency=0.0), tmp_path / "moments.sto"
        )


def test_the_command_line_shows_one_line(tmp_path: Path) -> None:
    make_model(tmp_path / "pendulum.osim", add_limit)
    write_motion(tmp_path / "pendulum.mot")
    done = run_cli("inverse-dynamics", str(write_setup(tmp_path / "id.xml", "All")))
    assert done.returncode == 2
    assert "id.xml:4: <forces_to_exclude>: expected only muscles" in done.stderr
    assert "Traceback" not in done.stderr


class Trial:
    """A pendulum's trial and the check of its inverse dynamics."""

    def __init__(self, folder: Path, *changes: Change) -> None:
        self.folder = folder
        self.model = make_model(folder / "pendulum.osim", *changes)
        self.coordinates = write_motion(folder / "pendulum.mot")
        self.moments = folder / "moments.sto"

    def compute(self, cutoff: float | None = None) -> None:
        made_from = InverseDynamics(self.model, self.coordinates, lowpass_cutoff_frequency=cutoff)
        compute_inverse_dynamics(made_from, self.moments)

    def edit_header(self, *entries: str) -> None:
        """Leave OpenSim's own header and add entries."""
        header, values = self.moments.read_text().split("endheader\n")
        own = header.split("forces_excluded=")[0]
        added = "".join(f"{entry}\n" for entry in entries)
        self.moments.write_text(f"{own}{added}endheader\n{values}")

    def check(self, model_file: Path | None = None, cutoff: float | None = None) -> None:
        model = OsimModel(model_file or self.model)
        motion = read_motion(self.coordinates, model, ["angle"], cutoff, None, None)
        check_inverse_dynamics_file(
            self.moments, model, motion, ["angle"], self.coordinates, cutoff
        )


def test_our_own_file_is_accepted(tmp_path: Path) -> None:
    trial = Trial(tmp_path, add_spring, add_limit)
    trial.compute(6.0)
    trial.check(cutoff=6.0)


def test_another_programs_file_must_state_what_matters(tmp_path: Path) -> None:
    trial = Trial(tmp_path, add_spring)
    trial.compute()
    trial.edit_header()
    with pytest.raises(NMMError) as caught:
        trial.check()
    message = str(caught.value)
    assert message.startswith(f"inverse dynamics file '{trial.moments}': ")
    assert "SpringGeneralizedForce 'spring' gives 6 N m about 'angle' at 0.5 s" in message
    assert "nmm-opensim inverse-dynamics" in message
    trial.edit_header("forces_excluded=Muscles")
    trial.check()
    trial.edit_header("forces_excluded=ALL")
    with pytest.raises(NMMError, match="forces_excluded=ALL, but expected only muscles"):
        trial.check()
    trial.edit_header("forces_excluded=none")
    with pytest.raises(NMMError, match="'flexor' stays in"):
        trial.check()


def test_another_programs_file_is_accepted_where_nothing_matters(tmp_path: Path) -> None:
    trial = Trial(tmp_path, lambda model: add_limit(model, 80.0), add_contact)
    trial.compute()
    trial.edit_header()
    trial.check()


def test_another_filter_is_refused(tmp_path: Path) -> None:
    trial = Trial(tmp_path)
    trial.compute(6.0)
    with pytest.raises(NMMError, match="_for_coordinates=-1, but its header states 6"):
        trial.check()
    with pytest.raises(NMMError, match="_for_coordinates=8, but its header states 6"):
        trial.check(cutoff=8.0)
    trial.compute()
    with pytest.raises(NMMError, match="_for_coordinates=6, but its header states -1"):
        trial.check(cutoff=6.0)


def test_another_motion_is_refused(tmp_path: Path) -> None:
    trial = Trial(tmp_path)
    trial.compute()
    trial.coordinates.write_text(trial.coordinates.read_text().replace("0.3000", "0.3001"))
    with pytest.raises(NMMError, match=r"states 'pendulum.mot' with other content"):
        trial.check()


def test_another_model_is_refused_unless_only_its_muscles_differ(tmp_path: Path) -> None:
    trial = Trial(tmp_path, add_spring)
    trial.compute()

    def strengthen(model: opensim.Model) -> None:
        model.updMuscles().get("flexor").setMaxIsometricForce(900.0)

    def burden(model: opensim.Model) -> None:
        model.updBodySet().get("weight").setMass(1.01 * MASS)

    trial.check(make_model(tmp_path / "calibrated.osim", add_spring, strengthen))
    for name, changes in {"heavy": (add_spring, burden), "bare": ()}.items():
        other = make_model(tmp_path / f"{name}.osim", *changes)
        with pytest.raises(NMMError, match=r"states 'pendulum.osim' with other masses, joints"):
            trial.check(other)


def write_torques(path: Path, time: np.ndarray, **columns: np.ndarray) -> Path:
    write_table(
        path, list(columns), time, np.column_stack(list(columns.values())), Header("device")
    )
    return path


def compute_with_device(
    folder: Path, device: DeviceTorques, cutoff: float | None = None
) -> np.ndarray:
    made_from = InverseDynamics(
        make_model(folder / "pendulum.osim"),
        write_motion(folder / "pendulum.mot"),
        lowpass_cutoff_frequency=cutoff,
        device=device,
    )
    return read_moment(compute_inverse_dynamics(made_from, folder / "moments.sto"))


def test_muscles_give_what_the_device_does_not(tmp_path: Path) -> None:
    # Another clock than the motion's; it pushes the coordinate up, with up to 3 N m.
    time = np.arange(-0.1, 2.1, 0.005)
    file = write_torques(tmp_path / "exo.sto", time, angle=1.0 + 2.0 * np.sin(np.pi * time))
    moment = compute_with_device(tmp_path, DeviceTorques(file))
    expected = moment_by_hand() - (1.0 + 2.0 * np.sin(np.pi * TIMES))
    assert np.abs(moment - expected)[INSIDE].max() < 2e-3
    entries = read_header_entries(tmp_path / "moments.sto")
    assert entries["device_torques_file"] == "exo.sto"
    assert entries["device_torques_sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert entries["device_coordinates"] == "angle"
    # Both of OpenSim's readers.
    assert opensim.TimeSeriesTable(str(tmp_path / "moments.sto")).getNumRows() == len(TIMES)
    assert opensim.Storage(str(tmp_path / "moments.sto")).getSize() == len(TIMES)


def test_a_device_is_filtered_like_the_motion(tmp_path: Path) -> None:
    time = np.arange(0.0, 2.0, 0.002)
    hum = 5.0 + 4.0 * np.sin(2 * np.pi * 60.0 * time)
    file = write_torques(tmp_path / "exo.sto", time, right=hum, left=np.zeros_like(time))
    device = DeviceTorques(file, (("angle", "right"),))
    with_device = compute_with_device(tmp_path, device, 6.0)
    trial = Trial(tmp_path)
    trial.compute(6.0)
    # Of hum, which a trial's ends cut off somewhere, a filter leaves a little there.
    middle = (TIMES > 0.4) & (TIMES < 1.6)
    assert np.abs(with_device - (read_moment(trial.moments) - 5.0))[middle].max() < 1e-3


def test_training_accepts_moments_without_a_devices_share(tmp_path: Path) -> None:
    time = np.arange(0.0, 2.0, 0.01)
    file = write_torques(tmp_path / "exo.sto", time, angle=np.ones_like(time))
    trial = Trial(tmp_path)
    compute_with_device(tmp_path, DeviceTorques(file))
    trial.check()


@pytest.mark.parametrize(
    ("columns", "last", "torque", "expected"),
    [
        ((("angel", "angle"),), 2.0, 1.0, "expected a coordinate 'angel', .*; nearest: angle"),
        ((("angle", "exo"),), 2.0, 1.0, "expected a column 'exo'"),
        ((), 1.5, 1.0, r"expected torques from 0 to 1\.99 s.* but found them from 0 to 1\.49 s"),
        ((), 2.0, np.nan, "expected numbers, but found nan in column 'angle'"),
        ((), 2.0, 5e4, "expected the torque about 'angle' in N m, at most 1000, but found 5e"),
    ],
)
def test_torques_that_do_not_fit_are_refused(
    tmp_path: Path,
    columns: tuple[tuple[str, str], ...],
    last: float,
    torque: float,
    expected: str,
) -> None:
    time = np.arange(0.0, last, 0.01)
    file = write_torques(tmp_path / "exo.sto", time, angle=np.full(len(time), torque))
    with pytest.raises(NMMError, match=expected):
        compute_with_device(tmp_path, DeviceTorques(file, columns))
    assert not (tmp_path / "moments.sto").exists()
