"""What a file of inverse dynamics says of its making, and whether a trial may learn from it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...arrays import Array
from ...errors import NMMError
from ...files import hash_file
from ...formats.tables import read_header_entries
from ...physics.motion import Motion
from ...physics.osim_model import OsimModel
from .device import DeviceTorques
from .exclusion import check_exclusion
from .model_forces import ModelForces

Refuse = Callable[[str], NMMError]
"""Makes an error of what is wrong with a file."""

NONE = "none"
UNFILTERED = -1.0

# Where models are compared: away from zero, and the same whatever the ranges of the coordinates.
TEST_VALUE, TEST_SPEED, TEST_ACCELERATION = 0.3, 1.0, 1.0
# Relative to the largest; the header keeps 7 digits.
TEST_TOLERANCE = 1e-5


@dataclass(frozen=True)
class InverseDynamics:
    """What inverse dynamics is computed from; cut-off frequencies are in Hz, None for no filter.

    ``lowpass_cutoff_frequency`` is for the coordinates and must be the one that the trial is used
    with; external loads are left as they are unless they get one too. All forces of the model but
    those to exclude stay in it. What a ``device`` gives is taken off, filtered like coordinates.
    """

    model_file: Path
    coordinates_file: Path
    external_loads_file: Path | None = None
    lowpass_cutoff_frequency: float | None = None
    forces_to_exclude: tuple[str, ...] = ("Muscles", "actuators")
    lowpass_cutoff_frequency_for_external_loads: float | None = None
    device: DeviceTorques | None = None


def describe(made_from: InverseDynamics, model: OsimModel) -> dict[str, str]:
    """The header entries of a result, how it was made: names and hashes, no folders."""
    loads = made_from.external_loads_file
    return {
        "forces_excluded": " ".join(made_from.forces_to_exclude) or NONE,
        "lowpass_cutoff_frequency_for_coordinates": _describe_cutoff(
            made_from.lowpass_cutoff_frequency
        ),
        "lowpass_cutoff_frequency_for_external_loads": _describe_cutoff(
            made_from.lowpass_cutoff_frequency_for_external_loads
        ),
        "coordinates_file": made_from.coordinates_file.name,
        "coordinates_sha256": hash_file(made_from.coordinates_file),
        "external_loads_file": loads.name if loads else NONE,
        "external_loads_sha256": hash_file(loads) if loads else NONE,
        "model_file": made_from.model_file.name,
        "model_sha256": hash_file(made_from.model_file),
        "model_test_moments": " ".join(f"{moment:.7g}" for moment in _test_moments(model)),
    }


def _describe_cutoff(frequency: float | None) -> str:
    return f"{UNFILTERED if frequency is None else frequency:g}"


def check_inverse_dynamics_file(
    file: Path,
    model: OsimModel,
    motion: Motion,
    moment_coordinates: Sequence[str],
    coordinates_file: Path,
    lowpass_cutoff_frequency: float | None,
) -> None:
    """Refuse moments that are not the muscles', or of another filter, motion or model.

    ``motion`` is the trial's, read from ``coordinates_file`` and filtered as stated. A file whose
    header says nothing, such as one of OpenSim's GUI, is accepted where what it excluded cannot
    matter: where no force but muscles and contact acts about ``moment_coordinates``.
    """
    source = f"inverse dynamics file '{file}'"
    entries = read_header_entries(file)

    def refuse(message: str) -> NMMError:
        return NMMError(
            f"{source}: {message}; make it with `nmm-opensim inverse-dynamics SETUP.xml`."
        )

    _check_excluded_forces(entries, model, motion, moment_coordinates, refuse)
    _check_filter(entries, lowpass_cutoff_frequency, refuse)
    _check_origin(entries, model, coordinates_file, refuse)


def _check_excluded_forces(
    entries: Mapping[str, str],
    model: OsimModel,
    motion: Motion,
    moment_coordinates: Sequence[str],
    refuse: Refuse,
) -> None:
    if "forces_excluded" in entries:
        excluded = entries["forces_excluded"]
        loads = entries.get("external_loads_file")
        try:
            check_exclusion(
                [] if excluded == NONE else excluded.split(),
                None if loads is None else loads != NONE,
                model,
                motion,
                moment_coordinates,
            )
        except NMMError as error:
            raise refuse(f"its header states forces_excluded={excluded}, but {error}") from None
    else:
        _refuse_if_it_matters(model, motion, moment_coordinates, refuse)


def _check_filter(
    entries: Mapping[str, str], lowpass_cutoff_frequency: float | None, refuse: Refuse
) -> None:
    cutoff = entries.get("lowpass_cutoff_frequency_for_coordinates")
    expected = UNFILTERED if lowpass_cutoff_frequency is None else lowpass_cutoff_frequency
    if cutoff is not None and not _same_frequency(cutoff, expected):
        raise refuse(
            "expected it to be of coordinates filtered like the trial's, "
            f"lowpass_cutoff_frequency_for_coordinates={expected:g}, but its header states {cutoff}"
        )


def _check_origin(
    entries: Mapping[str, str], model: OsimModel, coordinates_file: Path, refuse: Refuse
) -> None:
    own_hash = hash_file(coordinates_file)
    if entries.get("coordinates_sha256", own_hash) != own_hash:
        raise refuse(
            f"expected it to be of coordinates file '{coordinates_file}', but its header states "
            f"'{entries.get('coordinates_file', 'another')}' with other content"
        )
    if "model_test_moments" in entries and not _same_model(entries["model_test_moments"], model):
        raise refuse(
            f"expected it to be of model file '{model.path}', but its header states "
            f"'{entries.get('model_file', 'another')}' with other masses, joints or springs"
        )


def _refuse_if_it_matters(
    model: OsimModel,
    motion: Motion,
    moment_coordinates: Sequence[str],
    refuse: Refuse,
) -> None:
    forces = ModelForces(model)
    # Contact is not in doubt: it is in the file once, from the model or from external loads.
    doubtful = forces.acting - forces.muscles - forces.contacts
    effect = forces.find_effect(frozenset(), doubtful, motion, moment_coordinates)
    if effect:
        raise refuse(
            f"expected its header to state which forces it excludes, because in model file "
            f"'{model.path}' {forces.describe(effect.path)} {effect}, but found no entry "
            "forces_excluded; add 'forces_excluded=Muscles actuators' before endheader if it "
            "excludes just these, or"
        )


def _same_frequency(stated: str, expected: float) -> bool:
    try:
        return math.isclose(max(float(stated), UNFILTERED), expected, rel_tol=1e-5)
    except ValueError:
        return False


def _same_model(stated: str, model: OsimModel) -> bool:
    try:
        moments = np.array(stated.split(), dtype=float)
    except ValueError:
        return False
    own = _test_moments(model)
    tolerance = TEST_TOLERANCE * float(np.abs(own).max())
    return moments.shape == own.shape and bool(np.all(np.abs(moments - own) < tolerance))


def _test_moments(model: OsimModel) -> Array:
    """What moves the model in a test pose, muscles and contact aside."""
    names = tuple(model.coordinate_names)
    pose = Motion(
        np.zeros(1),
        names,
        np.full((1, len(names)), TEST_VALUE),
        np.full((1, len(names)), TEST_SPEED),
    )
    forces = ModelForces(model)
    passive = forces.acting - forces.actuators - forces.contacts
    return forces.moments(passive, pose, TEST_ACCELERATION).ravel()
