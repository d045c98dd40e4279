"""The public names of the package (docs/python.md)."""

from .benchmarking.benchmark import Benchmark, benchmark
from .benchmarking.summary import Row, Verdict
from .errors import NMMError
from .listener import Listener
from .nmm.artefact import Artefact, read_artefact
from .nmm.estimate import Estimate, Interval, TrialEstimate
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
    "Trained",
    "TrialEstimate",
    "Verdict",
    "benchmark",
    "estimate",
    "load_plugin",
    "read_artefact",
    "run",
    "score",
    "train",
]
