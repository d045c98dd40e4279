"""A population from its setup to its file: what ``nmm-opensim population`` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np

from ..errors import NMMError
from ..estimators.prior.population import (
    LEAST_PEOPLE,
    Person,
    Population,
    Source,
    pool,
    summarise,
)
from ..estimators.prior.population_file import read_population, write_population
from ..listener import SILENT, Listener
from .build_setup import BuildSetup, PeopleSource, read_build_setup
from .leave_one_out import Agreement, leave_each_out
from .phase_table import read_phase_table
from .recorded_person import read_recorded_person

# Closer than the strides of any two people, or of any two muscles.
LARGEST_CORRELATION = 1.0 - 1e-9


@dataclass(frozen=True)
class BuiltPopulation:
    """A population that was written, and how well its new people foretell each of themselves."""

    setup: BuildSetup
    population: Population
    agreements: tuple[Agreement, ...]


def build_population(setup: Path | str, listener: Listener = SILENT) -> BuiltPopulation:
    """Build what a setup (``<NMMPopulationTool>``) declares, and write it.

    Raises:
        NMMError: where the setup or its files cannot be used, or a person could be told apart.

    """
    declared = read_build_setup(Path(setup))
    populations = _read_populations(declared)
    people: list[Person] = []
    sources = []
    for source in declared.sources:
        found = _read_people(source, declared, listener)
        sources.append(Source(source.title, source.origin, source.licence, len(found)))
        people += found
    _require_distinct_sources(declared, sources, populations)
    _require_distinct_people(people, declared)
    _require_enough_people(people, populations, declared)
    movement = declared.movement
    new = [summarise(movement, people, sources)] if people else []
    population = replace(pool([*new, *populations]), movement=movement)
    listener.status("Leaving each person out in turn")
    agreements = leave_each_out(movement, people, populations)
    write_population(declared.population_file, population)
    return BuiltPopulation(declared, population, tuple(agreements))


def _read_populations(declared: BuildSetup) -> list[Population]:
    populations = []
    for name, file in declared.populations.items():
        population = read_population(file)
        if population.movement.name != declared.movement.name:
            raise NMMError(
                f'{declared.file}: <Population name="{name}">: expected a population of '
                f"{declared.movement.name}, but found one of {population.movement.name}; what "
                "people do in one movement says little of another."
            )
        populations.append(population)
    return populations


def _read_people(source: PeopleSource, declared: BuildSetup, listener: Listener) -> list[Person]:
    people = []
    for table in source.tables:
        listener.status(f"Reading {table.file.name}")
        people += read_phase_table(table)
    for person in source.persons:
        listener.status(f"Reading the strides of {person.name}")
        found = read_recorded_person(person, declared.movement)
        for warning in found.warnings:
            listener.warn(warning)
        count = "1 stride" if found.strides == 1 else f"the mean of {found.strides} strides"
        listener.note(f"{person.name}: {count}")
        people.append(found.person)
    return people


def _require_distinct_sources(
    declared: BuildSetup, sources: Sequence[Source], populations: Sequence[Population]
) -> None:
    """Nobody may be counted twice: what has one title and origin is the same people."""
    every = [*sources, *(source for each in populations for source in each.sources)]
    for one, other in combinations(every, 2):
        if (one.title, one.origin) == (other.title, other.origin):
            raise NMMError(
                f"{declared.file}: expected every source once, but found '{one.title}' "
                f"({one.origin}) twice; its people would be counted twice. If these are other "
                "people, give them another <title>."
            )


def _require_distinct_people(people: Sequence[Person], declared: BuildSetup) -> None:
    for one, other in combinations(people, 2):
        if one.name == other.name:
            raise NMMError(
                f"{declared.file}: expected every person once, but found '{one.name}' twice; leave "
                "one out, or give two people two names."
            )
    recorded = [(p.name, muscle, curve) for p in people for muscle, curve in p.curves.items()]
    if len(recorded) < 2:
        return
    correlation = np.corrcoef(np.array([curve for *_, curve in recorded]))
    alike = np.argwhere(np.triu(correlation, 1) > LARGEST_CORRELATION)
    if len(alike):
        (person, muscle, _), (another, its, _) = (recorded[k] for k in alike[0])
        raise NMMError(
            f"{declared.file}: expected a recording of its own for everybody's every muscle, but "
            f"'{muscle}' of '{person}' and '{its}' of '{another}' are the same; leave one out."
        )


def _require_enough_people(
    people: Sequence[Person], populations: Sequence[Population], declared: BuildSetup
) -> None:
    """Of the new people alone: the difference to a population that others have tells of these."""
    for muscle in dict.fromkeys(muscle for person in people for muscle in person.curves):
        count = sum(muscle in person.curves for person in people)
        if count < LEAST_PEOPLE:
            beside = (
                ", beside the populations, whose difference to the new one would show their curves"
                if populations
                else ", so that nobody's own curve can be read back"
            )
            raise NMMError(
                f"{declared.file}: expected at least {LEAST_PEOPLE} new people who recorded "
                f"'{muscle}'{beside}, but found {count}; leave the muscle out or add people."
            )
