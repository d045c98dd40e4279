"""Inverse kinematics and inverse dynamics of a trial by OpenSim's own tools.

As functions of files, and from OpenSim's own setups. OpenSim's tools look for the model in the
current folder and for everything else in the setup's; here all paths in a setup are relative to
it, and results appear only when they are complete.
"""

from __future__ import annotations

import contextlib
import math
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import opensim

from ...errors import NMMError, opensim_reason, require_file
from ...files import write_text
from ...formats.opensim_log import log_level
from ...formats.setup_xml import read_setup
from ...formats.tables import insert_header_entries, read_opensim_table
from ...formats.trc import read_marker_times
from ...physics.coupling import check_coupled_coordinates
from ...physics.motion import Motion, read_motion
from ...physics.osim_model import OsimModel
from .dynamics_file import InverseDynamics, describe
from .exclusion import check_exclusion
from .filter_loads import filter_external_loads

Refuse = Callable[[str, str], NMMError]
"""Makes an error of the setting that is wrong and what is wrong with it."""

ALL_TIMES = (-math.inf, math.inf)


def compute_inverse_kinematics(
    model_file: Path,
    marker_file: Path,
    result: Path,
    *,
    tasks_file: Path | None = None,
    time_range: tuple[float, float] = ALL_TIMES,
) -> Path:
    """Joint angles from markers (.trc) as a motion file (.mot, degrees); returns ``result``.

    ``tasks_file`` is an ``IKTaskSet`` with the weights of the markers, by default all equal;
    ``time_range`` is in s.
    """
    tool = opensim.InverseKinematicsTool()
    tool.setName(result.stem)
    if tasks_file is not None:
        tool.set_IKTaskSet(_read_tasks(tasks_file))
    tool.set_report_errors(False)
    tool.setStartTime(time_range[0])
    tool.setEndTime(time_range[1])
    source = f"inverse kinematics of '{marker_file}'"
    return _run_kinematics(tool, model_file, marker_file, result, source)


def run_inverse_kinematics(setup: Path) -> Path:
    """Run an ``InverseKinematicsTool`` setup; returns the motion file."""
    element = read_setup(setup, "InverseKinematicsTool")
    if element.has_name:
        # OpenSim names the files of marker errors and locations after it.
        _ = element.file_stem
    tool = _load(setup, opensim.InverseKinematicsTool)
    return _run_kinematics(
        tool,
        element.get_file("model_file"),
        element.get_file("marker_file"),
        element.get_output("output_motion_file", element.get_path("results_directory", ".")),
        str(setup),
    )


def compute_inverse_dynamics(
    made_from: InverseDynamics, result: Path, time_range: tuple[float, float] = ALL_TIMES
) -> Path:
    """The moments (N m, or N for translations) that the muscles must give; returns ``result``.

    ``time_range`` is in s.
    """
    tool = opensim.InverseDynamicsTool()
    tool.setName(result.stem)
    tool.setStartTime(time_range[0])
    tool.setEndTime(time_range[1])
    source = f"inverse dynamics of '{made_from.coordinates_file}'"

    def refuse(setting: str, message: str) -> NMMError:
        return NMMError(f"{source}: {setting}: {message}.")

    return _run_dynamics(tool, made_from, result, source, refuse)


def run_inverse_dynamics(setup: Path) -> Path:
    """Run an ``InverseDynamicsTool`` setup; returns the file of generalised forces."""
    element = read_setup(setup, "InverseDynamicsTool")
    tool = _load(setup, opensim.InverseDynamicsTool)
    cutoff = float(tool.getLowpassCutoffFrequency())
    has_loads = str(tool.getExternalLoadsFileName()) not in ("", "Unassigned")
    made_from = InverseDynamics(
        element.get_file("model_file"),
        element.get_file("coordinates_file"),
        element.get_file("external_loads_file") if has_loads else None,
        cutoff if cutoff >= 0 else None,
        tuple(element.get_names("forces_to_exclude", [])),
    )
    folder = element.get_path("results_directory", ".")
    for tag in ("output_gen_force_file", "output_body_forces_file"):
        name = element.get_optional_text(tag)
        if name is not None and (folder / name).resolve().parent != folder:
            raise element.get_child(tag).error(
                f"<{tag}>: expected the name of a file in <results_directory>, but found '{name}'"
            )
    result = folder / str(tool.getOutputGenForceFileName())

    def refuse(setting: str, message: str) -> NMMError:
        place = element.get_optional_child(setting) or element
        return place.error(f"<{setting}>: {message}")

    return _run_dynamics(tool, made_from, result, str(setup), refuse)


def _load(setup: Path, kind: Callable[..., opensim.Object]) -> opensim.Object:
    try:
        # Without its model, which OpenSim would look for in the current folder.
        return kind(str(setup.resolve()), False)
    except RuntimeError as error:
        raise NMMError(f"{setup}: OpenSim cannot read it: {opensim_reason(error)}") from None


def _read_tasks(file: Path) -> opensim.IKTaskSet:
    try:
        tasks = opensim.IKTaskSet(str(require_file(file, "tasks file").resolve()))
    except RuntimeError as error:
        raise NMMError(
            f"tasks file '{file}': OpenSim cannot read it: {opensim_reason(error)}"
        ) from None
    if not tasks.getSize():
        # Most files that are no task set are to OpenSim an empty one.
        raise NMMError(f"tasks file '{file}': expected an <IKTaskSet> with tasks, but found none.")
    return tasks


def _run_kinematics(
    tool: opensim.InverseKinematicsTool,
    model_file: Path,
    marker_file: Path,
    result: Path,
    source: str,
) -> Path:
    read_marker_times(marker_file)
    model = OsimModel(model_file)
    tool.setModel(model.model)
    tool.setMarkerDataFileName(str(marker_file.resolve()))

    def run(folder: Path) -> bool:
        tool.setResultsDir(str(folder))
        tool.setOutputMotionFileName(str(folder / result.name))
        return bool(tool.run())

    return _run_aside(source, result, run)


def _run_dynamics(
    tool: opensim.InverseDynamicsTool,
    made_from: InverseDynamics,
    result: Path,
    source: str,
    refuse: Refuse,
) -> Path:
    model = OsimModel(made_from.model_file)
    _check_dynamics(tool, made_from, model, refuse)
    if not result.suffix:
        result = result.with_name(f"{result.name}.sto")  # as OpenSim does it
    # Before the run, which builds the model anew with the external loads in it.
    entries = describe(made_from, model)
    excluded = opensim.ArrayStr()
    for name in made_from.forces_to_exclude:
        excluded.append(name)
    cutoff = made_from.lowpass_cutoff_frequency
    tool.setExcludedForces(excluded)
    tool.setModel(model.model)
    tool.setCoordinatesFileName(str(made_from.coordinates_file.resolve()))
    tool.setLowpassCutoffFrequency(-1.0 if cutoff is None else cutoff)
    tool.setOutputGenForceFileName(result.name)

    def run(folder: Path) -> bool:
        tool.setResultsDir(str(folder))
        with _give_loads(tool, made_from, folder):
            return bool(tool.run())

    return _run_aside(source, result, run, entries)


def _check_dynamics(
    tool: opensim.InverseDynamicsTool, made_from: InverseDynamics, model: OsimModel, refuse: Refuse
) -> None:
    cutoff = made_from.lowpass_cutoff_frequency
    if cutoff is not None and not cutoff > 0:
        raise refuse(
            "lowpass_cutoff_frequency_for_coordinates",
            f"expected a frequency above 0 Hz, but found {cutoff:g}; leave it out for no filter",
        )
    motion = _read_motion(tool, made_from, model, refuse)
    has_loads = made_from.external_loads_file is not None
    try:
        check_exclusion(
            made_from.forces_to_exclude, has_loads, model, motion, model.coordinate_names
        )
    except NMMError as error:
        raise refuse("forces_to_exclude", str(error)) from None


@contextlib.contextmanager
def _give_loads(
    tool: opensim.InverseDynamicsTool, made_from: InverseDynamics, folder: Path
) -> Iterator[None]:
    """Give the tool its external loads, filtered if asked for, as long as it runs."""
    loads = made_from.external_loads_file
    cutoff = made_from.lowpass_cutoff_frequency_for_external_loads
    if loads is None:
        with contextlib.chdir(folder):
            yield
        return
    used = require_file(loads, "external loads file").resolve()
    with tempfile.TemporaryDirectory() as aside:
        if cutoff is not None:
            used = filter_external_loads(used, cutoff, Path(aside))
        tool.setExternalLoadsFileName(str(used))
        # OpenSim takes the data of loads from the current folder if they are there.
        with contextlib.chdir(used.parent):
            yield


def _read_motion(
    tool: opensim.InverseDynamicsTool, made_from: InverseDynamics, model: OsimModel, refuse: Refuse
) -> Motion:
    """The motion of the tool's frames, filtered as the tool does it."""
    file = made_from.coordinates_file
    table = read_opensim_table(file, "coordinates file")
    if not set(table.getColumnLabels()) & set(model.coordinate_names):
        # The tool knows coordinates by plain name and takes defaults for those that it misses.
        raise refuse(
            "coordinates_file",
            f"expected columns that are named like coordinates of model file '{model.path}', such "
            f"as '{model.coordinate_names[0]}', but found '{table.getColumnLabels()[0]}'",
        )
    time = table.getIndependentColumn()
    motion = read_motion(
        file,
        model,
        [],
        made_from.lowpass_cutoff_frequency,
        max(time[0], tool.getStartTime()),
        min(time[-1], tool.getEndTime()),
    )
    check_coupled_coordinates(motion, model, f"coordinates file '{file}'")
    return motion


def _run_aside(
    source: str,
    result: Path,
    run: Callable[[Path], bool],
    entries: Mapping[str, str] | None = None,
) -> Path:
    """Let OpenSim write into a folder of its own and move what it made beside ``result``.

    ``entries`` complete the header of ``result``, which comes last.
    """
    result = result.resolve()
    result.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=result.parent, prefix=".running-") as folder:
        try:
            with log_level("info"):
                succeeded = run(Path(folder))
        except RuntimeError as error:
            raise NMMError(f"{source}: OpenSim failed: {opensim_reason(error)}") from None
        made = Path(folder) / result.name
        if not succeeded or not made.is_file():
            raise NMMError(
                f"{source}: OpenSim's tool failed; its last lines above name the reason."
            )
        for other in set(Path(folder).iterdir()) - {made}:
            os.replace(other, result.parent / other.name)
        if entries:
            write_text(result, insert_header_entries(made.read_text(encoding="utf-8"), entries))
        else:
            os.replace(made, result)
    return result
