"""A generic model becomes a subject's: masses, lengths and strengths by the stated laws."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import opensim
import pytest
from conftest import ROOT, run_cli

from nmm_opensim.errors import NMMError
from nmm_opensim.models.scaling.scale import Sizes, scale_model
from nmm_opensim.models.scaling.segments import find_segment_length, read_segment_lengths
from nmm_opensim.physics.motion import Motion
from nmm_opensim.physics.osim_model import OsimModel
from nmm_opensim.recordings.inverse.model_forces import ModelForces

WALKING = ROOT / "data" / "example3DWalking" / "subject_walk_scaled.osim"
MASS, SHARE = 60.0, 0.9
MUSCLES = ["soleus_r", "recfem_r", "gasmed_l"]


@pytest.fixture(scope="module")
def small(model: OsimModel, tmp_path_factory: pytest.TempPathFactory) -> OsimModel:
    """The walking model at 60 kg and nine tenths of its height."""
    output = tmp_path_factory.mktemp("scaling") / "small.osim"
    scale_model(model.path, output, Sizes(MASS, height=1.62, model_height=1.8))
    return OsimModel(output)


def find_mass(model: OsimModel) -> float:
    return float(model.model.getTotalMass(model.state))


def test_masses_and_inertias_follow_the_laws(model: OsimModel, small: OsimModel) -> None:
    share = MASS / find_mass(model)
    assert find_mass(small) == pytest.approx(MASS, rel=1e-9)
    for body in model.model.getBodySet():
        scaled = small.model.getBodySet().get(body.getName())
        assert scaled.getMass() == pytest.approx(share * body.getMass())
        inertia, expected = scaled.get_inertia(), body.get_inertia()
        for k in range(6):
            assert inertia.get(k) == pytest.approx(share * SHARE**2 * expected.get(k), abs=1e-12)


def test_all_lengths_follow_the_height(model: OsimModel, small: OsimModel) -> None:
    for pose in model.make_poses(model.coordinate_names):
        pose = {name: value for name, value in pose.items() if not name.startswith("pelvis_t")}
        np.testing.assert_allclose(
            small.muscle_lengths(pose, MUSCLES),
            SHARE * model.muscle_lengths(pose, MUSCLES),
            rtol=1e-6,
        )
    share = MASS / find_mass(model)
    for name in MUSCLES:
        old, new = model.muscle(name), small.muscle(name)
        assert new.get_optimal_fiber_length() == pytest.approx(
            SHARE * old.get_optimal_fiber_length()
        )
        assert new.get_tendon_slack_length() == pytest.approx(SHARE * old.get_tendon_slack_length())
        assert new.get_max_isometric_force() == pytest.approx(
            share / SHARE * old.get_max_isometric_force()
        )


def test_the_small_model_moves_like_the_large_one(model: OsimModel, small: OsimModel) -> None:
    # Dynamic similarity: at rest, moments go with weight times length, whatever OpenSim's parts do.
    names = tuple(n for n in model.coordinate_names if n.endswith(("_r", "_l")))
    pose = Motion(np.zeros(1), names, np.full((1, len(names)), 0.2), np.zeros((1, len(names))))
    before, after = (ModelForces(each).moments(frozenset(), pose)[0] for each in (model, small))
    weight = MASS / find_mass(model)
    moments = np.isclose(after, SHARE * weight * before, rtol=1e-6, atol=1e-6)
    forces = np.isclose(after, weight * before, rtol=1e-6, atol=1e-6)
    assert (moments | forces).all()
    assert np.abs(before[moments]).max() > 10.0


def test_mass_alone_leaves_every_length(model: OsimModel, tmp_path: Path) -> None:
    scaled = scale_model(model.path, tmp_path / "light.osim", Sizes(MASS), scale_strength=False)
    assert {factor.value for factor in scaled.length_factors.values()} == {1.0}
    light = OsimModel(tmp_path / "light.osim")
    np.testing.assert_array_equal(
        light.muscle_lengths({}, MUSCLES), model.muscle_lengths({}, MUSCLES)
    )
    assert {c.before == c.after for c in scaled.muscles} == {True}


def test_a_segment_gets_the_length_that_was_measured(model: OsimModel, tmp_path: Path) -> None:
    # Moco's copy of Rajagopal's model has a knee whose centre moves.
    sizes = Sizes(find_mass(model), 1.7, model_height=1.7, segment_lengths={"tibia_r": 0.40})
    scaled = scale_model(model.path, tmp_path / "shank.osim", sizes)
    shank = OsimModel(tmp_path / "shank.osim")
    assert find_segment_length(model, "tibia_r") == pytest.approx(0.461, abs=1e-3)
    assert find_segment_length(shank, "tibia_r") == pytest.approx(0.40, abs=1e-6)
    assert find_segment_length(shank, "tibia_l") == pytest.approx(
        find_segment_length(model, "tibia_l")
    )
    changed = {c.component for c in scaled.muscles if c.quantity == "optimal_fiber_length"}
    same = {c.component for c in scaled.muscles if c.before == pytest.approx(c.after, rel=1e-9)}
    assert "soleus_r" in changed - same
    assert "soleus_l" in same


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"mass": 0.0}, "expected a mass above 0 kg"),
        ({"mass": float("nan")}, "expected a mass above 0 kg"),
        ({"height": 1.7}, "found only one"),
        ({"height": 172.0, "model_height": 1.8}, "lengths are in m"),
        ({"segment_lengths": {"tibia": 0.4}}, "nearest: tibia_r"),
        ({"segment_lengths": {"toes_r": 0.1}}, "at the end of a chain"),
        ({"segment_lengths": {"tibia_r": 400.0}}, "lengths are in m"),
        ({"segment_lengths": {"tibia_r": -0.4}}, "expected a length above 0 m"),
    ],
)
def test_what_is_no_size_is_refused(
    model: OsimModel, tmp_path: Path, options: dict[str, object], expected: str
) -> None:
    with pytest.raises(NMMError, match=expected):
        scale_model(model.path, tmp_path / "out.osim", Sizes(**{"mass": MASS, **options}))  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("word", ["tibia_r", "tibia_r=", "tibia_r=40cm"])
def test_a_segment_without_a_length_is_refused(word: str) -> None:
    with pytest.raises(NMMError, match="expected BODY=METRES"):
        read_segment_lengths([word])


def test_paths_without_points_are_refused(model: OsimModel, tmp_path: Path) -> None:
    fitted = opensim.Model(str(model.path))
    processor = opensim.ModelProcessor(fitted)
    paths = model.path.with_name("subject_walk_scaled_FunctionBasedPathSet.xml")
    processor.append(opensim.ModOpReplacePathsWithFunctionBasedPaths(str(paths)))
    processor.process().printToXML(str(tmp_path / "fitted.osim"))
    with pytest.raises(NMMError, match="expected a path of points, but found a FunctionBasedPath"):
        scale_model(tmp_path / "fitted.osim", tmp_path / "out.osim", Sizes(MASS, 1.7, 1.8))


def test_the_verb_writes_a_copy_and_what_changed(tmp_path: Path) -> None:
    model, copy = tmp_path / "arm26.osim", tmp_path / "copy.osim"
    model.write_bytes((ROOT / "data" / "arm26" / "arm26.osim").read_bytes())
    before = model.read_bytes()
    done = run_cli("scale", str(model), "--output", str(copy), "--mass", "3.1")
    assert done.returncode == 0, done.stderr
    # OpenSim's own log stays out of it.
    assert "[info]" not in done.stdout
    assert model.read_bytes() == before
    rows = list(csv.DictReader((tmp_path / "copy_scaling.csv").read_text().splitlines()))
    masses = [float(row["after"]) for row in rows if row["quantity"] == "mass"]
    assert sum(masses) == pytest.approx(3.1)

    done = run_cli("scale", str(model), "--output", str(model), "--mass", "3.1")
    assert done.returncode == 2
    assert "expected another file than the model itself" in done.stderr
    assert model.read_bytes() == before
