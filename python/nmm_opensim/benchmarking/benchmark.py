"""Hide-a-muscle from a setup to its tables: what ``nmm-opensim benchmark`` does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..estimators.catalogue import list_standings
from ..listener import SILENT, Listener
from .benchmark_report import make_markdown, write_report
from .benchmark_setup import BenchmarkSetup, read_benchmark_setup
from .rows import Row, summarise_cells
from .run_cells import run_cells
from .verdicts import Verdict, judge


@dataclass(frozen=True)
class Benchmark:
    """A benchmark that has ended: rows of scores, what they mean, and the files that hold them.

    Of several people each has their own rows; verdicts and tables are over all of a group.
    """

    setup: BenchmarkSetup
    rows: tuple[Row, ...]
    verdicts: tuple[Verdict, ...]
    files: tuple[Path, ...] = ()

    @property
    def markdown(self) -> str:
        """All tables, to be read."""
        return make_markdown(self.setup, self.rows, self.verdicts)


def benchmark(setup: Path | str, listener: Listener = SILENT, processes: int = 1) -> Benchmark:
    """Hide the recorded muscles of a setup (``<NMMBenchmarkTool>``) and ask every estimator.

    What is computed is kept: stopped by ``KeyboardInterrupt``, the same call goes on from there.
    With several ``processes``, each computes one person's hidden group and fold at a time.

    Raises:
        NMMError: where the setup or its files cannot be used.

    """
    declared = read_benchmark_setup(Path(setup))
    rows = summarise_cells(list(run_cells(declared, listener, processes)))
    verdicts = judge(rows, list_standings(declared.training.optimization))
    files = write_report(declared, rows, verdicts)
    return Benchmark(declared, tuple(rows), tuple(verdicts), tuple(files))
