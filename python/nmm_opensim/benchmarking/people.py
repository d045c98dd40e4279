"""Several people in one benchmark: ``<people>``, of whom the same things are asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ..errors import NMMError
from ..formats.setup_xml import SetupElement
from ..training.training_setup import TrainingSetup, read_training_setup
from .person import Person
from .read_person import read_person


def read_people(tool: SetupElement, seeds: Sequence[int]) -> tuple[Person, ...]:
    """``<people>`` of a tool; ``seeds`` are those of everyone who has none of their own.

    Raises:
        NMMError: where somebody cannot be asked what the others are; it names the line and whom.

    """
    people: list[Person] = []
    for element in tool.get_child("people").get_children(["Person"]):
        training = read_training_setup(element.get_file("training_setup_file"))
        own = element.get_integers("seeds", seeds)
        element.finish()
        with _naming(element):
            person = read_person(tool, element.file_stem, training, own)
        for other in people:
            _refuse_same_recordings(element, person.training, other)
        if people:
            _require_same_questions(element, person, people[0])
        people.append(person)
    return tuple(people)


@contextmanager
def _naming(element: SetupElement) -> Iterator[None]:
    """Complaints within are about this person, whose line comes first."""
    try:
        yield
    except NMMError as error:
        reason = str(error).rstrip(".")
        here = f"{element.file}:"
        if reason.startswith(here):
            reason = f"line {reason.removeprefix(here)}"
        raise element.error(f"person '{element.name}': {reason}") from None


def _refuse_same_recordings(element: SetupElement, training: TrainingSetup, other: Person) -> None:
    """One person under two names would count twice."""
    known = {trial.emg_file for trial in other.training.trials}
    for trial in training.trials:
        if trial.emg_file in known:
            raise element.error(
                f"person '{element.name}': expected recordings of somebody else than "
                f"'{other.name}', but found the same EMG file, '{trial.emg_file}', in both"
            )


def _require_same_questions(element: SetupElement, person: Person, first: Person) -> None:
    """What differs between people could not be averaged over them."""

    def complain(what: str, expected: Sequence[str], found: Sequence[str]) -> None:
        if list(expected) != list(found):
            raise element.error(
                f"person '{person.name}': expected {what} as of '{first.name}', "
                f"{', '.join(expected) or 'none'}, but found {', '.join(found) or 'none'}"
            )

    complain(
        "the same <moment_coordinates>",
        sorted(first.training.moment_coordinates),
        sorted(person.training.moment_coordinates),
    )
    for ours, theirs in zip(first.hidden_groups, person.hidden_groups, strict=True):
        for known, channel in zip(ours.channels, theirs.channels, strict=True):
            complain(
                f"channel '{channel.name}' to record the same muscles",
                (known.muscle, *sorted(known.others)),
                (channel.muscle, *sorted(channel.others)),
            )
    complain(
        "the same trials without moments (<inverse_dynamics_file>)",
        sorted(first.trials_without_moments),
        sorted(person.trials_without_moments),
    )
