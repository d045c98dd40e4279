"""People whose strides are known, for tests of populations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nmm_opensim.arrays import Array
from nmm_opensim.estimators.prior.population import POINTS, Movement, Person

WALKING = Movement("walking", (0.5, 0.8))
MUSCLES = ("soleus", "gastrocnemius_medialis", "tibialis_anterior", "vastus_lateralis")
# Points of phase at which each works most.
PEAKS = {"soleus": 70.0, "gastrocnemius_medialis": 65.0, "tibialis_anterior": 150.0}


def make_curve(peak: float, width: float) -> Array:
    """A burst, (POINTS,), above a little rest."""
    away = (np.arange(POINTS) + 0.5 - peak + POINTS / 2) % POINTS - POINTS / 2
    curve: Array = 0.05 + np.exp(-0.5 * (away / width) ** 2)
    return curve


def make_people(
    count: int, muscles: Sequence[str] = MUSCLES, seed: int = 1, name: str = "P"
) -> list[Person]:
    """People who differ in when they work and for how long; calf muscles differ together."""
    random = np.random.default_rng(seed)
    people = []
    for k in range(count):
        calf = random.normal()
        curves = {}
        for muscle in muscles:
            own = calf if muscle in MUSCLES[:2] else random.normal()
            peak = PEAKS.get(muscle, 10.0) + 10.0 * own + random.normal()
            width = 15.0 + 4.0 * np.tanh(own) + 0.5 * random.normal()
            curves[muscle] = 0.3 * make_curve(peak, width)
        people.append(Person(f"{name}{k + 1}", curves))
    return people


def write_phase_table(file: Path, people: Sequence[Person], muscles: Sequence[str]) -> Path:
    """A table as laboratories have them; what somebody did not record is left empty."""
    lines = [",".join(["person", "point", *muscles])]
    for person in people:
        for k in range(POINTS):
            cells = [f"{person.curves[m][k]:.6f}" if m in person.curves else "" for m in muscles]
            lines.append(",".join([person.name, str(k + 1), *cells]))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
