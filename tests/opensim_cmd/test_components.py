"""Predictor, controller and analysis in the real opensim-cmd: they agree, follow and refuse."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, Walking
from elbow_replay import (
    CASE,
    NETWORK_MUSCLES,
    Replay,
    make_replay,
    write_forward_setup,
    write_replaying_artefact,
    write_tool_setup,
)
from opensim_python import LOAD_MODEL, OPENSIM_PYTHON, run_python
from safetensors import safe_open
from sto import Sto, read_sto

from nmm_opensim.examples.elbow.anatomy import COORDINATE, MUSCLE_NAMES
from nmm_opensim.examples.elbow.trials import LEAD_IN
from nmm_opensim.physics.muscles.millard import TendonModel

Run = Callable[..., subprocess.CompletedProcess[str]]

SERIES = ("excitations", "activations", "muscle_forces", "joint_moments")
ANGLE = f"/jointset/elbow/{COORDINATE}/value"


def run_successfully(run_tool: Run, setup: Path) -> str:
    done = run_tool(setup)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def refuse(run_tool: Run, setup: Path) -> str:
    """The words of a run that must fail, with its blanks as they are in one line."""
    done = run_tool(setup)
    assert done.returncode != 0, done.stdout
    return " ".join((done.stdout + done.stderr).split())


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """A simulated elbow trial whose excitations are known."""
    return make_replay(tmp_path_factory.mktemp("elbow"))


def make_project(folder: Path, replay: Replay, run_tool: Run, *, network: bool = False) -> Path:
    """An artefact, what NMMTool makes of it, and a setup of ForwardTool to run its model."""
    folder.mkdir()
    write_replaying_artefact(folder / "elbow.nmm", replay, network=network)
    write_tool_setup(folder / "tool.xml", replay, folder / "elbow.nmm")
    run_successfully(run_tool, folder / "tool.xml")
    write_forward_setup(folder / "forward.xml", 2.5)
    return folder


@pytest.fixture(scope="module")
def project(replay: Replay, run_tool: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("replayed") / "elbow", replay, run_tool)


def read_forward_states(folder: Path) -> Sto:
    return read_sto(folder / "forward_states.sto")


def test_the_elbow_follows_its_reference(replay: Replay, project: Path, run_tool: Run) -> None:
    run_successfully(run_tool, project / "forward.xml")
    states = read_forward_states(project)
    truth = read_sto(replay.truth / "motion.sto")
    times = truth.time[(truth.time >= LEAD_IN) & (truth.time <= 2.5)]
    assert len(times) == 201
    error = np.interp(times, states.time, states.column(ANGLE)) - np.interp(
        times, truth.time, truth.column(COORDINATE)
    )
    assert np.degrees(np.sqrt(np.mean(error**2))) < 0.5
    # It moves: a forearm that stays where it is would be far off.
    assert np.ptp(np.degrees(truth.column(COORDINATE))) > 60


def test_a_simulation_gives_the_same_again(project: Path, run_tool: Run) -> None:
    run_successfully(run_tool, project / "forward.xml")
    first = (project / "forward_states.sto").read_bytes()
    run_successfully(run_tool, project / "forward.xml")
    assert (project / "forward_states.sto").read_bytes() == first


SIMULATE = """
assert model.getComponent("/componentset/deep_emg").getConcreteClassName() == "DeepEMGPredictor"
take(table.getNearestRowIndexForTime(float(sys.argv[3])))
manager = opensim.Manager(model)
manager.setIntegratorAccuracy(1e-6)
manager.setIntegratorMaximumStepSize(0.01)
manager.initialize(state)
state = manager.integrate(2.5)
model.realizeVelocity(state)
print(model.getStateVariableValue(state, sys.argv[4]))
print(*[model.getControls(state)[i] for i in range(model.getNumControls())])
"""


def test_python_simulates_what_the_tool_does(project: Path, run_tool: Run) -> None:
    run_successfully(run_tool, project / "forward.xml")
    states = read_forward_states(project)
    controls = read_sto(project / "forward_controls.sto")
    (model,) = project.glob("*.osim")
    (recorded,) = (f for f in project.glob("*_states.sto") if not f.name.startswith("forward"))
    arguments = (model, recorded, str(states.time[0]), ANGLE)
    status, out, err = run_python(OPENSIM_PYTHON, LOAD_MODEL + SIMULATE, *arguments)
    assert status == 0, out + err
    *_, angle, found = out.strip().splitlines()
    assert states.time[-1] == pytest.approx(2.5)
    assert np.degrees(abs(float(angle) - states.column(ANGLE)[-1])) < 0.01
    np.testing.assert_allclose(
        np.array(found.split(), dtype=float), controls.values[-1], rtol=0, atol=1e-6
    )


def test_simulation_reporter_and_analysis_agree(
    replay: Replay, run_tool: Run, tmp_path: Path
) -> None:
    folder = make_project(tmp_path / "network", replay, run_tool, network=True)
    outputs = " ".join(f"/componentset/deep_emg|excitations:{name}" for name in MUSCLE_NAMES)
    outputs += "".join(
        f" /componentset/deep_emg|excitation_{bound}_bounds:{name}"
        for name in NETWORK_MUSCLES
        for bound in ("lower", "upper")
    )
    write_forward_setup(
        folder / "forward.xml",
        1.0,
        f"<OutputReporter name='outputs'><output_paths>{outputs}</output_paths></OutputReporter>"
        f"<NMMAnalysis name='nmm'><artefact_file>elbow.nmm</artefact_file>"
        f"<emg_file>{replay.excitations}</emg_file></NMMAnalysis>",
    )
    run_successfully(run_tool, folder / "forward.xml")
    reported = read_sto(folder / "forward_Outputs.sto")
    excitations, activations, forces, intervals = (
        read_sto(folder / f"forward_nmm_{series}.sto")
        for series in (*SERIES[:3], "excitation_intervals")
    )
    # A reporter logs the last state of a simulation twice.
    rows = np.unique(reported.time, return_index=True)[1]
    np.testing.assert_allclose(reported.time[rows], activations.time, rtol=0, atol=1e-9)
    for i, name in enumerate(MUSCLE_NAMES):
        column = f"/componentset/deep_emg|excitations:{name}"
        np.testing.assert_allclose(
            reported.column(column)[rows], excitations.values[:, i], rtol=0, atol=1e-6
        )
    for name in NETWORK_MUSCLES:
        for bound in ("lower", "upper"):
            np.testing.assert_allclose(
                reported.column(f"/componentset/deep_emg|excitation_{bound}_bounds:{name}")[rows],
                intervals.column(f"/forceset/{name}/{bound}"),
                rtol=0,
                atol=1e-6,
            )
    states = read_forward_states(folder)
    rows = np.unique(states.time, return_index=True)[1]
    for i, name in enumerate(MUSCLE_NAMES):
        simulated = states.column(f"/forceset/{name}/activation")[rows]
        np.testing.assert_allclose(simulated, activations.values[:, i], rtol=0, atol=1e-4)
    assert forces.values.max() > 10


def read_max_isometric_forces(artefact: Path) -> np.ndarray:
    with safe_open(artefact, framework="numpy") as file:
        content = json.loads(file.metadata()["nmm"])
    return np.array([muscle["max_isometric_force"] for muscle in content["muscles"]])


def test_analysis_and_tool_agree_on_walking(walking: Walking, run_tool: Run) -> None:
    tool = walking.copy(
        walking.run_setup,
        "agree_nmm.xml",
        ("<results_directory>../results/walking<", "<results_directory>../results/agree<"),
    )
    analyze = walking.copy(
        walking.folder / "setups" / "walking_analyze.xml",
        "agree_analyze.xml",
        ("<results_directory>../results/walking<", "<results_directory>../results/agree<"),
    )
    run_successfully(run_tool, tool)
    run_successfully(run_tool, analyze)
    results = walking.folder / "results" / "agree"
    scale = {
        "outside_training": 1.0,
        "excitations": 1.0,
        "activations": 1.0,
        "muscle_forces": read_max_isometric_forces(walking.results / "walking.nmm"),
        "joint_moments": 1.0,
    }
    # Poses are assembled, and speeds are of the assembled ones.
    bars = {
        "outside_training": 1e-6,
        "excitations": 1e-6,
        "activations": 1e-4,
        "muscle_forces": 0.01,
        "joint_moments": 0.1,
    }
    for series in scale:
        expected = read_sto(results / f"walking_{series}.sto")
        found = read_sto(results / f"walking_nmm_{series}.sto")
        assert found.columns == expected.columns
        np.testing.assert_allclose(found.time, expected.time, rtol=0, atol=1e-9)
        difference = np.abs(found.values - expected.values) / scale[series]
        assert difference.max() < bars[series], series
    agreement = read_sto(results / "walking_nmm_agreement.sto")
    assert agreement.columns == read_sto(results / "walking_agreement.sto").columns


@pytest.mark.parametrize("tendon", ["rigid", "elastic"])
def test_analysis_and_tool_agree_on_the_elbow(
    replay: Replay, run_tool: Run, tmp_path: Path, tendon: TendonModel
) -> None:
    artefact = tmp_path / "elbow.nmm"
    write_replaying_artefact(artefact, replay, network=True, tendon=tendon)
    times = {"initial_time": "1", "final_time": "2"}
    write_tool_setup(tmp_path / "tool.xml", replay, artefact, **times)
    run_successfully(run_tool, tmp_path / "tool.xml")
    files = f"<artefact_file>{artefact}</artefact_file><emg_file>{replay.excitations}</emg_file>"
    run_successfully(run_tool, write_analyze_setup(tmp_path, replay, files))
    for series in (*SERIES, "excitation_intervals"):
        expected = read_sto(tmp_path / f"elbow_{series}.sto")
        found = read_sto(tmp_path / "results" / f"elbow_nmm_{series}.sto")
        assert found.columns == expected.columns
        np.testing.assert_allclose(found.time, expected.time, rtol=0, atol=1e-9)
        scale = np.abs(expected.values).max()
        np.testing.assert_allclose(found.values, expected.values, rtol=0, atol=1e-6 * scale)
    states = read_sto(tmp_path / "elbow_states.sto").columns
    assert ("/forceset/BRA/fiber_length" in states) == (tendon == "elastic")
    lower, upper = expected.values[:, 0], expected.values[:, 1]
    assert expected.columns[:2] == ["/forceset/TRImed/lower", "/forceset/TRImed/upper"]
    excitations = read_sto(tmp_path / "elbow_excitations.sto").column("/forceset/TRImed")
    assert (lower < excitations).all()
    assert (excitations < upper).all()


def test_the_elbows_setups_run_as_they_are(run_tool: Run, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "setups", tmp_path / "setups")
    shutil.copytree(ROOT / "models", tmp_path / "models")
    replay = make_replay(tmp_path / "results" / "elbow")
    (tmp_path / "results/elbow/nmm").mkdir()
    artefact = tmp_path / "results/elbow/nmm/elbow.nmm"
    write_replaying_artefact(artefact, replay, network=True, recorded=True)
    run_successfully(run_tool, tmp_path / "setups" / "elbow_nmm.xml")
    run_successfully(run_tool, tmp_path / "setups" / "elbow_forward.xml")
    states = read_sto(tmp_path / "results/elbow/nmm/elbow_forward_states.sto")
    assert (states.time[0], states.time[-1]) == (0.5, 2.5)
    assert np.isfinite(states.values).all()
    # The model names its files from where it is.
    model = (tmp_path / "results/elbow/nmm/elbow_forward.osim").read_text()
    assert "<artefact_file>elbow.nmm</artefact_file>" in model
    assert f"<emg_file>../{CASE.name}/emg.sto</emg_file>" in model


def copy_with(project: Path, tmp_path: Path, *replacements: tuple[str, str]) -> Path:
    """The project elsewhere, with a changed model; returns the setup to run."""
    folder = tmp_path / "changed"
    shutil.copytree(project, folder)
    model = (project / "forward.osim").read_text()
    for old, new in replacements:
        assert old in model
        model = model.replace(old, new)
    (folder / "forward.osim").write_text(model)
    return folder / "forward.xml"


CONNECTION = "/componentset/deep_emg|excitations:"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "<artefact_file>elbow.nmm<",
            "<artefact_file><",
            "Expected a file in <artefact_file>, but received none.",
        ),
        (
            "<artefact_file>elbow.nmm<",
            "<artefact_file>absent.nmm<",
            "Artefact file 'absent.nmm': Expected a file in the model's folder '{folder}' or in "
            "the working folder '{folder}', but found none.",
        ),
        (
            "<emg_time_offset>0<",
            "<emg_time_offset>soon<",
            "Expected a double in <emg_time_offset>, but received 'soon'.",
        ),
        (
            "<emg_time_offset>0</emg_time_offset>",
            "<emg_time_ofset>0</emg_time_ofset>",
            "Expected an element of DeepEMGPredictor, but received <emg_time_ofset>; the nearest "
            "are: emg_time_offset,",
        ),
        (
            f"{CONNECTION}BRA {CONNECTION}BRD",
            f"{CONNECTION}BRD {CONNECTION}BRA",
            "with the excitation of 'BRA' at position 5, but received '/componentset/deep_emg|"
            "excitations:BRD'.",
        ),
        (
            f" {CONNECTION}BRD",
            "",
            "Expected 7 connections in <input_controls>, one excitation for each muscle of "
            "<socket_actuators>, but received 6.",
        ),
        (
            f"{CONNECTION}BRD",
            f"{CONNECTION}BRX",
            "Output 'excitations' does not have a channel named 'BRX'.",
        ),
        (
            '<Millard2012EquilibriumMuscle name="BRA">',
            '<Millard2012EquilibriumMuscle name="BRX">',
            "BRA",
        ),
    ],
    ids=[
        "no artefact",
        "absent artefact",
        "offset that is no number",
        "misspelt element",
        "wrong order",
        "one connection less",
        "unknown channel",
        "a muscle of another name",
    ],
)
def test_a_model_that_cannot_be_right_is_refused(
    project: Path, run_tool: Run, tmp_path: Path, old: str, new: str, words: str
) -> None:
    setup = copy_with(project, tmp_path, (old, new))
    text = refuse(run_tool, setup)
    assert words.format(folder=setup.parent) in text
    assert not (setup.parent / "forward_states.sto").exists() or (
        read_forward_states(setup.parent).time[-1] == 2.5
    )


def test_unconnected_inputs_are_an_error(project: Path, run_tool: Run, tmp_path: Path) -> None:
    model = (project / "forward.osim").read_text()
    begin, end = model.index("<input_controls>"), model.index("</input_controls>")
    setup = copy_with(project, tmp_path, (model[begin:end], "<input_controls>"))
    assert "Expected 7 connections in <input_controls>" in refuse(run_tool, setup)


def test_a_muscle_driven_twice_is_refused(project: Path, run_tool: Run, tmp_path: Path) -> None:
    second = """<PrescribedController name="second">
        <socket_actuators>/forceset/BRA</socket_actuators>
        <FunctionSet name="ControlFunctions">
        <objects><Constant name="BRA"><value>0.2</value></Constant></objects>
        </FunctionSet></PrescribedController>"""
    setup = copy_with(project, tmp_path, ("</NMMController>", f"</NMMController>{second}"))
    text = refuse(run_tool, setup)
    assert (
        "Expected to be the only controller of 'BRA', but controller '/controllerset/second' "
        "drives it too." in text
    )


def test_a_simulation_beyond_its_emg_is_refused(
    project: Path, run_tool: Run, tmp_path: Path
) -> None:
    setup = copy_with(project, tmp_path)
    write_forward_setup(setup, 4.0)
    text = refuse(run_tool, setup)
    assert "Expected a recording of " in text
    assert "but found 0 to 3.5 s." in text


def write_analyze_setup(folder: Path, replay: Replay, analysis: str) -> Path:
    setup = folder / "analyze.xml"
    setup.write_text(
        f"""<OpenSimDocument Version="40000"><AnalyzeTool name="elbow">
        <model_file>{replay.model}</model_file>
        <coordinates_file>{replay.coordinates}</coordinates_file>
        <initial_time>1</initial_time><final_time>2</final_time>
        <results_directory>results</results_directory>
        <AnalysisSet><objects><NMMAnalysis name="nmm">{analysis}</NMMAnalysis></objects>
        </AnalysisSet></AnalyzeTool></OpenSimDocument>"""
    )
    return setup


def test_an_analysis_looks_in_the_tools_folder_then_in_the_models(
    project: Path, replay: Replay, run_tool: Run, tmp_path: Path
) -> None:
    shutil.copy(project / "elbow.nmm", tmp_path / "elbow.nmm")
    name = replay.excitations.relative_to(replay.model.parent)
    setup = write_analyze_setup(
        tmp_path,
        replay,
        f"<artefact_file>elbow.nmm</artefact_file><emg_file>{name}</emg_file>",
    )
    run_successfully(run_tool, setup)
    table = read_sto(tmp_path / "results" / "elbow_nmm_activations.sto")
    assert (table.time[0], table.time[-1], len(table.time)) == (1.0, 2.0, 101)


@pytest.mark.parametrize(
    "case",
    [
        ("", "{emg}", "Expected a file in <artefact_file>, but received none."),
        ("{artefact}", "", "Expected a file in <emg_file>, but received none."),
        (
            "{artefact}",
            "absent.sto",
            "EMG file 'absent.sto': Expected a file in the tool's folder '{here}' or in the "
            "model's folder '{model}', but found none.",
        ),
        (
            "{artefact}",
            "{emg}</emg_file><emg_time_offset>1.5</emg_time_offset><emg_file>",
            "Expected <emg_file> once, but received it again.",
        ),
        (
            "{artefact}",
            "{emg}</emg_file><emg_time_offset>1.5</emg_time_offset>",
            "Expected a recording of 1 to ",
        ),
    ],
    ids=["no artefact", "no EMG", "absent EMG", "an element twice", "time outside the EMG"],
)
def test_an_analysis_says_what_is_wrong(
    project: Path, replay: Replay, run_tool: Run, tmp_path: Path, case: tuple[str, str, str]
) -> None:
    artefact, emg, words = case
    places = {
        "artefact": project / "elbow.nmm",
        "emg": replay.excitations,
        "here": tmp_path,
        "model": replay.model.parent,
    }
    end = "" if emg.endswith("</emg_time_offset>") else "</emg_file>"
    setup = write_analyze_setup(
        tmp_path,
        replay,
        f"<artefact_file>{artefact}</artefact_file><emg_file>{emg}{end}".format(**places),
    )
    assert words.format(**places) in refuse(run_tool, setup)
    assert not (tmp_path / "results").exists()
