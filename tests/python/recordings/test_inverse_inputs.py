"""What inverse kinematics and dynamics are given is looked at first, on files written here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import opensim
import pytest
from conftest import Walking, run_cli

from nmm_opensim.errors import NMMError
from nmm_opensim.formats.tables import Header, Table, read_table, write_table
from nmm_opensim.formats.trc import Markers, read_trc, write_trc
from nmm_opensim.listener import Listener
from nmm_opensim.physics.osim_model import OsimModel
from nmm_opensim.recordings.axes import read_axes
from nmm_opensim.recordings.inverse.dynamics import compute_inverse_dynamics
from nmm_opensim.recordings.inverse.dynamics_file import InverseDynamics
from nmm_opensim.recordings.inverse.kinematics import InverseKinematics, compute_inverse_kinematics
from nmm_opensim.recordings.inverse.marker_model import ModelMarkers

RATE, FRAMES = 50.0, 6


@dataclass
class Heard(Listener):
    """Keeps warnings."""

    warnings: list[str] = field(default_factory=list)

    def warn(self, text: str) -> None:
        self.warnings.append(text)


@pytest.fixture(scope="module")
def standing(model: OsimModel) -> Markers:
    """The model's own markers while it bends its right knee from 0 to 20 degrees, in m."""
    model.set_pose({})
    markers = ModelMarkers(model)
    names = [name for name in markers.names if "Ground" not in name]
    frames = []
    for k in range(FRAMES):
        state = opensim.State(model.state)
        for side in "rl":
            knee = model.coordinate(f"knee_angle_{side}")
            knee.setValue(state, np.radians(20.0 * k / (FRAMES - 1) if side == "r" else 0.0), True)
        frames.append(markers.locate(names, state))
    return Markers("made", tuple(names), "m", np.arange(FRAMES) / RATE, np.array(frames), {})


def rename(markers: Markers, labels: Sequence[str]) -> Markers:
    return replace(markers, labels=tuple(labels))


def solve(
    markers: Markers, example: Path, folder: Path, prefix: str | None = None
) -> tuple[Table, list[str]]:
    file, heard = folder / "walk.trc", Heard()
    write_trc(file, markers, 17)
    made_from = InverseKinematics(
        example / "subject_walk_scaled.osim", file, example / "ik_tasks_walk.xml", prefix
    )
    try:
        compute_inverse_kinematics(made_from, folder / "walk.mot", listener=heard)
    finally:
        left = {made.name for made in folder.iterdir()}
        assert left <= {"walk.trc", "walk.mot", "walk_quality.json"}
    return read_table(folder / "walk.mot", "motion"), heard.warnings


def knee(table: Table) -> np.ndarray:
    return table.select(["knee_angle_r"]).values[:, 0]


BENT = np.linspace(0.0, 20.0, FRAMES)


def test_markers_that_fit_give_the_angles(standing: Markers, example: Path, tmp_path: Path) -> None:
    table, warnings = solve(standing, example, tmp_path)
    np.testing.assert_allclose(knee(table), BENT, atol=0.5)
    assert table.time.tolist() == standing.time.tolist()
    assert len(warnings) == 1
    assert "24 markers are tracked; 6 of model file" in warnings[0]
    assert "are not in the file: L.HeelGround" in warnings[0]


def test_a_prefix_is_named_and_taken_off(standing: Markers, example: Path, tmp_path: Path) -> None:
    named = rename(standing, [f"S01:{label}" for label in standing.labels])
    with pytest.raises(NMMError) as caught:
        solve(named, example, tmp_path)
    message = str(caught.value)
    assert "at least 15 such as 'R.Shoulder', but 0 of the 57 in the file match" in message
    assert "it has 'S01:" in message
    assert "<marker_prefix>S01:</marker_prefix>" in message
    table, _ = solve(named, example, tmp_path, "S01:")
    np.testing.assert_allclose(knee(table), BENT, atol=0.5)


def test_too_few_markers_are_counted(standing: Markers, example: Path, tmp_path: Path) -> None:
    kept = {"R.ASIS", "L.ASIS", "R.PSIS"}
    few = rename(standing, [name if name in kept else f"x{name}" for name in standing.labels])
    with pytest.raises(NMMError, match=r"at least 15 .*but 3 of the 57 in the file match"):
        solve(few, example, tmp_path)


def test_a_small_set_of_a_large_model_says_what_no_marker_tells(
    standing: Markers, example: Path, tmp_path: Path
) -> None:
    legs = [i for i, name in enumerate(standing.labels) if name[:3] in ("R.A", "L.A", "R.P", "L.P")]
    legs += [i for i, name in enumerate(standing.labels) if name[:4] in ("R.TH", "R.SH", "L.TH")]
    part = replace(
        standing,
        labels=tuple(standing.labels[i] for i in legs),
        positions=standing.positions[:, legs],
    )
    warnings = solve(part, example, tmp_path)[1]
    assert any("no marker tells of" in text and "ankle_angle_l" in text for text in warnings), (
        warnings
    )


def test_a_model_that_floats_is_refused(standing: Markers, example: Path, tmp_path: Path) -> None:
    part = replace(standing, labels=("R.Shoulder",), positions=standing.positions[:, :1])
    with pytest.raises(NMMError, match=r"matching markers leave .*pelvis_t.* open"):
        solve(part, example, tmp_path)


@pytest.mark.parametrize(("stated", "factor"), [("mm", 0.001), ("cm", 0.01)])
def test_a_wrong_unit_is_found(
    standing: Markers, example: Path, tmp_path: Path, stated: str, factor: float
) -> None:
    # Numbers in m under another unit.
    wrong = replace(standing, units=stated)
    with pytest.raises(NMMError) as caught:
        solve(wrong, example, tmp_path)
    message = str(caught.value)
    assert f"they are {factor:g} times as far, with Units {stated}" in message
    assert "the numbers look like m" in message
    right = replace(standing, units="mm", positions=standing.positions * 1000)
    table, _ = solve(right, example, tmp_path)
    np.testing.assert_allclose(knee(table), BENT, atol=0.5)


def test_millimetres_under_metres_are_found(
    standing: Markers, example: Path, tmp_path: Path
) -> None:
    wrong = replace(standing, positions=standing.positions * 1000)
    with pytest.raises(NMMError, match=r"1e\+03 times as far, with Units m: .* look like mm"):
        solve(wrong, example, tmp_path)


def test_axes_of_a_laboratory_whose_z_points_up_are_found(
    standing: Markers, example: Path, tmp_path: Path
) -> None:
    floor = standing.positions - [0, standing.positions[..., 1].min(), 0]
    turned = replace(standing, positions=floor @ read_axes("x -z y").T)
    with pytest.raises(NMMError, match=r"runs along the file's z .*--axes 'x z -y'"):
        solve(turned, example, tmp_path)
    # Someone who lies somewhere in the laboratory has that too.
    lying = replace(turned, positions=turned.positions + np.array([0, 0, 5.0]))
    assert any("unless the subject lies" in text for text in solve(lying, example, tmp_path)[1])


def test_markers_at_the_origin_are_gaps(standing: Markers, example: Path, tmp_path: Path) -> None:
    positions = standing.positions.copy()
    positions[2:4, standing.labels.index("R.Knee")] = 0.0
    holed = replace(standing, positions=positions)
    table, warnings = solve(holed, example, tmp_path)
    assert any("taken for gaps: R.Knee in 2 frames" in warning for warning in warnings)
    positions[2:4, standing.labels.index("R.Knee")] = np.nan
    empty, warnings = solve(replace(standing, positions=positions), example, tmp_path)
    assert np.array_equal(table.values, empty.values)
    assert not any("taken for gaps" in warning for warning in warnings)
    np.testing.assert_allclose(knee(table), BENT, atol=3.0)


def test_frames_without_markers_are_refused(
    standing: Markers, example: Path, tmp_path: Path
) -> None:
    positions = standing.positions.copy()
    positions[:2] = np.nan
    with pytest.raises(NMMError, match=r"at least 3 .* every frame, but found 0 from 0 to 0\.02"):
        solve(replace(standing, positions=positions), example, tmp_path)


def test_headers_that_opensim_refuses_are_read(
    standing: Markers, example: Path, tmp_path: Path
) -> None:
    file = tmp_path / "walk.trc"
    write_trc(file, standing, 17)
    lines = file.read_text().splitlines()
    lines[1], lines[2] = (line.rsplit("\t", 1)[0] for line in lines[1:3])
    lines[2] = lines[2].replace("\tm\t", "\tMeters\t")
    lines[4] = "\t\t" + "\t".join(f"{a}{i + 5}" for i in range(len(standing.labels)) for a in "XYZ")
    file.write_text("\n".join(lines) + "\n")
    made_from = InverseKinematics(example / "subject_walk_scaled.osim", file)
    compute_inverse_kinematics(made_from, tmp_path / "walk.mot")
    np.testing.assert_allclose(knee(read_table(tmp_path / "walk.mot", "m")), BENT, atol=0.5)
    assert read_trc(file).units == "m"


# ---- loads


LOADS = """<OpenSimDocument Version="40500"><ExternalLoads name="loads"><objects>
<ExternalForce name="right"><applied_to_body>calcn_r</applied_to_body>
<force_expressed_in_body>ground</force_expressed_in_body>
<point_expressed_in_body>ground</point_expressed_in_body>
<force_identifier>r_f</force_identifier><point_identifier>r_p</point_identifier>
</ExternalForce></objects><datafile>forces.sto</datafile></ExternalLoads></OpenSimDocument>
"""
COLUMNS = ["r_fx", "r_fy", "r_fz", "r_px", "r_py", "r_pz"]


@pytest.fixture(scope="module")
def motion(model: OsimModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Standing for a second, from 0.45 s on."""
    file = tmp_path_factory.mktemp("motion") / "standing.mot"
    time = 0.45 + np.arange(101) / 100
    columns = model.coordinate_names
    values = np.zeros((len(time), len(columns)))
    values[:, columns.index("pelvis_ty")] = 0.95
    values[:, columns.index("hip_flexion_r")] = np.sin(2 * np.pi * time)
    write_table(file, columns, time, values, Header("standing", degrees=True))
    return file


def stand(model: OsimModel, body: str = "calcn_r") -> np.ndarray:
    """Under a foot, m."""
    state = opensim.State(model.state)
    model.coordinate("pelvis_ty").setValue(state, 0.95)
    model.model.realizePosition(state)
    x, _, z = model.model.getBodySet().get(body).getPositionInGround(state).to_numpy()
    return np.array([x + 0.1, 0.0, z])


@dataclass(frozen=True)
class Standing:
    """Loads under the right foot of a motion, written as files and solved."""

    model: OsimModel
    motion: Path
    folder: Path
    time: np.ndarray = field(default_factory=lambda: np.arange(0.0, 2.0, 0.005))
    force: float = 700.0
    axis: int = 1
    point: np.ndarray | None = None
    text: str = LOADS
    gap: tuple[int, int] | None = None

    def solve(
        self, cutoff: float | None = None, times: tuple[float, float] = (-np.inf, np.inf)
    ) -> tuple[Table, list[str]]:
        """Moments, and what is told of the loads."""
        point = stand(self.model) if self.point is None else self.point
        values = np.zeros((len(self.time), 6))
        values[:, 3:] = point
        values[:, self.axis] = self.force
        if self.gap:
            values[self.gap] = np.nan
        write_table(self.folder / "forces.sto", COLUMNS, self.time, values, Header("forces"))
        (self.folder / "loads.xml").write_text(self.text)
        made_from = InverseDynamics(
            self.model.path,
            self.motion,
            self.folder / "loads.xml",
            cutoff,
            lowpass_cutoff_frequency_for_external_loads=cutoff,
        )
        heard = Heard()
        try:
            compute_inverse_dynamics(made_from, self.folder / "moments.sto", times, heard)
        finally:
            left = {made.name for made in self.folder.iterdir()}
            assert left <= {"forces.sto", "loads.xml", "moments.sto", "moments_quality.json"}
        told = [text for text in heard.warnings if text.startswith("external loads file")]
        return read_table(self.folder / "moments.sto", "moments"), told


@pytest.fixture
def loaded(model: OsimModel, motion: Path, tmp_path: Path) -> Standing:
    return Standing(model, motion, tmp_path)


@pytest.mark.parametrize("cutoff", [None, 6.0])
def test_rows_are_the_motions_own_times(
    loaded: Standing, motion: Path, cutoff: float | None
) -> None:
    moments, warnings = loaded.solve(cutoff)
    np.testing.assert_allclose(moments.time, read_table(motion, "m").time, atol=1e-8)
    assert warnings == []
    moments, _ = loaded.solve(cutoff, (0.5, 0.6))
    np.testing.assert_allclose(moments.time, np.arange(0.5, 0.605, 0.01), atol=1e-8)


@pytest.mark.parametrize("cutoff", [None, 6.0])
def test_times_without_loads_are_refused(
    loaded: Standing, motion: Path, cutoff: float | None
) -> None:
    short = replace(loaded, time=np.arange(0.3, 1.2, 0.005))
    with pytest.raises(NMMError, match=r"0\.45 to 1\.45 s.*from 0\.3 to 1\.195 s.*0\.45 to 1\.1"):
        short.solve(cutoff)
    moments, _ = short.solve(cutoff, (0.45, 1.195))
    assert moments.time[-1] == pytest.approx(1.19)


def test_a_hole_in_the_loads_is_refused(loaded: Standing) -> None:
    time = np.concatenate([np.arange(0.0, 0.8, 0.005), np.arange(1.0, 2.0, 0.005)])
    holed = replace(loaded, time=time)
    with pytest.raises(
        NMMError, match=r"found none between 0\.795 and 1 s, where .* 0\.005 s apart"
    ):
        holed.solve()
    holed.solve(times=(0.45, 0.78))


def test_loads_in_other_axes_are_a_warning(loaded: Standing) -> None:
    _, warnings = replace(loaded, axis=2).solve()
    assert len(warnings) == 1
    assert "its mean force is 0 0 700 N along x, y and z of the model" in warnings[0]


def test_a_body_that_the_model_lacks_is_named(loaded: Standing) -> None:
    text = LOADS.replace("calcn_r", "calcan_r")
    with pytest.raises(NMMError, match=r"<applied_to_body>.*'calcan_r'; nearest: calcn_r"):
        replace(loaded, text=text).solve()


def test_columns_that_no_identifier_finds_are_named(loaded: Standing) -> None:
    text = LOADS.replace(">r_p<", ">right_p<")
    with pytest.raises(NMMError, match=r"<point_identifier>.*begin with 'right_p', but found 0"):
        replace(loaded, text=text).solve()


@pytest.mark.parametrize("cutoff", [None, 6.0])
def test_a_gap_in_the_loads_is_refused(
    loaded: Standing, motion: Path, cutoff: float | None
) -> None:
    with pytest.raises(NMMError, match=r"found nan in column 'r_px' at 0\.5 s"):
        replace(loaded, gap=(100, 3)).solve(cutoff)


def test_forces_on_the_plate_are_refused(loaded: Standing) -> None:
    with pytest.raises(NMMError, match=r"'calcn_r': .* ground to push up, but found -700"):
        replace(loaded, force=-700.0).solve()


def test_what_a_hand_carries_about_may_pull_down(loaded: Standing) -> None:
    height = 0.25 * np.sin(6 * loaded.time)
    point = stand(loaded.model) + height[:, None] * np.array([0.0, 1.0, 0.0])
    _, warnings = replace(loaded, force=-50.0, point=point).solve()
    assert warnings == []


def test_forces_in_another_unit_are_refused(loaded: Standing) -> None:
    with pytest.raises(NMMError, match="expected forces in N, at most 10 times the model's weight"):
        replace(loaded, force=7e5).solve()
    weak = replace(loaded, force=70.0).solve()[1]
    assert len(weak) == 1
    assert "its largest force is 70 N, 0.084 times" in weak[0]


def test_a_force_under_the_other_foot_is_a_warning(loaded: Standing) -> None:
    other = stand(loaded.model, "calcn_l") + np.array([0.2, 0.0, -0.2])
    _, warnings = replace(loaded, point=other).solve()
    assert len(warnings) == 1
    assert "'right' on body 'calcn_r': its point is 0." in warnings[0]
    assert "body 'toes_l' is 0." in warnings[0]
    # Points in mm.
    _, warnings = replace(loaded, point=np.array([100.0, 0.0, 200.0])).solve()
    assert "its point is 22" in warnings[0]


def test_opensims_own_setups_are_looked_at_too(walking_inputs: Walking, standing: Markers) -> None:
    file = walking_inputs.folder / "data" / "prefix.trc"
    write_trc(file, rename(standing, [f"S01:{label}" for label in standing.labels]))
    setup = walking_inputs.copy(
        walking_inputs.folder / "setups" / "walking_ik.xml",
        "prefix_ik.xml",
        ("../data/example3DWalking/markers_walk.trc", "../data/prefix.trc"),
        ("../results/walking", "../results/prefix"),
    )
    done = run_cli("inverse-kinematics", str(setup))
    assert done.returncode == 2
    assert "'S01:'" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (walking_inputs.folder / "results" / "prefix").exists()
