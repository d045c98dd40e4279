"""NMMTool in the real opensim-cmd: it agrees with Python, reads only what it says, and refuses."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Walking
from lxml import etree
from sto import Sto, read_sto

from nmm_opensim.arrays import Array
from nmm_opensim.estimators.network import FittedNetwork
from nmm_opensim.nmm.chain import NeuralMusculoskeletalModel, Reconstruction, TrialTensors
from nmm_opensim.training.outcome import Outcome
from nmm_opensim.training.preparation import PreparedTraining

Run = Callable[..., subprocess.CompletedProcess[str]]
Edit = Callable[[str], str]

DELAY = 0.04  # s, of setups/walking_train.xml
DEEP = "soleus_r"
MODEL = "data/example3DWalking/subject_walk_scaled.osim"
EMG = "data/example3DWalking/electromyography.sto"
COORDINATES = "results/walking/walking_coordinates.mot"
INVERSE_DYNAMICS = "results/walking/walking_moments.sto"
ARTEFACT = "results/walking/walking.nmm"
SERIES = (
    "excitations",
    "outside_training",
    "activations",
    "muscle_forces",
    "joint_moments",
    "agreement",
)

# Resident memory; LibTorch itself takes a few hundred of them.
MAX_MEGABYTES = 1500

MEASURE_MEMORY = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)
"""


def edit_file(walking: Walking, setup: Path, file: str, edit: Edit, name: str) -> None:
    """Let a setup use an edited copy of one of the project's files."""
    original = walking.folder / file
    copy = walking.folder / "edited" / f"{name}{original.suffix}"
    copy.parent.mkdir(exist_ok=True)
    # Every byte is a character of Latin-1, so this serves the artefact too.
    text = original.read_bytes().decode("latin-1")
    edited = edit(text)
    assert edited != text, f"the edit did not change {original}"
    copy.write_bytes(edited.encode("latin-1"))
    content = setup.read_text(encoding="utf-8")
    assert f">../{file}<" in content
    setup.write_text(content.replace(f">../{file}<", f">../edited/{copy.name}<"), encoding="utf-8")


def copy_setup(walking: Walking, name: str, *replacements: tuple[str, str]) -> tuple[Path, Path]:
    """A changed setup with a results folder of its own, and that folder."""
    setup = walking.copy(
        walking.run_setup,
        f"tool_{name}.xml",
        ("<results_directory>../results/walking<", f"<results_directory>../results/{name}<"),
        *replacements,
    )
    return setup, walking.folder / "results" / name


def run_successfully(run_tool: Run, setup: Path) -> str:
    done = run_tool(setup)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def snapshot(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.fixture(scope="module")
def results(walking: Walking, run_tool: Run) -> dict[str, Sto]:
    """What the tool wrote for the test trial."""
    setup, folder = copy_setup(walking, "whole")
    run_successfully(run_tool, setup)
    return {series: read_sto(folder / f"walking_{series}.sto") for series in SERIES}


@pytest.fixture(scope="module")
def nmm(outcome: Outcome) -> NeuralMusculoskeletalModel:
    """The trained NMM in Python."""
    network = outcome.chosen
    assert isinstance(network, FittedNetwork)
    return network.nmm


@pytest.fixture(scope="module")
def expected(training: PreparedTraining, nmm: NeuralMusculoskeletalModel) -> Reconstruction:
    """What Python says of the test trial."""
    with torch.no_grad():
        reconstruction: Reconstruction = nmm(TrialTensors.of(training.trials["second_stance"]))
    return reconstruction


def assert_near(found: Array, expected: torch.Tensor, bound: Array | float) -> None:
    difference = np.abs(found - expected.numpy())
    assert (difference <= bound).all(), f"the greatest difference is {difference.max():.2g}"


def test_excitations_agree_with_python(
    training: PreparedTraining, results: dict[str, Sto], expected: Reconstruction
) -> None:
    table = results["excitations"]
    muscles = training.declaration.sources.muscles
    assert table.columns == [f"/forceset/{muscle}" for muscle in muscles]
    frames = training.trials["second_stance"].time
    np.testing.assert_allclose(table.time, frames - DELAY, rtol=0, atol=1e-9)
    assert_near(table.values, expected.excitations, 1e-6)


def test_activations_agree_with_python(
    training: PreparedTraining, results: dict[str, Sto], expected: Reconstruction
) -> None:
    table = results["activations"]
    muscles = training.declaration.sources.muscles
    assert table.columns == [f"/forceset/{muscle}/activation" for muscle in muscles]
    frames = training.trials["second_stance"].time
    np.testing.assert_allclose(table.time, frames, rtol=0, atol=1e-9)
    assert_near(table.values, expected.activations, 1e-6)


def test_muscle_forces_agree_with_python(
    training: PreparedTraining,
    results: dict[str, Sto],
    expected: Reconstruction,
    nmm: NeuralMusculoskeletalModel,
) -> None:
    table = results["muscle_forces"]
    muscles = training.declaration.sources.muscles
    assert table.columns == [f"/forceset/{muscle}" for muscle in muscles]
    max_isometric_force = nmm.calibration.muscle_parameters.max_isometric_force.detach().numpy()
    relative = expected.forces / torch.from_numpy(max_isometric_force)
    assert_near(table.values / max_isometric_force, relative, 1e-4)


def test_moments_agree_with_python(results: dict[str, Sto], expected: Reconstruction) -> None:
    table = results["joint_moments"]
    moments = np.column_stack(
        [table.column("knee_angle_r_moment"), table.column("ankle_angle_r_moment")]
    )
    assert_near(moments, expected.moments, 0.1)


def correlate(estimate: Array, reference: Array) -> tuple[float, float]:
    """Pearson's r and the root mean square error."""
    r = float(np.corrcoef(estimate, reference)[0, 1])
    return r, float(np.sqrt(np.mean((estimate - reference) ** 2)))


def test_agreement_is_that_of_the_files(walking: Walking, results: dict[str, Sto]) -> None:
    agreement = results["agreement"]
    assert agreement.values.shape[0] == 1
    moments, excitations = results["joint_moments"], results["excitations"]
    assert agreement.time[0] == moments.time[-1]

    inverse_dynamics = read_sto(walking.folder / INVERSE_DYNAMICS)
    recording = read_sto(walking.folder / EMG)
    pairs = {}
    for label in ("knee_angle_r_moment", "ankle_angle_r_moment"):
        raw = inverse_dynamics.column(label)
        reference = np.interp(moments.time, inverse_dynamics.time, raw)
        written = moments.column(f"{label}_inverse_dynamics")
        np.testing.assert_allclose(written, reference, rtol=0, atol=1e-9)
        pairs[label] = (moments.column(label), reference)
    recorded = np.interp(excitations.time, recording.time, recording.column("soleus"))
    pairs[f"{DEEP}_excitation"] = (excitations.column(f"/forceset/{DEEP}"), recorded)

    scored = {column.split("/")[0] for column in agreement.columns}
    assert scored == set(pairs)
    for name, (estimate, reference) in pairs.items():
        found = [agreement.column(f"{name}/{metric}")[0] for metric in ("r", "rmse")]
        np.testing.assert_allclose(found, correlate(estimate, reference), rtol=0, atol=1e-9)


UNITS = {
    "excitations": "dimensionless, 0 to 1",
    "outside_training": "dimensionless: 0 is inside what training saw, 1 its whole range beyond",
    "activations": "dimensionless, 0 to 1",
    "muscle_forces": "N",
    "joint_moments": "N m (moment), N (force)",
    "agreement": "rmse and mae: N m (moment), N (force), dimensionless (excitation)",
}


@pytest.mark.parametrize("series", SERIES)
def test_headers(results: dict[str, Sto], series: str) -> None:
    table = results[series]
    assert table.header["inDegrees"] == "no"
    assert table.header["units"] == UNITS[series]
    assert int(table.header["nRows"]) == len(table.time)
    assert int(table.header["nColumns"]) == 1 + len(table.columns)


def test_frames_outside_training_are_pythons(
    walking: Walking, training: PreparedTraining, outcome: Outcome, run_tool: Run
) -> None:
    setup, folder = copy_setup(walking, "novelty")
    log = " ".join(run_successfully(run_tool, setup).split())
    table = read_sto(folder / "walking_outside_training.sto")
    expected = outcome.chosen.estimate(training.trials["second_stance"]).novelty
    assert table.columns == list(expected) == ["channels", "coordinates", "speeds"]
    np.testing.assert_array_equal(table.time, read_sto(folder / "walking_excitations.sto").time)
    for group, series in expected.items():
        np.testing.assert_allclose(table.column(group), series, rtol=0, atol=1e-9)
    outside = int((table.values > 0).any(axis=1).sum())
    # One stance is not the other.
    assert 0 < outside < len(table.time)
    assert f"walking: {outside} of {len(table.time)} frames lie outside what training saw:" in log
    for group, count in zip(table.columns, (table.values > 0).sum(axis=0), strict=True):
        assert (f"{group} at {count} (most: '" in log) == (count > 0)


def test_nothing_is_said_of_frames_inside(walking: Walking, run_tool: Run) -> None:
    """The training's own trial; and no file of an artefact that does not tell."""
    first_stance = (
        ("<initial_time>1.41<", "<initial_time>0<"),
        ("<final_time>2.37<", "<final_time>1.41<"),
    )
    setup, folder = copy_setup(walking, "inside", *first_stance)
    assert "outside what training saw" not in run_successfully(run_tool, setup)
    assert not read_sto(folder / "walking_outside_training.sto").values.any()
    edit_file(walking, setup, ARTEFACT, forget_training_range, "untold")
    run_successfully(run_tool, setup)
    assert not (folder / "walking_outside_training.sto").exists()
    assert (folder / "walking_excitations.sto").is_file()


def forget_training_range(text: str) -> str:
    """An entry of another name, which no reader knows."""
    return text.replace("training_range", "training_rango")


def test_excitations_name_their_sources(
    training: PreparedTraining, results: dict[str, Sto]
) -> None:
    header = results["excitations"].header
    assert float(header["electromechanical_delay"]) == DELAY
    for kind in ("deep", "measured", "tied"):
        sources = training.declaration.sources.sources
        named = [source.muscle for source in sources if source.kind == kind]
        assert named
        assert header[kind].split(",") == named
    assert header["deep"] == DEEP


def test_an_early_recording_is_put_right(
    walking: Walking, results: dict[str, Sto], run_tool: Run
) -> None:
    def make_early(text: str) -> str:
        header, rows = text.split("endheader\n")
        label, *lines = rows.splitlines()
        moved = []
        for line in lines:
            time, rest = line.split(None, 1)
            moved.append(f"{float(time) - 0.05:.9f}\t{rest}")
        return f"{header}endheader\n" + "\n".join([label, *moved]) + "\n"

    setup, folder = copy_setup(
        walking, "early", ("</emg_file>", "</emg_file><emg_time_offset>0.05</emg_time_offset>")
    )
    edit_file(walking, setup, EMG, make_early, "early")
    assert run_tool(setup).returncode == 0
    for series in SERIES:
        found = read_sto(folder / f"walking_{series}.sto")
        np.testing.assert_allclose(found.values, results[series].values, rtol=0, atol=1e-6)


@pytest.mark.parametrize("relative", [False, True])
def test_results_do_not_depend_on_the_working_folder(
    walking: Walking, results: dict[str, Sto], run_tool: Run, tmp_path: Path, relative: bool
) -> None:
    setup, folder = copy_setup(walking, f"elsewhere_{relative}")
    if relative:
        cwd = setup.parent.parent
        word: str | Path = setup.relative_to(cwd)
    else:
        cwd, word = tmp_path, setup
    before = set(cwd.iterdir())
    done = run_tool(word, cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    for series in SERIES:
        name = f"walking_{series}.sto"
        whole = walking.folder / "results" / "whole" / name
        assert (folder / name).read_bytes() == whole.read_bytes()
    # OpenSim keeps its own log where it is started.
    assert set(cwd.iterdir()) - before - {cwd / "opensim.log"} == set()


def column_values(text: str, column: str, change: Callable[[int, str], str]) -> str:
    """Change the cells of one column; ``change`` gets the row and the cell."""
    lines = text.split("\n")
    labels = lines.index("endheader") + 1
    index = lines[labels].split("\t").index(column)
    for row, line in enumerate(lines[labels + 1 :]):
        if line.strip():
            cells = line.split("\t")
            cells[index] = change(row, cells[index])
            lines[labels + 1 + row] = "\t".join(cells)
    return "\n".join(lines)


def without_column(text: str, column: str) -> str:
    lines = text.split("\n")
    labels = lines.index("endheader") + 1
    index = lines[labels].split("\t").index(column)
    table = [line.split("\t") for line in lines[labels:] if line.strip()]
    rows = ["\t".join(cells[:index] + cells[index + 1 :]) for cells in table]
    header = [
        f"nColumns={len(table[0]) - 1}" if line.startswith("nColumns=") else line
        for line in lines[:labels]
    ]
    return "\n".join([*header, *rows, ""])


def all_not_a_number(text: str) -> str:
    return column_values(text, "soleus", lambda row, cell: "nan")


@pytest.mark.parametrize(
    ("name", "edit", "score"),
    [
        ("absent_unscored", lambda text: without_column(text, "soleus"), False),
        ("absent_scored", lambda text: without_column(text, "soleus"), True),
        ("poisoned_unscored", all_not_a_number, False),
    ],
    ids=["absent, not scored", "absent, to be scored", "poisoned, not scored"],
)
def test_the_hidden_channel_is_no_input(
    walking: Walking, results: dict[str, Sto], run_tool: Run, name: str, edit: Edit, score: bool
) -> None:
    replacements = [] if score else [("<score_deep_emg>true<", "<score_deep_emg>false<")]
    setup, folder = copy_setup(walking, name, *replacements)
    edit_file(walking, setup, EMG, edit, name)
    run_successfully(run_tool, setup)
    for series in ("excitations", "activations", "muscle_forces", "joint_moments"):
        file = f"walking_{series}.sto"
        whole = walking.folder / "results" / "whole" / file
        assert (folder / file).read_bytes() == whole.read_bytes()
    agreement = read_sto(folder / "walking_agreement.sto")
    assert [column for column in agreement.columns if DEEP in column] == []


def test_a_poisoned_hidden_channel_is_not_scored(walking: Walking, run_tool: Run) -> None:
    setup, folder = copy_setup(walking, "poisoned_scored")
    edit_file(walking, setup, EMG, all_not_a_number, "poisoned_scored")
    assert_refused(run_tool(setup), ["column 'soleus': Expected finite numbers", "nan"])
    assert not folder.exists()


def test_no_comparison_leaves_no_old_agreement(walking: Walking, run_tool: Run) -> None:
    """An agreement file of an earlier run would be taken for one of this run."""
    _, folder = copy_setup(walking, "compared")
    folder.mkdir(parents=True)
    (folder / "walking_agreement.sto").write_text("of an earlier run")
    setup, _ = copy_setup(
        walking,
        "compared",
        (f"<inverse_dynamics_file>../{INVERSE_DYNAMICS}</inverse_dynamics_file>", ""),
        ("<score_deep_emg>true<", "<score_deep_emg>false<"),
    )
    run_successfully(run_tool, setup)
    assert {file.name for file in folder.iterdir()} == {
        f"walking_{series}.sto" for series in SERIES if series != "agreement"
    }
    columns = read_sto(folder / "walking_joint_moments.sto").columns
    assert columns == ["knee_angle_r_moment", "ankle_angle_r_moment"]


def edit_muscle(text: str, change: Edit) -> str:
    """Change the deep muscle's element of a model."""
    pattern = rf'<Millard2012EquilibriumMuscle name="{DEEP}">.*?</Millard2012EquilibriumMuscle>'
    return re.sub(pattern, lambda found: change(found[0]), text, flags=re.DOTALL)


def test_a_calibrated_copy_of_the_model_fits(
    walking: Walking, results: dict[str, Sto], run_tool: Run
) -> None:
    """The artefact holds absolute parameters, so the model's own do not matter."""

    def calibrate(text: str) -> str:
        return edit_muscle(
            text,
            lambda muscle: re.sub(
                "<max_isometric_force>.*?<", "<max_isometric_force>1234<", muscle
            ),
        )

    setup, folder = copy_setup(walking, "calibrated")
    edit_file(walking, setup, MODEL, calibrate, "calibrated")
    run_successfully(run_tool, setup)
    for series in SERIES:
        name = f"walking_{series}.sto"
        whole = walking.folder / "results" / "whole" / name
        assert (folder / name).read_bytes() == whole.read_bytes()


def test_memory(walking: Walking, opensim_cmd: Path, plugin: Path, tmp_path: Path) -> None:
    setup, _ = copy_setup(walking, "memory")
    command = [opensim_cmd, "-L", plugin, "run-tool", setup]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE_MEMORY, *map(str, command)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # Linux counts in kilobytes.
    assert int(done.stdout) / 1000 < MAX_MEGABYTES


# --- Refusals -------------------------------------------------------------------------------------


def assert_refused(done: subprocess.CompletedProcess[str], words: list[str]) -> None:
    said = done.stdout + done.stderr
    assert done.returncode != 0, said
    for word in words:
        assert word in said, f"'{word}' is not in:\n{said[-3000:]}"


def refuse(walking: Walking, setup: Path, run_tool: Run, words: list[str]) -> None:
    """The setup is refused with these words, and the results of an earlier run stay."""
    folder = walking.folder / "results"
    before = snapshot(folder)
    done = run_tool(setup)
    assert_refused(done, words)
    assert snapshot(folder) == before


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param(f">../{file}<", ">../absent.txt<", [what, "absent.txt", "found none"], id=what)
        for what, file in {
            "Model file": MODEL,
            "Artefact file": ARTEFACT,
            "EMG file": EMG,
            "Coordinates file": COORDINATES,
            "Inverse dynamics file": INVERSE_DYNAMICS,
        }.items()
    ]
    + [
        pytest.param(
            f"<{element}>../{file}</{element}>",
            "",
            [f"Expected a file in <{element}>, but received none"],
            id=f"no {element}",
        )
        for element, file in {
            "model_file": MODEL,
            "artefact_file": ARTEFACT,
            "emg_file": EMG,
            "coordinates_file": COORDINATES,
        }.items()
    ]
    + [
        pytest.param(
            "<final_time>2.37</final_time>",
            "<final_tme>2.37</final_tme>",
            ["line LINE: Expected an element of NMMTool, but received <final_tme>", "final_time"],
            id="unknown element",
        ),
        pytest.param(
            "<final_time>2.37</final_time>",
            "<final_time>2.37</final_time><final_time>2</final_time>",
            ["line LINE: Expected <final_time> once"],
            id="repeated element",
        ),
        pytest.param(
            '<NMMTool name="walking">',
            '<NMMTool name="../walking">',
            ["'../walking_excitations.sto'", "Expected the name of a file", "without '/'"],
            id="a name that leads out of the results folder",
        ),
        pytest.param(
            "<score_deep_emg>",
            "<forward_model_file>../results/escaped.osim</forward_model_file><score_deep_emg>",
            ["<forward_model_file>: Expected a file inside <results_directory>", "escaped.osim"],
            id="a model outside the results folder",
        ),
        pytest.param(
            "<final_time>2.37</final_time>",
            "<final_time>end</final_time>",
            ["line LINE: Expected a double in <final_time>, but received 'end'"],
            id="no number",
        ),
        pytest.param(
            "<final_time>2.37<",
            "<final_time>3.5<",
            ["initial_time < final_time within 0 to 2.37 s", "1.41 to 3.5 s"],
            id="range beyond the coordinates",
        ),
        pytest.param(
            "<initial_time>1.41<",
            "<initial_time>-1<",
            ["initial_time < final_time within 0 to 2.37 s", "-1 to 2.37 s"],
            id="range before the coordinates",
        ),
        pytest.param(
            "<final_time>2.37<",
            "<final_time>1.2<",
            ["Expected initial_time < final_time", "1.41 to 1.2 s"],
            id="final before initial",
        ),
        pytest.param(
            "<lowpass_cutoff_frequency_for_coordinates>6<",
            "<lowpass_cutoff_frequency_for_coordinates>60<",
            ["lowpass_cutoff_frequency_for_coordinates", "50 Hz", "60 Hz"],
            id="cut-off beyond half the sampling frequency",
        ),
    ],
)
def test_a_setup_is_refused(
    walking: Walking,
    results: dict[str, Sto],
    run_tool: Run,
    old: str,
    new: str,
    words: list[str],
) -> None:
    text = walking.run_setup.read_text(encoding="utf-8")
    line = 1 + text[: text.index(old)].count("\n")
    setup = walking.copy(
        walking.run_setup,
        "tool_refused.xml",
        ("<results_directory>../results/walking<", "<results_directory>../results/whole<"),
        (old, new),
    )
    refuse(walking, setup, run_tool, [word.replace("LINE", str(line)) for word in words])


def replaced(old: str, new: str) -> Edit:
    return lambda text: text.replace(old, new)


def cut_rows(count: int) -> Edit:
    """Keep the first rows of a table."""

    def cut(text: str) -> str:
        lines = text.split("\n")
        labels = next(i for i, line in enumerate(lines) if line.strip() == "endheader") + 1
        kept = lines[: labels + 1 + count]
        return re.sub(r"nRows=\d+", f"nRows={count}", "\n".join(kept)) + "\n"

    return cut


def cut_labels(text: str) -> str:
    return text[: text.index("endheader") + len("endheader\n")]


def gap(column: str, row: int) -> Edit:
    return lambda text: column_values(text, column, lambda r, cell: "nan" if r == row else cell)


def renamed(old: str, new: str) -> Edit:
    """Rename a column."""
    return lambda text: re.sub(rf"(\t){old}(\s)", rf"\g<1>{new}\g<2>", text, count=1)


def other_radius(text: str) -> str:
    """A wrapping cylinder of the knee extensors is 2 mm wider."""
    return re.sub(
        r'(<WrapCylinder name="KnExt_at_fem_r">.*?<radius>)([\d.]+)',
        lambda found: f"{found[1]}{float(found[2]) + 0.002}",
        text,
        count=1,
        flags=re.DOTALL,
    )


FILE_REFUSALS: dict[str, tuple[str, Edit, list[str]]] = {
    "truncated artefact": (
        ARTEFACT,
        lambda text: text[:-100],
        ["truncated artefact.nmm", "Expected"],
    ),
    "empty artefact": (ARTEFACT, lambda text: "", ["empty artefact.nmm", "only 0 bytes"]),
    "artefact of another format": (
        ARTEFACT,
        # Inside the JSON that is itself a JSON string, quotes are escaped.
        replaced(r"\"format\": 3,", r"\"format\": 9,"),
        ["artefact of another format.nmm", "a format from 1 to 3", "9"],
    ),
    "model with another path": (
        MODEL,
        # Its heel is the gastrocnemii's too, and only the one muscle is to differ.
        lambda text: edit_muscle(
            text, replaced("<location>0.0050846781172000002 ", "<location>0.0060846781172000002 ")
        ),
        ["Expected the model that artefact", "length of 'soleus_r'", "train again"],
    ),
    "model with another wrap": (
        MODEL,
        other_radius,
        ["Expected the model that artefact", "length of '", "train again"],
    ),
    "model with other damping": (
        MODEL,
        lambda text: edit_muscle(text, replaced("<fiber_damping>0.01<", "<fiber_damping>0.02<")),
        ["fiber_damping of 'soleus_r' = 0.01, but found 0.02"],
    ),
    "model with a Thelen muscle": (
        MODEL,
        lambda text: edit_muscle(
            text,
            lambda muscle: re.sub(
                # Its curves are no elements of a Thelen2003Muscle.
                r"<(\w+Curve) .*?</\1>",
                "",
                muscle.replace("Millard2012EquilibriumMuscle", "Thelen2003Muscle"),
                flags=re.DOTALL,
            ),
        ),
        ["'soleus_r' to be a Millard2012EquilibriumMuscle", "Thelen2003Muscle"],
    ),
    "model without the muscle": (
        MODEL,
        replaced('name="soleus_r"', 'name="solaeus_r"'),
        ["Expected a muscle 'soleus_r', but found none; the nearest are: solaeus_r"],
    ),
    "model that is none": (MODEL, lambda text: "<html/>", ["Model file", "model that is none"]),
    "EMG without a channel": (
        EMG,
        renamed("gastrocnemius", "gastrocnemius_r"),
        [
            "EMG file",
            "Expected a column 'gastrocnemius', but found none; the nearest are: gastrocnemius_r",
        ],
    ),
    "EMG that is too short": (
        EMG,
        cut_rows(3000),
        ["EMG that is too short.sto", "Expected a recording of", "0 to 1.4995 s"],
    ),
    "EMG with a gap": (
        EMG,
        gap("gastrocnemius", 3000),
        ["EMG with a gap.sto", "column 'gastrocnemius'", "finite", "nan at 1.5 s"],
    ),
    "EMG without labels": (
        EMG,
        cut_labels,
        ["EMG without labels.sto", "Expected column labels after 'endheader'"],
    ),
    "coordinates with a gap": (
        COORDINATES,
        gap("knee_angle_r", 150),
        ["coordinates with a gap.mot", "column 'knee_angle_r'", "finite", "nan at 1.5 s"],
    ),
    "coordinates without a unit": (
        COORDINATES,
        replaced("inDegrees=yes\n", ""),
        ["coordinates without a unit.mot", "inDegrees=yes", "found neither"],
    ),
    "coordinates without a needed one": (
        COORDINATES,
        renamed("knee_angle_r", "knee_right"),
        ["Expected a column for coordinate 'knee_angle_r'", "knee_"],
    ),
    "coordinates without labels": (
        COORDINATES,
        cut_labels,
        ["coordinates without labels.mot", "Expected column labels after 'endheader'"],
    ),
    "coordinates without header": (
        COORDINATES,
        lambda text: text[text.index("endheader") + len("endheader\n") :],
        ["coordinates without header.mot", "Expected a line 'endheader'"],
    ),
    "moments without labels": (
        INVERSE_DYNAMICS,
        cut_labels,
        ["moments without labels.sto", "Expected column labels after 'endheader'"],
    ),
    "moments without a needed one": (
        INVERSE_DYNAMICS,
        renamed("knee_angle_r_moment", "knee_right_moment"),
        ["Inverse dynamics file", "Expected a column 'knee_angle_r_moment'", "the nearest are"],
    ),
    "moments that are too short": (
        INVERSE_DYNAMICS,
        cut_rows(200),
        ["moments that are too short.sto", "Expected times from 1.41 to 2.37 s", "0 to 1.99 s"],
    ),
}


@pytest.mark.parametrize("name", FILE_REFUSALS)
def test_a_file_is_refused(
    walking: Walking, results: dict[str, Sto], run_tool: Run, name: str
) -> None:
    file, edit, words = FILE_REFUSALS[name]
    setup = walking.copy(
        walking.run_setup,
        "tool_refused.xml",
        ("<results_directory>../results/walking<", "<results_directory>../results/whole<"),
    )
    edit_file(walking, setup, file, edit, name)
    refuse(walking, setup, run_tool, words)


# --- The manual -----------------------------------------------------------------------------------

# A property with what its comment must say about it: its unit or its labels, and its default.
MANUAL = {
    "results_directory": ["relative to this file", "Default"],
    "model_file": ["(.osim)"],
    "artefact_file": ["(.nmm)"],
    "emg_file": ["0 to 1", "'soleus'"],
    "emg_time_offset": ["positive if EMG comes early", "Default: 0"],
    "external_loads_file": ["the artefact's network sees", "Default: empty"],
    "coordinates_file": ["inDegrees=yes or no", "'knee_angle_r'"],
    "lowpass_cutoff_frequency_for_coordinates": ["(Hz)", "Default -1"],
    "inverse_dynamics_file": ["(N m, N)", "'knee_angle_r_moment'", "Default"],
    "forward_model_file": ["(.osim)", "inside results_directory", "Default"],
    "initial_time": ["(s)", "Default"],
    "final_time": ["(s)", "Default"],
    "score_deep_emg": ["Default: true"],
}


def test_print_xml_is_the_manual(run_opensim_cmd: Run, plugin: Path, tmp_path: Path) -> None:
    done = run_opensim_cmd(plugin, "print-xml", "NMMTool", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    tool = etree.parse(str(tmp_path / "default_NMMTool.xml")).getroot().find("NMMTool")
    found = {}
    for element in tool.iterchildren(tag=etree.Element):
        comment = element.getprevious()
        assert comment is not None
        assert comment.tag is etree.Comment, f"<{element.tag}> has no comment"
        found[element.tag] = comment.text
    assert set(found) == set(MANUAL)
    for name, words in MANUAL.items():
        for word in words:
            assert word in found[name], f"{name}: {found[name]}"
