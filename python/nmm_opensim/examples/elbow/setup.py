"""The training setup of simulated trials, which lies in their folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...files import write_text
from ...formats.external_loads import AXES
from ...physics.muscles.millard import TendonModel
from ...project.init.documents import Document, Node
from ...project.init.learning import add_calibration, add_optimization, add_predictor
from ...project.schemas.schema import write_schemas
from ...training.training_setup import ESTIMATE, TOOL
from .anatomy import COORDINATE, DEEP_MUSCLES
from .recording import CHANNELS, LOAD_FORCE

SETUP_FILE = "train.xml"
# The force alone: an empty hand has no point where it acts.
LOAD_COLUMNS = tuple(f"{LOAD_FORCE}{axis}" for axis in AXES)
# s: with them the network sees how the motion changes, which moments depend on.
MOTION_LAGS = "0 0.05 0.1"
ITERATIONS = 400

# Whose channels may stand for a muscle's: those of its group that a user measures.
SYNERGISTS = {
    "TRIlong": ("TRIlat",),
    "TRIlat": ("TRIlong",),
    "BIClong": ("BICshort", "BRD"),
    "BICshort": ("BIClong", "BRD"),
    "BRD": ("BIClong", "BICshort"),
    "BRA": ("BIClong", "BICshort", "BRD"),
    "TRImed": ("TRIlat", "TRIlong"),
}


@dataclass(frozen=True)
class Lesson:
    """What is to be learned from: the trials' ``roles`` by name, and who made them.

    ``cutoff`` (Hz) is what inverse dynamics filtered the motion with, None for no filter.
    """

    subject: str
    model_file: Path
    roles: Mapping[str, str]
    tendon: TendonModel
    cutoff: float | None


def write_training_setup(folder: Path, lesson: Lesson) -> None:
    """Write the setup that trains on the trials in ``folder``, and the schemas beside it."""
    document = Document(
        folder / SETUP_FILE,
        TOOL,
        "elbow",
        f"Trains an NMM of {lesson.subject}.\n"
        "     Brachialis and medial triceps are deep: what they truly did is read only to score.\n"
        "     Made by python -m nmm_opensim.elbow, with the trials. To run:\n\n"
        f"     nmm-opensim train {SETUP_FILE}",
    )
    tool = document.tool
    tool.comment(
        "Prior from other people and synergists, corrected by moments; or nmm, a network taught by "
        "moments."
    )
    tool.add("estimator", "posterior")
    tool.add_path("model_file", lesson.model_file)
    tool.add("path_model", "model")
    tool.add("tendon", lesson.tendon)
    _add_trials(tool, folder, lesson)
    tool.comment("Coordinates whose moments (N m) supervise the training.")
    tool.add("moment_coordinates", COORDINATE)
    _add_sources(tool)
    tool.comment(
        "s, 0-0.125: the EMG of time t - delay acts at time t. Estimated from measured muscles; "
        "the true one is in truth/subject.json."
    )
    tool.add("electromechanical_delay", ESTIMATE)
    tool.comment(
        "What a network sees. Lags (s) of EMG count back from the delayed time, those of motion "
        "and loads from the frame; family and layers are those of estimator nmm."
    )
    add_predictor(tool, [COORDINATE], LOAD_COLUMNS, MOTION_LAGS)
    tool.comment("Forces and lengths are relative to the model's own; gains and shape absolute.")
    add_calibration(tool)
    add_optimization(tool, ITERATIONS, (1, 2, 3))
    tool.add("artefact_file", "nmm/elbow.nmm")
    tool.add("results_directory", "nmm")
    write_schemas(folder / "schemas")
    write_text(document.file, document.write())


def _add_trials(tool: Node, folder: Path, lesson: Lesson) -> None:
    tool.comment("The loads on the hand are in the moments, so that one model serves all trials.")
    trials = tool.add("trials")
    for name, role in lesson.roles.items():
        trial = trials.add("Trial", name=name)
        trial.add("role", role)
        trial.add_path("emg_file", folder / name / "emg.sto")
        trial.add_path("coordinates_file", folder / name / "coordinates.mot")
        if lesson.cutoff is not None:
            trial.add("lowpass_cutoff_frequency_for_coordinates", lesson.cutoff)
        trial.add_path("inverse_dynamics_file", folder / name / "moments.sto")
        trial.add_path("external_loads_file", folder / name / "hand_load.xml")


def _add_sources(tool: Node) -> None:
    tool.comment("Every muscle that crosses them has exactly one source.")
    sources = tool.add("muscle_sources")
    for muscle in (name for name in SYNERGISTS if name not in DEEP_MUSCLES):
        measured = sources.add("MeasuredMuscle", name=muscle)
        measured.add("channels", CHANNELS[muscle])
        measured.add("synergist_channels", _name_synergists(muscle))
    sources.comment(
        "The muscles to reconstruct. Their channels score the result and are never inputs."
    )
    for muscle in DEEP_MUSCLES:
        deep = sources.add("DeepMuscle", name=muscle)
        deep.add("recorded_channel", CHANNELS[muscle])
        deep.add("synergist_channels", _name_synergists(muscle))


def _name_synergists(muscle: str) -> str:
    return " ".join(CHANNELS[synergist] for synergist in SYNERGISTS[muscle])
