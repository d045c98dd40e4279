"""The C++ runtime: what runs inside OpenSim, called from Python.

Arrays are float64 and C-contiguous (others are converted); rows are frames. Every function raises
`CoreError` with one line that names what was expected and what was received.
"""

from collections.abc import Callable, Sequence
from os import PathLike

import numpy as np
from numpy.typing import ArrayLike, NDArray

class CoreError(ValueError):
    """Every error of the C++ runtime."""

class Agreement:
    """How well an estimate agrees with a reference series."""

    @property
    def r(self) -> float:
        """Pearson correlation; NaN if either series is constant."""

    @property
    def rmse(self) -> float:
        """Root mean square error, in the reference's unit."""

    @property
    def nrmse(self) -> float:
        """`rmse` divided by the range (max - min) of the reference."""

    @property
    def mae(self) -> float:
        """Mean absolute error, in the reference's unit."""

    @property
    def vaf(self) -> float:
        """Variance accounted for: 1 - sum (reference - estimate)^2 / sum reference^2."""

    @property
    def best_scale(self) -> float:
        """The non-negative scale of the estimate with the least rmse."""

class ExcitationModel:
    """From EMG and motion to one excitation per muscle, as an artefact (`.nmm`) declares it."""

    def __init__(self, path: str | PathLike[str]) -> None:
        """Read and check the artefact."""

    @property
    def channels(self) -> list[str]:
        """The EMG channels that are inputs."""

    @property
    def muscles(self) -> list[str]:
        """The muscles, in the order of the excitations' columns."""

    @property
    def predictor_family(self) -> str:
        """What kind of network it is: "mlp", "posterior" or "transformer"."""

    @property
    def predictor_motion_lags(self) -> list[float]:
        """When the network sees the motion and the external loads: s before the frame, 0 first."""

    @property
    def predictor_coordinates(self) -> list[str]:
        """The coordinates that feed the network."""

    @property
    def predictor_speeds(self) -> list[str]:
        """The coordinates whose speeds feed the network."""

    @property
    def predictor_external_loads(self) -> list[str]:
        """The columns of external loads that feed the network."""

    @property
    def electromechanical_delay(self) -> float:
        """Delay from EMG to excitation (s)."""

    def compute_excitations(
        self,
        channels: Sequence[str],
        emg_time: ArrayLike,
        emg_values: ArrayLike,
        times: ArrayLike,
        coordinates: ArrayLike,
        speeds: ArrayLike,
        external_loads: ArrayLike | None = None,
    ) -> NDArray[np.float64]:
        """Excitations in [0, 1], frames x muscles.

        channels: names of the columns of `emg_values`, in any order; others are ignored.
        emg_time: strictly increasing times of the recording (s), covering `times` less the delay.
        emg_values: envelopes, samples x channels.
        times: frames (s).
        coordinates: frames x (lags x `predictor_coordinates`) (rad, m): all of them once for
            each of `predictor_motion_lags`, in that order.
        speeds: frames x (lags x `predictor_speeds`) (rad/s, m/s).
        external_loads: frames x (lags x `predictor_external_loads`), in the units of training;
            may be left out where the network sees none.
        """

    def compute_novelty(
        self,
        channels: Sequence[str],
        emg_time: ArrayLike,
        emg_values: ArrayLike,
        times: ArrayLike,
        coordinates: ArrayLike,
        speeds: ArrayLike,
        external_loads: ArrayLike | None = None,
    ) -> dict[str, NDArray[np.float64]]:
        """How far frames lie outside what training saw, by group of inputs, (frames,): 0 is inside.

        Groups are `channels`, `coordinates`, `speeds`, and `external_loads` where the network sees
        any; there are none where the artefact does not tell. Parameters are those of
        `compute_excitations`.
        """

    def compute_intervals(
        self, excitations: ArrayLike, novelty: ArrayLike
    ) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
        """Deep muscles with an interval, and its ends, each (frames, those muscles).

        excitations: frames x muscles.
        novelty: of each frame the largest of all groups (frames,), 0 where that is not told; it
            widens the intervals of artefacts of format 3.
        """

    def compute_activations(self, times: ArrayLike, excitations: ArrayLike) -> NDArray[np.float64]:
        """Activations, frames x muscles, with the artefact's activation parameters.

        times: strictly increasing (s).
        excitations: frames x muscles.
        """

def compute_activations(
    times: ArrayLike,
    excitation_times: ArrayLike,
    excitations: ArrayLike,
    shape_factor: ArrayLike,
    activation_time_constant: ArrayLike,
    deactivation_time_constant: ArrayLike,
    minimum_activation: ArrayLike,
    electromechanical_delay: ArrayLike,
) -> NDArray[np.float64]:
    """Activations, frames x muscles: delay, shape function and OpenSim's first-order dynamics.

    times, excitation_times: strictly increasing (s), any interval.
    excitations: samples x muscles, linear between samples and held beyond them.
    shape_factor, minimum_activation: one per muscle (dimensionless).
    activation_time_constant, deactivation_time_constant: one per muscle (s), at least 0.001.
    electromechanical_delay: one per muscle (s).
    """

def compute_activation_gradients(
    times: ArrayLike,
    excitation_times: ArrayLike,
    excitations: ArrayLike,
    shape_factor: ArrayLike,
    activation_time_constant: ArrayLike,
    deactivation_time_constant: ArrayLike,
    minimum_activation: ArrayLike,
    electromechanical_delay: ArrayLike,
    activation_gradient: ArrayLike,
) -> tuple[NDArray[np.float64], ...]:
    """Gradients of a scalar: the exact adjoint of `compute_activations`.

    activation_gradient: d(scalar)/d(activations), frames x muscles.

    Returns d(scalar) by excitations (samples x muscles), and per muscle by shape_factor,
    activation_time_constant, deactivation_time_constant and electromechanical_delay (1/s).
    """

CURVE_RANGES: dict[str, tuple[float, float]]
"""Where each of a muscle's curves is sampled, in normalised lengths and velocities."""

class Curve:
    """A muscle curve as a table: cubic Hermite pieces on an even grid, linear beyond it."""

    @staticmethod
    def sample(source: Callable[[float], tuple[float, float]], start: float, stop: float) -> Curve:
        """Sample value and slope of `source` as finely as it needs (1e-7 and 1e-5)."""

    def evaluate(self, x: float) -> tuple[float, float]:
        """Value and slope."""

    @property
    def start(self) -> float:
        """Where the grid begins."""

    @property
    def step(self) -> float:
        """The grid's interval."""

    @property
    def values(self) -> NDArray[np.float64]:
        """The values on the grid."""

    @property
    def slopes(self) -> NDArray[np.float64]:
        """The slopes on the grid, per unit of x."""

class MuscleProperties:
    """What is fixed of one muscle; units as in OpenSim's properties of the same names."""

    def __init__(
        self,
        *,
        name: str,
        max_contraction_velocity: float,
        fiber_damping: float,
        maximum_pennation_angle: float,
        minimum_active_fiber_length: float,
        minimum_activation: float,
        active_force_length: Curve,
        passive_force_length: Curve,
        force_velocity: Curve,
        tendon_force_length: Curve,
    ) -> None: ...

class MuscleSet:
    """Forces of Millard2012EquilibriumMuscles and their exact adjoint.

    times: strictly increasing (s). activations, lengths (m) and speeds (m/s): frames x muscles.
    max_isometric_force (N), optimal_fiber_length (m), tendon_slack_length (m) and
    pennation_angle_at_optimal (rad): one per muscle.
    """

    def __init__(self, tendon: str, properties: Sequence[MuscleProperties]) -> None:
        """tendon: "rigid" or "elastic"."""

    def compute_forces(
        self,
        times: ArrayLike,
        activations: ArrayLike,
        lengths: ArrayLike,
        speeds: ArrayLike,
        max_isometric_force: ArrayLike,
        optimal_fiber_length: ArrayLike,
        tendon_slack_length: ArrayLike,
        pennation_angle_at_optimal: ArrayLike,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Tendon forces (N) and fibre lengths (m), frames x muscles."""

    def compute_gradients(
        self,
        times: ArrayLike,
        activations: ArrayLike,
        lengths: ArrayLike,
        speeds: ArrayLike,
        max_isometric_force: ArrayLike,
        optimal_fiber_length: ArrayLike,
        tendon_slack_length: ArrayLike,
        pennation_angle_at_optimal: ArrayLike,
        fiber_lengths: ArrayLike,
        tendon_force_gradient: ArrayLike,
        fiber_length_gradient: ArrayLike,
    ) -> tuple[NDArray[np.float64], ...]:
        """Gradients of a scalar by activations, lengths, speeds and the four parameters.

        fiber_lengths: what `compute_forces` gave.
        tendon_force_gradient, fiber_length_gradient: d(scalar) by what it gave.
        """

class FittedPath:
    """The length of a muscle-tendon path as a polynomial of scaled coordinates.

    Terms are in lexicographic order of their exponents, the first coordinate's outermost.
    """

    MAX_COORDINATES: int

    def __init__(
        self,
        coordinates: Sequence[str],
        center: ArrayLike,
        half_range: ArrayLike,
        degree: int,
        coefficients: ArrayLike,
    ) -> None:
        """Check and keep a polynomial.

        coordinates: names.
        center, half_range: of each coordinate (rad, m); it is scaled to [-1, 1].
        degree: the largest sum of exponents.
        coefficients: one per term (m).
        """

    @property
    def coordinates(self) -> list[str]:
        """Names of the coordinates."""

    @property
    def center(self) -> NDArray[np.float64]:
        """Centre of each coordinate's range (rad, m)."""

    @property
    def half_range(self) -> NDArray[np.float64]:
        """Half of each coordinate's range (rad, m)."""

    @property
    def degree(self) -> int:
        """The largest sum of exponents."""

    @property
    def coefficients(self) -> NDArray[np.float64]:
        """One per term (m)."""

class FittedPaths:
    """Fitted paths of several muscles over the frames of a trial."""

    def __init__(self, paths: Sequence[FittedPath], coordinates: Sequence[str]) -> None:
        """`coordinates` name the columns of values and speeds."""

    def compute_geometry(
        self, values: ArrayLike, speeds: ArrayLike
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Lengths (m), lengthening speeds (m/s) and moment arms (m).

        values, speeds: frames x coordinates (rad, m; rad/s, m/s).

        Lengths and speeds are frames x muscles, moment arms frames x (muscles x coordinates).
        """

    def compute_gradients(
        self,
        values: ArrayLike,
        speeds: ArrayLike,
        length_gradient: ArrayLike,
        speed_gradient: ArrayLike,
        moment_arm_gradient: ArrayLike,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Gradients of a scalar by values and speeds: the exact adjoint of `compute_geometry`.

        The gradients by its results have the shapes of the results.
        """

    def check_domain(self, times: ArrayLike, values: ArrayLike, what: str) -> None:
        """Refuse values (frames x coordinates) outside the ranges of the paths.

        times: frames (s).
        what: what the motion is, for the message.
        """

def sample(time: ArrayLike, values: ArrayLike, times: ArrayLike) -> NDArray[np.float64]:
    """Values at `times`, linear between samples and held outside, times x columns.

    time: strictly increasing times of the samples (s).
    values: samples x columns.
    times: any finite times (s).
    """

def agreement(estimate: ArrayLike, reference: ArrayLike) -> Agreement:
    """How well `estimate` agrees with `reference`; finite series of the same length, at least 2."""
