"""The report: the same numbers as the results, nothing from outside, nothing that can act."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pytest
from conftest import ROOT, Walking, run_cli
from evil_names import EVIL, rename

from nmm_opensim.benchmarking.benchmark import Benchmark
from nmm_opensim.benchmarking.benchmark_report import write_report as write_benchmark
from nmm_opensim.benchmarking.benchmark_setup import read_benchmark_setup
from nmm_opensim.benchmarking.rows import Row
from nmm_opensim.benchmarking.verdicts import judge
from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.catalogue import list_standings
from nmm_opensim.examples.raw_emg.simulated import make_bursts, simulate_emg
from nmm_opensim.formats.tables import Table, read_table
from nmm_opensim.nmm.artefact import read_artefact
from nmm_opensim.nmm.estimate import Expectation, Trust
from nmm_opensim.nmm.sources import Deep
from nmm_opensim.nmm.trained import ExcitationJudgement, PopulationFit, Witness
from nmm_opensim.recordings.emg.emg_setup import read_emg_setup
from nmm_opensim.recordings.emg.process import process_emg
from nmm_opensim.report import content as content_module
from nmm_opensim.report.content import Content, gather
from nmm_opensim.report.decimation import BUCKETS, decimate
from nmm_opensim.report.page import render
from nmm_opensim.report.plots import plot_panel
from nmm_opensim.report.report_setup import read_report_setup
from nmm_opensim.report.write import write_report
from nmm_opensim.running.figures import draw_grid, draw_panels
from nmm_opensim.running.palette import NMM, OUTSIDE
from nmm_opensim.running.panels import (
    make_deep_panels,
    make_force_panel,
    make_moment_panels,
)
from nmm_opensim.running.results import RunResults, read_results
from nmm_opensim.training.score_tables import read_scores
from nmm_opensim.training.scoring import EMG, METRICS, MOMENT

LARGEST_PAGE = 10e6  # bytes


@pytest.fixture(scope="module")
def page(report_content: Content) -> str:
    return render(report_content)


def read_data(page: str, name: str) -> Any:
    """The JSON that the page's script draws."""
    (text,) = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', page)
    return json.loads(text)


def strip_scripts(page: str) -> str:
    return re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)


def test_the_verb_writes_page_and_figures(report_setup: Path, tmp_path: Path) -> None:
    done = run_cli("report", str(report_setup), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    results = report_setup.parents[1] / "results" / "report"
    assert str(results / "walking_report.html") in done.stdout
    run = "second_stance_"
    subjects = ("deep_emg", "activations", "muscle_forces", "moments")
    for subject in (*(run + subject for subject in subjects), "parameters"):
        stem = f"walking_report_{subject}"
        assert (results / f"{stem}.pdf").read_bytes().startswith(b"%PDF")
        assert "<svg" in (results / f"{stem}.svg").read_text()
    assert not list(tmp_path.iterdir())


def test_numbers_are_those_of_the_results(page: str, report_content: Content) -> None:
    plots = read_data(page, "plots")
    ((_, results),) = report_content.runs
    for plot, series, suffix in [
        ("run-0-activations", "activations", "/activation"),
        ("run-0-forces", "muscle_forces", ""),
    ]:
        table = read_table(results.setup.result(series), "results")
        assert plots[plot]["time"] == pytest.approx(table.time, rel=1e-5)
        shown = {trace["name"]: trace["y"] for trace in plots[plot]["data"]}
        assert len(shown) == len(table.columns) == 22
        for column, values in zip(table.columns, table.values.T, strict=True):
            name = column.removesuffix(suffix).split("/")[-1]
            assert shown[name] == pytest.approx(values, rel=1e-5)
    moments = read_table(results.setup.result("joint_moments"), "results")
    knee = {trace["name"]: trace["y"] for trace in plots["run-0-moment-0"]["data"]}
    assert knee["NMM"] == pytest.approx(moments.values[:, 0], rel=1e-5)
    assert knee["inverse dynamics"] == pytest.approx(moments.values[:, 1], rel=1e-5)
    excitations = read_table(results.setup.result("excitations"), "results")
    deep = {trace["name"]: trace["y"] for trace in plots["run-0-deep-0"]["data"]}
    (soleus,) = (i for i, c in enumerate(excitations.columns) if c.endswith("/soleus_r"))
    assert deep["NMM"] == pytest.approx(excitations.values[:, soleus], rel=1e-5)


def test_scores_are_those_of_the_table(page: str, report_content: Content) -> None:
    scores = read_scores(report_content.training.results_directory / "walking_scores.csv")
    (r,) = (
        score.r
        for score in scores
        if (score.trial, score.quantity, score.estimator) == ("second_stance", "soleus_r", "NMM")
    )
    row = r"<td>soleus_r</td><td>second_stance \(test\)</td><td>NMM</td>"
    (shown,) = re.findall(row + r'<td class="number">([\d.−]+)', page)
    assert shown == f"{r:.2f}".replace("-", "−")


def test_everything_that_makes_it_again_is_there(page: str, report_content: Content) -> None:
    text = strip_scripts(page)
    commands = ["inverse-kinematics", "inverse-dynamics", "train", "run", "report"]
    assert re.findall(r"^(?:<pre><code>)?nmm-opensim (\S+) \S+\.xml", text, re.M) == commands
    for sha256 in report_content.artefact.training.data.values():
        assert sha256 in text
    assert "&lt;NMMTrainingTool" in text
    assert "The training trials hold 1.41 s" in text
    assert str(report_content.setup.file.parent) not in page


def test_the_page_needs_nothing_else(page: str) -> None:
    assert len(page.encode()) < LARGEST_PAGE
    text = strip_scripts(page)
    assert not re.search(r"""(?:src|href|action|data)\s*=\s*["']?(?:https?:)?//""", text)
    assert not re.search(r"@import|url\(|<link\b|<iframe|<object|<img", text)
    assert "default-src 'none'" in text


def test_the_same_results_make_the_same_files(report_content: Content, page: str) -> None:
    assert render(report_content) == page
    written = write_report(report_content.setup)
    first = [file.read_bytes() for file in written]
    assert [file.read_bytes() for file in write_report(report_content.setup)] == first


def test_names_are_text_and_nothing_else(report_content: Content) -> None:
    evil = rename(report_content, "soleus_r", EVIL)
    page = render(evil)
    assert "<script>window" not in page
    assert "onerror=" not in re.sub(r"&lt;img/src=x/onerror=", "", strip_scripts(page))
    assert page.count("<script") == render(report_content).count("<script")
    # Plotly reads some HTML in labels.
    names = [trace["name"] for trace in read_data(page, "plots")["run-0-forces"]["data"]]
    assert sum("&lt;/script&gt;" in name for name in names) == 1
    assert not any("<" in name for name in names)


def test_the_interval_is_drawn_where_there_is_one(report_content: Content) -> None:
    ((_, results),) = report_content.runs
    (without,) = make_deep_panels(results)
    assert without.band is None
    estimate = without.lines[0].values
    intervals = Table(
        "intervals",
        ("/forceset/soleus_r/lower", "/forceset/soleus_r/upper"),
        without.time,
        np.column_stack([0.5 * estimate, 2.0 * estimate]),
    )
    (panel,) = make_deep_panels(replace(results, excitation_intervals=intervals))
    lower, upper, line, *_ = plot_panel(panel)["data"]
    assert lower["y"] == pytest.approx(0.5 * estimate, rel=1e-5)
    assert upper["y"] == pytest.approx(2.0 * estimate, rel=1e-5)
    assert upper["fill"] == "tonexty"
    assert line["line"]["color"] == NMM


def mark_outside(results: RunResults, frames: list[int]) -> RunResults:
    """As if EMG lay outside what training saw at some frames."""
    values = np.zeros((len(results.excitations.time), 3))
    values[frames, 0] = 0.3
    columns = ("channels", "coordinates", "speeds")
    table = Table("outside", columns, results.excitations.time, values)
    return replace(results, outside_training=table)


def test_frames_outside_training_are_drawn_on_grey_and_counted(report_content: Content) -> None:
    ((run, results),) = report_content.runs
    marked = mark_outside(results, [10, 11, 12, 96])
    (deep,) = make_deep_panels(marked)
    times, later = results.excitations.time, results.joint_moments.time
    # Halfway to the neighbours, and no farther than the run.
    spans = [((t[9] + t[10]) / 2, (t[12] + t[13]) / 2, (t[95] + t[96]) / 2) for t in (times, later)]
    for panel, (first, second, third), end in zip(
        (deep, make_moment_panels(marked)[0]), spans, (times[96], later[96]), strict=True
    ):
        assert np.array(panel.outside) == pytest.approx(np.array([[first, second], [third, end]]))
        shapes = plot_panel(panel)["layout"]["shapes"]
        assert [(s["x0"], s["x1"]) for s in shapes] == list(panel.outside)
        assert {s["fillcolor"] for s in shapes} == {OUTSIDE}
        assert {s["layer"] for s in shapes} == {"below"}
    said = f"4 of {len(times)} frames lie outside what training saw: channels at 4"
    assert marked.describe_outside() == said
    text = strip_scripts(render(replace(report_content, runs=[(run, marked)])))
    assert said in text
    assert "there the NMM only guesses" in text


def test_pictures_and_paper_figures_have_the_same_grey(
    report_content: Content, tmp_path: Path
) -> None:
    ((_, results),) = report_content.runs
    for frames, drawn in (([10, 11, 50], 2), ([], 0)):
        marked = mark_outside(results, frames)
        file = tmp_path / "figure.svg"
        draw_panels(make_deep_panels(marked), [file])
        # The legend has one too.
        assert file.read_text().count(f"fill: {OUTSIDE}") == drawn + bool(drawn)
        draw_grid(make_force_panel(marked), [file])
        assert file.read_text().count(f"fill: {OUTSIDE}") == 22 * drawn


def test_a_run_inside_training_has_no_grey(report_content: Content) -> None:
    ((run, results),) = report_content.runs
    inside = mark_outside(results, [])
    (panel,) = make_deep_panels(inside)
    assert panel.outside == ()
    assert inside.describe_outside().startswith("0 of ")
    text = strip_scripts(render(replace(report_content, runs=[(run, inside)])))
    assert "only guesses" not in text


def test_each_deep_muscle_has_its_verdict_in_the_trial(report_content: Content) -> None:
    ((run, results),) = report_content.runs
    (soleus,) = results.artefact.deep_muscles
    judgement = ExcitationJudgement(
        "trust", "two neighbours agree", None, (), Expectation(0.9, (0.8, 0.95), 0.1, (0.05, 0.2))
    )
    artefact = replace(
        results.artefact,
        muscles=tuple(
            replace(muscle, judgement=judgement) if muscle is soleus else muscle
            for muscle in results.artefact.muscles
        ),
    )
    cases: tuple[tuple[float, Trust, str], ...] = (
        (0.1, "trust", "two neighbours agree"),
        (0.4, "use with care", "39 % of frames lie outside what training saw"),
    )
    for share, verdict, reason in cases:
        frames = list(range(int(share * len(results.excitations.time))))
        judged = replace(
            mark_outside(results, frames), artefact=artefact, verdicts={"soleus_r": verdict}
        )
        said = f"{verdict}, expected r 0.90 (0.80 to 0.95), because {reason}"
        assert judged.describe_verdicts() == {"soleus_r": said}
        text = strip_scripts(render(replace(report_content, runs=[(run, judged)])))
        assert f"<p>In this trial: {said}.</p>" in text
    # Of an older tool, which wrote none.
    assert "In this trial" not in strip_scripts(render(report_content))


def test_results_of_an_older_version_tell_no_frames_outside(report_content: Content) -> None:
    ((run, results),) = report_content.runs
    older = replace(results, outside_training=None)
    (panel,) = make_deep_panels(older)
    assert (panel.outside, older.describe_outside()) == ((), "")
    text = strip_scripts(render(replace(report_content, runs=[(run, older)])))
    assert "outside what training saw" not in text


def test_a_table_of_other_frames_is_refused(report_content: Content) -> None:
    ((_, results),) = report_content.runs
    file = results.setup.result("outside_training")
    kept = file.read_bytes()
    lines = kept.decode().splitlines()
    try:
        file.write_text("\n".join(lines[:-1]).replace("nRows=97", "nRows=96") + "\n")
        with pytest.raises(NMMError, match=r"outside_training.sto.*expected the 97 times.*run the"):
            read_results(results.setup)
    finally:
        file.write_bytes(kept)


@pytest.mark.parametrize(
    ("missing", "command"),
    [
        ("walking/walking.nmm", "train short_train.xml"),
        ("walking/walking_scores.csv", "train short_train.xml"),
        ("report/walking_muscle_forces.sto", "run report_nmm.xml"),
    ],
)
def test_a_missing_result_names_its_command(report_setup: Path, missing: str, command: str) -> None:
    file = report_setup.parents[1] / "results" / missing
    away = file.with_suffix(".away")
    file.rename(away)
    try:
        done = run_cli("report", str(report_setup))
    finally:
        away.rename(file)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert file.name in done.stderr
    assert f"nmm-opensim {command}" in done.stderr


def test_changed_data_are_told(
    report_setup: Path, walking: Walking, report_content: Content
) -> None:
    assert report_content.changes == []
    emg = walking.folder / "data/example3DWalking/electromyography.sto"
    original = emg.read_bytes()
    emg.write_bytes(original + b"\n")
    try:
        (change,) = gather(read_report_setup(report_setup)).changes
    finally:
        emg.write_bytes(original)
    assert "electromyography.sto" in change
    assert "nmm-opensim train" in change


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<initial_time>1.41<", "<initial_time>1.2<", "within those of the run, 1.41 to 2.37 s"),
        ("<initial_time>1.41<", "<initial_time>2.2<", "<initial_time> before <final_time>"),
        ('name="second_stance"', 'name="../x"', "a name that files can have"),
        ("report_nmm.xml", "absent.xml", "absent.xml"),
    ],
)
def test_unusable_setups_are_refused(
    report_setup: Path, walking: Walking, old: str, new: str, expected: str
) -> None:
    changed = walking.copy(report_setup, "refused_report.xml", (old, new))
    with pytest.raises(NMMError, match=re.escape(expected)):
        gather(read_report_setup(changed))


def test_raw_emg_is_shown_with_what_is_wrong(report_content: Content, tmp_path: Path) -> None:
    clock = np.arange(8000) / 2000
    signals = [
        simulate_emg(np.random.default_rng(k), "raw", 2e-4 * make_bursts(clock, 2.0, 0.5), 2000)
        for k in range(2)
    ]
    raw = 1e6 * np.column_stack([signal.values for signal in signals])
    raw[4000:4400, 1] = 0.0
    np.savetxt(tmp_path / "raw.csv", raw, "%.7g", ",", header="a,b", comments="")
    setup = tmp_path / "emg.xml"
    setup.write_text(
        f"""<OpenSimDocument><NMMEmgProcessingTool name="x"><recordings><Recording name="r"><files>
        <EmgFile name="f"><file>raw.csv</file><channels>a,b</channels>
        <names>a {escape(EVIL)}</names><units>uV</units><sampling_rate>2000</sampling_rate>
        </EmgFile></files></Recording></recordings><mains_frequency>50</mains_frequency>
        <normalization>maximum</normalization></NMMEmgProcessingTool></OpenSimDocument>"""
    )
    with_emg = replace(report_content.setup, emg_setup_file=setup)
    with pytest.raises(NMMError, match="nmm-opensim process-emg"):
        gather(with_emg)
    process_emg(read_emg_setup(setup))
    content = gather(with_emg)
    page = render(content)
    assert "nothing changes for 0.2 s" in page
    assert f"Raw EMG of r: {escape(EVIL)}: dropout" in page
    plot = read_data(page, "plots")["raw-0"]
    assert max(plot["data"][0]["y"]) == pytest.approx(raw[:, 0].max(), rel=1e-5)
    assert [(s["x0"], s["x1"]) for s in plot["layout"]["shapes"]] == [
        (pytest.approx(2.0, abs=0.01), pytest.approx(2.2, abs=0.01))
    ]
    assert not any("<script" in note["text"] for note in plot["layout"]["annotations"])
    assert any(file.name.endswith("/raw.csv") for file in content.provenance.inputs)


def test_a_benchmark_is_shown_with_its_marks(report_content: Content, walking: Walking) -> None:
    # In a folder of its own: other tests run the benchmark itself.
    setup = walking.copy(
        walking.run_setup.with_name("walking_benchmark.xml"),
        "shown_benchmark.xml",
        ("results/walking_benchmark", "results/shown_benchmark"),
    )
    declared = read_benchmark_setup(setup)
    nothing = dict.fromkeys(METRICS, math.nan)

    def row(estimator: str, r: float, spread: float) -> Row:
        mean = {**nothing, "r": r, "scaled_rmse": 0.1}
        deviation = {**nothing, "r": spread}
        return Row("soleus", estimator, EMG, "soleus_r", 1, 2, mean, deviation)

    rows = [row("nmm", 0.8, 0.05), row("static_optimization", -0.3, math.nan)]
    with pytest.raises(NMMError, match="nmm-opensim benchmark"):
        gather(replace(report_content.setup, benchmark_setup_file=declared.file))
    write_benchmark(declared, rows, [])
    content = gather(replace(report_content.setup, benchmark_setup_file=declared.file))
    page = render(content)
    assert '<td class="number">0.80 ± 0.05</td><td class="number">−0.30</td>' in page
    assert '<th class="number">static_optimization*</th>' in page
    assert "soleus_r, nmm: r 0.80, error 10 % of maximum; there is no copy to compare with." in page


def test_each_group_of_a_benchmark_has_its_bars_and_tables(
    report_content: Content, walking: Walking
) -> None:
    declared = read_benchmark_setup(walking.run_setup.with_name("walking_benchmark.xml"))
    (person,) = declared.people
    people = tuple(
        replace(person, name=f"{group}{k}", group=group) for group in "ab" for k in range(2)
    )
    values = dict.fromkeys(METRICS, math.nan) | {"scaled_rmse": 0.1}
    r = {
        ("posterior_own_moments", "a"): 0.8,
        ("posterior_own_moments", "b"): 0.6,
        ("neighbour_copy", "a"): 0.4,
        ("neighbour_copy", "b"): 0.4,
    }
    rows = tuple(
        Row(
            *("soleus", name, EMG, "soleus_r", 1, 1),
            *(values | {"r": of}, values, {"roles/t": of}, "", each.name, group),
        )
        for (name, group), of in r.items()
        for each in people
        if each.group == group
    )
    verdicts = judge(rows, list_standings(declared.training.optimization))
    grouped = Benchmark(replace(declared, people=people), rows, tuple(verdicts))
    page = render(replace(report_content, benchmark=grouped))
    shown = page[page.index("<h3>Hide-a-muscle</h3>") :]
    first, second = shown[: shown.index("</section>")].split("<h4>Group ")[1:]
    told = ((first, 0, "a0, a1", "0.80"), (second, 1, "b0, b1", "0.60"))
    for section, place, names, own in told:
        assert f"<p>2 people: {names}. Mean over people" in section
        assert f'id="benchmark-{place}"' in section
        assert "standard deviation over 2 people" in section
        assert "<h5>Correlation r</h5>" in section
        assert f"<li>soleus_r, posterior_own_moments*: r {own}, " in section


def test_a_benchmark_of_other_people_must_be_run_again(
    report_content: Content, walking: Walking
) -> None:
    setup = walking.copy(
        walking.run_setup.with_name("walking_benchmark.xml"),
        "other_benchmark.xml",
        ("results/walking_benchmark", "results/other_benchmark"),
    )
    declared = read_benchmark_setup(setup)
    values = dict.fromkeys(METRICS, math.nan) | {"r": 0.8}
    row = Row("soleus", "nmm", EMG, "soleus_r", 1, 1, values, values, person="somebody")
    write_benchmark(declared, [row], [])
    with pytest.raises(NMMError, match=r"expected rows of the people and groups of .*run the"):
        gather(replace(report_content.setup, benchmark_setup_file=declared.file))


def test_trials_without_moments_are_shown(report_content: Content, walking: Walking) -> None:
    train = walking.leave_out_moments(walking.train_setup, "shown_train.xml", "second_stance")
    setup = walking.copy(
        walking.run_setup.with_name("walking_benchmark.xml"),
        "silent_benchmark.xml",
        ("walking_train.xml", train.name),
        ("results/walking_benchmark", "results/silent_benchmark"),
    )
    declared = read_benchmark_setup(setup)
    values = dict.fromkeys(METRICS, math.nan) | {"r": 0.8}
    write_benchmark(declared, [Row("soleus", "nmm", EMG, "soleus_r", 1, 1, values, values)], [])
    content = gather(replace(report_content.setup, benchmark_setup_file=declared.file))
    tested = [s for s in content.scores if (s.role, s.kind) != ("test", MOMENT)]
    page = render(replace(content, training=declared.training, scores=tested))
    own = page[page.index("<td>second_stance</td>") :]
    # Nothing slips into the column of inverse dynamics.
    assert "<td>none</td>" in own[: own.index("</tr>")]
    assert "soleus_r EMG, second_stance" in page
    assert "moment, second_stance" not in page
    assert '<th class="number">static_optimization*</th>' in page
    assert '<td class="number">n/a</td>' in page
    assert "Some test trials have no moments" in page


def test_an_old_artefact_must_be_trained_again(
    report_setup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = read_artefact(ROOT / "tests/data/format1.nmm")
    monkeypatch.setattr(content_module, "read_artefact", lambda file: old)
    with pytest.raises(NMMError, match="older version; train it again"):
        gather(read_report_setup(report_setup))


def test_decimation_loses_no_peak() -> None:
    values = np.random.default_rng(1).normal(size=100_003)
    values[-1] = 50.0
    short = decimate(2.0, 1000.0, values)
    assert len(short.values) <= 2 * BUCKETS
    assert (short.values.max(), short.values.min()) == (50.0, values.min())
    peak = 2.0 + int(np.argmin(values)) / 1000.0
    shown = short.start + short.step * int(np.argmin(short.values))
    assert abs(shown - peak) < 2 * short.step
    few = values[:1000]
    assert decimate(0.0, 1000.0, few).values is few


def test_the_quality_of_the_motion_is_shown(report_content: Content, page: str) -> None:
    angles, moments = report_content.inverse
    assert (angles.name, moments.name) == ("walking_coordinates.mot", "walking_moments.sto")
    assert angles.quality is not None
    assert moments.quality is not None
    section = page[page.index('<section id="motion">') : page.index('<section id="emg">')]
    assert "R.Toe" in section
    assert "24 markers are tracked" in section
    assert "; no gaps" in section
    assert "residual force at pelvis" in section
    assert "largest external force 1026 N, mass centre at 0.99 m" in section
    summary = page[page.index('<section id="summary">') : page.index('<section id="inputs">')]
    assert "walking_moments.sto: the residual moment" in summary


def test_results_without_a_quality_name_the_command(report_content: Content) -> None:
    old = [replace(result, quality=None, warnings=[]) for result in report_content.inverse]
    page = render(replace(report_content, inverse=old))
    assert "Nothing tells its quality; <code>nmm-opensim inverse-kinematics walking_ik" in page
    assert 'href="#motion"' not in render(replace(report_content, inverse=[]))


def test_who_speaks_and_how_other_people_fit(report_content: Content) -> None:
    fit = PopulationFit(
        "walking", True, 0.07, {"a": 0.81}, {"a": -0.3}, {"a": 0.84, "b": 0.5}, {"a": 0.6, "b": 0.4}
    )
    witnesses = (Witness("gastrocnemius", 0.25), Witness("15 people (walking)", 0.75))
    judgement = ExcitationJudgement("use with care", "why", None, witnesses)
    artefact = report_content.artefact
    muscles = tuple(
        replace(muscle, judgement=judgement) if isinstance(muscle.source, Deep) else muscle
        for muscle in artefact.muscles
    )
    told = replace(artefact, muscles=muscles, population=fit)
    page = render(replace(report_content, artefact=told))
    assert "25 % gastrocnemius; 75 % 15 people (walking)" in page
    assert escape(fit.describe(), {"'": "&#39;"}) in page
    rows = re.findall(r"<tr><td>[ab]</td>.*?</tr>", page)
    cells = [re.findall(r"number\">(.*?)</td>", row) for row in rows]
    assert cells == [["0.81", "\u22120.30", "0.84", "0.60"], ["–", "–", "0.50", "0.40"]]
    assert "How other people fit" not in render(
        replace(report_content, artefact=replace(artefact, population=None))
    )
