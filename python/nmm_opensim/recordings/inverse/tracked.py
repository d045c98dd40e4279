"""Which of a file's markers inverse kinematics can track: those that are the model's, by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...arrays import Array, Flags, find_runs
from ...errors import NMMError, nearest_names
from ...formats.trc import Markers
from ...listener import Listener

# A pose needs three points; fewer say nothing of a body in space.
FEWEST_SEEN = 3
SHOWN = 8


def select_tracked(
    markers: Markers,
    expected: Sequence[str],
    known: Sequence[str],
    model: str,
    listener: Listener,
) -> Markers:
    """Those of ``markers`` that are ``expected``, of all that ``model``, its name, has: ``known``.

    Refused where fewer are known than half of the file's or of the expected, whichever are fewer: a
    small set of a large model, and a large one of a small model, match mostly, but a file of other
    names does not.
    """
    if not expected:
        raise NMMError(
            f"{markers.source}: expected markers that {model} has, or has tasks for, but it has "
            "none; add markers to the model."
        )
    found = [label for label in markers.labels if label in known]
    seen = dict(zip(markers.labels, np.asarray(markers.seen.any(axis=0)), strict=True))
    needed = max(1, -(-min(len(markers.labels), len(expected)) // 2))
    used = [label for label in found if label in expected and seen[label]]
    if len(found) < needed or not used:
        example = next((label for label in markers.labels if label not in known), "")
        raise NMMError(
            f"{markers.source}: expected markers of {model}, at least {needed} such as "
            f"'{expected[0]}', but {len(found)} of the {len(markers.labels)} "
            f"in the file match, {len(used)} of them seen and tracked"
            + (f"; it has '{example}'" if example else "")
            + f"; {_suggest(markers.labels, known)}."
        )
    missing = [name for name in expected if name not in used]
    if missing:
        listener.warn(
            f"{markers.source}: {len(used)} markers are tracked; {len(missing)} of {model} are not "
            f"in the file: {_list(missing)}."
        )
    if zeros := {label: count for label, count in markers.zeros.items() if label in found}:
        listener.warn(
            f"{markers.source}: nothing ever is at exactly 0 0 0; taken for gaps: "
            + _list([f"{label} in {count} frames" for label, count in zeros.items()])
            + "."
        )
    columns = [markers.labels.index(label) for label in used]
    return replace(
        markers, labels=tuple(used), positions=markers.positions[:, columns], zeros=zeros
    )


def cut(markers: Markers, time_range: tuple[float, float], listener: Listener) -> Markers:
    """The frames within ``time_range`` (s), all of which must show enough markers for a pose."""
    low, high = time_range
    kept = (markers.time >= low - 1e-9) & (markers.time <= high + 1e-9)
    if not kept.any():
        raise NMMError(
            f"{markers.source}: expected frames within {low:g} to {high:g} s, but found "
            f"{markers.time[0]:g} to {markers.time[-1]:g} s."
        )
    markers = replace(markers, time=markers.time[kept], positions=markers.positions[kept])
    counts = markers.seen.sum(axis=1)
    fewest = min(FEWEST_SEEN, len(markers.labels))
    if (counts < fewest).any():
        first, last = _find_stretch(markers.time, counts < fewest)
        raise NMMError(
            f"{markers.source}: expected at least {fewest} of the model's markers in every frame, "
            f"but found {counts.min()} from {first:g} to {last:g} s; fill the gaps, or leave these "
            "times out."
        )
    if (counts < len(markers.labels) / 2).any():
        first, last = _find_stretch(markers.time, counts < len(markers.labels) / 2)
        listener.warn(
            f"{markers.source}: fewer than half of the {len(markers.labels)} markers are seen from "
            f"{first:g} to {last:g} s; joint angles there are guesses."
        )
    return markers


def _find_stretch(time: Array, where: Flags) -> tuple[float, float]:
    """The first stretch of frames where something holds."""
    first, beyond = find_runs(where)[0]
    return float(time[first]), float(time[beyond - 1])


def _suggest(labels: Sequence[str], expected: Sequence[str]) -> str:
    """What would make more of them match: without a prefix, or by other names."""
    prefixes = Counter(
        label.removesuffix(name)
        for label in labels
        for name in expected
        if label != name and label.endswith(name)
    )
    best = max(prefixes, key=lambda prefix: prefixes[prefix], default="")
    if best and prefixes[best] > 1:
        matching = sum(label.removeprefix(best) in expected for label in labels)
        return (
            f"without the prefix '{best}' {matching} would match: take it off with "
            f"<marker_prefix>{best}</marker_prefix> in an NMMInverseTool, or with `nmm-opensim "
            f"convert-trc --prefix '{best}'`"
        )
    unknown = next((label for label in labels if label not in expected), "")
    return f"rename the markers of the file or of the model ({nearest_names(unknown, expected)})"


def _list(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
