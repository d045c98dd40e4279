"""The hybrid's chain: a network that speaks of all muscles, and the muscles that it drives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from ...arrays import Array
from ...nmm.chain import MusculoskeletalModel, Reconstruction, TrialTensors
from ...nmm.transformer import EncoderSize
from ..emg_driven.driven import Driven
from ..interface import Task
from .layout import make_layout
from .network import HybridNetwork

# Of the setup's learning rate: an encoder takes smaller steps than a network of one layer, and
# muscle parameters, which are logarithms and logistics, and few, larger ones than the encoder.
NETWORK_STEP, MUSCLE_STEP = 0.25, 0.5


class HybridModel(MusculoskeletalModel):
    """Every drive is the network's share of its peak, times a gain."""

    predictor: HybridNetwork
    loss: float | None = None
    """What its training ended with."""

    def __init__(self, task: Task, size: EncoderSize) -> None:
        declaration = task.declaration
        layout = make_layout(declaration)
        network = HybridNetwork(declaration.architecture, layout, task.training, size)
        super().__init__(task.model, declaration, network)
        self._synergists = torch.tensor(layout.find_relatives()[layout.predicted])
        # Logarithms of what a predicted muscle's gain is beside its synergists'.
        self.gain_departure = torch.nn.Parameter(
            torch.zeros(len(layout.outputs), dtype=torch.float64)
        )

    def group_parameters(self) -> dict[float, list[torch.nn.Parameter]]:
        """Network and muscles by their steps."""
        network = list(self.predictor.parameters())
        own = {id(parameter) for parameter in network}
        return {
            NETWORK_STEP: network,
            MUSCLE_STEP: [each for each in self.parameters() if id(each) not in own],
        }

    def start(self, driven: Driven) -> None:
        """Take the parameters of muscles that were calibrated with copies for predicted ones."""
        layout, calibration = self.predictor.layout, self.calibration
        parameters = driven.parameters
        calibration.force_scale.start(np.exp(parameters.force))
        calibration.fiber_scale.start(np.exp(parameters.fiber))
        calibration.slack_scale.start(np.exp(parameters.slack))
        calibration.shape.start(np.array([parameters.shape_factor]))
        gains = dict(zip(driven.model.drives, driven.compute_gains(), strict=True))
        usual = calibration.emg_gain.detach().numpy()
        # A channel that drives no muscle keeps what it had.
        own = [gains.get(name, usual[k]) for k, name in enumerate(layout.channels)]
        calibration.gain.start(np.array(own))

    def forward(self, trial: TrialTensors, seen: torch.Tensor | None = None) -> Reconstruction:
        """As the whole chain says; ``seen`` is as :meth:`HybridNetwork.forward` takes it."""
        return self.drive(trial, self.predictor(trial.inputs, seen))

    def drive(self, trial: TrialTensors, shares: torch.Tensor) -> Reconstruction:
        """Muscles driven by ``shares`` (frames, drives)."""
        channels = len(self.predictor.layout.channels)
        envelopes = shares[:, :channels] * self.predictor.peaks
        driven = replace(trial, envelopes=envelopes)
        gains = self.compute_output_gains()
        return self.move(trial, self.excite(driven, shares[:, channels:] * gains))

    def compute_output_gains(self) -> torch.Tensor:
        """From share to excitation of predicted muscles: their synergists', geometrically."""
        own = torch.log(self.calibration.emg_gain * self.predictor.peaks)
        gains: torch.Tensor = torch.exp(self._synergists @ own + self.gain_departure)
        return gains

    def list_output_scale(self) -> Array:
        """From share to excitation, of channels and then of predicted muscles, (drives,)."""
        with torch.no_grad():
            measured = self.calibration.emg_gain * self.predictor.peaks
            scale: Array = torch.cat([measured, self.compute_output_gains()]).numpy()
        return scale
