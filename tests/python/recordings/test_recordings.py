"""Reading recordings: what EMG systems write is read, and what is broken is one clear line."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest
from c3d_files import write_c3d
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nmm_opensim.errors import NMMError
from nmm_opensim.files import LARGEST_FILE
from nmm_opensim.recordings.delimited import Layout, read_delimited
from nmm_opensim.recordings.markers import write_markers
from nmm_opensim.recordings.read import choose, find_trigger, read_signals
from nmm_opensim.recordings.signal import Signal


def read(
    tmp_path: Path,
    content: str | bytes,
    rate: float | None = None,
    layout: Layout | None = None,
    name: str = "emg.csv",
) -> list[Signal]:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_signals(file, "EMG file", rate, layout)


GOOD = [
    "time,a\n0,1\n0.1,2\n0.2,3\n",
    "\ufefftime;a\r\n0;1\r\n0,1;2\r\n0,2;3\r\n",
    "Subject\tNN\nRate\t10\ntime\ta\ns\tmV\n0\t1\n0.1\t2\n0.2\t3\n",
    "time (ms),a [uV]\n0,1\n100,2\n200,3\n",
    '"time","a"\n0,1,\n0.1,2,\n0.2,3,\n',
]


@pytest.mark.parametrize("text", GOOD)
def test_what_systems_write_is_read(tmp_path: Path, text: str) -> None:
    (signal,) = read(tmp_path, text)
    assert signal.name == "a"
    assert signal.rate == pytest.approx(10)
    assert signal.values.tolist() == [1, 2, 3]


def test_units_are_those_of_the_header(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD[2])[0].to_volts(None).values[0] == pytest.approx(1e-3)
    assert read(tmp_path, GOOD[3])[0].to_volts("uV").values[0] == pytest.approx(1e-6)
    with pytest.raises(NMMError, match="declare <units>"):
        read(tmp_path, GOOD[0])[0].to_volts(None)
    with pytest.raises(NMMError, match="the file states 'uV'"):
        read(tmp_path, GOOD[3])[0].to_volts("mV")


def test_blocks_have_rates_of_their_own(tmp_path: Path) -> None:
    text = "X[s],a (V),X[s],b (V)\n0,1,0,5\n0.1,2,0.2,6\n0.2,3,,\n0.3,4,,\n"
    a, b = read(tmp_path, text)
    assert (a.rate, b.rate) == pytest.approx((10, 5))
    assert (len(a.values), b.values.tolist()) == (4, [5, 6])


def test_utf_16_and_declared_encodings_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD[0].encode("utf-16"))[0].rate == pytest.approx(10)
    text = GOOD[3].replace("uV", "µV").encode("latin-1")
    assert read(tmp_path, text, layout=Layout(encoding="latin-1"))[0].unit == "µV"


def test_rate_is_asked_for_and_held_against_times(tmp_path: Path) -> None:
    with pytest.raises(NMMError, match="declare <sampling_rate>"):
        read(tmp_path, "a\n1\n2\n")
    assert read(tmp_path, "a\n1\n2\n", rate=50)[0].rate == 50
    with pytest.raises(NMMError, match="declared sampling rate, 50 Hz"):
        read(tmp_path, GOOD[0], rate=50)


BAD: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "empty"),
    "no_labels": ("0,1\n0.1,2\n0.2,3\n", "row of labels"),
    "only_labels": ("time,a\n", "numbers"),
    "truncated": ("time,a,b\n0,1,2\n0.1,2,3\n0.2,3\n", "line 4: expected 3 cells, but found 2"),
    "mis_encoded": (b"time,\xb5V\n0,1\n0.1,2\n", "declare <encoding>"),
    "binary": (b"time,a\n0,1\0\n", "binary"),
    "unsorted": ("time,a\n0,1\n0.2,2\n0.1,3\n", "increasing times"),
    "duplicated": ("time,a\n0,1\n0.1,2\n0.1,3\n", "increasing times"),
    "gap": ("time,a\n0,1\n0.1,2\n0.2,3\n0.5,4\n", "even times"),
    "words": ("time,a\n0,1\n0.1,high\n0.2,3\n", "line 3, column 'a': expected a number"),
    "holes": ("time,a\n0,1\n0.1,\n0.2,3\n", "line 3, column 'a'"),
    "same_labels": ("time,a,a\n0,1,1\n0.1,2,2\n", "label of its own"),
    "thousands": ("time;a\n0.0;1,5\n0.1;2,5\n", "declare <decimal>"),
}


@pytest.mark.parametrize("name", BAD)
def test_broken_files_are_one_line(tmp_path: Path, name: str) -> None:
    content, message = BAD[name]
    with pytest.raises(NMMError, match=message):
        read(tmp_path, content)


def test_wrong_delimiter_nan_and_size_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NMMError, match="delimiter"):
        read(tmp_path, GOOD[0], layout=Layout(delimiter="semicolon", decimal="point"))
    (signal,) = read(tmp_path, "time,a\n0,1\n0.1,nan\n0.2,3\n")
    with pytest.raises(NMMError, match=r"nan at 0\.1 s"):
        signal.to_volts("V")
    enormous = tmp_path / "enormous.csv"
    with enormous.open("wb") as file:
        os.truncate(file.fileno(), LARGEST_FILE + 1)
    with pytest.raises(NMMError, match="split it"):
        read_signals(enormous, "EMG file")


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text('time,a;\t\n0123456789.-e\ufeff"', max_size=120).map(str.encode),
    )
)
@example(b'"\n0')
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "any.csv"
    file.write_bytes(content)
    try:
        signals = read_delimited(file, "EMG file")
    except NMMError:
        return
    assert all(len(signal.values) > 1 and signal.rate > 0 for signal in signals)


def test_trigger_is_its_first_rise(tmp_path: Path) -> None:
    text = "time,sync\n" + "".join(f"{i / 10},{int(3 <= i < 5)}\n" for i in range(10))
    assert find_trigger(read(tmp_path, text)[0], 0.5) == pytest.approx(0.3)
    with pytest.raises(NMMError, match="to rise to 2"):
        find_trigger(read(tmp_path, text)[0], 2.0)


@pytest.fixture
def c3d_file(tmp_path: Path) -> Path:
    return write_c3d(tmp_path / "trial.c3d")


def test_analog_channels_of_c3d(c3d_file: Path) -> None:
    second = choose(read_signals(c3d_file, "EMG file"), "EMG2")
    assert (second.rate, second.unit) == (1000, "V")
    assert second.values == pytest.approx(np.arange(100.0, 200.0))
    with pytest.raises(NMMError, match="nearest: EMG"):
        choose([second], "EMG3")


def test_markers_of_c3d_become_trc(c3d_file: Path, tmp_path: Path) -> None:
    write_markers(c3d_file, tmp_path / "out.trc", "x z -y")
    lines = (tmp_path / "out.trc").read_text().splitlines()
    assert lines[2].split("\t")[:5] == ["100", "100", "10", "2", "mm"]
    assert lines[6].split("\t")[:5] == ["1", "0", "1", "3", "-2"]
    with pytest.raises(NMMError, match="mirrors"):
        write_markers(c3d_file, tmp_path / "out.trc", "x z y")


def test_broken_c3d_is_refused(c3d_file: Path, tmp_path: Path) -> None:
    data = c3d_file.read_bytes()
    enormous = bytearray(data)
    struct.pack_into("<H", enormous, 2, 65535)
    for content in (data[:100], data[:700], data[: len(data) - 600], b"x" * 2000, bytes(enormous)):
        with pytest.raises(NMMError, match="C3D"):
            read(tmp_path, content, name="bad.c3d")
