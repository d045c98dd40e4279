"""Kinds of muscles, by exact names of either side."""

from __future__ import annotations

import pytest
from masked_muscles import MUSCLE_OF

from nmm_opensim.estimators.prior.muscle_names import STANDARD_NAMES
from nmm_opensim.estimators.trust.kinds import KINDS, OTHER, find_kind
from nmm_opensim.physics.osim_model import OsimModel


@pytest.mark.parametrize(
    ("muscle", "kind"),
    [
        ("soleus_r", "calf"),
        ("med_gas_l", "calf"),
        ("gaslat140_r", "calf"),
        ("vas_int_r", "vasti"),
        ("recfem_l", "rectus femoris"),
        ("semimem_r", "hamstrings"),
        ("bflh140_l", "hamstrings"),
        ("tib_ant_r", "tibialis anterior"),
        ("per_brev_r", "peronei"),
        ("perlong_l", "peronei"),
        ("glut_max2_r", "hip"),
        ("glmed3_l", "hip"),
        ("tfl_r", "hip"),
        # What the electrode over the biceps does not hear, and what nobody ever recorded.
        ("bfsh_r", OTHER),
        ("psoas_r", OTHER),
        ("tibpost_r", OTHER),
        # Of several muscles, misspelt, of no model.
        ("vasti_r", OTHER),
        ("SOLEUS_R", OTHER),
        ("BIClong", OTHER),
        ("", OTHER),
    ],
)
def test_kinds(muscle: str, kind: str) -> None:
    assert find_kind(muscle) == kind


def test_every_kind_has_muscles_and_other_is_none_of_them() -> None:
    assert OTHER not in KINDS
    assert {find_kind(muscle) for muscle in STANDARD_NAMES} == {*KINDS, OTHER}
    assert {kind: find_kind(muscle) for kind, muscle in MUSCLE_OF.items()} == {
        kind: kind for kind in MUSCLE_OF
    }


def test_both_sides_are_alike(model: OsimModel) -> None:
    for name in model.muscle_names:
        if name.endswith("_r"):
            assert find_kind(name) == find_kind(f"{name[:-2]}_l"), name
