"""The training setup of one walk: which muscle has which channel, and who follows whom."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...files import write_text
from ...project.init.documents import Document, Node
from ...project.init.learning import add_calibration, add_optimization, add_predictor
from ...project.schemas.schema import write_schemas
from ...training.training_setup import ESTIMATE, TOOL
from .mcgill_walk import WiredWalk


@dataclass(frozen=True)
class Muscle:
    """What a channel measures in gait2392 and in a population, and the muscles that follow it."""

    name: str
    theirs: str
    followers: tuple[str, ...]


MUSCLES = {
    "gastrocnemius": Muscle(
        "med_gas",
        "gastrocnemius_medialis",
        ("lat_gas", "soleus", "tib_post", "flex_dig", "flex_hal", "per_brev", "per_long"),
    ),
    "tibialis_anterior": Muscle("tib_ant", "tibialis_anterior", ("ext_dig", "ext_hal", "per_tert")),
    "hamstrings": Muscle("bifemlh", "biceps_femoris", ("bifemsh", "semimem", "semiten", "grac")),
    "rectus_femoris": Muscle(
        "rect_fem", "rectus_femoris", ("vas_lat", "vas_med", "vas_int", "sar", "tfl")
    ),
}
"""The first with a live channel is reconstructed. On which hamstring electrodes lay is not said."""


def write_setup(file: Path, person: str, walk: WiredWalk, model_file: Path) -> None:
    """Write ``file``, which trains on the walk, and the schemas beside it."""
    document = Document(
        file,
        TOOL,
        person,
        f"Trains an NMM of the {walk.leg.side} leg on one straight walk of {person}, "
        f"{walk.body.mass:.1f} kg and {walk.body.height:.2f} m.\n\n"
        f"     nmm-opensim train {file.name}",
    )
    tool = document.tool
    tool.add("estimator", "posterior")
    tool.comment("gait2392 with this person's mass, and lengths by the height.")
    tool.add_path("model_file", model_file)
    tool.add("path_model", "fitted")
    tool.add("tendon", "rigid")
    _add_trial(tool, file.parent, walk)
    suffix = walk.leg.side[0]
    tool.add("moment_coordinates", f"knee_angle_{suffix} ankle_angle_{suffix}")
    _add_sources(tool, walk)
    _add_population(tool, walk)
    tool.add("electromechanical_delay", ESTIMATE)
    pose = ("hip_flexion", "knee_angle", "ankle_angle")
    add_predictor(tool, [f"{name}_{suffix}" for name in pose])
    add_calibration(tool)
    add_optimization(tool, 400, (1, 2, 3))
    tool.add("artefact_file", f"results/{person}.nmm")
    tool.add("results_directory", "results")
    file.parent.mkdir(parents=True, exist_ok=True)
    write_schemas(file.parent / "schemas")
    write_text(file, document.write())


def _add_trial(tool: Node, folder: Path, walk: WiredWalk) -> None:
    tool.comment(
        "Where the moments of this leg are known: one stride, so that nothing is left to test on."
    )
    trial = tool.add("trials").add("Trial", name="walk")
    trial.add("role", "train")
    trial.add_path("emg_file", folder / "emg.sto")
    trial.add_path("coordinates_file", folder / "coordinates.sto")
    trial.add_path("inverse_dynamics_file", folder / "moments.sto")
    trial.add_path("strides_file", folder / "strides.csv")
    trial.add("initial_time", walk.initial_time)
    trial.add("final_time", walk.final_time)


def _add_sources(tool: Node, walk: WiredWalk) -> None:
    suffix = walk.leg.side[0]
    live = [channel for channel in MUSCLES if channel in walk.leg.live]
    sources = tool.add("muscle_sources")
    for channel in live[1:]:
        measured = sources.add("MeasuredMuscle", name=f"{MUSCLES[channel].name}_{suffix}")
        measured.add("channels", channel)
    sources.comment("To reconstruct. A recording scores the result and is never an input.")
    for channel, muscle in MUSCLES.items():
        if channel in live[1:]:
            continue
        deep = sources.add("DeepMuscle", name=f"{muscle.name}_{suffix}")
        if channel in live:
            deep.add("recorded_channel", channel)
    sources.comment("Nobody measured these: they follow a muscle of their group.")
    for muscle in MUSCLES.values():
        for follower in muscle.followers:
            tied = sources.add("TiedMuscle", name=f"{follower}_{suffix}")
            tied.add("to", f"{muscle.name}_{suffix}")


def _add_population(tool: Node, walk: WiredWalk) -> None:
    suffix = walk.leg.side[0]
    population = tool.add("population")
    population.add("population_file", "walking")
    population.add("side", walk.leg.side)
    population.add("foot_body", f"calcn_{suffix}")
    population.add("muscles", " ".join(f"{muscle.name}_{suffix}" for muscle in MUSCLES.values()))
    population.add("their_muscles", " ".join(muscle.theirs for muscle in MUSCLES.values()))
