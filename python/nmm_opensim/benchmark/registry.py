"""The estimators that a benchmark knows, by the names its setup uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..estimators.estimator import Estimator, SupervisedEstimator
from ..estimators.neighbour import NeighbourCopy
from ..estimators.network import Network
from ..training.setup import Optimization

Make = Callable[[Optimization], Estimator | SupervisedEstimator]

# They see what no user has: the hidden labels, or the moments they are scored on.
UNFAIR: frozenset[str] = frozenset()

ESTIMATORS: Mapping[str, Make] = {
    "neighbour_copy": lambda options: NeighbourCopy(),
    "nmm": Network,
}
