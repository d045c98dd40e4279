"""All estimators by name, made with the options of a training."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..training.hidden import reveal
from ..training.setup import Optimization
from ..training.training import Training
from .emg_assisted import EmgAssisted
from .estimator import Estimator, FittedEstimator, Standing, SupervisedEstimator
from .neighbour import NeighbourCopy
from .network import Network
from .posterior.estimator import Posterior
from .static_optimization import StaticOptimization
from .supervised import Supervised
from .synx import Synx, SynxOracle

Make = Callable[[Optimization], Estimator | SupervisedEstimator]

ESTIMATORS: Mapping[str, Make] = {
    "nmm": Network,
    "posterior": lambda options: Posterior(),
    "neighbour_copy": lambda options: NeighbourCopy(),
    "synx_nmf": lambda options: Synx("NMF", options),
    "synx_pca": lambda options: Synx("PCA", options),
    "synx_nmf_oracle": lambda options: SynxOracle("NMF", options),
    "synx_pca_oracle": lambda options: SynxOracle("PCA", options),
    "emg_assisted": EmgAssisted,
    "static_optimization": lambda options: StaticOptimization(),
    "supervised": Supervised,
}


def list_standings(options: Optimization) -> dict[str, Standing]:
    """What each estimator stands for, by name."""
    return {name: make(options).standing for name, make in ESTIMATORS.items()}


def fit_estimator(name: str, training: Training, seed: int) -> FittedEstimator:
    """The named estimator on what it may see of a training."""
    estimator = ESTIMATORS[name](training.setup.optimization)
    if isinstance(estimator, SupervisedEstimator):
        return estimator.fit(reveal(training), seed)
    return estimator.fit(training.task, seed)
