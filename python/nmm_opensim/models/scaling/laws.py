"""The laws by which a model of one size becomes that of a subject of another size.

With a segment's length factor s (subject over model) and the subject's total mass M':

- lengths: everything in the segment (joint centres, path points, wrapping surfaces, markers, centre
  of mass) times s, the same along all three axes: a shape is not known from a length.
- masses: m' = m M'/M. Each segment keeps its share of the total mass, as segment tables have it
  (de Leva 1996, J. Biomech. 29:1223-1230).
- inertias about the centre of mass: I' = I (m'/m) s^2, exact for similar shapes.
- optimal fibre and tendon slack length: times the path's length in the default pose, after over
  before, so that the fibre works over the same part of its force-length curve.
- maximum isometric force: F0' = F0 (M'/M) (l/l'), l the optimal fibre length. Force goes with the
  cross-section, which is volume over fibre length (Zajac 1989, Crit. Rev. Biomed. Eng. 17:359-411),
  and muscle volume with body mass: the mass-length law of Correa and Pandy (2011, J. Biomech.
  44:2782-2789).
"""

from __future__ import annotations

import math

from ...errors import NMMError

# Adults are within 0.8-1.25 of a model of average height; children are not, units are.
SMALLEST_FACTOR, LARGEST_FACTOR = 0.4, 2.0


def find_length_factor(length: float, model_length: float, what: str) -> float:
    """The subject's ``length`` (m) over the model's; ``what`` names it in messages."""
    for value in (length, model_length):
        if not (math.isfinite(value) and value > 0):
            raise NMMError(f"{what}: expected a length above 0 m, but found {value:g}.")
    factor = length / model_length
    if not SMALLEST_FACTOR <= factor <= LARGEST_FACTOR:
        raise NMMError(
            f"{what}: expected {SMALLEST_FACTOR:g} to {LARGEST_FACTOR:g} times the model's "
            f"{model_length:.4g} m, but found {length:g} m; lengths are in m."
        )
    return factor


def check_length_factor(factor: float, what: str) -> None:
    """Refuse a subject's length over the model's that no person has."""
    if not SMALLEST_FACTOR <= factor <= LARGEST_FACTOR:
        raise NMMError(
            f"{what}: expected {SMALLEST_FACTOR:g} to {LARGEST_FACTOR:g} times the model's size, "
            f"but found {factor:.3g} times; look at the units of the file and at the marker map."
        )


def find_mass_factor(mass: float, model_mass: float) -> float:
    """The subject's total ``mass`` (kg) over the model's."""
    if not (math.isfinite(mass) and mass > 0):
        raise NMMError(f"mass: expected a mass above 0 kg, but found {mass:g}.")
    if not model_mass > 0:
        raise NMMError(f"mass: expected a model with mass, but found {model_mass:g} kg.")
    return mass / model_mass


def scale_isometric_force(mass_factor: float, fiber_length_factor: float) -> float:
    """F0'/F0."""
    return mass_factor / fiber_length_factor
