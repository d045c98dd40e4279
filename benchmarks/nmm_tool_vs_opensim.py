"""Time per frame of NMMTool against OpenSim's StaticOptimization and CMC, in the real opensim-cmd.

Both are OpenSim's own ways to muscle forces from motion, and neither works on the walking model as
it comes: they get a copy with residual actuators on the pelvis, reserve actuators on all other
coordinates and locked toes. NMMTool gets the model as it is. The frames of NMMTool and
StaticOptimization are the same; CMC, which takes minutes for a second of motion, gets fewer.

Model loading counts for none: NMMTool logs the time of its frames alone; of StaticOptimization the
time of a two-frame run is taken off, of CMC that of a run which ends when its initial states are
found. Each side is timed several times and its best one counts, because other processes may slow a
run down but nothing speeds one up.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import opensim
from cmc import CMCRun, run_cmc, write_cmc_setup
from feasible_model import write_feasible_model
from lxml import etree
from static_optimization import (
    StaticRun,
    print_reserves,
    run_static_optimization,
    write_analyze_setup,
)
from timed_runs import make_times, run_opensim_cmd

from nmm_opensim.errors import NMMError
from nmm_opensim.running.opensim_cmd import find_plugin

ROOT = Path(__file__).resolve().parents[1]
REQUIRED_RATIO = 500  # against StaticOptimization
REQUIRED_PEAK_MEMORY = 1500  # MB


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


class Comparison:
    """The setups of all sides in a temporary folder, and what their runs took."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        start = options.initial_time
        self._folder = folder
        times = make_times(start, options.frames)
        loads = options.external_loads.resolve()
        self._nmm = write_nmm_setup(options.setup, self._make("nmm"), times, options.artefact)
        self._nmm_all = write_nmm_setup(options.setup, self._make("nmm_all"), {}, options.artefact)
        self.tool = etree.parse(str(self._nmm)).getroot().find("NMMTool")
        model = folder / "feasible.osim"
        write_feasible_model(Path(self.tool.findtext("model_file")), model)
        self._static, self._static_two = (
            write_analyze_setup(self._nmm, model, loads, self._make(name), make_times(start, n))
            for name, n in (("static", options.frames), ("static_two", 2))
        )
        self._cmc, self._cmc_none = (
            write_cmc_setup(self._nmm, model, loads, self._make(name), start, n)
            for name, n in (("cmc", options.cmc_windows), ("cmc_none", 0))
        )
        self.nmm: list[NMMRun] = []
        self.nmm_all: list[NMMRun] = []
        self.static: list[StaticRun] = []
        self.static_two: list[StaticRun] = []
        self.cmc: list[CMCRun] = []
        self.cmc_none: list[CMCRun] = []

    def _make(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir()
        return folder

    def run(self) -> None:
        """Every side once."""
        self.nmm.append(run_nmm_tool(self._nmm))
        self.nmm_all.append(run_nmm_tool(self._nmm_all))
        self.static.append(run_static_optimization(self._static, self._static.parent))
        self.static_two.append(run_static_optimization(self._static_two, self._static_two.parent))
        self.cmc.append(run_cmc(self._cmc, self._cmc.parent))
        self.cmc_none.append(run_cmc(self._cmc_none, self._cmc_none.parent))

    def check(self) -> None:
        """Print how good OpenSim's solutions are."""
        if self.static[0].frames != self.nmm[0].frames:
            raise NMMError(
                f"expected the same frames, but got {self.static[0].frames} and "
                f"{self.nmm[0].frames}"
            )
        print(
            "\nStaticOptimization converged in every frame; largest constraint violation "
            f"{self.static[0].violation:.0e}.\nWhat it needed beside the muscles:"
        )
        print_reserves(
            self._static.parent,
            Path(self.tool.findtext("inverse_dynamics_file")),
            ["knee_angle_r", "ankle_angle_r"],
        )
        print(f"CMC tracked every coordinate within {self.cmc[0].error:.2g} rad or m.")

    def print_times(self) -> None:
        """Print seconds per frame side by side."""

        def best(runs: list[StaticRun] | list[CMCRun]) -> float:
            return min(run.wall for run in runs)

        frames = self.static[0].frames - self.static_two[0].frames
        static = (best(self.static) - best(self.static_two)) / frames
        windows = self.cmc[0].windows - self.cmc_none[0].windows
        cmc = (best(self.cmc) - best(self.cmc_none)) / windows
        print(f"  CMC, {windows} windows of 10 ms  {1000 * cmc:8.3f} ms")
        print(f"  StaticOptimization, {self.static[0].frames} frames  {1000 * static:8.3f} ms")
        for runs in (self.nmm, self.nmm_all):
            nmm = min(run.seconds_per_frame for run in runs)
            print(
                f"  NMMTool, {runs[0].frames} frames  {1000 * nmm:8.3f} ms, {static / nmm:.0f} "
                f"times faster than StaticOptimization (required: {REQUIRED_RATIO}), "
                f"{cmc / nmm:.0f} times faster than CMC"
            )
        memory = max(run.peak_memory for run in self.nmm + self.nmm_all)
        print(f"Peak memory of NMMTool: {memory:.0f} MB (required: below {REQUIRED_PEAK_MEMORY})")


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
        help="ground reaction forces, for OpenSim's tools (default: the walking example's)",
    )
    parser.add_argument("--initial-time", type=float, default=1.5, help="s (default: 1.5)")
    parser.add_argument("--frames", type=int, default=15, help="at least 3 (default: 15)")
    parser.add_argument("--cmc-windows", type=int, default=5, help="of 10 ms (default: 5)")
    parser.add_argument("--repetitions", type=int, default=3, help="of each side (default: 3)")
    options = parser.parse_args()
    if options.frames < 3 or options.repetitions < 1 or options.cmc_windows < 1:
        parser.error(
            "expected --frames of at least 3, --cmc-windows and --repetitions of at least 1"
        )
    try:
        compare(options)
    except NMMError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    return 0


def compare(options: argparse.Namespace) -> None:
    opensim.Logger.setLevelString("error")
    with tempfile.TemporaryDirectory(prefix="nmm-benchmark-") as name:
        comparison = Comparison(options, Path(name))
        for i in range(options.repetitions):
            print(f"Run {i + 1} of {options.repetitions}", flush=True)
            comparison.run()
        comparison.check()
        print(f"\nBest of {options.repetitions} runs from {options.initial_time:g} s, per frame:")
        comparison.print_times()


if __name__ == "__main__":
    sys.exit(main())
