"""Calibrated parameters in a copy of the model."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Walking, run_cli

from nmm_opensim.errors import NMMError
from nmm_opensim.formats.properties import get_number
from nmm_opensim.models.calibrated import write_calibrated_model
from nmm_opensim.nmm.artefact import read_artefact
from nmm_opensim.physics.osim_model import OsimModel


@pytest.fixture(scope="module")
def model_file(walking: Walking) -> Path:
    return walking.folder / "data/example3DWalking/subject_walk_scaled.osim"


def test_the_copy_has_the_artefacts_parameters_once_and_twice(
    walking: Walking, model_file: Path
) -> None:
    artefact_file = walking.results / "walking.nmm"
    once, twice = (model_file.with_name(f"{name}.osim") for name in ("once", "twice"))
    done = run_cli(
        "apply-calibration",
        *(str(model_file), "--artefact", str(artefact_file), "--output", str(once)),
    )
    assert done.returncode == 0, done.stderr
    # A calibrated copy is still the artefact's model.
    write_calibrated_model(once, artefact_file, twice)
    assert once.read_bytes() == twice.read_bytes()
    calibrated, generic = OsimModel(once), OsimModel(model_file)
    muscles = read_artefact(artefact_file).muscles
    for muscle in muscles:
        for parameter, expected in muscle.calibrated.items():
            value = get_number(calibrated.muscle(muscle.name), parameter)
            assert value == pytest.approx(expected, rel=1e-12)
    changed = [m.name for m in muscles]
    untouched = next(name for name in generic.muscle_names if name not in changed)
    for model in (calibrated, generic):
        assert model.muscle(untouched).get_max_isometric_force() == pytest.approx(
            generic.muscle(untouched).get_max_isometric_force()
        )


def test_another_model_and_the_model_itself_are_refused(walking: Walking, model_file: Path) -> None:
    artefact_file = walking.results / "walking.nmm"
    with pytest.raises(NMMError, match="expected another file than the model itself"):
        write_calibrated_model(model_file, artefact_file, model_file)
    other = model_file.with_name("other.osim")
    model = OsimModel(model_file)
    velocity = model.muscle("soleus_r").get_max_contraction_velocity()
    model.muscle("soleus_r").set_max_contraction_velocity(velocity + 1)
    model.model.printToXML(str(other))
    output = model_file.with_name("never.osim")
    with pytest.raises(NMMError, match="soleus_r max_contraction_velocity: expected"):
        write_calibrated_model(other, artefact_file, output)
    assert not output.exists()
