"""Where what lies in the data section of a C3D file.

Header and parameters say the same things twice and often contradict each other: counts of frames
end at 65535 and are left behind by programs that cut. The size of the file decides between them.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...errors import NMMError
from .number_format import NumberFormat
from .parameters import WORD, Parameters

BLOCK = 512  # bytes
MOST = WORD - 1
"""What a 16-bit count ends at; beyond it stands elsewhere, or nowhere."""


@dataclass(frozen=True)
class Header:
    """The first block, with the manual's meaning of its words.

    ``samples`` are analog values of one channel in a frame, ``analog`` those of all channels.
    """

    points: int
    analog: int
    first: int
    last: int
    scale: float
    data_block: int
    samples: int
    rate: float


def read_header(block: bytes, number_format: NumberFormat) -> Header:
    """The words of the first block that matter."""
    order = number_format.order
    points, analog, first, last = struct.unpack_from(f"{order}4H", block, 2)
    data_block, samples = struct.unpack_from(f"{order}2H", block, 16)
    scale, rate = (float(number_format.make_reals(block[i : i + 4])[0]) for i in (12, 20))
    return Header(points, analog, first, last, scale, data_block, samples, rate)


@dataclass(frozen=True)
class Layout:
    """The data section: ``frames`` of ``points`` × 4 words, then ``samples`` × ``channels``.

    ``start`` (bytes) is where it begins; words are reals of 4 bytes or integers of 2.
    """

    start: int
    points: int
    channels: int
    samples: int
    real: bool
    frames: int = 0

    @property
    def words(self) -> int:
        """Of one frame."""
        return 4 * self.points + self.channels * self.samples

    @property
    def frame_bytes(self) -> int:
        """Of one frame."""
        return self.words * (4 if self.real else 2)


def find_layout(header: Header, parameters: Parameters, size: int, source: str) -> Layout:
    """The first layout that header or parameters state and that fills the file of ``size`` bytes.

    Raises:
        NMMError: if the file is shorter than it says, or nothing that it says fits.

    """
    layouts = list(dict.fromkeys(_list_layouts(header, parameters)))
    layouts = [layout for layout in layouts if layout.words and layout.start >= BLOCK]
    if not layouts:
        raise NMMError(
            f"{source}: expected points or analog channels, but its header and parameters "
            "(POINT:USED, ANALOG:USED) state none."
        )
    counts = list(_list_counts(header, parameters))
    promised = header.data_block * BLOCK + 2 * (4 * header.points + header.analog)
    if promised > size + BLOCK:
        # One frame of it would be more than the file: it is not old but damaged.
        raise _refuse_short(promised, size, source)
    for layout in layouts:
        for count in [*counts, *_count_by_size(layout, size)]:
            room = size - layout.start - count * layout.frame_bytes
            if 0 <= room < BLOCK:
                return replace(layout, frames=count)
    if len(layouts) > 1:
        found = " or ".join(
            f"{layout.points} points and {layout.channels} channels of {layout.samples} samples"
            for layout in layouts[:2]
        )
        raise NMMError(
            f"{source}: expected its header and parameters to agree, but they state {found} a "
            f"frame, and neither fits its {size} bytes; export it anew."
        )
    layout = layouts[0]
    for count in counts:
        if layout.start + count * layout.frame_bytes <= size:
            return replace(layout, frames=count)
    needed = layout.start + min(counts, default=1) * layout.frame_bytes
    raise _refuse_short(needed, size, source)


def _refuse_short(needed: int, size: int, source: str) -> NMMError:
    return NMMError(
        f"{source}: expected a C3D file of {needed} bytes by its header, but found {size}; it is "
        "truncated."
    )


def _list_layouts(header: Header, parameters: Parameters) -> Iterator[Layout]:
    """What can be meant, the parameters' word first."""
    block = header.data_block or _whole(parameters.find_number("POINT", "DATA_START"))
    scale = parameters.find_number("POINT", "SCALE")
    reals = [header.scale < 0] if scale is None else [scale < 0, header.scale < 0]
    used = parameters.find_number("POINT", "USED")
    points = [header.points] if used is None else [_whole(used), header.points]
    for point, analog, real in itertools.product(points, _list_analog(header, parameters), reals):
        yield Layout((block - 1) * BLOCK, point, *analog, real)


def _list_analog(header: Header, parameters: Parameters) -> Iterator[tuple[int, int]]:
    """Channels, and samples of each in a frame."""
    stated = parameters.find_number("ANALOG", "USED")
    used = _whole(stated)
    rate = parameters.find_number("ANALOG", "RATE") or 0.0
    point_rate = parameters.find_number("POINT", "RATE") or header.rate
    if stated == 0 or (stated is None and not header.analog):
        yield 0, 0
    if used > 0:
        if header.samples:
            yield used, header.samples
        elif header.analog % used == 0 and header.analog:
            yield used, header.analog // used
        if rate > 0 and point_rate > 0 and rate / point_rate < MOST:
            yield used, round(rate / point_rate)
    if header.analog and header.samples and header.analog % header.samples == 0:
        yield header.analog // header.samples, header.samples
    elif not header.analog:
        yield 0, 0


def _list_counts(header: Header, parameters: Parameters) -> Iterator[int]:
    """Numbers of frames that the file states, those above 0."""
    stated = [header.last - header.first + 1]
    fields = [
        parameters.find_numbers("TRIAL", f"ACTUAL_{end}_FIELD", unsigned=True)[:2]
        for end in ("START", "END")
    ]
    if all(len(field) == 2 for field in fields):
        # 32 bits in two words, the lower one first.
        first, last = (_whole(low + WORD * high) for low, high in fields)
        stated.append(last - first + 1)
    stated += [_whole(parameters.find_number("POINT", name)) for name in ("LONG_FRAMES", "FRAMES")]
    return (count for count in stated if count > 0)


def _count_by_size(layout: Layout, size: int) -> list[int]:
    """What fits, where 16 bits have come to their end."""
    fits = (size - layout.start) // layout.frame_bytes
    return [fits] if fits >= MOST else []


def _whole(number: float | None) -> int:
    return int(number) if number is not None and abs(number) < 2**53 else 0
