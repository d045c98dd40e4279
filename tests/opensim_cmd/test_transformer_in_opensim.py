"""A transformer in the real opensim-cmd: windows of motion, in each of the classes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from elbow_replay import (
    Replay,
    make_replay,
    write_forward_setup,
    write_replaying_artefact,
    write_tool_setup,
)
from safetensors import safe_open
from safetensors.numpy import save_file
from sto import Sto, read_sto

from nmm_opensim import _core
from nmm_opensim.arrays import Array
from nmm_opensim.examples.elbow.anatomy import COORDINATE
from nmm_opensim.examples.elbow.trials import LEAD_IN

Run = Callable[..., subprocess.CompletedProcess[str]]

MOTION_LAGS = (0.0, 0.04, 0.15)
TOKENS, WIDTH, HIDDEN = 8, 8, 12
ELBOW = f"/jointset/elbow/{COORDINATE}"


def make_transformer(path: Path) -> None:
    """Give a replaying artefact a transformer with random weights."""
    with safe_open(path, framework="numpy") as file:
        content = json.loads(file.metadata()["nmm"])
    content["format"] = 3
    for muscle in content["muscles"]:
        if muscle["source"]["kind"] == "deep":
            nothing = ("interval", "verdict", "reason", "expectation", "moments")
            muscle["source"] |= dict.fromkeys(nothing)
    predictor = content["predictor"]
    predictor |= {"family": "transformer", "layers": 1, "heads": 2, "rest": 0.02}
    predictor["inputs"]["motion_lags"] = list(MOTION_LAGS)
    channels = len(content["channels"])
    drives, inputs = channels + 2, 2 * channels + 2 * len(MOTION_LAGS)
    random = np.random.default_rng(11)

    def draw(*shape: int) -> Array:
        return random.normal(scale=0.4, size=shape)

    tensors = {
        "input_mean": draw(inputs),
        "input_scale": random.uniform(0.8, 2.0, inputs),
        "channel_peaks": random.uniform(0.4, 1.0, channels),
        "output_scale": random.uniform(0.2, 0.4, drives),
        "embedding.weight": draw(TOKENS, WIDTH, inputs),
        "embedding.bias": draw(TOKENS, WIDTH),
        "0.attention.in.weight": draw(3 * WIDTH, WIDTH),
        "0.attention.in.bias": draw(3 * WIDTH),
        "0.attention.out.weight": draw(WIDTH, WIDTH),
        "0.attention.out.bias": draw(WIDTH),
        "0.feed_forward.0.weight": draw(HIDDEN, WIDTH),
        "0.feed_forward.0.bias": draw(HIDDEN),
        "0.feed_forward.1.weight": draw(WIDTH, HIDDEN),
        "0.feed_forward.1.bias": draw(WIDTH),
        "output.weight": 0.4 * draw(drives, WIDTH),
        "output.bias": draw(drives) - 0.5,
        "skip.weight": 0.2 * draw(drives, inputs),
    }
    for norm in ("0.attention_norm", "0.feed_forward_norm", "norm"):
        tensors |= {f"{norm}.weight": 1.0 + draw(WIDTH), f"{norm}.bias": draw(WIDTH)}
    named = {f"predictor.{name}": values for name, values in tensors.items()}
    save_file(named, path, {"nmm": json.dumps(content)})


@dataclass(frozen=True)
class Ran:
    """An elbow with a transformer that the tool ran, and what it is made of."""

    replay: Replay
    folder: Path

    @property
    def artefact(self) -> Path:
        return self.folder / "elbow.nmm"

    @property
    def states(self) -> Sto:
        """The tool's frames."""
        return read_sto(self.folder / "elbow_states.sto")

    def excite(self, times: Array, own: tuple[Array, Array], past: Sto) -> dict[str, Array]:
        """Excitations at states of motion ``own`` (values, speeds), which comes after ``past``."""
        windows = [
            np.column_stack(
                [
                    now if lag == 0.0 else np.interp(times - lag, past.time, past.column(column))
                    for lag in MOTION_LAGS
                ]
            )
            for now, column in zip(own, (f"{ELBOW}/value", f"{ELBOW}/speed"), strict=True)
        ]
        runtime = _core.ExcitationModel(str(self.artefact))
        emg = read_sto(self.replay.excitations)
        found = runtime.compute_excitations(emg.columns, emg.time, emg.values, times, *windows)
        return dict(zip(runtime.muscles, found.T, strict=True))


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, run_tool: Run) -> Ran:
    folder = tmp_path_factory.mktemp("transformer")
    replay = make_replay(tmp_path_factory.mktemp("elbow"))
    write_replaying_artefact(folder / "elbow.nmm", replay, network=True)
    make_transformer(folder / "elbow.nmm")
    write_tool_setup(folder / "tool.xml", replay, folder / "elbow.nmm")
    done = run_tool(folder / "tool.xml")
    assert done.returncode == 0, done.stdout + done.stderr
    return Ran(replay, folder)


def test_the_tool_sees_the_frames_before_each(ran: Ran) -> None:
    states = ran.states
    own = states.column(f"{ELBOW}/value"), states.column(f"{ELBOW}/speed")
    expected = ran.excite(states.time, own, states)
    excitations = read_sto(ran.folder / "elbow_excitations.sto")
    for muscle, series in expected.items():
        written = excitations.column(f"/forceset/{muscle}")
        np.testing.assert_allclose(written, series, rtol=0, atol=1e-8)
    assert np.ptp(expected["BRA"]) > 0.02
    # Its word for a channel is not the channel.
    emg = read_sto(ran.replay.excitations)
    measured = np.interp(excitations.time, emg.time, emg.column("BIClong"))
    assert np.abs(excitations.column("/forceset/BIClong") - measured).max() > 0.02


def test_an_analysis_sees_its_own_frames(ran: Ran, run_tool: Run, tmp_path: Path) -> None:
    setup = tmp_path / "analyze.xml"
    setup.write_text(
        f"""<OpenSimDocument Version="40000"><AnalyzeTool name="elbow">
        <model_file>{ran.replay.model}</model_file>
        <coordinates_file>{ran.replay.coordinates}</coordinates_file>
        <results_directory>results</results_directory>
        <initial_time>{ran.states.time[0]}</initial_time>
        <final_time>{ran.states.time[-1]}</final_time>
        <AnalysisSet><objects><NMMAnalysis name="nmm">
        <artefact_file>{ran.artefact}</artefact_file>
        <emg_file>{ran.replay.excitations}</emg_file>
        </NMMAnalysis></objects></AnalysisSet></AnalyzeTool></OpenSimDocument>"""
    )
    done = run_tool(setup)
    assert done.returncode == 0, done.stdout + done.stderr
    expected = read_sto(ran.folder / "elbow_excitations.sto")
    found = read_sto(tmp_path / "results" / "elbow_nmm_excitations.sto")
    np.testing.assert_allclose(found.time, expected.time, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.values, expected.values, rtol=0, atol=1e-6)


def test_a_simulation_takes_its_past_from_the_recorded_motion(ran: Ran, run_tool: Run) -> None:
    forward = ran.folder / "forward.xml"
    write_forward_setup(forward, LEAD_IN + 0.5)
    done = run_tool(forward)
    assert done.returncode == 0, done.stdout + done.stderr
    states = read_sto(ran.folder / "forward_states.sto")
    controls = read_sto(ran.folder / "forward_controls.sto")
    own = states.column(f"{ELBOW}/value"), states.column(f"{ELBOW}/speed")
    expected = ran.excite(states.time, own, ran.states)
    with safe_open(ran.artefact, framework="numpy") as file:
        muscles = json.loads(file.metadata()["nmm"])["muscles"]
    assert len(states.time) > 10
    for muscle in muscles:
        (column,) = [name for name in controls.columns if name.endswith(muscle["name"])]
        factor = muscle["shape_factor"]
        shaped = np.expm1(factor * expected[muscle["name"]]) / np.expm1(factor)
        wanted = np.maximum(shaped, muscle["minimum_activation"])
        np.testing.assert_allclose(controls.column(column), wanted, rtol=0, atol=1e-6)


def test_a_simulation_without_its_past_is_refused(ran: Ran, run_tool: Run) -> None:
    model = (ran.folder / "forward.osim").read_text()
    begin, end = "<coordinates_file>", "</coordinates_file>"
    name = model.split(begin)[1].split(end)[0]
    assert (ran.folder / name).resolve() == ran.replay.coordinates.resolve()
    (ran.folder / "forgetful.osim").write_text(model.replace(begin + name, begin))
    setup = ran.folder / "forgetful.xml"
    write_forward_setup(setup, LEAD_IN + 0.5)
    setup.write_text(setup.read_text().replace(">forward.osim<", ">forgetful.osim<"))
    done = run_tool(setup)
    assert done.returncode != 0
    assert (
        "Expected a file in <coordinates_file>, because the artefact's network sees the motion of "
        "up to 0.15 s before, but received none."
    ) in " ".join((done.stdout + done.stderr).split())
