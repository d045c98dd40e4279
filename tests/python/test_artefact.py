"""The artefact: Python and the C++ runtime agree on it, and damage is refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from conftest import Walking

from nmm_opensim import _core
from nmm_opensim.artefact import read_artefact
from nmm_opensim.errors import NMMError
from nmm_opensim.files import write_atomically
from nmm_opensim.training.training import Training


def test_runtime_gives_pythons_excitations_and_activations(
    training: Training, walking: Walking
) -> None:
    nmm = training.build(1)
    path = walking.results / "agreement.nmm"
    from nmm_opensim.artefact import write_artefact

    write_artefact(path, nmm, training.model, {})
    runtime = _core.ExcitationModel(str(path))
    trial = training.trials["second_stance"]
    with torch.no_grad():
        expected = nmm(trial)
    motion = trial.trial.motion
    excitations = runtime.compute_excitations(
        trial.trial.emg.columns,
        trial.trial.emg.time,
        trial.trial.emg.values,
        motion.time,
        motion.select(runtime.predictor_coordinates)[0],
        motion.select(runtime.predictor_speeds)[1],
    )
    np.testing.assert_allclose(excitations, expected.excitations, rtol=0, atol=1e-12)
    activations = runtime.compute_activations(motion.time, excitations)
    np.testing.assert_allclose(activations, expected.activations, rtol=0, atol=1e-12)


@pytest.mark.parametrize("size", [0, 7, 100, 5000, -1])
def test_a_truncated_artefact_is_refused(walking: Walking, size: int) -> None:
    whole = (walking.results / "walking.nmm").read_bytes()
    cut = walking.results / "cut.nmm"
    cut.write_bytes(whole[:size])
    with pytest.raises(NMMError, match=r"cut.nmm"):
        read_artefact(cut)


def test_a_newer_format_is_refused(walking: Walking) -> None:
    whole = (walking.results / "walking.nmm").read_bytes()
    newer = walking.results / "newer.nmm"
    # Inside the JSON that is itself a JSON string, quotes are escaped.
    assert whole.count(rb"\"format\": 1,") == 1
    newer.write_bytes(whole.replace(rb"\"format\": 1,", rb"\"format\": 9,"))
    with pytest.raises(NMMError, match=r"format.*9"):
        read_artefact(newer)


def test_a_failed_write_leaves_the_old_file(tmp_path) -> None:
    target = tmp_path / "result.txt"
    target.write_text("old")

    def fail(temporary) -> None:
        temporary.write_text("half")
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        write_atomically(target, fail)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]
