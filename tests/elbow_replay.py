"""The elbow's true excitations as an EMG recording, and artefacts that replay it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from nmm_opensim.arrays import Array
from nmm_opensim.examples.elbow.anatomy import COORDINATE, MUSCLE_NAMES
from nmm_opensim.examples.elbow.recording import CHANNELS
from nmm_opensim.examples.elbow.subject import Subject
from nmm_opensim.examples.elbow.trials import LEAD_IN, Session, TrialCase, make_elbow_trials
from nmm_opensim.nmm.fingerprint import compute_fingerprint
from nmm_opensim.physics.muscles.millard import TendonModel
from nmm_opensim.physics.osim_model import OsimModel

CASE = TrialCase(load=0.0, speed="medium", repetition=1)
NETWORK_MUSCLES = ("BRA", "TRImed")
PREDICTOR = {
    "family": "mlp",
    "hidden_activation": "tanh",
    "layers": 2,
    "inputs": {
        "emg_lags": [0.0, 0.02],
        "coordinates": [COORDINATE],
        "speeds": [COORDINATE],
    },
}


@dataclass(frozen=True)
class Replay:
    """Files of one simulated trial whose excitations are known, and its subject."""

    folder: Path
    subject: Subject

    @property
    def model(self) -> Path:
        """The generic elbow, not the subject's."""
        return self.folder / "elbow.osim"

    @property
    def truth(self) -> Path:
        return self.folder / "truth" / CASE.name

    @property
    def excitations(self) -> Path:
        """True excitations; a column is named like its muscle."""
        return self.truth / "excitations.sto"

    @property
    def emg(self) -> Path:
        """What a user would have recorded."""
        return self.folder / CASE.name / "emg.sto"

    @property
    def coordinates(self) -> Path:
        return self.folder / CASE.name / "coordinates.mot"


def make_replay(folder: Path, duration: float = 3.0) -> Replay:
    """Simulate an elbow trial with rigid tendons; its motion begins at ``LEAD_IN`` s."""
    subject = make_elbow_trials(folder, 1, Session([CASE], duration))
    return Replay(folder, subject)


def write_replaying_artefact(
    path: Path,
    replay: Replay,
    *,
    network: bool = False,
    recorded: bool = False,
    tendon: TendonModel = "rigid",
) -> None:
    """Write an artefact with the subject's own parameters.

    Every muscle is measured: by the channel of its name in the file of true excitations or, with
    ``recorded``, by its own in the EMG file. With ``network``, two are deep instead: their
    excitations come from a network with random weights that listens to the other channels, to the
    elbow's angle and to its speed, and have intervals.
    """
    subject, model = replay.subject, OsimModel(replay.model)
    deep = NETWORK_MUSCLES if network else ()
    names = dict(CHANNELS) if recorded else {name: name for name in MUSCLE_NAMES}
    gains = 1.0 / subject.emg_gain if recorded else np.ones(len(MUSCLE_NAMES))
    channels = [
        {"name": names[name], "gain": gain}
        for name, gain in zip(MUSCLE_NAMES, gains.tolist(), strict=True)
        if name not in deep
    ]
    content = {
        "format": 2,
        "created_with": {},
        "model": {
            "name": "elbow",
            "fingerprint": compute_fingerprint(model, MUSCLE_NAMES, [COORDINATE]),
        },
        "path_model": "model",
        "tendon": tendon,
        "channels": channels,
        "electromechanical_delay": subject.electromechanical_delay,
        "coordinates": [COORDINATE],
        "moment_coordinates": [COORDINATE],
        "muscles": _describe_muscles(subject, model, deep, names),
        "predictor": PREDICTOR,
        "training": {},
    }
    tensors = _draw_network(2 * len(channels) + 2, max(len(deep), 1))
    save_file(tensors, path, metadata={"nmm": json.dumps(content)})


def judge_replaying_artefact(
    path: Path, judgements: Mapping[str, dict[str, Any]], angles: tuple[float, float] | None
) -> None:
    """Make a replaying artefact one of format 3, with entries of its deep muscles' sources.

    ``angles`` (rad) are what training saw of the elbow; of all else it saw more than there is. None
    for an artefact that does not tell.
    """
    with safe_open(path, framework="numpy") as file:
        content = json.loads(file.metadata()["nmm"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    content["format"] = 3
    for muscle in content["muscles"]:
        muscle["source"].update(judgements.get(muscle["name"], {}))
    content["training_range"] = angles and {
        "channels": [[-1e3, 1e3]] * len(content["channels"]),
        "coordinates": [list(angles)],
        "speeds": [[-1e3, 1e3]],
    }
    save_file(tensors, path, metadata={"nmm": json.dumps(content)})


def _describe_muscles(
    subject: Subject, model: OsimModel, deep: Sequence[str], channels: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The subject's muscles; ``channels`` are what could be recorded of each."""
    return [
        {
            "name": name,
            "max_isometric_force": subject.max_isometric_force[i],
            "optimal_fiber_length": subject.optimal_fiber_length[i],
            "tendon_slack_length": subject.tendon_slack_length[i],
            "pennation_angle_at_optimal": model.muscle(name).get_pennation_angle_at_optimal(),
            "activation_time_constant": subject.activation_time_constant[i],
            "deactivation_time_constant": subject.deactivation_time_constant[i],
            "minimum_activation": 0.01,
            "shape_factor": subject.shape_factor[i],
            "source": {
                "kind": "deep",
                "output": deep.index(name),
                "recorded_channel": channels[name],
                "interval": {"margin": 0.3, "floor": 0.05},
            }
            if name in deep
            else {"kind": "measured", "channels": [channels[name]], "weights": [1.0]},
        }
        for i, name in enumerate(MUSCLE_NAMES)
    ]


def _draw_network(inputs: int, outputs: int, hidden: int = 8) -> dict[str, Array]:
    """Random weights of what ``PREDICTOR`` describes."""
    random = np.random.default_rng(7)
    return {
        "predictor.input_mean": random.uniform(0.0, 0.3, inputs),
        "predictor.input_scale": random.uniform(0.5, 2.0, inputs),
        "predictor.0.weight": random.normal(size=(hidden, inputs)) / 2,
        "predictor.0.bias": random.normal(size=hidden) / 2,
        "predictor.1.weight": random.normal(size=(outputs, hidden)) / 2,
        "predictor.1.bias": random.normal(size=outputs) - 1.0,
    }


def write_tool_setup(path: Path, replay: Replay, artefact: Path, **changes: str) -> None:
    """Write a setup of NMMTool that makes a model for forward simulation too."""
    elements = {
        "results_directory": str(path.parent),
        "model_file": str(replay.model),
        "artefact_file": str(artefact),
        "emg_file": str(replay.excitations),
        "coordinates_file": str(replay.coordinates),
        "forward_model_file": str(path.parent / "forward.osim"),
        **changes,
    }
    content = "".join(f"<{name}>{text}</{name}>" for name, text in elements.items())
    path.write_text(
        f'<OpenSimDocument Version="40500"><NMMTool name="elbow">{content}</NMMTool>'
        "</OpenSimDocument>"
    )


def write_forward_setup(
    path: Path, final_time: float, analyses: str = "", initial_time: float = LEAD_IN
) -> None:
    """Write a setup of ForwardTool that simulates the model which NMMTool wrote."""
    path.write_text(
        f"""<OpenSimDocument Version="40000"><ForwardTool name="forward">
        <model_file>forward.osim</model_file>
        <states_file>elbow_states.sto</states_file>
        <initial_time>{initial_time}</initial_time><final_time>{final_time}</final_time>
        <integrator_error_tolerance>1e-8</integrator_error_tolerance>
        <results_directory>.</results_directory>
        <AnalysisSet><objects>{analyses}</objects></AnalysisSet>
        </ForwardTool></OpenSimDocument>"""
    )
