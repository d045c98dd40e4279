"""The benchmark's setup: ``<NMMBenchmarkTool>`` around training setups, one for each person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..estimators.catalogue import ESTIMATORS
from ..formats.setup_xml import SetupElement, read_setup
from ..training.training_setup import TrainingSetup, read_training_setup
from .people import read_people
from .person import Fold, HiddenGroup, Person
from .read_person import read_person

TOOL = "NMMBenchmarkTool"


@dataclass(frozen=True)
class BenchmarkSetup:
    """All that a benchmark declares; paths are absolute.

    ``seeds`` are those of everyone who has none of their own.
    """

    file: Path
    name: str
    people: tuple[Person, ...]
    estimators: tuple[str, ...]
    seeds: tuple[int, ...]
    results_directory: Path

    @property
    def training(self) -> TrainingSetup:
        """The training setup of the only person, or of the first."""
        return self.people[0].training

    @property
    def groups(self) -> dict[str, tuple[Person, ...]]:
        """Who is pooled and tested together, by name; one without a name where nobody has one."""
        return {
            name: tuple(person for person in self.people if person.group == name)
            for name in dict.fromkeys(person.group for person in self.people)
        }

    @property
    def hidden_groups(self) -> tuple[HiddenGroup, ...]:
        """What is hidden, by name the same of everyone, as it is of the first."""
        return self.people[0].hidden_groups

    @property
    def folds(self) -> tuple[Fold, ...]:
        """The folds, which are the same of everyone."""
        return self.people[0].folds

    @property
    def lacks_moments(self) -> bool:
        """Whether there is a test trial whose moments nobody knows."""
        return any(person.trials_without_moments for person in self.people)

    @property
    def silent_estimators(self) -> tuple[str, ...]:
        """Those that would need the moments of test trials, none of which has any."""
        return tuple(
            name
            for name in self.estimators
            if not any(
                person.can_answer(name, fold) for person in self.people for fold in person.folds
            )
        )


def read_benchmark_setup(file: Path) -> BenchmarkSetup:
    """Read and check ``<NMMBenchmarkTool>``; every complaint names the line."""
    tool = read_setup(file, TOOL)
    people, seeds = _read_everyone(tool)
    setup = BenchmarkSetup(
        file=file.resolve(),
        name=tool.file_stem,
        people=people,
        estimators=_read_estimators(tool),
        seeds=seeds,
        results_directory=tool.get_path("results_directory", default="."),
    )
    tool.finish()
    if set(setup.silent_estimators) == set(setup.estimators):
        raise tool.error(
            "<estimators>: expected one that needs no moments of the test trials, which have none, "
            f"but found {', '.join(setup.estimators)}; add another, or the trials' "
            "<inverse_dynamics_file>"
        )
    return setup


def _read_everyone(tool: SetupElement) -> tuple[tuple[Person, ...], tuple[int, ...]]:
    """Whom the benchmark asks, and the seeds of everyone who has none of their own."""
    seeds = tuple(tool.get_integers("seeds"))
    alone, people = tool.has("training_setup_file"), tool.has("people")
    if people and alone:
        raise tool.get_child("people").error(
            "<people>: expected either <training_setup_file>, which is one person's, or <people>, "
            "but found both; take one out"
        )
    if people:
        return read_people(tool, seeds), seeds
    if not alone:
        raise tool.error(
            "expected <training_setup_file>, or <people> who have one each, but found neither; add "
            "one"
        )
    training = read_training_setup(tool.get_file("training_setup_file"))
    return (read_person(tool, "", training, seeds),), seeds


def _read_estimators(tool: SetupElement) -> tuple[str, ...]:
    names = tool.get_names("estimators")
    for name in names:
        if name not in ESTIMATORS:
            raise tool.error(
                f"<estimators>: expected some of {', '.join(ESTIMATORS)}, but found '{name}'"
            )
    return tuple(names)
