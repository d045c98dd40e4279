"""Population mean: what others do on average at a pose, whatever this person's channels do."""

from __future__ import annotations

from ...nmm.chain import PreparedTrial
from ...nmm.estimate import Estimate
from ..interface import Estimator, FittedEstimator, Task
from ..prior.combination import MusclePrior
from ..prior.make_prior import make_prior
from ..prior.shares import to_shares
from ..steps import Steps


class PopulationMean(Estimator):
    """The mean curve of the declared population, carried to the subject's poses."""

    name = "population mean"
    seeded = False
    sees_moments = False

    def fit(self, task: Task, seed: int, steps: Steps | None = None) -> FittedPopulationMean:
        return FittedPopulationMean(make_prior(task))


class FittedPopulationMean(FittedEstimator):
    """Without a population, or strides that it has, there is no estimate."""

    name = PopulationMean.name

    def __init__(self, prior: MusclePrior) -> None:
        self._prior = prior

    def estimate(self, trial: PreparedTrial) -> Estimate:
        population = self._prior.population
        if population is None:
            return Estimate({})
        return Estimate(
            {
                asked.muscle: to_shares(
                    self._prior.compute_logarithms(population.speak_mean(asked.muscle), trial)
                )
                for asked in self._prior.deep
                if population.knows(asked.muscle)
            }
        )
