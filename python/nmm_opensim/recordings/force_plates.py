"""Force plates of a C3D file as external loads for OpenSim.

The channels of a plate become force, centre of pressure and free moment by its type
(``c3d.plate_formulas``); here they get OpenSim's axes and units, and bodies. A plate's channels
hold, by convention, the reaction on the subject in axes whose z points into the floor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..arrays import Array
from ..errors import NMMError
from ..formats.external_loads import RecordedLoad
from .axes import UP, read_axes
from .c3d.analog import read_units, scale_analog
from .c3d.content import C3D, read_c3d
from .c3d.plate_formulas import FREE_OF_OFFSET, PlateLoad, compute_load
from .c3d.plates import Plate, count_plates, read_plate
from .c3d.points import find_length_unit
from .plate_checks import check_direction, check_surface, find_loaded, tell_of_point
from .units import FORCE, LENGTH, METRES, MOMENT, VOLTAGE

SIDEWAYS = 0.05
"""An origin this far beside the centre (m) belongs to a treadmill; its sign can be seen."""
HALF = 0.5


@dataclass(frozen=True)
class PlateOptions:
    """How plates are read: a plate is empty under ``threshold`` (N) of vertical force.

    ``action`` says that the channels hold what acts on the plate instead of the reaction;
    ``length_unit`` is the file's, where it states none.
    """

    threshold: float = 20.0
    action: bool = False
    length_unit: str | None = None

    def __post_init__(self) -> None:
        """Refuse a threshold that is none."""
        if not 0.0 <= self.threshold < np.inf:
            raise NMMError(f"threshold: expected N, 0 or more, but found {self.threshold:g}.")


@dataclass(frozen=True)
class ForcePlate:
    """What a plate did to the subject, in OpenSim's axes, each (samples, 3).

    ``force`` (N), ``point`` (m) and ``torque`` (N m, the free moment) are 0 where the plate carries
    less than the threshold. ``notes`` say what is unusual about it.
    """

    number: int
    force: Array
    point: Array
    torque: Array
    notes: tuple[str, ...] = ()


def read_force_plates(
    path: Path, axes: str, *, threshold: float = 20.0, action: bool = False
) -> tuple[Array, list[ForcePlate]]:
    """Times (samples,) in s from the first frame, and all plates; no plates is no error.

    ``axes`` is as in ``read_axes``, the rest as in ``PlateOptions``.

    Raises:
        NMMError: naming the plate whose unit, geometry or direction cannot be used.

    """
    rotation = read_axes(axes)
    options = PlateOptions(threshold, action)
    c3d = read_c3d(path, "C3D file")
    numbers = range(1, count_plates(c3d) + 1)
    if not numbers:
        return np.zeros(0), []
    return read_times(c3d), [make_plate(c3d, n, rotation, options) for n in numbers]


def read_times(c3d: C3D) -> Array:
    """Of the samples of analog channels, in s from the first frame."""
    rate, samples = c3d.analog_rate, c3d.layout.frames * c3d.layout.samples
    if rate is None or samples < 2:
        raise NMMError(
            f"{c3d.source}: expected force plates with a rate (ANALOG:RATE), but found "
            f"{samples} samples at {rate or 'no'} rate."
        )
    times: Array = np.arange(samples) / rate
    return times


def make_plate(c3d: C3D, number: int, rotation: Array, options: PlateOptions) -> ForcePlate:
    """Plate ``number``, from 1; ``rotation`` takes the laboratory's vectors to OpenSim's.

    Raises:
        NMMError: naming what cannot be meant. Other plates are not looked at.

    """
    where = f"{c3d.source}: force plate {number}"
    unit = find_length_unit(c3d, options.length_unit)
    metres = METRES[unit]
    plate = read_plate(c3d, number, metres)
    to_opensim = rotation @ plate.rotation
    check_surface(to_opensim[:, 2], where)
    notes = list(_check_units(c3d, plate, unit, where))
    signals, offset = _read_signals(c3d, plate, options.threshold, where)
    plate, turned = _orient(plate, metres, float(to_opensim[UP, 2]))
    load = compute_load(plate.kind, signals, plate.origin, plate.matrix)
    plate, load, shifted = _orient_sideways(plate, load, signals, metres)
    sign = -1.0 if options.action else 1.0
    force = sign * (to_opensim @ load.force).T
    loaded, direction = find_loaded(force[:, UP], options.threshold)
    check_direction(force[:, UP], direction, _sample_rate(c3d), where)
    notes += [*offset, *turned, *shifted, *direction.notes]
    flat = np.vstack([load.point, np.zeros(load.point.shape[1])])
    point = (to_opensim @ flat).T * metres + rotation @ plate.centre * metres
    # Lengths of a moment are the file's; so is the force's arm in it.
    torque = (to_opensim[:, 2:] * (sign * load.torque * metres)).T
    force, point, torque = (np.where(loaded[:, None], v, 0.0) for v in (force, point, torque))
    if not np.all(np.isfinite(np.hstack([force, point, torque]))):
        raise NMMError(
            f"{where}: expected numbers, and a centre of pressure wherever it is loaded; export "
            "the file anew."
        )
    half = _measure(plate, metres)
    notes += tell_of_point(load.point * metres, half, force[:, UP], where)
    return ForcePlate(number, force, point, torque, tuple(notes))


def _sample_rate(c3d: C3D) -> float:
    return c3d.analog_rate or 1.0


def _measure(plate: Plate, metres: float) -> Array:
    """Half the sides of a plate (m)."""
    first, second, third, fourth = plate.corners * metres
    sides = (first + fourth - second - third, first + second - third - fourth)
    return np.array([np.linalg.norm(side) for side in sides]) / 4


def _read_signals(c3d: C3D, plate: Plate, threshold: float, where: str) -> tuple[Array, list[str]]:
    """Scaled channels of a plate, their baseline taken off where the file says which it is."""
    signals, faults = scale_analog(c3d, plate.channels)
    for channel, fault in zip(plate.channels, faults, strict=True):
        if fault:
            raise NMMError(f"{where}: analog channel {channel + 1} cannot be used: {fault}.")
    if not np.all(np.isfinite(signals)):
        raise NMMError(f"{where}: expected forces that are numbers; export the file anew.")
    zero = c3d.parameters.find_numbers("FORCE_PLATFORM", "ZERO")[:2]
    if len(zero) < 2 or not 0 <= zero[0] <= zero[1] or zero[1] < 1:
        return signals, []
    first, last = int(max(zero[0], 1)), int(zero[1])
    # They count from the file's first frame.
    rest = signals[:, (first - 1) * c3d.layout.samples : last * c3d.layout.samples]
    if not rest.shape[1] or last > c3d.layout.frames:
        return signals, []
    baseline = rest.mean(axis=1)
    baseline[list(FREE_OF_OFFSET.get(plate.kind, ()))] = 0.0
    load = compute_load(plate.kind, baseline[:, None], plate.origin, plate.matrix)
    size = float(np.linalg.norm(load.force))
    frames = f"in frames {first} to {last} (FORCE_PLATFORM:ZERO)"
    if size == 0:
        return signals, []
    if size >= threshold:
        return signals, [
            f"it carries {size:.3g} N {frames}, where it should rest; no offset is taken off."
        ]
    return signals - baseline[:, None], [f"its offset {frames}, {size:.3g} N, is taken off."]


def _orient(plate: Plate, metres: float, upward: float) -> tuple[Plate, list[str]]:
    """The plate with its surface above its transducers; ``upward`` is how its z points up."""
    notes = []
    if upward > 0:
        notes.append(
            "FORCE_PLATFORM:CORNERS make its z point up, not into the floor; are they in order?"
        )
    height = plate.origin[2] * metres * upward
    if plate.kind == 1 or height >= 0:
        return plate, notes
    notes.append(
        f"FORCE_PLATFORM:ORIGIN has its surface {-height * 1e3:.3g} mm below its transducers; "
        "taken with the other sign."
    )
    signs = np.array([1.0, 1.0, -1.0]) if plate.kind == 3 else -np.ones(3)
    return replace(plate, origin=signs * plate.origin), notes


def _orient_sideways(
    plate: Plate, load: PlateLoad, signals: Array, metres: float
) -> tuple[Plate, PlateLoad, list[str]]:
    """The other sign of an origin far beside the centre, if only it brings the load on the plate.

    Treadmills have one, and no height that would tell its sign.
    """
    beside = plate.kind in (2, 4) and np.abs(plate.origin[:2]).max() * metres > SIDEWAYS
    if not beside or plate.origin[2] != 0:
        return plate, load, []
    half = _measure(plate, metres)
    other = replace(plate, origin=-plate.origin)
    turned = compute_load(other.kind, signals, other.origin, other.matrix)
    if _share_on_plate(load, half / metres) < HALF < _share_on_plate(turned, half / metres):
        return (
            other,
            turned,
            [
                "FORCE_PLATFORM:ORIGIN brings its centre of pressure beside it; taken with the "
                "other sign."
            ],
        )
    return plate, load, []


def _share_on_plate(load: PlateLoad, half: Array) -> float:
    """Of the impulse along z, what meets the plate."""
    weight = np.abs(load.force[2])
    inside = np.all(np.abs(load.point) <= half[:, None], axis=0)
    return float(weight[inside].sum() / max(weight.sum(), np.finfo(float).tiny))


def _check_units(c3d: C3D, plate: Plate, unit: str, where: str) -> Iterator[str]:
    """Refuse channels in other units than the file's; calibration matrices take any signal."""
    if plate.kind == 4:
        return
    units = read_units(c3d)
    if volts := [units[i] for i in plate.channels if VOLTAGE.find_factor(units[i]) is not None]:
        yield f"its channels are stated in '{volts[0]}'; taken for N and N{unit}."
    for channel in plate.channels:
        stated = units[channel]
        moment, force = MOMENT.find_factor(stated), FORCE.find_factor(stated)
        length = LENGTH.find_factor(stated)
        # The format has one unit of length; another would be wrong by thousands.
        if moment is not None and moment != METRES[unit]:
            raise NMMError(
                f"{where}: expected moments in N{unit}, as the file's lengths are in {unit}, but a "
                f"channel has '{stated}'; export the file anew."
            )
        if force is not None and force != 1.0:
            raise NMMError(f"{where}: expected forces in N, but a channel has '{stated}'.")
        if length is not None and length != METRES[unit]:
            raise NMMError(
                f"{where}: expected a centre of pressure in {unit}, as the file's lengths are, but "
                f"a channel has '{stated}'; export the file anew."
            )


def make_load(plate: ForcePlate, body: str | None) -> RecordedLoad:
    """What a plate did to a body, or to whatever stood there, under the names of this plate."""
    return RecordedLoad(
        f"plate_{plate.number}",
        body,
        force=(f"ground_force_{plate.number}_v", plate.force),
        point=(f"ground_force_{plate.number}_p", plate.point),
        torque=(f"ground_torque_{plate.number}_", plate.torque),
    )


def name_plates(numbers: Sequence[int]) -> str:
    """Their numbers as a list of words."""
    return ", ".join(map(str, numbers)) or "none"
