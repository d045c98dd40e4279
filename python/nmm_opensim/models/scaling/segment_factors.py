"""How large a subject's segments are, from landmarks in a static trial.

Outward from the model's base, each body is compared with the subject through points that both have:
the body's own landmarks, one point for each joint (the mean of the landmarks near its centre, so
that the length of a segment counts and not the width of its joints), and the centre of its own
joint as the bodies nearer to the base place it. A short body at the end of a chain, such as toes,
is taken together with the one that holds it. The factor is the ratio of the root-mean-square
distances from the centroid, which depends on no rotation (Horn 1987, J. Opt. Soc. Am. A 4:629-642).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ...arrays import Array
from ...physics.osim_model import OsimModel

NEAR_JOINT = 0.08  # m
"""Landmarks as near to a joint's centre hardly move with it, and mark it."""
SMALLEST_EXTENT = 0.15  # m
"""Landmarks are found to 6-21 mm (Della Croce et al. 2005, Gait Posture 21:226-237): what is
shorter cannot be measured."""


@dataclass(frozen=True)
class SegmentFactor:
    """A body's length, subject over model, and what it was taken from."""

    value: float
    source: str


@dataclass(frozen=True)
class _Joint:
    """A joint in the model's default pose; ``centre`` (3,) in ground, m."""

    parent: str
    child: str
    centre: Array


@dataclass
class _Fit:
    """Points of a body that both know: model and subject, each (points, 3), m."""

    model: list[Array] = field(default_factory=list)
    subject: list[Array] = field(default_factory=list)

    def add(self, model: Array, subject: Array) -> None:
        self.model.append(model)
        self.subject.append(subject)

    @property
    def extent(self) -> float:
        """The largest distance between two of the model's points, m."""
        points = np.array(self.model).reshape(-1, 3)
        if len(points) < 2:
            return 0.0
        return float(np.linalg.norm(points[:, None] - points[None], axis=2).max())

    def find_factor(self) -> float:
        return _spread(self.subject) / _spread(self.model)

    def place(self, point: Array, factor: float) -> Array:
        """Where a point of the model is in the subject (Kabsch 1976, Acta Cryst. A32:922-923)."""
        model, subject = np.array(self.model), np.array(self.subject)
        u, _, vt = np.linalg.svd((model - model.mean(0)).T @ (subject - subject.mean(0)))
        mirror = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
        placed: Array = subject.mean(0) + factor * (point - model.mean(0)) @ u @ mirror @ vt
        return placed


def _spread(points: list[Array]) -> float:
    array = np.array(points)
    return float(np.sqrt(np.mean(np.sum((array - array.mean(0)) ** 2, axis=1))))


def find_segment_factors(
    model: OsimModel, landmarks: Mapping[str, Array], overall: float | None = None
) -> dict[str, SegmentFactor]:
    """A factor for each body; ``landmarks`` maps markers of the model to the subject's (3,), m.

    A body that the landmarks do not measure takes the factor of the one that it holds, or that
    holds it at the end of a chain; a longer unmeasured part, such as an arm, takes ``overall``
    (subject's height over the model's), or the mean of all measured ones by their lengths.
    """
    joints = _read_joints(model)
    marked = _join_short_ends(joints, _read_markers(model, landmarks))
    factors: dict[str, SegmentFactor] = {}
    extents: dict[str, float] = {}
    centres: dict[str, Array] = {}  # of joints, by child, in the subject
    for joint in joints:
        fit = _gather(joint.child, joints, marked, landmarks, centres)
        if fit.extent < SMALLEST_EXTENT:
            continue
        value = fit.find_factor()
        factors[joint.child] = SegmentFactor(value, f"{len(fit.model)} points")
        extents[joint.child] = fit.extent
        # A turn about the line of two points leaves joints on that line where they are.
        for outer in joints:
            if outer.parent == joint.child:
                centres[outer.child] = fit.place(outer.centre, value)
    rest = _find_rest(factors, extents, overall)
    bodies = [str(body.getName()) for body in model.model.getBodySet()]
    return {**dict.fromkeys(bodies, rest), **_extend(joints, factors), **factors}


def _read_joints(model: OsimModel) -> list[_Joint]:
    """From the base outward."""
    model.set_pose({})
    model.model.realizePosition(model.state)
    found = [
        _Joint(
            joint.getParentFrame().findBaseFrame().getName(),
            joint.getChildFrame().findBaseFrame().getName(),
            np.array(joint.getChildFrame().getPositionInGround(model.state).to_numpy()),
        )
        for joint in model.model.getJointSet()
    ]
    ordered: list[_Joint] = []
    reached = {"ground"}
    while len(ordered) < len(found):
        following = [j for j in found if j.parent in reached and j.child not in reached]
        if not following:
            break
        ordered += following
        reached |= {joint.child for joint in following}
    return ordered


def _read_markers(model: OsimModel, landmarks: Mapping[str, Array]) -> dict[str, tuple[str, Array]]:
    """Body and place (3,) in ground, default pose, of the model's markers among the landmarks."""
    found = {}
    for marker in model.model.getMarkerSet():
        if marker.getName() in landmarks:
            body = marker.getParentFrame().findBaseFrame().getName()
            place = np.array(marker.getLocationInGround(model.state).to_numpy())
            found[marker.getName()] = (body, place)
    return found


def _join_short_ends(
    joints: list[_Joint], marked: Mapping[str, tuple[str, Array]]
) -> dict[str, tuple[str, Array]]:
    """Landmarks of a last body that is too short to be measured become those of its holder."""
    holders = {joint.parent for joint in joints}
    joined = dict(marked)
    for joint in joints:
        own = [name for name, (on, _) in marked.items() if on == joint.child]
        reach = [float(np.linalg.norm(marked[name][1] - joint.centre)) for name in own]
        if joint.child not in holders and max(reach, default=0.0) < SMALLEST_EXTENT:
            joined |= {name: (joint.parent, marked[name][1]) for name in own}
    return joined


def _gather(
    body: str,
    joints: list[_Joint],
    marked: Mapping[str, tuple[str, Array]],
    landmarks: Mapping[str, Array],
    centres: Mapping[str, Array],
) -> _Fit:
    """The points of a body: its joints and the rest of its own landmarks."""
    fit = _Fit()
    own = {name for name, (on, _) in marked.items() if on == body}
    for joint in joints:
        if body not in (joint.parent, joint.child):
            continue
        near = [
            name
            for name, (on, place) in marked.items()
            if on in (joint.parent, joint.child)
            and np.linalg.norm(place - joint.centre) < NEAR_JOINT
        ]
        own -= set(near)
        if near:
            fit.add(
                np.mean([marked[name][1] for name in near], axis=0),
                np.mean([landmarks[name] for name in near], axis=0),
            )
        elif joint.child == body and body in centres:
            fit.add(joint.centre, centres[body])
    for name in sorted(own):
        fit.add(marked[name][1], landmarks[name])
    return fit


def _find_rest(
    measured: Mapping[str, SegmentFactor], extents: Mapping[str, float], overall: float | None
) -> SegmentFactor:
    """Of what no landmark tells of."""
    if overall is not None:
        return SegmentFactor(overall, "height")
    if not measured:
        return SegmentFactor(1.0, "model")
    values = [factor.value for factor in measured.values()]
    mean = float(np.average(values, weights=[extents[body] for body in measured]))
    return SegmentFactor(mean, "mean of the measured")


def _extend(
    joints: list[_Joint], measured: Mapping[str, SegmentFactor]
) -> dict[str, SegmentFactor]:
    """Bodies that hold a measured one, and the last ones that a measured one holds."""
    holders = {joint.parent for joint in joints} - {"ground"}
    ends = {
        joint.child: joint.parent
        for joint in joints
        if joint.parent in measured and joint.child not in holders
    }
    held = {
        joint.parent: joint.child
        for joint in reversed(joints)
        if joint.child in measured and joint.parent in holders
    }
    return {
        body: SegmentFactor(measured[like].value, f"as {like}")
        for body, like in {**ends, **held}.items()
    }
