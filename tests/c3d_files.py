"""C3D files that tests write byte by byte: every byte order, number format and oddity.

The format is that of the manual (https://www.c3d.org), written a second time, on its own: nothing
of the reader under test is used.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Value = Sequence[str | bytes] | NDArray[np.generic]
"""Of a parameter: texts, or numbers whose type is stored and whose first dimension is fastest."""

BLOCK = 512
PROCESSORS = {"intel": 84, "dec": 85, "mips": 86}
SEEN = 0


@dataclass
class C3DFile:
    """What is written: ``points`` (frames, points, 3), ``analog`` (frames, samples, channels) raw.

    ``words`` (frames, points) are the fourth words. Integer files hold points in ``scale``.
    ``parameters`` are named ``GROUP:NAME``; those that the format needs are added unless they are
    there or None. ``header`` replaces words of the header by their numbers, from 1.
    """

    points: Array
    analog: Array
    parameters: dict[str, Value | None] = field(default_factory=dict)
    words: Array | None = None
    processor: str = "intel"
    real: bool = True
    scale: float = 0.1
    rate: float = 100.0
    first: int = 1
    header: Mapping[int, int] = field(default_factory=dict)

    @property
    def order(self) -> str:
        return ">" if self.processor == "mips" else "<"

    def write(self, file: Path) -> Path:
        """Header, parameters and data."""
        frames, points = self.points.shape[:2]
        samples, channels = self.analog.shape[1:]
        scale = -self.scale if self.real else self.scale
        needed: dict[str, Value] = {
            "POINT:USED": integers(points),
            "POINT:SCALE": reals(scale),
            "POINT:RATE": reals(self.rate),
            "POINT:DATA_START": integers(0),
            "POINT:FRAMES": integers(min(frames, 65535)),
            "ANALOG:USED": integers(channels),
            "ANALOG:GEN_SCALE": reals(1.0),
            "ANALOG:SCALE": reals(*[1.0] * channels),
            "ANALOG:OFFSET": integers(*[0] * channels),
            "ANALOG:RATE": reals(self.rate * samples),
        }
        parameters = {**needed, **self.parameters}
        section = self.encode_parameters({k: v for k, v in parameters.items() if v is not None})
        start = 2 + len(section) // BLOCK
        last = self.first + frames - 1
        words = [points, channels * samples, self.first, last, 0]
        words = [min(word, 65535) for word in words]
        header = bytearray(BLOCK)
        header[:2] = bytes([2, 0x50])
        struct.pack_into(f"{self.order}5H", header, 2, *words)
        header[12:16] = self.encode(reals(scale))
        struct.pack_into(f"{self.order}2H", header, 16, start, samples)
        header[20:24] = self.encode(reals(self.rate))
        for number, word in self.header.items():
            struct.pack_into(f"{self.order}H", header, 2 * number - 2, word)
        content = bytes(header) + section + self.encode_data()
        file.write_bytes(content + bytes(-len(content) % BLOCK))
        return file

    def encode(self, numbers: NDArray[np.generic]) -> bytes:
        """Numbers in the processor's words; DEC's reals are F_floating."""
        flat = numbers.ravel(order="F")
        if flat.dtype.kind != "f":
            return flat.astype(f"{self.order}{flat.dtype.str[1:]}").tobytes()
        # DEC has no -0: that is no number at all there.
        single = flat.astype(np.float32) + np.float32(0)
        if self.processor != "dec":
            return single.astype(f"{self.order}f4").tobytes()
        # F_floating has the bits of IEEE's number of four times the value, halves exchanged.
        halves = (single * np.float32(4)).astype("<f4").view("<u2").reshape(-1, 2)
        return np.ascontiguousarray(halves[:, ::-1]).tobytes()

    def encode_parameters(self, parameters: Mapping[str, Value]) -> bytes:
        """The section, padded to blocks."""
        groups = list(dict.fromkeys(name.split(":")[0] for name in parameters))
        body = b"".join(self._join(group, -i, b"\0") for i, group in enumerate(groups, 1))
        for name, value in parameters.items():
            group, short = name.split(":")
            body += self._join(short, groups.index(group) + 1, self._encode_value(value) + b"\0")
        body += b"\0\0"
        blocks = math.ceil((len(body) + 4) / BLOCK)
        begin = bytes([1, 0x50, min(blocks, 255), PROCESSORS[self.processor]])
        return (begin + body).ljust(blocks * BLOCK, b"\0")

    def _join(self, name: str, group: int, content: bytes) -> bytes:
        offset = struct.pack(f"{self.order}H", (len(content) + 2) % 65536)
        return struct.pack("bb", len(name), group) + name.encode() + offset + content

    def _encode_value(self, value: Value) -> bytes:
        if isinstance(value, np.ndarray):
            kind = {"f": 4, "i": 2, "u": 2}[value.dtype.kind] if value.dtype.itemsize > 1 else 1
            return bytes([kind, value.ndim, *value.shape]) + self.encode(value)
        texts = [text.encode() if isinstance(text, str) else text for text in value]
        width = max(map(len, texts), default=0)
        data = b"".join(text.ljust(width) for text in texts)
        return struct.pack("b", -1) + bytes([2, width, len(texts)]) + data

    def encode_data(self) -> bytes:
        """Frames of points and analog samples."""
        frames, count = self.points.shape[:2]
        words = np.full((frames, count), SEEN, float) if self.words is None else self.words
        points = self.points if self.real else np.round(self.points / self.scale)
        values = np.concatenate(
            [
                np.concatenate([points, words[..., None]], axis=2).reshape(frames, -1),
                self.analog.reshape(frames, -1),
            ],
            axis=1,
        )
        if self.real:
            return self.encode(values.ravel().astype(np.float32))
        # Unsigned samples are the same words as signed ones.
        return self.encode((values.ravel().astype(np.int64) % 65536).astype(np.uint16))


def integers(*numbers: int) -> NDArray[np.generic]:
    """Signed or unsigned, the same words of 16 bits."""
    values = np.array([number % 65536 for number in numbers], np.uint16)
    return values if len(numbers) != 1 else values.reshape(())


def reals(*numbers: float) -> NDArray[np.generic]:
    """Of 32 bits."""
    values = np.array(numbers, np.float32)
    return values if len(numbers) != 1 else values.reshape(())


def make_trial(points: int = 2, frames: int = 10, channels: int = 1, samples: int = 10) -> C3DFile:
    """Points that stand at (1, 2, 3) mm times their number, and channels that count from 0."""
    places = np.arange(1, points + 1)[:, None] * [1.0, 2.0, 3.0]
    analog = np.arange(frames * samples * channels, dtype=float)
    return C3DFile(
        np.tile(places, (frames, 1, 1)).reshape(frames, points, 3),
        analog.reshape(frames, samples, channels),
        {
            "POINT:LABELS": [f"M{i + 1:03}" for i in range(points)],
            "POINT:UNITS": ["mm"],
            "ANALOG:LABELS": [f"EMG{i + 1}" for i in range(channels)],
            "ANALOG:UNITS": ["V"] * channels,
        },
    )


# The plate's z points into the floor, its x along the laboratory's x.
TURN = np.diag([1.0, -1.0, -1.0])
CENTRE = np.array([1.0, 2.0, 0.0])
# Four sensors of type 3 at (a, b), (-a, b), (-a, -b) and (a, -b), in m.
A, B = 0.12, 0.2
DEPTH = 0.04
HALF = np.array([[0.2, 0.3, 0], [-0.2, 0.3, 0], [-0.2, -0.3, 0], [0.2, -0.3, 0]])


def add_plate(
    trial: C3DFile, kind: int, signals: Array, origin: Sequence[float], length: float = 1000.0
) -> C3DFile:
    """Add one plate of ``signals`` (channels, samples); ``origin`` (m) as in the manual.

    ``length`` is how many of the file's units make a metre.
    """
    frames, samples, before = trial.analog.shape
    values = signals.T.reshape(frames, samples, -1)
    trial.analog = np.concatenate([trial.analog, values], axis=2)
    count = values.shape[2]
    corners = (CENTRE + HALF @ TURN.T) * length
    labels, units = trial.parameters["ANALOG:LABELS"], trial.parameters["ANALOG:UNITS"]
    assert isinstance(labels, list)
    assert isinstance(units, list)
    unit = {1000.0: "mm", 100.0: "cm", 1.0: "m"}[length]
    last = [f"N{unit}"] * 3 if kind != 1 else [unit, unit, f"N{unit}"]
    trial.parameters |= {
        "ANALOG:LABELS": [*labels, *(f"plate{i}" for i in range(count))],
        "ANALOG:UNITS": [*units, *(["N"] * 8 if kind == 3 else ["N", "N", "N", *last])],
        "FORCE_PLATFORM:USED": integers(1),
        "FORCE_PLATFORM:TYPE": np.array([kind], np.int16),
        "FORCE_PLATFORM:ZERO": np.array([1, 0], np.int16),
        "FORCE_PLATFORM:CORNERS": corners.T.reshape(3, 4, 1).astype(np.float32),
        "FORCE_PLATFORM:ORIGIN": (np.array(origin) * length).reshape(3, 1).astype(np.float32),
        "FORCE_PLATFORM:CHANNEL": (before + 1 + np.arange(count)).reshape(-1, 1).astype(np.int16),
    }
    return trial


def make_signals(kind: int, length: float, sign: float) -> tuple[Array, list[float]]:
    """Channels of the load of ``write_c3d`` and the plate's origin (m)."""
    force, at, free = np.array([30.0, -40.0, 700.0]), np.array([1.05, 2.1, 0.0]), [0.0, 0.0, 5.0]
    f, p, t = TURN.T @ force, TURN.T @ (at - CENTRE), TURN.T @ free
    sensor = np.array([0.001, -0.002, DEPTH]) if kind != 3 else np.array([0, 0, DEPTH])
    m = np.cross(p - sensor, f) + t
    if kind == 1:
        return np.r_[sign * f, p[:2] * length, sign * t[2] * length], [0.0, 0.0, -DEPTH]
    if kind == 3:
        # The sum of Fz, its moments about x and y, and a fourth that no load decides.
        rows = np.array([[1, 1, 1, 1], [B, B, -B, -B], [-A, A, A, -A], [1, -1, 1, -1]])
        fz = np.linalg.solve(rows, [f[2], m[0], m[1], 0.0])
        twist = m[2] / (2 * B)
        both = [f[0] / 2 - twist, f[0] / 2 + twist, f[1] / 2, f[1] / 2]
        return sign * np.r_[both, fz], [A, B, -DEPTH]
    signal = sign * np.r_[f, m * length]
    return (signal / 2 if kind == 4 else signal), [float(-value) for value in sensor]


def write_c3d(
    file: Path,
    plate_type: int = 0,
    units: str = "mm",
    moment_units: str = "",
    sign: float = 1.0,
    processor: str = "intel",
) -> Path:
    """Two markers (1, 2, 3) and (1, 1, 1), two channels of EMG, and one plate unless its type is 0.

    For 50 of 100 samples the plate, in a laboratory whose z points up, pushes the subject with
    (30, -40, 700) N at (1.05, 2.1, 0) m and a free moment of 5 N m; ``sign`` -1 writes the action.
    """
    length = {"mm": 1000.0, "cm": 100.0, "m": 1.0}[units]
    trial = make_trial(2, 10, 2)
    trial.processor = processor
    trial.points[:] = [[1.0, 2.0, 3.0], [1.0, 1.0, 1.0]]
    trial.analog = np.arange(200.0).reshape(2, 100).T.reshape(10, 10, 2)
    trial.parameters |= {"POINT:LABELS": ["hip", "knee"], "POINT:UNITS": [units]}
    if plate_type:
        signal, origin = make_signals(plate_type, length, sign)
        # The foot leaves the plate half way.
        signals = signal[:, None] * (np.arange(100) < 50)
        add_plate(trial, plate_type, signals, origin, length)
        if moment_units:
            stated = trial.parameters["ANALOG:UNITS"]
            assert isinstance(stated, list)
            trial.parameters["ANALOG:UNITS"] = [*stated[:5], *[moment_units] * 3]
        if plate_type == 4:
            matrix = 2 * np.eye(6, dtype=np.float32)
            trial.parameters["FORCE_PLATFORM:CAL_MATRIX"] = matrix.reshape(6, 6, 1)
    return trial.write(file)
