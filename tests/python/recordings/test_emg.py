"""EMG processing: envelopes against SciPy itself, planted faults found, setups refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import signal

from nmm_opensim.arrays import Array
from nmm_opensim.cli import cli
from nmm_opensim.errors import NMMError
from nmm_opensim.examples.raw_emg.simulated import make_bursts, simulate_emg
from nmm_opensim.formats.tables import Header, read_table, write_table
from nmm_opensim.recordings.emg.emg_setup import EmgSetup, read_emg_setup
from nmm_opensim.recordings.emg.filters import EmgFilters
from nmm_opensim.recordings.emg.process import make_envelopes, process_emg
from nmm_opensim.recordings.emg.quality import Finding, examine
from nmm_opensim.recordings.signal import Signal

RATE = 2000.0
TIME = np.arange(int(10 * RATE)) / RATE
ENVELOPE = 2e-4 * make_bursts(TIME, 2.0, 0.5)


def raw(seed: int = 1, name: str = "biceps") -> Signal:
    return simulate_emg(np.random.default_rng(seed), name, ENVELOPE, RATE)


def checks(*channels: Signal, mains: float = 50.0) -> dict[str, Finding]:
    return {finding.check: finding for finding in examine(channels, mains)[1]}


@pytest.mark.parametrize("causal", [False, True])
def test_envelopes_are_those_of_scipy(causal: bool) -> None:
    channel = raw()
    grid, values = make_envelopes([channel], EmgFilters(notch=(50.0,), causal=causal), 200.0)
    run = signal.sosfilt if causal else signal.sosfiltfilt
    band = run(signal.butter(2, [20, 450], "bandpass", fs=RATE, output="sos"), channel.values)
    band = run(signal.tf2sos(*signal.iirnotch(50, 30, fs=RATE)), band)
    smooth = run(signal.butter(2, 6, fs=RATE, output="sos"), np.abs(band))
    expected = np.maximum(smooth, 0)[::10][: len(grid)]
    assert np.abs(values[:, 0] / expected.max() - expected / expected.max()).max() < 1e-9


def test_envelope_follows_the_truth() -> None:
    _, values = make_envelopes([raw()], EmgFilters(), 200.0)
    truth = ENVELOPE[::10][: len(values)]
    assert np.corrcoef(values[:, 0], truth)[0, 1] > 0.97


def test_clean_recording_has_no_findings() -> None:
    assert not checks(raw(1), raw(2, "triceps"))


def plant_hum(values: Array) -> Array:
    return values + 1e-4 * np.sin(2 * np.pi * 50 * TIME)


def plant_clipping(values: Array) -> Array:
    return np.clip(values, -1e-4, 1e-4)


def plant_dropout(values: Array) -> Array:
    return np.where((TIME > 3) & (TIME < 3.2), 0.0, values)


def plant_movement(values: Array) -> Array:
    return values + 3e-3 * np.exp(-(((TIME - 5) / 0.1) ** 2))


def plant_offset(values: Array) -> Array:
    return values + 1e-3


def plant_noise(values: Array) -> Array:
    return values * 0 + 1e-5 * np.random.default_rng(3).normal(size=len(values))


@pytest.mark.parametrize(
    ("plant", "check", "times"),
    [
        (plant_hum, "mains_hum", None),
        (plant_clipping, "clipping", None),
        (plant_dropout, "dropout", (3.0, 3.2)),
        (plant_movement, "movement_artefact", (4.5, 5.5)),
        (plant_offset, "baseline_offset", None),
        (plant_noise, "signal_to_noise", None),
    ],
)
def test_planted_fault_is_found_and_no_other(
    plant: Callable[[Array], Array], check: str, times: tuple[float, float] | None
) -> None:
    channel = raw()
    found = checks(replace(channel, values=plant(channel.values)))
    assert set(found) == {check}
    assert found[check].channel == "biceps"
    if times:
        assert times[0] - 0.01 <= found[check].start < found[check].end <= times[1] + 0.01


def test_same_and_mixed_channels_are_found() -> None:
    first, second = raw(1), raw(2, "triceps")
    assert "duplicate" in checks(first, replace(first, name="copy"))
    mixed = replace(second, values=second.values + first.values)
    assert "triceps" in checks(first, mixed)["cross_talk"].text


def test_notch_takes_hum_away() -> None:
    channel = raw()
    hum = replace(channel, values=plant_hum(channel.values))
    (_, with_hum), (_, notched), (_, clean) = (
        make_envelopes([c], f, 200.0)
        for c, f in (
            (hum, EmgFilters()),
            (hum, EmgFilters(notch=(50.0,))),
            (channel, EmgFilters()),
        )
    )
    assert np.abs(notched - clean).mean() < 0.3 * np.abs(with_hum - clean).mean()


SETUP = """<OpenSimDocument Version="40500"><NMMEmgProcessingTool name="{name}"><recordings>
<Recording name="curl"><files><EmgFile name="a"><file>raw.csv</file>
<channels>biceps</channels><units>uV</units></EmgFile></files></Recording></recordings>
<mains_frequency>{mains}</mains_frequency><normalization>{normalization}</normalization>
{more}<results_directory>results</results_directory></NMMEmgProcessingTool></OpenSimDocument>"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    rows = [f"{t:.10g},{v * 1e6:.9g}" for t, v in zip(TIME, raw().values, strict=True)]
    (tmp_path / "raw.csv").write_text("\n".join(["time,biceps", *rows]), encoding="utf-8")

    def write(
        name: str = "arm",
        mains: int = 50,
        normalization: str = "maximum",
        more: str = "",
        text: str = SETUP,
    ) -> Path:
        file = tmp_path / "setup.xml"
        filled = text.format(name=name, mains=mains, normalization=normalization, more=more)
        file.write_text(filled, encoding="utf-8")
        return file

    return write


def test_setup_makes_envelopes_and_quality(write: Callable[..., Path], tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["process-emg", str(write())], catch_exceptions=False)
    assert result.exit_code == 0
    table = read_table(tmp_path / "results/arm_curl_emg.sto", "EMG file")
    assert table.columns == ("biceps",)
    assert table.values.max() == pytest.approx(1.0)
    assert table.values.min() >= 0
    quality = json.loads((tmp_path / "results/arm_emg_quality.json").read_text())
    assert quality["format"] == "nmm-emg-quality"
    assert quality["recordings"][0]["channels"][0]["name"] == "biceps"


def test_given_value_is_the_divisor(write: Callable[..., Path]) -> None:
    more = (
        '<reference_values><Reference name="biceps"><value>0.5</value><units>mV</units>'
        "</Reference></reference_values>"
    )
    setup = read_emg_setup(write(normalization="value", more=more))
    file = process_emg(setup).envelope_files[0]
    _, expected = make_envelopes([raw()], EmgFilters(), 200.0)
    assert read_table(file, "EMG file").values == pytest.approx(expected / 5e-4, abs=1e-6)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "../../outside"}, "name that files can have"),
        ({"mains": 55}, "50 or 60"),
        ({"normalization": "mvc"}, "whose <role> is"),
        ({"normalization": "value"}, "lacks the element <reference_values>"),
        ({"more": "<lowpas>6</lowpas>"}, "has no element <lowpas>"),
        ({"more": "<output_rate>10</output_rate>"}, "at least four times"),
        ({"text": '<!DOCTYPE a [<!ENTITY b SYSTEM "/etc/passwd">]>' + SETUP}, "DOCTYPE"),
    ],
)
def test_bad_setup_is_one_line(
    write: Callable[..., Path], tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(NMMError, match=message):
        process_emg(read_emg_setup(write(**changes)))
    assert not (tmp_path / "results").exists()


def test_filters_above_half_the_rate_are_refused(write: Callable[..., Path]) -> None:
    with pytest.raises(NMMError, match="half the sampling rate"):
        process_emg(read_emg_setup(write(more="<bandpass>20 1000</bandpass>")))


def recording(name: str, role: str, *files: tuple[str, str, str, str]) -> str:
    """A recording of one channel a file: name, path, label, more elements."""
    listed = "".join(
        f'<EmgFile name="{own}"><file>{file}</file><channels>{label}</channels>'
        f"<names>{own}</names><units>uV</units>{more}</EmgFile>"
        for own, file, label, more in files
    )
    return f'<Recording name="{name}"><role>{role}</role><files>{listed}</files></Recording>'


def write_setup(folder: Path, normalization: str, *recordings: str) -> EmgSetup:
    file = folder / "setup.xml"
    file.write_text(
        '<OpenSimDocument Version="40500"><NMMEmgProcessingTool name="arm"><recordings>'
        f"{''.join(recordings)}</recordings><mains_frequency>50</mains_frequency>"
        f"<normalization>{normalization}</normalization>"
        "<results_directory>results</results_directory></NMMEmgProcessingTool></OpenSimDocument>",
        encoding="utf-8",
    )
    return read_emg_setup(file)


def write_raw(file: Path, values: Array, **columns: Array) -> None:
    names = ["time", "biceps", *columns]
    rows = zip(TIME, values * 1e6, *columns.values(), strict=True)
    lines = [",".join(f"{number:.10g}" for number in row) for row in rows]
    file.write_text("\n".join([",".join(names), *lines]), encoding="utf-8")


def test_mvc_is_the_divisor_and_no_trial(tmp_path: Path) -> None:
    write_raw(tmp_path / "trial.csv", raw().values)
    write_raw(tmp_path / "mvc.csv", 4 * raw().values)
    setup = write_setup(
        tmp_path,
        "mvc",
        recording("curl", "trial", ("biceps", "trial.csv", "biceps", "")),
        recording("push", "mvc", ("biceps", "mvc.csv", "biceps", "")),
    )
    processed = process_emg(setup)
    assert [file.name for file in processed.envelope_files] == ["arm_curl_emg.sto"]
    # The same signal four times as strong: the trial is a quarter of the MVC.
    assert read_table(processed.envelope_files[0], "EMG").values.max() == pytest.approx(0.25, 1e-6)
    assert {examined.name for examined in processed.recordings} == {"curl", "push"}


def test_a_trigger_puts_files_on_one_clock(tmp_path: Path) -> None:
    late = int(1.5 * RATE)
    sync = (TIME >= 2.0).astype(float)
    write_raw(tmp_path / "a.csv", raw().values, sync=sync)
    # The second system began 1.5 s later: the same moment has another time there.
    write_raw(tmp_path / "b.csv", np.roll(raw().values, -late), sync=np.roll(sync, -late))
    trigger = "<trigger_channel>sync</trigger_channel><trigger_threshold>0.5</trigger_threshold>"
    files = [(name, f"{name}.csv", "biceps", trigger) for name in "ab"]
    setup = write_setup(tmp_path, "maximum", recording("curl", "trial", *files))
    table = read_table(process_emg(setup).envelope_files[0], "EMG")
    # Both begin 2 s and 0.5 s before the trigger, and end 8 s and 9.5 s after it.
    assert table.time[[0, -1]] == pytest.approx([-0.5, 8.0], abs=0.01)
    middle = (table.time > 0) & (table.time < 6)
    a, b = table.select(["a", "b"]).values[middle].T
    assert np.corrcoef(a, b)[0, 1] > 0.9999


def test_raw_emg_of_sto_is_that_of_csv(tmp_path: Path) -> None:
    write_raw(tmp_path / "raw.csv", raw().values)
    write_table(tmp_path / "raw.sto", ["biceps"], TIME, raw().values[:, None] * 1e6, Header("raw"))
    results = []
    for ending in ("csv", "sto"):
        file = ("biceps", f"raw.{ending}", "biceps", "")
        setup = write_setup(tmp_path, "maximum", recording(ending, "trial", file))
        results.append(read_table(process_emg(setup).envelope_files[0], "EMG").values)
    assert results[0] == pytest.approx(results[1], abs=1e-6)
