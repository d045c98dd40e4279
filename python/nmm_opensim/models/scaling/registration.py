"""A laboratory's markers on a scaled model, where a static trial shows them.

The model takes the static trial's pose by OpenSim's inverse kinematics on the landmarks; then each
of the laboratory's markers is attached to its body where it was seen. What the landmarks missed
before that is the error of the scaled model; afterwards it is 0 by construction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
import opensim

from ...arrays import Array
from ...errors import NMMError, opensim_reason

ACCURACY = 1e-7
"""Of OpenSim's assembly; a static trial has one frame, so it costs nothing."""


@dataclass(frozen=True)
class PlacedMarker:
    """One of the laboratory's markers: where it was attached, and how far off it was (m).

    ``landmark`` is the marker of the model that it is, None for one that only its body was told
    of, which has no error.
    """

    name: str
    body: str
    landmark: str | None
    error: float | None


def register_markers(
    model: opensim.Model,
    places: Mapping[str, Array],
    landmarks: Mapping[str, str],
    bodies: Mapping[str, str],
) -> tuple[PlacedMarker, ...]:
    """Give ``model`` the markers of a static trial instead of its own.

    ``places`` (3,) are in m, in axes whose y points up; ``landmarks`` maps names among them to the
    model's markers, ``bodies`` to bodies.
    """
    frames = {name: _find_frame(model, own) for name, own in landmarks.items()}
    frames |= {name: model.getBodySet().get(body) for name, body in bodies.items()}
    starts = {name: _find_location(model, own) for name, own in landmarks.items()}
    _replace_markers(model, frames, starts)
    try:
        state = model.initSystem()
        errors = _take_pose(model, state, {name: places[name] for name in landmarks})
    except RuntimeError as error:
        raise NMMError(
            f"static trial: OpenSim cannot put the model into its pose: {opensim_reason(error)}"
        ) from None
    ground = model.getGround()
    for name, frame in frames.items():
        seen = opensim.Vec3(*map(float, places[name]))
        location = ground.findStationLocationInAnotherFrame(state, seen, frame)
        model.updMarkerSet().get(name).set_location(location)
    model.initSystem()
    return tuple(
        PlacedMarker(
            name, str(frame.findBaseFrame().getName()), landmarks.get(name), errors.get(name)
        )
        for name, frame in frames.items()
    )


def _find_frame(model: opensim.Model, marker: str) -> opensim.PhysicalFrame:
    return model.getMarkerSet().get(marker).getParentFrame()


def _find_location(model: opensim.Model, marker: str) -> Array:
    return cast(Array, np.array(model.getMarkerSet().get(marker).get_location().to_numpy()))


def _replace_markers(
    model: opensim.Model,
    frames: Mapping[str, opensim.PhysicalFrame],
    starts: Mapping[str, Array],
) -> None:
    """The laboratory's markers in place of all of the model's own."""
    own = model.updMarkerSet()
    while own.getSize():
        own.remove(0)
    for name, frame in frames.items():
        start = opensim.Vec3(*map(float, starts.get(name, np.zeros(3))))
        marker = opensim.Marker(name, frame, start)
        model.addMarker(marker)
        marker.thisown = False  # the model keeps it
    model.finalizeConnections()


def _take_pose(
    model: opensim.Model, state: opensim.State, places: Mapping[str, Array]
) -> dict[str, float]:
    """Set ``state`` to the pose that is nearest to the landmarks; their errors (m)."""
    table = opensim.TimeSeriesTableVec3()
    table.setColumnLabels(list(places))
    row = opensim.RowVectorVec3(len(places))
    for k, place in enumerate(places.values()):
        row[k] = opensim.Vec3(*map(float, place))
    for time in (0.0, 1.0):
        table.appendRow(time, row)
    references = opensim.MarkersReference(table, opensim.SetMarkerWeights())
    solver = opensim.InverseKinematicsSolver(
        model, references, opensim.SimTKArrayCoordinateReference()
    )
    solver.setAccuracy(ACCURACY)
    state.setTime(0.0)
    solver.assemble(state)
    model.realizePosition(state)
    return {name: float(solver.computeCurrentMarkerError(name)) for name in places}
