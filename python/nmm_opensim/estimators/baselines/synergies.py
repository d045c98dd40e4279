"""Muscle synergies: channels of EMG as weighted sums of a few commands."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    its electrode sat better. Of a trial's envelopes they are the ``columns``; the others are not
    looked at. ``mean`` (channels,) is zero for NMF. Commands are divided by
    ``command_scale`` (k,): their SD (PCA) or maximum (NMF) in training.
    """

    factorisation: Factorisation
    columns: tuple[int, ...]
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
        """Commands (frames, k) of envelopes (frames, all channels), the vectors held fixed."""
        return self._solve(envelopes[:, self.columns] / self.channel_scale) / self.command_scale

    def list_terms(self, envelopes: Array) -> Array:
        """What weights multiply, (frames, terms): the commands and, with PCA, a constant."""
        commands = self.compute_commands(envelopes)
        if self.factorisation == "NMF":
            return commands
        return np.column_stack([commands, np.ones(len(commands))])

    def express(self, terms: Array, series: Array) -> Array:
        """Weights (terms,) whose sum of terms (frames, terms) is most like a series (frames,)."""
        if self.factorisation == "NMF":
            return _solve_nonnegative(terms.T, series)
        weights: Array = np.asarray(np.linalg.lstsq(terms, series)[0], dtype=float)
        return weights

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
    count: int,
    columns: Sequence[int] | None = None,
) -> Synergies:
    """``count`` synergies of training envelopes (frames, channels), or of some ``columns``.

    Their VAF is 1 - sum (e - e')^2 / sum e^2 over all channels, each divided by its maximum.
    """
    columns = tuple(range(envelopes.shape[1]) if columns is None else columns)
    if not 1 <= count <= len(columns):
        raise NMMError(
            f"Synergies: expected a number from 1 to {len(columns)}, the number of measured "
            f"channels, but found {count}."
        )
    scale = envelopes[:, columns].max(axis=0)
    if not (scale > 0).all():
        raise NMMError(
            "Synergies: expected EMG in every channel, but channel "
            f"{columns[int(np.argmin(scale))] + 1} of {envelopes.shape[1]} is never positive in "
            "the training trials; leave it out."
        )
    normalised = envelopes[:, columns] / scale
    mean = normalised.mean(axis=0) if factorisation == "PCA" else np.zeros(len(scale))
    if factorisation == "PCA":
        vectors = np.linalg.svd(normalised - mean, full_matrices=False)[2][:count]
        # The sign of a component is arbitrary: this makes it the same on every machine.
        vectors = vectors * np.sign(vectors.sum(axis=1, keepdims=True))
    else:
        vectors = _factorise(normalised, count)
    raw = Synergies(factorisation, columns, scale, mean, vectors, np.ones(count), np.nan)
    commands = raw.compute_commands(envelopes)
    spread = commands.std(axis=0) if factorisation == "PCA" else commands.max(axis=0)
    rest = raw.reconstruct(commands) / scale - normalised
    return replace(
        raw,
        command_scale=np.where(spread > 1e-12, spread, 1.0),
        variance_accounted_for=float(1.0 - np.sum(rest**2) / np.sum(normalised**2)),
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
