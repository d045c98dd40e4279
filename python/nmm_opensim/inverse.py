"""OpenSim's inverse kinematics and inverse dynamics from their own setups.

OpenSim's tools look for the model in the current folder and for everything else in the setup's;
here all paths are relative to the setup, and results appear only when they are complete.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import opensim

from .errors import NMMError, require_file
from .setup_xml import read_setup


def run_inverse_kinematics(setup: Path) -> Path:
    """Run an ``InverseKinematicsTool`` setup; returns the motion file."""
    tool = _load(setup, "InverseKinematicsTool", opensim.InverseKinematicsTool)
    _give_model(tool, setup, tool.get_model_file())
    require_file(_resolve(setup, tool.getMarkerDataFileName()), "<marker_file>")
    result = _resolve(setup, tool.getOutputMotionFileName())

    def run(folder: Path) -> bool:
        tool.setResultsDir(str(folder))
        tool.setOutputMotionFileName(str(folder / result.name))
        return bool(tool.run())

    _run_aside(setup, result, run)
    return result


def run_inverse_dynamics(setup: Path) -> Path:
    """Run an ``InverseDynamicsTool`` setup; returns the file of generalised forces."""
    tool = _load(setup, "InverseDynamicsTool", opensim.InverseDynamicsTool)
    _give_model(tool, setup, tool.getModelFileName())
    require_file(_resolve(setup, tool.getCoordinatesFileName()), "<coordinates_file>")
    result = _resolve(setup, tool.getResultsDir()) / str(tool.getOutputGenForceFileName())

    def run(folder: Path) -> bool:
        tool.setResultsDir(str(folder))
        return bool(tool.run())

    _run_aside(setup, result, run)
    return result


def _resolve(setup: Path, name: str) -> Path:
    return (setup.parent / name).resolve()


def _load(setup: Path, kind: str, tool: Callable[..., opensim.Object]) -> opensim.Object:
    read_setup(setup, kind)
    try:
        # Without its model, which OpenSim would look for in the current folder.
        return tool(str(setup.resolve()), False)
    except RuntimeError as error:
        raise NMMError(f"{setup}: OpenSim cannot read it: {str(error).splitlines()[0]}") from None


def _give_model(tool: opensim.Object, setup: Path, name: str) -> None:
    model = opensim.Model(str(require_file(_resolve(setup, name), "<model_file>")))
    # The tool keeps a plain pointer: the Python object must outlive the run.
    tool.nmm_model = model
    tool.setModel(model)


def _run_aside(setup: Path, result: Path, run: Callable[[Path], bool]) -> None:
    result.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=result.parent, prefix=".running-") as folder:
        opensim.Logger.setLevelString("info")
        try:
            succeeded = run(Path(folder))
        except RuntimeError as error:
            raise NMMError(f"{setup}: OpenSim failed: {str(error).splitlines()[0]}") from None
        finally:
            opensim.Logger.setLevelString("error")
        made = Path(folder) / result.name
        if not succeeded or not made.is_file():
            raise NMMError(f"{setup}: OpenSim's tool failed; its last lines above name the reason.")
        os.replace(made, result)
