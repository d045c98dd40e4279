"""What acted on each foot: the plates that it stood on, summed, as OpenSim's external loads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...arrays import Array
from ...formats.external_loads import RecordedLoad, write_external_loads
from ..axes import UP
from .gait_record import Contact
from .gait_setup import Foot
from .plates import PlateRecord

SLACK = 6e-5
"""s by which times that a file rounds to 0.1 ms can be off."""


def write_loads(
    file: Path,
    records: Sequence[PlateRecord],
    contacts: Sequence[Contact],
    feet: Sequence[Foot],
) -> None:
    """Write ExternalLoads (.xml) with one load for each foot, and their data (.mot) beside it."""
    loads = []
    for foot in feet:
        force, point, torque = sum_plates(records, contacts, foot.side)
        side = foot.side
        loads.append(
            RecordedLoad(
                f"{side}_foot",
                foot.body,
                force=(f"{side}_ground_force_v", force),
                point=(f"{side}_ground_force_p", point),
                torque=(f"{side}_ground_torque_", torque),
            )
        )
    comment = "Forces (N), centres of pressure (m) and free moments (N m) of each foot"
    write_external_loads(file, file.with_suffix(".mot"), records[0].time, loads, comment)


def sum_plates(
    records: Sequence[PlateRecord], contacts: Sequence[Contact], side: str
) -> tuple[Array, Array, Array]:
    """Force (N), point (m) and torque (N m), each (samples, 3), of a side's used contacts.

    They are 0 where it has none. On several plates the point is where their vertical forces have
    their mean, and the torque what makes force and moment those of all plates together.
    """
    time = records[0].time
    force, moment, weighted = (np.zeros((len(time), 3)) for _ in range(3))
    plates = np.zeros(len(time), dtype=int)
    alone = np.zeros((len(time), 3)), np.zeros((len(time), 3))
    for record in records:
        on = np.zeros(len(time), dtype=bool)
        for contact in contacts:
            if contact.used and (contact.plate, contact.side) == (record.plate.name, side):
                on[slice(*np.searchsorted(time, [contact.start - SLACK, contact.end + SLACK]))] = (
                    True
                )
        f, p, t = (values * on[:, None] for values in (record.force, record.point, record.torque))
        force += f
        moment += np.cross(p, f) + t
        weighted += p * np.maximum(f[:, [UP]], 0.0)
        plates += on
        alone[0][on], alone[1][on] = p[on], t[on]
    point, torque = alone
    several = plates > 1
    up = np.maximum(force[several][:, [UP]], np.finfo(float).tiny)
    point[several] = weighted[several] / up
    torque[several] = moment[several] - np.cross(point[several], force[several])
    return force, point, torque
