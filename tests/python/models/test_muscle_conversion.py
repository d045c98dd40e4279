"""Muscles of other classes become Millard's, and all else in the model stays."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import opensim
import pytest
from conftest import ROOT, run_cli
from lxml import etree

from nmm_opensim.cli import main
from nmm_opensim.errors import NMMError
from nmm_opensim.models.conversion.classes import CLASSES
from nmm_opensim.models.conversion.convert import TARGET, convert_muscles
from nmm_opensim.models.conversion.curve_fitting import (
    fit_passive_force_length,
    fit_tendon_force_length,
)
from nmm_opensim.models.conversion.isometric import COMPARED_LENGTHS, BeforeAfter
from nmm_opensim.models.conversion.replacement import ConvertedMuscle
from nmm_opensim.running.opensim_cmd import find_opensim_cmd


@pytest.fixture(scope="module")
def arm26(opensim_source: Path) -> Path:
    """The elbow model, whose muscles are Thelen2003Muscles."""
    return opensim_source / "Applications" / "Forward" / "test" / "arm26.osim"


@pytest.fixture(scope="module")
def converted_arm26(
    arm26: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[ConvertedMuscle]]:
    """Its copy, and what became of its muscles."""
    output = tmp_path_factory.mktemp("arm26") / "arm26.osim"
    return output, convert_muscles(arm26, output)


def muscles_of(path: Path) -> dict[str, opensim.Muscle]:
    """The muscles by absolute path; their model is kept alive by them."""
    model = opensim.Model(str(path))
    model.initSystem()
    muscles = {m.getAbsolutePathString(): m for m in list(model.getMuscleList())}
    for muscle in muscles.values():
        muscle.kept_model = model
    return muscles


def millard(muscle: opensim.Muscle) -> opensim.Millard2012EquilibriumMuscle:
    """The muscle as the class it must be."""
    typed = opensim.Millard2012EquilibriumMuscle.safeDownCast(muscle)
    assert typed is not None
    return typed


def one_muscle_model(folder: Path, old_class: str, **values: float | bool) -> Path:
    """A model of one muscle along a slider; ``values`` are properties of the muscle."""
    model = opensim.Model()
    load = opensim.Body("load", 1.0, opensim.Vec3(0), opensim.Inertia(1))
    model.addBody(load)
    model.addJoint(opensim.SliderJoint("slider", model.getGround(), load))
    muscle = opensim.Muscle.safeDownCast(opensim.OpenSimObject.newInstanceOfType(old_class))
    muscle.setName("muscle")
    for name, value in values.items():
        setter = {float: "Double", bool: "Bool"}[type(value)]
        property_ = muscle.updPropertyByName(name)
        getattr(opensim.PropertyHelper, f"setValue{setter}")(value, property_)
    muscle.addNewPathPoint("origin", model.getGround(), opensim.Vec3(0))
    muscle.addNewPathPoint("insertion", load, opensim.Vec3(0.3, 0, 0))
    model.addForce(muscle)
    path = folder / f"{old_class}.osim"
    model.finalizeConnections()
    model.printToXML(str(path))
    return path


def test_what_thelen_and_millard_share_is_carried_over(
    arm26: Path, converted_arm26: tuple[Path, list[ConvertedMuscle]]
) -> None:
    old, new = muscles_of(arm26), muscles_of(converted_arm26[0])
    assert list(new) == list(old)
    for path, before in old.items():
        after = millard(new[path])
        thelen = opensim.Thelen2003Muscle.safeDownCast(before)
        for name in (
            "max_isometric_force",
            "optimal_fiber_length",
            "tendon_slack_length",
            "pennation_angle_at_optimal",
            "max_contraction_velocity",
            "activation_time_constant",
            "deactivation_time_constant",
            "minimum_activation",
            "maximum_pennation_angle",
            "default_activation",
            "default_fiber_length",
            "appliesForce",
            "ignore_tendon_compliance",
            "ignore_activation_dynamics",
        ):
            assert getattr(after, f"get_{name}")() == getattr(thelen, f"get_{name}")(), name
        assert after.getMinControl() == before.getMinControl()
        assert after.getMaxControl() == before.getMaxControl()
        tendon, passive = after.getTendonForceLengthCurve(), after.getFiberForceLengthCurve()
        assert tendon.getStrainAtOneNormForce() == thelen.get_FmaxTendonStrain()
        assert passive.getStrainAtOneNormForce() == thelen.get_FmaxMuscleStrain()


def test_paths_move_the_joints_as_before(
    arm26: Path, converted_arm26: tuple[Path, list[ConvertedMuscle]]
) -> None:
    measured = []
    for file in (arm26, converted_arm26[0]):
        model = opensim.Model(str(file))
        state = model.initSystem()
        elbow = model.getCoordinateSet().get("r_elbow_flex")
        elbow.setValue(state, 1.2)
        model.realizePosition(state)
        measured += [
            (m.getLength(state), m.computeMomentArm(state, elbow))
            for m in list(model.getMuscleList())
        ]
    assert measured[: len(measured) // 2] == measured[len(measured) // 2 :]


def test_all_else_in_the_file_stays(
    arm26: Path, converted_arm26: tuple[Path, list[ConvertedMuscle]], tmp_path: Path
) -> None:
    model = opensim.Model(str(arm26))
    model.initSystem()
    model.printToXML(str(tmp_path / "as_it_was.osim"))
    files = []
    for file in (tmp_path / "as_it_was.osim", converted_arm26[0]):
        tree = etree.parse(file)
        for muscle in tree.iterfind(".//ForceSet/objects/*"):
            muscle.clear()
        text = etree.tostring(tree, method="c14n").decode()
        files.append(re.sub(r"Thelen2003Muscle|Millard2012EquilibriumMuscle", "", text))
    assert files[0] == files[1]


def test_the_isometric_force_of_thelens_muscles_stays_near(
    converted_arm26: tuple[Path, list[ConvertedMuscle]],
) -> None:
    for muscle in converted_arm26[1]:
        assert muscle.full.before.shape == COMPARED_LENGTHS.shape
        assert muscle.full.largest < 0.05
        assert muscle.full.rms < 0.025
        assert muscle.passive.largest < 0.01
        assert muscle.force_velocity_rms < 0.02
        assert muscle.lost == {"fv_linear_extrap_threshold": "0.95"}
        assert muscle.added == {"fiber_damping": "0.1"}
        assert muscle.changed == {}


def test_a_point_that_both_classes_must_meet(tmp_path: Path) -> None:
    # Fully active at optimal fibre length, the tendon at the strain of one normalised force: the
    # force is the maximum isometric force in both classes. That is at a length beyond slack of
    # 0.1 m + 0.04 x 0.25 m = 1.1 optimal fibre lengths.
    model = one_muscle_model(
        tmp_path, "Thelen2003Muscle", tendon_slack_length=0.25, optimal_fiber_length=0.1
    )
    (muscle,) = convert_muscles(model, tmp_path / "new.osim")
    (k,) = np.flatnonzero(np.isclose(COMPARED_LENGTHS, 1.1))
    assert muscle.full.before[k] == pytest.approx(1.0, abs=1e-6)
    assert muscle.full.after[k] == pytest.approx(1.0, abs=1e-6)


def test_differences() -> None:
    curves = BeforeAfter(np.array([1.0, 1.0, np.nan]), np.array([1.03, 0.96, 1.0]))
    assert curves.largest == pytest.approx(0.04)
    assert curves.rms == pytest.approx(np.sqrt((0.03**2 + 0.04**2) / 2))


def test_fits_give_back_millards_own_curves() -> None:
    x = np.linspace(0.9, 1.6, 60)
    passive = opensim.FiberForceLengthCurve(0.05, 0.55, 0.3, 5.0, 0.6)
    fit = fit_passive_force_length(x, np.array([passive.calcValue(v) for v in x.tolist()]), None)
    assert fit.rms < 1e-3
    assert fit.curve.getStrainAtOneNormForce() == pytest.approx(0.55, abs=0.01)
    x = np.linspace(0.99, 1.06, 60)
    tendon = opensim.TendonForceLengthCurve(0.06, 30.0, 0.5, 0.4)
    fit = fit_tendon_force_length(x, np.array([tendon.calcValue(v) for v in x.tolist()]), 0.06)
    assert fit.rms < 1e-3
    assert fit.curve.getStrainAtOneNormForce() == 0.06


@pytest.mark.parametrize("old_class", CLASSES)
def test_every_class_that_opensim_can_compute(old_class: str, tmp_path: Path) -> None:
    output = tmp_path / "new.osim"
    (muscle,) = convert_muscles(one_muscle_model(tmp_path, old_class), output)
    assert muscle.old_class == old_class
    # The largest is Schutte's and RigidTendonMuscle's, whose splines have long flat tails.
    assert muscle.full.largest < 0.12
    assert muscle.full.rms < 0.06
    assert muscle.passive.largest < 0.05
    (after,) = muscles_of(output).values()
    rigid = old_class in ("RigidTendonMuscle", "MeyerFregly2016Muscle")
    assert after.get_ignore_tendon_compliance() == rigid
    assert after.get_ignore_activation_dynamics() == (old_class == "RigidTendonMuscle")


def test_de_groote_fregly_muscles_that_are_components(opensim_source: Path, tmp_path: Path) -> None:
    model, output = (
        opensim_source / "OpenSim/Examples/Moco/example2DWalking/2D_gait.osim",
        tmp_path / "new",
    )
    converted = convert_muscles(model, output)
    old, new = muscles_of(model), muscles_of(output)
    assert len(converted) == 18
    assert list(new) == list(old)
    for path, before in old.items():
        after = millard(new[path])
        muscle = opensim.DeGrooteFregly2016Muscle.safeDownCast(before)
        assert after.get_fiber_damping() == muscle.get_fiber_damping()
        assert after.get_default_activation() == muscle.get_default_activation()
        assert after.get_default_fiber_length() == muscle.get_optimal_fiber_length()
        assert after.get_minimum_activation() == 0.0
        strain = after.getTendonForceLengthCurve().getStrainAtOneNormForce()
        assert strain == muscle.get_tendon_strain_at_one_norm_force()
    assert all(muscle.full.largest < 0.06 for muscle in converted)
    assert set(converted[0].lost) == {
        "default_normalized_tendon_force",
        "tendon_compliance_dynamics_mode",
        "activation_dynamics_smoothing",
    }


def test_what_millard_refuses_is_changed_and_said(tmp_path: Path) -> None:
    model = one_muscle_model(
        tmp_path, "DeGrooteFregly2016Muscle", min_control=-0.5, ignore_passive_fiber_force=True
    )
    (muscle,) = convert_muscles(model, tmp_path / "new.osim")
    assert muscle.changed == {
        "fiber_damping": "0 to 0.001, the least without singularity",
        "min_control": "-0.5 to 0, the minimum activation",
    }
    (after,) = muscles_of(tmp_path / "new.osim").values()
    assert (millard(after).get_fiber_damping(), after.getMinControl()) == (0.001, 0.0)
    # Only the least activation is left of the passive force.
    assert np.nanmax(muscle.passive.after) < 0.011


def test_schutte_muscles_keep_their_time_scale(tmp_path: Path) -> None:
    model = one_muscle_model(tmp_path, "Schutte1993Muscle_Deprecated", time_scale=0.05)
    convert_muscles(model, tmp_path / "new.osim")
    (after,) = muscles_of(tmp_path / "new.osim").values()
    assert after.get_max_contraction_velocity() == pytest.approx(20.0)
    assert millard(after).get_activation_time_constant() == pytest.approx(0.05 / (7.667 + 1.459854))
    assert millard(after).get_deactivation_time_constant() == pytest.approx(0.05 / 1.459854)
    assert millard(after).get_fiber_damping() == 0.1


def test_damping_per_fiber_length_becomes_damping_per_maximum_velocity(tmp_path: Path) -> None:
    model = one_muscle_model(
        tmp_path,
        "Millard2012AccelerationMuscle",
        fiber_damping=0.02,
        max_contraction_velocity=12.0,
    )
    convert_muscles(model, tmp_path / "new.osim")
    (after,) = muscles_of(tmp_path / "new.osim").values()
    assert millard(after).get_fiber_damping() == pytest.approx(0.24)


def test_order_groups_and_controllers_stay(arm26: Path, tmp_path: Path) -> None:
    model = opensim.Model(str(arm26))
    forces = model.updForceSet()
    reserve = opensim.CoordinateActuator("r_elbow_flex")
    reserve.setName("reserve")
    reserve.thisown = False
    forces.insert(2, reserve)
    forces.addGroup("flexors")
    forces.addObjectToGroup("flexors", "BRA")
    forces.addObjectToGroup("flexors", "BIClong")
    controller = opensim.PrescribedController()
    controller.setName("excitations")
    controller.addActuator(model.getMuscles().get("BRA"))
    controller.prescribeControlForActuator("BRA", opensim.Constant(0.3))
    model.addController(controller)
    model.finalizeConnections()
    model.printToXML(str(tmp_path / "old.osim"))
    names = [forces.get(i).getName() for i in range(forces.getSize())]

    convert_muscles(tmp_path / "old.osim", tmp_path / "new.osim")
    new = opensim.Model(str(tmp_path / "new.osim"))
    state = new.initSystem()
    forces = new.getForceSet()
    assert [forces.get(i).getName() for i in range(forces.getSize())] == names
    members = forces.getGroup("flexors").getMembers()
    assert [members.get(i).getName() for i in range(members.getSize())] == ["BRA", "BIClong"]
    new.realizeDynamics(state)
    assert new.getMuscles().get("BRA").getExcitation(state) == pytest.approx(0.3)


def test_defaults_of_the_file_do_not_leak_into_the_new_muscles(arm26: Path, tmp_path: Path) -> None:
    defaults = """<defaults><Millard2012EquilibriumMuscle name="default">
        <fiber_damping>0.7</fiber_damping><minimum_activation>0.2</minimum_activation>
        <min_control>0.3</min_control></Millard2012EquilibriumMuscle></defaults>"""
    text = arm26.read_text(encoding="utf-8")
    old, new = tmp_path / "old.osim", tmp_path / "new.osim"
    old.write_text(re.sub(r"(<Model [^>]*>)", rf"\1{defaults}", text), encoding="utf-8")
    # In a process of its own: OpenSim keeps a file's defaults for all later models.
    assert run_cli("convert-muscles", str(old), "--output", str(new)).returncode == 0
    muscles = etree.parse(new).findall(".//objects/Millard2012EquilibriumMuscle")
    assert len(muscles) == 6
    for muscle in muscles:
        assert float(muscle.findtext("fiber_damping")) == 0.1
        assert float(muscle.findtext("min_control")) == 0.01


def test_converted_muscles_are_left_as_they_are(
    converted_arm26: tuple[Path, list[ConvertedMuscle]], tmp_path: Path
) -> None:
    again = tmp_path / "again.osim"
    assert convert_muscles(converted_arm26[0], again) == []
    first, second = (
        [etree.tostring(m, method="c14n") for m in etree.parse(file).iter(TARGET)]
        for file in (converted_arm26[0], again)
    )
    strip = re.compile(rb"<!--.*?-->|\s+", re.DOTALL)
    assert [strip.sub(b"", m) for m in first] == [strip.sub(b"", m) for m in second]


def test_it_equilibrates_and_runs_in_opensim_cmd(
    arm26: Path, converted_arm26: tuple[Path, list[ConvertedMuscle]], tmp_path: Path
) -> None:
    model = opensim.Model(str(converted_arm26[0]))
    state = model.initSystem()
    model.equilibrateMuscles(state)
    model.realizeDynamics(state)
    assert all(m.getActuation(state) > 0.0 for m in list(model.getMuscleList()))

    setup = (arm26.parent / "arm26_Setup_Forward.xml").read_text(encoding="utf-8")
    for old, new in (
        (" arm26.osim ", str(converted_arm26[0])),
        (" arm26_InitialStates.sto ", str(arm26.parent / "arm26_InitialStates.sto")),
        (
            " arm26_StaticOptimization_controls.xml ",
            str(arm26.parent / "arm26_StaticOptimization_controls.xml"),
        ),
        ("_states> false </solve_for_eq", "_states> true </solve_for_eq"),
    ):
        assert old in setup
        setup = setup.replace(old, new)
    (tmp_path / "setup.xml").write_text(setup, encoding="utf-8")
    # The wheel's libraries are on the path once opensim is imported; opensim-cmd has its own.
    environment = {k: v for k, v in os.environ.items() if k != "LD_LIBRARY_PATH"}
    subprocess.run(
        [str(find_opensim_cmd()), "run-tool", "setup.xml"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=True,
    )
    states = opensim.TimeSeriesTable(str(tmp_path / "Results" / "arm26_states.sto"))
    assert states.getIndependentColumn()[-1] == pytest.approx(1.0)


def test_refusals_leave_nothing_behind(arm26: Path, tmp_path: Path) -> None:
    text = arm26.read_text(encoding="utf-8")
    own = tmp_path / "own.osim"
    own.write_text(text, encoding="utf-8")
    plugin = tmp_path / "plugin.osim"
    muscle = r'Thelen2003Muscle( name="BRA">.*?</)Thelen2003Muscle>'
    plugin.write_text(
        re.sub(muscle, r"FatigableMuscle\1FatigableMuscle>", text, flags=re.DOTALL),
        encoding="utf-8",
    )
    empty = tmp_path / "empty.osim"
    empty.touch()
    dead = one_muscle_model(tmp_path, "Delp1990Muscle_Deprecated")
    weak = one_muscle_model(tmp_path, "Schutte1993Muscle_Deprecated", max_isometric_force=0.0)
    output = tmp_path / "new.osim"
    before = sorted(tmp_path.iterdir())
    for model, target, expected in (
        (own, own, "expected another file than the model itself"),
        (plugin, output, r"line \d+: .*'BRA' is a FatigableMuscle, which would be lost"),
        (dead, output, "muscle 'muscle' is a Delp1990Muscle_Deprecated, whose forces OpenSim"),
        (weak, output, "muscle 'muscle' .*expected max_isometric_force above zero"),
        (empty, output, "expected an OpenSim model in XML, but found no XML"),
        (tmp_path / "absent.osim", output, "expected a file, but found nothing"),
    ):
        with pytest.raises(NMMError, match=expected):
            convert_muscles(model, target)
    assert sorted(tmp_path.iterdir()) == before
    assert own.read_text(encoding="utf-8") == text


def run_verb(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    """The verb in this process, which has OpenSim loaded already."""
    monkeypatch.setattr(sys, "argv", ["nmm-opensim", "convert-muscles", *arguments])
    main()


def test_the_verb_reports_and_writes_curves(
    arm26: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run_verb(monkeypatch, str(arm26), "--output", str(tmp_path / "out" / "arm.osim"))
    shown = " ".join(capsys.readouterr().out.split())
    assert "FmaxTendonStrain → TendonForceLengthCurve" in shown
    assert "fv_linear_extrap_threshold (0.95)" in shown
    written = {path.name for path in (tmp_path / "out").iterdir()}
    endings = (".osim", "_conversion.csv", "_force_length.csv", "_force_length.png")
    assert written == {f"arm{ending}" for ending in endings}
    with (tmp_path / "out/arm_force_length.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6 * len(COMPARED_LENGTHS)
    with (tmp_path / "out/arm_conversion.csv").open(encoding="utf-8") as file:
        muscles = {row["muscle"]: row for row in csv.DictReader(file)}
    differences = [
        abs(float(row["full_after"]) - float(row["full_before"]))
        for row in rows
        if row["muscle"] == "BRA"
    ]
    assert float(muscles["BRA"]["full_largest"]) == pytest.approx(max(differences), abs=1e-5)
    assert muscles["BRA"]["lost"] == "fv_linear_extrap_threshold: 0.95"


def test_the_help_ends_with_an_example_that_works(
    example: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run_verb(monkeypatch, "--help")
    found = re.search(
        r"nmm-opensim convert-muscles (\S+) --output", " ".join(capsys.readouterr().out.split())
    )
    assert found is not None
    run_verb(monkeypatch, str(ROOT / found[1]), "--output", str(tmp_path / "out.osim"))
    assert "From Thelen2003Muscle to Millard2012EquilibriumMuscle" in capsys.readouterr().out
    assert (tmp_path / "out.osim").is_file()


def test_a_refusal_of_the_verb_is_one_line_and_status_2(tmp_path: Path) -> None:
    done = run_cli("convert-muscles", "absent.osim", "--output", "new.osim", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
