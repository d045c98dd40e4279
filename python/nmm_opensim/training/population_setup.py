"""``<population>`` of a training setup: other people's statistics, and who is who."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import NMMError
from ..estimators.prior.population_file import SHIPPED, read_population
from ..estimators.prior.population_witness import DeclaredPopulation
from ..formats.setup_xml import SetupElement
from ..recordings.gait.gait_setup import SIDES

NONE = "none"


@dataclass(frozen=True)
class PopulationSetup:
    """A population, the leg that it speaks of here, and the file that holds it.

    ``foot_body`` is the model's body whose external forces are this foot's contact with the ground.
    """

    declared: DeclaredPopulation
    file: Path
    side: str
    foot_body: str


def read_population_setup(tool: SetupElement) -> PopulationSetup | None:
    """Read and check ``<population>``; None without it, and where it says ``none``."""
    if not tool.has("population"):
        return None
    element = tool.get_child("population")
    if element.get_text("population_file") == NONE:
        # What else is in it may stay for a comparison.
        return None
    file = _find_file(element)
    muscles = pair_names(element, "muscles")
    relatives = pair_names(element, "relatives") if element.has("relatives") else ()
    twice = sorted(set(dict(muscles)) & set(dict(relatives)))
    if twice:
        raise element.error(
            f"<relatives>: expected muscles that the population lacks, but found '{twice[0]}' in "
            "<muscles> too; leave it out of one"
        )
    population = read_population(file)
    try:
        declared = DeclaredPopulation(file.stem, population, dict(muscles), dict(relatives))
    except NMMError as error:
        raise element.error(str(error).rstrip(".")) from None
    side, foot_body = element.get_choice("side", SIDES), element.get_text("foot_body")
    other = next(name for name in SIDES if name != side)
    # As OpenSim's models name what they have twice.
    if foot_body.endswith(f"_{other[0]}"):
        raise element.error(
            f"<foot_body>: expected a body of the {side} leg, as <side> says, but found "
            f"'{foot_body}'; correct one of the two"
        )
    element.finish()
    return PopulationSetup(declared, file, side, foot_body)


def _find_file(element: SetupElement) -> Path:
    """A shipped population by its name, or a file."""
    name = element.get_text("population_file")
    return SHIPPED[name] if name in SHIPPED else element.get_file("population_file")


def pair_names(element: SetupElement, tag: str) -> tuple[tuple[str, str], ...]:
    """Names here and of other people, the same unless ``<their_…>`` says else."""
    ours = element.get_names(tag)
    theirs = element.get_text(f"their_{tag}").split() if element.has(f"their_{tag}") else ours
    if len(theirs) != len(ours):
        raise element.error(
            f"<their_{tag}>: expected one name for each of the {len(ours)} in <{tag}>, but found "
            f"{len(theirs)}"
        )
    return tuple(zip(ours, theirs, strict=True))
