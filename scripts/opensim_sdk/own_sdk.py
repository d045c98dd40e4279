"""The user's own OpenSim: the first choice, for which nothing is built."""

import os
import re
from pathlib import Path

from errors import SdkError
from installed import Sdk

_ACCEPTED = ("4.5", "4.6")
# OpenSim's own layouts (one for Unix folders, one for a folder of its own) and Debian's.
_BELOW_PREFIX = (".", "lib/cmake/OpenSim", "lib64/cmake/OpenSim", "lib/*/cmake/OpenSim", "cmake")


def from_environment() -> Sdk | None:
    """The OpenSim that OpenSim_DIR names, or None when the variable is not set."""
    value = os.environ.get("OpenSim_DIR")  # noqa: SIM112 - the name that CMake uses
    if not value:
        return None
    given = Path(value).expanduser().absolute()
    for pattern in _BELOW_PREFIX:
        for config in sorted(given.glob(f"{pattern}/OpenSimConfig.cmake")):
            return _checked(config.parent.resolve())
    raise SdkError(
        f"OpenSim_DIR is {value}, but there is no OpenSimConfig.cmake in it or in its lib/cmake/"
        "OpenSim. Set it to the installation folder of an OpenSim 4.5 or 4.6 that has its headers "
        "(the Python wheels do not), or unset it to have an SDK built."
    )


def _checked(cmake_folder: Path) -> Sdk:
    version = _search(cmake_folder / "OpenSimConfigVersion.cmake", r'PACKAGE_VERSION "([^"]+)"')
    if ".".join(version.split(".")[:2]) not in _ACCEPTED:
        raise SdkError(
            f"OpenSim_DIR is OpenSim {version} ({cmake_folder}), but this project works with "
            f"{' and '.join(_ACCEPTED)}. Set it to such an installation, or unset it to have an "
            "SDK built."
        )
    # OpenSim's config file says itself how it finds the prefix from where it is.
    to_prefix = _search(
        cmake_folder / "OpenSimConfig.cmake",
        r"PACKAGE_PREFIX_DIR \"\${CMAKE_CURRENT_LIST_DIR}/([./]*)",
    )
    return Sdk(prefix=(cmake_folder / to_prefix).resolve(), cmake_folder=cmake_folder)


def _search(file: Path, pattern: str) -> str:
    found = re.search(pattern, file.read_text()) if file.is_file() else None
    if found is None:
        raise SdkError(f"{file}: expected a line that matches {pattern}")
    return found[1]
