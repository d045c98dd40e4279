"""One setup for a lab's trials: ``<NMMInverseTool>``, from markers and forces to joint moments.

Inverse kinematics and inverse dynamics read the same file, so that the motion, its filter and the
filter of the forces cannot differ between them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from ...formats.setup_xml import SetupElement
from .device import DeviceTorques

TOOL = "NMMInverseTool"


@dataclass(frozen=True)
class InverseTrial:
    """One trial; paths are absolute, times in s and None where the data decide.

    Of ``marker_file`` and ``coordinates_file`` it has one. The moments' times may be fewer than the
    trial's: the filter of the motion then has data beyond them.
    """

    name: str
    marker_file: Path | None
    coordinates_file: Path | None
    external_loads_file: Path | None
    initial_time: float | None
    final_time: float | None
    moments_initial_time: float | None
    moments_final_time: float | None
    device: DeviceTorques | None

    @property
    def times(self) -> tuple[float, float]:
        """First and last time (s) of inverse kinematics, infinite where the data decide."""
        return _make_range(self.initial_time, self.final_time)

    @property
    def moments_times(self) -> tuple[float, float]:
        """First and last time (s) of inverse dynamics; as those of the trial where not given."""
        low, high = _make_range(self.moments_initial_time, self.moments_final_time)
        return max(low, self.times[0]), min(high, self.times[1])


@dataclass(frozen=True)
class InverseSetup:
    """All that the setup declares; paths are absolute.

    ``lowpass_cutoff_frequency`` (Hz) is that of coordinates and external loads, None for no filter;
    ``marker_prefix`` is taken off the markers' names.
    """

    file: Path
    model_file: Path
    tasks_file: Path | None
    marker_prefix: str | None
    lowpass_cutoff_frequency: float | None
    forces_to_exclude: tuple[str, ...]
    trials: tuple[InverseTrial, ...]
    results_directory: Path

    def coordinates_of(self, trial: InverseTrial) -> Path:
        """The trial's motion: what it was given or what inverse kinematics writes."""
        return trial.coordinates_file or self.results_directory / f"{trial.name}_coordinates.mot"

    def moments_of(self, trial: InverseTrial) -> Path:
        """What inverse dynamics writes."""
        return self.results_directory / f"{trial.name}_moments.sto"


def _make_range(low: float | None, high: float | None) -> tuple[float, float]:
    return -math.inf if low is None else low, math.inf if high is None else high


def read_inverse_setup(tool: SetupElement) -> InverseSetup:
    """Read and check ``<NMMInverseTool>``; every complaint names the line."""
    cutoff = tool.get_number("lowpass_cutoff_frequency", -1.0)
    setup = InverseSetup(
        file=tool.file,
        model_file=tool.get_file("model_file"),
        tasks_file=tool.get_optional_file("tasks_file"),
        marker_prefix=tool.get_optional_text("marker_prefix"),
        lowpass_cutoff_frequency=cutoff if cutoff > 0 else None,
        forces_to_exclude=tuple(tool.get_names("forces_to_exclude", ["Muscles", "actuators"])),
        trials=_read_trials(tool.get_child("trials")),
        results_directory=tool.get_path("results_directory", default="."),
    )
    tool.finish()
    return setup


def _read_trials(element: SetupElement) -> tuple[InverseTrial, ...]:
    trials = []
    for child in element.get_children(["Trial"]):
        trial = InverseTrial(
            name=child.file_stem,
            marker_file=child.get_optional_file("marker_file"),
            coordinates_file=child.get_optional_file("coordinates_file"),
            external_loads_file=child.get_optional_file("external_loads_file"),
            initial_time=child.get_optional_number("initial_time"),
            final_time=child.get_optional_number("final_time"),
            moments_initial_time=child.get_optional_number("moments_initial_time"),
            moments_final_time=child.get_optional_number("moments_final_time"),
            device=_read_device(child),
        )
        child.finish()
        if (trial.marker_file is None) == (trial.coordinates_file is None):
            found = "neither" if trial.marker_file is None else "both"
            raise child.error(
                f'<Trial name="{trial.name}">: expected a <marker_file>, or a <coordinates_file> '
                f"where the angles are known already, but found {found}"
            )
        for what, (low, high) in {"": trial.times, "moments_": trial.moments_times}.items():
            if not low < high:
                raise child.error(
                    f'<Trial name="{trial.name}">: expected <{what}initial_time> before '
                    f"<{what}final_time>, within the trial, but found {low:g} and {high:g} s"
                )
        trials.append(trial)
    if not trials:
        raise element.error("expected a <Trial>, but found none")
    return tuple(trials)


def _read_device(trial: SetupElement) -> DeviceTorques | None:
    file = trial.get_optional_file("device_torques_file")
    mapping = trial.get_optional_child("device_torques")
    if mapping is None:
        return None if file is None else DeviceTorques(file)
    if file is None:
        raise trial.error(
            "<device_torques>: expected a <device_torques_file> beside it, but found none"
        )
    columns = []
    for child in mapping.get_children(["DeviceTorque"]):
        columns.append((child.name, child.get_text("column", child.name)))
        child.finish()
    return DeviceTorques(file, tuple(columns))
