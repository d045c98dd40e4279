"""Models that only one of the two OpenSims can load are refused before anything is trained."""

from __future__ import annotations

import re
from pathlib import Path

import opensim
import pytest
from conftest import ROOT, Walking, run_cli

from nmm_opensim.errors import NMMError
from nmm_opensim.running.compatibility import check_loadable

NEWER = "Scholz2015GeometryPath"


def replace_path(source: Path, target: Path) -> Path:
    """A copy of a model whose first muscle has a path of a class that OpenSim 4.6 brought."""
    if opensim.OpenSimObject.getDefaultInstanceOfType(NEWER) is None:
        pytest.skip("both OpenSims are older than 4.6")
    text = source.read_text(encoding="utf-8")
    path = (
        f'<{NEWER} name="path"><path_elements><{NEWER}Point name="a"><PathPoint name="pathpoint">'
        "<socket_parent_frame>/ground</socket_parent_frame><location>0 0.1 0</location></PathPoint>"
        f'</{NEWER}Point><{NEWER}Point name="b"><PathPoint name="pathpoint"><socket_parent_frame>'
        "/ground</socket_parent_frame><location>0 -0.1 0</location></PathPoint>"
        f"</{NEWER}Point></path_elements></{NEWER}>"
    )
    changed, count = re.subn(
        r'<GeometryPath name="path">.*?</GeometryPath>', path, text, count=1, flags=re.DOTALL
    )
    assert count == 1
    target.write_text(changed, encoding="utf-8")
    return target


def test_a_model_that_both_load_is_accepted(example: Path) -> None:
    check_loadable(example / "subject_walk_scaled.osim")
    check_loadable(ROOT / "models/elbow.osim")


def test_a_newer_class_is_named_with_its_line_and_both_versions(tmp_path: Path) -> None:
    model = replace_path(ROOT / "models/elbow.osim", tmp_path / "newer.osim")
    line = model.read_text().partition(f"<{NEWER}")[0].count("\n") + 1
    with pytest.raises(NMMError) as caught:
        check_loadable(model)
    message = str(caught.value)
    assert message.startswith(f"model file '{model}', line {line}: ")
    assert f"'path' is a {NEWER}" in message
    assert "OpenSim of opensim-cmd, 4.5" in message
    assert opensim.GetVersion() in message
    assert list(tmp_path.iterdir()) == [model]


def test_what_opensim_cmd_cannot_load_is_refused_with_its_reason(tmp_path: Path) -> None:
    # To the recovering reader of XML this is a model.
    model = tmp_path / "broken.osim"
    model.write_text('<OpenSimDocument Version="40500"><Model name="a"></Modell></OpenSimDocument>')
    with pytest.raises(NMMError, match=r"can load, because NMMs run there, but it says: .*\w"):
        check_loadable(model)


def test_init_train_and_run_refuse_it_alike(walking_inputs: Walking, tmp_path: Path) -> None:
    source = walking_inputs.folder / "data/example3DWalking/subject_walk_scaled.osim"
    model = replace_path(source, source.with_name("newer.osim"))
    train = walking_inputs.copy(
        walking_inputs.train_setup, "newer_train.xml", (source.name, model.name)
    )
    for arguments in (
        ["init", str(model), "--output", str(tmp_path / "project"), "--coordinate", "knee_angle_r"],
        ["train", str(train)],
        ["timing", str(train)],
    ):
        done = run_cli(*arguments)
        assert done.returncode == 2, done.stdout + done.stderr
        assert f"'path' is a {NEWER}, a class that it lacks" in done.stderr
        assert done.stderr.count("\n") == 1
    assert not (tmp_path / "project").exists()
