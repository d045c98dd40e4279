"""The whole way of a setup: contacts, events, strides and loads, found or corrected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import NMMError
from ...files import write_csv
from ...formats.tables import read_table
from ...formats.trc import read_trc
from .contacts import TOLERANCE, UNCALIBRATED, Found, judge_contacts
from .events import calibrate, find_offsets, merge_events
from .events_file import read_events, require_uncorrected, write_events
from .feet import FootTrack, track_foot
from .gait_record import Contact, Event
from .gait_setup import SIDES, GaitSetup, GaitTrialFiles
from .loads import write_loads
from .marker_events import find_marker_events
from .measured_file import write_measured
from .plates import PlateRecord, find_loads, read_plate
from .plausibility import find_oddities, require_one_walk
from .standing import find_standing
from .strides import Span, Stride, find_ranges, find_strides


@dataclass(frozen=True)
class TrialGait:
    """A trial's contacts, events, strides and measured spans (s) by side.

    ``files`` are those that were written, ``warnings`` what a user should know.
    """

    name: str
    contacts: tuple[Contact, ...]
    events: tuple[Event, ...]
    strides: tuple[Stride, ...]
    ranges: Mapping[str, list[Span]]
    files: tuple[Path, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Gait:
    """All trials; ``offsets`` (s) are how much events by markers came after those of forces."""

    trials: tuple[TrialGait, ...]
    offsets: Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class _Recording:
    """What was read of a trial, and what markers and plates alone show."""

    files: GaitTrialFiles
    records: tuple[PlateRecord, ...]
    feet: tuple[FootTrack, ...]
    found: tuple[Found, ...]
    events: tuple[Event, ...]


def find_gait(setup: GaitSetup, show: Callable[[str], None] = lambda _: None) -> Gait:
    """Find contacts and events of all trials, and write them; nothing unless all can be."""
    recordings = []
    for trial in setup.trials:
        show(f"{trial.name}: reading")
        if trial.events_file is None:
            require_uncorrected(setup.result(trial, "events.csv"))
        recordings.append(_read_recording(setup, trial))
    offsets = find_offsets([(recording.found, recording.events) for recording in recordings])
    known = [_decide(setup, recording, offsets) for recording in recordings]
    trials = []
    for recording, (contacts, events) in zip(recordings, known, strict=True):
        show(f"{recording.files.name}: writing")
        trials.append(_write_trial(setup, recording, contacts, events))
    return Gait(tuple(trials), offsets)


def _read_recording(setup: GaitSetup, trial: GaitTrialFiles) -> _Recording:
    table = read_table(trial.force_file, "force file")
    records = tuple(read_plate(table, plate, setup.threshold) for plate in setup.plates)
    markers = read_trc(trial.marker_file)
    if markers.time[0] >= table.time[-1] or table.time[0] >= markers.time[-1]:
        raise NMMError(
            f"trial '{trial.name}': expected markers and forces of the same time, but found "
            f"{markers.time[0]:g} to {markers.time[-1]:g} s and {table.time[0]:g} to "
            f"{table.time[-1]:g} s."
        )
    feet = tuple(track_foot(markers, foot) for foot in setup.feet)
    found = tuple(
        Found(load, find_standing(load, feet, setup.foot_margin))
        for record in records
        for load in find_loads(record, setup.threshold)
    )
    require_one_walk(trial, feet, found)
    events = tuple(event for foot in feet for event in find_marker_events(foot))
    return _Recording(trial, records, feet, found, events)


def _decide(
    setup: GaitSetup, recording: _Recording, offsets: Mapping[str, Sequence[float]]
) -> tuple[list[Contact], list[Event]]:
    if recording.files.events_file is not None:
        plates = [plate.name for plate in setup.plates]
        contacts, events = read_events(recording.files.events_file, plates)
        _require_times(recording, [c.start for c in contacts] + [c.end for c in contacts])
        _require_times(recording, [event.time for event in events])
        return contacts, events
    events = calibrate(recording.events, offsets)
    tolerance = TOLERANCE if any(offsets.values()) else UNCALIBRATED
    contacts = judge_contacts(recording.found, recording.feet, events, tolerance, setup.body_mass)
    time = recording.records[0].time
    ends = [float(time[0]), float(time[-1])]
    return contacts, merge_events(events, contacts, tolerance, ends)


def _require_times(recording: _Recording, times: Sequence[float]) -> None:
    """Refuse times of a corrected file that are not in the recording."""
    force, marker = recording.records[0].time, recording.feet[0].time
    # Times are written to 0.1 ms.
    first, last = min(force[0], marker[0]) - 1e-4, max(force[-1], marker[-1]) + 1e-4
    for time in times:
        if not first <= time <= last:
            raise NMMError(
                f"events file '{recording.files.events_file}': expected times of the recording, "
                f"{first + 1e-4:g} to {last - 1e-4:g} s, but found {time:g}."
            )


def _write_trial(
    setup: GaitSetup, recording: _Recording, contacts: list[Contact], events: list[Event]
) -> TrialGait:
    trial = recording.files
    ranges = find_ranges(contacts, events, SIDES)
    strides = find_strides(events, ranges, SIDES)
    names = ("strides.csv", "measured.csv", "external_loads.xml", "external_loads.mot")
    stride_file, range_file, loads_file, data_file = (setup.result(trial, name) for name in names)
    files = [stride_file, range_file]
    if trial.events_file is None:
        events_file = setup.result(trial, "events.csv")
        write_events(events_file, contacts, events)
        files.insert(0, events_file)
    write_csv(
        stride_file,
        ["name", "side", "initial_time", "toe_off", "final_time", "measured", "both_measured"],
        [
            [s.name, s.side, *(f"{t:.4f}" for t in (s.start, s.toe_off, s.end))]
            + ["yes" if flag else "no" for flag in (s.measured, s.both_measured)]
            for s in strides
        ],
    )
    write_measured(range_file, ranges)
    warnings = []
    if any(contact.used for contact in contacts):
        write_loads(loads_file, recording.records, contacts, setup.feet)
        files.append(loads_file)
    else:
        # Those of an earlier call would be loads of contacts that are not used any more.
        loads_file.unlink(missing_ok=True)
        data_file.unlink(missing_ok=True)
        warnings.append(f"trial '{trial.name}': no contact can be used, so it has no loads.")
    warnings += _warn(recording, events)
    return TrialGait(
        trial.name,
        tuple(contacts),
        tuple(events),
        tuple(strides),
        ranges,
        tuple(files),
        tuple(warnings),
    )


def _warn(recording: _Recording, events: Sequence[Event]) -> list[str]:
    trial = recording.files
    missing = [side for side in SIDES if not any(event.side == side for event in events)]
    return [
        *(f"trial '{trial.name}': no event of the {side} foot was found." for side in missing),
        *find_oddities(trial, recording.feet),
    ]
