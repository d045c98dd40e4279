"""Several people in one benchmark: ``<people>``, of whom the same things are asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..errors import NMMError
from ..files import hash_file
from ..formats.setup_xml import SetupElement
from ..training.training_setup import read_training_setup
from .person import Person
from .read_person import read_person


def read_people(tool: SetupElement, seeds: Sequence[int]) -> tuple[Person, ...]:
    """``<people>`` of a tool; ``seeds`` are those of everyone who has none of their own.

    Raises:
        NMMError: where somebody cannot be asked what the others are, or would count twice in a
            group; it names the line and whom.

    """
    people: list[Person] = []
    recordings = Recordings()
    for element in tool.get_child("people").get_children(["Person"]):
        training = read_training_setup(element.get_file("training_setup_file"))
        own = element.get_integers("seeds", seeds)
        group = element.get_optional_file_stem("group") or ""
        element.finish()
        with _naming(element):
            person = read_person(tool, element.file_stem, training, own, group)
        if people:
            _require_group_of_all_or_none(element, person, people[0])
        recordings.add(element, person)
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


def _require_group_of_all_or_none(element: SetupElement, person: Person, first: Person) -> None:
    """Whoever had none would be left over: nobody could tell with whom they are pooled."""
    if bool(person.group) != bool(first.group):
        having, lacking = (person, first) if person.group else (first, person)
        raise element.error(
            f"person '{person.name}': expected a <group> of everyone or of nobody, but found "
            f"'{having.group}' of '{having.name}' and none of '{lacking.name}'"
        )


class Recordings:
    """Whose EMG files are known, by what they hold: a copy or a link is the same recording."""

    def __init__(self) -> None:
        self._hashes: dict[Path, str] = {}
        self._owners: dict[tuple[str, str], tuple[Person, Path]] = {}

    def add(self, element: SetupElement, person: Person) -> None:
        """Refuse recordings of somebody in the same group: one person would count twice.

        Raises:
            NMMError: naming the line, both people and the file.

        """
        for trial in person.training.trials:
            file = trial.emg_file
            if file not in self._hashes:
                self._hashes[file] = hash_file(file)
            key = (person.group, self._hashes[file])
            other, known = self._owners.setdefault(key, (person, file))
            if other is not person:
                where = "" if file == known else f", a copy of '{known}'"
                raise element.error(
                    f"person '{person.name}': expected recordings of somebody else than "
                    f"'{other.name}', but found the same EMG file, '{file}'{where}, in both"
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
