"""Fitted muscle paths: within their bars or named, the same in NumPy and torch, and kept."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import opensim
import pytest
import torch
from conftest import Walking

from nmm_opensim import _core
from nmm_opensim.errors import NMMError
from nmm_opensim.physics.motion import Motion, read_motion
from nmm_opensim.physics.osim_model import Geometry, OsimModel
from nmm_opensim.physics.paths import cache as path_cache
from nmm_opensim.physics.paths import path_model, polynomial_fit
from nmm_opensim.physics.paths.geometry import compute_geometry, sample_geometry
from nmm_opensim.physics.paths.path_errors import PathRow
from nmm_opensim.physics.paths.path_model import PathModel, PathProblem, fit_path_model
from nmm_opensim.physics.paths.path_report import write_path_report
from nmm_opensim.physics.paths.path_sets import read_path_set
from nmm_opensim.physics.paths.sampling import PathSampler, find_independent_coordinates
from nmm_opensim.physics.paths.wide_trials import find_wide

# Over the patella, over one joint, over two, over the toes, and one with an inconsistent path.
MUSCLES = ["vasmed_r", "soleus_r", "gasmed_r", "edl_r", "gaslat_r"]
MOMENTS = ["knee_angle_r", "ankle_angle_r"]
FREE = ["knee_angle_r", "ankle_angle_r", "mtp_angle_r"]
PATH_SET = "subject_walk_scaled_FunctionBasedPathSet.xml"


def quiet(text: str) -> None:
    pass


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache that earlier runs have not filled."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NMM_OPENSIM_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="module")
def motion(walking_inputs: Walking, model: OsimModel) -> Motion:
    file = walking_inputs.results / "walking_coordinates.mot"
    return read_motion(file, model, [], 6, 0.0, 1.41)


@dataclass(frozen=True)
class Fitted:
    """Fits with and without the example's own function based paths."""

    own: PathModel
    with_set: PathModel

    def row(self, muscle: str, with_set: bool = False) -> PathRow:
        report = (self.with_set if with_set else self.own).report
        assert report is not None
        return next(row for row in report.rows if row.muscle == muscle)


@pytest.fixture(scope="module")
def fitted(model: OsimModel, motion: Motion, example: Path, cache: Path) -> Fitted:
    return Fitted(
        fit_path_model(PathProblem(model, MUSCLES, FREE, MOMENTS, [motion]), quiet),
        fit_path_model(
            PathProblem(model, MUSCLES, FREE, MOMENTS, [motion], example / PATH_SET), quiet
        ),
    )


@pytest.fixture(scope="module")
def geometry(model: OsimModel, motion: Motion, fitted: Fitted) -> Geometry:
    return sample_geometry(model, fitted.own.paths, MUSCLES, MOMENTS, motion, "Trial 'walk'")


def test_free_coordinates_leave_the_patella_out(model: OsimModel) -> None:
    assert find_independent_coordinates(model, MUSCLES) == FREE


def test_fits_are_within_the_bars_over_the_trial(
    model: OsimModel, motion: Motion, fitted: Fitted, geometry: Geometry
) -> None:
    """Against lengths by OpenSim itself, with the patella where its coupler puts it."""
    sampler = PathSampler(model, MUSCLES, FREE)
    poses, _ = motion.select(FREE)
    lengths = sampler.sample_lengths(poses[::5])
    arms = sampler.sample_moment_arms(poses[::5])[:, :, :2]
    for i, muscle in enumerate(MUSCLES):
        if muscle not in fitted.own.paths:
            continue
        length_error = geometry.lengths[::5, i] - lengths[:, i]
        arm_error = geometry.moment_arms[::5, i] - arms[:, i]
        assert np.sqrt(np.mean(length_error**2)) < 0.1e-3
        assert (np.sqrt(np.mean(arm_error**2, axis=0)) < 0.2e-3).all()
        assert max(np.abs(length_error).max(), np.abs(arm_error).max()) < 1e-3


def test_paths_depend_on_the_coordinates_that_move_them(fitted: Fitted) -> None:
    assert fitted.own.paths["vasmed_r"].coordinates == ["knee_angle_r"]
    assert fitted.own.paths["soleus_r"].coordinates == ["ankle_angle_r"]
    assert fitted.own.paths["gasmed_r"].coordinates == ["knee_angle_r", "ankle_angle_r"]
    assert fitted.own.paths["edl_r"].coordinates == ["ankle_angle_r", "mtp_angle_r"]


def test_the_moment_arm_over_the_patella_is_that_of_opensim(
    model: OsimModel, motion: Motion, geometry: Geometry
) -> None:
    exact = model.sample_geometry(
        ["vasmed_r"], MOMENTS, motion.coordinates, motion.values[::20], motion.speeds[::20]
    )
    assert np.abs(exact.moment_arms).max() > 0.02
    np.testing.assert_allclose(
        geometry.moment_arms[::20, [0]], exact.moment_arms, rtol=0, atol=1e-3
    )
    # Where the trial's patella is beside its coupler's place by filtering, so are its speeds.
    np.testing.assert_allclose(geometry.speeds[::20, [0]], exact.speeds, rtol=0, atol=5e-3)


def test_a_bad_fit_keeps_the_model_path_and_is_named(
    model: OsimModel, motion: Motion, fitted: Fitted, geometry: Geometry
) -> None:
    assert "gaslat_r" not in fitted.own.paths
    row = fitted.row("gaslat_r")
    assert row.path == "model"
    assert row.moment_arm_coordinate == "knee_angle_r"
    assert row.moment_arm_rms_mm > 0.2
    assert "keeps the model's path" in row.note
    assert f"moment arm about knee_angle_r by {row.moment_arm_rms_mm:.2f} mm RMS" in row.note
    # OpenSim's own moment arm contradicts its lengths there; measured: 9.5 mm.
    assert 8.0 < row.model_moment_arm_rms_mm < 11.0
    assert "OpenSim's moment arm about knee_angle_r" in row.note
    exact = model.sample_geometry(
        ["gaslat_r"], MOMENTS, motion.coordinates, motion.values, motion.speeds
    )
    assert (geometry.lengths[:, [4]] == exact.lengths).all()
    assert (geometry.moment_arms[:, [4]] == exact.moment_arms).all()


def test_every_effect_is_reported(fitted: Fitted, tmp_path: Path) -> None:
    assert fitted.own.report is not None
    write_path_report(tmp_path / "paths.csv", fitted.own.report)
    with (tmp_path / "paths.csv").open(newline="") as file:
        rows = {row["muscle"]: row for row in csv.DictReader(file)}
    assert list(rows) == MUSCLES
    for muscle in fitted.own.paths:
        row = rows[muscle]
        assert row["path"] == "fitted"
        assert 0 < float(row["force_rms_percent"]) <= float(row["force_max_percent"]) < 1.0
        assert 0 < float(row["moment_rms"]) <= float(row["moment_max"]) < 2.0
    assert rows["soleus_r"]["moment_coordinate"] == "ankle_angle_r"


def test_a_given_path_is_used_only_where_it_passes(
    fitted: Fitted, example: Path, motion: Motion
) -> None:
    assert fitted.row("soleus_r", with_set=True).path == "function_based_path_set"
    given = read_path_set(example / PATH_SET)["soleus_r"]
    kernel = _core.FittedPaths([fitted.with_set.paths["soleus_r"]], list(motion.coordinates))
    lengths, _, _ = kernel.compute_geometry(motion.values, motion.speeds)
    expected = given.evaluate(motion.select(["ankle_angle_r"])[0])
    np.testing.assert_allclose(lengths[:, 0], expected, rtol=0, atol=1e-9)

    # It ignores the toes and is centimetres off.
    row = fitted.row("edl_r", with_set=True)
    assert row.path == "fitted"
    assert "function based path set is off in length by 12" in row.note
    assert "mtp_angle_r" in row.note


def test_a_file_without_paths_is_refused(
    model: OsimModel, motion: Motion, tmp_path: Path, cache: Path
) -> None:
    file = tmp_path / "set.xml"
    file.write_text('<OpenSimDocument Version="40500"></OpenSimDocument>')
    with pytest.raises(NMMError, match=r"set.xml.*Set_FunctionBasedPath_"):
        fit_path_model(PathProblem(model, ["soleus_r"], FREE, MOMENTS, [motion], file), quiet)


def test_a_locked_coordinate_moves_muscles_all_the_same(
    example: Path, motion: Motion, fitted: Fitted, tmp_path: Path
) -> None:
    locked = OsimModel(example / "subject_walk_scaled.osim")
    locked.model.updCoordinateSet().get("mtp_angle_r").set_locked(True)
    file = tmp_path / "locked.osim"
    locked.model.printToXML(str(file))
    result = fit_path_model(PathProblem(OsimModel(file), ["edl_r"], FREE, MOMENTS, [motion]), quiet)
    found, expected = result.paths["edl_r"], fitted.own.paths["edl_r"]
    assert found.coordinates == expected.coordinates
    np.testing.assert_allclose(found.coefficients, expected.coefficients, rtol=0, atol=1e-9)


def test_a_motion_that_leaves_the_range_is_refused(
    model: OsimModel, motion: Motion, fitted: Fitted
) -> None:
    values = motion.values.copy()
    values[7, motion.coordinates.index("knee_angle_r")] = 2.0
    message = r"Trial 'walk': .*'knee_angle_r' within .*found 2 at 0\.07 s.*train again"
    with pytest.raises(NMMError, match=message):
        sample_geometry(
            model,
            fitted.own.paths,
            ["vasmed_r"],
            MOMENTS,
            replace(motion, values=values),
            "Trial 'walk'",
        )


def test_a_wider_trial_takes_only_the_paths_that_it_must_and_is_named(
    model: OsimModel, motion: Motion
) -> None:
    """A deep squat winds the quadriceps around the femur; soleus does not care."""
    time = np.linspace(0.0, 3.0, 200)
    squat = np.tile(motion.values.mean(axis=0), (200, 1))
    depth = 0.5 - 0.5 * np.cos(2 * np.pi * time / 3)
    squat[:, motion.coordinates.index("knee_angle_r")] = 0.05 + 2.2 * depth
    squat[:, motion.coordinates.index("ankle_angle_r")] = 0.5 * depth
    wide = Motion(time, motion.coordinates, squat, np.gradient(squat, time, axis=0))
    muscles = ["soleus_r", "vaslat_r"]
    problem = PathProblem(model, muscles, FREE, MOMENTS, [motion, wide], trials=["walk", "squat"])
    result = fit_path_model(problem, quiet)
    assert list(result.paths) == ["soleus_r"]
    assert result.report is not None
    note = next(row.note for row in result.report.rows if row.muscle == "vaslat_r")
    assert re.search(
        r"moment arm about knee_angle_r by \d+\.\d+ mm RMS.*allowed: .*within the bars without "
        r"'squat' \(knee_angle_r 0\.05 to 2\.25 instead of 0\.\d+ to 1\.\d+, rad or m\)",
        note,
    ), note


def test_only_a_trial_of_another_kind_is_wide() -> None:
    walks = [np.linspace(-1.0, 1.0 + 0.02 * k, 50)[:, None] for k in range(4)]
    assert find_wide(walks) == []
    assert find_wide([*walks[:2], 3.0 * walks[0], walks[2], 2.5 * walks[1]]) == [2, 4]
    assert find_wide(walks[:1]) == []
    # A coordinate that nobody moves widens nothing.
    still = [np.column_stack([walk, np.zeros(50)]) for walk in walks]
    assert find_wide(still) == []


def test_a_muscle_that_ten_degrees_do_not_bring_within_the_bars_is_tried_with_twelve(
    model: OsimModel, motion: Motion, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = PathProblem(model, ["vasmed_r"], FREE, MOMENTS, [motion])
    monkeypatch.setattr(polynomial_fit, "DEGREES", range(2, 4))
    monkeypatch.setattr(polynomial_fit, "HIGHER_DEGREES", range(10, 11))
    assert fit_path_model(problem, quiet).paths["vasmed_r"].degree == 10
    # Within the bars, if not by the margin, is good enough for the lower degrees to stay.
    monkeypatch.setattr(polynomial_fit, "MARGIN", 0.1)
    monkeypatch.setattr(polynomial_fit, "DEGREES", range(2, 11))
    monkeypatch.setattr(polynomial_fit, "HIGHER_DEGREES", range(11, 13))
    assert fit_path_model(problem, quiet).paths["vasmed_r"].degree <= 10


def forbidden(*arguments: object) -> None:
    raise AssertionError("the model was sampled again")


Fit = Callable[..., PathModel]


@pytest.fixture
def fit_soleus(model: OsimModel, motion: Motion) -> Fit:
    def fit(moments: list[str] = MOMENTS, motion: Motion = motion) -> PathModel:
        return fit_path_model(PathProblem(model, ["soleus_r"], FREE, moments, [motion]), quiet)

    return fit


def test_fits_are_kept_until_something_changes(
    motion: Motion,
    fit_soleus: Fit,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NMM_OPENSIM_CACHE", str(tmp_path))
    first = fit_soleus()
    monkeypatch.setattr(path_model, "sample_paths", forbidden)
    again = fit_soleus()
    assert again.report == first.report
    path, kept = first.paths["soleus_r"], again.paths["soleus_r"]
    assert kept.coordinates == path.coordinates
    assert (kept.center == path.center).all()
    assert (kept.half_range == path.half_range).all()
    assert (kept.coefficients == path.coefficients).all()

    sampled = pytest.raises(AssertionError, match="sampled again")
    with sampled:
        fit_soleus(moments=["ankle_angle_r"])
    with sampled:
        fit_soleus(motion=replace(motion, values=1.01 * motion.values))
    with sampled, monkeypatch.context() as patch:
        patch.setattr(path_model, "VERSION", path_model.VERSION + 1)
        fit_soleus()
    with sampled, monkeypatch.context() as patch:
        patch.setattr(polynomial_fit, "MARGIN", 0.5)
        fit_soleus()


def test_a_damaged_cache_is_ignored(
    fit_soleus: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NMM_OPENSIM_CACHE", str(tmp_path))
    first = fit_soleus()
    (file,) = (tmp_path / "paths").iterdir()
    whole = file.read_bytes()
    for damaged in (b"", whole[:-50], whole.replace(b"half_range", b"half_rango")):
        file.write_bytes(damaged)
        again = fit_soleus()
        expected = first.paths["soleus_r"].coefficients
        assert (again.paths["soleus_r"].coefficients == expected).all()
        assert file.read_bytes() == whole


def test_a_muscle_that_no_polynomial_can_serve_keeps_the_model_path(
    fit_soleus: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NMM_OPENSIM_CACHE", str(tmp_path))
    lengths = PathSampler.sample_lengths
    monkeypatch.setattr(
        PathSampler, "sample_lengths", lambda self, poses: np.nan * lengths(self, poses)
    )
    result = fit_soleus()
    assert result.paths == {}
    assert result.report is not None
    (row,) = result.report.rows
    assert row.path == "model"
    assert "keeps the model's path, because it has no finite length" in row.note


def test_the_cache_is_where_the_desktop_standard_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NMM_OPENSIM_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert path_cache.cache_folder() == Path("/somewhere/nmm-opensim/paths")


def test_models_that_cannot_be_fitted_say_why(
    model: OsimModel, motion: Motion, example: Path, tmp_path: Path
) -> None:
    with pytest.raises(NMMError, match=r"coupled coordinate 'knee_angle_r_beta'.*'knee_angle_r'"):
        fit_path_model(
            PathProblem(model, ["vasmed_r"], FREE, ["knee_angle_r_beta"], [motion]), quiet
        )
    fixed = OsimModel(example / "subject_walk_scaled.osim")
    bodies = fixed.model.getBodySet()
    weld = opensim.WeldConstraint(
        "hand_on_hip", bodies.get("hand_r"), opensim.Transform(), bodies.get("pelvis"),
        opensim.Transform(),
    )  # fmt: skip
    fixed.model.addConstraint(weld)
    with pytest.raises(NMMError, match=r"'hand_on_hip' is a WeldConstraint.*path_model>model"):
        fit_path_model(PathProblem(fixed, ["soleus_r"], FREE, MOMENTS, [motion]), quiet)


def test_a_ball_joint_is_refused(tmp_path: Path, motion: Motion) -> None:
    ball = opensim.Model()
    body = opensim.Body("arm", 1.0, opensim.Vec3(0), opensim.Inertia(1.0))
    joint = opensim.BallJoint("shoulder", ball.getGround(), body)
    ball.addBody(body)
    ball.addJoint(joint)
    muscle = opensim.Millard2012EquilibriumMuscle("deltoid", 100.0, 0.1, 0.1, 0.0)
    muscle.addNewPathPoint("origin", ball.getGround(), opensim.Vec3(0.1, 0.2, 0.1))
    muscle.addNewPathPoint("insertion", body, opensim.Vec3(0.05, -0.2, 0.0))
    ball.addForce(muscle)
    ball.finalizeConnections()
    file = tmp_path / "ball.osim"
    ball.printToXML(str(file))
    model = OsimModel(file)
    names = find_independent_coordinates(model, ["deltoid"])
    with pytest.raises(NMMError, match=r"'shoulder', a BallJoint"):
        fit_path_model(PathProblem(model, ["deltoid"], names, names[:1], [motion]), quiet)


def test_geometry_is_differentiable(fitted: Fitted) -> None:
    paths = [fitted.own.paths[name] for name in ("vasmed_r", "gasmed_r", "edl_r")]
    kernel = _core.FittedPaths(paths, FREE)
    random = np.random.default_rng(3)
    center = np.array([0.5, 0.0, 0.0])
    values = torch.tensor(center + 0.1 * random.normal(size=(6, 3)), requires_grad=True)
    speeds = torch.tensor(random.normal(size=(6, 3)), requires_grad=True)

    def compute(q: torch.Tensor, u: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return compute_geometry(kernel, q, u)

    assert torch.autograd.gradcheck(compute, (values, speeds), eps=1e-6, atol=1e-7)
    lengths, lengthening, arms = compute(values, speeds)
    assert lengths.shape == lengthening.shape == (6, 3)
    assert arms.shape == (6, 3, 3)
    torch.testing.assert_close(lengthening, -(arms * speeds[:, None, :]).sum(2))
    (slope,) = torch.autograd.grad(lengths.sum(), values)
    torch.testing.assert_close(slope, -arms.sum(1))
