"""The paper's experiment from its scores to its page: tables, parameters against truth, figure.

    nmm-opensim benchmark setups/paper_benchmark.xml --processes 2
    python benchmarks/paper.py setups/paper_benchmark.xml --processes 2

What stands between ``<!-- made: NAME -->`` and ``<!-- end: NAME -->`` in the pages is written anew,
all other text stays. Scores by person and load also go to ``paper_scores.csv`` beside the cells.
Fits for the parameters are kept there too: stopped, the same command goes on.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from paper_figure import draw
from paper_fits import Fit, fit_all, sort_fits
from paper_pairs import describe_differences, make_bar_table, make_difference_table
from paper_parameters import make_cost_table, make_parameter_table
from paper_scores import Scores, read_scores
from paper_sections import fill_sections
from paper_tables import (
    describe_marks,
    make_interval_table,
    make_people_tables,
    make_regime_tables,
    make_seed_table,
)

from nmm_opensim.errors import NMMError
from nmm_opensim.files import write_csv, write_text
from nmm_opensim.training.scoring import EMG, METRICS, MOMENT

ROOT = Path(__file__).resolve().parents[1]


def make_sections(scores: Scores, fits: Sequence[Fit], figure: str) -> dict[str, str]:
    """What the page's sections hold, by name; ``figure`` is its path from the page."""
    how = describe_differences(scores)
    return {
        "figure": f"![Deep EMG and joint moment of every estimator in three regimes]({figure})",
        "bar": make_bar_table(scores),
        "differences": f"{make_difference_table(scores, EMG)}\n\n{how}",
        "moments": make_difference_table(scores, MOMENT),
        "parameters": make_parameter_table(scores, fits),
        "cost": make_cost_table(fits),
        "seeds": make_seed_table(scores),
        "intervals": make_interval_table(scores),
        "scores": f"{describe_marks()}\n\n{make_regime_tables(scores)}",
    }


def write_page(page: Path, sections: Mapping[str, str]) -> None:
    """A page with its sections anew."""
    write_text(page, fill_sections(page, sections))
    print(f"Written: {page}")


def write_scores(scores: Scores, file: Path) -> None:
    """All metrics of every person, load, estimator and quantity, means over trials and seeds."""
    what = ["group", "person", "left_out", "estimator", "kind", "quantity", "trials", "seeds"]
    write_csv(
        file,
        [*what, *METRICS],
        (
            [row.group, row.person, load, row.estimator, row.kind, row.quantity]
            + [row.trials, row.seeds]
            + [f"{row.mean[metric]:.6g}" for metric in METRICS]
            for load, rows in scores.by_load.items()
            for row in rows
        ),
    )
    print(f"Written: {file}")


def gather_fits(scores: Scores, processes: int) -> list[Fit]:
    """The fits of everybody, with word of each."""
    fits: list[Fit] = []
    people = len(scores.setup.people)
    for done, (person, own) in enumerate(fit_all(scores.setup, processes), 1):
        fits += own
        times = ", ".join(f"{fit.estimator} {fit.seconds:.0f} s" for fit in own)
        print(f"Parameters of {person} ({done} of {people}): {times}", flush=True)
    return sort_fits(scores.setup, fits)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("setup", type=Path, help="benchmark of simulated people, which was run")
    parser.add_argument("--processes", type=int, default=1, help="that fit parameters")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "paper.md")
    parser.add_argument("--people-page", type=Path, default=ROOT / "docs" / "paper_people.md")
    parser.add_argument("--figure", type=Path, default=ROOT / "docs" / "images" / "paper.png")
    options = parser.parse_args()
    try:
        scores = read_scores(options.setup)
        fits = gather_fits(scores, options.processes)
        draw(scores, options.figure)
        write_scores(scores, scores.setup.results_directory / "paper_scores.csv")
        figure = Path(os.path.relpath(options.figure, options.page.parent)).as_posix()
        write_page(options.page, make_sections(scores, fits, figure))
        write_page(options.people_page, {"people": make_people_tables(scores)})
    except NMMError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("Stopped; what is fitted is kept, and the same command goes on.", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
