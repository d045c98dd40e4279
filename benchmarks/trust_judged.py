"""Predicted against actual accuracy, by models that saw nothing of the data set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from rich.console import Console
from rich.table import Table as RichTable
from scipy.stats import spearmanr

from nmm_opensim.estimators.trust.learning import Evidence, learn
from nmm_opensim.estimators.trust.trust_model import TrustModel
from nmm_opensim.estimators.trust.verdict import decide, tells
from nmm_opensim.nmm.estimate import Expectation, Trust

GOOD, POOR, ENOUGH = 0.8, 0.6, 0.75
COLOURS = {"trust": "#1b7837", "use with care": "#e08214", "do not use": "#b2182b"}

Row = tuple[Evidence, bool, str, float]
"""Evidence, whether all channels were heard, the setup's name, r of the synergists' copy."""


@dataclass(frozen=True)
class Judged:
    """A muscle of a data set: means over its trials and folds."""

    setup: str
    muscle: str
    verdict: Trust
    expectation: Expectation
    r: float
    error: float
    copy_r: float
    coverage: float
    width: float
    complete: bool


def judge(rows: Sequence[Row], judged_only: set[str]) -> list[Judged]:
    """Every muscle by the model of all groups but its own and those that nothing is learnt of."""
    judged = []
    for group in sorted({evidence.group for evidence, *_ in rows}):
        model = learn([e for e, *_ in rows if e.group not in {group, *judged_only}])
        of_muscle: dict[tuple[str, str, bool, object], list[Row]] = {}
        for row in rows:
            evidence, complete, setup, _ = row
            if evidence.group == group:
                # A set of channels is a case of its own.
                case = None if complete else evidence.findings
                of_muscle.setdefault((setup, evidence.muscle, complete, case), []).append(row)
        judged += [_judge(model, members) for members in of_muscle.values()]
    return judged


def _judge(model: TrustModel, members: Sequence[Row]) -> Judged:
    evidence, complete, setup, _ = members[0]
    findings = [each.findings for each, *_ in members]
    expected = [model.expect(each) for each in findings]
    middle = expected[len(expected) // 2]
    mean = Expectation(
        float(np.mean([each.r for each in expected])),
        middle.r_range,
        float(np.mean([each.error for each in expected])),
        middle.error_range,
    )
    covered = [_cover(model, each) for each, *_ in members if len(each.estimate)]
    verdict, _ = decide(model, findings[len(findings) // 2], mean)
    interval = model.find_interval(findings[len(findings) // 2], 1.0)
    shares = [each.estimate for each, *_ in members if len(each.estimate)]
    if shares and not tells(interval, np.concatenate(shares)):
        verdict = "do not use"
    return Judged(
        setup,
        evidence.muscle,
        verdict,
        mean,
        float(np.mean([each.r for each, *_ in members])),
        float(np.mean([each.error for each, *_ in members])),
        float(np.mean([copied for *_, copied in members])),
        float(np.mean([inside for inside, _ in covered])) if covered else float("nan"),
        float(np.mean([width for _, width in covered])) if covered else float("nan"),
        complete,
    )


def _cover(model: TrustModel, evidence: Evidence) -> tuple[float, float]:
    """The share of a recording inside its interval, and the interval's width by its maximum."""
    interval = model.find_interval(evidence.findings, 1.0)
    known = interval.compute(evidence.estimate, np.zeros(len(evidence.estimate)))
    recording = evidence.recording
    inside = (known.lower <= recording) & (recording <= known.upper)
    # The maximum is that of the whole recording, in which the error was counted too.
    scale = evidence.error / np.sqrt(np.square(evidence.estimate - recording).mean())
    return float(inside.mean()), float(scale * (known.upper - known.lower).mean())


def show(judged: Sequence[Judged], console: Console, figure: Path | None) -> None:
    """Tables, what they come to, and a figure."""
    complete = [each for each in judged if each.complete]
    table = RichTable("data set", "muscle", "verdict", "expected r", "r", "copy", "error", "90 %")
    for each in complete:
        low, high = each.expectation.r_range
        table.add_row(
            each.setup,
            each.muscle,
            each.verdict,
            f"{each.expectation.r:.2f} ({low:.2f}–{high:.2f})",
            f"{each.r:.2f}",
            f"{each.copy_r:.2f}",
            f"{100 * each.expectation.error:.0f} / {100 * each.error:.0f}",
            f"{100 * each.coverage:.0f} at {100 * each.width:.0f}",
        )
    console.print(table)
    _sum_up("all channels", complete, console)
    _sum_up("random sets of channels", [e for e in judged if not e.complete], console)
    for setup in dict.fromkeys(each.setup for each in complete):
        own = [each for each in complete if each.setup == setup]
        inside, width = (np.mean([[e.coverage, e.width] for e in own], axis=0) * 100).tolist()
        enough = sum(each.coverage >= ENOUGH for each in own)
        console.print(
            f"{setup}: {inside:.0f} % inside at {width:.0f} % of maximum, {enough} of {len(own)} "
            f"muscles at {100 * ENOUGH:.0f} % or more"
        )
    if figure:
        _draw(complete, figure)


def _sum_up(title: str, judged: Sequence[Judged], console: Console) -> None:
    expected, actual = np.array([(each.expectation.r, each.r) for each in judged]).T
    inside = [e.expectation.r_range[0] <= e.r <= e.expectation.r_range[1] for e in judged]
    console.print(
        f"{title}: {len(judged)} muscles, rank correlation "
        f"{spearmanr(expected, actual).statistic:.2f}, mean absolute difference "
        f"{np.abs(expected - actual).mean():.3f}; {100 * np.mean(inside):.0f} % in theirs of 80"
    )
    always = np.abs(actual - actual.mean()).mean()
    console.print(f"  mean absolute difference where always the mean is said: {always:.3f}")
    trusted = [each for each in judged if each.verdict == "trust"]
    refused = [each for each in judged if each.verdict == "do not use"]
    met = sum(each.r >= GOOD for each in trusted)
    poor = sum(each.r < POOR or each.r < each.copy_r for each in refused)
    console.print(
        f"  trust: {len(trusted)} ({100 * len(trusted) / len(judged):.0f} %), r >= {GOOD} in {met}"
    )
    console.print(
        f"  do not use: {len(refused)} ({100 * len(refused) / len(judged):.0f} %), r < {POOR} or "
        f"below the copy's in {poor}"
    )


def _draw(judged: Sequence[Judged], file: Path) -> None:
    """Expected against actual r of every muscle, a sign for each data set."""
    signs = dict(zip(dict.fromkeys(e.setup for e in judged), "osD^v<>Pph8X*dH|_1234", strict=False))
    with plt.rc_context({"font.size": 8}):
        drawing, axes = plt.subplots(figsize=(6.4, 5.2))
        for setup, sign in signs.items():
            own = [each for each in judged if each.setup == setup]
            axes.scatter(
                [each.expectation.r for each in own],
                [each.r for each in own],
                c=[COLOURS[each.verdict] for each in own],
                marker=sign,
                s=22,
                lw=0.8,
            )
        axes.plot([0, 1], [0, 1], color="0.6", lw=0.8)
        axes.set(xlim=(0, 1), ylim=(-0.2, 1), xlabel="expected r", ylabel="actual r")
        handles = [Line2D([], [], marker="s", ls="", color=c, label=v) for v, c in COLOURS.items()]
        axes.add_artist(axes.legend(handles=handles, frameon=False, loc="upper left"))
        sets = [Line2D([], [], marker=m, ls="", color="0.4", label=s) for s, m in signs.items()]
        axes.legend(handles=sets, frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
        axes.spines[["top", "right"]].set_visible(False)
        drawing.savefig(file, dpi=150, bbox_inches="tight", metadata={"Software": None})
        plt.close(drawing)
