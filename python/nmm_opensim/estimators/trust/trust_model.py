"""What masked muscles of many people taught of trust: expectations and intervals of a new one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ...arrays import Array
from ...nmm.estimate import Expectation
from ...nmm.trained import ExcitationInterval
from .findings import Findings
from .kinds import KINDS
from .regression import FEATURES, Regression, Usual, describe

SHIPPED = Path(__file__).parent / "shipped" / "trust.json"
COVERAGE = 0.9
"""Of the interval of an excitation."""
RANGE = 0.8
"""Of muscles whose r lies in its expected range, and so their error."""


@dataclass(frozen=True)
class Bound:
    """Half of an interval, in shares of the peak: floor and slope, and what a lack of r adds.

    Of a share t it is ``floor + slope t + s (more_floor + more_slope t)``, where s is
    sqrt(1 - r^2) of the expected r.
    """

    floor: float
    slope: float
    more_floor: float
    more_slope: float

    def find_line(self, lack: float) -> tuple[float, float]:
        """Floor and slope at a lack of r."""
        return self.floor + lack * self.more_floor, self.slope + lack * self.more_slope


@dataclass(frozen=True)
class TrustModel:
    """Regressions of z of r and of the logarithm of the error, and what these leave open.

    ``r_quantiles`` and ``error_quantiles`` hold RANGE of what was left open in data sets that were
    left out. ``sources`` say who was masked.
    """

    usual: Usual
    r: Regression
    error: Regression
    r_quantiles: tuple[float, float]
    error_quantiles: tuple[float, float]
    lower: Bound
    upper: Bound
    sources: tuple[str, ...]

    def describe(self, findings: Findings) -> Array:
        """The numbers of FEATURES."""
        return describe(findings, self.usual)

    def expect(self, findings: Findings) -> Expectation:
        """How well the muscle is met."""
        features = self.describe(findings)
        z, error = float(self.r.predict(features)), float(self.error.predict(features))
        low, high = (float(np.tanh(z + left)) for left in self.r_quantiles)
        least, most = (float(np.exp(error + left)) for left in self.error_quantiles)
        return Expectation(float(np.tanh(z)), (low, high), float(np.exp(error)), (least, most))

    def find_interval(self, findings: Findings, peak: float) -> ExcitationInterval:
        """The interval of a muscle whose excitation has this ``peak`` in training."""
        lack, width = find_lack(self.expect(findings).r), self.usual.find_width(findings)
        (l0, l1), (u0, u1) = self.lower.find_line(lack), self.upper.find_line(lack)
        return ExcitationInterval((width * l0 * peak, width * l1), (width * u0 * peak, width * u1))

    def find_weakest(self, findings: Findings) -> str | None:
        """The feature that lowers the expectation most; "kind" stands for all kinds.

        None where nothing that is known lowers it.
        """
        parts = dict(zip(FEATURES, self.r.find_parts(self.describe(findings)), strict=True))
        together = {"kind": sum(parts.pop(kind) for kind in KINDS)}
        together.update((name, part) for name, part in parts.items() if name != "nobody")
        # Nobody was met worse than usual where nobody was masked.
        if not findings.masked:
            del together["masked"]
        if findings.kind not in [muscle.kind for muscle in findings.masked]:
            del together["masked kind"]
        weakest = min(together, key=lambda name: float(together[name]))
        return weakest if together[weakest] < 0.0 else None


def find_lack(r: float) -> float:
    """The share of a recording's deviation that an estimate of this r leaves open."""
    return float(np.sqrt(1.0 - max(r, 0.0) ** 2))


def to_text(model: TrustModel) -> str:
    """As the package ships it (JSON)."""

    def plain(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return [float(f"{number:.5g}") for number in value]
        if isinstance(value, Mapping):
            return {key: plain(each) for key, each in value.items()}
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [plain(each) for each in value]
        return float(f"{value:.5g}") if isinstance(value, float) else value

    return json.dumps(plain(asdict(model)), indent=1) + "\n"


@lru_cache(maxsize=1)
def read_shipped() -> TrustModel:
    """The model that comes with the package."""
    content = json.loads(SHIPPED.read_text(encoding="utf-8"))
    r, error = (
        Regression(np.array(entry["means"]), np.array(entry["factors"]), entry["offset"])
        for entry in (content["r"], content["error"])
    )
    return TrustModel(
        Usual(**content["usual"]),
        r,
        error,
        tuple(content["r_quantiles"]),
        tuple(content["error_quantiles"]),
        Bound(**content["lower"]),
        Bound(**content["upper"]),
        tuple(content["sources"]),
    )
