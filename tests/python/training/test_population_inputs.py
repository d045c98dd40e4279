"""What a population cannot be used with: one clear line, or a population that withdraws."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Walking
from walkers import make_population, make_walk

from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.posterior.drives import Drives
from nmm_opensim.estimators.posterior.estimator import Posterior
from nmm_opensim.estimators.prior.population_file import SHIPPED, read_population
from nmm_opensim.estimators.prior.population_witness import DeclaredPopulation
from nmm_opensim.formats.external_loads import RecordedLoad, write_external_loads
from nmm_opensim.nmm.chain import PreparedTrial
from nmm_opensim.nmm.trial import TrialFiles
from nmm_opensim.physics.motion import Motion
from nmm_opensim.physics.osim_model import OsimModel
from nmm_opensim.training.cycles import attach_cycles
from nmm_opensim.training.population_setup import PopulationSetup
from nmm_opensim.training.preparation import PreparedTraining, prepare_training
from nmm_opensim.training.training_setup import read_training_setup

NO_SAY = "it has no say"
FILE = "<population_file>walking<"


def declare(stance_shares: tuple[float, float] = (0.5, 0.8)) -> PopulationSetup:
    population = make_population({"soleus": 0.4})
    movement = replace(population.movement, stance_shares=stance_shares)
    declared = DeclaredPopulation("ten", replace(population, movement=movement), {"a": "soleus"})
    return PopulationSetup(declared, Path("ten.nmmpop"), "right", "calcn_r")


def write_strides(file: Path, strides: Sequence[tuple[str, float, float, float]]) -> Path:
    rows = [",".join(map(str, stride)) for stride in strides]
    file.write_text("\n".join(["side,initial_time,toe_off,final_time", *rows]) + "\n")
    return file


def attach(
    trial: PreparedTrial,
    model: OsimModel,
    population: PopulationSetup,
    strides_file: Path | None = None,
    external_loads_file: Path | None = None,
) -> tuple[PreparedTrial, tuple[str, ...]]:
    nothing = Path("nothing")
    files = TrialFiles(
        "walk",
        "train",
        nothing,
        nothing,
        nothing,
        strides_file=strides_file,
        external_loads_file=external_loads_file,
    )
    attached, warnings = attach_cycles({"walk": trial}, [files], model, population)
    return attached["walk"], warnings


def regular(side: str = "right", stance: float = 0.6) -> list[tuple[str, float, float, float]]:
    return [(side, float(k), k + stance, k + 1.0) for k in range(6)]


@pytest.mark.parametrize(
    ("strides", "found"),
    [
        ([], "no whole stride"),
        (regular("left"), "no whole stride"),
        # A clock that began elsewhere.
        ([(s, a + 100, b + 100, c + 100) for s, a, b, c in regular()], "no whole stride"),
        # A pause, and steps that are none.
        ([("right", 0.0, 2.0, 3.0), ("right", 3.0, 3.1, 3.3)], "2 of 0.3-3 s with 33-67 % of st"),
        # A run, in which the foot hardly stands.
        (regular(stance=0.3), "6 of 1-1 s with 30-30 % of stance"),
    ],
)
def test_strides_that_are_none_of_the_movement(
    model: OsimModel, tmp_path: Path, strides: list[tuple[str, float, float, float]], found: str
) -> None:
    file = write_strides(tmp_path / "strides.csv", strides)
    walk = make_walk({"a": 0.4})
    trial, (warning,) = attach(walk, model, declare(), strides_file=file)
    assert trial.cycles == ()
    assert NO_SAY in warning
    assert f"but found {found}" in warning
    assert "Population 'ten': expected a stride of walking" in warning


def test_half_a_stride_tells_too_little(model: OsimModel, tmp_path: Path) -> None:
    """Its other half lies beyond the trial; with the half of another stride the two are whole."""
    walk = make_walk({"a": 0.4})
    end = float(walk.time[-1])
    last = ("right", end - 0.5, end + 0.1, end + 0.5)
    file = write_strides(tmp_path / "strides.csv", [last])
    trial, (warning,) = attach(walk, model, declare(), strides_file=file)
    assert trial.cycles == ()
    assert "expected all of a stride of walking, but found 45 % of one" in warning
    assert NO_SAY in warning
    file = write_strides(tmp_path / "both.csv", [("right", -0.6, 0.0, 0.4), last])
    trial, warnings = attach(walk, model, declare(), strides_file=file)
    assert (len(trial.cycles), warnings) == (2, ())


def test_no_stride_is_as_long_as_another(model: OsimModel, tmp_path: Path) -> None:
    file = write_strides(tmp_path / "a.csv", [("right", 0, 0.3, 0.5), ("right", 1, 1.5, 1.9)])
    trial, (warning,) = attach(make_walk({"a": 0.4}), model, declare(), strides_file=file)
    assert trial.cycles == ()
    assert "but found 2 of 0.5-0.9 s with 56-60 % of stance; it has no say" in warning


def test_another_movements_stance(model: OsimModel, tmp_path: Path) -> None:
    """Walking strides, asked for a population of runners."""
    file = write_strides(tmp_path / "strides.csv", regular())
    walk = make_walk({"a": 0.4})
    trial, warnings = attach(walk, model, declare((0.5, 0.8)), strides_file=file)
    assert (len(trial.cycles), warnings) == (6, ())
    trial, (warning,) = attach(walk, model, declare((0.2, 0.45)), strides_file=file)
    assert trial.cycles == ()
    assert "a stance of 20-45 % of it, but found 6 of 1-1 s with 60-60 %" in warning


def write_force(file: Path, contacts: Sequence[int], body: str = "calcn_r") -> Path:
    """A plate with contacts of 0.6 s that begin at whole seconds."""
    time = np.arange(-0.5, 7.5, 0.01)
    up = np.zeros_like(time)
    for start in contacts:
        up[(time >= start - 1e-9) & (time < start + 0.6)] = 700.0
    force = np.column_stack([0 * up, up, 0 * up])
    load = RecordedLoad("foot", body, ("force_v", force), ("force_p", 0 * force))
    write_external_loads(file, file.with_suffix(".mot"), time, [load], "made by hand")
    return file


def test_strides_by_force(model: OsimModel, tmp_path: Path) -> None:
    file = write_force(tmp_path / "loads.xml", range(7))
    trial, warnings = attach(make_walk({"a": 0.4}), model, declare(), external_loads_file=file)
    assert warnings == ()
    assert [c.start for c in trial.cycles] == pytest.approx([0, 1, 2, 3, 4, 5], abs=0.011)
    assert [c.toe_off - c.start for c in trial.cycles] == pytest.approx([0.6] * 6, abs=0.011)


def test_plates_that_miss_steps(model: OsimModel, tmp_path: Path) -> None:
    """Two strides in one are longer than the others; where all are, the foot stands too little."""
    walk = make_walk({"a": 0.4})
    some = write_force(tmp_path / "some.xml", [0, 1, 2, 4, 5, 6])
    trial, (warning,) = attach(walk, model, declare(), external_loads_file=some)
    assert [c.start for c in trial.cycles] == pytest.approx([0, 1, 4, 5], abs=0.011)
    assert "1 of 5 strides are left out" in warning
    half = write_force(tmp_path / "half.xml", [0, 2, 4, 6])
    trial, (warning,) = attach(walk, model, declare(), external_loads_file=half)
    assert trial.cycles == ()
    assert NO_SAY in warning
    assert "3 of 2-2 s with 30-30 % of stance" in warning
    none = write_force(tmp_path / "none.xml", [])
    trial, (warning,) = attach(walk, model, declare(), external_loads_file=none)
    assert trial.cycles == ()
    assert "no whole stride" in warning


def test_a_load_on_another_body(model: OsimModel, tmp_path: Path) -> None:
    file = write_force(tmp_path / "left.xml", range(7), "calcn_l")
    with pytest.raises(
        NMMError, match=r"left.xml': expected a load on .*<foot_body> 'calcn_r', bu"
    ):
        attach(make_walk({"a": 0.4}), model, declare(), external_loads_file=file)


def test_a_force_that_turns_with_the_foot(model: OsimModel, tmp_path: Path) -> None:
    file = write_force(tmp_path / "turning.xml", range(7))
    text = file.read_text()
    file.write_text(
        text.replace("<force_expressed_in_body>ground<", "<force_expressed_in_body>calcn_r<")
    )
    assert file.read_text() != text
    with pytest.raises(
        NMMError, match=r"turning.xml.*\"foot\">: expected a force .* in ground.*calc"
    ):
        attach(make_walk({"a": 0.4}), model, declare(), external_loads_file=file)


@pytest.fixture(scope="module")
def two_stances(training: PreparedTraining) -> PreparedTrial:
    """Both trials of the walking example as one: strikes at 0.27 and 1.41 s."""
    first, second = (training.trials[name].motion for name in ("first_stride", "second_stance"))
    later = second.time > first.time[-1]
    motion = Motion(
        np.concatenate([first.time, second.time[later]]),
        first.coordinates,
        np.vstack([first.values, second.values[later]]),
        np.vstack([first.speeds, second.speeds[later]]),
    )
    return replace(training.trials["first_stride"], motion=motion, cycles=())


def test_strides_by_pose_alone(training: PreparedTraining, two_stances: PreparedTrial) -> None:
    trial, warnings = attach(two_stances, training.model, declare())
    assert warnings == ()
    (stride,) = trial.cycles
    assert (stride.start, stride.end) == pytest.approx((0.27, 1.41), abs=0.06)
    assert stride.toe_off == pytest.approx(1.02, abs=0.1)


def test_a_walk_backwards(training: PreparedTraining, two_stances: PreparedTrial) -> None:
    """What is farthest forward then is toe off."""
    motion = two_stances.motion
    backwards = replace(motion, values=motion.values[::-1], speeds=-motion.speeds[::-1])
    trial, (warning,) = attach(replace(two_stances, motion=backwards), training.model, declare())
    assert trial.cycles == ()
    assert NO_SAY in warning


def cut(motion: Motion, frames: int) -> Motion:
    return replace(
        motion,
        time=motion.time[:frames],
        values=motion.values[:frames],
        speeds=motion.speeds[:frames],
    )


@pytest.mark.parametrize("frames", [1, 2, 100])
def test_half_a_stride_by_pose(
    training: PreparedTraining, two_stances: PreparedTrial, frames: int
) -> None:
    short = replace(two_stances, motion=cut(two_stances.motion, frames))
    trial, (warning,) = attach(short, training.model, declare())
    assert trial.cycles == ()
    assert "no whole stride" in warning


def test_left_and_right_mixed_up(walking_inputs: Walking) -> None:
    """Both stances train, on the left foot's strides: masked channels tell."""
    strides = walking_inputs.folder / "setups" / "mixed_strides.csv"
    write_strides(strides, [("right", 0.84, 1.57, 1.98)])
    setup = walking_inputs.copy(
        walking_inputs.train_setup,
        "mixed_up.xml",
        ("<role>test<", "<role>train<"),
        ("<final_time>1.41<", "<final_time>2.3<"),
        (
            "<external_loads_file>",
            "<strides_file>mixed_strides.csv</strides_file><external_loads_file>",
        ),
    )
    prepared = prepare_training(read_training_setup(setup))
    (trial, _) = prepared.training_trials
    assert [cycle.start for cycle in trial.cycles] == [0.84]
    drives = Drives(prepared.task)
    assert drives.fit is not None
    assert not drives.fit.heard
    assert not drives.prior.hears_population
    (soleus,) = drives.prior.deep
    assert [w.who for w in drives.prior.describe_witnesses(soleus)] == ["gastrocnemius"]
    right = Drives(replace(prepared.task, training=_with_right_strides(prepared)))
    assert right.fit is not None
    assert right.fit.heard


def _with_right_strides(prepared: PreparedTraining) -> tuple[PreparedTrial, ...]:
    first, second = prepared.training_trials
    (stride,) = first.cycles
    own = replace(stride, start=0.27, toe_off=1.02, end=1.41)
    return replace(first, cycles=(own,)), second


def test_none_is_no_population(walking_inputs: Walking) -> None:
    setup = walking_inputs.copy(
        walking_inputs.train_setup, "nobody.xml", (FILE, "<population_file>none<")
    )
    declared = read_training_setup(setup)
    assert declared.population is None
    prepared = prepare_training(declared)
    assert prepared.task.population is None
    assert all(trial.cycles == () for trial in prepared.training_trials)


def _write_other_format(file: Path) -> None:
    whole = SHIPPED["walking"].read_bytes()
    assert whole.count(rb"\"format\": 1,") == 1
    file.write_bytes(whole.replace(rb"\"format\": 1,", rb"\"format\": 7,"))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (FILE, "<population_file>other.nmmpop<", "expected format 1, but found 7"),
        (FILE, "<population_file>text.nmmpop<", "expected a population that"),
        (FILE, "<population_file>runing<", "expected a file, but found nothing"),
        ("<their_muscles>\n", "<their_muscles>\n soleus ", "one name for each of the 9"),
        (
            "soleus gastrocnemius_medialis",
            "solus gastrocnemius_medialis",
            "found 'solus'; nearest: s",
        ),
        ("<their_relatives>semi", "<their_relatives>sem", "for 'semimem_r', but found 'semten"),
        ("<relatives>semimem_r", "<relatives>soleus_r", "found 'soleus_r' in <muscles> too"),
        ("<side>right", "<side>both", "expected one of right, left"),
        ("<foot_body>calcn_r</foot_body>", "", "lacks the element <foot_body>"),
    ],
)
def test_refused_setups(walking_inputs: Walking, old: str, new: str, expected: str) -> None:
    setups = walking_inputs.folder / "setups"
    _write_other_format(setups / "other.nmmpop")
    (setups / "text.nmmpop").write_text("not a population")
    setup = walking_inputs.copy(walking_inputs.train_setup, "refused_people.xml", (old, new))
    with pytest.raises(NMMError, match=expected) as refused:
        read_training_setup(setup)
    assert "\n" not in str(refused.value)
    # The line of the setup, or the file that is none.
    assert re.search(r"refused_people.xml:\d+: |(other|text).nmmpop': ", str(refused.value))


def test_a_muscle_that_the_model_lacks(walking_inputs: Walking) -> None:
    setup = walking_inputs.copy(
        walking_inputs.train_setup,
        "lacks.xml",
        ("soleus_r gasmed_r gaslat_r", "sol_r gasmed_r gaslat_r"),
    )
    with pytest.raises(NMMError, match=r"'sol_r'.*soleus_r"):
        prepare_training(read_training_setup(setup))


def test_a_network_that_sees_no_pose(walking_inputs: Walking) -> None:
    names = "hip_flexion_r knee_angle_r ankle_angle_r"
    setup = walking_inputs.copy(
        walking_inputs.train_setup, "blind.xml", (f"<speeds>{names}</speeds>", "")
    )
    prepared = prepare_training(read_training_setup(setup))
    with pytest.raises(NMMError, match=r"'walking': expected a coordinate among .*add the leg's"):
        Posterior().fit(prepared.task, 0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (rb"[0.5, 0.8]", rb"[0.5, 1" + b"0" * 400 + b"]"),
        (rb"[0.5, 0.8]", b"[" * 100_000),
        (rb"\"people\": 15", rb"\"people\": 1e999"),
    ],
)
def test_a_population_with_a_hostile_header(tmp_path: Path, old: bytes, new: bytes) -> None:
    whole = SHIPPED["walking"].read_bytes()
    assert whole.count(old) == 1
    size = int.from_bytes(whole[:8], "little") + len(new) - len(old)
    file = tmp_path / "hostile.nmmpop"
    file.write_bytes(size.to_bytes(8, "little") + whole[8:].replace(old, new))
    with pytest.raises(NMMError, match=r"hostile.nmmpop': expected") as refused:
        read_population(file)
    assert len(str(refused.value)) < 400
