"""How far deep muscles are to be believed in a trial: the plugin's words, files and intervals."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import run_cli
from elbow_replay import (
    NETWORK_MUSCLES,
    Replay,
    judge_replaying_artefact,
    make_replay,
    write_replaying_artefact,
    write_tool_setup,
)
from sto import read_sto

from nmm_opensim.errors import NMMError
from nmm_opensim.examples.elbow.anatomy import COORDINATE
from nmm_opensim.nmm.artefact import read_artefact
from nmm_opensim.nmm.trial_verdict import find_trial_verdict
from nmm_opensim.running.estimate import estimate
from nmm_opensim.running.results import read_results, read_run_setup

Run = Callable[..., subprocess.CompletedProcess[str]]

BRACHIALIS, TRICEPS = NETWORK_MUSCLES
UNJUDGED: dict[str, Any] = {
    "verdict": None,
    "reason": None,
    "interval": None,
    "expectation": None,
    "moments": None,
}
JUDGEMENTS: Mapping[str, dict[str, Any]] = {
    BRACHIALIS: {
        "verdict": "trust",
        "reason": "two neighbours agree",
        "interval": {"lower": [0.01, 0.2], "upper": [0.03, 0.4]},
        "expectation": {
            "r": 0.875,
            "r_range": [0.625, 0.9375],
            "error": 0.1,
            "error_range": [0.05, 0.2],
        },
        "moments": None,
    },
    TRICEPS: {**UNJUDGED, "verdict": "use with care", "reason": "one neighbour alone knows it"},
}
EXPECTED = "expected r 0.88 (0.62 to 0.94)"


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """A simulated elbow trial whose excitations are known."""
    return make_replay(tmp_path_factory.mktemp("elbow"))


def make_setup(
    folder: Path,
    replay: Replay,
    inside: float | None,
    judgements: Mapping[str, dict[str, Any]] = JUDGEMENTS,
) -> Path:
    """A setup of NMMTool whose artefact saw the angles of that share of the trial's frames."""
    artefact, setup = folder / "elbow.nmm", folder / "tool.xml"
    write_replaying_artefact(artefact, replay, network=True)
    motion = read_sto(replay.coordinates)
    angles = np.sort(motion.column(COORDINATE))
    if "yes" in motion.header["inDegrees"]:
        angles = np.radians(angles)
    low = float(angles[0]) - 0.1
    saw = None if inside is None else (low, float(np.quantile(angles, inside)))
    judge_replaying_artefact(artefact, judgements, saw)
    write_tool_setup(setup, replay, artefact)
    return setup


@pytest.mark.parametrize("inside", [None, 1.0, 0.8, 0.6, 0.3])
def test_tool_and_python_say_the_same(
    replay: Replay, run_tool: Run, tmp_path: Path, inside: float | None
) -> None:
    setup = make_setup(tmp_path, replay, inside)
    done = run_tool(setup)
    assert done.returncode == 0, done.stdout + done.stderr
    results = read_results(read_run_setup(setup))
    share = float(results.find_outside().mean())
    assert share == pytest.approx(1.0 - (inside or 1.0), abs=0.05)
    header = read_sto(tmp_path / "elbow_excitations.sto").header
    assert header["expected_r"] == f"{BRACHIALIS} 0.875 0.625 0.9375"
    log = [line.split("] ", 1) for line in done.stdout.splitlines() if "] " in line]
    for muscle, expected in ((BRACHIALIS, f", {EXPECTED}"), (TRICEPS, "")):
        (judgement,) = (
            entry.judgement for entry in results.artefact.deep_muscles if entry.name == muscle
        )
        assert judgement is not None
        verdict, reason = find_trial_verdict(judgement, share)
        said = f"{verdict}{expected}, because {reason}"
        assert results.verdicts[muscle] == verdict
        assert results.describe_verdicts()[muscle] == said
        kind = "[warning" if verdict == "do not use" else "[info"
        assert [kind, f"{muscle}: {said}"] in log
        assert muscle in header[verdict.replace(" ", "_")].split(",")


def test_shares_of_frames_outside_lower_verdicts(
    replay: Replay, run_tool: Run, tmp_path: Path
) -> None:
    expected = {
        0.9: {BRACHIALIS: "trust", TRICEPS: "use with care"},
        0.6: dict.fromkeys(NETWORK_MUSCLES, "use with care"),
        0.2: dict.fromkeys(NETWORK_MUSCLES, "do not use"),
    }
    for inside, verdicts in expected.items():
        folder = tmp_path / str(inside)
        folder.mkdir()
        setup = make_setup(folder, replay, inside)
        assert run_tool(setup).returncode == 0
        assert read_results(read_run_setup(setup)).verdicts == verdicts


def test_intervals_grow_outside_training(replay: Replay, run_tool: Run, tmp_path: Path) -> None:
    setup = make_setup(tmp_path, replay, 0.3)
    assert run_tool(setup).returncode == 0
    intervals, excitations, outside = (
        read_sto(tmp_path / f"elbow_{series}.sto")
        for series in ("excitation_intervals", "excitations", "outside_training")
    )
    assert intervals.columns == [f"/forceset/{BRACHIALIS}/{end}" for end in ("lower", "upper")]
    novelty = outside.values.max(axis=1)
    assert (novelty == 0.0).any()
    assert (novelty > 0.1).any()
    interval = {m.name: m for m in read_artefact(tmp_path / "elbow.nmm").deep_muscles}[BRACHIALIS]
    assert interval.judgement is not None
    assert interval.judgement.interval is not None
    expected = interval.judgement.interval.compute(
        excitations.column(f"/forceset/{BRACHIALIS}"), novelty
    )
    np.testing.assert_allclose(intervals.values[:, 0], expected.lower, rtol=0, atol=1e-9)
    np.testing.assert_allclose(intervals.values[:, 1], expected.upper, rtol=0, atol=1e-9)
    said = estimate(setup).intervals[BRACHIALIS]
    np.testing.assert_allclose(said.lower, expected.lower, rtol=0, atol=1e-6)
    np.testing.assert_allclose(said.upper, expected.upper, rtol=0, atol=1e-6)


def test_who_is_not_judged_is_not_spoken_of(replay: Replay, run_tool: Run, tmp_path: Path) -> None:
    setup = make_setup(tmp_path, replay, 0.3, dict.fromkeys(NETWORK_MUSCLES, UNJUDGED))
    done = run_tool(setup)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "do not use" not in done.stdout
    header = read_sto(tmp_path / "elbow_excitations.sto").header
    assert not {"trust", "use_with_care", "do_not_use", "expected_r"} & set(header)
    results = read_results(read_run_setup(setup))
    assert (results.verdicts, results.describe_verdicts()) == ({}, {})


def test_the_analysis_says_it_too(replay: Replay, run_tool: Run, tmp_path: Path) -> None:
    setup = make_setup(tmp_path, replay, 0.6)
    assert run_tool(setup).returncode == 0
    analyze = tmp_path / "analyze.xml"
    analyze.write_text(
        f"""<OpenSimDocument Version="40500"><AnalyzeTool name="elbow">
        <model_file>{replay.model}</model_file><coordinates_file>{replay.coordinates}</coordinates_file>
        <results_directory>{tmp_path}</results_directory>
        <initial_time>1</initial_time><final_time>2</final_time>
        <AnalysisSet><objects><NMMAnalysis name="nmm"><artefact_file>elbow.nmm</artefact_file>
        <emg_file>{replay.excitations}</emg_file></NMMAnalysis></objects></AnalysisSet>
        </AnalyzeTool></OpenSimDocument>"""
    )
    done = run_tool(analyze)
    assert done.returncode == 0, done.stdout + done.stderr
    header = read_sto(tmp_path / "elbow_nmm_excitations.sto").header
    assert header["expected_r"] == f"{BRACHIALIS} 0.875 0.625 0.9375"
    assert f"{BRACHIALIS}: " in done.stdout
    assert f", {EXPECTED}, because " in done.stdout


def test_the_command_line_says_it_after_the_run(replay: Replay, tmp_path: Path) -> None:
    setup = make_setup(tmp_path, replay, 0.6)
    done = run_cli("run", str(setup))
    assert done.returncode == 0, done.stdout + done.stderr
    said = read_results(read_run_setup(setup)).describe_verdicts()
    assert set(said) == set(NETWORK_MUSCLES)
    after = done.stdout[done.stdout.index("Results: ") :].splitlines()
    for muscle, line in said.items():
        assert f"{muscle}: {line}" in after


def test_a_header_that_contradicts_itself_is_refused(
    replay: Replay, run_tool: Run, tmp_path: Path
) -> None:
    setup = make_setup(tmp_path, replay, None)
    assert run_tool(setup).returncode == 0
    file = tmp_path / "elbow_excitations.sto"
    text = file.read_text()
    for muscle in (BRACHIALIS, "nobody"):
        file.write_text(text.replace("endheader", f"do_not_use={muscle}\nendheader", 1))
        with pytest.raises(NMMError, match=rf"one verdict at most, but found '{muscle}'"):
            read_results(read_run_setup(setup))
