"""Kinds of muscles: those that people's EMG tells about equally well."""

from __future__ import annotations

from ..prior.muscle_names import find_standard_name

OTHER = "other"
"""A muscle that nobody ever masked: what is known of it comes from all the others."""

_KINDS = {
    "calf": ("soleus", "gastrocnemius_medialis", "gastrocnemius_lateralis"),
    "vasti": ("vastus_medialis", "vastus_lateralis", "vastus_intermedius"),
    "rectus femoris": ("rectus_femoris",),
    "hamstrings": ("semitendinosus", "semimembranosus", "biceps_femoris"),
    "tibialis anterior": ("tibialis_anterior",),
    "peronei": ("peroneus_longus", "peroneus_brevis"),
    "hip": ("gluteus_maximus", "gluteus_medius", "tensor_fasciae_latae"),
}
KINDS = tuple(_KINDS)
_KIND_OF = {muscle: kind for kind, muscles in _KINDS.items() for muscle in muscles}


def find_kind(muscle: str) -> str:
    """The kind of a model's muscle, by its exact anatomical name; OTHER where it has none."""
    return _KIND_OF.get(find_standard_name(muscle) or "", OTHER)
