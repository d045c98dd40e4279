"""Calibrated muscle parameters of a simulated elbow beside the model's own and the true ones."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

from nmm_opensim.errors import NMMError
from nmm_opensim.nmm.trained import TrainedNMM
from nmm_opensim.physics.muscles.millard import read_properties
from nmm_opensim.training.preparation import PreparedTraining


@dataclass(frozen=True)
class ComparedParameter:
    """A muscle's parameter in its own unit (N, m); ``low`` and ``high`` are its limits."""

    name: str
    muscle: str
    generic: float
    calibrated: float
    true: float
    low: float
    high: float

    @property
    def nearer(self) -> bool:
        """Whether calibration brought it nearer to the truth than the model's value, in logs."""
        calibrated, generic = (
            abs(math.log(value / self.true)) for value in (self.calibrated, self.generic)
        )
        return calibrated < generic


def compare_parameters(
    prepared: PreparedTraining, nmm: TrainedNMM, truth: Path
) -> list[ComparedParameter]:
    """Every calibrated parameter of every muscle; ``truth`` is the folder of what is true.

    Raises:
        NMMError: where the truth is not there.

    """
    muscles = prepared.declaration.sources.muscles
    true = _read_truth(truth / "subject.json")
    own = read_properties(prepared.model, muscles).parameters
    generics = {
        "max_isometric_force": own.max_isometric_force,
        "optimal_fiber_length": own.optimal_fiber_length,
        "tendon_slack_length": own.tendon_slack_length,
    }
    compared = []
    for name, values in generics.items():
        low, high = prepared.declaration.bounds.find_limits(name, muscles)
        calibrated = nmm.muscles.columns[name]
        for i, muscle in enumerate(muscles):
            generic = float(values[i])
            compared.append(
                ComparedParameter(
                    name,
                    muscle,
                    generic,
                    float(calibrated[i]),
                    true[muscle][name],
                    float(low[i]) * generic,
                    float(high[i]) * generic,
                )
            )
    return compared


def _read_truth(file: Path) -> dict[str, dict[str, float]]:
    try:
        muscles: dict[str, dict[str, float]] = json.loads(file.read_text(encoding="utf-8"))[
            "muscles"
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NMMError(
            f"simulated elbow: expected its true parameters in '{file}', but found {error!r}; make "
            "it with python -m nmm_opensim.elbow."
        ) from None
    return muscles
