"""Force plates: an example worked by hand for each type, formulas of another kind, and doubts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from c3d_files import CENTRE, TURN, A, Array, B, C3DFile, add_plate, integers, make_trial, reals

from nmm_opensim.errors import NMMError
from nmm_opensim.recordings.axes import read_axes
from nmm_opensim.recordings.c3d.content import read_c3d
from nmm_opensim.recordings.convert_c3d import Converted, convert_c3d
from nmm_opensim.recordings.force_plates import (
    ForcePlate,
    PlateOptions,
    make_plate,
    read_force_plates,
)

# The laboratory's z points up and its y to the left; the plates' z points down, x forward.
AXES = "x z -y"
DEEP = 0.04


def make(
    trial: C3DFile, folder: Path, number: int = 1, options: PlateOptions | None = None
) -> ForcePlate:
    c3d = read_c3d(trial.write(folder / "trial.c3d"), "C3D file")
    return make_plate(c3d, number, read_axes(AXES), options or PlateOptions())


def plate_of(kind: int, signal: list[float], origin: list[float], length: float = 1.0) -> C3DFile:
    """A file in m of one plate that always shows ``signal``."""
    trial = make_trial(frames=10, channels=1)
    trial.parameters["POINT:UNITS"] = [{1.0: "m", 1000.0: "mm"}[length]]
    return add_plate(trial, kind, np.tile(np.array(signal)[:, None], 100), origin, length)


# Worked by hand for all types: the reaction (50, 0, -500) N in the plate's axes meets its surface
# at (0.1, 0.05) m from its centre with a free moment of 3 N m. The transducers lie 0.04 m below,
# where the point is at r = (0.1, 0.05, -0.04), and the moment is r x F + (0, 0, 3) =
# (0.05 * -500 - 0, -0.04 * 50 - 0.1 * -500, 0 - 0.05 * 50 + 3) = (-25, 48, 0.5) N m.
WRENCH = [50.0, 0.0, -500.0, -25.0, 48.0, 0.5]
# Of four sensors at (+-0.12, +-0.2) m: fz1+fz2 = -500/2 - 25/0.4 = -312.5, fz3+fz4 = -187.5;
# fz2+fz3 = -500/2 + 48/0.24 = -50, fz1+fz4 = -450; with fz1 = -300: fz2 = -12.5, fz3 = -37.5,
# fz4 = -150. fx34-fx12 = 0.5/0.2 = 2.5, so fx12 = 23.75 and fx34 = 26.25 with equal fy.
SENSORS = [23.75, 26.25, 0.0, 0.0, -300.0, -12.5, -37.5, -150.0]
EXAMPLES = {
    1: ([50.0, 0.0, -500.0, 0.1, 0.05, 3.0], [0.0, 0.0, -DEEP]),
    2: (WRENCH, [0.0, 0.0, -DEEP]),
    3: (SENSORS, [A, B, -DEEP]),
    4: ([value / 2 for value in WRENCH], [0.0, 0.0, -DEEP]),
}
# In the laboratory the point is (1 + 0.1, 2 - 0.05, 0), z and y point the other way; then OpenSim.
HAND_FORCE, HAND_POINT, HAND_TORQUE = [50, 500, 0], [1.1, 0, -1.95], [0, -3, 0]


@pytest.mark.parametrize("kind", EXAMPLES)
@pytest.mark.parametrize("processor", ["intel", "dec", "mips"])
@pytest.mark.parametrize("real", [True, False])
def test_an_example_worked_by_hand(tmp_path: Path, kind: int, processor: str, real: bool) -> None:
    signal, origin = EXAMPLES[kind]
    trial = plate_of(kind, signal, origin)
    trial.processor, trial.real = processor, real
    if kind == 4:
        trial.parameters["FORCE_PLATFORM:CAL_MATRIX"] = 2 * np.eye(6, dtype=np.float32)[..., None]
    if not real:
        # All values are whole multiples of it.
        scale = 0.05 if kind == 1 else 0.25
        trial.analog = np.round(trial.analog / scale)
        trial.parameters["ANALOG:SCALE"] = reals(*[scale] * trial.analog.shape[2])
    plate = make(trial, tmp_path)
    assert plate.force == pytest.approx(np.tile(HAND_FORCE, (100, 1)), rel=1e-6, abs=1e-6)
    assert plate.point == pytest.approx(np.tile(HAND_POINT, (100, 1)), rel=1e-6, abs=1e-6)
    assert plate.torque == pytest.approx(np.tile(HAND_TORQUE, (100, 1)), rel=1e-6, abs=1e-6)


def solve_load(force: Array, moment: Array) -> Array:
    """Centre of pressure and free moment (x, y, t) whose moment about the centre is ``moment``."""
    fx, fy, fz = force
    rows = np.array([[0.0, fz, 0.0], [-fz, 0.0, 0.0], [fy, -fx, 1.0]])
    solved: Array = np.linalg.solve(rows, moment)
    return solved


def find_load(kind: int, signal: Array, origin: Array, matrix: Array) -> tuple[Array, Array]:
    """Force and (x, y, t) by adding the moments of single forces: nothing of the reader's."""
    if kind == 1:
        return signal[:3], signal[3:]
    if kind == 3:
        a, b, z = origin
        places = [(0, b), (0, -b), (a, 0), (-a, 0), (a, b), (-a, b), (-a, -b), (a, -b)]
        along = [0, 0, 1, 1, 2, 2, 2, 2]
        force, moment = np.zeros(3), np.zeros(3)
        for value, (x, y), axis in zip(signal, places, along, strict=True):
            single = np.eye(3)[axis] * value
            force += single
            # The centre of the surface is z from the sensors' plane.
            moment += np.cross([x, y, -z], single)
        return force, solve_load(force, moment)
    wrench = matrix @ signal if kind == 4 else signal
    # From the surface's centre the transducers lie at minus the origin.
    moment = wrench[3:] + np.cross(-origin, wrench[:3])
    return wrench[:3], solve_load(wrench[:3], moment)


@pytest.mark.parametrize("kind", [1, 2, 3, 4])
@pytest.mark.parametrize("processor", ["intel", "dec", "mips"])
@pytest.mark.parametrize("stored", ["real", "signed", "unsigned"])
def test_types_agree_with_formulas_of_another_kind(
    tmp_path: Path, kind: int, processor: str, stored: str
) -> None:
    random = np.random.default_rng(kind)
    origin = np.array([A, B, -0.0625]) if kind == 3 else np.array([0.004, -0.006, -0.0625])
    matrix = np.diag([2.0, 2.0, 2.0, 1.5, 1.5, 1.5]) + random.uniform(-0.01, 0.01, (6, 6))
    matrix = matrix.astype(np.float32).astype(float)
    load = np.array([EXAMPLES[2 if kind == 4 else kind][0]]).T
    signals = load * random.uniform(0.4, 1.2, (1, 100)) + random.uniform(-2, 2, (len(load), 100))
    if kind == 1:
        signals[3:5] = random.uniform(-0.15, 0.15, (2, 100))
    trial = add_plate(make_trial(), kind, signals, origin.tolist(), 1.0)
    trial.parameters["POINT:UNITS"] = ["m"]
    trial.parameters["FORCE_PLATFORM:CAL_MATRIX"] = matrix[..., None].astype(np.float32)
    trial.processor, trial.real = processor, stored == "real"
    scales = np.r_[1.0, np.abs(signals).max(axis=1) / 30_000].astype(np.float32)
    if stored != "real":
        offset = 32768 if stored == "unsigned" else -5
        trial.analog[..., 1:] = np.round(trial.analog[..., 1:] / scales[1:].astype(float)) + offset
        trial.parameters |= {
            "ANALOG:FORMAT": [stored.upper()],
            "ANALOG:SCALE": scales,
            "ANALOG:OFFSET": integers(0, *[offset] * len(signals)),
        }
        signals = (trial.analog[..., 1:].reshape(100, -1).T - offset) * scales[1:, None]
    else:
        signals = signals.astype(np.float32).astype(float)
    plate = make(trial, tmp_path)
    assert not plate.notes
    rotation = read_axes(AXES) @ TURN
    for i in range(100):
        single, (x, y, torque) = find_load(kind, signals[:, i], origin.astype(np.float32), matrix)
        point = rotation @ [x, y, 0] + read_axes(AXES) @ CENTRE
        assert plate.force[i] == pytest.approx(rotation @ single, rel=1e-6, abs=1e-6)
        assert plate.point[i] == pytest.approx(point, rel=1e-6, abs=1e-6)
        assert plate.torque[i] == pytest.approx(rotation @ [0, 0, torque], rel=1e-6, abs=1e-6)


def test_a_calibration_matrix_lies_column_by_column(tmp_path: Path) -> None:
    # Two signals of crosstalk: 10 of the fourth channel per unit of the first.
    matrix = np.eye(6, dtype=np.float32)
    matrix[3, 0] = 0.1
    signal = np.array(WRENCH)
    signal[3] -= 0.1 * signal[0]
    trial = plate_of(4, signal.tolist(), [0.0, 0.0, -DEEP])
    trial.parameters["FORCE_PLATFORM:CAL_MATRIX"] = matrix[..., None]
    assert make(trial, tmp_path).point[0] == pytest.approx(HAND_POINT, abs=1e-6)


@pytest.mark.parametrize("kind", [2, 3, 4])
def test_an_origin_of_the_wrong_sign_is_seen(tmp_path: Path, kind: int) -> None:
    signal, origin = EXAMPLES[kind]
    wrong = [A, B, DEEP] if kind == 3 else [-value for value in origin]
    trial = plate_of(kind, signal, wrong)
    if kind == 4:
        trial.parameters["FORCE_PLATFORM:CAL_MATRIX"] = 2 * np.eye(6, dtype=np.float32)[..., None]
    plate = make(trial, tmp_path)
    assert plate.point[0] == pytest.approx(HAND_POINT, abs=1e-6)
    (note,) = plate.notes
    assert "its surface 40 mm below its transducers; taken with the other sign" in note


def test_the_origin_of_a_treadmill_is_seen_by_its_load(tmp_path: Path) -> None:
    # The point is (0.1, 0.05) from the centre, which is (-0.3, 0.8) from the sensors' origin.
    r = np.array([0.1 - 0.3, 0.05 + 0.8, 0.0])
    moment = np.cross(r, [50.0, 0.0, -500.0]) + np.array([0, 0, 3])
    signal = [50.0, 0.0, -500.0, *moment]
    right = make(plate_of(2, signal, [-0.3, 0.8, 0.0]), tmp_path)
    wrong = make(plate_of(2, signal, [0.3, -0.8, 0.0]), tmp_path)
    assert right.point[0] == pytest.approx(HAND_POINT, abs=1e-6)
    assert wrong.point == pytest.approx(right.point)
    assert not right.notes
    assert "taken with the other sign" in wrong.notes[0]


@pytest.mark.parametrize(
    ("parameter", "value", "message"),
    [
        ("TYPE", np.array([6], np.int16), r"force plate 1 is of type 6, not 1, 2, 3, 4"),
        ("TYPE", None, r"force plate 1 is of type unknown"),
        ("ORIGIN", None, r"3 numbers for it in FORCE_PLATFORM:ORIGIN, but found 0"),
        ("CORNERS", None, r"12 numbers for it in FORCE_PLATFORM:CORNERS, but found 0"),
        ("CORNERS", np.zeros((3, 4, 1), np.float32), r"corners of a rectangle in their order"),
        ("CHANNEL", np.array([[2], [3], [4], [5], [6], [99]], np.int16), r"found 2 3 4 5 6 99"),
        ("CHANNEL", None, r"6 analog channels from 1 to 7 .*, but found none"),
    ],
)
def test_what_is_missing_is_named(
    tmp_path: Path, parameter: str, value: Array | None, message: str
) -> None:
    trial = plate_of(2, WRENCH, [0.0, 0.0, -DEEP])
    trial.parameters[f"FORCE_PLATFORM:{parameter}"] = value
    with pytest.raises(NMMError, match=message):
        make(trial, tmp_path)
    # What is not asked for stops nothing.
    converted = convert_c3d(tmp_path / "trial.c3d", tmp_path / "out", AXES, {})
    assert (len(converted.markers), converted.unused_plates) == (2, [1])


@pytest.mark.parametrize("order", [[0, 2, 1, 3], [0, 1, 3, 2]])
def test_corners_out_of_order_are_refused(tmp_path: Path, order: list[int]) -> None:
    trial = plate_of(2, WRENCH, [0.0, 0.0, -DEEP])
    corners = trial.parameters["FORCE_PLATFORM:CORNERS"]
    assert isinstance(corners, np.ndarray)
    trial.parameters["FORCE_PLATFORM:CORNERS"] = corners[:, order]
    with pytest.raises(NMMError, match=r"corners of a rectangle in their order"):
        make(trial, tmp_path)


@pytest.mark.parametrize(
    ("units", "message"),
    [
        (["kN"] * 3 + ["N-m"] * 3, "expected forces in N, but a channel has 'kN'"),
        (["N"] * 3 + ["Nmm"] * 3, "moments in Nm, .* but a channel has 'Nmm'"),
        (["newtons"] * 3 + ["N-mm"] * 3, "moments in Nm, .* but a channel has 'N-mm'"),
        (["N"] * 3 + ["newton millimeters"] * 3, "moments in Nm"),
        (["N", "newt", "Newtons", "N.m", "N m", "newton-metres"], ""),
        (["N"] * 3 + ["N·m", "Nm", "NM"], ""),
        ([""] * 6, ""),
    ],
)
def test_spellings_of_units(tmp_path: Path, units: list[str], message: str) -> None:
    trial = plate_of(2, WRENCH, [0.0, 0.0, -DEEP])
    trial.parameters["ANALOG:UNITS"] = ["V", *units]
    if message:
        with pytest.raises(NMMError, match=message):
            make(trial, tmp_path)
    else:
        assert make(trial, tmp_path).point[0] == pytest.approx(HAND_POINT, abs=1e-6)


def with_baseline(last: int, offset: float = -8.0) -> C3DFile:
    """Loaded from frame 6 on; an offset of Fz throughout, to be found in frames 1 to ``last``."""
    signals = np.array(WRENCH)[:, None] * (np.arange(100) >= 50)
    signals[2] += offset
    trial = add_plate(make_trial(), 2, signals, [0.0, 0.0, -DEEP], 1.0)
    trial.parameters |= {
        "POINT:UNITS": ["m"],
        "FORCE_PLATFORM:ZERO": np.array([0, last], np.int16),
    }
    return trial


def test_the_baseline_of_the_file_is_taken_off(tmp_path: Path) -> None:
    plate = make(with_baseline(5), tmp_path)
    assert plate.force[60] == pytest.approx(HAND_FORCE, abs=1e-4)
    assert plate.notes == ("its offset in frames 1 to 5 (FORCE_PLATFORM:ZERO), 8 N, is taken off.",)
    plate = make(with_baseline(10), tmp_path)
    assert plate.force[60, 1] == pytest.approx(508)
    assert "where it should rest; no offset is taken off" in plate.notes[0]
    assert "it rests at 8 N instead of 0" in plate.notes[1]
    assert len(make(with_baseline(0), tmp_path).notes) == 1


def test_a_plate_that_is_never_loaded_is_said(tmp_path: Path) -> None:
    signal = [0.01 * value for value in WRENCH]
    plate = make(plate_of(2, signal, [0.0, 0.0, -DEEP]), tmp_path)
    assert not plate.force.any()
    assert plate.notes == (
        "it is never loaded: its largest vertical force is 5 N, the threshold 20 N.",
    )


@pytest.mark.parametrize(
    ("signal", "message"),
    [
        ([50.0, 0.0, -500.0, -25e3, 48e3, 500.0], r"on its surface, but under load it lies .* m"),
        ([value * 1e3 for value in WRENCH], "forces in N of a person, but found 5e"),
        ([-value for value in WRENCH], "push the subject up .* push down"),
    ],
)
def test_what_no_plate_can_mean_is_refused(
    tmp_path: Path, signal: list[float], message: str
) -> None:
    with pytest.raises(NMMError, match=f"force plate 1: .*{message}"):
        make(plate_of(2, signal, [0.0, 0.0, -DEEP]), tmp_path)


def test_a_touch_is_no_step(tmp_path: Path) -> None:
    trial = plate_of(2, [0.1 * value for value in WRENCH], [0.0, 0.0, -DEEP])
    (note,) = make(trial, tmp_path).notes
    assert note.startswith("its largest vertical force is 50 N, too little for a step; is it noise")


def test_axes_that_turn_the_floor_into_a_wall_are_refused(tmp_path: Path) -> None:
    file = plate_of(2, WRENCH, [0.0, 0.0, -DEEP]).write(tmp_path / "trial.c3d")
    with pytest.raises(NMMError, match=r"corners lie 90 degrees from the ground; look at the axes"):
        read_force_plates(file, "x y z")


def test_units_that_are_not_stated_are_declared(tmp_path: Path) -> None:
    trial = plate_of(2, WRENCH, [0.0, 0.0, -DEEP])
    trial.parameters["POINT:UNITS"] = None
    with pytest.raises(NMMError, match=r"POINT:UNITS.*, but found none; .*--length-units"):
        make(trial, tmp_path)
    plate = make(trial, tmp_path, options=PlateOptions(length_unit="m"))
    assert plate.point[0] == pytest.approx(HAND_POINT, abs=1e-6)


def convert_beside(folder: Path, place: list[float]) -> Converted:
    trial = plate_of(2, WRENCH, [0.0, 0.0, -DEEP])
    trial.points[:] = [place, [1.0, 2.0, 1.0]]
    file = trial.write(folder / "trial.c3d")
    return convert_c3d(file, folder / "out", AXES, {1: "calcn_r"})


def test_a_foot_that_is_elsewhere_is_said(tmp_path: Path) -> None:
    assert not convert_beside(tmp_path, [1.2, 1.9, 0.1]).notes
    (note,) = convert_beside(tmp_path, [1.6, 1.95, 0.1]).notes
    assert "0.5 m from the nearest low marker ('M001')" in note


def test_an_idle_plate_stops_nothing(tmp_path: Path) -> None:
    trial = plate_of(2, WRENCH, [0.0, 0.0, -DEEP])
    idle = np.zeros((10, 10, 6))
    # A spike that pulls down, and what is no number.
    idle[3, 3, 2], idle[5, 5] = 25.0, np.nan
    trial.analog = np.concatenate([trial.analog, idle], axis=2)
    for name in ("CORNERS", "ORIGIN", "TYPE", "CHANNEL"):
        value = trial.parameters[f"FORCE_PLATFORM:{name}"]
        assert isinstance(value, np.ndarray)
        second = value + 6 if name == "CHANNEL" else value
        trial.parameters[f"FORCE_PLATFORM:{name}"] = np.concatenate([value, second], axis=-1)
    trial.parameters["FORCE_PLATFORM:USED"] = integers(2)
    trial.parameters["ANALOG:SCALE"] = reals(*[1.0] * 13)
    trial.parameters["ANALOG:USED"] = integers(13)
    file = trial.write(tmp_path / "trial.c3d")
    converted = convert_c3d(file, tmp_path / "out", AXES, {1: "calcn_r"})
    assert converted.unused_plates == [2]
    with pytest.raises(NMMError, match=r"force plate 2: expected forces that are numbers"):
        convert_c3d(file, tmp_path / "none", AXES, {2: "calcn_r"})
    assert not (tmp_path / "none").exists()


def test_a_spike_is_no_direction(tmp_path: Path) -> None:
    signals = np.zeros((6, 100))
    signals[2, 30] = 25.0
    trial = add_plate(make_trial(), 2, signals, [0.0, 0.0, -DEEP], 1.0)
    trial.parameters["POINT:UNITS"] = ["m"]
    never, pull = make(trial, tmp_path).notes
    assert "never loaded" in never
    assert "it pulls down in 1 samples, by up to 25 N" in pull
    # Crosstalk of a step beside it lasts, but weighs nothing.
    signals[2, 30:90] = 110.0
    trial = add_plate(make_trial(), 2, signals, [0.0, 0.0, -DEEP], 1.0)
    trial.parameters["POINT:UNITS"] = ["m"]
    assert not make(trial, tmp_path).force.any()
    signals[2, 31:90] = 0.0
    signals[2, 30] = 25.0
    signals[:, 50:] = np.array(WRENCH)[:, None]
    trial = add_plate(make_trial(), 2, signals, [0.0, 0.0, -DEEP], 1.0)
    trial.parameters["POINT:UNITS"] = ["m"]
    plate = make(trial, tmp_path)
    assert plate.notes == ("it pulls down in 1 samples, by up to 25 N; taken for empty there.",)
    assert not plate.force[30].any()
