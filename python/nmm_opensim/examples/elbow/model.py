"""The elbow as an OpenSim model, built from the numbers in ``anatomy``.

``python -m nmm_opensim.examples.elbow.model models/elbow.osim`` writes the model again.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import opensim

from ...formats.opensim_files import write_document
from .anatomy import (
    COORDINATE,
    ELBOW_AXIS,
    ELBOW_IN_HUMERUS,
    FIBER_STRAIN,
    FOREARM,
    GRAVITY,
    GRIP_IN_FOREARM,
    HUMERUS,
    MAX_CONTRACTION_VELOCITY,
    MUSCLES,
    RANGE,
    SHOULDER_IN_GROUND,
    TENDON_STRAIN,
    WRAPS,
    MuscleAnatomy,
    Point,
    Segment,
    Wrap,
)

LOAD = "hand_load"


def build_elbow_model(load: float = 0.0) -> opensim.Model:
    """The generic elbow with a ``load`` (kg) held in the hand, as a point mass."""
    model = opensim.Model()
    model.setName("elbow")
    model.setGravity(_vector(GRAVITY))
    humerus, forearm = _make_body(HUMERUS), _make_body(FOREARM)
    bodies = {"ground": model.getGround(), "humerus": humerus, "forearm": forearm}
    for wrap in WRAPS:
        bodies[wrap.body].addWrapObject(_keep(_make_wrap(wrap)))
    model.addBody(_keep(humerus))
    model.addBody(_keep(forearm))
    model.addJoint(
        _keep(
            opensim.WeldJoint(
                "shoulder",
                model.getGround(),
                _vector(SHOULDER_IN_GROUND),
                opensim.Vec3(0),
                humerus,
                opensim.Vec3(0),
                opensim.Vec3(0),
            )
        )
    )
    model.addJoint(_keep(_make_elbow(humerus, forearm)))
    for anatomy in MUSCLES:
        model.addForce(_keep(_make_muscle(anatomy, bodies)))
    if load > 0:
        _add_load(model, forearm, load)
    model.finalizeConnections()
    return model


def write_elbow_model(path: Path) -> None:
    """Write the generic elbow with an empty hand."""
    write_document(path, build_elbow_model())


def _make_body(segment: Segment) -> opensim.Body:
    inertia = opensim.Inertia(*segment.inertia)
    return opensim.Body(segment.name, segment.mass, _vector(segment.mass_center), inertia)


def _make_wrap(wrap: Wrap) -> opensim.WrapObject:
    if len(wrap.size) == 3:
        surface = opensim.WrapEllipsoid()
        surface.set_dimensions(_vector(wrap.size))
    else:
        surface = opensim.WrapCylinder()
        surface.set_radius(wrap.size[0])
        surface.set_length(wrap.size[1])
    surface.setName(wrap.name)
    surface.set_xyz_body_rotation(_vector(wrap.rotation))
    surface.set_translation(_vector(wrap.translation))
    surface.set_quadrant(wrap.quadrant)
    return surface


def _make_elbow(humerus: opensim.Body, forearm: opensim.Body) -> opensim.PinJoint:
    # A pin turns about its frames' z: both are turned alike, so that z lies along the axis.
    x, y, z = ELBOW_AXIS
    frame = opensim.Vec3(math.atan2(-y, z), math.asin(x), 0.0)
    joint = opensim.PinJoint(
        "elbow", humerus, _vector(ELBOW_IN_HUMERUS), frame, forearm, opensim.Vec3(0), frame
    )
    coordinate = joint.updCoordinate()
    coordinate.setName(COORDINATE)
    coordinate.setRangeMin(RANGE[0])
    coordinate.setRangeMax(RANGE[1])
    coordinate.setDefaultClamped(False)
    return joint


def _make_muscle(
    anatomy: MuscleAnatomy, bodies: dict[str, opensim.PhysicalFrame]
) -> opensim.Millard2012EquilibriumMuscle:
    muscle = opensim.Millard2012EquilibriumMuscle(
        anatomy.name,
        anatomy.max_isometric_force,
        anatomy.optimal_fiber_length,
        anatomy.tendon_slack_length,
        anatomy.pennation_angle,
    )
    muscle.set_max_contraction_velocity(MAX_CONTRACTION_VELOCITY)
    muscle.set_default_fiber_length(anatomy.optimal_fiber_length)
    muscle.upd_TendonForceLengthCurve().set_strain_at_one_norm_force(TENDON_STRAIN)
    muscle.upd_FiberForceLengthCurve().set_strain_at_one_norm_force(FIBER_STRAIN)
    for k, (body, point) in enumerate(anatomy.path, start=1):
        muscle.addNewPathPoint(f"{anatomy.name}-P{k}", bodies[body], _vector(point))
    path = opensim.GeometryPath.safeDownCast(muscle.updPath())
    wraps = {wrap.name: wrap.body for wrap in WRAPS}
    for k, used in enumerate(anatomy.wraps):
        path.addPathWrap(bodies[wraps[used.wrap]].upd_WrapObjectSet().get(used.wrap))
        wrapping = path.updWrapSet().get(k)
        wrapping.set_range(0, used.first)
        wrapping.set_range(1, used.last)
    return muscle


def _add_load(model: opensim.Model, forearm: opensim.Body, mass: float) -> None:
    load = opensim.Body(LOAD, mass, opensim.Vec3(0), opensim.Inertia(0))
    model.addBody(_keep(load))
    origin = opensim.Vec3(0)
    grip = opensim.WeldJoint(
        "grip", forearm, _vector(GRIP_IN_FOREARM), origin, load, origin, origin
    )
    model.addJoint(_keep(grip))


def _vector(point: Point | tuple[float, ...]) -> opensim.Vec3:
    return opensim.Vec3(*point)


def _keep(part: opensim.OpenSimObject) -> opensim.OpenSimObject:
    """The model owns its parts: Python must not delete them."""
    part.thisown = False
    return part


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python -m nmm_opensim.examples.elbow.model models/elbow.osim")
    write_elbow_model(Path(sys.argv[1]))
