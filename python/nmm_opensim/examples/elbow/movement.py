"""Planned flexion-extension: minimum-jerk movements between rests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Array

# Degrees; the ends of each movement are drawn from these.
EXTENDED, FLEXED = (10.0, 20.0), (95.0, 118.0)
# s; rests between movements, and how much a movement's time varies about the trial's.
REST, FIRST_REST, TIMING = (0.2, 0.8), 0.5, (0.9, 1.1)


@dataclass(frozen=True)
class Movement:
    """Angles (rad), speeds (rad/s) and accelerations (rad/s^2) over times (s), each (samples,)."""

    time: Array
    angle: Array
    speed: Array
    acceleration: Array


def plan_movement(random: np.random.Generator, movement_time: float, time: Array) -> Movement:
    """Flexions and extensions that each take about ``movement_time`` (s)."""
    angle, speed, acceleration = np.zeros((3, len(time)))
    position = np.radians(random.uniform(*EXTENDED))
    angle[:] = position
    start, flexing = time[0] + FIRST_REST, True
    while start < time[-1]:
        target = np.radians(random.uniform(*(FLEXED if flexing else EXTENDED)))
        duration = movement_time * random.uniform(*TIMING)
        moving = (time >= start) & (time < start + duration)
        # Flash and Hogan (1985): the path of least jerk between two rests.
        s = (time[moving] - start) / duration
        amplitude = target - position
        angle[moving] = position + amplitude * (10 * s**3 - 15 * s**4 + 6 * s**5)
        speed[moving] = amplitude / duration * (30 * s**2 - 60 * s**3 + 30 * s**4)
        acceleration[moving] = amplitude / duration**2 * (60 * s - 180 * s**2 + 120 * s**3)
        angle[time >= start + duration] = target
        position, flexing = target, not flexing
        start += duration + random.uniform(*REST)
    return Movement(time, angle, speed, acceleration)
