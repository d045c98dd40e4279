"""The benchmark's setup: every recorded channel is hidden in turn."""

from __future__ import annotations

from ...benchmarking.benchmark_setup import TOOL
from ...estimators.catalogue import ESTIMATORS
from ...nmm.sources import Recorded, find_recorded
from .documents import Document
from .setups import RESULTS, Project


def write_benchmark_setup(project: Project) -> Document | None:
    """Hides each channel that records a muscle; None where nothing would be left to hear."""
    hidden = find_recorded(assigned.source for assigned in project.sources)
    if len(hidden) < 2:
        return None
    file = project.setup_file("benchmark")
    document = Document(
        file,
        TOOL,
        project.name,
        "Hides recorded muscles in turn: can the method be trusted for them?\n\n"
        f"     nmm-opensim benchmark {file.name}",
    )
    tool = document.tool
    tool.add_path("training_setup_file", project.setup_file("train"))
    tool.comment(
        "Each in turn, with the synergists that the training setup declares; take out what need "
        "not be asked. Other people whom that setup names are heard here too."
    )
    channels = tool.add("hidden_channels")
    for channel, recorded in hidden.items():
        scored = min((recorded.muscle, *recorded.others), key=project.channels[channel].index)
        channels.comment(_describe(recorded, scored))
        node = channels.add("HiddenChannel", name=channel)
        if recorded.others:
            node.add("muscle", scored)
    tool.comment("Fewer are faster; the last, supervised, is told the truth in training.")
    tool.add("estimators", " ".join(ESTIMATORS))
    tool.add("seeds", "1 2 3 4 5")
    tool.add("results_directory", f"{RESULTS}/benchmark")
    return document


def _describe(recorded: Recorded, scored: str) -> str:
    words = [f"Scores {scored}"]
    others = [name for name in (recorded.muscle, *recorded.others) if name != scored]
    if others:
        words.append(f"{', '.join(others)} {'follows' if len(others) == 1 else 'follow'} it")
    if recorded.synergists:
        words.append(f"synergists: {', '.join(recorded.synergists)}")
    else:
        words.append("no synergists: no neighbour to copy, moments and other people remain")
    return "; ".join(words) + "."
