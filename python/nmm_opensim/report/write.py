"""From a report's setup to its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..files import write_text
from .content import gather
from .page import render
from .paper import draw_paper_figures
from .report_setup import ReportSetup


def write_report(setup: ReportSetup, show: Callable[[str], None] = lambda _: None) -> list[Path]:
    """Write the page and the figures for papers; the page is the first of the returned files.

    Nothing is written unless all results are there.
    """
    show("Reading results")
    content = gather(setup)
    show("Writing the page")
    page = render(content)
    write_text(setup.report_file, page)
    show("Drawing figures for papers")
    return [setup.report_file, *draw_paper_figures(content)]
