"""Lengths of a model's segments, between joint centres."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import opensim

from ...arrays import Array
from ...errors import NMMError, nearest_names
from ...physics.osim_model import OsimModel


def read_segment_lengths(words: Sequence[str]) -> dict[str, float]:
    """``BODY=METRES`` for each word."""
    lengths: dict[str, float] = {}
    for word in words:
        body, _, text = word.partition("=")
        try:
            length = float(text)
        except ValueError:
            raise NMMError(
                f"segment: expected BODY=METRES, such as tibia_r=0.41, but found '{word}'."
            ) from None
        if body in lengths:
            raise NMMError(f"segment '{body}': expected one length, but found two; give one.")
        lengths[body] = length
    return lengths


def find_segment_length(model: OsimModel, body: str) -> float:
    """The distance (m) from the joint that holds ``body`` to the farthest joint that it holds.

    A joint's centre is the origin of the frame of the body that it moves, in the default pose.
    """
    _require_body(model, body)
    model.set_pose({})
    model.model.realizePosition(model.state)
    own, held = [], []
    for joint in model.model.getJointSet():
        child = joint.getChildFrame()
        if child.findBaseFrame().getName() == body:
            own.append(_position(model, child))
        elif joint.getParentFrame().findBaseFrame().getName() == body:
            held.append(_position(model, child))
    if not (own and held):
        raise NMMError(
            f"segment '{body}': expected a body of '{model.path}' between two joints, but found it "
            "at the end of a chain, where no joint says how long it is; leave it out: it is "
            "scaled as the whole body."
        )
    return max(float(np.linalg.norm(centre - own[0])) for centre in held)


def _require_body(model: OsimModel, body: str) -> None:
    names = [each.getName() for each in model.model.getBodySet()]
    if body not in names:
        raise NMMError(
            f"segment '{body}': expected a body of model file '{model.path}', but there is none; "
            f"{nearest_names(body, names)}."
        )


def _position(model: OsimModel, frame: opensim.Frame) -> Array:
    return np.array(frame.getPositionInGround(model.state).to_numpy())
