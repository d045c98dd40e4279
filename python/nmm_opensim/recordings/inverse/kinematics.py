"""Joint angles from markers by OpenSim's own tool, after a look whether the markers fit."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import opensim

from ...errors import NMMError, opensim_reason, require_file
from ...formats.opensim_log import log_level
from ...formats.setup_xml import SetupElement, read_setup
from ...formats.tables import Table, read_opensim_table, to_table
from ...formats.trc import Markers, read_trc, strip_prefix, write_trc
from ...listener import SILENT, Listener
from ...physics.osim_model import OsimModel
from .aside import ALL_TIMES, load_tool, run_aside
from .marker_check import check_markers
from .marker_model import ModelMarkers
from .quality import examine_kinematics
from .quality_file import Noting, tell_quality, write_quality
from .tracked import cut, select_tracked

EXACT = 17
"""Digits that give every number back."""


@dataclass(frozen=True)
class InverseKinematics:
    """What inverse kinematics is computed from.

    ``tasks_file`` is an ``IKTaskSet`` with the weights of the markers, by default all equal;
    ``marker_prefix`` is taken off the markers' names.
    """

    model_file: Path
    marker_file: Path
    tasks_file: Path | None = None
    marker_prefix: str | None = None


@dataclass(frozen=True)
class Solving:
    """What another process solves: OpenSim's own ``setup``, or a tool by ``name`` and tasks.

    Of ``marker_file`` it takes the frames within ``time_range`` (s); ``result`` is a file name.
    """

    setup: Path | None
    name: str
    model_file: Path
    tasks_file: Path | None
    marker_file: Path
    time_range: tuple[float, float]
    folder: Path
    result: str


@dataclass(frozen=True)
class Tracked:
    """Markers and the model whose they are."""

    markers: Markers
    model: OsimModel


def compute_inverse_kinematics(
    made_from: InverseKinematics,
    result: Path,
    time_range: tuple[float, float] = ALL_TIMES,
    listener: Listener = SILENT,
) -> Path:
    """Joint angles from markers (.trc) as a motion file (.mot, degrees); returns ``result``.

    ``time_range`` is in s.
    """
    tasks = None if made_from.tasks_file is None else _read_tasks(made_from.tasks_file)

    def plan(markers: Path, folder: Path) -> Solving:
        return Solving(
            None,
            result.stem,
            made_from.model_file.resolve(),
            None if made_from.tasks_file is None else made_from.tasks_file.resolve(),
            markers,
            time_range,
            folder,
            result.name,
        )

    source = f"inverse kinematics of '{made_from.marker_file}'"
    heard = Noting(listener)
    tracked = _track(made_from, tasks, time_range, heard)
    return _run(tracked, plan, result, source, heard)


def run_inverse_kinematics(setup: Path, listener: Listener = SILENT) -> Path:
    """Run an ``InverseKinematicsTool`` setup; returns the motion file."""
    element = read_setup(setup, "InverseKinematicsTool")
    if element.has_name:
        # OpenSim names the files of marker errors and locations after it.
        _ = element.file_stem
    tool = load_tool(setup, opensim.InverseKinematicsTool)
    made_from = InverseKinematics(element.get_file("model_file"), element.get_file("marker_file"))
    result = find_motion(element)
    time_range = float(tool.getStartTime()), float(tool.getEndTime())

    def plan(markers: Path, folder: Path) -> Solving:
        model = made_from.model_file.resolve()
        own = setup.resolve()
        return Solving(own, "", model, None, markers, time_range, folder, result.name)

    heard = Noting(listener)
    tracked = _track(made_from, tool.getIKTaskSet(), time_range, heard)
    return _run(tracked, plan, result, str(setup), heard)


def find_motion(element: SetupElement) -> Path:
    """The motion file that OpenSim's own setup names."""
    return element.get_output("output_motion_file", element.get_path("results_directory", "."))


def solve(task: Solving) -> bool:
    """Run OpenSim's tool; called in a process of its own."""
    if task.setup is not None:
        tool = load_tool(task.setup, opensim.InverseKinematicsTool)
    else:
        tool = opensim.InverseKinematicsTool()
        tool.setName(task.name)
        if task.tasks_file is not None:
            tool.set_IKTaskSet(_read_tasks(task.tasks_file))
        tool.set_report_errors(False)
        tool.setStartTime(task.time_range[0])
        tool.setEndTime(task.time_range[1])
    model = OsimModel(task.model_file)
    tool.setModel(model.model)
    tool.setMarkerDataFileName(str(task.marker_file))
    tool.setResultsDir(str(task.folder))
    tool.setOutputMotionFileName(str(task.folder / task.result))
    with log_level("info"):
        return bool(tool.run())


def _run(
    tracked: Tracked,
    plan: Callable[[Path, Path], Solving],
    result: Path,
    source: str,
    heard: Noting,
) -> Path:
    def finish(made: Path) -> Mapping[str, str]:
        quality = examine_kinematics(tracked.markers, _read_angles(made, tracked), tracked.model)
        write_quality(made, quality, heard.warnings)
        tell_quality(quality, result, heard)
        return {}

    with tempfile.TemporaryDirectory() as aside:
        # OpenSim reads one kind of header, and takes a marker at the origin for one that is there.
        copy = Path(aside) / "tracked.trc"
        write_trc(copy, tracked.markers, EXACT)
        return run_aside(source, result, lambda folder: (solve, plan(copy, folder)), finish)


def _read_angles(made: Path, tracked: Tracked) -> Table:
    """What OpenSim wrote, in rad."""
    table = read_opensim_table(made, "motion", 1)
    if table.getTableMetaDataString("inDegrees") == "yes":
        tracked.model.model.getSimbodyEngine().convertDegreesToRadians(table)
    return to_table(table, f"motion '{made.name}'")


def _track(
    made_from: InverseKinematics,
    tasks: opensim.IKTaskSet | None,
    time_range: tuple[float, float],
    listener: Listener,
) -> Tracked:
    """The markers that OpenSim is to track, all frames; refused where they do not fit."""
    markers = read_trc(made_from.marker_file)
    if made_from.marker_prefix is not None:
        markers = strip_prefix(markers, made_from.marker_prefix)
    osim = OsimModel(made_from.model_file)
    model = ModelMarkers(osim)
    name = f"model file '{made_from.model_file}'"
    expected = _list_expected(tasks, model)
    tracked = select_tracked(markers, expected, model.names, name, listener)
    check_markers(cut(tracked, time_range, listener), model, name, listener)
    return Tracked(tracked, osim)


def _list_expected(tasks: opensim.IKTaskSet | None, model: ModelMarkers) -> Sequence[str]:
    """The model's markers that have a task, all where there is no task for any."""
    if tasks is None:
        return model.names
    named = [
        task.getName()
        for task in (tasks.get(i) for i in range(tasks.getSize()))
        if opensim.IKMarkerTask.safeDownCast(task) is not None and task.getApply()
    ]
    if not named:
        return model.names
    return [name for name in model.names if name in named]


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
