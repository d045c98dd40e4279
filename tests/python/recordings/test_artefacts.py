"""Electrode artefacts: found with their time, of no maximum; and no activity is one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.examples.raw_emg.simulated import make_bursts, simulate_emg
from nmm_opensim.formats.tables import read_table
from nmm_opensim.recordings.emg.emg_setup import read_emg_setup
from nmm_opensim.recordings.emg.filters import EmgFilters
from nmm_opensim.recordings.emg.process import Processed, make_envelopes, process_emg
from nmm_opensim.recordings.emg.quality import Finding, examine
from nmm_opensim.recordings.signal import Signal

RECORDINGS = ROOT.parent / "shared" / "data"
RATE = 2000.0
TIME = np.arange(int(12 * RATE)) / RATE


def walk(seed: int = 1) -> Signal:
    """A burst of 50 µV in each second."""
    return simulate_emg(np.random.default_rng(seed), "soleus", 5e-5 * make_bursts(TIME, 1, 0), RATE)


def burst(start: float, amplitude: float, length: float = 0.2) -> Array:
    """Noise of ``amplitude`` (V) for ``length`` (s)."""
    noise = np.random.default_rng(7).normal(0, amplitude, len(TIME))
    return np.where((start <= TIME) & (start + length > TIME), noise, 0.0)


def find(values: Array, channel: Signal | None = None) -> list[Finding]:
    _, findings = examine([replace(channel or walk(), values=values)], 50.0)
    return [finding for finding in findings if finding.check == "electrode_artefact"]


@pytest.mark.parametrize("start", [0.0, 0.4, 5.45, 5.9, 11.8])
@pytest.mark.parametrize("times", [5, 10, 100])
def test_a_burst_above_the_usual_is_found_with_its_time(start: float, times: float) -> None:
    (found,) = find(walk().values + burst(start, times * 5e-5))
    assert found.start == pytest.approx(start, abs=0.06)
    assert found.end == pytest.approx(start + 0.2, abs=0.06)
    assert 0.5 * times < found.value < 2 * times
    assert found.channel == "soleus"


def test_several_artefacts_of_different_strength() -> None:
    found = find(walk().values + burst(2.3, 5e-4) + burst(7.2, 4e-3) + burst(9.4, 4e-4))
    assert [round(finding.start, 1) for finding in found] == [2.3, 7.2, 9.4]


def test_an_artefact_over_steady_activity_is_found() -> None:
    steady = simulate_emg(np.random.default_rng(2), "soleus", np.full(len(TIME), 5e-5), RATE)
    assert not find(steady.values)
    (found,) = find(steady.values + burst(5.0, 5e-4))
    assert found.start == pytest.approx(5.0, abs=0.06)


def activities() -> dict[str, Array]:
    once = np.exp(-(((TIME - 6) / 0.1) ** 2))
    hold = ((TIME > 4) & (TIME < 7)).astype(float)
    growing = make_bursts(TIME, 1, 0) * (0.3 + TIME / 12)
    return {
        "walking": make_bursts(TIME, 1, 0),
        "one push-off": once,
        "a contraction": hold,
        "a contraction among bursts": hold + 0.1 * make_bursts(TIME, 1, 0),
        "growing": growing,
        "bursts of two strengths": make_bursts(TIME, 1, 0) + 2 * make_bursts(TIME, 4, 0) ** 8,
    }


@pytest.mark.parametrize("name", activities())
@pytest.mark.parametrize("seed", range(4))
def test_activity_is_no_artefact(name: str, seed: int) -> None:
    envelope = 5e-5 * activities()[name]
    assert not find(simulate_emg(np.random.default_rng(seed), "soleus", envelope, RATE).values)


SETUP = """<OpenSimDocument Version="40500"><NMMEmgProcessingTool name="leg"><recordings>
{recordings}</recordings><mains_frequency>50</mains_frequency>{more}
<normalization>{normalization}</normalization></NMMEmgProcessingTool></OpenSimDocument>"""


def process(
    folder: Path, normalization: str, more: str = "", **recordings: tuple[str, Array, float]
) -> Processed:
    """Recordings by name: role, values (V) of one channel, and the start of their clock (s)."""
    listed = ""
    for name, (role, values, start) in recordings.items():
        time = start + np.arange(len(values)) / RATE
        rows = [f"{t:.10g},{1e3 * v:.9g}" for t, v in zip(time, values, strict=True)]
        (folder / f"{name}.csv").write_text("\n".join(["time (s),soleus (mV)", *rows]))
        listed += (
            f'<Recording name="{name}"><role>{role}</role><files><EmgFile name="a">'
            f"<file>{name}.csv</file><channels>soleus</channels></EmgFile></files></Recording>"
        )
    file = folder / "setup.xml"
    file.write_text(SETUP.format(recordings=listed, normalization=normalization, more=more))
    return process_emg(read_emg_setup(file))


def read_peaks(processed: Processed) -> tuple[float, Array, Array]:
    """The divisor (V), times (s) and shares of the first trial."""
    file = processed.envelope_files[0]
    (line,) = [line for line in file.read_text().split("\n") if "channel_divisors=" in line]
    table = read_table(file, "EMG")
    return float(line.split("=")[1]), table.time, table.values[:, 0]


@pytest.mark.parametrize("lag", ["zero", "causal"])
def test_the_maximum_is_that_of_the_muscle(tmp_path: Path, lag: str) -> None:
    values = walk().values
    more = f"<lag>{lag}</lag>"
    clean, _, undisturbed = read_peaks(process(tmp_path, "maximum", more, t=("trial", values, 0)))
    assert undisturbed.max() == pytest.approx(1)
    spoilt = values + burst(5.4, 5e-4)
    divisor, time, found = read_peaks(process(tmp_path, "maximum", more, t=("trial", spoilt, 0)))
    assert divisor == pytest.approx(clean, rel=1e-2)
    # The artefact stays where it was, and is more than the whole.
    assert found.max() > 3
    away = (time < 5.0) | (time > 6.2)
    assert found[away] == pytest.approx(undisturbed[away], abs=0.02)


def test_without_an_artefact_the_maximum_is_the_largest_value(tmp_path: Path) -> None:
    divisor, _, _ = read_peaks(process(tmp_path, "maximum", t=("trial", walk().values, 0)))
    _, values = make_envelopes([walk()], EmgFilters(), 200.0)
    assert divisor == pytest.approx(values.max(), rel=1e-4)


def test_several_mvcs_with_clocks_of_their_own(tmp_path: Path) -> None:
    hold = simulate_emg(
        np.random.default_rng(3), "soleus", 2e-4 * ((TIME > 3) & (TIME < 8)).astype(float), RATE
    ).values
    trial = walk().values
    alone, _, _ = read_peaks(
        process(tmp_path, "mvc", t=("trial", trial, 0), heel=("mvc", hold, 500))
    )
    processed = process(
        tmp_path,
        "mvc",
        t=("trial", trial, 2.5),
        toes=("mvc", 0.5 * hold[: int(9 * RATE)], 0),
        heel=("mvc", hold + burst(9.5, 5e-3), 500),
    )
    divisor, time, values = read_peaks(processed)
    assert divisor == pytest.approx(alone, rel=1e-6)
    assert values.max() < 0.5
    assert time[0] == pytest.approx(2.5, abs=0.01)
    checks = {own.name: {finding.check for finding in own.findings} for own in processed.recordings}
    assert "electrode_artefact" in checks["heel"]
    assert "mvc_below_trial" not in checks["t"]


def test_an_mvc_below_its_trial_is_said(tmp_path: Path) -> None:
    trial = walk().values
    processed = process(
        tmp_path,
        "mvc",
        t=("trial", trial + burst(5.4, 5e-3), 0),
        weak=("mvc", 0.25 * trial, 0),
        weaker=("mvc", 0.2 * trial, 0),
    )
    divisor, _, _ = read_peaks(processed)
    (found,) = [f for f in processed.recordings[0].findings if f.check == "mvc_below_trial"]
    assert found.value == pytest.approx(4, rel=1e-2)
    assert f"its MVC only {1e6 * divisor:.3g} µV (in 'weak')" in found.text
    assert f"reaches {4e6 * divisor:.3g}"[:-1] in found.text


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (1e-6 * np.arange(24000.0), "it is a count or a clock"),
        (1e6 * walk().values, "expected EMG within 10 V"),
    ],
)
def test_what_no_emg_can_be_is_refused(values: Array, message: str) -> None:
    with pytest.raises(NMMError, match=message):
        examine([replace(walk(), values=values)], 50.0)


@pytest.mark.parametrize("rate", [2.0, 2e6])
def test_rates_of_times_in_another_unit_are_refused(rate: float) -> None:
    with pytest.raises(NMMError, match="unit of the times"):
        examine([replace(walk(), rate=rate)], 50.0)


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"the recordings are not at {RECORDINGS}")
def test_walks_and_mvcs_of_one_person(tmp_path: Path) -> None:
    """Ten walks, six MVCs: no walk has an artefact, one MVC does; soleus walks above its MVC."""
    folder = RECORDINGS / "walking_wearable"
    files = [("trial", file) for file in sorted((folder / "emg").glob("*.csv"))]
    files += [("mvc", file) for file in sorted((folder / "mvc").glob("*.csv"))]
    labels = files[0][1].read_text(encoding="utf-8").splitlines()[0].split(",")[1:]
    channels = " ".join(label.removesuffix(" (mV)") for label in labels)
    listed = "".join(
        f'<Recording name="{file.stem}"><role>{role}</role><files><EmgFile name="a">'
        f"<file>{file}</file><channels>{channels}</channels></EmgFile></files></Recording>"
        for role, file in files
    )
    setup = tmp_path / "setup.xml"
    setup.write_text(SETUP.format(recordings=listed, normalization="mvc", more=""))
    processed = process_emg(read_emg_setup(setup))
    assert len(processed.envelope_files) == 10
    found = [
        (own.name, finding.channel)
        for own in processed.recordings
        for finding in own.findings
        if finding.check == "electrode_artefact"
    ]
    assert found == [("rectus_femoris", "lateral_gastrocnemius_right")]
    above = {
        finding.channel
        for own in processed.recordings
        for finding in own.findings
        if finding.check == "mvc_below_trial"
    }
    assert above == {"soleus_right", "biceps_femoris_right"}
