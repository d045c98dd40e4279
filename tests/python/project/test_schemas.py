"""Schemas and readers know the same setups."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
from conftest import ROOT, Walking, run_cli
from lxml import etree

from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.catalogue import ESTIMATORS
from nmm_opensim.formats.setup_xml import SetupElement
from nmm_opensim.project.schemas.check import READERS
from nmm_opensim.project.schemas.schema import FOLDER, check_structure, load_schema
from nmm_opensim.running.opensim_cmd import find_opensim_cmd, find_plugin
from nmm_opensim.running.results import TOOL as RUN_TOOL

XS = "{http://www.w3.org/2001/XMLSchema}"
# OpenSim's own tools, which may hold components of ours, have OpenSim's own rules.
OURS = sorted(
    file
    for file in (ROOT / "setups").glob("*.xml")
    if any(child.tag in READERS for child in etree.parse(file).getroot())
)


def parse_schemas() -> dict[str, dict[str, str]]:
    """For each complex type of all schemas the names of its child elements and their types."""
    children: dict[str, dict[str, str]] = {}
    for file in FOLDER.glob("*.xsd"):
        for kind in etree.parse(file).getroot().findall(f"{XS}complexType"):
            children[kind.get("name")] = {
                child.get("name"): child.get("type") for child in kind.iter(f"{XS}element")
            }
    return children


def find_choices(tag: str) -> set[str]:
    """The values that the schemas list for an element, or for a type of that name."""
    choices = set()
    for file in FOLDER.glob("*.xsd"):
        for holder in etree.parse(file).getroot().iter(f"{XS}element", f"{XS}simpleType"):
            if holder.get("name") == tag:
                choices |= {value.get("value") for value in holder.iter(f"{XS}enumeration")}
    return choices


@pytest.mark.parametrize("setup", OURS, ids=lambda setup: setup.stem)
def test_shipped_setups_are_valid(setup: Path) -> None:
    check_structure(setup)


def test_every_tool_has_a_reader_and_a_schema() -> None:
    root = etree.parse(FOLDER / "setup.xsd").getroot()
    tools = {element.get("name") for element in root.iter(f"{XS}element")} - {"OpenSimDocument"}
    assert tools == set(READERS)
    included = {include.get("schemaLocation") for include in root.iter(f"{XS}include")}
    assert included == {f"{tool}.xsd" for tool in tools}
    assert {file.name for file in FOLDER.glob("*.xsd")} == {*included, "setup.xsd", "types.xsd"}


# Every kind of element that a setup can have, with files that exist: the setup itself.
FULL = {
    "NMMInverseTool": """<NMMInverseTool name="full"><model_file>{file}</model_file>
        <trials><Trial name="a"><marker_file>{file}</marker_file>
        <device_torques_file>{file}</device_torques_file>
        <device_torques><DeviceTorque name="knee"><column>k</column></DeviceTorque></device_torques>
        </Trial></trials></NMMInverseTool>""",
    "NMMGaitTool": """<NMMGaitTool name="full"><plates><Plate name="1">
        <force_identifier>f</force_identifier><point_identifier>p</point_identifier></Plate>
        </plates><feet><Foot name="right"><body>r</body><heel_marker>a</heel_marker>
        <toe_marker>b</toe_marker></Foot><Foot name="left"><body>l</body>
        <heel_marker>c</heel_marker><toe_marker>d</toe_marker></Foot></feet>
        <trials><Trial name="t"><marker_file>{file}</marker_file><force_file>{file}</force_file>
        </Trial></trials></NMMGaitTool>""",
    "NMMTrainingTool": """<NMMTrainingTool name="full"><model_file>{file}</model_file>
        <trials><Trial name="a"><role>train</role><emg_file>{file}</emg_file>
        <coordinates_file>{file}</coordinates_file>
        <inverse_dynamics_file>{file}</inverse_dynamics_file><final_time>1</final_time></Trial>
        <Trial name="b"><role>test</role><emg_file>{file}</emg_file>
        <coordinates_file>{file}</coordinates_file>
        <inverse_dynamics_file>{file}</inverse_dynamics_file><initial_time>1</initial_time></Trial>
        </trials>
        <moment_coordinates>knee</moment_coordinates>
        <muscle_sources>
        <MeasuredMuscle name="a"><channels>a</channels></MeasuredMuscle>
        <MeasuredMuscle name="d"><channels>d</channels></MeasuredMuscle>
        <DeepMuscle name="b"><recorded_channel>b</recorded_channel></DeepMuscle>
        <TiedMuscle name="c"><to>b</to></TiedMuscle><UnscoredMuscle name="u"/></muscle_sources>
        <prior_subjects>{subject}</prior_subjects>{population}
        <electromechanical_delay>estimate</electromechanical_delay>
        <predictor><family>mlp</family><hidden_layers>8</hidden_layers><emg_lags>0</emg_lags>
        </predictor>
        <calibration><max_isometric_force_bounds>0.5 2</max_isometric_force_bounds>
        <optimal_fiber_length_bounds>0.9 1.1</optimal_fiber_length_bounds>
        <tendon_slack_length_bounds>0.9 1.1</tendon_slack_length_bounds>
        <shape_factor_bounds>-3 0</shape_factor_bounds><emg_gain_bounds>0 1</emg_gain_bounds>
        <muscle_bounds><MuscleBounds name="a"/></muscle_bounds></calibration>
        <optimization><iterations>1</iterations><seeds>1</seeds></optimization>
        <artefact_file>full.nmm</artefact_file></NMMTrainingTool>""",
    "NMMPopulationTool": """<NMMPopulationTool name="full"><movement>walking</movement>
        <stance_shares>0.5 0.8</stance_shares><sources>
        <Source name="a"><title>t</title><origin>o</origin><licence>l</licence><people>
        <PhaseTable name="b"><phase_table_file>{file}</phase_table_file>
        <person_column>p</person_column><point_column>k</point_column><muscles>soleus</muscles>
        <columns>SO</columns></PhaseTable>
        <TrainingSetup name="c"><training_setup_file>other.xml</training_setup_file>
        <side>right</side><foot_body>calcn_r</foot_body><muscles>soleus</muscles>
        <their_muscles>a</their_muscles></TrainingSetup></people></Source>
        <Population name="d"><population_file>walking</population_file></Population></sources>
        <population_file>full.nmmpop</population_file></NMMPopulationTool>""",
    "NMMBenchmarkTool": """<NMMBenchmarkTool name="full">
        <training_setup_file>NMMTrainingTool.xml</training_setup_file>
        <hidden_channels><HiddenChannel name="a"><muscle>a</muscle></HiddenChannel>
        <HiddenGroup name="g"><HiddenChannel name="d"/></HiddenGroup></hidden_channels>
        <folds><Fold name="f"><test_trials>b</test_trials></Fold></folds>
        <estimators>nmm</estimators><seeds>1</seeds></NMMBenchmarkTool>""",
    "NMMReportTool": """<NMMReportTool name="full">
        <training_setup_file>{file}</training_setup_file>
        <runs><Run name="r"><run_setup_file>{file}</run_setup_file>
        <strides><Stride name="s"><initial_time>0</initial_time><final_time>1</final_time></Stride>
        </strides></Run></runs></NMMReportTool>""",
}
# What stands for an element of those above, where a tool takes one or the other.
INSTEAD = {
    "NMMBenchmarkTool": (
        "<training_setup_file>NMMTrainingTool.xml</training_setup_file>",
        """<people><Person name="p"><group>g</group>
        <training_setup_file>NMMTrainingTool.xml</training_setup_file>
        <seeds>2 3</seeds></Person></people>""",
    ),
}
SUBJECT = """<PriorSubject name="other"><training_setup_file>other.xml</training_setup_file>
    <muscles>a</muscles><coordinates>knee</coordinates></PriorSubject>"""
POPULATION = """<population><population_file>walking</population_file><side>right</side>
    <foot_body>calcn_r</foot_body><muscles>a</muscles><their_muscles>soleus</their_muscles>
    <relatives>c</relatives><their_relatives>peroneus_longus</their_relatives></population>"""


def write_full(folder: Path, tool: str) -> Path:
    """A setup with every kind of element, beside all that it names."""

    def write(name: str, content: str) -> Path:
        file = folder / name
        file.write_text(f'<OpenSimDocument Version="40500">{content}</OpenSimDocument>')
        return file

    (folder / "data.sto").touch()
    (folder / "other.sto").touch()
    other = FULL["NMMTrainingTool"].replace("<prior_subjects>{subject}</prior_subjects>", "")
    write("other.xml", other.format(file="other.sto", population=""))
    if tool == "NMMBenchmarkTool":
        write_full(folder, "NMMTrainingTool")
    return write(
        f"{tool}.xml", FULL[tool].format(file="data.sto", subject=SUBJECT, population=POPULATION)
    )


@pytest.mark.parametrize("tool", FULL)
def test_readers_and_schema_know_the_same_elements(
    tool: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = write_full(tmp_path, tool)
    setups = [setup]
    if tool in INSTEAD:
        text, (one, other) = setup.read_text(), INSTEAD[tool]
        assert one in text
        setups.append(setup.with_stem("instead"))
        setups[1].write_text(text.replace(one, other))
    readers: list[SetupElement] = []
    choices: dict[str, set[str]] = defaultdict(set)
    original_init, original_choice = SetupElement.__init__, SetupElement.get_choice

    def init(self: SetupElement, element: etree._Element, file: Path) -> None:
        original_init(self, element, file)
        if file in setups:
            readers.append(self)

    def get_choice(self: SetupElement, tag: str, known: object, default: object = None) -> str:
        choices[tag] |= set(known)  # type: ignore[call-overload]
        return original_choice(self, tag, known, default)  # type: ignore[arg-type]

    monkeypatch.setattr(SetupElement, "__init__", init)
    monkeypatch.setattr(SetupElement, "get_choice", get_choice)
    for each in setups:
        check_structure(each)
        READERS[tool](each)

    known: dict[str, set[str]] = defaultdict(set)
    for reader in readers:
        known[reader.tag] |= reader.known
    schemas = parse_schemas()
    checked, waiting = set(), [(tool, tool)]
    while waiting:
        tag, kind = waiting.pop()
        # Types of text and numbers have no children.
        children = schemas.get(kind, {})
        assert known[tag] == set(children), f"<{tag}>"
        checked.add(tag)
        waiting += [item for item in children.items() if item[0] not in checked]
    assert set(known) <= checked
    for tag, values in choices.items():
        assert find_choices(tag) == values, f"<{tag}>"


def test_the_schema_knows_every_estimator() -> None:
    assert find_choices("NMMBenchmarkTool.estimator") == set(ESTIMATORS)


def test_the_plugin_and_the_schema_know_the_same_elements(tmp_path: Path) -> None:
    # LD_LIBRARY_PATH holds the libraries of the imported opensim, which are other ones.
    printed = tmp_path / "printed.xml"
    subprocess.run(
        [find_opensim_cmd(), "-L", find_plugin(), "print-xml", RUN_TOOL, printed],
        env={},
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    tool = etree.parse(printed).getroot().find(RUN_TOOL)
    elements = {child.tag for child in tool if isinstance(child.tag, str)}
    assert elements == set(parse_schemas()[RUN_TOOL])
    # A printed setup with its files filled in is valid: what may be left empty is.
    text = printed.read_text()
    for name in ("model_file", "artefact_file", "emg_file", "coordinates_file"):
        text = text.replace(f"<{name}></{name}>", f"<{name}>x</{name}>")
    printed.write_text(text)
    check_structure(printed)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<role>train", "<role>training"),
        ("<initial_time>0<", "<initial_time>NaN<"),
        ("<seeds>1 2 3 4 5<", "<seeds>one<"),
        ("<to>vasmed_r</to>", ""),
        ("<max_isometric_force_bounds>0.5 2.5", "<max_isometric_force_bounds>0.5"),
        ("<tendon>rigid</tendon>", "<tendon>rigid</tendon><tendon>rigid</tendon>"),
        ("<learning_rate>0.02</learning_rate>", "<learnrate>0.02</learnrate>"),
        ('<MeasuredMuscle name="gasmed_r">', "<MeasuredMuscle>"),
    ],
)
def test_the_schema_alone_names_the_line(tmp_path: Path, old: str, new: str) -> None:
    text = (ROOT / "setups" / "walking_train.xml").read_text()
    assert old in text
    line = 1 + text[: text.index(old)].count("\n")
    setup = tmp_path / "setup.xml"
    setup.write_text(text.replace(old, new, 1))
    with pytest.raises(NMMError, match=rf"setup.xml:{line}: the schema refuses it: Element"):
        check_structure(setup)


def test_validate_says_what_the_tool_would(walking_inputs: Walking) -> None:
    setups = walking_inputs.folder / "setups"
    good = [str(setups / f"walking_{name}.xml") for name in ("train", "benchmark", "inverse")]
    done = run_cli("validate", *good)
    assert done.returncode == 0, done.stderr
    assert re.findall(r"a valid (\w+)", done.stdout) == [
        "NMMTrainingTool",
        "NMMBenchmarkTool",
        "NMMInverseTool",
    ]
    bad = walking_inputs.copy(
        setups / "walking_train.xml",
        "invalid.xml",
        ("<tendon>", "<tendn>"),
        ("</tendon>", "</tendn>"),
    )
    done = run_cli("validate", good[0], str(bad))
    assert done.returncode == 2
    assert re.search(r"invalid.xml:\d+: .*has no element <tendn>; nearest: tendon", done.stderr)


def test_validate_finds_what_only_the_schema_knows(walking_inputs: Walking) -> None:
    # The plugin reads this setup, so the reader here does not look at everything.
    bad = walking_inputs.copy(
        walking_inputs.run_setup,
        "bad_run.xml",
        ("walking/walking.nmm", "walking/walking_moments.sto"),
        ("score_deep_emg", "score_deep"),
    )
    done = run_cli("validate", str(bad))
    assert done.returncode == 2
    assert re.search(r"bad_run.xml:\d+: the schema refuses it: .*score_deep", done.stderr)


def test_written_schemas_stand_alone(tmp_path: Path) -> None:
    done = run_cli("schemas", str(tmp_path / "schemas"))
    assert done.returncode == 0, done.stderr
    copy = etree.XMLSchema(etree.parse(tmp_path / "schemas" / "setup.xsd"))
    document = etree.parse(ROOT / "setups" / "walking_train.xml")
    assert copy.validate(document)
    assert load_schema().validate(document)
