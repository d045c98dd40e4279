"""The muscles of models by their anatomical names, in which a population is written.

Exact names only. The names are those of OpenSim's gait2392 (Delp et al., 1990) and its relatives
(gait2354, gait10dof18musc, Hamner et al., 2010), of Arnold et al. (2010), and of Rajagopal et al.
(2016) with those after it (Lai et al., 2017; Uhlrich et al., 2022). Muscles that a model draws as
one though an electrode tells them apart (``hamstrings``, ``vasti``, ``gastroc``) have none.
"""

from __future__ import annotations

from collections.abc import Mapping

SIDES = {"_r": "right", "_l": "left"}
"""The side of a muscle by the end of its name."""

# Of one muscle that models split, all parts are it.
MODEL_NAMES: Mapping[str, tuple[str, ...]] = {
    "gluteus_maximus": (
        *("glut_max", "glut_max1", "glut_max2", "glut_max3"),
        *("glmax1", "glmax2", "glmax3"),
    ),
    "gluteus_medius": (
        *("glut_med1", "glut_med2", "glut_med3"),
        *("glmed1", "glmed2", "glmed3"),
    ),
    "gluteus_minimus": (
        *("glut_min1", "glut_min2", "glut_min3"),
        *("glmin1", "glmin2", "glmin3"),
    ),
    "tensor_fasciae_latae": ("tfl",),
    "iliacus": (),
    "psoas_major": ("psoas",),
    "piriformis": ("peri", "piri"),
    "gemellus": ("gem",),
    "quadratus_femoris": ("quad_fem", "quadfem"),
    "pectineus": ("pect",),
    "adductor_longus": ("add_long", "addlong"),
    "adductor_brevis": ("add_brev", "addbrev"),
    "adductor_magnus": (
        *("add_mag1", "add_mag2", "add_mag3"),
        *("addmagDist", "addmagIsch", "addmagMid", "addmagProx"),
    ),
    "gracilis": ("grac",),
    "sartorius": ("sar", "sart"),
    "rectus_femoris": ("rect_fem", "recfem"),
    "vastus_medialis": ("vas_med", "vasmed"),
    "vastus_lateralis": ("vas_lat", "vaslat", "vaslat140"),
    "vastus_intermedius": ("vas_int", "vasint"),
    "semitendinosus": ("semiten",),
    "semimembranosus": ("semimem",),
    # What an electrode over the biceps records is its long head.
    "biceps_femoris": ("bifemlh", "bflh", "bflh140"),
    "biceps_femoris_short_head": ("bifemsh", "bfsh", "bfsh140"),
    "tibialis_anterior": ("tib_ant", "tibant"),
    "tibialis_posterior": ("tib_post", "tibpost"),
    "extensor_digitorum_longus": ("ext_dig", "edl"),
    "extensor_hallucis_longus": ("ext_hal", "ehl"),
    "flexor_digitorum_longus": ("flex_dig", "fdl"),
    "flexor_hallucis_longus": ("flex_hal", "fhl"),
    "peroneus_longus": ("per_long", "perlong"),
    "peroneus_brevis": ("per_brev", "perbrev"),
    "peroneus_tertius": ("per_tert", "pertert"),
    "gastrocnemius_medialis": ("med_gas", "gasmed"),
    "gastrocnemius_lateralis": ("lat_gas", "gaslat", "gaslat140"),
    "soleus": (),
    "erector_spinae": ("ercspn",),
    "external_oblique": ("extobl",),
    "internal_oblique": ("intobl",),
    "rectus_abdominis": (),
    "latissimus_dorsi": (),
    "trapezius": (),
    "deltoid": (),
    "biceps_brachii": (),
    "triceps_brachii": (),
}
STANDARD_NAMES = tuple(MODEL_NAMES)
"""The names that muscles of a population have."""

RELATIVES: Mapping[str, str] = {
    # An electrode over the medial hamstrings records both, and studies call it by either name.
    "semimembranosus": "semitendinosus",
    # Side by side in the lateral compartment, with one nerve and one action.
    "peroneus_brevis": "peroneus_longus",
}
"""Whose curve stands for a muscle that a population lacks."""

_STANDARD = {name: muscle for muscle, names in MODEL_NAMES.items() for name in (muscle, *names)}


def find_side(name: str) -> str | None:
    """The side that a muscle's, coordinate's or body's name ends with."""
    return SIDES.get(name[-2:])


def find_standard_name(muscle: str) -> str | None:
    """The anatomical name of a model's muscle, which may end in ``_r`` or ``_l``."""
    return _STANDARD.get(muscle[:-2] if find_side(muscle) else muscle)


def find_relative(muscle: str) -> str | None:
    """The anatomical name of the muscle whose curve may stand for a model's muscle."""
    standard = find_standard_name(muscle)
    return None if standard is None else RELATIVES.get(standard)
