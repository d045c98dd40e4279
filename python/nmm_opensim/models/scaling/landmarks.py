"""Which place on the body a marker's name means, in the names that laboratories and models use.

Names differ by convention, not by spelling: ``RKNE``, ``R.Knee.Lat``, ``RLFC`` and
``right_lat_femoral_epicondyle`` are one landmark. The conventions are Plug-in Gait's, that of Helen
Hayes and Cleveland Clinic, the codes of the ISB's recommendations (Wu et al. 2002, 2005), and those
of OpenSim's own models (gait2392, Rajagopal et al. 2016). A name in no list means nothing here:
tracking markers of clusters and wands have no place that a model could know.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

SIDES = {"r": "r", "rt": "r", "right": "r", "l": "l", "lt": "l", "left": "l"}

# A word of names on the left means the same as that on the right.
WORDS = {
    "lat": "lateral",
    "med": "medial",
    "fem": "femoral",
    "femur": "femoral",
    "tib": "tibial",
    "tibia": "tibial",
    "fib": "fibular",
    "fibula": "fibular",
    "hum": "humeral",
    "humerus": "humeral",
    "epi": "epicondyle",
    "epicond": "epicondyle",
    "condyle": "epicondyle",
    "mal": "malleolus",
    "mall": "malleolus",
    "malleoli": "malleolus",
    "mt": "metatarsal",
    "met": "metatarsal",
    "meta": "metatarsal",
    "mtp": "metatarsal",
    "mth": "metatarsal",
    "metatarsus": "metatarsal",
    "first": "1",
    "1st": "1",
    "second": "2",
    "2nd": "2",
    "fifth": "5",
    "5th": "5",
    "centre": "center",
    "acromium": "acromion",
    "calcaneum": "calcaneus",
    "sup": "superior",
    "ant": "anterior",
    "post": "posterior",
}
# Words that add nothing to where a marker is.
EMPTY_WORDS = frozenset(["of", "the", "head", "marker", "process", "bone"])

# Of a side. Names are separated by commas; codes stand without their letter for the side.
PAIRED = {
    "anterior superior iliac spine": "asis, asi, ias, anterior iliac spine",
    "posterior superior iliac spine": "psis, psi, ips, posterior iliac spine",
    "iliac crest": "iliac, ilc, icr, crest",
    "greater trochanter": "trochanter, troc, tro, gtr, gtroc, gt, ftc",
    "hip center": "hjc, hip joint, hip joint center",
    "lateral knee": "knee, kne, lateral femoral epicondyle, knee lateral, lfc, lfe, lek, fle, "
    "lkne, lknee, kneel",
    "medial knee": "medial femoral epicondyle, knee medial, mfc, mfe, mek, fme, mkne, mknee, knem, "
    "knm, mkn, kneem",
    "knee center": "kjc, knee joint, knee joint center",
    "lateral tibial condyle": "tibial lateral condyle, lateral tibial plateau, ltc",
    "medial tibial condyle": "tibial medial condyle, medial tibial plateau, mtc",
    "fibular head": "head of fibula, hfb, hf, fh, fax",
    "tibial tuberosity": "tuberosity, tub, tt, ttc",
    "lateral ankle": "ankle, ank, lateral malleolus, ankle lateral, lm, lmal, fal, lank, lankle",
    "medial ankle": "medial malleolus, ankle medial, mm, mmal, tam, mank, mankle, ankm, anm, mma, "
    "man, med",
    "ankle center": "ajc, ankle joint, ankle joint center",
    "heel": "hee, calcaneus, cal, calc, calcn, posterior calcaneus, fcc, heel posterior, hel",
    "toe": "toes, toe 2, second toe",
    "toe tip": "hallux, hlx, hal, tip toe, big toe, great toe, toe 1",
    "metatarsal 1": "metatarsal 1, fm 1, d 1 m, mh 1, toe medial",
    "metatarsal 2": "metatarsal 2, fm 2, d 2 m, mh 2",
    "metatarsal 5": "metatarsal 5, fm 5, d 5 m, mh 5, to 5, toe lateral, toe 5, small toe",
    "acromion": "acr, acro, shoulder, sho, shoulder top, acp",
    "clavicle": "medial clavicle, sternoclavicular, sc",
    "lateral elbow": "elbow, elb, lateral humeral epicondyle, elbow lateral, hle, lel, epl, lelb",
    "medial elbow": "medial humeral epicondyle, elbow medial, hme, mel, epm, melb, melbow",
    "elbow center": "ejc, elbow joint, elbow joint center",
    "lateral wrist": "wrist, wra, wrr, radial styloid, styloid radius, wrist lateral, "
    "wrist radius, rsp, fa radius, wrist thumb",
    "medial wrist": "wrb, wru, ulnar styloid, styloid ulna, wrist medial, wrist ulna, usp, fa ulna",
    "finger": "fin, hand, metacarpal 2, metacarpal 3, mc 2, mc 3",
}
MIDLINE = {
    "sacrum": "sacr, sac, sacral, v sacral, s 1, s 2",
    "middle of posterior spines": "mid psis, psis mid",
    "middle of anterior spines": "mid asis, asis mid",
    "jugular notch": "clav, clavicle, ij, suprasternal notch, sternal notch, sjn, manubrium",
    "sternum": "strn, ster, stern, xiphoid, xyphoid, px, sxs, xip",
    "head": "head, top head, vertex, head top",
    "C7": "c 7, cv 7",
    **{f"T{k}": f"t {k}, tv {k}, th {k}" for k in range(1, 13)},
    **{f"L{k}": f"l {k}, lv {k}" for k in range(1, 6)},
}
# Places close enough to be what a model means, where it has no marker at the landmark itself.
NEAR = {
    "toe": ("metatarsal 2", "toe tip"),
    "metatarsal 2": ("toe",),
    "toe tip": ("toe",),
    "metatarsal 1": ("toe",),
    "sacrum": ("middle of posterior spines",),
    "sternum": ("jugular notch",),
    "jugular notch": ("sternum",),
}
# Words of clusters and wands, and the bone that carries them as models name their bodies.
SEGMENTS = {
    "thigh": "femur",
    "femoral": "femur",
    "trochanter": "femur",
    "shank": "tibia",
    "calf": "tibia",
    "leg": "tibia",
    "tibial": "tibia",
    "fibular": "tibia",
    "foot": "calcn",
    "metatarsal": "calcn",
    "sacrum": "pelvis",
    "sacral": "pelvis",
    "pelvis": "pelvis",
    "sternum": "torso",
    "trunk": "torso",
    "thorax": "torso",
    "torso": "torso",
    "arm": "humerus",
    "forearm": "radius",
}


@dataclass(frozen=True)
class Landmark:
    """A place on the body; ``side`` is ``r`` or ``l``, nothing on the midline."""

    side: str
    place: str


def find_landmark(name: str) -> Landmark | None:
    """What a marker's ``name`` means, or None where no convention knows it.

    What stands before a colon is the subject's name.
    """
    words = _split(name.rpartition(":")[2])
    for key in (_code(words), _meaning(words)):
        if key in _MIDLINE:
            return Landmark("", _MIDLINE[key])
    for side, rest in _list_sides(words):
        for key in (_code(rest), _meaning(rest)):
            if key in _PAIRED:
                return Landmark(side, _PAIRED[key])
    return None


def suggest_markers(name: str, model_markers: Sequence[str]) -> list[str]:
    """Those of ``model_markers`` at the landmark that ``name`` means, then those near it."""
    wanted = find_landmark(name)
    if wanted is None:
        return []
    found = {marker: find_landmark(marker) for marker in model_markers}
    places = (wanted.place, *NEAR.get(wanted.place, ()))
    return [
        marker
        for place in places
        for marker, landmark in found.items()
        if landmark == Landmark(wanted.side, place)
    ]


def suggest_bodies(name: str, bodies: Sequence[str]) -> list[str]:
    """Those of ``bodies`` that carry what the words of ``name`` tell, on its side."""
    words = [WORDS.get(word, word) for word in _split(name.rpartition(":")[2])]
    sides = {SIDES[word] for word in words if word in SIDES}
    bones = {SEGMENTS[word] for word in words if word in SEGMENTS}
    found = []
    for body in bodies:
        own = _split(body)
        if bones & set(own) and {SIDES[word] for word in own if word in SIDES} == sides:
            found.append(body)
    return found


_Key = str | frozenset[str]


def _split(name: str) -> list[str]:
    """Words in lower case: between marks, between small and capital letters, and numbers."""
    words = re.findall(r"\d+(?:st|nd|th)\b|\d+|[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
    return [word.lower() for word in words]


def _code(words: list[str]) -> str:
    return "".join(words)


def _meaning(words: list[str]) -> frozenset[str]:
    """Words whatever their order and abbreviation, such as in ``Knee.Lat`` and ``lat_knee``."""
    return frozenset(WORDS.get(word, word) for word in words if word not in EMPTY_WORDS)


def _list_sides(words: list[str]) -> list[tuple[str, list[str]]]:
    """Each way to read a side and the rest: a word of its own, or the first letter."""
    readings = []
    for place in (0, -1):
        if len(words) > 1 and words[place] in SIDES:
            rest = words[1:] if place == 0 else words[:-1]
            readings.append((SIDES[words[place]], rest))
    if words and len(words[0]) > 1 and words[0][0] in "rl":
        readings.append((words[0][0], [words[0][1:], *words[1:]]))
    return readings


def _index(landmarks: dict[str, str]) -> dict[_Key, str]:
    places: dict[_Key, str] = {}
    for place, names in landmarks.items():
        for name in (place, *names.split(",")):
            words = _split(name)
            places[_code(words)] = place
            if meaning := _meaning(words):
                places[meaning] = place
    return places


_PAIRED, _MIDLINE = _index(PAIRED), _index(MIDLINE)
