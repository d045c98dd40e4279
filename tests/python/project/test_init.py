"""From a model and recordings to setups that run as they are."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, Walking, run_cli
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from nmm_opensim.arrays import Array
from nmm_opensim.benchmarking.benchmark_setup import read_benchmark_setup
from nmm_opensim.errors import NMMError
from nmm_opensim.formats.tables import Header, read_table, write_table
from nmm_opensim.nmm.sources import Deep, Measured, Tied, Unscored
from nmm_opensim.physics.osim_model import OsimModel
from nmm_opensim.project.init.anatomy import Action, Anatomy
from nmm_opensim.project.init.channels import parse_channel_options, read_mapping
from nmm_opensim.project.init.init import Options, write_setups
from nmm_opensim.project.init.other_subjects import find_other_subjects
from nmm_opensim.project.schemas.check import check_setup
from nmm_opensim.project.schemas.schema import check_structure
from nmm_opensim.recordings.gait.measured_file import read_measured
from nmm_opensim.training.training_setup import read_training_setup

CHANNELS = [
    "soleus=soleus_r",
    "gastrocnemius=gasmed_r,gaslat_r",
    "tibialis_anterior=tibant_r",
    "vastus_medius=vasmed_r",
    "vastus_lateralis=vaslat_r",
    "rectus_femoris=recfem_r",
    "biceps_femoris=bflh_r,bfsh_r",
    "medial_hamstrings=semimem_r,semiten_r",
    "gluteus_maximus=none",
    "gluteus_medius=glmed1_r",
]


@pytest.fixture(scope="module")
def options(walking_inputs: Walking) -> Options:
    """The walking trial, whose angles are known; not where its files go."""
    data = walking_inputs.folder / "data" / "example3DWalking"
    return Options(
        model_file=data / "subject_walk_scaled.osim",
        folder=Path(),
        name="walk",
        coordinates=["knee_angle_r", "ankle_angle_r"],
        deep_muscles=["soleus_r"],
        channels=CHANNELS,
        emg_files=[data / "electromyography.sto"],
        coordinates_files=[walking_inputs.results / "walking_coordinates.mot"],
        external_loads_files=[data / "grf_walk.xml"],
        cutoff="6",
    )


@pytest.fixture(scope="module")
def anatomy(model: OsimModel) -> Anatomy:
    return Anatomy(model, ["knee_angle_r", "ankle_angle_r"])


def test_groups_are_what_moment_arms_say(anatomy: Anatomy) -> None:
    assert len(anatomy.muscles) == 22
    extensors = {"recfem_r", "tfl_r", "vasint_r", "vaslat_r", "vasmed_r"}
    assert {m for m in anatomy.muscles if anatomy.find_action(m) == Action("knee_angle_r", -1)} == (
        extensors
    )
    assert anatomy.find_action("gasmed_r") == anatomy.find_action("soleus_r")
    assert anatomy.find_action("tibant_r") == Action("ankle_angle_r", 1)
    assert anatomy.find_group("vasint_r")[0] in ("vaslat_r", "vasmed_r")
    assert anatomy.model_groups["soleus_r"] == ["ankle_pf_r"]


def test_written_setups_train_and_run_as_they_are(options: Options, tmp_path: Path) -> None:
    folder = tmp_path / "a -- b"
    written = write_setups(replace(options, folder=folder), None)
    assert [file.name for file in written.files] == [
        "walk_inverse.xml",
        "walk_train.xml",
        "walk_nmm.xml",
        "walk_report.xml",
        "walk_benchmark.xml",
    ]
    for file in written.files:
        check_structure(file)
        assert "FILL IN" not in file.read_text()
    for command in written.commands[:-1]:
        done = run_cli(*shlex.split(command)[1:])
        assert done.returncode == 0, done.stderr
    assert [c.split()[1] for c in written.commands] == [
        "inverse-dynamics",
        "train",
        "run",
        "report",
        "benchmark",
    ]
    assert check_setup(folder / "walk_benchmark.xml") == "NMMBenchmarkTool"
    results = folder / "results"
    assert (results / "walk.nmm").is_file()
    assert (results / "walk_joint_moments.sto").is_file()
    assert (results / "walk_report.html").is_file()
    scores = (results / "walk_scores.csv").read_text()
    assert "ankle_angle_r" in scores


def test_every_muscle_has_a_source_with_a_reason(options: Options, tmp_path: Path) -> None:
    written = write_setups(replace(options, folder=tmp_path), None)
    sources = {assigned.source.muscle: assigned.source for assigned in written.sources}
    assert list(sources) == written.anatomy.muscles
    assert sources["soleus_r"] == Deep("soleus_r", "soleus", ("gastrocnemius",))
    # The one that is named first stands for the channel, not the alphabet's first.
    assert sources["gasmed_r"] == Measured("gasmed_r", ("gastrocnemius",), (1.0,), ("soleus",))
    assert sources["gaslat_r"] == Measured("gaslat_r", ("gastrocnemius",), (1.0,))
    assert sources["tibpost_r"] == Tied("tibpost_r", "soleus_r")
    assert sources["vasint_r"] == Tied("vasint_r", "vaslat_r")
    assert sources["grac_r"] == Tied("grac_r", "semiten_r")
    text = (tmp_path / "walk_train.xml").read_text()
    assert "Not used: channel 'gluteus_maximus' measures no muscle of the model." in text
    assert "Not used: channel 'gluteus_medius' measures glmed1_r." in text
    setup = (tmp_path / "walk_train.xml").read_text()
    assert setup.count("<MeasuredMuscle") == 10


def give_moments(options: Options, results: Path, folder: Path) -> Options:
    """The same with known moments, so that all that the setups name is there."""
    moments = [results / "walking_moments.sto"]
    return replace(options, folder=folder, inverse_dynamics_files=moments, external_loads_files=())


def test_the_benchmark_hides_every_recorded_channel(
    options: Options, walking_inputs: Walking, tmp_path: Path
) -> None:
    """Also the deep muscle's, and tibialis anterior, which nothing that was recorded acts like."""
    options = give_moments(options, walking_inputs.results, tmp_path)
    write_setups(options, None)
    declared = read_benchmark_setup(tmp_path / "walk_benchmark.xml")
    hidden = {group.name: group.channels[0] for group in declared.hidden_groups}
    used = {word.partition("=")[0] for word in CHANNELS} - {"gluteus_maximus", "gluteus_medius"}
    assert set(hidden) == used
    assert hidden["soleus"].muscle == "soleus_r"
    assert hidden["tibialis_anterior"].synergists == ()
    assert hidden["biceps_femoris"].muscle == "bflh_r"
    text = (tmp_path / "walk_benchmark.xml").read_text()
    assert "Scores gasmed_r; gaslat_r follows it; synergists: soleus." in text
    # What is named first is scored, with synergists or without.
    turned = [word.replace("bflh_r,bfsh_r", "bfsh_r,bflh_r") for word in CHANNELS]
    write_setups(replace(options, channels=turned, overwrite=True), None)
    declared = read_benchmark_setup(tmp_path / "walk_benchmark.xml")
    assert {g.name: g.channels[0].muscle for g in declared.hidden_groups}["biceps_femoris"] == (
        "bfsh_r"
    )


@pytest.fixture(scope="module")
def other_setup(walking_inputs: Walking, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another person: the same walk under another name of its file, knees counted the other way."""
    folder = tmp_path_factory.mktemp("other")
    data = walking_inputs.folder / "data" / "example3DWalking"
    shutil.copy(data / "electromyography.sto", folder / "other_emg.sto")
    text = (data / "subject_walk_scaled.osim").read_text(encoding="utf-8")
    (folder / "other.osim").write_text(text.replace("vaslat_r", "vastus_lat_r"), encoding="utf-8")
    setup = walking_inputs.train_setup.read_text(encoding="utf-8")
    setup = setup.replace("vaslat_r", "vastus_lat_r")
    results = walking_inputs.results
    for old, new in {
        "../data/example3DWalking/subject_walk_scaled.osim": "other.osim",
        "../data/example3DWalking/electromyography.sto": "other_emg.sto",
        "../data/example3DWalking/grf_walk.xml": str(data / "grf_walk.xml"),
        "../results/walking/walking_coordinates.mot": str(results / "walking_coordinates.mot"),
        "../results/walking/walking_moments.sto": str(results / "walking_moments.sto"),
        "../results/walking/walking.nmm": "other.nmm",
        "<results_directory>../results/walking<": "<results_directory>.<",
    }.items():
        assert old in setup
        setup = setup.replace(old, new)
    file = folder / "other_train.xml"
    file.write_text(setup, encoding="utf-8")
    return file


def test_other_people_are_offered_and_paired_by_equal_names(
    options: Options, walking_inputs: Walking, other_setup: Path, tmp_path: Path
) -> None:
    options = give_moments(options, walking_inputs.results, tmp_path)
    write_setups(options, None)
    text = (tmp_path / "walk_train.xml").read_text()
    assert re.search(r"<!--Without\s+other\s+people.*?<PriorSubject\s.*?-->", text, re.DOTALL)
    assert read_training_setup(tmp_path / "walk_train.xml").prior_subjects == ()
    helped = replace(options, other_subjects=[other_setup], overwrite=True)
    write_setups(helped, None)
    check_structure(tmp_path / "walk_train.xml")
    (subject,) = read_training_setup(tmp_path / "walk_train.xml").prior_subjects
    assert ("soleus_r", "soleus_r") in subject.muscles
    assert "vaslat_r" not in {ours for ours, _ in subject.muscles}
    assert subject.coordinates == (
        ("knee_angle_r", "knee_angle_r"),
        ("ankle_angle_r", "ankle_angle_r"),
    )
    assert subject.signs == (1.0, 1.0)
    text = (tmp_path / "walk_train.xml").read_text()
    assert "recorded 'vastus_lat_r', and no muscle here has the name" in text


def test_a_coordinate_that_counts_the_other_way_is_told_by_moment_arms(
    anatomy: Anatomy, other_setup: Path, tmp_path: Path
) -> None:
    model = (other_setup.parent / "other.osim").read_text(encoding="utf-8")
    # Knee flexion becomes negative: the joint turns by minus the coordinate, whose range is turned.
    turned = re.sub(
        r'<CustomJoint name="walker_knee_r">.*?</CustomJoint>',
        lambda match: re.sub(
            r"<range>.*?</range>",
            "<range>-2 0</range>",
            match[0].replace(
                "<coefficients> 1 0</coefficients>", "<coefficients>-1 0</coefficients>"
            ),
            count=1,
        ),
        model,
        flags=re.DOTALL,
    )
    assert turned != model
    (tmp_path / "turned.osim").write_text(turned, encoding="utf-8")
    setup = other_setup.read_text(encoding="utf-8").replace(
        "other.osim", str(tmp_path / "turned.osim")
    )
    file = other_setup.with_name("turned_train.xml")
    file.write_text(setup, encoding="utf-8")
    (subject,) = find_other_subjects([file], anatomy, [])
    assert subject.signs == {"knee_angle_r": -1, "ankle_angle_r": 1}


def test_other_people_who_are_none_are_refused(
    options: Options, other_setup: Path, walking_inputs: Walking, tmp_path: Path
) -> None:
    for subjects, words in (
        ([walking_inputs.train_setup], "expected another person, but found recordings of this"),
        ([other_setup, other_setup], "'walking' twice"),
        ([tmp_path / "none.xml"], "found nothing there"),
    ):
        with pytest.raises(NMMError, match=words):
            write_setups(replace(options, folder=tmp_path / "out", other_subjects=subjects), None)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda values: values[:, 0], "'BIClong' and 'BRD' are the same; leave one out"),
        (lambda values: 0.5 * values[:, 0], "'BIClong' and 'BRD' are the same; leave one out"),
        (lambda values: np.full(len(values), 0.1), "'BRD', but it is 0.1 throughout"),
        (lambda values: np.minimum(values[:, 2], 0.5), "'BRD' to touch its maximum only briefly"),
    ],
)
def test_channels_that_training_would_refuse_are_refused_at_once(
    elbow: Options, tmp_path: Path, spoil: Callable[[Array], Array], words: str
) -> None:
    files = []
    for k, file in enumerate(elbow.emg_files):
        table = read_table(file, "EMG file")
        values = table.values.copy()
        values[:, table.columns.index("BRD")] = spoil(table.values)
        files.append(tmp_path / f"emg_{k}.sto")
        write_table(files[-1], table.columns, table.time, values, Header(""))
    spoilt = replace(elbow, emg_files=files, folder=tmp_path / "out")
    with pytest.raises(NMMError, match=words):
        write_setups(spoilt, None)
    assert not (tmp_path / "out").exists()
    # A channel of which it is said that it measures nothing may be anything.
    write_setups(replace(spoilt, channels=["BRD=none"]), None)


def test_names_are_never_matched_by_guess(options: Options, tmp_path: Path) -> None:
    few = [word for word in CHANNELS if word.startswith(("soleus", "tibialis"))]
    done = write_setups(replace(options, folder=tmp_path, channels=few), None)
    assert set(done.open_channels) == {word.split("=")[0] for word in CHANNELS} - {
        "soleus",
        "tibialis_anterior",
    }
    sources = {assigned.source.muscle: assigned for assigned in done.sources}
    assert sources["gasmed_r"].source == Tied("gasmed_r", "soleus_r")
    assert sources["semimem_r"].source == Unscored("semimem_r")
    assert sources["semimem_r"].open
    text = (tmp_path / "walk_train.xml").read_text()
    assert re.search(r"FILL IN: channel 'vastus_lateralis' measures which muscle\?", text)
    assert re.search(r"FILL IN: measured, deep, or tied to which\? \+knee_angle_r", text)
    check_structure(tmp_path / "walk_train.xml")


def test_the_mapping_file_that_is_written_can_be_filled_in(
    options: Options, tmp_path: Path
) -> None:
    first = replace(options, folder=tmp_path, channels=CHANNELS[:3])
    mapping = write_setups(first, None).mapping_file
    assert mapping is not None
    assert "vaslat_r" in mapping.read_text()
    filled = mapping.read_text()
    for word in CHANNELS[3:]:
        channel, muscles = word.split("=")
        filled = re.sub(
            rf"^{channel},,", f"{channel},{muscles.replace(',', ' ')},", filled, flags=re.MULTILINE
        )
    mapping.write_text(filled)
    second = replace(first, channels=[], mapping_file=mapping, overwrite=True)
    written = write_setups(second, None)
    assert written.open_channels == []
    direct = write_setups(replace(options, folder=tmp_path / "direct"), None)
    assert [a.source for a in written.sources] == [a.source for a in direct.sources]


def test_what_is_there_is_not_overwritten(options: Options, tmp_path: Path) -> None:
    (tmp_path / "walk_nmm.xml").write_text("mine")
    with pytest.raises(NMMError, match=r"walk_nmm.xml' is there already; give --overwrite"):
        write_setups(replace(options, folder=tmp_path), None)
    assert [file.name for file in tmp_path.iterdir()] == ["walk_nmm.xml"]
    assert (tmp_path / "walk_nmm.xml").read_text() == "mine"


@pytest.mark.parametrize(
    ("missing", "option"),
    [
        ({"coordinates": ()}, "--coordinate:"),
        ({"deep_muscles": ()}, "--deep-muscle:.*without a channel are edl_r"),
        ({"cutoff": None}, "--cutoff:"),
        ({"emg_files": ()}, "--emg-file:"),
        ({"coordinates_files": ()}, "--marker-file or --coordinates-file:"),
        ({"external_loads_files": ()}, "--external-loads-file or --no-external-loads:"),
    ],
)
def test_nobody_is_asked_without_a_terminal(
    options: Options, tmp_path: Path, missing: dict[str, object], option: str
) -> None:
    with pytest.raises(NMMError, match=f"missing option {option}.*no file tells it"):
        write_setups(replace(options, folder=tmp_path / "out", **missing), None)  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


def test_only_what_cannot_be_known_is_asked(options: Options, tmp_path: Path) -> None:
    asked = []

    def answer(question: str) -> str:
        asked.append(question)
        for word, reply in {
            "whose moments": "knee_angle_r ankle_angle_r",
            "'gastrocnemius'": "gasmed_r, gaslat_r",
            "'vastus_medius'": "",
            "to reconstruct": "soleus_r",
            "low-pass": "6",
            "from outside": "none",
        }.items():
            if word in question:
                return reply
        raise AssertionError(question)

    said = [word for word in CHANNELS if not word.startswith(("gastro", "vastus_medius"))]
    unknown = replace(
        options,
        folder=tmp_path / "asked",
        coordinates=(),
        deep_muscles=(),
        cutoff=None,
        external_loads_files=(),
        channels=said,
    )
    written = write_setups(unknown, answer)
    assert len(asked) == 6
    assert written.open_channels == ["vastus_medius"]

    def nothing_is_left(question: str) -> str:
        raise AssertionError(question)

    write_setups(replace(options, folder=tmp_path / "said"), nothing_is_left)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"coordinates": ["knee_r"]}, "nearest: knee_angle_r"),
        ({"deep_muscles": ["soleus"]}, "but found 'soleus'; nearest: soleus_r"),
        ({"channels": ["soleus=soleus"]}, "expected muscles of the model, but found 'soleus'"),
        ({"channels": ["sol=soleus_r"]}, "channel 'sol': expected a channel of the EMG file"),
        ({"channels": ["soleus"]}, "expected CHANNEL=MUSCLE"),
        ({"channels": ["soleus=soleus_r"] * 2}, "name it once"),
        ({"cutoff": "six"}, "expected Hz above 0, or none, but found 'six'"),
        ({"name": "../walk"}, "expected a name that files can have"),
        ({"marker_files": ["a.trc"]}, "but found both"),
        ({"inverse_dynamics_files": ["a.sto", "b.sto"]}, "one for each of the 1 EMG files"),
    ],
)
def test_what_cannot_be_used_is_one_line(
    options: Options, tmp_path: Path, change: dict[str, object], expected: str
) -> None:
    with pytest.raises(NMMError, match=expected):
        write_setups(replace(options, folder=tmp_path / "out", **change), None)  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "expected the columns channel,muscles"),
        (b"channel;muscles\nsoleus;soleus_r\n", "expected the columns channel,muscles"),
        (b"channel,muscles\na,b\na,c\n", "has its muscles already"),
        (b"channel,muscles\n\xff\xfe,b\n", "expected CSV in UTF-8"),
        (b'channel,muscles\n"a,b\n', "expected CSV in UTF-8"),
    ],
)
def test_bad_mapping_files(tmp_path: Path, content: bytes, expected: str) -> None:
    file = tmp_path / "mapping.csv"
    file.write_bytes(content)
    with pytest.raises(NMMError, match=expected):
        read_mapping(file)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_mapping_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.mktemp("any") / "mapping.csv"
    file.write_bytes(b"channel,muscles\n" + content)
    try:
        said = read_mapping(file)
    except NMMError as error:
        complaint = str(error)
    else:
        complaint = ""
        assert all(channel.strip() for channel in said)
    assert "\n" not in complaint


def test_a_mapping_file_of_another_program_is_read(tmp_path: Path) -> None:
    file = tmp_path / "mapping.csv"
    file.write_bytes("\ufeffmuscles,note,channel\nsoleus_r,x,sol\n,,open\n".encode())
    assert read_mapping(file) == {"sol": ["soleus_r"]}
    assert parse_channel_options(["a=none", "b=c,d"]) == {"a": [], "b": ["c", "d"]}


def test_a_leg_that_walks_gets_the_population(options: Options, tmp_path: Path) -> None:
    write_setups(replace(options, folder=tmp_path), None)
    text = (tmp_path / "walk_train.xml").read_text()
    assert re.search(r"none\s+as\s+the\s+population_file", text)
    assert re.search(r"known\s+by\s+the\s+population,\s+its\s+synergists", text)
    element = etree.fromstring(text.encode()).find("NMMTrainingTool/population")
    said = {child.tag: child.text for child in element if isinstance(child.tag, str)}
    assert (said["population_file"], said["side"], said["foot_body"]) == (
        "walking",
        "right",
        "calcn_r",
    )
    pairs = dict(zip(said["muscles"].split(), said["their_muscles"].split(), strict=True))
    assert pairs["gasmed_r"] == "gastrocnemius_medialis"
    assert pairs["bflh_r"] == "biceps_femoris"
    # What nobody recorded is in no pair, but for two whose relatives were.
    assert not {"tibpost_r", "vasint_r", "bfsh_r"} & set(pairs)
    assert said["relatives"] == "perbrev_r semimem_r"
    assert said["their_relatives"] == "peroneus_longus semitendinosus"
    # The hip, whose moment does not supervise, tells where in a stride the leg is.
    assert text.count("hip_flexion_r knee_angle_r ankle_angle_r<") == 2
    assert "<moment_coordinates>knee_angle_r ankle_angle_r<" in text


def test_a_motion_without_the_hip_is_all_that_the_population_gets(
    options: Options, tmp_path: Path
) -> None:
    whole = read_table(options.coordinates_files[0], "coordinates file")
    kept = [name for name in whole.columns if not name.startswith("hip_flexion")]
    motion = tmp_path / "no_hip.mot"
    values = whole.select(kept).values
    write_table(motion, kept, whole.time, values, Header("", degrees=True))
    write_setups(replace(options, folder=tmp_path, coordinates_files=[motion]), None)
    text = (tmp_path / "walk_train.xml").read_text()
    assert "<population>" in text
    assert text.count("<coordinates>knee_angle_r ankle_angle_r<") == 1
    assert "hip_flexion" not in re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


def test_with_a_population_strides_are_those_of_the_forces_or_the_file(
    options: Options, walking_inputs: Walking, tmp_path: Path
) -> None:
    """Of training trials alone; and the setup with all its files is one that training takes."""
    moments = [walking_inputs.results / "walking_moments.sto"]
    known = replace(options, folder=tmp_path, inverse_dynamics_files=moments, overwrite=True)
    write_setups(known, None)
    train, test = read_training_setup(tmp_path / "walk_train.xml").trials
    assert train.external_loads_file == options.external_loads_files[0].resolve()
    assert (train.strides_file, test.external_loads_file) == (None, None)
    measured, strides = tmp_path / "walk_measured.csv", tmp_path / "walk_strides.csv"
    measured.write_text("side,initial_time,final_time\nright,0.1,2.3\n")
    header = "name,side,initial_time,toe_off,final_time,measured,both_measured\n"
    strides.write_text(header + "right_1,right,0.27,1.02,1.41,yes,yes\n")
    given = replace(known, measured_files=[measured], measured_side="right")
    write_setups(given, None)
    train, _ = read_training_setup(tmp_path / "walk_train.xml").trials
    assert (train.strides_file, train.external_loads_file) == (strides, None)
    # Where loads are measured until just before a heel strike, the ends of two strides are one.
    strides.write_text(header + "r,right,-0.45,0.2,0.75,,\nr,right,0.75,1.4,1.85,,\n")
    write_setups(given, None)
    train, _ = read_training_setup(tmp_path / "walk_train.xml").trials
    assert (train.strides_file, train.external_loads_file) == (strides, None)
    # Strides of the other foot, or after the training, are none.
    strides.write_text(header + "left_1,left,0.27,1.02,1.41,,\nr,right,1.6,2.0,2.2,,\n")
    write_setups(given, None)
    train, _ = read_training_setup(tmp_path / "walk_train.xml").trials
    assert (train.strides_file, train.external_loads_file) == (
        None,
        options.external_loads_files[0].resolve(),
    )


def test_loads_on_another_body_leave_strides_to_the_pose(
    options: Options, walking_inputs: Walking, tmp_path: Path
) -> None:
    loads = walking_inputs.folder / "data/example3DWalking/grf_toes.xml"
    source = options.external_loads_files[0].read_text()
    assert "calcn_r" in source
    loads.write_text(source.replace("calcn_r", "toes_r"))
    moments = [walking_inputs.results / "walking_moments.sto"]
    given = replace(options, folder=tmp_path, external_loads_files=[loads])
    write_setups(replace(given, inverse_dynamics_files=moments), None)
    train, _ = read_training_setup(tmp_path / "walk_train.xml").trials
    assert (train.strides_file, train.external_loads_file) == (None, None)
    assert "<population>" in (tmp_path / "walk_train.xml").read_text()


@pytest.mark.parametrize(
    "coordinates",
    [
        ["ankle_angle_r"],
        ["hip_rotation_r", "ankle_angle_r"],
        ["knee_angle_r", "ankle_angle_r", "knee_angle_l", "ankle_angle_l"],
    ],
)
def test_what_is_not_one_walking_leg_gets_no_population(
    options: Options, tmp_path: Path, coordinates: list[str]
) -> None:
    channels = [word for word in CHANNELS if word.startswith(("gastro", "soleus"))]
    write_setups(
        replace(options, folder=tmp_path, coordinates=coordinates, channels=channels), None
    )
    assert "population" not in (tmp_path / "walk_train.xml").read_text()


@pytest.fixture(scope="module")
def elbow(tmp_path_factory: pytest.TempPathFactory) -> Options:
    """Two recordings of the elbow with known moments; channels are named like the muscles."""
    folder = tmp_path_factory.mktemp("elbow")
    shutil.copy(ROOT / "models" / "elbow.osim", folder)
    time = np.arange(0.0, 2.0, 0.01)
    wave = 0.5 - 0.5 * np.cos(2 * np.pi * time)
    muscles = ["BIClong", "TRIlong", "BRD"]
    for name in ("light", "heavy"):
        trial = folder / name
        columns = np.column_stack([wave, 1 - wave, wave**2])
        write_table(trial / "emg.sto", muscles, time, columns, Header(""))
        angles, moments = 60 * wave[:, None], 10 * wave[:, None]
        header = Header("", degrees=True)
        write_table(trial / "angles.mot", ["elbow_flexion"], time, angles, header)
        write_table(trial / "moments.sto", ["elbow_flexion_moment"], time, moments, Header(""))

    def files(name: str) -> list[Path]:
        return [folder / trial / name for trial in ("light", "heavy")]

    return Options(
        model_file=folder / "elbow.osim",
        folder=folder / "setups",
        coordinates=["elbow_flexion"],
        deep_muscles=["BRA", "TRImed"],
        emg_files=files("emg.sto"),
        coordinates_files=files("angles.mot"),
        inverse_dynamics_files=files("moments.sto"),
        cutoff="none",
        overwrite=True,
    )


def test_exact_names_and_known_moments_need_no_more(elbow: Options) -> None:
    written = write_setups(elbow, None)
    assert [file.name for file in written.files] == [
        "setups_train.xml",
        "setups_nmm.xml",
        "setups_report.xml",
        "setups_benchmark.xml",
    ]
    setup = read_training_setup(elbow.folder / "setups_train.xml")
    assert [(trial.name, trial.role) for trial in setup.trials] == [
        ("light", "train"),
        ("heavy", "test"),
    ]
    assert setup.trials[0].lowpass_cutoff_frequency_for_coordinates is None
    sources = {source.muscle: source for source in setup.sources}
    assert isinstance(sources["BRA"], Deep)
    assert set(sources["BRA"].synergists) == {"BRD", "BIClong"}
    assert sources["TRImed"] == Deep("TRImed", None, ("TRIlong",))
    assert isinstance(sources["TRIlat"], Tied)
    assert sources["TRIlat"].to in ("TRIlong", "TRImed")
    assert setup.population is None


def test_raw_emg_is_refused(elbow: Options, tmp_path: Path) -> None:
    time = np.arange(0.0, 2.0, 0.01)
    raw = tmp_path / "raw.sto"
    write_table(raw, ["BIClong"], time, np.sin(time * 300)[:, None], Header(""))
    one = replace(elbow, emg_files=[raw, raw])
    with pytest.raises(NMMError, match=r"expected envelopes in excitation units.*'BIClong'"):
        write_setups(one, None)


def test_clocks_that_do_not_meet_are_refused(elbow: Options, tmp_path: Path) -> None:
    time = np.arange(10.0, 12.0, 0.01)
    late = tmp_path / "late.sto"
    write_table(late, ["BIClong"], time, np.abs(np.sin(time))[:, None], Header(""))
    with pytest.raises(NMMError, match="recording 'light': expected EMG, motion and forces at the"):
        write_setups(replace(elbow, emg_files=[late, late]), None)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("markers.csv", b"time,x\n0,1\n", "expected a .trc, but found '.csv'"),
        ("markers.trc", b"", "expected content"),
        ("markers.trc", b"PathFileType\t4\t(X/Y/Z)\tmarkers.trc\n", "expected a .trc that begins"),
        ("markers.trc", bytes(range(256)) * 8, "expected text in UTF-8"),
    ],
)
def test_files_that_hold_no_markers_are_named(
    options: Options, tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    markers = tmp_path / name
    markers.write_bytes(content)
    with pytest.raises(NMMError, match=f"marker file '.*{name}': {expected}"):
        write_setups(
            replace(options, folder=tmp_path / "out", coordinates_files=(), marker_files=[markers]),
            None,
        )
    assert not (tmp_path / "out").exists()


def test_the_example_of_the_help_works(tmp_path: Path) -> None:
    done = run_cli("init", "--help")
    example = done.stdout.split("Example:")[1].replace("\\\n", " ")
    words = shlex.split(example)
    assert words[:2] == ["nmm-opensim", "init"]
    output = words.index("--output") + 1
    words[output] = str(tmp_path / "knee")
    done = run_cli(*words[1:], cwd=ROOT)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "knee" / "knee_inverse.xml").read_text()
    assert "<marker_file>" in text
    # Of all markers, so that the filter of the moments has data beyond their ends.
    assert "<moments_initial_time>" in text
    assert "<initial_time>" not in text
    assert "fill in" in done.stdout
    assert "medial_hamstrings" in done.stdout
    check_structure(tmp_path / "knee" / "knee_train.xml")


def test_the_verb_without_a_terminal_names_the_option(tmp_path: Path) -> None:
    model = ROOT / "models" / "elbow.osim"
    done = run_cli("init", str(model), "--output", str(tmp_path / "out"))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "missing option --emg-file" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_static_trial_and_a_generic_model_give_a_marker_map(
    model: OsimModel, tmp_path: Path
) -> None:
    static = tmp_path / "static.trc"
    labels = ["RKNE", "R.ASIS", "cluster_1"]
    header = ["PathFileType\t4\t(X/Y/Z)\tstatic.trc", "DataRate\tNumFrames\tNumMarkers\tUnits"]
    rows = [f"{k}\t{k / 100}" + "\t1\t2\t3" * len(labels) for k in range(3)]
    names = "Frame#\tTime\t" + "\t\t\t".join(labels)
    static.write_text("\n".join([*header, "100\t3\t3\tmm", names, "", *rows, ""]))
    arguments = ["init", str(model.path), "--output", str(tmp_path / "lab")]
    arguments += ["--static-file", str(static)]
    ran = run_cli(*arguments)
    assert ran.returncode == 0, ran.stderr
    file = tmp_path / "lab" / "static_marker_map.csv"
    assert file.read_text().splitlines() == [
        "marker,model_marker,suggestions",
        "RKNE,,R.Knee",
        "R.ASIS,R.ASIS,",
        "cluster_1,,",
    ]
    assert "1 of 3 markers are named like the model's" in ran.stdout.replace("\n", " ")
    assert shlex.quote(str(file)) in ran.stdout
    # What a person filled in is not lost by a second call, nor are setups asked for yet.
    ran = run_cli(*arguments)
    assert (ran.returncode, "is there already" in ran.stderr) == (2, True)
    ran = run_cli(*arguments, "--emg-file", str(static))
    assert (ran.returncode, "found --emg-file" in ran.stderr) == (2, True)


def test_training_and_test_stay_within_measured_times(options: Options, tmp_path: Path) -> None:
    measured = tmp_path / "walk_measured.csv"
    measured.write_text(
        "side,initial_time,final_time\nright,0.6,0.7\nright,0.8,1.9\nleft,0.5,1.2\n"
    )
    within = replace(options, folder=tmp_path, measured_files=[measured], measured_side="right")
    write_setups(within, None)
    setup = (tmp_path / "walk_train.xml").read_text()
    times = [float(text) for text in re.findall(r"<(?:initial|final)_time>([0-9.]+)<", setup)]
    assert len(times) == 4
    assert min(times) == pytest.approx(0.8, abs=0.011)
    assert max(times) == pytest.approx(1.9, abs=0.011)
    with pytest.raises(NMMError, match="loads of 'both' are measured, but found those of left, ri"):
        write_setups(replace(within, measured_side="both", overwrite=True), None)
    with pytest.raises(NMMError, match=r"--measured-side.*found only one"):
        write_setups(replace(within, measured_side=None, overwrite=True), None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("side,start,end\nright,1,2\n", "expected the columns side,initial_time,final_time"),
        ("side,initial_time,final_time\nright,2,1\n", "line 2: expected an initial and a later"),
        ("side,initial_time,final_time\nright,x,1\n", "line 2: expected an initial and a later"),
        ("side,initial_time,final_time\nright,1\n", "line 2: expected an initial and a later"),
        ("side,initial_time,final_time\nup,1,2\n", "line 2: expected right, left or both"),
    ],
)
def test_what_are_no_measured_times_is_refused(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "walk_measured.csv"
    file.write_text(text)
    with pytest.raises(NMMError, match=f"measured file.*{words}"):
        read_measured(file, "right")
