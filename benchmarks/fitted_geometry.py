"""Time of fitted muscle paths against direct evaluation by OpenSim through Python.

Both give lengths, lengthening speeds and moment arms of the same muscles over the same frames: the
trials of a training setup with <path_model>fitted</path_model>, and those of its muscles that have
a fit. OpenSim computes moment arms only for pairs of muscle and moment coordinate that cross; the
fits give those about all coordinates. Each side is timed several times and its best one counts.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from nmm_opensim.errors import NMMError
from nmm_opensim.physics.motion import Motion
from nmm_opensim.physics.paths.geometry import sample_geometry
from nmm_opensim.training.preparation import prepare_training
from nmm_opensim.training.training_setup import read_training_setup

ROOT = Path(__file__).resolve().parents[1]
REQUIRED_RATIO = 200
REPEATED_FRAMES = (1, 10, 100)
SHARES_OF_MUSCLES = (0.25, 0.5, 1.0)


def best_time(action: Callable[[], object], repetitions: int) -> float:
    """Seconds of the fastest run."""
    times = []
    for _ in range(repetitions):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return min(times)


def repeat(motion: Motion, count: int) -> Motion:
    """The frames of a motion, several times over."""
    return replace(
        motion,
        time=np.tile(motion.time, count),
        values=np.tile(motion.values, (count, 1)),
        speeds=np.tile(motion.speeds, (count, 1)),
    )


def compare(setup: Path, repetitions: int) -> None:
    training = prepare_training(read_training_setup(setup), print)
    model, declaration = training.model, training.declaration
    paths = declaration.path_model.paths
    if not paths:
        raise NMMError(f"{setup}: expected <path_model>fitted</path_model> and fits, found none.")
    muscles = [name for name in declaration.sources.muscles if name in paths]
    moments = declaration.moment_coordinates
    motions = [trial.motion for trial in training.trials.values()]
    motion = replace(
        motions[0],
        time=np.concatenate([m.time for m in motions]),
        values=np.concatenate([m.values for m in motions]),
        speeds=np.concatenate([m.speeds for m in motions]),
    )
    frames = len(motion.time)

    def evaluate(names: list[str], over: Motion, fitted: bool) -> Callable[[], object]:
        used = paths if fitted else {}
        return lambda: sample_geometry(model, used, names, moments, over, "motion")

    evaluate(muscles, motion, fitted=False)()  # finds once which muscles cross what
    direct = best_time(evaluate(muscles, motion, fitted=False), repetitions)
    fitted = best_time(evaluate(muscles, motion, fitted=True), 10 * repetitions)
    print(f"\n{frames} frames, {len(muscles)} muscles, {len(moments)} moment coordinates:")
    print(f"  direct, OpenSim through Python  {1e6 * direct / frames:9.1f} us per frame")
    print(f"  fitted                          {1e6 * fitted / frames:9.1f} us per frame")
    print(f"  {direct / fitted:.0f} times faster (required: {REQUIRED_RATIO})")

    print(f"\nGrowth with frames, {len(muscles)} muscles:")
    for count in REPEATED_FRAMES:
        over = repeat(motion, count)
        seconds = best_time(evaluate(muscles, over, fitted=True), repetitions)
        print(f"  {count * frames:6d} frames   fitted {1e3 * seconds:9.2f} ms")
    print(f"\nGrowth with muscles, {frames} frames:")
    for share in SHARES_OF_MUSCLES:
        # Every n-th, so that each share has muscles of all joints.
        some = muscles[:: round(1 / share)]
        terms = sum(len(paths[name].coefficients) for name in some)
        direct = best_time(evaluate(some, motion, fitted=False), repetitions)
        fitted = best_time(evaluate(some, motion, fitted=True), 10 * repetitions)
        print(
            f"  {len(some):3d} muscles, {terms:5d} terms   direct {1e3 * direct:9.1f} ms   "
            f"fitted {1e3 * fitted:7.2f} ms   ratio {direct / fitted:.0f}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--setup", type=Path, default=ROOT / "setups" / "walking_train.xml")
    parser.add_argument("--repetitions", type=int, default=3, help="of each side (default: 3)")
    options = parser.parse_args()
    if options.repetitions < 1:
        parser.error("expected --repetitions of at least 1")
    try:
        compare(options.setup, options.repetitions)
    except NMMError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
