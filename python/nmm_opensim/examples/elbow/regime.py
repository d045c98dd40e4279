"""How regularly a subject's muscles share a moment: from loose drift to shares that follow pose."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from ...arrays import Array
from ...files import write_text
from .anatomy import MUSCLE_NAMES, MUSCLES
from .movement import EXTENDED, FLEXED


@dataclass(frozen=True)
class Regime:
    """Spreads of the logarithms of shares and of co-contraction, about what a subject always does.

    A share is a muscle's about its synergists'. ``trial_share`` is the spread between trials,
    ``drift_share`` and ``deep_drift_share`` those within one, of superficial and of deep muscles.
    Co-contraction is the moment (N m) of the extensors beyond need: ``co_contraction`` are the ends
    of its level in a trial (log-uniform), ``drift_co_contraction`` the spread within one, and
    ``co_contraction_of_moment`` the ends of its part of the moment asked for. ``pose`` is the
    spread over a subject's muscles of how much a share changes over the whole range of motion.
    """

    trial_share: float
    drift_share: float
    deep_drift_share: float
    co_contraction: tuple[float, float]
    drift_co_contraction: float
    co_contraction_of_moment: tuple[float, float]
    pose: float = 0.0


DRIFTING = "drifting"

_DRIFTING = Regime(
    trial_share=0.15,
    drift_share=0.12,
    deep_drift_share=0.2,
    co_contraction=(1.0, 5.0),
    drift_co_contraction=0.4,
    co_contraction_of_moment=(0.02, 0.12),
)
# A quarter of all that: ranges about their geometric and arithmetic middle.
_SMALL_DRIFT = Regime(
    trial_share=0.0375,
    drift_share=0.03,
    deep_drift_share=0.05,
    co_contraction=(1.83, 2.73),
    drift_co_contraction=0.1,
    co_contraction_of_moment=(0.0575, 0.0825),
)
REGIMES: Mapping[str, Regime] = {
    DRIFTING: _DRIFTING,
    "small_drift": _SMALL_DRIFT,
    "pose_sharing": replace(_SMALL_DRIFT, pose=0.5),
}


def draw_pose_slopes(regime: Regime, seed: int) -> Array:
    """How much the logarithm of each muscle's share changes from extended to flexed, (muscles,).

    The subject of ``seed`` has the same in all trials.
    """
    # A stream of its own: neither the subject nor a trial draws otherwise because of it.
    random = np.random.default_rng([seed, *b"pose"])
    return random.normal(0.0, regime.pose, len(MUSCLES))


def find_place_in_range(angle: Array) -> Array:
    """Angles (rad) from -1/2, the most extended, to 1/2, the most flexed that a movement goes."""
    low, high = np.radians(EXTENDED[0]), np.radians(FLEXED[1])
    place: Array = (angle - low) / (high - low) - 0.5
    return place


def write_regime(name: str, seed: int, path: Path) -> None:
    """Write what the subject of ``seed`` does in the regime of this name, as JSON."""
    regime = REGIMES[name]
    slopes = draw_pose_slopes(regime, seed)
    record = {
        "name": name,
        **asdict(regime),
        "pose_slopes": dict(zip(MUSCLE_NAMES, slopes.tolist(), strict=True)),
    }
    write_text(path, json.dumps(record, indent=2) + "\n")
