"""What an SDK is made from. Another recipe gives another folder, never a mixture."""

import hashlib
import json
from pathlib import Path

import source
import system

HERE = Path(__file__).parent
OVERLAY = HERE / "overlay"

# The parts of opensim-core that are compiled; its examples, tests and bindings are not among them.
PARTS = (
    "CMakeLists.txt",
    "Applications/CMakeLists.txt",
    "Applications/opensim-cmd",
    "Applications/opensim-install-command-line.sh",
    "OpenSim/CMakeLists.txt",
    "OpenSim/OpenSim.h",
    "OpenSim/version.h",
    "OpenSim/Actuators",
    "OpenSim/Analyses",
    "OpenSim/Auxiliary",
    "OpenSim/Common",
    "OpenSim/Simulation",
    "OpenSim/Tools",
    "Vendors",
    "cmake",
)

CMAKE_OPTIONS = (
    "-DCMAKE_BUILD_TYPE=Release",
    "-DBUILD_TESTING=OFF",
    "-DOPENSIM_WITH_CASADI=OFF",
    "-DOPENSIM_COPY_DEPENDENCIES=OFF",
    "-DOPENSIM_C3D_PARSER=None",
    # Both empty: with any other value OpenSim looks for Simbody in that folder only.
    "-DOPENSIM_DEPENDENCIES_DIR=",
    "-DSIMBODY_HOME=",
)


def describe() -> dict[str, object]:
    """Everything that decides what comes out of the build."""
    own_files = (HERE / "edits.py", *sorted(OVERLAY.iterdir()))
    return {
        "opensim": "4.5.2+nmm",
        "sdist": source.sdist_hash(),
        "parts": PARTS,
        "cmake_options": CMAKE_OPTIONS,
        "files": {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in own_files},
        "versions": system.versions(),
    }


def name() -> str:
    """The name of the SDK's folder."""
    text = json.dumps(describe(), sort_keys=True)
    return f"opensim-4.5.2-nmm-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
