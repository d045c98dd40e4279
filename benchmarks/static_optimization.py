"""OpenSim's StaticOptimization on a model and motion on which it converges."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import opensim
from lxml import etree
from timed_runs import run_opensim_cmd

from nmm_opensim.errors import NMMError

LARGEST_VIOLATION = 1e-6  # StaticOptimization's own tolerance where it names violations


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
