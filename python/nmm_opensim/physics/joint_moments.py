"""How large joint moments of people are, per kilogram of the body, by kind of joint.

Seen: level walking, ankle 1.2-1.8, knee 0.4-1, hip 0.8-1.5 N m/kg (Winter, 1991, Biomechanics and
Motor Control of Human Gait; Winter, 2009); running and sprinting several times that at ankle, knee
and hip (Schache et al., 2011, Med. Sci. Sports Exerc. 43:1260; Bezodis et al., 2014, Sports
Biomech. 13:1); isometric knee extension 2.9-3.5 (mean of men, pooled; Sarabon et al., 2021, Front.
Physiol. 12:767941); isometric shoulder flexion 90 N m (mean of men); pitching 97 N m at the
shoulder and 64 N m at the elbow (Fleisig et al., 1995, Am. J. Sports Med. 23:233).
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class UsualMoments:
    """Largest moments (N m/kg) of one kind of joint.

    Up to ``usual`` people reach in walking, running and jumping; beyond ``possible``, two to
    three times that, nobody does.
    """

    joint: str
    usual: float
    possible: float


# By what a coordinate's name begins with: those of gait2392, Rajagopal, Lai, Hamner, FullBodyModel,
# MoBL-ARMS, arm26, thoracoscapular shoulder and Delft.
_KINDS = (
    (r"ankle_angle", UsualMoments("ankle", 4.0, 8.0)),
    (r"(subtalar|mtp)_angle", UsualMoments("foot", 2.0, 5.0)),
    (r"knee_(angle|adduction|rotation)", UsualMoments("knee", 4.5, 9.0)),
    (r"hip_(flexion|adduction|rotation)", UsualMoments("hip", 5.0, 10.0)),
    (r"lumbar_", UsualMoments("lumbar spine", 5.0, 10.0)),
    (r"(arm_(flex|add|rot)|r_shoulder_|shoulder_|elv_angle)", UsualMoments("shoulder", 2.0, 5.0)),
    (r"(elbow_|r_elbow_)", UsualMoments("elbow", 1.5, 4.0)),
    (r"(pro_sup|pronation|wrist_|flexion$|deviation$)", UsualMoments("wrist", 1.0, 3.0)),
)
OTHER = UsualMoments("joint", 5.0, 10.0)
"""Of a coordinate whose joint its name does not tell: as large as any joint's."""


def find_usual_moments(coordinate: str) -> UsualMoments:
    """Of a rotation, by the name that the field's models give it."""
    for pattern, usual in _KINDS:
        if re.match(pattern, coordinate):
            return usual
    return OTHER
