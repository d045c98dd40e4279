"""Which EMG channel measures which muscles: said by the user, never guessed from names.

Only a channel that is named exactly like a muscle speaks for itself. Near names are suggestions for
whoever fills the rest in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ...errors import NMMError, nearest_names, require_file
from ...files import read_csv, write_csv

COLUMNS = ["channel", "muscles"]
NONE = "none"
"""What a user writes for a channel that measures no muscle of the model."""

Muscles = dict[str, list[str]]
"""Muscles by channel; channels of which nothing was said are not in it."""


def parse_channel_options(words: Sequence[str]) -> Muscles:
    """``CHANNEL=MUSCLE,MUSCLE`` for each word."""
    said: Muscles = {}
    for word in words:
        channel, equals, muscles = word.partition("=")
        if not (equals and channel and muscles):
            raise NMMError(
                "init: --channel: expected CHANNEL=MUSCLE,MUSCLE, such as "
                f"gastrocnemius=gasmed_r,gaslat_r, but found '{word}'."
            )
        _add(said, channel, muscles.split(","), "init: --channel")
    return said


def read_mapping(file: Path) -> Muscles:
    """A CSV file with the columns channel and muscles, separated by spaces; others are ignored."""
    require_file(file, "mapping file")
    said: Muscles = {}
    found, rows = read_csv(file, "mapping file")
    if any(column not in found for column in COLUMNS):
        raise NMMError(
            f"mapping file '{file}': expected the columns channel,muscles, but found "
            f"'{','.join(found)}'."
        )
    for line, row in rows:
        channel, muscles = row["channel"].strip(), row["muscles"].split()
        if channel and muscles:
            _add(said, channel, muscles, f"{file}:{line}")
    return said


def write_mapping(
    file: Path, channels: Sequence[str], said: Mapping[str, list[str]], muscles: Sequence[str]
) -> None:
    """A mapping file to fill in, with near names beside what is missing."""
    rows = [
        [
            channel,
            " ".join(said[channel]) or NONE if channel in said else "",
            "" if channel in said else nearest_names(channel, muscles),
        ]
        for channel in channels
    ]
    write_csv(file, [*COLUMNS, "suggestions"], rows)


def find_exact(channels: Sequence[str], muscles: Sequence[str]) -> Muscles:
    """Channels that are named exactly like a muscle."""
    return {channel: [channel] for channel in channels if channel in muscles}


def check_names(said: Muscles, channels: Sequence[str], muscles: Sequence[str]) -> None:
    """Refuse channels that are not recorded and muscles that are not in the model."""
    for channel, names in said.items():
        if channel not in channels:
            raise NMMError(
                f"init: channel '{channel}': expected a channel of the EMG file, but there is "
                f"none; {nearest_names(channel, channels)}."
            )
        for name in names:
            if name not in muscles:
                raise NMMError(
                    f"init: channel '{channel}': expected muscles of the model, but found "
                    f"'{name}'; {nearest_names(name, muscles)}."
                )


def _add(said: Muscles, channel: str, muscles: list[str], where: str) -> None:
    if channel in said:
        raise NMMError(f"{where}: channel '{channel}' has its muscles already; name it once.")
    said[channel] = [] if muscles == [NONE] else list(dict.fromkeys(muscles))
