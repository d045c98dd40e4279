"""C3D files of every byte order and number format: what is read is what was written."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from c3d_files import C3DFile, Value, integers, make_trial, reals, write_c3d

from nmm_opensim.errors import NMMError
from nmm_opensim.recordings.c3d.analog import list_analog, read_c3d_analog
from nmm_opensim.recordings.c3d.content import C3D, read_c3d
from nmm_opensim.recordings.c3d.number_format import FORMATS
from nmm_opensim.recordings.c3d.points import list_points
from nmm_opensim.recordings.read import choose, read_signals
from nmm_opensim.recordings.signal import Signal

PROCESSORS = ["intel", "dec", "mips"]


def read(trial: C3DFile, folder: Path) -> C3D:
    return read_c3d(trial.write(folder / "trial.c3d"), "C3D file")


def read_channel(trial: C3DFile, folder: Path, label: str = "EMG1") -> Signal:
    return choose(read_signals(trial.write(folder / "trial.c3d"), "EMG file"), label)


@pytest.mark.parametrize("processor", PROCESSORS)
@pytest.mark.parametrize("real", [True, False])
def test_every_byte_order_and_number_format(tmp_path: Path, processor: str, real: bool) -> None:
    trial = make_trial(points=3, channels=2)
    trial.processor, trial.real, trial.scale = processor, real, 0.25
    trial.points[4, 1] = [-1234.25, 0.5, -0.25]
    trial.analog[..., 1] = -trial.analog[..., 1] - 1
    trial.parameters["ANALOG:SCALE"] = reals(0.5, -2.0)
    trial.parameters["ANALOG:OFFSET"] = integers(7, -100)
    c3d = read(trial, tmp_path)
    assert np.array_equal(c3d.read_points([0, 1, 2]), trial.points)
    assert np.array_equal(c3d.read_points([1])[4, 0], [-1234.25, 0.5, -0.25])
    first, second = list_analog(c3d)
    assert np.array_equal(first.values, (trial.analog[..., 0].ravel() - 7) * 0.5)
    assert np.array_equal(second.values, (trial.analog[..., 1].ravel() + 100) * -2)
    assert (first.rate, first.start, first.unit, second.name) == (1000.0, 0.0, "V", "EMG2")
    assert [point.label for point in list_points(c3d)] == ["M001", "M002", "M003"]


def test_vax_reals_by_their_bits() -> None:
    # F_floating: sign, exponent + 128, fraction below the leading 0.1 of binary; 16-bit words in
    # Intel's order, the one with the sign first. 1 = 0.1 * 2^1: exponent 129, no fraction.
    one = struct.pack("<2H", 129 << 7, 0)
    # -2.5 = -0.101 * 2^2: exponent 130, fraction 01.
    negative = struct.pack("<2H", 1 << 15 | 130 << 7 | 0b0100000, 0)
    # 1 + 2^-23: the last bit lies in the second word.
    near = struct.pack("<2H", 129 << 7, 1)
    values = FORMATS[85].make_reals(one + negative + near + bytes(4))
    assert values.tolist() == [1.0, -2.5, 1 + 2**-23, 0.0]
    assert np.isnan(FORMATS[85].make_reals(struct.pack("<2H", 1 << 15, 0)))[0]


@pytest.mark.parametrize("processor", PROCESSORS)
@pytest.mark.parametrize("real", [True, False])
def test_unsigned_samples_and_offsets(tmp_path: Path, processor: str, real: bool) -> None:
    trial = make_trial(channels=2)
    trial.processor, trial.real = processor, real
    trial.analog[..., 0] = 33268 + trial.analog[..., 0]
    trial.analog[..., 1] = 65535
    trial.parameters |= {
        "ANALOG:FORMAT": ["UNSIGNED"],
        "ANALOG:BITS": integers(16),
        "ANALOG:SCALE": reals(0.5, 1.0),
        # As a signed number it is -32268.
        "ANALOG:OFFSET": integers(33268, 65000),
        "ANALOG:UNITS": ["mV", "mV"],
    }
    channel = read_channel(trial, tmp_path)
    assert np.array_equal(channel.values, np.arange(100.0))
    assert np.array_equal(channel.to_volts(None).values, np.arange(100.0) * 1e-3)
    assert set(read_channel(trial, tmp_path, "EMG2").values) == {535.0}


@pytest.mark.parametrize(
    ("offset", "scale", "expected"),
    [
        (reals(0.5), reals(2.0), [-1.0, 1.0]),
        (np.array([3], np.int8), integers(2), [-6.0, -4.0]),
        (integers(-1), np.array([1], np.int8), [1.0, 2.0]),
        (None, None, [0.0, 1.0]),
    ],
)
def test_scales_and_offsets_of_any_stored_type(
    tmp_path: Path, offset: Value | None, scale: Value | None, expected: list[float]
) -> None:
    trial = make_trial()
    trial.parameters |= {"ANALOG:OFFSET": offset, "ANALOG:SCALE": scale}
    assert read_channel(trial, tmp_path).values[:2].tolist() == expected


def test_integers_without_a_scale_stop_only_their_own_channel(tmp_path: Path) -> None:
    trial = make_trial(channels=2)
    trial.real = False
    trial.parameters |= {"ANALOG:SCALE": reals(3.0), "ANALOG:GEN_SCALE": None}
    assert read_channel(trial, tmp_path).values[1] == 6.0
    with pytest.raises(NMMError, match=r"channel 'EMG2' cannot be used: ANALOG:SCALE has 1 values"):
        read_channel(trial, tmp_path, "EMG2")


def test_more_than_255_points_and_channels(tmp_path: Path) -> None:
    trial = make_trial(points=600, channels=300, samples=2)
    labels = [f"M{i + 1:03}" for i in range(600)]
    channels = [f"C{i + 1:03}" for i in range(300)]
    trial.parameters |= {
        "POINT:LABELS": labels[:255],
        "POINT:LABELS2": labels[255:510],
        "POINT:LABELS3": labels[510:],
        # Longer than an offset of 15 bits, and of 16.
        "POINT:DESCRIPTIONS": ["x" * 200] * 255,
        "POINT:DESCRIPTIONS2": ["y" * 255] * 255,
        "ANALOG:LABELS": channels[:255],
        "ANALOG:LABELS2": channels[255:],
        "ANALOG:UNITS": ["V"] * 255,
        "ANALOG:UNITS2": ["mV"] * 45,
        "ANALOG:SCALE": reals(*[1.0] * 255),
        "ANALOG:SCALE2": reals(*[2.0] * 45),
        "ANALOG:OFFSET": integers(*[0] * 255),
        "ANALOG:OFFSET2": integers(*[1] * 45),
    }
    c3d = read(trial, tmp_path)
    assert [point.label for point in list_points(c3d)] == labels
    assert c3d.read_points([599])[0, 0].tolist() == [600, 1200, 1800]
    last = choose(list_analog(c3d), "C300")
    assert (last.unit, last.values[0]) == ("mV", (trial.analog[0, 0, 299] - 1) * 2)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("Médial".encode("latin-1"), "Médial"),
        ("Médial".encode(), "Médial"),
        (b"\x93EMG\x94", "“EMG”"),
        (b"a\0rest", "a"),
        (b"  a\tb\n ", "ab"),
    ],
)
def test_text_of_any_encoding(tmp_path: Path, data: bytes, expected: str) -> None:
    trial = make_trial()
    trial.parameters["ANALOG:LABELS"] = [data]
    (channel,) = read_c3d_analog(trial.write(tmp_path / "trial.c3d"), "EMG file")
    assert channel.name == expected


@pytest.mark.parametrize("frames", [60, 70_000])
@pytest.mark.parametrize("where", ["TRIAL", "LONG_FRAMES", "FRAMES", "nowhere"])
def test_counts_of_frames(tmp_path: Path, frames: int, where: str) -> None:
    trial = make_trial(points=32, frames=frames, samples=1)
    trial.points[-1, 0] = [7, 8, 9]
    stated: dict[str, dict[str, Value]] = {
        "TRIAL": {
            "TRIAL:ACTUAL_START_FIELD": integers(1, 0),
            "TRIAL:ACTUAL_END_FIELD": integers(frames % 65536, frames // 65536),
        },
        "LONG_FRAMES": {"POINT:LONG_FRAMES": reals(frames)},
        "FRAMES": {"POINT:FRAMES": reals(frames)},
        "nowhere": {"POINT:FRAMES": integers(-1)},
    }
    trial.parameters |= stated[where]
    c3d = read(trial, tmp_path)
    assert c3d.layout.frames == frames
    assert c3d.read_points([0])[-1, 0].tolist() == [7, 8, 9]


@pytest.mark.parametrize("header", [{4: 1, 5: 500}, {4: 501, 5: 560}, {4: 9, 5: 3}])
def test_a_header_left_behind_by_a_cut(tmp_path: Path, header: dict[int, int]) -> None:
    trial = make_trial(points=32, frames=60)
    trial.header = header
    assert read(trial, tmp_path).layout.frames == 60


def test_header_against_parameters(tmp_path: Path) -> None:
    trial = make_trial(points=32, frames=60)
    trial.header = {2: 31}
    assert read(trial, tmp_path).layout.points == 32
    trial.parameters["POINT:USED"] = integers(31)
    trial.header = {}
    assert read(trial, tmp_path).layout.points == 32
    trial.header = {2: 30}
    with pytest.raises(NMMError, match=r"31 points .* or 30 points .* neither fits"):
        read(trial, tmp_path)


def test_rates(tmp_path: Path) -> None:
    trial = make_trial()
    trial.parameters |= {"ANALOG:RATE": None}
    assert read_channel(trial, tmp_path).rate == 1000.0
    trial.parameters |= {"ANALOG:RATE": reals(960.0)}
    with pytest.raises(NMMError, match=r"ANALOG:RATE to be 1000 Hz, 10 samples .* found 960 Hz"):
        read_channel(trial, tmp_path)
    trial.rate = 0.0
    trial.parameters |= {"ANALOG:RATE": None, "POINT:RATE": None}
    file = trial.write(tmp_path / "trial.c3d")
    with pytest.raises(NMMError, match=r"neither ANALOG:RATE nor POINT:RATE; declare"):
        read_signals(file, "EMG file")
    assert read_signals(file, "EMG file", 500.0)[0].rate == 500.0


def test_channels_that_share_a_label_are_refused_where_asked_for(tmp_path: Path) -> None:
    trial = make_trial(channels=3)
    trial.parameters["ANALOG:LABELS"] = ["EMG", "EMG", "Force"]
    assert read_channel(trial, tmp_path, "Force").values[0] == 2.0
    with pytest.raises(NMMError, match=r"a channel of its own with the label 'EMG', but found 2"):
        read_channel(trial, tmp_path, "EMG")


@pytest.mark.parametrize("without", ["ANALOG", "POINT"])
def test_a_file_of_one_half(tmp_path: Path, without: str) -> None:
    trial = make_trial(points=2 * (without != "POINT"), channels=int(without != "ANALOG"))
    for name in [*trial.parameters, "USED", "SCALE", "OFFSET", "RATE", "GEN_SCALE", "FRAMES"]:
        trial.parameters[f"{without}:{name.removeprefix(f'{without}:')}"] = None
    trial.parameters = {k: v for k, v in trial.parameters.items() if k.count(":") == 1}
    c3d = read(trial, tmp_path)
    if without == "ANALOG":
        assert c3d.read_points([1])[0, 0].tolist() == [2, 4, 6]
        with pytest.raises(NMMError, match="expected analog channels with labels"):
            list_analog(c3d)
    else:
        assert list_analog(c3d)[0].values[99] == 99.0


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("V", 1.0), ("v", 1.0), ("Volts", 1.0), ("volt", 1.0), ("VOLTS", 1.0), ("mV", 1e-3),
        ("millivolts", 1e-3), ("mill", 1e-3), ("uV", 1e-6), ("µV", 1e-6), ("μV", 1e-6),
        ("micr", 1e-6), ("microvolt", 1e-6), ("uVolts", 1e-6), ("µV".encode("latin-1"), 1e-6),
    ],
)  # fmt: skip
def test_spellings_of_volts(tmp_path: Path, unit: str | bytes, factor: float) -> None:
    trial = make_trial()
    trial.parameters["ANALOG:UNITS"] = [unit]
    assert read_channel(trial, tmp_path).to_volts(None).values[1] == factor


def test_the_setup_says_what_an_unknown_unit_means(tmp_path: Path) -> None:
    trial = make_trial()
    trial.parameters["ANALOG:UNITS"] = ["AU"]
    channel = read_channel(trial, tmp_path)
    assert channel.to_volts("mV").values[1] == 1e-3
    with pytest.raises(NMMError, match="found 'AU'; declare <units> if it is one"):
        channel.to_volts(None)
    for unit, message in [
        ("N", "found 'N'"),
        ("counts", "found 'counts'; export it as one"),
        ("mV", "the file states 'mV'"),
        ("MV", "found 'MV'"),
    ]:
        trial.parameters["ANALOG:UNITS"] = [unit]
        with pytest.raises(NMMError, match=message):
            read_channel(trial, tmp_path).to_volts("V" if unit != "MV" else None)


SECOND = """
import sys, ezc3d, numpy as np
c3d = ezc3d.c3d(sys.argv[1])
np.savez(sys.argv[2], points=c3d["data"]["points"], analogs=c3d["data"]["analogs"][0])
"""


@pytest.mark.parametrize("processor", ["intel", "dec"])
def test_a_second_library_reads_the_same(tmp_path: Path, processor: str) -> None:
    file = write_c3d(tmp_path / "trial.c3d", 2, processor=processor)
    output = tmp_path / "second.npz"
    # In one process, it and OpenSim's bindings cannot be.
    subprocess.run([sys.executable, "-c", SECOND, file, output], check=True)
    c3d = read_c3d(file, "C3D file")
    with np.load(output) as second:
        ours = c3d.read_points([0, 1])
        assert np.array_equal(np.moveaxis(second["points"][:3], 2, 0), ours.transpose(0, 2, 1))
        channels = np.array([channel.values for channel in list_analog(c3d)])
        assert second["analogs"] == pytest.approx(channels)
