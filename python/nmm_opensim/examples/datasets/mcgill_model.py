"""gait2392 for a person of whom a file states mass and height."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ...models.scaling.scale import Sizes, scale_model

MASS, HEIGHT = 75.1646, 1.80
"""kg and m, of the person that gait2392 stands for (Delp et al., 1990)."""


def write_person_model(generic: Path, output: Path, mass: float, height: float) -> None:
    """Write ``generic``, which has gait2392's strengths whatever its mass, for this person.

    All segments are longer or shorter by the height's ratio. Strength follows the muscles' volume,
    and that the mass: so the generic gets back the mass that its strengths belong to, first.
    """
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / generic.name
        scale_model(generic, own, Sizes(MASS), scale_strength=False)
        scale_model(own, output, Sizes(mass, height, HEIGHT))
