"""The setup of a population: ``<NMMPopulationTool>`` in XML to declared, checked Python objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import nearest_names
from ..estimators.prior.muscle_names import STANDARD_NAMES
from ..estimators.prior.population import Movement
from ..estimators.prior.population_file import SHIPPED, SUFFIX
from ..formats.setup_xml import SetupElement, read_setup
from ..nmm.sources import Source, find_own_channel
from ..recordings.gait.gait_setup import SIDES
from ..training.population_setup import pair_names
from ..training.training_setup import TrainingSetup, read_training_setup

TOOL = "NMMPopulationTool"
# Long enough for a publication.
LONGEST_TEXT = 500


@dataclass(frozen=True)
class PhaseTable:
    """Mean strides of people in one table (.csv); ``columns`` by the muscle that each holds."""

    name: str
    file: Path
    person_column: str
    point_column: str
    columns: dict[str, str]


@dataclass(frozen=True)
class RecordedPerson:
    """A person with a training setup; ``channels`` by the muscle that each records.

    ``foot_body`` is the model's body whose external forces are the foot's contact with the ground.
    """

    name: str
    setup: TrainingSetup
    side: str
    foot_body: str
    channels: dict[str, str]


@dataclass(frozen=True)
class PeopleSource:
    """People of one origin."""

    name: str
    title: str
    origin: str
    licence: str
    tables: tuple[PhaseTable, ...]
    persons: tuple[RecordedPerson, ...]


@dataclass(frozen=True)
class BuildSetup:
    """All that a population is built from; paths are absolute."""

    file: Path
    name: str
    movement: Movement
    sources: tuple[PeopleSource, ...]
    populations: dict[str, Path]
    """Finished ones, which go in whole."""
    population_file: Path


def read_build_setup(file: Path) -> BuildSetup:
    """Read and check ``<NMMPopulationTool>``; every complaint names the line."""
    tool = read_setup(file, TOOL)
    results_directory = tool.get_path("results_directory", default=".")
    sources, populations = _read_sources(tool.get_child("sources"))
    setup = BuildSetup(
        file=file.resolve(),
        name=tool.file_stem,
        movement=_read_movement(tool),
        sources=sources,
        populations=populations,
        population_file=tool.get_output("population_file", results_directory),
    )
    tool.finish()
    if setup.population_file.suffix != SUFFIX:
        raise tool.error(
            f"<population_file>: expected a name ending in {SUFFIX}, but found "
            f"'{setup.population_file.name}'"
        )
    if setup.population_file in populations.values():
        raise tool.error(
            "<population_file>: expected a new file, but found one of the <sources>; its people "
            "would be counted again with every call: give it another name"
        )
    return setup


def _read_movement(tool: SetupElement) -> Movement:
    low, high = tool.get_numbers("stance_shares", count=2, minimum=0.0, maximum=1.0)
    if not low < high:
        raise tool.error(
            f"<stance_shares>: expected the lowest and the highest share of a stride, but found "
            f"{low:g} and {high:g}"
        )
    return Movement(_get_line(tool, "movement"), (low, high))


def _read_sources(
    element: SetupElement,
) -> tuple[tuple[PeopleSource, ...], dict[str, Path]]:
    sources, populations = [], {}
    for child in element.get_children(["Source", "Population"]):
        if child.tag == "Source":
            sources.append(_read_source(child))
        else:
            name = child.get_text("population_file")
            populations[child.name] = SHIPPED.get(name) or child.get_file("population_file")
        child.finish()
    if not sources and len(populations) < 2:
        raise element.error(
            "expected a <Source> of people, or several <Population>s to pool, but found "
            + ("one <Population>" if populations else "nothing")
        )
    return tuple(sources), populations


def _read_source(element: SetupElement) -> PeopleSource:
    tables, persons = [], []
    people = element.get_child("people")
    for child in people.get_children(["PhaseTable", "TrainingSetup"]):
        if child.tag == "PhaseTable":
            tables.append(_read_phase_table(child))
        else:
            persons.append(_read_recorded_person(child))
        child.finish()
    if not tables and not persons:
        raise people.error("expected a <PhaseTable> or a <TrainingSetup>, but found nothing")
    return PeopleSource(
        element.name,
        _get_line(element, "title"),
        _get_line(element, "origin"),
        _get_line(element, "licence"),
        tuple(tables),
        tuple(persons),
    )


def _read_phase_table(element: SetupElement) -> PhaseTable:
    muscles = _read_muscles(element)
    columns = element.get_names("columns", default=muscles)
    if len(columns) != len(muscles):
        raise element.error(
            f"<columns>: expected one for each of the {len(muscles)} in <muscles>, but found "
            f"{len(columns)}"
        )
    return PhaseTable(
        element.name,
        element.get_file("phase_table_file"),
        element.get_text("person_column"),
        element.get_text("point_column"),
        dict(zip(muscles, columns, strict=True)),
    )


def _read_recorded_person(element: SetupElement) -> RecordedPerson:
    _read_muscles(element)
    pairs = pair_names(element, "muscles")
    setup = read_training_setup(element.get_file("training_setup_file"), False)
    return RecordedPerson(
        element.name,
        setup,
        element.get_choice("side", SIDES),
        element.get_text("foot_body"),
        _find_channels(element, pairs, setup),
    )


def _find_channels(
    element: SetupElement, pairs: Sequence[tuple[str, str]], setup: TrainingSetup
) -> dict[str, str]:
    """Which channel of a training setup records each muscle."""
    recorded = _list_recorded(setup.sources)
    channels: dict[str, str] = {}
    for muscle, theirs in pairs:
        if theirs not in recorded:
            raise element.error(
                f"<their_muscles>: expected muscles that a channel of their own records in "
                f"'{setup.file.name}', but found '{theirs}' for '{muscle}'; "
                f"{nearest_names(theirs, recorded)}"
            )
        channel = recorded[theirs]
        for other, its in channels.items():
            if its == channel:
                raise element.error(
                    f"<muscles>: expected muscles with channels of their own, but channel "
                    f"'{channel}' of '{setup.file.name}' records both '{other}' and '{muscle}'; "
                    "name one"
                )
        channels[muscle] = channel
    return channels


def _list_recorded(sources: Sequence[Source]) -> dict[str, str]:
    """The channels of recorded muscles, also of those that only score, by muscle."""
    return {s.muscle: channel for s in sources if (channel := find_own_channel(s)) is not None}


def _read_muscles(element: SetupElement) -> list[str]:
    muscles = element.get_names("muscles")
    for muscle in muscles:
        if muscle not in STANDARD_NAMES:
            raise element.error(
                f"<muscles>: expected anatomical names, but found '{muscle}'; "
                f"{nearest_names(muscle, STANDARD_NAMES)}"
            )
    return muscles


def _get_line(element: SetupElement, tag: str) -> str:
    """Words on one line, however the setup breaks them."""
    text = " ".join(element.get_text(tag).split())
    if len(text) > LONGEST_TEXT or not text.isprintable():
        raise element.error(f"<{tag}>: expected at most {LONGEST_TEXT} printable characters")
    return text
