"""Look at a model and recordings, ask what they cannot tell, and write the setups."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...errors import NMMError, nearest_names, require_file
from ...files import write_text
from ...formats.setup_xml import UNFIT_FOR_FILES
from ...physics.osim_model import OsimModel
from ...recordings.emg.emg_setup import read_emg_setup
from ...recordings.gait.measured_file import read_measured
from ...running.compatibility import check_loadable
from ..schemas.schema import write_schemas
from .anatomy import Anatomy
from .assignment import AssignedSource, assign_sources
from .benchmark import write_benchmark_setup
from .channels import (
    NONE,
    Muscles,
    check_names,
    find_exact,
    parse_channel_options,
    read_mapping,
    write_mapping,
)
from .other_subjects import find_other_subjects
from .population import find_population
from .questions import Ask, need
from .recordings import (
    Recording,
    check_channels,
    read_channels,
    read_cutoff,
    split_recordings,
)
from .setups import (
    Project,
    write_inverse_setup,
    write_report_setup,
    write_run_setup,
    write_training_setup,
)

# How gait-events calls what it writes of a trial.
MEASURED, STRIDES = "_measured.csv", "_strides.csv"


@dataclass(frozen=True)
class Options:
    """What a user says; files of recordings are in the order of the EMG files, or empty.

    ``cutoff`` is a frequency in Hz or ``none``.
    """

    model_file: Path
    folder: Path
    name: str | None = None
    coordinates: Sequence[str] = ()
    deep_muscles: Sequence[str] = ()
    channels: Sequence[str] = ()
    mapping_file: Path | None = None
    emg_files: Sequence[Path] = ()
    marker_files: Sequence[Path] = ()
    coordinates_files: Sequence[Path] = ()
    external_loads_files: Sequence[Path] = ()
    no_external_loads: bool = False
    measured_files: Sequence[Path] = ()
    measured_side: str | None = None
    inverse_dynamics_files: Sequence[Path] = ()
    tasks_file: Path | None = None
    emg_setup_file: Path | None = None
    other_subjects: Sequence[Path] = ()
    cutoff: str | None = None
    overwrite: bool = False


@dataclass(frozen=True)
class Written:
    """What was written and found."""

    files: list[Path]
    anatomy: Anatomy
    sources: list[AssignedSource]
    open_channels: list[str]
    mapping_file: Path | None
    """To fill in, where channels are open."""
    commands: list[str]
    """What to run, in this order."""


def write_setups(options: Options, ask: Ask | None) -> Written:
    """Write the setups of ``options``; ``ask`` is None where nobody can answer.

    Raises:
        NMMError: naming the option that is missing, or the file that cannot be used.

    """
    project, channels = _look_at(options, ask)
    documents = [
        document
        for document in (
            write_inverse_setup(project),
            write_training_setup(project),
            write_run_setup(project),
            write_report_setup(project),
            write_benchmark_setup(project),
        )
        if document is not None
    ]
    mapping = options.folder / f"{project.name}_channels.csv" if project.open_channels else None
    files = [document.file for document in documents] + ([mapping] if mapping else [])
    if not options.overwrite:
        for file in files:
            if file.exists():
                raise NMMError(
                    f"init: '{file}' is there already; give --overwrite, or another --output."
                )
    for document in documents:
        write_text(document.file, document.write())
    if mapping is not None:
        write_mapping(mapping, channels.recorded, channels.said, project.anatomy.muscles)
    write_schemas(options.folder / "schemas")
    commands = _list_commands(project, files)
    return Written(
        files,
        project.anatomy,
        list(project.sources),
        list(project.open_channels),
        mapping,
        commands,
    )


@dataclass(frozen=True)
class _Channels:
    """Channels of the recordings, and what is said of them."""

    recorded: Sequence[str]
    said: Muscles


def _look_at(options: Options, ask: Ask | None) -> tuple[Project, _Channels]:
    """All that the setups are written from: told, found in files, or asked for."""
    name = _find_name(options)
    if options.emg_setup_file is not None:
        read_emg_setup(options.emg_setup_file)
    model = OsimModel(options.model_file)
    check_loadable(options.model_file)
    recordings = _collect_recordings(options, ask)
    told = _read_told_channels(options)
    recorded = read_channels(recordings, [channel for channel, names in told.items() if not names])
    anatomy = Anatomy(model, _find_coordinates(options, model, ask))
    said = _find_channels(told, recorded, model, anatomy, ask)
    deep = list(options.deep_muscles) or _ask_deep(anatomy, said, ask)
    sources = assign_sources(anatomy, said, deep)
    crossing = set(anatomy.muscles)
    unused = {c: m for c, m in said.items() if not crossing.intersection(m)}
    parts = split_recordings(recordings)
    check_channels(parts, [channel for channel in said if channel not in unused])
    project = Project(
        name=name,
        folder=options.folder,
        model_file=options.model_file,
        tasks_file=options.tasks_file,
        emg_setup_file=options.emg_setup_file,
        anatomy=anatomy,
        channels=said,
        sources=sources,
        open_channels=[channel for channel in recorded if channel not in said],
        unused_channels=unused,
        recordings=recordings,
        parts=parts,
        cutoff=_find_cutoff(options, recordings, ask),
        other_subjects=find_other_subjects(
            options.other_subjects, anatomy, [recording.emg_file for recording in recordings]
        ),
        population=find_population(anatomy, model, recordings),
    )
    return project, _Channels(recorded, said)


def _find_name(options: Options) -> str:
    name = options.name or options.folder.resolve().name
    if not name or UNFIT_FOR_FILES.search(name) or name.startswith("."):
        raise NMMError(
            f"init: --name: expected a name that files can have, but found '{name}'; use letters, "
            "digits, - and _."
        )
    return name


def _find_coordinates(options: Options, model: OsimModel, ask: Ask | None) -> list[str]:
    question = "the coordinates whose moments supervise, such as knee_angle_r"
    names = options.coordinates or need(ask, "--coordinate", question).split()
    for name in names:
        model.coordinate(name)
    return list(dict.fromkeys(names))


def _read_told_channels(options: Options) -> Muscles:
    """What is said of channels by a file and by options."""
    told = {} if options.mapping_file is None else read_mapping(options.mapping_file)
    return {**told, **parse_channel_options(options.channels)}


def _find_channels(
    told: Muscles, recorded: Sequence[str], model: OsimModel, anatomy: Anatomy, ask: Ask | None
) -> Muscles:
    """What is said of channels: what is ``told``, by exact names, by answers."""
    said = dict(told)
    check_names(said, recorded, model.muscle_names)
    said = {**find_exact(recorded, model.muscle_names), **said}
    if ask is not None:
        for channel in [c for c in recorded if c not in said]:
            near = nearest_names(channel, anatomy.muscles)
            answer = ask(
                f"the muscles that channel '{channel}' measures ({NONE}, or nothing to leave it "
                f"open; {near})"
            ).replace(",", " ")
            if answer.strip():
                said[channel] = [] if answer.split() == [NONE] else answer.split()
        check_names(said, recorded, model.muscle_names)
    return {channel: said[channel] for channel in recorded if channel in said}


def _ask_deep(anatomy: Anatomy, said: Muscles, ask: Ask | None) -> list[str]:
    mapped = {muscle for muscles in said.values() for muscle in muscles}
    missing = [muscle for muscle in anatomy.muscles if muscle not in mapped]
    question = (
        "the muscles to reconstruct; without a channel are "
        + (", ".join(missing) if missing else "none")
        + "; a measured one is kept aside to score"
    )
    return need(ask, "--deep-muscle", question).replace(",", " ").split()


def _find_cutoff(
    options: Options, recordings: Sequence[Recording], ask: Ask | None
) -> float | None:
    """Hz: the one that given moments had, or the user's."""
    stated = {read_cutoff(recording) for recording in recordings} - {None}
    text = options.cutoff
    if text is None and len(stated) == 1:
        frequency = stated.pop()
        return frequency if frequency is not None and frequency > 0 else None
    if text is None:
        text = need(
            ask,
            "--cutoff",
            f"the low-pass filter of coordinates and forces, Hz, or {NONE} (walking: 6)",
        )
    if text == NONE:
        return None
    try:
        frequency = float(text)
    except ValueError:
        frequency = -1.0
    if not 0.0 < frequency < float("inf"):
        raise NMMError(f"init: --cutoff: expected Hz above 0, or {NONE}, but found '{text}'.")
    return frequency


def _collect_recordings(options: Options, ask: Ask | None) -> list[Recording]:
    emg = list(options.emg_files) or _ask_files(ask, "--emg-file", "the EMG envelopes (.sto)")
    markers, coordinates = options.marker_files, options.coordinates_files
    moments, loads = options.inverse_dynamics_files, options.external_loads_files
    if not markers and not coordinates:
        option = "--marker-file or --coordinates-file"
        coordinates = _ask_files(ask, option, "the motion: joint angles (.mot, .sto)")
    for option, files in {
        "--marker-file": markers,
        "--coordinates-file": coordinates,
        "--external-loads-file": loads,
        "--measured-file": options.measured_files,
        "--inverse-dynamics-file": moments,
    }.items():
        if files and len(files) != len(emg):
            raise NMMError(
                f"init: {option}: expected one for each of the {len(emg)} EMG files, in their "
                f"order, but found {len(files)}."
            )
    if markers and coordinates:
        raise NMMError("init: expected --marker-file or --coordinates-file, but found both.")
    if markers and moments:
        raise NMMError(
            "init: --inverse-dynamics-file: expected --coordinates-file beside it, the angles that "
            "the moments are of, but found --marker-file."
        )
    if not moments and not loads and not options.no_external_loads:
        loads = _ask_external_loads(ask, len(emg))
    nothing: list[Path | None] = [None] * len(emg)
    columns = (emg, *(files or nothing for files in (markers, coordinates, loads, moments)))
    names = _name_recordings(markers or coordinates)
    rows = zip(*columns, strict=True)
    recordings = [Recording(name, *files) for name, files in zip(names, rows, strict=True)]
    if spans := _read_measured(options):
        strides = [_find_strides(file) for file in options.measured_files]
        recordings = [
            replace(recording, measured=span, strides_file=file)
            for recording, span, file in zip(recordings, spans, strides, strict=True)
        ]
    for recording in recordings:
        for file in (recording.marker_file, recording.coordinates_file):
            if file is not None:
                require_file(file, "motion file")
    return recordings


def _read_measured(options: Options) -> list[tuple[float, float]]:
    """The longest span of each recording whose loads are all measured."""
    if bool(options.measured_files) != (options.measured_side is not None):
        raise NMMError(
            "init: expected --measured-file of each recording and --measured-side, the leg whose "
            "moments are wanted, but found only one."
        )
    side = options.measured_side or ""
    return [
        max(read_measured(file, side), key=lambda span: span[1] - span[0])
        for file in options.measured_files
    ]


def _find_strides(measured_file: Path) -> Path | None:
    """What gait-events wrote beside the measured times."""
    name = measured_file.name
    if not name.endswith(MEASURED):
        return None
    file = measured_file.with_name(name.removesuffix(MEASURED) + STRIDES)
    return file if file.is_file() else None


def _ask_files(ask: Ask | None, option: str, question: str) -> list[Path]:
    return [Path(word) for word in need(ask, option, question).split()]


def _ask_external_loads(ask: Ask | None, count: int) -> list[Path]:
    """One file for each recording, or none at all."""
    option = "--external-loads-file or --no-external-loads"
    question = "what acts on the body from outside (ExternalLoads, .xml), or none"
    answer = need(ask, option, question).split()
    loads = [] if answer == [NONE] else [Path(word) for word in answer]
    if loads and len(loads) != count:
        raise NMMError(f"init: expected {count} files of external loads, but found {len(loads)}.")
    return loads


def _name_recordings(files: Sequence[Path]) -> list[str]:
    """The stems of their motion files, or of their folders where those are the same."""
    for names in ([file.stem for file in files], [file.resolve().parent.name for file in files]):
        plain = [UNFIT_FOR_FILES.sub("_", name).lstrip(".") or "trial" for name in names]
        if len(set(plain)) == len(plain):
            return plain
    return [f"trial_{k + 1}" for k in range(len(files))]


def _list_commands(project: Project, files: Sequence[Path]) -> list[str]:
    verbs = []
    inverse = project.setup_file("inverse")
    if inverse in files:
        if any(recording.marker_file is not None for recording in project.recordings):
            verbs.append(("inverse-kinematics", inverse))
        verbs.append(("inverse-dynamics", inverse))
    verbs += [("train", project.setup_file("train")), ("run", project.setup_file("nmm"))]
    verbs.append(("report", project.setup_file("report")))
    if (benchmark := project.setup_file("benchmark")) in files:
        verbs.append(("benchmark", benchmark))
    return [shlex.join(["nmm-opensim", verb, str(file)]) for verb, file in verbs]
