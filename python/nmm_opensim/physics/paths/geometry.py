"""Muscle-tendon geometry by fitted paths: the runtime's polynomials, in NumPy and in torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from ... import _core
from ...arrays import Array
from ...errors import NMMError
from ..motion import Motion
from ..osim_model import Geometry, OsimModel


def sample_geometry(
    model: OsimModel,
    paths: Mapping[str, _core.FittedPath],
    muscles: Sequence[str],
    moment_coordinates: Sequence[str],
    motion: Motion,
    source: str,
) -> Geometry:
    """Geometry of ``muscles`` over a motion: of those in ``paths`` by their fit, else by OpenSim.

    A motion that leaves the range of the fits is refused; ``source`` names it in the message.
    """
    own = [name for name in muscles if name not in paths]
    fitted = [name for name in muscles if name in paths]
    frames = len(motion.time)
    geometry = Geometry(
        np.zeros((frames, len(muscles))),
        np.zeros((frames, len(muscles))),
        np.zeros((frames, len(muscles), len(moment_coordinates))),
    )

    def insert(names: Sequence[str], lengths: Array, speeds: Array, moment_arms: Array) -> None:
        columns = [muscles.index(name) for name in names]
        geometry.lengths[:, columns] = lengths
        geometry.speeds[:, columns] = speeds
        geometry.moment_arms[:, columns] = moment_arms

    if own:
        exact = model.sample_geometry(
            own, moment_coordinates, motion.coordinates, motion.values, motion.speeds
        )
        insert(own, exact.lengths, exact.speeds, exact.moment_arms)
    if fitted:
        used = [paths[name] for name in fitted]
        needed = {name for path in used for name in path.coordinates}
        coordinates = [name for name in motion.coordinates if name in needed]
        values, speeds = motion.select(coordinates)
        try:
            kernel = _core.FittedPaths(used, coordinates)
            kernel.check_domain(motion.time, values, source)
        except _core.CoreError as error:
            raise NMMError(str(error)) from None
        lengths, lengthening, arms = evaluate(kernel, values, speeds)
        about = np.zeros((frames, len(fitted), len(moment_coordinates)))
        for j, name in enumerate(moment_coordinates):
            if name in needed:
                about[:, :, j] = arms[:, :, coordinates.index(name)]
        insert(fitted, lengths, lengthening, about)
    return geometry


def evaluate(paths: _core.FittedPaths, values: Array, speeds: Array) -> tuple[Array, Array, Array]:
    """Lengths (m), speeds (m/s) and moment arms (m) of coordinate values and speeds.

    Shapes as in :class:`Geometry`, with the moment arms about all coordinates of ``paths``.
    """
    lengths, lengthening, moment_arms = paths.compute_geometry(values, speeds)
    return lengths, lengthening, moment_arms.reshape(*lengths.shape, values.shape[1])


class _Geometry(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, paths: _core.FittedPaths, values: torch.Tensor, speeds: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        ctx.paths = paths
        ctx.motion = [np.ascontiguousarray(t.detach().numpy()) for t in (values, speeds)]
        return tuple(torch.from_numpy(a) for a in evaluate(paths, *ctx.motion))

    @staticmethod
    def backward(
        ctx: Any, lengths: torch.Tensor, speeds: torch.Tensor, moment_arms: torch.Tensor
    ) -> tuple[torch.Tensor | None, ...]:
        gradients = ctx.paths.compute_gradients(
            *ctx.motion, lengths.numpy(), speeds.numpy(), moment_arms.flatten(1).numpy()
        )
        return (None, *(torch.from_numpy(g) for g in gradients))


def compute_geometry(
    paths: _core.FittedPaths, values: torch.Tensor, speeds: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """:func:`evaluate`, differentiable by coordinate values and speeds (frames, coordinates)."""
    lengths, lengthening, moment_arms = _Geometry.apply(  # type: ignore[no-untyped-call]
        paths, values, speeds
    )
    return lengths, lengthening, moment_arms
