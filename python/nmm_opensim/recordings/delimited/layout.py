"""What a setup declares of a delimited file."""

from __future__ import annotations

from dataclasses import dataclass

DELIMITERS = {"tab": "\t", "semicolon": ";", "comma": ","}
DECIMALS = {"point": ".", "comma": ","}


@dataclass(frozen=True)
class Layout:
    """None is read from the file; ``labels`` names every column of a file that has no labels."""

    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    labels: tuple[str, ...] | None = None
