"""What a benchmark's setup asks of a person: hidden channels and folds, held against theirs."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import NMMError, nearest_names
from ..formats.setup_xml import SetupElement
from ..nmm.sources import find_recorded
from ..training.hide_channels import list_recorded_channels
from ..training.training_setup import TrainingSetup, find_overlap
from .person import Fold, HiddenChannel, HiddenGroup, Person

BY_ROLES = "roles"


def read_person(
    tool: SetupElement, name: str, training: TrainingSetup, seeds: Sequence[int], group: str = ""
) -> Person:
    """``<hidden_channels>`` and ``<folds>`` of a tool as they are for one person."""
    person = Person(
        name,
        training,
        _read_hidden_groups(tool.get_child("hidden_channels"), training),
        _read_folds(tool, training),
        tuple(seeds),
        group,
    )
    for hidden in person.hidden_groups:
        # What cannot be hidden is said now, not an hour into the run.
        person.training_for(hidden, person.folds[0])
    return person


def _read_hidden_groups(element: SetupElement, training: TrainingSetup) -> tuple[HiddenGroup, ...]:
    groups = []
    for child in element.get_children(["HiddenChannel", "HiddenGroup"]):
        if child.tag == "HiddenChannel":
            groups.append(
                HiddenGroup(child.name, (_read_hidden_channel(child, training, {child.name}),))
            )
            continue
        elements = child.get_children(["HiddenChannel"])
        together = {each.name for each in elements}
        channels = [_read_hidden_channel(each, training, together) for each in elements]
        _refuse_twice([channel.name for channel in channels], child, "HiddenChannel")
        groups.append(HiddenGroup(child.name, tuple(channels)))
        if not channels:
            raise child.error("expected a <HiddenChannel>, but found none")
    if not groups:
        known = ", ".join(list_recorded_channels(training.sources))
        raise element.error(f"expected a <HiddenChannel>, one of {known}, but found none")
    _refuse_twice([group.name for group in groups], element, "hidden_channels")
    return tuple(groups)


def _read_hidden_channel(
    element: SetupElement, training: TrainingSetup, hidden: set[str]
) -> HiddenChannel:
    """A channel of those that are ``hidden`` together, which are no synergists of each other."""
    recorded = find_recorded(training.sources)
    if element.name not in recorded:
        raise element.error(
            f"expected a channel that measures a muscle, but found '{element.name}'; "
            f"{nearest_names(element.name, recorded)}"
        )
    own = recorded[element.name]
    declared = [name for name in own.synergists if name not in hidden]
    synergists = element.get_names("synergist_channels", default=declared)
    muscles = (own.muscle, *own.others)
    muscle = element.get_optional_text("muscle") or own.muscle
    if muscle not in muscles:
        raise element.error(
            f"<muscle>: expected a muscle that '{element.name}' measures, {' or '.join(muscles)}, "
            f"but found '{muscle}'"
        )
    element.finish()
    others = tuple(name for name in muscles if name != muscle)
    return HiddenChannel(element.name, tuple(synergists), muscle, others)


def _read_folds(tool: SetupElement, training: TrainingSetup) -> tuple[Fold, ...]:
    element = tool.get_optional_child("folds")
    if element is None:
        if not training.with_role("test"):
            raise NMMError(
                f"{training.file}: expected a trial with the role test, but found none; add one, "
                "or give the benchmark <folds>."
            )
        return (Fold(BY_ROLES),)
    known = [trial.name for trial in training.trials]
    folds = []
    for child in element.get_children(["Fold"]):
        fold = Fold(child.name, tuple(child.get_names("test_trials")))
        for name in fold.test_trials:
            if name not in known:
                raise child.error(
                    f"<test_trials>: expected trials of '{training.file.name}', but found "
                    f"'{name}'; {nearest_names(name, known)}"
                )
        if set(fold.test_trials) == set(known):
            raise child.error("<test_trials>: expected a trial left to train on, but found none")
        _refuse_training_without_moments(child, fold, training)
        if overlap := find_overlap(fold.apply(training).trials):
            raise child.error(f"<test_trials>: {overlap}")
        folds.append(fold)
        child.finish()
    _refuse_twice([fold.name for fold in folds], element, "Fold")
    return tuple(folds)


def _refuse_training_without_moments(
    element: SetupElement, fold: Fold, training: TrainingSetup
) -> None:
    for trial in fold.apply(training).with_role("train"):
        if trial.inverse_dynamics_file is None:
            raise element.error(
                f"<test_trials>: expected all trials without moments, because no fold can train on "
                f"them, but '{trial.name}' of '{training.file.name}' is not there; add it to every "
                "fold, or give it an <inverse_dynamics_file>"
            )


def _refuse_twice(names: Sequence[str], element: SetupElement, tag: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise element.error(f"<{tag}>: expected each name once, but found '{name}' twice")
