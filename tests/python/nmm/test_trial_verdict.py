"""What a trial's frames outside training leave of an artefact's verdict."""

from __future__ import annotations

import pytest

from nmm_opensim.nmm.estimate import Trust
from nmm_opensim.nmm.trained import ExcitationJudgement
from nmm_opensim.nmm.trial_verdict import find_trial_verdict


@pytest.mark.parametrize(
    ("verdict", "share", "expected", "percent"),
    [
        ("trust", 0.0, "trust", None),
        ("trust", 0.25, "trust", None),
        ("trust", 0.286, "use with care", 29),
        ("trust", 0.5, "use with care", 50),
        ("trust", 0.505, "do not use", 51),
        ("use with care", 0.5, "use with care", None),
        ("use with care", 1.0, "do not use", 100),
        ("do not use", 0.3, "do not use", None),
        ("do not use", 0.9, "do not use", None),
    ],
)
def test_frames_outside_training_lower_a_verdict(
    verdict: Trust, share: float, expected: Trust, percent: int | None
) -> None:
    judgement = ExcitationJudgement(verdict, "so it is", None)
    said, reason = find_trial_verdict(judgement, share)
    assert said == expected
    lowered = f"{percent} % of frames lie outside what training saw"
    assert reason == ("so it is" if percent is None else lowered)
