"""Delimited text of EMG systems: tables of numbers under what their programs write above."""

from __future__ import annotations

from .layout import DECIMALS, DELIMITERS, Layout
from .read import read_delimited

__all__ = ["DECIMALS", "DELIMITERS", "Layout", "read_delimited"]
