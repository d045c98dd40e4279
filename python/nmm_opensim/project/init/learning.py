"""The parts of a training setup that say how it learns: the same for every leg or arm."""

from __future__ import annotations

from collections.abc import Sequence

from .documents import Node


def add_predictor(
    tool: Node, pose: Sequence[str], external_loads: Sequence[str] = (), motion_lags: str = ""
) -> None:
    """What a network sees: EMG, the coordinates of ``pose`` and columns of ``external_loads``.

    ``motion_lags`` (s) are how long before a frame it sees motion and loads too.
    """
    coordinates = " ".join(pose)
    predictor = tool.add("predictor")
    predictor.add("family", "mlp")
    predictor.add("hidden_layers", "8")
    predictor.add("hidden_activation", "tanh")
    predictor.add("emg_lags", "0 0.05")
    predictor.add("coordinates", coordinates)
    predictor.add("speeds", coordinates)
    if external_loads:
        predictor.add("external_loads", " ".join(external_loads))
    if motion_lags:
        predictor.add("motion_lags", motion_lags)


def add_calibration(tool: Node) -> None:
    """How far muscles may be from the model's."""
    calibration = tool.add("calibration")
    calibration.add("max_isometric_force_bounds", "0.5 2.5")
    calibration.add("optimal_fiber_length_bounds", "0.85 1.15")
    calibration.add("tendon_slack_length_bounds", "0.95 1.05")
    calibration.add("shape_factor_bounds", "-3 0")
    calibration.add("emg_gain_bounds", "0.05 1")


def add_optimization(tool: Node, iterations: int, seeds: Sequence[int]) -> None:
    """How the network is trained."""
    optimization = tool.add("optimization")
    optimization.add("iterations", str(iterations))
    optimization.add("learning_rate", "0.02")
    optimization.add("seeds", " ".join(map(str, seeds)))
    optimization.add("weight_decay", "0.01")
    optimization.add("excitation_weight", "0.01")
    optimization.add("parameter_weight", "0.1")
