"""A C3D file as it lies there: its parameters, and its data as points and analog channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...arrays import Array
from ...errors import NMMError
from ...files import require_reasonable
from .layout import BLOCK, Layout, find_layout, read_header
from .number_format import FORMATS, NumberFormat, Raw
from .parameters import Parameters, read_parameters

KEY = 0x50
LARGEST_WORD = 2**15
"""A fourth word of a point holds 7 cameras and a residual; −1 in any width is beyond."""
LARGEST_RATE_ERROR = 0.005  # relative


@dataclass(frozen=True)
class C3D:
    """One file; ``source`` names it and its role in messages, such as ``EMG file '…'``.

    ``data`` (frames, words) are the words of the data section. ``point_scale`` is the unit of
    integer coordinates; ``point_rate`` (Hz) is None where the file states none.
    """

    source: str
    parameters: Parameters
    layout: Layout
    format: NumberFormat
    data: Raw
    point_scale: float
    point_rate: float | None

    def read_points(self, indices: Sequence[int]) -> Array:
        """Coordinates (frames, points, 3) in the file's unit, NaN where a point was not seen.

        A point is unseen where its fourth word is negative, in whatever width −1 was written.
        """
        layout = self.layout
        words = self.data[:, : 4 * layout.points].reshape(layout.frames, layout.points, 4)
        words = np.ascontiguousarray(words[:, list(indices)])
        values: Array
        if layout.real:
            values = self.format.make_reals(words)
        else:
            values = self.format.view_integers(words).astype(float)
            values[..., :3] *= abs(self.point_scale)
        positions, fourth = values[..., :3], values[..., 3]
        seen = (fourth >= 0) & (fourth < LARGEST_WORD) & ~np.isnan(positions).any(axis=-1)
        positions[~seen] = np.nan
        return positions

    def read_analog(self, indices: Sequence[int]) -> Array:
        """Values (channels, samples) of analog channels as they are stored, before their scale."""
        layout = self.layout
        shape = layout.frames, layout.samples, layout.channels
        words = self.data[:, 4 * layout.points :].reshape(shape)
        values = np.empty((len(indices), layout.frames * layout.samples))
        for i, index in enumerate(indices):
            channel = np.ascontiguousarray(words[..., index])
            numbers: NDArray[np.generic]
            if layout.real:
                numbers = self.format.make_reals(channel)
            else:
                numbers = self.format.view_integers(channel, not self.unsigned)
            values[i] = numbers.reshape(-1)
        return values

    @property
    def unsigned(self) -> bool:
        """Whether analog integers and their offsets are unsigned."""
        return self.parameters.find_text("ANALOG", "FORMAT").upper() == "UNSIGNED"

    @property
    def analog_rate(self) -> float | None:
        """Of analog channels (Hz), None where the file states none.

        Raises:
            NMMError: if ANALOG:RATE is not that of the points times the samples in a frame.

        """
        rate = _positive(self.parameters.find_number("ANALOG", "RATE"))
        by_frames = self.point_rate and self.point_rate * self.layout.samples
        if rate and by_frames and abs(rate - by_frames) > LARGEST_RATE_ERROR * rate:
            raise NMMError(
                f"{self.source}: expected ANALOG:RATE to be {by_frames:g} Hz, {self.layout.samples}"
                f" samples in a frame at {self.point_rate:g} Hz, but found {rate:g} Hz; export it "
                "anew."
            )
        return rate or by_frames or None


def read_c3d(path: Path, what: str) -> C3D:
    """All of a file; ``what`` is its role, such as ``EMG file``.

    Raises:
        NMMError: if it is no C3D file, or shorter than it says.

    """
    source = f"{what} '{path}'"
    size = require_reasonable(path, what).stat().st_size
    with path.open("rb") as file:
        block = file.read(BLOCK)
        start = (block[0] - 1) * BLOCK if block else -1
        file.seek(max(start, 0))
        beginning = file.read(4)
        if len(block) < BLOCK or block[1] != KEY or start < BLOCK or len(beginning) < 4:
            raise NMMError(f"{source}: expected a C3D file, but its header is not one.")
        if beginning[3] not in FORMATS:
            raise NMMError(
                f"{source}: expected a C3D file in the format of Intel (84), DEC (85) or MIPS "
                f"(86), but found {beginning[3]}."
            )
        number_format = FORMATS[beginning[3]]
        header = read_header(block, number_format)
        # Up to the data: the section's own count of blocks ends at 255.
        data_start = (header.data_block - 1) * BLOCK
        end = data_start if data_start > start else start + beginning[2] * BLOCK
        section = beginning + file.read(max(end - start - 4, 0))
        parameters = read_parameters(section, number_format, source)
        layout = find_layout(header, parameters, size, source)
        file.seek(layout.start)
        kind = np.dtype("<u4") if layout.real else np.dtype("<u2")
        data = np.fromfile(file, kind, layout.frames * layout.words)
    if len(data) < layout.frames * layout.words:
        raise NMMError(f"{source}: expected all of a C3D file, but it is truncated.")
    scale = parameters.find_number("POINT", "SCALE")
    return C3D(
        source,
        parameters,
        layout,
        number_format,
        data.reshape(layout.frames, layout.words),
        header.scale if scale is None else scale,
        _positive(parameters.find_number("POINT", "RATE")) or _positive(header.rate),
    )


def _positive(number: float | None) -> float | None:
    return number if number is not None and 0 < number < np.inf else None
