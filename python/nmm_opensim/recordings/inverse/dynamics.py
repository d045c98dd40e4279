"""Joint moments from angles and external loads by OpenSim's own tool, after a look at all of them.

OpenSim's tools look for the model in the current folder and for everything else in the setup's;
here all paths in a setup are relative to it, and results appear only when they are complete.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import opensim

from ...errors import NMMError, require_file
from ...formats.external_loads import AppliedLoads
from ...formats.opensim_log import log_level
from ...formats.setup_xml import SetupElement, read_setup
from ...formats.tables import Table, read_opensim_table, read_table
from ...listener import SILENT, Listener
from ...physics.coupling import check_coupled_coordinates
from ...physics.motion import Motion, read_motion
from ...physics.osim_model import OsimModel
from .aside import ALL_TIMES, load_tool, run_aside
from .device import describe_device, read_device_torques, subtract_device
from .dynamics_file import InverseDynamics, describe
from .exclusion import check_exclusion
from .filter_loads import filter_external_loads
from .loads_check import check_loads
from .quality import examine_dynamics
from .quality_file import Noting, tell_quality, write_quality

Refuse = Callable[[str, str], NMMError]
"""Makes an error of the setting that is wrong and what is wrong with it."""

OPENSIMS_NAME = "inverse_dynamics.sto"
"""Of the result, where a setup names none."""

# s: times are decimal in files and binary here.
HAIR = 1e-6


@dataclass(frozen=True)
class Solving:
    """What another process solves: OpenSim's own ``setup``, or a tool by ``name``.

    ``loads_file`` holds what is applied, ``time_range`` (s) the frames; ``result`` is a file name.
    """

    setup: Path | None
    name: str
    made_from: InverseDynamics
    loads_file: Path | None
    time_range: tuple[float, float]
    folder: Path
    result: str


@dataclass(frozen=True)
class Request:
    """Who asks for moments: what begins every message, and how a setting is refused."""

    setup: Path | None
    source: str
    refuse: Refuse
    time_range: tuple[float, float]
    listener: Listener


@dataclass(frozen=True)
class Inputs:
    """What moments are computed from, read and looked at; ``torques`` are a device's."""

    motion: Motion
    loads: AppliedLoads | None
    torques: Table | None


def compute_inverse_dynamics(
    made_from: InverseDynamics,
    result: Path,
    time_range: tuple[float, float] = ALL_TIMES,
    listener: Listener = SILENT,
) -> Path:
    """The moments (N m, or N for translations) that the muscles must give; returns ``result``.

    ``time_range`` is in s; the frames are the motion's own within it.
    """
    source = f"inverse dynamics of '{made_from.coordinates_file}'"

    def refuse(setting: str, message: str) -> NMMError:
        return NMMError(f"{source}: {setting}: {message}.")

    return _run(made_from, result, Request(None, source, refuse, time_range, listener))


def run_inverse_dynamics(setup: Path, listener: Listener = SILENT) -> Path:
    """Run an ``InverseDynamicsTool`` setup; returns the file of generalised forces."""
    element = read_setup(setup, "InverseDynamicsTool")
    tool = load_tool(setup, opensim.InverseDynamicsTool)
    cutoff = float(tool.getLowpassCutoffFrequency())
    has_loads = str(tool.getExternalLoadsFileName()) not in ("", "Unassigned")
    made_from = InverseDynamics(
        element.get_file("model_file"),
        element.get_file("coordinates_file"),
        element.get_file("external_loads_file") if has_loads else None,
        cutoff if cutoff >= 0 else None,
        tuple(element.get_names("forces_to_exclude", [])),
    )
    result = find_moments(element)

    def refuse(setting: str, message: str) -> NMMError:
        place = element.get_optional_child(setting) or element
        return place.error(f"<{setting}>: {message}")

    time_range = float(tool.getStartTime()), float(tool.getEndTime())
    return _run(made_from, result, Request(setup, str(setup), refuse, time_range, listener))


def find_moments(element: SetupElement) -> Path:
    """The file of generalised forces that OpenSim's own setup names; the ending may be left out."""
    folder = element.get_path("results_directory", ".")
    for tag in ("output_gen_force_file", "output_body_forces_file"):
        written = element.get_optional_text(tag)
        if written is not None and (folder / written).resolve().parent != folder:
            raise element.get_child(tag).error(
                f"<{tag}>: expected the name of a file in <results_directory>, but found "
                f"'{written}'"
            )
    result = folder / element.get_text("output_gen_force_file", OPENSIMS_NAME)
    return result if result.suffix else result.with_name(f"{result.name}.sto")  # as OpenSim does it


def solve(task: Solving) -> bool:
    """Run OpenSim's tool; called in a process of its own."""
    made_from = task.made_from
    if task.setup is not None:
        tool = load_tool(task.setup, opensim.InverseDynamicsTool)
    else:
        tool = opensim.InverseDynamicsTool()
        tool.setName(task.name)
    tool.setStartTime(task.time_range[0])
    tool.setEndTime(task.time_range[1])
    excluded = opensim.ArrayStr()
    for name in made_from.forces_to_exclude:
        excluded.append(name)
    cutoff = made_from.lowpass_cutoff_frequency
    tool.setExcludedForces(excluded)
    model = OsimModel(made_from.model_file)
    tool.setModel(model.model)
    tool.setCoordinatesFileName(str(made_from.coordinates_file))
    tool.setLowpassCutoffFrequency(-1.0 if cutoff is None else cutoff)
    tool.setOutputGenForceFileName(task.result)
    tool.setResultsDir(str(task.folder))
    if task.loads_file is not None:
        tool.setExternalLoadsFileName(str(task.loads_file))
    with log_level("info"):
        return bool(tool.run())


def _run(made_from: InverseDynamics, result: Path, asked: Request) -> Path:
    heard = Noting(asked.listener)
    model = OsimModel(made_from.model_file)
    inputs = _check(made_from, model, replace(asked, listener=heard))
    entries = describe(made_from, model)
    if made_from.device is not None and inputs.torques is not None:
        entries |= describe_device(made_from.device, inputs.torques)

    def finish(made: Path) -> Mapping[str, str]:
        # Residuals are the whole body's: a device is part of it.
        moments = read_table(made, "moments", 1)
        quality = examine_dynamics(moments, inputs.motion, inputs.loads, model)
        if inputs.torques is not None:
            subtract_device(made, inputs.torques, model)
        write_quality(made, quality, heard.warnings)
        tell_quality(quality, result, heard)
        return entries

    with tempfile.TemporaryDirectory() as aside:
        loads = _prepare_loads(made_from, Path(aside))
        return run_aside(
            asked.source,
            result,
            lambda folder: (
                solve,
                _plan(made_from, asked, inputs.motion, loads, folder / result.name),
            ),
            finish,
        )


def _plan(
    made_from: InverseDynamics, asked: Request, motion: Motion, loads: Path | None, made: Path
) -> Solving:
    absolute = replace(
        made_from,
        model_file=made_from.model_file.resolve(),
        coordinates_file=made_from.coordinates_file.resolve(),
    )
    setup = None if asked.setup is None else asked.setup.resolve()
    # The tool pads what it filters, and would take the padding for frames; it begins and ends with
    # the last frame that is not after a time.
    times = float(motion.time[0]) + HAIR, float(motion.time[-1]) + HAIR
    return Solving(setup, made.stem, absolute, loads, times, made.parent, made.name)


def _check(made_from: InverseDynamics, model: OsimModel, asked: Request) -> Inputs:
    """What was read of the frames that are asked for; refused where anything does not fit."""
    cutoff = made_from.lowpass_cutoff_frequency
    if cutoff is not None and not cutoff > 0:
        raise asked.refuse(
            "lowpass_cutoff_frequency_for_coordinates",
            f"expected a frequency above 0 Hz, but found {cutoff:g}; leave it out for no filter",
        )
    motion = _read_motion(made_from, model, asked)
    file, loads, torques = made_from.external_loads_file, None, None
    if file is not None:
        require_file(file, "external loads file")
        loads = check_loads(file, model, motion, asked.listener)
    if made_from.device is not None:
        torques = read_device_torques(made_from.device, model, motion, cutoff)
    try:
        check_exclusion(
            made_from.forces_to_exclude, file is not None, model, motion, model.coordinate_names
        )
    except NMMError as error:
        raise asked.refuse("forces_to_exclude", str(error)) from None
    return Inputs(motion, loads, torques)


def _prepare_loads(made_from: InverseDynamics, folder: Path) -> Path | None:
    """The loads that are applied: filtered into ``folder`` if asked for."""
    loads = made_from.external_loads_file
    if loads is None:
        return None
    cutoff = made_from.lowpass_cutoff_frequency_for_external_loads
    return loads.resolve() if cutoff is None else filter_external_loads(loads, cutoff, folder)


def _read_motion(made_from: InverseDynamics, model: OsimModel, asked: Request) -> Motion:
    """The motion of the tool's frames, filtered as the tool does it."""
    file = made_from.coordinates_file
    table = read_opensim_table(file, "coordinates file")
    if not set(table.getColumnLabels()) & set(model.coordinate_names):
        # The tool knows coordinates by plain name and takes defaults for those that it misses.
        raise asked.refuse(
            "coordinates_file",
            f"expected columns that are named like coordinates of model file '{model.path}', such "
            f"as '{model.coordinate_names[0]}', but found '{table.getColumnLabels()[0]}'",
        )
    absent = [n for n in model.coordinate_names if n not in table.getColumnLabels()]
    if absent:
        asked.listener.warn(
            f"coordinates file '{file}': {len(absent)} coordinates of model file '{model.path}' "
            f"are not in it and stay at their defaults: {', '.join(absent[:8])}"
            f"{', …' if len(absent) > 8 else ''}."
        )
    time = table.getIndependentColumn()
    motion = read_motion(
        file,
        model,
        [],
        made_from.lowpass_cutoff_frequency,
        max(time[0], asked.time_range[0]),
        min(time[-1], asked.time_range[1]),
    )
    check_coupled_coordinates(motion, model, f"coordinates file '{file}'")
    return motion
