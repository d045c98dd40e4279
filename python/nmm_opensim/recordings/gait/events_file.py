"""Contacts and events as a file (.csv) that a person can correct, and that knows if one did.

A row is a contact, a heel strike or a toe off. The first line holds a digest of the rows: a file
that no longer fits its own has been corrected, and is never written over.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from ...errors import NMMError, nearest_names
from ...files import require_reasonable, write_text
from .gait_record import (
    BOTH,
    FORCES,
    HEEL_STRIKE,
    MANUAL,
    MARKERS,
    NEITHER,
    TOE_OFF,
    Contact,
    Event,
)
from .gait_setup import SIDES

CONTACT = "contact"
COLUMNS = ("kind", "side", "time", "end", "plate", "source", "used", "note")
DIGEST = "# Rows as they were found: "
DELIMITERS = ",;\t"

Row = dict[str, str]


def write_events(path: Path, contacts: Sequence[Contact], events: Sequence[Event]) -> None:
    """Write all rows in order of time.

    Raises:
        NMMError: if a file is there that a person has corrected.

    """
    require_uncorrected(path)
    rows = [*map(_list_contact, contacts), *map(_list_event, events)]
    rows.sort(key=lambda row: float(row[2]))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    write_text(path, f"{DIGEST}{_digest(text.getvalue())}\n{text.getvalue()}")


def _list_contact(contact: Contact) -> list[str]:
    times = [_write(contact.start), _write(contact.end)]
    used = _yes(contact.used)
    return [CONTACT, contact.side, *times, contact.plate, contact.source, used, contact.note]


def _list_event(event: Event) -> list[str]:
    used = _yes(event.used)
    times = [_write(event.time), ""]
    return [event.kind, event.side, *times, event.plate, event.source, used, event.note]


def require_uncorrected(path: Path) -> None:
    """Refuse to write over a file whose rows are not those that were found."""
    if not path.exists():
        return
    lines = _read_text(path, f"events file '{path}'").splitlines()
    head = lines[0] if lines else ""
    body = "".join(f"{line}\n" for line in lines[1:])
    if not head.startswith(DIGEST) or head[len(DIGEST) :].strip() != _digest(body):
        raise NMMError(
            f"events file '{path}': it has been corrected and is not written over; rename it and "
            "name it as the trial's <events_file>, or delete it."
        )


def read_events(path: Path, plates: Sequence[str]) -> tuple[list[Contact], list[Event]]:
    """What a person left in the file or put there; ``plates`` are those of the setup.

    Raises:
        NMMError: naming the line.

    """
    source = f"events file '{path}'"
    lines = _read_text(require_reasonable(path, "events file"), source).splitlines()
    numbered = [
        (number, line)
        for number, line in enumerate(lines, 1)
        if line.strip(" \t,;") and not line.lstrip('"').startswith("#")
    ]
    if not numbered:
        raise NMMError(
            f"{source}: expected a line of labels, {', '.join(COLUMNS)}, but found none."
        )
    delimiter = max(DELIMITERS, key=numbered[0][1].count)
    cells = [
        (number, _split(line, delimiter, f"{source}, line {number}")) for number, line in numbered
    ]
    labels = [label for label in cells[0][1] if label]
    if sorted(labels) != sorted(COLUMNS):
        raise NMMError(
            f"{source}, line {cells[0][0]}: expected the labels {', '.join(COLUMNS)}, but found "
            f"{', '.join(labels)[:100]}."
        )
    contacts, events = [], []
    for number, values in cells[1:]:
        row = dict(zip(labels, [*values, *[""] * len(labels)], strict=False))
        where = f"{source}, line {number}"
        if _choose(row, "kind", (CONTACT, HEEL_STRIKE, TOE_OFF), where) == CONTACT:
            contacts.append(_read_contact(row, plates, where))
        else:
            events.append(_read_event(row, where))
    _require_one_foot_at_a_time(contacts, source)
    return (
        sorted(contacts, key=lambda contact: contact.start),
        sorted(events, key=lambda event: event.time),
    )


def _split(line: str, delimiter: str, where: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))]
    except csv.Error as error:
        raise NMMError(f"{where}: expected cells of a CSV file, but {error}.") from None


def _read_contact(row: Row, plates: Sequence[str], where: str) -> Contact:
    side = _choose(row, "side", (*SIDES, BOTH, NEITHER), where)
    plate = _choose(row, "plate", plates, where)
    start, end = _read_time(row, "time", where), _read_time(row, "end", where)
    if not start < end:
        raise NMMError(f"{where}: expected 'time' before 'end', but found {start:g} and {end:g} s.")
    used = _read_used(row, where)
    if used and side not in SIDES:
        raise NMMError(
            f"{where}: expected a contact that is used to be of the right or left side, but found "
            f"'{side}'; say which, or set used to no."
        )
    return Contact(plate, side, start, end, used, row["note"], _read_source(row, where))


def _read_event(row: Row, where: str) -> Event:
    return Event(
        _choose(row, "side", SIDES, where),
        row["kind"],
        _read_time(row, "time", where),
        _read_source(row, where),
        row["plate"],
        _read_used(row, where),
        row["note"],
    )


def _require_one_foot_at_a_time(contacts: Sequence[Contact], source: str) -> None:
    used = sorted(
        (c for c in contacts if c.used), key=lambda contact: (contact.plate, contact.start)
    )
    for one, other in pairwise(used):
        if one.plate == other.plate and other.start < one.end:
            raise NMMError(
                f"{source}: expected used contacts of plate '{one.plate}' one after the other, but "
                f"those at {one.start:g} and {other.start:g} s overlap; correct one."
            )


def _read_source(row: Row, where: str) -> str:
    return _choose(row, "source", (FORCES, MARKERS, MANUAL), where, default=MANUAL)


def _read_used(row: Row, where: str) -> bool:
    return _choose(row, "used", ("yes", "no"), where, default="yes") == "yes"


def _choose(
    row: Row, column: str, choices: Sequence[str], where: str, default: str | None = None
) -> str:
    value = row[column] or default or ""
    if value not in choices:
        raise NMMError(
            f"{where}: expected '{column}' to be one of {', '.join(choices)}, but found "
            f"'{value[:40]}'; {nearest_names(value, choices)}."
        )
    return value


def _read_time(row: Row, column: str, where: str) -> float:
    try:
        # With semicolons comes a decimal comma.
        time = float(row[column].replace(",", "."))
    except ValueError:
        time = math.nan
    if not math.isfinite(time):
        raise NMMError(
            f"{where}: expected '{column}' to be a time in s, but found '{row[column][:40]}'."
        )
    return time


def _read_text(path: Path, source: str) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NMMError(f"{source}: expected text in UTF-8, but {error}; save it anew.") from None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _write(time: float) -> str:
    return f"{time:.4f}"


def _yes(used: bool) -> str:
    return "yes" if used else "no"
