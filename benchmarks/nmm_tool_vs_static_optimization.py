"""Time per frame of NMMTool against OpenSim's StaticOptimization, both in the real opensim-cmd.

Static optimization, OpenSim's own way to muscle forces from motion, does not converge on the
walking model as it comes. It gets a copy with residual actuators on the pelvis, reserve actuators
on all other coordinates and locked toes. NMMTool gets the model as it is. The frames are the same.

Model loading counts for neither: NMMTool logs the time of its frames alone; of StaticOptimization
the time of a two-frame run is taken off. Each side is timed several times and its best one counts,
because other processes may slow a run down but nothing speeds one up.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import opensim
from lxml import etree

from nmm_opensim.errors import NMMError
from nmm_opensim.opensim_cmd import find_opensim_cmd, find_plugin

ROOT = Path(__file__).resolve().parents[1]
REQUIRED_RATIO = 500
REQUIRED_PEAK_MEMORY = 1500  # MB
FRAME_INTERVAL = 0.01  # s, of the coordinates file
LARGEST_VIOLATION = 1e-6  # StaticOptimization's own tolerance where it names violations

# Strong enough to balance the measured ground reaction, so that no frame is infeasible.
RESIDUAL_FORCE = 100.0  # N, per unit of control
# Weak, so that the optimizer uses muscles wherever it can.
RESERVE_MOMENT = 1.0  # N m, per unit of control


@dataclass(frozen=True)
class Run:
    """One run of opensim-cmd."""

    log: str
    wall: float  # s
    peak_memory: float  # MB


def run_opensim_cmd(*arguments: str | Path) -> Run:
    """Run it to its end; its own process accounting gives the memory."""
    # `import opensim` puts its own libraries on this path; opensim-cmd must find its own instead.
    environment = {k: v for k, v in os.environ.items() if k != "LD_LIBRARY_PATH"}
    with tempfile.TemporaryFile("w+") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            [str(find_opensim_cmd()), *map(str, arguments)],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            # Each run leaves an opensim.log in its folder.
            cwd=Path(arguments[-1]).parent,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        log = output.read()
    if process.returncode != 0:
        raise NMMError(f"opensim-cmd failed; its last lines were:\n{log[-2000:]}")
    return Run(log, wall, usage.ru_maxrss / 1000)


# ---- NMMTool


def write_nmm_setup(
    setup: Path, folder: Path, times: dict[str, float], artefact: Path | None
) -> Path:
    """The user's setup whose results go to ``folder``, with other times or artefact if given."""
    document = etree.parse(str(setup))
    tool = document.getroot().find("NMMTool")
    if tool is None:
        raise NMMError(f"{setup}: expected an NMMTool.")
    for element in tool:
        if element.tag.endswith("_file") and element.text:
            element.text = str((setup.parent / element.text.strip()).resolve())
    values = {"results_directory": folder, **times}
    if artefact is not None:
        values["artefact_file"] = artefact.resolve()
    for tag, value in values.items():
        element = tool.find(tag)
        if element is None:
            element = etree.SubElement(tool, tag)
        element.text = str(value)
    made = folder / "nmm_tool.xml"
    document.write(str(made))
    return made


@dataclass(frozen=True)
class NMMRun:
    """A run of NMMTool."""

    frames: int
    seconds_per_frame: float  # of computing alone
    peak_memory: float  # MB, of the whole process


def run_nmm_tool(setup: Path) -> NMMRun:
    run = run_opensim_cmd("-L", find_plugin(), "run-tool", setup)
    found = re.search(r"Computed (\d+) frames in .*: ([\d.]+) ms per frame", run.log)
    if not found:
        raise NMMError("NMMTool did not log its time per frame; expected 'Computed … per frame'.")
    return NMMRun(int(found[1]), float(found[2]) / 1000, run.peak_memory)


# ---- StaticOptimization


def write_feasible_model(model_file: Path, made: Path) -> None:
    """A copy of the model on which static optimization converges."""
    model = opensim.Model(str(model_file))
    driven = {
        actuator.get_coordinate()
        for actuator in map(opensim.CoordinateActuator.safeDownCast, model.getForceSet())
        if actuator is not None
    }
    coordinates = model.getCoordinateSet()
    for i in range(coordinates.getSize()):
        coordinate = coordinates.get(i)
        name = coordinate.getName()
        if name.startswith("mtp_angle"):
            coordinate.set_locked(True)
        # The patella's angle is a function of the knee's: a force of its own would be redundant.
        if name.startswith("mtp_angle") or name.endswith("_beta") or name in driven:
            continue
        residual = name.startswith("pelvis")
        actuator = opensim.CoordinateActuator(name)
        actuator.setName(f"{'residual' if residual else 'reserve'}_{name}")
        actuator.setOptimalForce(RESIDUAL_FORCE if residual else RESERVE_MOMENT)
        actuator.setMinControl(-np.inf)
        actuator.setMaxControl(np.inf)
        model.addForce(actuator)
    model.finalizeConnections()
    model.printToXML(str(made))


def write_analyze_setup(
    nmm_setup: Path, model: Path, loads: Path, folder: Path, times: dict[str, float]
) -> Path:
    """An AnalyzeTool with StaticOptimization on the motion of ``nmm_setup``."""
    nmm_tool = etree.parse(str(nmm_setup)).getroot().find("NMMTool")
    root = etree.Element("OpenSimDocument", Version="40500")
    tool = etree.SubElement(root, "AnalyzeTool", name="benchmark")
    values = {
        "model_file": model,
        "results_directory": folder,
        **times,
        "external_loads_file": loads,
        "coordinates_file": nmm_tool.findtext("coordinates_file"),
        "lowpass_cutoff_frequency_for_coordinates": nmm_tool.findtext(
            "lowpass_cutoff_frequency_for_coordinates"
        ),
    }
    for tag, value in values.items():
        etree.SubElement(tool, tag).text = str(value)
    objects = etree.SubElement(etree.SubElement(tool, "AnalysisSet"), "objects")
    # Everything else at OpenSim's defaults.
    etree.SubElement(objects, "StaticOptimization", name="StaticOptimization")
    made = folder / "analyze.xml"
    etree.ElementTree(root).write(str(made))
    return made


@dataclass(frozen=True)
class StaticRun:
    """A run of StaticOptimization that converged in every frame."""

    frames: int
    wall: float  # s
    violation: float  # largest, of the accelerations that the optimizer had to meet


def run_static_optimization(setup: Path, folder: Path) -> StaticRun:
    run = run_opensim_cmd("run-tool", setup)
    frames = len(read_static_forces(folder).getIndependentColumn())
    # The optimizer gives up with a warning and goes on to the next frame.
    if failure := re.search(r"OPTIMIZATION FAILED|could not find a solution.*", run.log):
        raise NMMError(f"expected StaticOptimization to converge, but its log says: {failure[0]}")
    violations = [float(v) for v in re.findall(r"Constraint violation = (\S+)", run.log)]
    if len(violations) < frames or not max(violations) <= LARGEST_VIOLATION:
        raise NMMError(
            f"expected {frames} frames with a constraint violation of at most "
            f"{LARGEST_VIOLATION:g}, but StaticOptimization logged {violations}"
        )
    return StaticRun(frames, run.wall, max(violations))


def read_static_forces(folder: Path) -> opensim.TimeSeriesTable:
    (file,) = folder.glob("*_StaticOptimization_force.sto")
    return opensim.TimeSeriesTable(str(file))


def print_reserves(folder: Path, moments_file: Path, coordinates: list[str]) -> None:
    """How much of the joint moments is not the muscles': small if the solution is meaningful."""
    forces, moments = read_static_forces(folder), opensim.TimeSeriesTable(str(moments_file))
    times = forces.getIndependentColumn()
    for name in coordinates:
        reserve = forces.getDependentColumn(f"reserve_{name}").to_numpy()
        needed = np.interp(
            times,
            moments.getIndependentColumn(),
            moments.getDependentColumn(f"{name}_moment").to_numpy(),
        )
        print(
            f"  {name}: largest reserve {np.abs(reserve).max():.2g} N m, "
            f"largest joint moment {np.abs(needed).max():.1f} N m"
        )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--setup", type=Path, default=ROOT / "setups" / "walking_nmm.xml")
    parser.add_argument(
        "--artefact",
        type=Path,
        help="of NMMTool (default: the setup's)",
    )
    parser.add_argument(
        "--external-loads",
        type=Path,
        default=ROOT / "data" / "example3DWalking" / "grf_walk.xml",
        help="ground reaction forces, for StaticOptimization (default: the walking example's)",
    )
    parser.add_argument("--initial-time", type=float, default=1.5, help="s (default: 1.5)")
    parser.add_argument("--frames", type=int, default=15, help="at least 3 (default: 15)")
    parser.add_argument("--repetitions", type=int, default=3, help="of each side (default: 3)")
    options = parser.parse_args()
    if options.frames < 3 or options.repetitions < 1:
        parser.error("expected --frames of at least 3 and --repetitions of at least 1")
    try:
        compare(options)
    except NMMError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    return 0


def compare(options: argparse.Namespace) -> None:
    opensim.Logger.setLevelString("error")
    with tempfile.TemporaryDirectory(prefix="nmm-benchmark-") as name:
        folders = {side: Path(name) / side for side in ("nmm", "nmm_all", "static", "static_two")}
        for folder in folders.values():
            folder.mkdir()
        times = make_times(options.initial_time, options.frames)
        nmm_setup = write_nmm_setup(options.setup, folders["nmm"], times, options.artefact)
        nmm_setup_all = write_nmm_setup(options.setup, folders["nmm_all"], {}, options.artefact)
        tool = etree.parse(str(nmm_setup)).getroot().find("NMMTool")
        model = Path(name) / "feasible.osim"
        write_feasible_model(Path(tool.findtext("model_file")), model)
        loads = options.external_loads.resolve()
        static_setup = write_analyze_setup(nmm_setup, model, loads, folders["static"], times)
        static_setup_two = write_analyze_setup(
            nmm_setup, model, loads, folders["static_two"], make_times(options.initial_time, 2)
        )

        runs: dict[str, list] = {side: [] for side in folders}
        for i in range(options.repetitions):
            print(f"Run {i + 1} of {options.repetitions}", flush=True)
            runs["nmm"].append(run_nmm_tool(nmm_setup))
            runs["nmm_all"].append(run_nmm_tool(nmm_setup_all))
            runs["static"].append(run_static_optimization(static_setup, folders["static"]))
            runs["static_two"].append(
                run_static_optimization(static_setup_two, folders["static_two"])
            )

        whole, two, nmm, nmm_all = (runs[k][0] for k in ("static", "static_two", "nmm", "nmm_all"))
        if whole.frames != nmm.frames:
            raise NMMError(f"expected the same frames, but got {whole.frames} and {nmm.frames}")
        print(
            "\nStaticOptimization converged in every frame; largest constraint violation "
            f"{whole.violation:.0e}.\nWhat it needed beside the muscles:"
        )
        print_reserves(
            folders["static"],
            Path(tool.findtext("inverse_dynamics_file")),
            ["knee_angle_r", "ankle_angle_r"],
        )

    wall = min(r.wall for r in runs["static"]) - min(r.wall for r in runs["static_two"])
    static = wall / (whole.frames - two.frames)
    print(f"\nBest of {options.repetitions} runs from {options.initial_time:g} s, per frame:")
    print(f"  StaticOptimization, {whole.frames} frames  {1000 * static:8.3f} ms")
    for what, first in (("nmm", nmm), ("nmm_all", nmm_all)):
        best = min(r.seconds_per_frame for r in runs[what])
        print(
            f"  NMMTool, {first.frames} frames  {1000 * best:8.3f} ms, "
            f"{static / best:.0f} times faster (required: {REQUIRED_RATIO})"
        )
    memory = max(r.peak_memory for r in runs["nmm"] + runs["nmm_all"])
    print(f"Peak memory of NMMTool: {memory:.0f} MB (required: below {REQUIRED_PEAK_MEMORY})")


def make_times(initial_time: float, frames: int) -> dict[str, float]:
    # A little more than the last frame's time, because times in text files are rounded.
    last = initial_time + (frames - 0.9) * FRAME_INTERVAL
    return {"initial_time": initial_time, "final_time": round(last, 6)}


if __name__ == "__main__":
    sys.exit(main())
