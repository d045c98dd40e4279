"""What a trained NMM says of a trial, by the runtime in this process: no plugin, no opensim-cmd."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .. import _core
from ..arrays import Array
from ..errors import NMMError
from ..formats.setup_xml import SetupElement, read_setup
from ..nmm.artefact import read_artefact
from ..nmm.estimate import Interval, TrialEstimate
from ..nmm.fingerprint import check_fingerprint
from ..nmm.novelty import find_largest
from ..nmm.predictor import make_windows
from ..nmm.trial import LoadWindow, read_emg, read_loads
from ..nmm.trial_verdict import find_trust
from ..physics.motion import Motion, read_motion
from ..physics.osim_model import OsimModel
from .results import TOOL, read_run_setup


def estimate(setup: Path | str) -> TrialEstimate:
    """Excitations and intervals of the trial of a setup (``<NMMTool>``), as the tool gives them.

    The moments are None: muscle forces are OpenSim's business, :func:`run` gives them.

    Raises:
        NMMError: where the setup or its files cannot be used, or the model is not the artefact's.

    """
    declared = read_run_setup(Path(setup))
    artefact = read_artefact(declared.artefact_file)
    model = OsimModel(declared.model_file)
    check_fingerprint(
        artefact.model_fingerprint,
        model,
        f"artefact '{declared.artefact_file}'",
        f"model file '{declared.model_file}'",
    )
    runtime = _core.ExcitationModel(str(declared.artefact_file))
    emg = read_emg(declared.emg_file, runtime.channels, declared.emg_time_offset)
    # What else the setup says the plugin alone reads for a run.
    tool = read_setup(declared.file, TOOL)
    motion = _read_motion(tool, declared.coordinates_file, model, artefact.coordinates)
    windows = _make_windows(runtime, motion)
    loads = _read_loads(tool, runtime, motion.time)
    asked = (emg.columns, emg.time, emg.values, motion.time, *windows, loads)
    try:
        excitations = runtime.compute_excitations(*asked)
        novelty = runtime.compute_novelty(*asked)
        deep, lower, upper = runtime.compute_intervals(
            excitations, find_largest(novelty, len(motion.time))
        )
    except _core.CoreError as error:
        raise NMMError(f"{emg.source}: {error}") from None
    return TrialEstimate(
        dict(zip(runtime.muscles, excitations.T, strict=True)),
        None,
        {muscle: Interval(lower[:, k], upper[:, k]) for k, muscle in enumerate(deep)},
        novelty,
        find_trust({m.name: m.judgement for m in artefact.deep_muscles}, novelty),
        time=motion.time,
        excitation_time=motion.time - runtime.electromechanical_delay,
    )


def _read_motion(
    tool: SetupElement, file: Path, model: OsimModel, coordinates: Sequence[str]
) -> Motion:
    cutoff = tool.get_number("lowpass_cutoff_frequency_for_coordinates", -1.0)
    return read_motion(
        file,
        model,
        coordinates,
        cutoff if cutoff > 0 else None,
        tool.get_optional_number("initial_time"),
        tool.get_optional_number("final_time"),
    )


def _make_windows(runtime: _core.ExcitationModel, motion: Motion) -> tuple[Array, Array]:
    """Coordinates and speeds, each (frames, lags x names)."""
    lags = runtime.predictor_motion_lags
    coordinates, _ = motion.select(runtime.predictor_coordinates)
    _, speeds = motion.select(runtime.predictor_speeds)
    return (
        np.hstack(make_windows(motion.time, coordinates, lags)),
        np.hstack(make_windows(motion.time, speeds, lags)),
    )


def _read_loads(tool: SetupElement, runtime: _core.ExcitationModel, times: Array) -> Array | None:
    columns = tuple(runtime.predictor_external_loads)
    if not columns:
        return None
    window = LoadWindow(columns, tuple(runtime.predictor_motion_lags))
    return read_loads(tool.get_file("external_loads_file"), window, times)
