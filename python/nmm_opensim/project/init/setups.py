"""The setups themselves: inverse, training, run and report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import nearest_names
from ...nmm.sources import Deep, Measured, Tied
from ...recordings.inverse.inverse_setup import TOOL as INVERSE_TOOL
from ...report.report_setup import TOOL as REPORT_TOOL
from ...running.results import TOOL as RUN_TOOL
from ...training.training_setup import ESTIMATE
from ...training.training_setup import TOOL as TRAINING_TOOL
from .anatomy import Anatomy
from .assignment import AssignedSource
from .documents import Document, Node
from .learning import add_calibration, add_optimization, add_predictor
from .other_subjects import OtherSubject, add_other_subjects
from .population import ChosenPopulation, add_population, add_strides
from .recordings import Part, Recording

RESULTS = "results"
FILL_IN = "FILL IN"
"""How places that a person must look at begin."""


@dataclass(frozen=True)
class Project:
    """All that the setups are written from; ``cutoff`` is in Hz, None for no filter.

    ``channels`` are the muscles by channel, in the order in which they were named.
    """

    name: str
    folder: Path
    model_file: Path
    tasks_file: Path | None
    emg_setup_file: Path | None
    anatomy: Anatomy
    channels: Mapping[str, list[str]]
    sources: Sequence[AssignedSource]
    open_channels: Sequence[str]
    unused_channels: Mapping[str, Sequence[str]]
    recordings: Sequence[Recording]
    parts: Sequence[Part]
    cutoff: float | None
    other_subjects: Sequence[OtherSubject] = ()
    population: ChosenPopulation | None = None

    @property
    def pose(self) -> Sequence[str]:
        """The coordinates that the predictor sees."""
        return self.anatomy.coordinates if self.population is None else self.population.pose

    @property
    def results(self) -> Path:
        """Where everything is written."""
        return self.folder / RESULTS

    @property
    def artefact_file(self) -> Path:
        """The trained NMM."""
        return self.results / f"{self.name}.nmm"

    def setup_file(self, kind: str) -> Path:
        """The file of one setup."""
        return self.folder / f"{self.name}_{kind}.xml"

    def coordinates_of(self, recording: Recording) -> Path:
        """Given, or what inverse kinematics writes."""
        given = recording.coordinates_file
        return given or self.results / f"{recording.name}_coordinates.mot"

    def moments_of(self, recording: Recording) -> Path:
        """Given, or what inverse dynamics writes."""
        given = recording.inverse_dynamics_file
        return given or self.results / f"{recording.name}_moments.sto"


def write_inverse_setup(project: Project) -> Document | None:
    """From markers, or coordinates, and forces to moments; None where all moments are given."""
    unsolved = [r for r in project.recordings if r.inverse_dynamics_file is None]
    if not unsolved:
        return None
    file = project.setup_file("inverse")
    marked = any(recording.marker_file is not None for recording in unsolved)
    document = Document(
        file,
        INVERSE_TOOL,
        project.name,
        "Recordings to joint angles and joint moments, with one filter.\n\n"
        + (f"     nmm-opensim inverse-kinematics {file.name}\n" if marked else "")
        + f"     nmm-opensim inverse-dynamics {file.name}",
    )
    tool = document.tool
    tool.comment("Scaled to the subject: nmm-opensim scale, or OpenSim's ScaleTool.")
    tool.add_path("model_file", project.model_file)
    if marked:
        tool.comment("Weights of the markers, an IKTaskSet. Without it all count the same.")
        if project.tasks_file is not None:
            tool.add_path("tasks_file", project.tasks_file)
    _add_cutoff(tool, "lowpass_cutoff_frequency", project, "coordinates and external loads")
    tool.comment("So that the moments are what the muscles must give.")
    tool.add("forces_to_exclude", "Muscles actuators")
    tool.comment(
        "Angles are solved for all markers, so that the filter has data beyond the ends; times (s) "
        "of moments are those that all data of a recording cover, with all loads measured."
    )
    trials = tool.add("trials")
    for recording in unsolved:
        trial = trials.add("Trial", name=recording.name)
        if recording.marker_file is not None:
            trial.add_path("marker_file", recording.marker_file)
        elif recording.coordinates_file is not None:
            trial.add_path("coordinates_file", recording.coordinates_file)
        if recording.external_loads_file is not None:
            trial.add_path("external_loads_file", recording.external_loads_file)
        parts = [part for part in project.parts if part.recording is recording]
        trial.add("moments_initial_time", min(part.initial_time for part in parts))
        trial.add("moments_final_time", max(part.final_time for part in parts))
    tool.add("results_directory", RESULTS)
    return document


def write_training_setup(project: Project) -> Document:
    """The training, with a source for every muscle."""
    file = project.setup_file("train")
    count = len([assigned for assigned in project.sources if assigned.open])
    places = count + len(project.open_channels)
    document = Document(
        file,
        TRAINING_TOOL,
        project.name,
        f"Trains an NMM of {', '.join(project.anatomy.coordinates)}.\n\n"
        f"     nmm-opensim train {file.name}\n\n"
        + (
            f"     Look at the {places} places marked {FILL_IN} first."
            if places
            else "     Nothing is left to fill in; look at the ties."
        ),
    )
    tool = document.tool
    _add_model(tool, project)
    tool.comment(
        "Roles: train, validation, test. Times (s) may leave out what is not wanted; ranges of "
        "training and test must not overlap."
    )
    trials = tool.add("trials")
    for part in project.parts:
        _add_trial(trials.add("Trial", name=part.name), part, project)
    tool.comment("Coordinates whose moments (N m) supervise the training.")
    tool.add("moment_coordinates", " ".join(project.anatomy.coordinates))
    _add_sources(tool, project)
    add_population(tool, project.population)
    add_other_subjects(tool, project.other_subjects, project.population is not None)
    tool.comment(
        "s, 0 to 0.125: the EMG of time t - delay acts at time t. Estimated from the measured "
        "muscles; a number fixes it."
    )
    tool.add("electromechanical_delay", ESTIMATE)
    _add_learning(tool, project)
    tool.add_path("artefact_file", project.artefact_file)
    tool.add("results_directory", RESULTS)
    return document


def _add_model(tool: Node, project: Project) -> None:
    """The estimator and the model that it takes."""
    tool.comment(
        "posterior: a prior from other people and synergists, corrected by moments; or nmm, a "
        "network taught by moments."
    )
    tool.add("estimator", "posterior")
    tool.comment("Its muscles are Millard2012EquilibriumMuscles, scaled to the subject.")
    tool.add_path("model_file", project.model_file)
    tool.comment(
        "Muscle paths: fitted polynomials of the coordinates where they follow the model's paths "
        "closely enough; or model, the model's own, which is slower."
    )
    tool.add("path_model", "fitted")
    tool.comment("rigid, or elastic, which is slower.")
    tool.add("tendon", "rigid")


def write_run_setup(project: Project) -> Document:
    """The trained NMM inside OpenSim, on the test."""
    file = project.setup_file("nmm")
    document = Document(
        file,
        RUN_TOOL,
        project.name,
        "Runs the trained NMM inside OpenSim on what it has not seen.\n\n"
        f"     nmm-opensim run {file.name}\n\n"
        "     The manual of these elements: opensim-cmd -L libosimNMM.so print-xml NMMTool",
    )
    part = next(part for part in project.parts if part.role == "test")
    tool = document.tool
    tool.add_path("model_file", project.model_file)
    tool.add_path("artefact_file", project.artefact_file)
    _add_trial(tool, part, project)
    tool.comment("Compares deep muscles with recordings that were kept aside.")
    tool.add("score_deep_emg", "true")
    tool.add("results_directory", RESULTS)
    return document


def write_report_setup(project: Project) -> Document:
    """One page of all that the other setups give."""
    file = project.setup_file("report")
    document = Document(
        file,
        REPORT_TOOL,
        project.name,
        f"Shows the project in one HTML page.\n\n     nmm-opensim report {file.name}",
    )
    tool = document.tool
    tool.add_path("training_setup_file", project.setup_file("train"))
    part = next(part for part in project.parts if part.role == "test")
    run = tool.add("runs").add("Run", name=part.name)
    run.add_path("run_setup_file", project.setup_file("nmm"))
    run.comment(
        "Windows of time (s) that plots can show alone or over each other, 0 to 100 %: "
        '<strides><Stride name="first"><initial_time>0</initial_time><final_time>1</final_time>'
        "</Stride></strides>"
    )
    unsolved = [r for r in project.recordings if r.inverse_dynamics_file is None]
    if any(recording.marker_file is not None for recording in unsolved):
        tool.add_path("inverse_kinematics_setup_file", project.setup_file("inverse"))
    if unsolved:
        tool.add_path("inverse_dynamics_setup_file", project.setup_file("inverse"))
    if project.emg_setup_file is None:
        tool.comment("The setup of process-emg as <emg_setup_file> shows the quality of raw EMG.")
    else:
        tool.add_path("emg_setup_file", project.emg_setup_file)
    tool.comment(f"Once it was run: <benchmark_setup_file> {project.setup_file('benchmark').name}.")
    tool.add("results_directory", RESULTS)
    return document


def _add_trial(node: Node, part: Part, project: Project) -> None:
    """What a trial is, for the training and for the run."""
    recording = part.recording
    if node.tag == "Trial":
        node.add("role", part.role)
    node.add_path("emg_file", recording.emg_file)
    node.add_path("coordinates_file", project.coordinates_of(recording))
    if project.cutoff is not None:
        node.add("lowpass_cutoff_frequency_for_coordinates", project.cutoff)
    node.add_path("inverse_dynamics_file", project.moments_of(recording))
    if node.tag == "Trial" and part.role == "train":
        add_strides(node, part, project.population)
    node.add("initial_time", part.initial_time)
    node.add("final_time", part.final_time)


def _add_cutoff(node: Node, tag: str, project: Project, what: str) -> None:
    node.comment(f"Hz, for {what}; the training filters the same.")
    if project.cutoff is not None:
        node.add(tag, project.cutoff)


def _add_sources(tool: Node, project: Project) -> None:
    anatomy = project.anatomy
    tool.comment(
        f"{len(anatomy.muscles)} muscles cross them, and each has one source: measured, deep, "
        "tied to a muscle of its group, or unscored. A group are muscles with the same main "
        "action, by their moment arms (mean over a few poses, m): + turns the coordinate up, "
        "− down."
    )
    sources = tool.add("muscle_sources")
    for channel in project.open_channels:
        near = nearest_names(channel, anatomy.muscles)
        sources.comment(f"{FILL_IN}: channel '{channel}' measures which muscle? Names {near}.")
    for channel, muscles in project.unused_channels.items():
        which = f"measures {', '.join(muscles)}" if muscles else "measures no muscle of the model"
        sources.comment(f"Not used: channel '{channel}' {which}.")
    for assigned in project.sources:
        _add_source(sources, assigned, anatomy)


def _add_source(sources: Node, assigned: AssignedSource, anatomy: Anatomy) -> None:
    source = assigned.source
    arms = ", ".join(
        f"{coordinate} {anatomy.find_arm(source.muscle, coordinate):+.3f}"
        for coordinate in anatomy.coordinates
    )
    groups = anatomy.model_groups[source.muscle]
    words = [f"{anatomy.find_action(source.muscle)} ({arms})"]
    if groups:
        words.append(f"in the model's groups {' '.join(groups)}")
    if assigned.reason:
        words.append(assigned.reason)
    text = "; ".join(words)
    if assigned.open:
        text = f"{FILL_IN}: measured, deep, or tied to which? {text}"
    sources.comment(f"{text}.")
    match source:
        case Measured():
            node = sources.add("MeasuredMuscle", name=source.muscle)
            node.add("channels", " ".join(source.channels))
            if source.synergists:
                node.add("synergist_channels", " ".join(source.synergists))
        case Deep():
            node = sources.add("DeepMuscle", name=source.muscle)
            if source.recorded_channel is not None:
                node.add("recorded_channel", source.recorded_channel)
            if source.synergists:
                node.add("synergist_channels", " ".join(source.synergists))
        case Tied():
            sources.add("TiedMuscle", name=source.muscle).add("to", source.to)
        case _:
            sources.add("UnscoredMuscle", name=source.muscle)


def _add_learning(tool: Node, project: Project) -> None:
    more = set(project.pose) - set(project.anatomy.coordinates)
    tool.comment(
        "The network of estimator nmm. Lags (s) count back from the delayed time."
        + (
            f" By {' '.join(sorted(more))} the population knows where in a stride it is."
            * bool(more)
        )
    )
    add_predictor(tool, project.pose)
    tool.comment(
        "Forces and lengths are relative to the model's own; shape factor and gain are absolute."
    )
    add_calibration(tool)
    add_optimization(tool, 600, (1, 2, 3, 4, 5))
