"""What EMG systems export is read with its rates and units; what contradicts itself names a line.

The files follow the programs' layouts; docs/emg.md says where those are described.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.recordings.delimited import Layout
from nmm_opensim.recordings.read import read_signals
from nmm_opensim.recordings.signal import Signal

ROWS = 60
TA, SO = np.random.default_rng(1).normal(0, 20e-6, (2, ROWS))  # V


def cells(*values: float | str, mark: str = ",") -> str:
    return mark.join(v if isinstance(v, str) else f"{v:.10g}" for v in values)


def table(*columns: Sequence[float] | Sequence[str] | Array, mark: str = ",") -> list[str]:
    """Rows of columns; a shorter one ends with empty cells."""
    count = max(map(len, columns))
    filled = [[*column, *[""] * (count - len(column))] for column in columns]
    return [cells(*row, mark=mark) for row in zip(*filled, strict=True)]


def times(rate: float, count: int = ROWS) -> Array:
    return np.round(np.arange(count) / rate, 10)


def write_emgworks(unit: str = "V", rate: float = 2148.148, points: int = ROWS) -> str:
    said = (
        f"Sampling frequency: {rate:e} Number of points: {points} start: 0.0e+000 Unit: {unit} "
        "Domain Unit: s"
    )
    time = times(2148.148)
    return "\n".join(
        [f"Label: TA: EMG 1 {said}", f"Label: SO: EMG 2 {said}", "",
         'X[s],"TA: EMG 1",X[s],"SO: EMG 2"', *table(time, TA, time, SO)]
    )  # fmt: skip


def write_discover(emg: str = "2148.148 Hz", units: str = "mV") -> str:
    fast, slow = times(2148.148), times(370.3704, 10)
    acceleration = np.linspace(0, 1, 10)
    return "\n".join(
        ["Application:, Trigno Discover (1.7.0.8)", "Date/Time:, 2024-05-06 10:11:12",
         "Collection Length (seconds):, 0.028",
         "Avanti Sensor 1 (11111), , , , Avanti Sensor 2 (22222), ",
         "sensor mode: 66, , , , sensor mode: 40, ",
         f"EMG 1 Time Series (s), EMG 1 ({units}), ACC X Time Series (s), ACC X (G), "
         f"EMG 1 Time Series (s), EMG 1 ({units})",
         f", {emg}, , 370.3704 Hz, , {emg}",
         *table(fast, 1e3 * TA, slow, acceleration, fast, 1e3 * SO, mark=", ")]
    )  # fmt: skip


def to_dutch(text: str) -> str:
    """Semicolons between cells, commas in numbers."""
    return "\n".join(
        line.replace(", ", ";").replace(".", ",") if i > 2 else line.replace(", ", ";")
        for i, line in enumerate(text.split("\n"))
    )


def write_nexus(rate: str = "2000", drop: int | None = None) -> str:
    device = table([1.0 + i // 20 for i in range(ROWS)], [float(i % 20) for i in range(ROWS)],
                   TA, SO)  # fmt: skip
    if drop is not None:
        del device[drop]
    frames = np.arange(1.0, 31.0)
    return "\n".join(
        ["Devices", rate, ",,Imported Delsys - EMG #1,", "Frame,Sub Frame,TA,SO", ",,V,V",
         *device, "", "Trajectories", "100", ",,S:ASI,,,S:KNE,,", "Frame,Sub Frame,X,Y,Z,X,Y,Z",
         ",,mm,mm,mm,mm,mm,mm", *table(frames, 0 * frames, *[k + frames for k in range(6)])]
    )  # fmt: skip


def write_noraxon() -> str:
    rows = [cells(t, "Walk", "", 1e6 * a, 1e6 * b, mark=";")
            for t, a, b in zip(np.round(times(1500), 6), TA, SO, strict=True)]  # fmt: skip
    lines = ["Type;Noraxon.MR3;", "Name;trial;", "",
             "Time,s;Activity,;Marker,;RT TIB.ANT.,uV;RT SOLEUS,uV"]  # fmt: skip
    return "\n".join(lines + [row.replace(".", ",") for row in rows])


def write_noraxon_4(frequency: float = 2000, count: int = ROWS) -> str:
    rows = [cells(t, "REST" if i < 3 else "", "1" if i == 9 else "", 1e6 * a, 1e6 * b)
            for i, (t, a, b) in enumerate(zip(times(2000), TA, SO, strict=True))]  # fmt: skip
    return "\n".join(
        ["type,begin_time,frequency,count,created with version,exported with version,"
         "measurement_date,record_name",
         f"record,0.00000,{frequency:g},{count},Noraxon MR 4.0.22,4.0.22,2024-01-02T03:04:05,TRIAL",
         "", "time,Activity,Marker,RT TIB.ANT.,RT SOLEUS", *rows]
    )  # fmt: skip


def write_cometa() -> str:
    lines = [
        "Cometa EMG and Motion Tools",
        "Sampling frequency;2000 Hz",
        "Time [s];TA [uV];SO [uV]",
    ]
    rows = table(times(2000), 1e6 * TA, 1e6 * SO, mark=";")
    return "\n".join([*lines, *(row.replace(".", ",") for row in rows)])


def write_bts(unit: str = "mV", frames: int = ROWS) -> str:
    rows = table(np.arange(1.0, ROWS + 1), times(1000), 1e3 * TA, 1e3 * SO, mark="\t")
    return "\n".join(
        ["BTS ASCII format", "", "Type:         \tEmg tracks", f"Measure unit: \t{unit}", "",
         "Tracks:       \t2", "Frequency:    \t1000 Hz", f"Frames:       \t{frames}",
         "Start time:   \t0.000", "", " Frame\t  Time\tVoltage:TA~1\tVoltage:SO~2\t",
         *(row + "\t" for row in rows)]
    )  # fmt: skip


def write_opensignals(device: str = "", counts: bool = True) -> str:
    a, b = (np.round(512 + 5e6 * v) if counts else 1e3 * v for v in (TA, SO))
    rows = table(np.arange(float(ROWS)) % 16, np.zeros(ROWS), a, b, mark="\t")
    header = {
        "00:07:80:AA:BB:CC": {
            "sensor": ["EMGBITREV", "EMGBITREV"],
            "device": device,
            "column": ["nSeq", "I1", "A1", "A2"],
            "sampling rate": 1000,
            "resolution": [4, 1, 10, 10],
            "channels": [1, 2],
            "convertedValues": int(not counts),
        }
    }
    return "\n".join(
        ["# OpenSignals Text File Format", f"# {json.dumps(header)}", "# EndOfHeader",
         *(row + "\t" for row in rows)]
    )  # fmt: skip


def write_acqknowledge(step: str = "0.5 msec", timed: bool = False) -> str:
    labels, counts, columns = "CH1\tCH2", f"{ROWS}\t{ROWS}", [1e3 * TA, 1e3 * SO]
    if timed:
        labels, counts = f"milliSec\t{labels}", f"\t{counts}"
        columns = [1e3 * times(2000), *columns]
    return "\n".join(
        ["trial.acq", f"{step}/sample", "2 channels", "TA, EMG100C", "mV", "SO, EMG100C", "mV",
         labels, counts, *table(*columns, mark="\t")]
    )  # fmt: skip


Asked = tuple[str, str, str]
SYSTEMS: dict[str, tuple[str, str, float, Asked]] = {
    "emgworks": (write_emgworks(), ".csv", 2148.148, ("TA: EMG 1", "SO: EMG 2", "V")),
    "discover": (
        write_discover(), ".csv", 2148.148,
        ("Avanti Sensor 1 (11111): EMG 1", "Avanti Sensor 2 (22222): EMG 1", "mV"),
    ),
    "discover_dutch": (
        to_dutch(write_discover()), ".csv", 2148.148,
        ("Avanti Sensor 1 (11111): EMG 1", "Avanti Sensor 2 (22222): EMG 1", "mV"),
    ),
    "nexus": (write_nexus(), ".csv", 2000, ("TA", "SO", "V")),
    "noraxon": (write_noraxon(), ".csv", 1500, ("RT TIB.ANT.", "RT SOLEUS", "uV")),
    "noraxon_4": (write_noraxon_4(), ".csv", 2000, ("RT TIB.ANT.", "RT SOLEUS", "")),
    "cometa": (write_cometa(), ".txt", 2000, ("TA", "SO", "uV")),
    "bts": (write_bts(), ".emt", 1000, ("Voltage:TA~1", "Voltage:SO~2", "mV")),
    "opensignals": (write_opensignals("bitalino_rev"), ".txt", 1000, ("A1", "A2", "V")),
    "acqknowledge": (write_acqknowledge(), ".txt", 2000, ("CH1", "CH2", "mV")),
    "acqknowledge_timed": (write_acqknowledge(timed=True), ".txt", 2000,
                           ("TA, EMG100C", "CH2", "mV")),
}  # fmt: skip


def read(
    folder: Path, text: str, *names: str, rate: float | None = None, layout: Layout | None = None
) -> list[Signal]:
    file = folder / "emg.csv"
    file.write_text(text, encoding="utf-8")
    return read_signals(file, "EMG file", rate, layout, names or None)


@pytest.mark.parametrize("system", SYSTEMS)
def test_each_system_is_read_with_its_rate_and_unit(tmp_path: Path, system: str) -> None:
    text, ending, rate, (first, second, unit) = SYSTEMS[system]
    file = tmp_path / f"emg{ending}"
    file.write_text(text, encoding="utf-8")
    for declared in (None, rate):
        signals = read_signals(file, "EMG file", declared, names=[second, first])
        assert [signal.name for signal in signals] == [second, first]
        for signal, truth in zip(signals, (SO, TA), strict=True):
            assert signal.rate == pytest.approx(rate, rel=1e-3)
            assert (signal.start, signal.unit or "") == (0.0, unit)
            if system == "opensignals":
                count = np.round(512 + 5e6 * truth)
                truth = (count / 1024 - 0.5) * 3.3 / 1009
            assert signal.to_volts(unit or "uV").values == pytest.approx(truth, abs=1e-12)
    with pytest.raises(NMMError, match=r"declared\s+sampling rate|but its times have"):
        read_signals(file, "EMG file", 1.5 * rate, names=[first])


@pytest.mark.parametrize("system", SYSTEMS)
def test_all_channels_are_read_where_none_is_named(tmp_path: Path, system: str) -> None:
    text, ending, _, (first, _, _) = SYSTEMS[system]
    file = tmp_path / f"emg{ending}"
    file.write_text(text, encoding="utf-8")
    names = [signal.name for signal in read_signals(file, "EMG file")]
    assert first in names or first == "TA, EMG100C"
    assert not {"Activity", "Marker", "Frame", "Sub Frame", "nSeq", "Time"} & set(names)


def test_each_channel_keeps_its_own_rate_and_length(tmp_path: Path) -> None:
    slow, fast = read(tmp_path, write_discover(), "ACC X", "Avanti Sensor 1 (11111): EMG 1")
    assert (len(slow.values), slow.unit, len(fast.values)) == (10, "G", ROWS)
    assert slow.rate == pytest.approx(370.3704, 1e-4)
    assert fast.rate == pytest.approx(2148.148, 1e-4)
    # One column of times, and a slower channel beside it that says its rate.
    lines = ["time (s),TA (mV),ACC (g)", ",2000 Hz,500 Hz"]
    text = "\n".join([*lines, *table(times(2000), 1e3 * TA, np.arange(15.0) ** 2)])
    slow, fast = read(tmp_path, text, "ACC", "TA")
    assert (slow.rate, len(slow.values)) == (500, 15)
    assert fast.rate == pytest.approx(2000)


def test_several_tables_of_one_file(tmp_path: Path) -> None:
    (knee,) = read(tmp_path, write_nexus(), "S:KNE: X")
    assert (knee.rate, knee.unit, len(knee.values)) == (100, "mm", 30)
    assert knee.values[:2].tolist() == [4.0, 5.0]
    assert "S:ASI: Z" in [signal.name for signal in read(tmp_path, write_nexus())]
    with pytest.raises(NMMError, match=r"found 2; say which: S:ASI: X, S:KNE: X"):
        read(tmp_path, write_nexus(), "X")


CONTRADICTIONS: dict[str, tuple[str, str, str]] = {
    "unit of the preamble and label": (
        write_emgworks().replace('"TA: EMG 1"', '"TA: EMG 1 [mV]"'), "TA: EMG 1",
        "line 1, column 'TA: EMG 1': expected the unit of its label, 'mV', but found 'V'",
    ),
    "rate of the preamble and times": (
        write_emgworks(rate=1925.926), "TA: EMG 1",
        r"line 1: states 1925.93 Hz, but the times of column 'X' have 2148.1",
    ),
    "rates row and times": (
        write_discover("1259 Hz"), "Avanti Sensor 1 (11111): EMG 1", "line 7: states 1259 Hz",
    ),
    "frequency of a small table": (
        write_noraxon_4(1000), "RT SOLEUS", "line 2: states 1000 Hz|line 1: states 1000 Hz",
    ),
    "count of a small table": (
        write_noraxon_4(count=400), "RT SOLEUS", "the 400 samples that it states, but found 60",
    ),
    "truncated": (write_bts(frames=99), "Voltage:TA~1", "line 8: expected the 99 samples"),
    "points": (write_emgworks(points=4297), "TA: EMG 1", "line 1: expected the 4297 samples"),
    "unit of all and of one": (
        write_bts().replace("Voltage:TA~1", "TA [uV]"), "TA", "line 4, column 'TA'",
    ),
    "milliseconds called seconds": (
        write_acqknowledge(timed=True).replace("milliSec", "sec"), "CH1",
        "line 2: states 2000 Hz, but the times of column 'sec' have 2 Hz",
    ),
    "rates of two tables": (
        write_nexus("1000"), "TA",
        "line 68: states 100 Hz, which makes 100 frames in 1 s, but line 2 states 1000 Hz",
    ),
    "a count as a channel": (write_opensignals(), "nSeq", "it counts rows; name another"),
    "lost rows": (write_nexus(drop=30), "TA", "line 36, column 'Frame'.*jumps"),
    "lost samples": (
        "\n".join(line for line in write_opensignals().split("\n") if line[:2] != "7\t"), "A1",
        "column 'nSeq'.*jumps",
    ),
    "two units rows": (
        "time,TA (uV)\ns,mV\n0,1\n0.001,2\n0.002,3", "TA", "line 2, column 'TA'",
    ),
    "broken row": (
        write_noraxon_4().replace("0.0125,,", "oops,high,low"), "RT SOLEUS",
        "line 30: expected a row of numbers, but found 'oops,high,low",
    ),
    "footer": (
        write_cometa() + "\nEnd of data", "TA", "line 64: .* found 'End of data'; delete",
    ),
    "no labels": (
        "\n".join(table(times(1000), TA)), "TA", "line 1: expected a row of labels",
    ),
    "no labels under a preamble": (
        "\n".join(["Rate: 1000", "", *table(times(1000), TA, SO)]), "TA", "line 3: expected a row",
    ),
    "unknown label": (write_cometa(), "GM", "line 3: expected a channel 'GM' among the labels"),
    "words": (write_noraxon(), "Activity", "line 5, column 'Activity': expected a number"),
    "unexplained numbers": (
        "time,TA\n,2000\n0,1\n0.001,2\n0.002,3", "TA", "line 2: .* write Hz behind",
    ),
    "times without a label": (
        "Rate: 1000\n\n" + "\n".join([",TA", *table(times(1000), TA)]), "TA",
        r"line 3: column 1, '', rises evenly by 0\.001, as times do",
    ),
    "several rates": (
        "Analog rate: 1000\nVideo rate: 100\n\nTA,SO\n1,2\n3,4\n5,6", "TA",
        "several rates, 1000 Hz in line 1, 100 Hz in line 2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_what_is_wrong_names_its_line(tmp_path: Path, name: str) -> None:
    text, channel, message = CONTRADICTIONS[name]
    with pytest.raises(NMMError, match=message):
        read(tmp_path, text, channel)


def test_declared_unit_and_rate_are_held_against_a_preamble(tmp_path: Path) -> None:
    (signal,) = read(tmp_path, write_emgworks(), "TA: EMG 1")
    with pytest.raises(NMMError, match="the file states 'V'"):
        signal.to_volts("mV")
    with pytest.raises(NMMError, match=r"line 2, column 'TA'.*declared sampling rate, 1000 Hz"):
        read(tmp_path, write_nexus(), "TA", rate=1000)
    assert read(tmp_path, "Rate: 1000\n\nTA\n1\n2\n3", "TA", rate=1000)[0].rate == 1000


def test_counts_of_a_converter_are_no_voltage(tmp_path: Path) -> None:
    (signal,) = read(tmp_path, write_opensignals(), "A1")
    with pytest.raises(NMMError, match=r"counts of 10 bits \(line 2\)'; export it"):
        signal.to_volts("mV")
    (signal,) = read(tmp_path, write_opensignals(counts=False), "A1")
    assert signal.to_volts("mV").values == pytest.approx(TA, abs=1e-12)


def test_a_setup_may_declare_labels(tmp_path: Path) -> None:
    bare = "\n".join(table(times(1000), TA, SO))
    layout = Layout(labels=("time", "TA", "SO"))
    assert read(tmp_path, bare, "SO", layout=layout)[0].values == pytest.approx(SO)
    with pytest.raises(NMMError, match="a column for each of 2 labels, but found 3"):
        read(tmp_path, bare, "TA", layout=Layout(labels=("time", "TA")))
    with pytest.raises(NMMError, match="line 1: expected no labels"):
        read(tmp_path, "time,a,b\n" + bare, "TA", layout=layout)


def test_times_with_few_digits_need_a_rate(tmp_path: Path) -> None:
    coarse = "\n".join(["time,TA", *table(np.floor(times(2000) * 1e3) / 1e3, TA)])
    assert read(tmp_path, coarse, "TA", rate=2000)[0].rate == 2000
    assert read(tmp_path, "Sampling rate: 2000 Hz\n\n" + coarse, "TA")[0].rate == 2000
    with pytest.raises(NMMError, match="increasing times"):
        read(tmp_path, coarse, "TA")
    with pytest.raises(NMMError):
        read(tmp_path, coarse, "TA", rate=1000)


def test_times_of_day_and_names_above_labels(tmp_path: Path) -> None:
    clock = [f"10:59:59.{i}" for i in range(10)]
    lines = ["Clock,tibialis anterior,soleus", "time,EMG1,EMG2", *table(clock, TA[:10], SO[:10])]
    (signal,) = read(tmp_path, "\n".join(lines), "soleus")
    assert signal.rate == pytest.approx(10)
    assert signal.start == 10 * 3600 + 59 * 60 + 59
    assert signal.values == pytest.approx(SO[:10])


def test_a_fault_elsewhere_stops_nothing(tmp_path: Path) -> None:
    text = "time,TA,knee,knee\n0,1,a,\n0.001,2,3,\n0.002,3,4,5\n"
    assert read(tmp_path, text, "TA")[0].values.tolist() == [1, 2, 3]
    with pytest.raises(NMMError, match="line 1: expected one channel 'knee', but found 2; rename"):
        read(tmp_path, text, "knee")


def test_quoted_cells_may_hold_the_delimiter(tmp_path: Path) -> None:
    text = '"time","TA, left (mV)"\n"0","1"\n"0.001","2"\n"0.002","3"\n'
    (signal,) = read(tmp_path, text)
    assert (signal.name, signal.unit, signal.values.tolist()) == ("TA, left", "mV", [1, 2, 3])


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_damaged_export_is_read_or_refused(tmp_path: Path, system: str) -> None:
    text, ending, _, (first, second, _) = SYSTEMS[system]
    chance = random.Random(system)
    file = tmp_path / f"damaged{ending}"
    pieces = ["", ",", ";", "\t", "\n", '"', "nan", "-", "1e999", "{", "x", "9", ":", "Hz", "\x85"]
    for _ in range(150):
        damaged = list(text)
        for _ in range(chance.randint(1, 4)):
            # Most of a file is numbers; most of what can go wrong is above them.
            reach = len(text) if chance.random() < 0.4 else min(len(text), 700)
            damaged[chance.randrange(reach)] = chance.choice(pieces)
        end = chance.randrange(len(damaged)) if chance.random() < 0.2 else len(damaged)
        file.write_text("".join(damaged[:end]), encoding="utf-8")
        for names in (None, [first, second]):
            refusal = None
            try:
                signals = read_signals(file, "EMG file", names=names)
            except NMMError as error:
                refusal = str(error)
            if refusal is None:
                assert all(len(signal.values) > 1 and signal.rate > 0 for signal in signals)
            else:
                assert file.name in refusal
                assert "\n" not in refusal
                assert len(refusal) < 700
