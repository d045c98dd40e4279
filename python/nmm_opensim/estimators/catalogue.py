"""All estimators by name, made with the options of a training."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .baselines.emg_assisted import EmgAssisted
from .baselines.neighbour import NeighbourCopy
from .baselines.population_mean import PopulationMean
from .baselines.static_optimization import StaticOptimization
from .baselines.supervised import Supervised
from .baselines.synx import Synx, SynxOracle
from .hybrid.estimator import Hybrid
from .interface import Estimator, Standing, SupervisedEstimator
from .network import Network
from .optimization import Optimization
from .posterior.estimator import Posterior
from .posterior.own_moments import PosteriorOwnMoments

Make = Callable[[Optimization], Estimator | SupervisedEstimator]

ESTIMATORS: Mapping[str, Make] = {
    "nmm": Network,
    "hybrid": Hybrid,
    "hybrid_without_emg": lambda options: Hybrid(options, sees_emg=False),
    "posterior": lambda options: Posterior(),
    "posterior_own_moments": lambda options: PosteriorOwnMoments(),
    "neighbour_copy": lambda options: NeighbourCopy(),
    "population_mean": lambda options: PopulationMean(),
    "synx_nmf": lambda options: Synx("NMF"),
    "synx_pca": lambda options: Synx("PCA"),
    "synx_nmf_oracle": lambda options: SynxOracle("NMF"),
    "synx_pca_oracle": lambda options: SynxOracle("PCA"),
    "emg_assisted": lambda options: EmgAssisted(),
    "static_optimization": lambda options: StaticOptimization(),
    "supervised": lambda options: Supervised(),
}


def list_standings(options: Optimization) -> dict[str, Standing]:
    """What each estimator stands for, by name."""
    return {name: make(options).standing for name, make in ESTIMATORS.items()}


def list_given_moments(options: Optimization) -> frozenset[str]:
    """The estimators that see the moments of the very trial that they estimate."""
    return frozenset(name for name, make in ESTIMATORS.items() if make(options).sees_moments)
