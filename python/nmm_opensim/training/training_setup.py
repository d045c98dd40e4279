"""The setup of a training: ``<NMMTrainingTool>`` in XML to declared, checked Python objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import NMMError
from ..estimators.optimization import Optimization
from ..formats.setup_xml import SetupElement, read_setup
from ..nmm.calibration import Bounds, MuscleBounds, Range
from ..nmm.predictor import HIDDEN_ACTIVATIONS, PredictorArchitecture
from ..nmm.sources import Deep, Measured, Source, Tied, Unscored
from ..nmm.trial import TrialFiles
from ..physics.muscles.activation import POSSIBLE_DELAY
from ..physics.muscles.millard import TENDON_MODELS, TendonModel
from ..physics.paths.path_model import PATH_MODELS
from .population_setup import PopulationSetup, pair_names, read_population_setup

TOOL = "NMMTrainingTool"
ESTIMATE = "estimate"
ROLES = ("train", "validation", "test")
WITHOUT_MOMENTS = ("test",)
"""The roles of trials that may leave out moments: the others teach by them, or judge a fit."""
TRAINED = ("posterior", "hybrid", "nmm")
"""The estimators that become an artefact; the first is the default."""


@dataclass(frozen=True)
class PriorSubject:
    """Another subject, whose recordings tell what a muscle does in a motion.

    ``muscles`` and ``coordinates`` pair this setup's names with those of that subject's model; a
    coordinate with the sign -1 counts the other way there.
    """

    name: str
    setup: TrainingSetup
    muscles: tuple[tuple[str, str], ...]
    coordinates: tuple[tuple[str, str], ...]
    signs: tuple[float, ...]


@dataclass(frozen=True)
class TrainingSetup:
    """All that a training setup declares; paths are absolute.

    ``electromechanical_delay`` is None where it is to be estimated from the measured muscles.
    """

    file: Path
    name: str
    estimator: str
    model_file: Path
    path_model: str
    function_based_path_set_file: Path | None
    trials: tuple[TrialFiles, ...]
    moment_coordinates: tuple[str, ...]
    sources: tuple[Source, ...]
    prior_subjects: tuple[PriorSubject, ...]
    population: PopulationSetup | None
    architecture: PredictorArchitecture
    electromechanical_delay: float | None
    tendon: TendonModel
    bounds: Bounds
    optimization: Optimization
    artefact_file: Path
    results_directory: Path

    @property
    def data_files(self) -> list[Path]:
        """The files of all trials and of the population, each once: what an artefact records."""
        data = {path for trial in self.trials for path in trial.data_files}
        if self.population is not None:
            data.add(self.population.file)
        return sorted(data)

    @property
    def input_files(self) -> list[Path]:
        """All files that decide the outcome: setup, model, paths and data, each once."""
        paths = self.function_based_path_set_file
        data = set(self.data_files)
        data.update(path for subject in self.prior_subjects for path in subject.setup.input_files)
        return [self.file, self.model_file, *([paths] if paths else []), *sorted(data)]

    def with_role(self, *roles: str) -> list[TrialFiles]:
        """The trials that have one of ``roles``."""
        return [trial for trial in self.trials if trial.role in roles]


def read_training_setup(file: Path, with_prior_subjects: bool = True) -> TrainingSetup:
    """Read and check ``<NMMTrainingTool>``; every complaint names the line.

    Without prior subjects the setup stands for its own recordings alone.
    """
    tool = read_setup(file, TOOL)
    subjects = tool.get_optional_child("prior_subjects")
    results_directory = tool.get_path("results_directory", default=".")
    architecture = _read_predictor(tool.get_child("predictor"))
    population = read_population_setup(tool) if with_prior_subjects else None
    setup = TrainingSetup(
        file=file.resolve(),
        name=tool.file_stem,
        estimator=tool.get_choice("estimator", TRAINED, default=TRAINED[0]),
        model_file=tool.get_file("model_file"),
        path_model=tool.get_choice("path_model", PATH_MODELS, default="model"),
        function_based_path_set_file=tool.get_optional_file("function_based_path_set_file"),
        trials=_read_trials(tool.get_child("trials"), architecture, tool.has("population")),
        moment_coordinates=tuple(tool.get_names("moment_coordinates")),
        sources=_read_sources(tool.get_child("muscle_sources")),
        prior_subjects=_read_prior_subjects(subjects) if subjects and with_prior_subjects else (),
        population=population,
        architecture=architecture,
        electromechanical_delay=_read_delay(tool),
        tendon=tool.get_choice("tendon", TENDON_MODELS, default="rigid"),
        bounds=_read_bounds(tool.get_child("calibration")),
        optimization=_read_optimization(tool.get_child("optimization")),
        artefact_file=tool.get_output("artefact_file", results_directory),
        results_directory=results_directory,
    )
    tool.finish()
    _check_setup(tool, setup)
    return setup


def _check_setup(tool: SetupElement, setup: TrainingSetup) -> None:
    """What several elements say together."""
    recordings = {trial.emg_file for trial in setup.trials}
    for subject in setup.prior_subjects:
        if any(trial.emg_file in recordings for trial in subject.setup.trials):
            raise tool.error(
                f'<PriorSubject name="{subject.name}">: expected another subject, but found this '
                "setup's own recordings; a muscle that is hidden here would be seen there"
            )
        if [c for c, _ in subject.coordinates] != [
            c for c, _ in setup.prior_subjects[0].coordinates
        ]:
            raise tool.error(
                f'<PriorSubject name="{subject.name}">: expected the same <coordinates> for every '
                "prior subject"
            )
    if setup.artefact_file.suffix != ".nmm":
        raise tool.error(
            f"<artefact_file>: expected a name ending in .nmm, but found "
            f"'{setup.artefact_file.name}'"
        )
    if setup.path_model == "model" and setup.function_based_path_set_file is not None:
        raise tool.error(
            "<function_based_path_set_file>: expected <path_model>fitted</path_model> beside it, "
            "but found model"
        )


def _read_delay(tool: SetupElement) -> float | None:
    if tool.get_text("electromechanical_delay") == ESTIMATE:
        return None
    low, high = POSSIBLE_DELAY
    return tool.get_number("electromechanical_delay", minimum=low, maximum=high)


def _read_prior_subjects(element: SetupElement) -> tuple[PriorSubject, ...]:
    subjects = []
    for child in element.get_children(["PriorSubject"]):
        coordinates = child.get_names("coordinates")
        signs = child.get_numbers(
            "coordinate_signs", [1.0] * len(coordinates), count=len(coordinates)
        )
        for sign in signs:
            if sign not in (-1.0, 1.0):
                raise child.error(f"<coordinate_signs>: expected 1 or -1, but found {sign:g}")
        subjects.append(
            PriorSubject(
                child.name,
                read_training_setup(child.get_file("training_setup_file"), False),
                pair_names(child, "muscles"),
                pair_names(child, "coordinates"),
                tuple(signs),
            )
        )
        child.finish()
    return tuple(subjects)


def _read_trials(
    element: SetupElement, architecture: PredictorArchitecture, has_population: bool
) -> tuple[TrialFiles, ...]:
    trials = []
    for trial in element.get_children(["Trial"]):
        cutoff = trial.get_number("lowpass_cutoff_frequency_for_coordinates", -1.0)
        role = trial.get_choice("role", ROLES)
        trials.append(
            TrialFiles(
                name=trial.name,
                role=role,
                emg_file=trial.get_file("emg_file"),
                coordinates_file=trial.get_file("coordinates_file"),
                inverse_dynamics_file=_read_inverse_dynamics_file(trial, role),
                lowpass_cutoff_frequency_for_coordinates=cutoff if cutoff > 0 else None,
                initial_time=trial.get_optional_number("initial_time"),
                final_time=trial.get_optional_number("final_time"),
                emg_time_offset=trial.get_number("emg_time_offset", 0.0),
                external_loads_file=_read_external_loads_file(trial, architecture, has_population),
                strides_file=trial.get_optional_file("strides_file"),
            )
        )
        trial.finish()
    if not any(trial.role == "train" for trial in trials):
        raise element.error("expected a <Trial> with the role train, but found none")
    if overlap := find_overlap(trials):
        raise element.error(overlap)
    return tuple(trials)


def _read_inverse_dynamics_file(trial: SetupElement, role: str) -> Path | None:
    tag = "inverse_dynamics_file"
    if not trial.has(tag) and role not in WITHOUT_MOMENTS:
        raise trial.error(
            f"trial '{trial.name}': expected <{tag}>, because a trial of the role {role} needs its "
            f"joint moments, but found none; add it, or give the trial the role test"
        )
    return trial.get_optional_file(tag)


def _read_external_loads_file(
    trial: SetupElement, architecture: PredictorArchitecture, has_population: bool
) -> Path | None:
    tag = "external_loads_file"
    if not trial.has(tag):
        if architecture.external_loads:
            raise trial.error(
                f"expected <{tag}>, because <predictor> names <external_loads>, but found none"
            )
        return None
    if not (architecture.external_loads or has_population):
        raise trial.error(
            f"<{tag}>: expected <external_loads> in <predictor>, which names the columns that the "
            "network sees, or a <population>, whose strides they show, but found neither; add one, "
            "or leave the file out"
        )
    return trial.get_file(tag)


def find_overlap(trials: Sequence[TrialFiles]) -> str | None:
    """What is wrong where frames used for training come back in validation or test."""
    for i, a in enumerate(trials):
        for b in trials[i + 1 :]:
            if a.role == b.role or a.emg_file != b.emg_file:
                continue
            a_low, a_high = _range(a)
            b_low, b_high = _range(b)
            if min(a_high, b_high) - max(a_low, b_low) > 1e-9:
                return (
                    f"trials '{a.name}' ({a.role}) and '{b.name}' ({b.role}) overlap in time on "
                    f"'{a.emg_file.name}'; give them separate ranges"
                )
    return None


def _range(trial: TrialFiles) -> tuple[float, float]:
    low = float("-inf") if trial.initial_time is None else trial.initial_time
    return low, float("inf") if trial.final_time is None else trial.final_time


def _read_sources(element: SetupElement) -> tuple[Source, ...]:
    kinds = ["MeasuredMuscle", "DeepMuscle", "TiedMuscle", "UnscoredMuscle"]
    sources = []
    for muscle in element.get_children(kinds):
        sources.append(_read_source(muscle))
        muscle.finish()
    if not any(isinstance(source, Deep | Unscored) for source in sources):
        raise element.error("expected a <DeepMuscle>, the muscle to reconstruct, but found none")
    if not any(isinstance(source, Measured) for source in sources):
        raise element.error("expected a <MeasuredMuscle>, but found none")
    return tuple(sources)


def _read_source(muscle: SetupElement) -> Source:
    match muscle.tag:
        case "MeasuredMuscle":
            channels = muscle.get_names("channels")
            weights = muscle.get_numbers(
                "weights", [1.0 / len(channels)] * len(channels), count=len(channels), minimum=0.0
            )
            synergists = muscle.get_names("synergist_channels", default=[])
            return Measured(muscle.name, tuple(channels), tuple(weights), tuple(synergists))
        case "DeepMuscle":
            return Deep(
                muscle.name,
                muscle.get_optional_text("recorded_channel"),
                tuple(muscle.get_names("synergist_channels", default=[])),
            )
        case "TiedMuscle":
            return Tied(
                muscle.name,
                muscle.get_text("to"),
                muscle.get_number("ratio", 1.0, minimum=0.0, maximum=10.0),
            )
        case _:
            return Unscored(muscle.name)


def _read_predictor(element: SetupElement) -> PredictorArchitecture:
    architecture = PredictorArchitecture(
        family=element.get_choice("family", ["mlp"]),
        hidden_layers=tuple(element.get_integers("hidden_layers", minimum=1)),
        hidden_activation=element.get_choice("hidden_activation", list(HIDDEN_ACTIVATIONS), "tanh"),
        emg_lags=tuple(element.get_numbers("emg_lags", [], minimum=0.0, maximum=1.0)),
        coordinates=tuple(element.get_names("coordinates", default=[])),
        speeds=tuple(element.get_names("speeds", default=[])),
        external_loads=tuple(element.get_names("external_loads", default=[])),
        motion_lags=tuple(element.get_numbers("motion_lags", [0.0], minimum=0.0, maximum=1.0)),
    )
    element.finish()
    if architecture.motion_lags[:1] != (0.0,):
        raise element.error(
            "<motion_lags>: expected 0 first, the frame itself, but found "
            f"{' '.join(f'{lag:g}' for lag in architecture.motion_lags) or 'none'}"
        )
    inputs = (
        architecture.emg_lags,
        architecture.coordinates,
        architecture.speeds,
        architecture.external_loads,
    )
    if not any(inputs):
        raise element.error(
            "the network has no inputs; give at least one of emg_lags, coordinates, speeds, "
            "external_loads"
        )
    return architecture


def _read_bounds(element: SetupElement) -> Bounds:
    common = _read_muscle_bounds(element, None)
    by_muscle = []
    if (muscles := element.get_optional_child("muscle_bounds")) is not None:
        for child in muscles.get_children(["MuscleBounds"]):
            by_muscle.append((child.name, _read_muscle_bounds(child, common)))
            child.finish()
    result = Bounds(
        common,
        shape_factor=_read_range(element, "shape_factor_bounds", -5.0, 0.0),
        emg_gain=_read_range(element, "emg_gain_bounds", 0.0, 10.0),
        by_muscle=tuple(by_muscle),
    )
    element.finish()
    return result


def _read_muscle_bounds(element: SetupElement, default: MuscleBounds | None) -> MuscleBounds:
    """Bounds relative to the model's own values; those that are not given are the ``default``'s."""

    def read(parameter: str, given: Range | None, low: float, high: float) -> Range:
        tag = f"{parameter}_bounds"
        if given is not None and not element.has(tag):
            return given
        limits = _read_range(element, tag, low, high)
        if not limits[0] <= 1.0 <= limits[1]:
            raise element.error(
                f"<{tag}>: expected bounds around 1, the model's own value, "
                f"but found {limits[0]:g} {limits[1]:g}"
            )
        return limits

    return MuscleBounds(
        read("max_isometric_force", default.max_isometric_force if default else None, 0.1, 10.0),
        read("optimal_fiber_length", default.optimal_fiber_length if default else None, 0.6, 1.4),
        read("tendon_slack_length", default.tendon_slack_length if default else None, 0.6, 1.4),
    )


def _read_range(element: SetupElement, tag: str, low: float, high: float) -> Range:
    a, b = element.get_numbers(tag, count=2, minimum=low, maximum=high)
    if a > b:
        raise element.error(f"<{tag}>: expected lower and upper bound, but found {a:g} > {b:g}")
    return a, b


def _read_optimization(element: SetupElement) -> Optimization:
    optimization = Optimization(
        iterations=element.get_integer("iterations", minimum=1),
        learning_rate=element.get_number("learning_rate", 0.01, minimum=1e-6, maximum=1.0),
        seeds=tuple(element.get_integers("seeds")),
        weight_decay=element.get_number("weight_decay", 0.0, minimum=0.0),
        excitation_weight=element.get_number("excitation_weight", 0.0, minimum=0.0),
        parameter_weight=element.get_number("parameter_weight", 0.0, minimum=0.0),
        fiber_length_weight=element.get_number("fiber_length_weight", 1.0, minimum=0.0),
    )
    element.finish()
    if not optimization.seeds:
        raise NMMError(f"{element.tag}: expected at least one seed.")
    return optimization
