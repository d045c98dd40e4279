"""Published numbers of the elbow: bodies, muscle parameters and muscle paths, as facts.

Lengths in m, masses in kg, forces in N, angles in rad. Sources, by the names used below:

- Holzbaur 2005: K. R. S. Holzbaur, W. M. Murray, S. L. Delp, "A model of the upper extremity for
  simulating musculoskeletal surgery and analyzing neuromuscular control", Annals of Biomedical
  Engineering 33, 829-840: parameters and paths, in its OpenSim form "Stanford VA Upper Limb Model".
- arm26: J. Reinbolt, A. Seth, A. Habib, S. Hamner, OpenSim's reduction of that model to a rigid
  supinated forearm (CC BY 3.0): bodies, joints, wrapping, and the paths of six muscles.
- de Leva 1996: P. de Leva, "Adjustments to Zatsiorsky-Seluyanov's segment inertia parameters",
  Journal of Biomechanics 29, 1223-1230.
"""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float, float]

COORDINATE = "elbow_flexion"
# arm26: 0-130 degrees.
RANGE = (0.0, 2.26892803)

# arm26. The shoulder is at its default pose, the upper arm hanging down.
GRAVITY: Point = (0.0, -9.8066, 0.0)
SHOULDER_IN_GROUND: Point = (-0.017545, -0.007, 0.17)
ELBOW_IN_HUMERUS: Point = (0.0061, -0.2904, -0.0123)
ELBOW_AXIS: Point = (0.04940001, 0.03660001, 0.99810825)


@dataclass(frozen=True)
class Segment:
    """A rigid body; ``inertia`` (kg m^2) holds the moments about its mass centre."""

    name: str
    mass: float
    mass_center: Point
    inertia: Point


# arm26.
HUMERUS = Segment("humerus", 1.864572, (0.0, -0.180496, 0.0), (0.01481, 0.004551, 0.013193))
FOREARM = Segment("forearm", 1.534315, (0.0, -0.181479, 0.0), (0.019281, 0.001571, 0.020062))

# Along the forearm, the grip is where the hand's mass centre is: the wrist (the height of arm26's
# marker on the radial styloid) and 79.00 % of a hand of 86.2 mm (de Leva 1996, males, WJC-MET3).
GRIP_IN_FOREARM: Point = (0.0, -0.23559 - 0.79 * 0.0862, 0.0)


@dataclass(frozen=True)
class Wrap:
    """A surface that muscles wrap over; ``size`` is an ellipsoid's radii or radius and length."""

    name: str
    body: str
    size: tuple[float, ...]
    rotation: Point
    translation: Point
    quadrant: str


# arm26, but for the last: Holzbaur 2005, whose brachioradialis wraps over it.
WRAPS = (
    Wrap(
        "TRIlongglen",
        "ground",
        (0.003, 0.03),
        (1.37532, -0.294612, 2.43596),
        (-0.043905, -0.0039, 0.1478),
        "x",
    ),
    Wrap(
        "TRIlonghh",
        "humerus",
        (0.035, 0.02, 0.02),
        (3.00162, -0.853466, 2.57419),
        (-0.0078, -0.0041, -0.0014),
        "z",
    ),
    Wrap(
        "BIClonghh",
        "humerus",
        (0.025, 0.02, 0.02),
        (-2.00434, -1.00164, 0.975465),
        (0.0033, 0.0073, 0.0003),
        "-y",
    ),
    Wrap(
        "TRI",
        "humerus",
        (0.016, 0.05),
        (-0.14015, -0.00628319, 0.154985),
        (0.0028, -0.2919, -0.0069),
        "all",
    ),
    Wrap(
        "Elbow_BIC_BRD",
        "humerus",
        (0.015, 0.015, 0.1),
        (-0.12863077, 0.13753195, 0.03071779),
        (0.0019, -0.289, -0.014),
        "x",
    ),
)


@dataclass(frozen=True)
class PathWrap:
    """A wrap of one muscle, between two of its path points (from 1; -1 for all)."""

    wrap: str
    first: int = -1
    last: int = -1


@dataclass(frozen=True)
class MuscleAnatomy:
    """A muscle: parameters of Holzbaur 2005 and path points, each in its body."""

    name: str
    group: str
    max_isometric_force: float
    optimal_fiber_length: float
    tendon_slack_length: float
    pennation_angle: float
    path: tuple[tuple[str, Point], ...]
    wraps: tuple[PathWrap, ...] = ()


FLEXOR, EXTENSOR = "flexor", "extensor"
_TWELVE_DEGREES, _NINE_DEGREES = 0.20943951, 0.15707963

_TRICEPS_END: tuple[tuple[str, Point], ...] = (
    ("humerus", (-0.03184, -0.22637, -0.01217)),
    ("humerus", (-0.01743, -0.26757, -0.01208)),
    ("forearm", (-0.0219, 0.01046, -0.00078)),
)

MUSCLES = (
    MuscleAnatomy(
        "TRIlong",
        EXTENSOR,
        798.52,
        0.134,
        0.143,
        _TWELVE_DEGREES,
        (
            ("ground", (-0.05365, -0.01373, 0.14723)),
            ("humerus", (-0.02714, -0.11441, -0.00664)),
            *_TRICEPS_END,
        ),
        (PathWrap("TRI"), PathWrap("TRIlonghh"), PathWrap("TRIlongglen")),
    ),
    MuscleAnatomy(
        "TRIlat",
        EXTENSOR,
        624.30,
        0.1138,
        0.098,
        _NINE_DEGREES,
        (
            ("humerus", (-0.00599, -0.12646, 0.00428)),
            ("humerus", (-0.02344, -0.14528, 0.00928)),
            *_TRICEPS_END,
        ),
        (PathWrap("TRI"),),
    ),
    MuscleAnatomy(
        "TRImed",
        EXTENSOR,
        624.30,
        0.1138,
        0.0908,
        _NINE_DEGREES,
        (
            ("humerus", (-0.00838, -0.13695, -0.00906)),
            ("humerus", (-0.02601, -0.15139, -0.0108)),
            *_TRICEPS_END,
        ),
        (PathWrap("TRI"),),
    ),
    MuscleAnatomy(
        "BIClong",
        FLEXOR,
        624.30,
        0.1157,
        0.2723,
        0.0,
        (
            ("ground", (-0.039235, 0.00347, 0.14795)),
            ("ground", (-0.028945, 0.01391, 0.15639)),
            ("humerus", (0.02131, 0.01793, 0.01028)),
            ("humerus", (0.02378, -0.00511, 0.01201)),
            ("humerus", (0.01345, -0.02827, 0.00136)),
            ("humerus", (0.01068, -0.07736, -0.00165)),
            ("humerus", (0.01703, -0.12125, 0.00024)),
            ("humerus", (0.0228, -0.1754, -0.0063)),
            ("forearm", (0.00751, -0.04839, 0.02179)),
        ),
        (PathWrap("BIClonghh", 2, 3),),
    ),
    MuscleAnatomy(
        "BICshort",
        FLEXOR,
        435.56,
        0.1321,
        0.1923,
        0.0,
        (
            ("ground", (0.004675, -0.01231, 0.13475)),
            ("ground", (-0.007075, -0.04004, 0.14507)),
            ("humerus", (0.01117, -0.07576, -0.01101)),
            ("humerus", (0.01703, -0.12125, -0.01079)),
            ("humerus", (0.0228, -0.1754, -0.0063)),
            ("forearm", (0.00751, -0.04839, 0.02179)),
        ),
    ),
    MuscleAnatomy(
        "BRA",
        FLEXOR,
        987.26,
        0.0858,
        0.0535,
        0.0,
        (("humerus", (0.0068, -0.1739, -0.0036)), ("forearm", (-0.0032, -0.0239, 0.0009))),
        (PathWrap("TRI"),),
    ),
    # Not in arm26. Its two points on the radius are Holzbaur's, (0.03577, -0.12742, 0.02315) and
    # (0.0419, -0.221, 0.0224), taken into arm26's forearm: turned by -90 degrees (supination)
    # about the axis (-0.01716099, 0.99266564, -0.11966796) at (0.0004, -0.011503, 0.019999), which
    # takes Holzbaur's insertion of biceps to arm26's within 4 micrometres.
    MuscleAnatomy(
        "BRD",
        FLEXOR,
        261.33,
        0.1726,
        0.133,
        0.0,
        (
            ("humerus", (-0.0098, -0.19963, 0.00223)),
            ("forearm", (-0.005103, -0.136537, 0.068861)),
            ("forearm", (0.008434, -0.228018, 0.084459)),
        ),
        (PathWrap("Elbow_BIC_BRD"),),
    ),
)

MUSCLE_NAMES = tuple(muscle.name for muscle in MUSCLES)
DEEP_MUSCLES = ("BRA", "TRImed")

# Of Holzbaur's and arm26's muscles: strains of tendon and of passive fibre at the maximum isometric
# force, and the fibres' speed limit in optimal lengths per second.
TENDON_STRAIN, FIBER_STRAIN, MAX_CONTRACTION_VELOCITY = 0.033, 0.6, 10.0
