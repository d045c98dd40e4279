"""The page itself: templates filled with a view, scripts and styles inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from ..version import __version__
from .content import Content
from .view.benchmark import describe_benchmark
from .view.figure import Figure
from .view.inputs import describe_training, draw_inputs, list_sources, list_trials, list_warnings
from .view.inverse import describe_inverse
from .view.parameters import draw_parameters, list_parameters
from .view.raw_emg import describe_raw_emg
from .view.runs import describe_run
from .view.scores import list_highlights, list_scores
from .view.verdicts import count_parameter_verdicts, describe_population, list_verdicts

TEMPLATES = Path(__file__).parent / "templates"


def render(content: Content) -> str:
    """The whole HTML file; the same content gives the same text."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    figures = _Figures()
    environment.globals["place"] = figures.place
    runs = [describe_run(i, run, results) for i, (run, results) in enumerate(content.runs)]
    body = environment.get_template("body.html").render(
        content=content,
        version=__version__,
        facts=describe_training(content),
        trials=list_trials(content),
        sources=list_sources(content),
        warnings=list_warnings(content),
        envelopes=draw_inputs(content),
        raw_emg=None if content.raw_emg is None else describe_raw_emg(content.raw_emg),
        inverse=describe_inverse(content.inverse),
        runs=runs,
        highlights=list_highlights(content.scores, content.training.optimization),
        scores=list_scores(content.scores),
        parameters=list_parameters(content),
        parameter_figures=draw_parameters(content),
        parameter_verdicts=count_parameter_verdicts(content),
        verdicts=list_verdicts(content),
        population=describe_population(content),
        benchmark=None if content.benchmark is None else describe_benchmark(content.benchmark),
    )
    return environment.get_template("page.html").render(
        title=f"{content.setup.name}: NMM report",
        style=_read("style.css"),
        script=_read("page.js"),
        plotly=Markup(get_plotlyjs()),
        body=Markup(body),
        plots=figures.plots,
        strides={run["id"]: run["strides"] for run in runs},
    )


class _Figures:
    """Collects the plots that templates place, by the names of their places."""

    def __init__(self) -> None:
        self.plots: dict[str, Any] = {}

    def place(self, figure: Figure) -> str:
        """The name of the figure's place; its plot goes into the page's data."""
        self.plots[figure.name] = figure.plot
        return figure.name


def _read(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))
