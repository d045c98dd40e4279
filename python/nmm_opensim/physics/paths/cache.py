"""Fitted paths kept between runs, by content: what they were made from names the file."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ... import _core
from ...arrays import Array
from ...files import write_atomically
from .path_errors import PathReport, PathRow
from .polynomial_fit import PathFit


def cache_folder() -> Path:
    """Where fits are kept: beside the SDK that the set-up builds, outside any checkout."""
    if own := os.environ.get("NMM_OPENSIM_CACHE"):
        return Path(own).expanduser().absolute() / "paths"
    standard = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(standard).expanduser().absolute() / "nmm-opensim" / "paths"


def make_key(settings: Any, arrays: Sequence[Array]) -> str:
    """A name for all that a fit depends on: JSON-able settings and numbers."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for array in arrays:
        digest.update(str(array.shape).encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def read_fits(key: str) -> tuple[list[PathFit], PathReport] | None:
    """Kept fits and their report; None if there are none or the file is damaged."""
    file = cache_folder() / f"{key}.safetensors"
    try:
        with safe_open(file, framework="numpy") as kept:
            content = json.loads(kept.metadata()["paths"])
            fits = [
                _read_fit(entry, kept.get_tensor(entry["muscle"]) if entry["path"] else None)
                for entry in content["fits"]
            ]
        return fits, PathReport([PathRow(**row) for row in content["rows"]])
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        # A fit costs seconds: a file that cannot be read is no reason to stop.
        return None


def _read_fit(entry: dict[str, Any], coefficients: Array | None) -> PathFit:
    path = None
    if coefficients is not None:
        path = _core.FittedPath(**entry["path"], coefficients=coefficients)
    return PathFit(**{**entry, "path": path})


def write_fits(key: str, fits: Sequence[PathFit], report: PathReport) -> None:
    """Keep fits; an interruption leaves nothing half-written."""
    content = {
        "fits": [_describe_fit(fit) for fit in fits],
        "rows": [dataclasses.asdict(row) for row in report.rows],
    }
    tensors = {fit.muscle: fit.path.coefficients for fit in fits if fit.path}
    packed = save(tensors, metadata={"paths": json.dumps(content)})
    file = cache_folder() / f"{key}.safetensors"
    # Without a place to keep them, the next run fits again.
    with contextlib.suppress(OSError):
        write_atomically(file, lambda temporary: _write(temporary, packed))


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _describe_fit(fit: PathFit) -> dict[str, Any]:
    """A fit but for its path's coefficients, as JSON holds it."""
    return {
        "muscle": fit.muscle,
        "origin": fit.origin,
        "path": describe_path(fit.path) if fit.path else None,
        "length_rms": fit.length_rms,
        "length_max": fit.length_max,
        "moment_arm_rms": fit.moment_arm_rms,
        "moment_arm_max": fit.moment_arm_max,
        "note": fit.note,
    }


def describe_path(path: _core.FittedPath) -> dict[str, Any]:
    """A fitted path but for its coefficients, as JSON holds it."""
    return {
        "coordinates": path.coordinates,
        "center": path.center.tolist(),
        "half_range": path.half_range.tolist(),
        "degree": path.degree,
    }
