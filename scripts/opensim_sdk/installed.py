"""An OpenSim that is ready for use."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sdk:
    """`cmake_folder` is what CMake wants as OpenSim_DIR; programs are in `prefix`/bin."""

    prefix: Path
    cmake_folder: Path

    @classmethod
    def at(cls, prefix: Path) -> "Sdk":
        """The SDK that this tool has installed in `prefix`."""
        return cls(prefix, prefix / "lib" / "cmake" / "OpenSim")
