"""Forward and backward through muscles: the kernels against plain torch, side by side.

One training step takes activations and paths to tendon forces and joint moments, and back to the
gradients of everything that is trained. Both sides do that for the same 40 muscles of the walking
model, the same motion and 6 coordinates; the plain torch side is the tests' reference, whose
elastic tendon is a loop over frames; its time per frame is constant, so it gets fewer frames.

Then how the kernels' time grows with frames, muscles and trials, and their memory with frames.
Each kernel is timed several times and its best run counts.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from nmm_opensim.physics.muscles.activation import ActivationParameters, compute_activations
from nmm_opensim.physics.muscles.millard import (
    TENDON_MODELS,
    MillardMuscle,
    TendonModel,
    read_properties,
)
from nmm_opensim.physics.muscles.parameters import MuscleParameters
from nmm_opensim.physics.osim_model import OsimModel

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from reference_muscle import ReferenceMuscle  # noqa: E402

MODEL = ROOT / "data" / "example3DWalking" / "subject_walk_scaled.osim"
FRAMES, MUSCLES, COORDINATES = 1000, 40, 6
REFERENCE_FRAMES = {"rigid": 1000, "elastic": 50}
WANTED_RATIO = {"elastic": 50}
WANTED_MILLISECONDS = {"rigid": 10, "elastic": 40}
REPETITIONS = 10


class Step:
    """A training step over synthetic motion: every fibre shortens and lengthens by a quarter."""

    def __init__(self, model: OsimModel, frames: int, muscles: int) -> None:
        self.names = (model.muscle_names * (muscles // len(model.muscle_names) + 1))[:muscles]
        parameters = read_properties(model, self.names).parameters
        random = np.random.default_rng(0)
        phase = random.uniform(0, 2 * np.pi, muscles)
        self.times = 0.01 * np.arange(float(frames))
        angle = 2 * np.pi * self.times[:, None] + phase
        fiber = parameters.optimal_fiber_length
        self._inputs = [
            torch.tensor(values)
            for values in (
                0.5 + 0.45 * np.sin(1.3 * angle),
                1.02 * parameters.tendon_slack_length + fiber * (1 + 0.25 * np.sin(angle)),
                fiber * 0.25 * 2 * np.pi * np.cos(angle),
                parameters.max_isometric_force,
                fiber,
                parameters.tendon_slack_length,
                parameters.pennation_angle_at_optimal,
            )
        ]
        arms = random.normal(0, 0.04, (frames, muscles, COORDINATES))
        self._moment_arms = torch.tensor(arms)

    def run(self, muscle: torch.nn.Module, frames: int | None = None) -> float:
        """Seconds of one step over the first ``frames``."""
        inputs = [
            (x[:frames] if k < 3 else x).clone().requires_grad_()
            for k, x in enumerate(self._inputs)
        ]
        began = time.perf_counter()
        force = muscle(self.times[:frames], *inputs[:3], MuscleParameters(*inputs[3:])).tendon_force
        moments = torch.einsum("tm,tmc->tc", force, self._moment_arms[:frames])
        torch.autograd.backward(moments.square().mean())
        return time.perf_counter() - began

    def run_trials(self, muscle: torch.nn.Module, trials: int) -> float:
        """Seconds of one step over as many trials."""
        return sum(self.run(muscle) for _ in range(trials))

    def run_activation(self) -> float:
        """Seconds from excitations to activations and back."""
        excitation = self._inputs[0].clone().requires_grad_()
        muscles = excitation.shape[1]
        shape, rise, fall = (
            torch.full((muscles,), x, dtype=torch.float64, requires_grad=True)
            for x in (-1.0, 0.01, 0.04)
        )
        delay = torch.full((muscles,), 0.0413, dtype=torch.float64, requires_grad=True)
        began = time.perf_counter()
        activation = compute_activations(
            self.times,
            excitation,
            ActivationParameters(shape, rise, fall, np.full(muscles, 0.01), delay),
        )
        torch.autograd.backward(activation.square().mean())
        return time.perf_counter() - began


def best(run: Callable[[], float]) -> float:
    """The best time in milliseconds."""
    return 1000 * min(run() for _ in range(REPETITIONS))


def compare(model: OsimModel, console: Console) -> bool:
    """Kernels against plain torch; whether all that is wanted is reached."""
    step = Step(model, FRAMES, MUSCLES)
    table = Table(
        title=f"forward + backward, {MUSCLES} muscles x {FRAMES} frames x {COORDINATES} coordinates"
    )
    for title in ("tendon", "kernel, ms", "wanted", "plain torch, ms", "ratio", "wanted"):
        table.add_column(title, justify="left" if title == "tendon" else "right")
    reached = True
    for tendon in TENDON_MODELS:
        kernel = best(partial(step.run, MillardMuscle(model, step.names, tendon)))
        frames = REFERENCE_FRAMES[tendon]
        seconds = step.run(ReferenceMuscle(model, step.names, tendon), frames)
        plain = 1000 * seconds * FRAMES / frames
        wanted = WANTED_RATIO.get(tendon)
        reached &= kernel < WANTED_MILLISECONDS[tendon]
        reached &= wanted is None or plain / kernel > wanted
        table.add_row(
            tendon,
            f"{kernel:.1f}",
            f"< {WANTED_MILLISECONDS[tendon]}",
            f"{plain:.0f}",
            f"{plain / kernel:.0f}",
            f"> {wanted}" if wanted else "",
        )
    console.print(table)
    console.print(f"Excitation to activation and back: {best(step.run_activation):.1f} ms")
    return reached


def show_growth(model: OsimModel, console: Console) -> None:
    """Time against frames, muscles and trials."""
    table = Table(title="kernels, forward + backward, ms")
    for title in ("muscles", "frames", "trials", "rigid", "elastic"):
        table.add_column(title, justify="right")
    for muscles, frames, trials in (
        (40, 1000, 1),
        (40, 2000, 1),
        (40, 8000, 1),
        (20, 1000, 1),
        (80, 1000, 1),
        (160, 1000, 1),
        (40, 1000, 4),
        (40, 250, 4),
    ):
        step = Step(model, frames, muscles)
        row = []
        for tendon in TENDON_MODELS:
            muscle = MillardMuscle(model, step.names, tendon)
            row.append(best(partial(step.run_trials, muscle, trials)))
        table.add_row(str(muscles), str(frames), str(trials), *(f"{x:.1f}" for x in row))
    console.print(table)


def show_memory(console: Console) -> None:
    """Peak memory of a process that runs one step, beside one that prepares it only."""
    table = Table(title=f"kernels, {MUSCLES} muscles: memory added by a step")
    for title in ("frames", "MB", "MB per 1000 frames"):
        table.add_column(title, justify="right")
    for frames in (20_000, 40_000, 80_000):
        done = subprocess.run(
            [sys.executable, __file__, "--memory-of", str(frames)],
            capture_output=True,
            text=True,
            check=True,
        )
        added = float(done.stdout)
        table.add_row(str(frames), f"{added:.0f}", f"{added / frames * 1000:.2f}")
    console.print(table)


def measure_memory(frames: int, tendon: TendonModel = "elastic") -> float:
    """MB that a step adds to the peak of this process."""
    model = OsimModel(MODEL)
    # Code and buffers that a first step needs whatever its size.
    warm = Step(model, 10, MUSCLES)
    muscle = MillardMuscle(model, warm.names, tendon)
    warm.run(muscle)
    step = Step(model, frames, MUSCLES)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    step.run(muscle)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def main() -> None:
    """Print all tables; exit status 1 where a wanted figure is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory-of", type=int, metavar="FRAMES", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.memory_of:
        print(measure_memory(arguments.memory_of))
        return
    # As in training: on tensors of this size threads wait for each other longer than they help.
    torch.set_num_threads(1)
    console = Console()
    model = OsimModel(MODEL)
    reached = compare(model, console)
    show_growth(model, console)
    show_memory(console)
    sys.exit(0 if reached else 1)


if __name__ == "__main__":
    main()
