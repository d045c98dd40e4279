"""The file of a population (``.nmmpop``): safetensors, as the artefact; nothing in it can execute.

docs/population.md describes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ...arrays import Array
from ...errors import NMMError
from ...files import require_reasonable, write_atomically
from ...version import __version__
from .population import LEAST_PEOPLE, POINTS, Movement, Population, Source
from .shares import REST

FORMAT = 1
SUFFIX = ".nmmpop"
SHIPPED = {"walking": Path(__file__).parent / "shipped" / f"walking{SUFFIX}"}
"""Populations that come with the package, by the name that setups may give them."""
# More muscles than a body has, and smaller than any mistake.
MOST_MUSCLES = 1000
TENSORS = ("people", "means", "pairs", "moments")


def write_population(file: Path, population: Population) -> None:
    """Write a population, whole or not at all."""
    header = {
        "format": FORMAT,
        "created_with": {"nmm_opensim": __version__},
        "movement": population.movement.name,
        "stance_shares": list(population.movement.stance_shares),
        "muscles": list(population.muscles),
        "sources": [asdict(source) for source in population.sources],
    }
    _check(population, f"population file '{file}'")
    content = save(_list_tensors(population), metadata={"nmmpop": json.dumps(header)})

    def write(temporary: Path) -> None:
        temporary.write_bytes(content)

    write_atomically(file, write)


def read_population(file: Path) -> Population:
    """Read and check a population.

    Raises:
        NMMError: naming what was expected and what was found.

    """
    where = f"population file '{file}'"
    require_reasonable(file, "population file")
    try:
        with safe_open(file, framework="numpy") as opened:
            metadata = opened.metadata() or {}
            names = sorted(opened.keys())
            tensors = {name: np.array(opened.get_tensor(name)) for name in names}
        header = json.loads(metadata["nmmpop"])
    except (KeyError, OSError, RecursionError, SafetensorError, TypeError, ValueError) as error:
        raise NMMError(
            f"{where}: expected a population that `nmm-opensim population` wrote, but found "
            f"something else ({type(error).__name__}: {str(error)[:80]})."
        ) from None
    population = _parse(header, tensors, where)
    _check(population, where)
    return population


def _list_tensors(population: Population) -> dict[str, Array]:
    return {
        "people": population.people,
        "means": population.means,
        "pairs": population.pairs,
        "moments": population.moments,
    }


def _parse(header: Any, tensors: Mapping[str, Array], where: str) -> Population:
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        found = header.get("format") if isinstance(header, dict) else header
        raise NMMError(
            f"{where}: expected format {FORMAT}, but found {str(found)[:40]}; use a population of "
            "this version, or a newer version of this package."
        )
    if sorted(tensors) != sorted(TENSORS):
        raise NMMError(
            f"{where}: expected the tensors {', '.join(TENSORS)}, but found "
            f"{', '.join(tensors)[:100]}."
        )
    try:
        low, high = (float(share) for share in header["stance_shares"])
        movement = Movement(str(header["movement"]), (low, high))
        muscles = tuple(str(name) for name in header["muscles"])
        sources = tuple(
            Source(str(s["title"]), str(s["origin"]), str(s["licence"]), int(s["people"]))
            for s in header["sources"]
        )
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        raise NMMError(
            f"{where}: expected movement, stance_shares, muscles and sources in its header, but "
            f"found something else ({type(error).__name__}: {str(error)[:80]})."
        ) from None
    return Population(
        movement,
        muscles,
        tensors["people"],
        tensors["means"],
        tensors["pairs"],
        tensors["moments"],
        sources,
    )


def _check(population: Population, where: str) -> None:
    size = len(population.muscles)
    if not 0 < size <= MOST_MUSCLES or len(set(population.muscles)) != size:
        raise NMMError(
            f"{where}: expected 1 to {MOST_MUSCLES} muscles, each once, but found {size}."
        )
    _check_shapes(population, where)
    low, high = population.movement.stance_shares
    if not 0.0 <= low < high <= 1.0:
        raise NMMError(
            f"{where}: expected stance_shares within 0 to 1, but found {low:g} and {high:g}."
        )
    _check_people(population, where)
    diagonal = np.diag(population.moments)
    if not (diagonal >= 0).all() or not np.allclose(population.moments, population.moments.T):
        raise NMMError(f"{where}, tensor moments: expected second moments, but found others.")
    if population.means.max() > 1e-9 or population.means.min() < np.log(REST) - 1e-9:
        raise NMMError(
            f"{where}, tensor means: expected logarithms of shares, {np.log(REST):.2f} to 0, but "
            f"found {population.means.min():.2f} to {population.means.max():.2f}."
        )


def _check_shapes(population: Population, where: str) -> None:
    size = len(population.muscles)
    shapes = {"people": (size,), "means": (size, POINTS)}
    for name, values in _list_tensors(population).items():
        shape = shapes.get(name, (size, size))
        if values.shape != shape or values.dtype != np.float64:
            raise NMMError(
                f"{where}, tensor {name}: expected numbers (F64) of the shape {shape}, but found "
                f"{values.dtype} of {values.shape}."
            )
        if not np.isfinite(values).all():
            raise NMMError(f"{where}, tensor {name}: expected finite numbers, but found others.")


def _check_people(population: Population, where: str) -> None:
    """Nobody may be told from fewer than LEAST_PEOPLE."""
    people, pairs = population.people, population.pairs
    if people.min() < LEAST_PEOPLE or (people != np.round(people)).any():
        muscle = population.muscles[int(np.argmin(people))]
        raise NMMError(
            f"{where}: expected whole numbers of people, at least {LEAST_PEOPLE} for every muscle, "
            f"but found {people.min():g} for '{muscle}'."
        )
    possible = (pairs == 0) | (pairs >= LEAST_PEOPLE)
    most = np.minimum.outer(people, people)
    if not (possible & (pairs <= most) & (pairs == pairs.T)).all():
        raise NMMError(
            f"{where}, tensor pairs: expected numbers of people who recorded two muscles, 0 or "
            f"{LEAST_PEOPLE} and more, but found others."
        )
