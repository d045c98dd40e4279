"""Inverse kinematics and inverse dynamics of all trials of a setup, ours or OpenSim's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...errors import NMMError
from ...formats.setup_xml import read_setup
from ...listener import SILENT, Listener
from .dynamics import compute_inverse_dynamics, find_moments, run_inverse_dynamics
from .dynamics_file import InverseDynamics
from .inverse_setup import TOOL, read_inverse_setup
from .kinematics import (
    InverseKinematics,
    compute_inverse_kinematics,
    find_motion,
    run_inverse_kinematics,
)


def run_kinematics(setup: Path, listener: Listener = SILENT) -> Iterator[Path]:
    """Joint angles of every trial that has markers; yields each motion file when it is written."""
    element = read_setup(setup, TOOL, "InverseKinematicsTool")
    if element.tag != TOOL:
        yield run_inverse_kinematics(setup, listener)
        return
    declared = read_inverse_setup(element)
    marked = [trial for trial in declared.trials if trial.marker_file is not None]
    if not marked:
        raise NMMError(
            f"{setup}: expected a trial with a <marker_file>, but all have coordinates; go on "
            "with `nmm-opensim inverse-dynamics`."
        )
    for trial in marked:
        assert trial.marker_file is not None
        made_from = InverseKinematics(
            declared.model_file, trial.marker_file, declared.tasks_file, declared.marker_prefix
        )
        yield compute_inverse_kinematics(
            made_from, declared.coordinates_of(trial), trial.times, listener
        )


def run_dynamics(setup: Path, listener: Listener = SILENT) -> Iterator[Path]:
    """Joint moments of every trial; yields each file of moments when it is written."""
    element = read_setup(setup, TOOL, "InverseDynamicsTool")
    if element.tag != TOOL:
        yield run_inverse_dynamics(setup, listener)
        return
    declared = read_inverse_setup(element)
    for trial in declared.trials:
        if not declared.coordinates_of(trial).is_file():
            raise NMMError(
                f"{setup}: trial '{trial.name}': expected its joint angles, "
                f"'{declared.coordinates_of(trial)}', but found nothing there; run "
                f"`nmm-opensim inverse-kinematics {setup}` first."
            )
    cutoff = declared.lowpass_cutoff_frequency
    for trial in declared.trials:
        made_from = InverseDynamics(
            declared.model_file,
            declared.coordinates_of(trial),
            trial.external_loads_file,
            cutoff,
            declared.forces_to_exclude,
            cutoff if trial.external_loads_file is not None else None,
            trial.device,
        )
        yield compute_inverse_dynamics(
            made_from, declared.moments_of(trial), trial.moments_times, listener
        )


def list_motions(setup: Path) -> list[Path]:
    """What inverse kinematics of a setup writes, ours or OpenSim's own."""
    element = read_setup(setup, TOOL, "InverseKinematicsTool")
    if element.tag != TOOL:
        return [find_motion(element)]
    declared = read_inverse_setup(element)
    return [declared.coordinates_of(t) for t in declared.trials if t.marker_file is not None]


def list_moments(setup: Path) -> list[Path]:
    """What inverse dynamics of a setup writes, ours or OpenSim's own."""
    element = read_setup(setup, TOOL, "InverseDynamicsTool")
    if element.tag != TOOL:
        return [find_moments(element)]
    declared = read_inverse_setup(element)
    return [declared.moments_of(trial) for trial in declared.trials]
