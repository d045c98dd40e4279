"""Muscle synergies: channels of EMG as weighted sums of a few commands."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import nnls
from sklearn.decomposition import NMF
from sklearn.exceptions import ConvergenceWarning

from ...arrays import Array
from ...errors import NMMError

Factorisation = Literal["PCA", "NMF"]

NMF_ITERATIONS = 5000
NMF_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Synergies:
    """k synergies of the channels, extracted from training data.

    ``vectors`` have shape (k, channels) and describe envelopes that are divided by
    ``channel_scale``, their training maximum, (channels,), so that no channel counts more because
    its electrode sat better. ``mean`` (channels,) is zero for NMF. Commands are divided by
    ``command_scale`` (k,): their SD (PCA) or maximum (NMF) in training.
    """

    factorisation: Factorisation
    channel_scale: Array
    mean: Array
    vectors: Array
    command_scale: Array
    variance_accounted_for: float

    @property
    def count(self) -> int:
        """How many: k."""
        return len(self.vectors)

    def compute_commands(self, envelopes: Array) -> Array:
        """Commands (frames, k) of envelopes (frames, channels), the vectors being held fixed."""
        return self._solve(envelopes / self.channel_scale) / self.command_scale

    def _solve(self, normalised: Array) -> Array:
        if self.factorisation == "PCA":
            return (normalised - self.mean) @ self.vectors.T
        return np.array([_solve_nonnegative(self.vectors, frame) for frame in normalised])

    def reconstruct(self, commands: Array) -> Array:
        """Envelopes (frames, channels) of commands (frames, k)."""
        normalised = self.mean + (commands * self.command_scale) @ self.vectors
        return normalised * self.channel_scale


def extract_synergies(
    envelopes: Array,
    factorisation: Factorisation,
    count: int | None = None,
    variance_accounted_for: float = 0.95,
) -> Synergies:
    """Synergies of training envelopes (frames, channels).

    ``count`` is k; None takes the least k whose VAF = 1 - sum (e - e')^2 / sum e^2 over all
    channels, each divided by its maximum, reaches ``variance_accounted_for``.
    """
    channels = envelopes.shape[1]
    if count is not None and not 1 <= count <= channels:
        raise NMMError(
            f"Synergies: expected a number from 1 to {channels}, the number of measured channels, "
            f"but found {count}."
        )
    scale = envelopes.max(axis=0)
    if not (scale > 0).all():
        raise NMMError(
            f"Synergies: expected EMG in every channel, but channel {int(np.argmin(scale)) + 1} of "
            f"{channels} is never positive in the training trials; leave it out."
        )
    for k in range(1, channels + 1) if count is None else [count]:
        synergies = _extract(envelopes, scale, factorisation, k)
        if synergies.variance_accounted_for >= variance_accounted_for:
            break
    return synergies


def _extract(envelopes: Array, scale: Array, factorisation: Factorisation, k: int) -> Synergies:
    normalised = envelopes / scale
    mean = normalised.mean(axis=0) if factorisation == "PCA" else np.zeros(len(scale))
    if factorisation == "PCA":
        vectors = np.linalg.svd(normalised - mean, full_matrices=False)[2][:k]
        # The sign of a component is arbitrary: this makes it the same on every machine.
        vectors = vectors * np.sign(vectors.sum(axis=1, keepdims=True))
    else:
        vectors = _factorise(normalised, k)
    raw = Synergies(factorisation, scale, mean, vectors, np.ones(k), np.nan)
    commands = raw.compute_commands(envelopes)
    spread = commands.std(axis=0) if factorisation == "PCA" else commands.max(axis=0)
    rest = (raw.reconstruct(commands) - envelopes) / scale
    return Synergies(
        factorisation,
        scale,
        mean,
        vectors,
        np.where(spread > 1e-12, spread, 1.0),
        float(1.0 - np.sum(rest**2) / np.sum(normalised**2)),
    )


def _factorise(normalised: Array, k: int) -> Array:
    # "nndsvda" starts from a singular value decomposition, which only draws random numbers to be
    # fast: the result needs no seed, but a fixed one makes it the same to the last bit.
    model = NMF(k, init="nndsvda", random_state=0, tol=NMF_TOLERANCE, max_iter=NMF_ITERATIONS)
    with warnings.catch_warnings():
        # The VAF judges the result; the last digits of convergence do not matter.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(np.maximum(normalised, 0.0))
    vectors: Array = np.array(model.components_)
    largest: Array = vectors.max(axis=1, keepdims=True)
    return vectors / np.maximum(largest, 1e-12)


def _solve_nonnegative(vectors: Array, frame: Array) -> Array:
    # Frame by frame, so that a trial's commands do not depend on its other frames.
    commands: Array = nnls(vectors.T, frame)[0]
    return commands
