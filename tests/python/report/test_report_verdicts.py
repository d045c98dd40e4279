"""How far the report's page says that a deep muscle is to be trusted."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from nmm_opensim.nmm.estimate import Expectation, Trust
from nmm_opensim.nmm.sources import Deep
from nmm_opensim.nmm.trained import ExcitationJudgement, Witness
from nmm_opensim.report.content import Content
from nmm_opensim.report.page import render

EXPECTED = Expectation(0.84, (0.62, 0.92), 0.12, (0.08, 0.19))
EXPECTATION = "expected r 0.84 (0.62 to 0.92), error 12 % (8 to 19 %) of maximum"
MOVED = "Joint moments moved it by 7 % of its deviation."


def show(content: Content, judgement: ExcitationJudgement | None) -> str:
    """The page of an artefact whose deep muscle is judged so."""
    artefact = content.artefact
    muscles = tuple(
        replace(muscle, judgement=judgement) if isinstance(muscle.source, Deep) else muscle
        for muscle in artefact.muscles
    )
    return render(replace(content, artefact=replace(artefact, muscles=muscles)))


def find_section(page: str, name: str, following: str) -> str:
    return page[page.index(f'<section id="{name}">') : page.index(f'<section id="{following}">')]


def find_cells(page: str) -> list[str]:
    """Of the deep muscle's row in the table of verdicts."""
    section = find_section(page, "verdicts", "baselines")
    (row,) = re.findall(r"<tr><td>soleus_r</td>.*?</tr>", section, re.DOTALL)
    return re.findall(r"<td>\s*(.*?)\s*</td>", row, re.DOTALL)


@pytest.mark.parametrize("verdict", ["trust", "use with care", "do not use"])
def test_verdict_expectation_and_reason(report_content: Content, verdict: Trust) -> None:
    witnesses = (Witness("gastrocnemius", 0.25), Witness("15 people (walking)", 0.75))
    judgement = ExcitationJudgement(verdict, "so it is", None, witnesses, EXPECTED, MOVED)
    page = show(report_content, judgement)
    style = verdict.replace(" ", "-")
    word = f'<span class="verdict {style}">{verdict}</span>'
    assert find_cells(page) == [
        "soleus_r",
        word,
        EXPECTATION,
        "so it is",
        MOVED,
        "25 % gastrocnemius; 75 % 15 people (walking)",
    ]
    assert f".verdict.{style} {{" in page
    # Who reads nothing but the summary reads it too.
    summary = " ".join(find_section(page, "summary", "inputs").split())
    assert f"<p>soleus_r: {word} {EXPECTATION}: so it is.</p>" in summary


def test_of_whom_nothing_is_expected(report_content: Content) -> None:
    page = show(report_content, ExcitationJudgement("do not use", "so it is", None))
    assert find_cells(page)[2:] == ["", "so it is", "", ""]
    summary = " ".join(find_section(page, "summary", "inputs").split())
    assert "do not use</span> so it is.</p>" in summary


def test_who_judges_nothing_says_so(report_content: Content) -> None:
    page = show(report_content, None)
    muscle, word, expected, reason, *_ = find_cells(page)
    assert (muscle, expected) == ("soleus_r", "")
    assert "not judged" in word
    assert reason == "The estimator of this training judges nothing; posterior does."
