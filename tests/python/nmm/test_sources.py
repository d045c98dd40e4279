"""Every muscle has exactly one source, and a hidden channel is never an input."""

from __future__ import annotations

import pytest

from nmm_opensim.errors import NMMError
from nmm_opensim.nmm.sources import (
    Deep,
    Measured,
    MuscleSources,
    Recorded,
    Tied,
    Unscored,
    find_recorded,
    order_sources,
)

MODEL = ["a", "b", "c", "d"]


def test_order_channels_and_outputs() -> None:
    declared: list[Measured | Deep | Tied | Unscored] = [
        Unscored("d"),
        Deep("c", "hidden", ("y",)),
        Measured("a", ("x", "z"), (0.5, 0.5)),
        Tied("b", "c"),
    ]
    sources = order_sources(declared, MODEL, MODEL)
    assert sources.muscles == MODEL
    assert sources.channels == ["x", "z", "y"]
    assert sources.outputs == ["c", "d"]
    assert sources.describe("b") == "tied to c"


def test_a_muscle_without_source_is_named() -> None:
    with pytest.raises(NMMError, match="these have none: b, d"):
        order_sources([Measured("a", ("x",), (1.0,))], ["a", "b", "d"], MODEL)


def test_an_unknown_muscle_is_named_with_the_nearest() -> None:
    with pytest.raises(NMMError, match="'soleus' is not in the model; nearest: soleus_r"):
        order_sources([Deep("soleus")], [], ["soleus_r", "tibant_r"])


def test_ties_lead_to_a_muscle_with_a_source_of_its_own() -> None:
    with pytest.raises(NMMError, match="tied to 'z', which has no source"):
        MuscleSources((Tied("a", "z"),))
    with pytest.raises(NMMError, match="itself tied"):
        MuscleSources((Deep("a"), Tied("b", "a"), Tied("c", "b")))


def test_the_hidden_channel_cannot_be_an_input() -> None:
    with pytest.raises(NMMError, match="hidden recording of the deep muscle 'a'"):
        MuscleSources((Deep("a", "x"), Measured("b", ("x",), (1.0,))))
    with pytest.raises(NMMError, match="hidden recording"):
        MuscleSources((Deep("a", "x", synergists=("x",)),))


def test_a_synergist_is_another_muscles_channel() -> None:
    with pytest.raises(NMMError, match=r"'a': expected channels of other muscles.*'a'"):
        MuscleSources((Measured("a", ("a",), (1.0,), ("a",)),))
    with pytest.raises(NMMError, match=r"'a': expected synergists among.*found 'c'"):
        MuscleSources((Measured("a", ("a",), (1.0,), ("c",)), Measured("b", ("b",), (1.0,))))
    kept = MuscleSources((Measured("a", ("a",), (1.0,), ("c",)), Deep("d", "c")))
    assert kept.channels == ["a"]


def test_a_channel_of_several_muscles_is_one_muscles_and_all_their_synergists() -> None:
    recorded = find_recorded(
        [
            Measured("alphabetical", ("x",), (1.0,)),
            Measured("declaring", ("x",), (1.0,), ("y", "z")),
            Measured("mixed", ("x", "y"), (0.5, 0.5), ("w",)),
            Deep("deep", "y"),
            Measured("also", ("x",), (1.0,), ("z", "w")),
            Measured("bare", ("z",), (1.0,)),
            Measured("second", ("z",), (1.0,)),
            Deep("silent", None, ("x",)),
            Tied("tied", "bare"),
        ]
    )
    assert recorded == {
        "x": Recorded("declaring", ("alphabetical", "also"), ("y", "z", "w")),
        "y": Recorded("deep", (), ()),
        "z": Recorded("bare", ("second",), ()),
    }
