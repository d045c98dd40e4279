"""Names of muscles: exact ones, of either side, and nothing that is only near."""

from __future__ import annotations

from collections import Counter

import pytest

from nmm_opensim.estimators.prior.muscle_names import (
    MODEL_NAMES,
    RELATIVES,
    STANDARD_NAMES,
    find_relative,
    find_side,
    find_standard_name,
)
from nmm_opensim.estimators.prior.population_file import SHIPPED, read_population
from nmm_opensim.physics.osim_model import OsimModel


@pytest.mark.parametrize(
    ("muscle", "standard"),
    [
        ("soleus", "soleus"),
        ("soleus_r", "soleus"),
        ("med_gas_l", "gastrocnemius_medialis"),
        ("gasmed_r", "gastrocnemius_medialis"),
        ("gaslat140_r", "gastrocnemius_lateralis"),
        ("glut_med1_r", "gluteus_medius"),
        ("glut_med3_r", "gluteus_medius"),
        ("glmed2_l", "gluteus_medius"),
        ("bifemlh_r", "biceps_femoris"),
        ("bfsh_r", "biceps_femoris_short_head"),
        ("vastus_lateralis", "vastus_lateralis"),
        ("tensor_fasciae_latae_l", "tensor_fasciae_latae"),
        # Of several muscles, misspelt, of another case, of no side that is known.
        ("hamstrings_r", None),
        ("vasti_r", None),
        ("gasmed", "gastrocnemius_medialis"),
        ("gasme_r", None),
        ("GASMED_R", None),
        ("soleus_r_r", None),
        ("_r", None),
        ("", None),
    ],
)
def test_standard_names(muscle: str, standard: str | None) -> None:
    assert find_standard_name(muscle) == standard


def test_every_name_is_of_one_muscle() -> None:
    names = Counter([name for own in MODEL_NAMES.values() for name in own] + list(STANDARD_NAMES))
    assert max(names.values()) == 1


def test_relatives_are_muscles_that_populations_have() -> None:
    assert find_relative("semimem_r") == "semitendinosus"
    assert find_relative("per_brev_l") == "peroneus_longus"
    assert find_relative("vasint_r") is None
    assert find_relative("nobody_r") is None
    known = read_population(SHIPPED["walking"]).muscles
    assert all(relative in known for relative in RELATIVES.values())
    assert not set(RELATIVES) & set(known)


def test_sides() -> None:
    assert [find_side(name) for name in ("calcn_r", "soleus_l", "soleus")] == [
        "right",
        "left",
        None,
    ]


def test_all_leg_muscles_of_the_walking_model_have_a_name(model: OsimModel) -> None:
    legs = [name for name in model.muscle_names if find_side(name) == "right"]
    assert len(legs) == 40
    assert [name for name in legs if find_standard_name(name) is None] == []
