"""What the machine must have for the build, and which versions it has."""

import os
import shutil
import subprocess

from errors import SdkError

# What is looked for, and the Debian package that brings it.
_PROGRAMS = {"cmake": "cmake", "ninja": "ninja-build", "pkg-config": "pkg-config"}
_LIBRARIES = {"simbody": "libsimbody-dev", "spdlog": "libspdlog-dev", "fmt": "libfmt-dev"}


def compiler() -> str:
    """The C++ compiler that CMake will choose."""
    return os.environ.get("CXX") or "c++"


def require_packages() -> None:
    """Stop with the complete list of what is missing."""
    missing = [package for program, package in _PROGRAMS.items() if not shutil.which(program)]
    if not shutil.which(compiler().split()[0]):
        missing.append("g++")
    # Without pkg-config nobody can tell which libraries are there.
    if shutil.which("pkg-config"):
        missing += [package for name, package in _LIBRARIES.items() if not _library_version(name)]
    else:
        missing += _LIBRARIES.values()
    if missing:
        raise SdkError(
            f"To build the OpenSim SDK these packages are missing: {', '.join(missing)}\n"
            f"  sudo apt-get install {' '.join(missing)}\n"
            "With an OpenSim 4.5 or 4.6 of your own, set OpenSim_DIR to its folder instead."
        )
    simbody, fmt = _library_version("simbody"), _library_version("fmt")
    if not simbody.startswith("3.7"):
        raise SdkError(
            f"Expected Simbody 3.7 (Debian's libsimbody-dev), but found {simbody}. "
            "Set OpenSim_DIR to an OpenSim 4.5 or 4.6 of your own instead."
        )
    if int(fmt.split(".")[0]) >= 10:
        raise SdkError(
            f"OpenSim 4.5.2 needs fmt 9 (as in Debian 12 and Ubuntu 24.04), but found {fmt}. "
            "Set OpenSim_DIR to an OpenSim 4.5 or 4.6 of your own instead."
        )


def versions() -> dict[str, str]:
    """The versions of everything on the machine that goes into an SDK."""
    found = {name: _library_version(name) for name in _LIBRARIES}
    # Two package versions of one library version may differ in how they were compiled.
    if shutil.which("dpkg-query"):
        for package in _LIBRARIES.values():
            found[package] = _output("dpkg-query", "--show", "-f", "${Version}", package)
    found["compiler"] = _output(*compiler().split(), "--version").partition("\n")[0]
    return found


def jobs() -> int:
    """How many compilers fit on the machine: each needs up to 2 GiB."""
    processors = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(processors, memory // (2 * 1024**3)))


def _library_version(name: str) -> str:
    return _output("pkg-config", "--modversion", name)


def _output(*command: str) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout.strip() if result.returncode == 0 else ""
