"""OpenSim's computed muscle control (CMC) on a model and motion that it can track.

It tracks every coordinate that is neither locked nor coupled, at OpenSim's defaults, in time
windows of 10 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import opensim
from lxml import etree
from timed_runs import run_opensim_cmd

from nmm_opensim.errors import NMMError

WINDOW = 0.01  # s, the default of cmc_time_window
# s; CMC begins with initial states, found over this time, and tracks from its end on.
INITIAL_STATES = 0.03
# Of position errors, 1/s^2, and critically damped: OpenSim's usual gains.
POSITION_GAIN = 100.0
LARGEST_ERROR = np.radians(2.0)  # rad, or m: far more than CMC leaves where it works


def write_tasks(model_file: Path, made: Path) -> None:
    """A task for every coordinate that moves by itself."""
    model = opensim.Model(str(model_file))
    state = model.initSystem()
    tasks = opensim.CMC_TaskSet()
    coordinates = model.getCoordinateSet()
    for i in range(coordinates.getSize()):
        coordinate = coordinates.get(i)
        if coordinate.isConstrained(state):
            continue
        task = opensim.CMC_Joint(coordinate.getName())
        task.setName(coordinate.getName())
        task.setActive(True, False, False)
        task.setKP(POSITION_GAIN)
        task.setKV(2 * np.sqrt(POSITION_GAIN))
        task.setKA(1)
        tasks.cloneAndAppend(task)
    tasks.printToXML(str(made))


def write_cmc_setup(
    nmm_setup: Path, model: Path, loads: Path, folder: Path, initial_time: float, windows: int
) -> Path:
    """A CMCTool on the motion of ``nmm_setup`` over ``windows``, or none: initial states alone."""
    nmm_tool = etree.parse(str(nmm_setup)).getroot().find("NMMTool")
    tasks = folder / "tasks.xml"
    write_tasks(model, tasks)
    values = {
        "model_file": model,
        "results_directory": folder,
        "initial_time": initial_time,
        # CMC leaves out a window that would end with the tool.
        "final_time": round(initial_time + INITIAL_STATES + (windows + 0.5) * WINDOW, 6),
        "external_loads_file": loads,
        "desired_kinematics_file": nmm_tool.findtext("coordinates_file"),
        "lowpass_cutoff_frequency": nmm_tool.findtext("lowpass_cutoff_frequency_for_coordinates"),
        "task_set_file": tasks,
        "cmc_time_window": WINDOW,
    }
    root = etree.Element("OpenSimDocument", Version="40500")
    tool = etree.SubElement(root, "CMCTool", name="benchmark")
    for tag, value in values.items():
        etree.SubElement(tool, tag).text = str(value)
    made = folder / "cmc.xml"
    etree.ElementTree(root).write(str(made))
    return made


@dataclass(frozen=True)
class CMCRun:
    """A run of CMC that tracked its motion."""

    windows: int  # that it found controls for, those of the initial states too
    wall: float  # s
    error: float  # largest of all coordinates, rad or m


def run_cmc(setup: Path, folder: Path) -> CMCRun:
    """Run it; a window whose optimization fails ends the tool."""
    run = run_opensim_cmd("run-tool", setup)
    table = opensim.TimeSeriesTable(str(folder / "benchmark_pErr.sto"))
    errors = table.getMatrix().to_numpy()
    error = float(np.abs(errors).max())
    if not error < LARGEST_ERROR:
        raise NMMError(f"expected CMC to track within {LARGEST_ERROR:.2g} rad, but got {error:g}")
    return CMCRun(run.log.count("CMC::computeControls"), run.wall, error)
