"""The public names of the package (docs/python.md)."""

from .benchmarking.benchmark import Benchmark, benchmark
from .benchmarking.rows import Row
from .benchmarking.verdicts import Verdict
from .errors import NMMError
from .listener import Listener
from .models.conversion.convert import convert_muscles
from .models.scaling.scale import Sizes, scale_model
from .nmm.artefact import Artefact, read_artefact
from .nmm.estimate import Estimate, Interval, TrialEstimate
from .population.build import BuiltPopulation, build_population
from .recordings.read import read_signals
from .recordings.signal import Signal
from .running.estimate import estimate
from .running.plugin import load_plugin
from .running.results import RunResults
from .running.run import Run, run
from .training.outcome import Outcome
from .training.preparation import PreparedTraining
from .training.scoring import Score
from .training.train import Trained, score, train

__version__: str
__all__ = [
    "Artefact",
    "Benchmark",
    "BuiltPopulation",
    "Estimate",
    "Interval",
    "Listener",
    "NMMError",
    "Outcome",
    "PreparedTraining",
    "Row",
    "Run",
    "RunResults",
    "Score",
    "Signal",
    "Sizes",
    "Trained",
    "TrialEstimate",
    "Verdict",
    "benchmark",
    "build_population",
    "convert_muscles",
    "estimate",
    "load_plugin",
    "read_artefact",
    "read_signals",
    "run",
    "scale_model",
    "score",
    "train",
]
