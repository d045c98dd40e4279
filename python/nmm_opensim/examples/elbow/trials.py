"""Simulated trials of one subject, as the files that a user would have, beside the truth."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import opensim

from ...errors import NMMError
from ...files import hash_file
from ...formats.external_loads import RecordedLoad, write_external_loads
from ...formats.opensim_files import write_document
from ...formats.tables import Header, write_table
from ...physics.muscles.millard import TENDON_MODELS, TendonModel
from ...recordings.inverse.dynamics import compute_inverse_dynamics
from ...recordings.inverse.dynamics_file import InverseDynamics
from ...version import __version__
from .anatomy import COORDINATE, FOREARM, MUSCLE_NAMES
from .capacity import Elbow
from .kept import is_kept, keep
from .model import build_elbow_model, write_elbow_model
from .movement import plan_movement
from .plan import plan_excitations
from .recording import CHANNELS, LOAD_FORCE, LOAD_POINT, record_angle, record_emg
from .regime import DRIFTING, REGIMES, write_regime
from .setup import Lesson, write_training_setup
from .simulation import Simulation, simulate
from .subject import Subject, apply_subject, draw_subject, write_subject

LOADS = (0.0, 2.0, 4.0)  # kg
MOVEMENT_TIMES = {"slow": 2.0, "medium": 1.3, "fast": 0.8}  # s per flexion or extension
STEP = 0.01  # s; of excitations and EMG, and of the motion
# s; the motion starts later than the EMG, so that the EMG covers every delay.
LEAD_IN = 0.5

MODEL_FILE = "elbow.osim"
# What a trial consists of: what a user would have, and the truth with a record of its making.
TRIAL_FILES = (
    "emg.sto",
    "coordinates.mot",
    "hand_load.xml",
    "hand_load.sto",
    "moments.sto",
    "moments_quality.json",
)
TRUTH_FILES = ("excitations.sto", "activations.sto", "forces.sto", "motion.sto")
RECORD_FILE = "made_from.json"
Progress = Callable[["TrialCase"], None]


@dataclass(frozen=True)
class TrialCase:
    """One combination of load (kg), speed and repetition, with co-contraction of its own."""

    load: float
    speed: str
    repetition: int

    @property
    def name(self) -> str:
        """The trial's name and folder."""
        return f"{self.load:g}kg_{self.speed}_{self.repetition}"


def list_cases(
    loads: Sequence[float] = LOADS,
    speeds: Sequence[str] = tuple(MOVEMENT_TIMES),
    repetitions: int = 2,
) -> list[TrialCase]:
    """All combinations."""
    return [
        TrialCase(load, speed, repetition)
        for load in loads
        for speed in speeds
        for repetition in range(1, repetitions + 1)
    ]


@dataclass(frozen=True)
class Session:
    """What a subject does and what is recorded of it.

    ``duration`` (s) is of the motion of a trial; ``emg_noise`` multiplies the usual noise;
    ``angle_noise`` is a spread in degrees and ``lowpass_cutoff_frequency`` (Hz) what inverse
    dynamics then filters the motion with. ``regime``, one of REGIMES, is how regularly the muscles
    share what is to be done.
    """

    cases: Sequence[TrialCase] = field(default_factory=list_cases)
    duration: float = 12.0
    tendon: TendonModel = "rigid"
    emg_noise: float = 1.0
    angle_noise: float = 0.0
    lowpass_cutoff_frequency: float | None = None
    regime: str = DRIFTING

    def __post_init__(self) -> None:
        if not self.cases:
            raise NMMError("elbow trials: expected a trial to make, but found none.")
        if self.regime not in REGIMES:
            raise NMMError(
                f"elbow trials: expected a regime of {', '.join(REGIMES)}, but found "
                f"'{self.regime}'."
            )
        for name, noise in (("EMG", self.emg_noise), ("angle", self.angle_noise)):
            if not 0 <= noise < math.inf:
                raise NMMError(
                    f"elbow trials: expected a noise of the {name} of at least 0, but found "
                    f"{noise:g}."
                )
        if not 1.0 <= self.duration < math.inf:
            raise NMMError(
                f"elbow trials: expected a duration of at least 1 s, but found {self.duration:g}."
            )
        if self.tendon not in TENDON_MODELS:
            raise NMMError(
                f"elbow trials: expected a tendon of {', '.join(TENDON_MODELS)}, but found "
                f"'{self.tendon}'."
            )
        for case in self.cases:
            if case.speed not in MOVEMENT_TIMES:
                raise NMMError(
                    f"elbow trials: expected a speed of {', '.join(MOVEMENT_TIMES)}, "
                    f"but found '{case.speed}'."
                )
            # Some subjects cannot lift much more at the fast speed.
            if not 0 <= case.load <= 6:
                raise NMMError(
                    f"elbow trials: expected loads within 0-6 kg, but found {case.load:g} kg."
                )


def make_elbow_trials(
    folder: Path, seed: int, session: Session, progress: Progress = lambda case: None
) -> Subject:
    """Simulate the subject of ``seed``: the generic model, its trials, the truth, and a setup.

    A trial that is there, whole and made from the same things is left as it is. ``progress`` is
    told of each other one before it is made. The setup is the last that is written.
    """
    subject = draw_subject(seed)
    write_elbow_model(folder / MODEL_FILE)
    write_subject(subject, folder / "truth" / "subject.json")
    write_regime(session.regime, seed, folder / "truth" / "regime.json")
    elbow = Elbow(folder / MODEL_FILE)
    for case in session.cases:
        record = folder / "truth" / case.name / RECORD_FILE
        made_from = _describe(folder, seed, case, session)
        files = _list_files(folder, case)
        if not is_kept(record, made_from, files):
            progress(case)
            _make_trial(folder, elbow, subject, case, session)
            keep(record, made_from, files)
    for load in sorted({case.load for case in session.cases}):
        model = build_elbow_model(load)
        apply_subject(subject, model, session.tendon)
        write_document(folder / "truth" / f"subject_{load:g}kg.osim", model)
    write_training_setup(folder, _make_lesson(folder, seed, session))
    return subject


def _describe(folder: Path, seed: int, case: TrialCase, session: Session) -> dict[str, Any]:
    """All that a trial depends on."""
    settings = asdict(session)
    del settings["cases"]
    return {
        "nmm_opensim": __version__,
        "opensim": opensim.GetVersion(),
        "model_sha256": hash_file(folder / MODEL_FILE),
        "seed": seed,
        "trial": asdict(case),
        "session": settings,
        "regime": asdict(REGIMES[session.regime]),
    }


def _list_files(folder: Path, case: TrialCase) -> list[Path]:
    files = [folder / case.name / name for name in TRIAL_FILES]
    return files + [folder / "truth" / case.name / name for name in TRUTH_FILES]


def _make_lesson(folder: Path, seed: int, session: Session) -> Lesson:
    """The heaviest load tests what was learned from the others."""
    heaviest = max(case.load for case in session.cases)
    lighter = any(case.load < heaviest for case in session.cases)
    roles = {
        case.name: "test" if lighter and case.load == heaviest else "train"
        for case in session.cases
    }
    return Lesson(
        f"the simulated elbow of seed {seed}, regime {session.regime}",
        folder / MODEL_FILE,
        roles,
        session.tendon,
        session.lowpass_cutoff_frequency,
    )


def _make_trial(
    folder: Path, elbow: Elbow, subject: Subject, case: TrialCase, session: Session
) -> None:
    random = np.random.default_rng([subject.seed, *case.name.encode()])
    simulation = _simulate(random, elbow, subject, case, session)
    _write_truth(folder / "truth", case, simulation)
    _write_recordings(random, folder, case, subject, simulation, session)


def _simulate(
    random: np.random.Generator,
    elbow: Elbow,
    subject: Subject,
    case: TrialCase,
    session: Session,
) -> Simulation:
    steps = round((LEAD_IN + session.duration) / STEP)
    time = np.linspace(0.0, steps * STEP, steps + 1)
    movement = plan_movement(random, MOVEMENT_TIMES[case.speed], time)
    capacity = elbow.find_capacity(subject, movement, build_elbow_model(case.load))
    plan = plan_excitations(random, subject, capacity, movement, REGIMES[session.regime])
    model = build_elbow_model(case.load)
    apply_subject(subject, model, session.tendon)
    return simulate(model, subject, movement, plan, case.load)


def _write_truth(folder: Path, case: TrialCase, simulation: Simulation) -> None:
    time = simulation.time
    for name, values, comment in (
        ("excitations", simulation.excitations, "Excitations; they act a delay later"),
        ("activations", simulation.activations, "Activations"),
        ("forces", simulation.forces, "Tendon forces, N"),
    ):
        file = folder / case.name / f"{name}.sto"
        write_table(file, MUSCLE_NAMES, time, values, Header(comment))
    write_table(
        folder / case.name / "motion.sto",
        [COORDINATE, f"{COORDINATE}_speed", f"{COORDINATE}_muscle_moment"],
        time,
        np.column_stack([simulation.angle, simulation.speed, simulation.moment]),
        Header("Angle (rad), speed (rad/s) and the moment of all muscles (N m)"),
    )


def _write_recordings(
    random: np.random.Generator,
    folder: Path,
    case: TrialCase,
    subject: Subject,
    simulation: Simulation,
    session: Session,
) -> None:
    trial = folder / case.name
    emg = record_emg(random, subject, simulation.excitations, STEP, session.emg_noise)
    channels = [CHANNELS[muscle] for muscle in MUSCLE_NAMES]
    comment = "EMG envelopes; those of brachialis and triceps_medial are the true excitations"
    write_table(trial / "emg.sto", channels, simulation.time, emg, Header(comment))
    frames = slice(round(LEAD_IN / STEP), None)
    time = simulation.time[frames]
    angle = record_angle(random, simulation.angle[frames], np.radians(session.angle_noise))
    coordinates = trial / "coordinates.mot"
    header = Header("Joint angles, degrees", degrees=True)
    write_table(coordinates, [COORDINATE], time, np.degrees(angle)[:, None], header)
    loads = trial / "hand_load.xml"
    # An empty hand too: a network that sees the load sees it in every trial.
    load = RecordedLoad(
        "hand_load",
        FOREARM.name,
        force=(LOAD_FORCE, simulation.load_force[frames]),
        point=(LOAD_POINT, simulation.load_position[frames]),
    )
    comment = "Force (N) of the load on the hand and where it acts (m), in ground"
    write_external_loads(loads, loads.with_suffix(".sto"), time, [load], comment)
    made_from = InverseDynamics(
        folder / MODEL_FILE, coordinates, loads, session.lowpass_cutoff_frequency
    )
    compute_inverse_dynamics(made_from, trial / "moments.sto")
