"""How a processor wrote its numbers: Intel's, DEC's and MIPS' words in C3D files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays import Array

Raw = NDArray[Any]
"""Words as they lie in the file: 2 or 4 bytes each."""


@dataclass(frozen=True)
class NumberFormat:
    """``order`` is NumPy's sign of a byte order; ``vax`` says that reals are DEC's F_floating."""

    order: str
    vax: bool = False

    def view_integers(self, data: bytes | Raw, signed: bool = True) -> Raw:
        """16-bit integers of bytes or 2-byte words."""
        kind = np.dtype(f"{self.order}{'i' if signed else 'u'}2")
        return np.frombuffer(data, kind) if isinstance(data, bytes) else data.view(kind)

    def make_reals(self, data: bytes | Raw) -> Array:
        """32-bit reals of bytes or 4-byte words, of the same shape."""
        kind = np.dtype("<u4" if self.vax else f"{self.order}f4")
        words = np.frombuffer(data, kind) if isinstance(data, bytes) else data.view(kind)
        # Bytes that are no number at all make NaN of their own, of which NumPy would warn.
        with np.errstate(invalid="ignore"):
            return (_convert_vax(words) if self.vax else words).astype(np.float64)


def _convert_vax(words: Raw) -> NDArray[np.float32]:
    """F_floating (VAX Architecture Reference Manual, 1987): the word with the sign comes first.

    Exponent and fraction are as IEEE's, but for a bias that makes the same bits 4 times larger
    there. Exponent 0 is zero, or with a sign no number at all.
    """
    bits = ((words << np.uint32(16)) | (words >> np.uint32(16))).astype(np.uint32)
    exponent = (bits >> np.uint32(23)) & np.uint32(0xFF)
    # Exponents 1 and 2 would leave IEEE's normal numbers (below 1e-38).
    ieee = np.where(exponent > 2, bits - np.uint32(2 << 23), 0).astype(np.uint32)
    reals: NDArray[np.float32] = ieee.view(np.float32)
    if np.any(reserved := (exponent == 0) & (bits >> np.uint32(31) == 1)):
        reals = np.where(reserved, np.float32(np.nan), reals)
    return reals


FORMATS = {84: NumberFormat("<"), 85: NumberFormat("<", vax=True), 86: NumberFormat(">")}
"""By the processor's number in the parameter section: Intel, DEC, MIPS (SGI)."""
