"""OpenSim's own Python bindings for an SDK: the package `opensim` that fits its plugins."""

import hashlib
import json
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import cache
import recipe
import source
import steps
from errors import SdkError
from installed import Sdk
from progress import say

HERE = Path(__file__).parent / "bindings"
# All but Moco and OpenSim's examples, which this SDK does not have.
MODULES = ("simbody", "common", "simulation", "actuators", "analyses", "tools")
SWIG_VERSION = "4.1.1"

# Loading a model and building its system crashes where the layout of a class is wrong.
_CHECK = "import sys, opensim; opensim.Model(sys.argv[1]).initSystem(); print(opensim.GetVersion())"


def provide(sdk: Sdk, jobs: int) -> Path:
    """The folder to put on PYTHONPATH: of the user's own OpenSim, or one in the cache."""
    if sdk.prefix.parent != cache.root() / "sdk":
        return _find_own(sdk)
    swig = _find_swig()
    name = f"{sdk.prefix.name}-python-{_hash()}"
    folder = cache.root() / "python" / name
    if not folder.is_dir():
        with cache.only_one(name):
            if not folder.is_dir():  # another process may just have made it
                _build(name, folder, sdk, swig, jobs)
    return folder


def _find_own(sdk: Sdk) -> Path:
    """OpenSim installs its package below its own folder."""
    for package in sorted(sdk.prefix.glob("**/opensim/simbody.py")):
        return package.parent.parent
    raise SdkError(
        f"OpenSim_DIR is {sdk.cmake_folder}, but below {sdk.prefix} there is no Python package "
        "'opensim'. Use that OpenSim's own package, or unset OpenSim_DIR to have one built."
    )


def _find_swig() -> Path:
    for candidate in (Path(sys.prefix) / "bin" / "swig", Path(shutil.which("swig") or "swig")):
        done = (
            subprocess.run([candidate, "-version"], capture_output=True, text=True, check=False)
            if candidate.is_file()
            else None
        )
        if done and f"SWIG Version {SWIG_VERSION}" in done.stdout:
            return candidate
    raise SdkError(
        f"OpenSim's Python bindings need SWIG {SWIG_VERSION}, but there is none. Install it: "
        f"{sys.executable} -m pip install swig=={SWIG_VERSION}"
    )


def _hash() -> str:
    """Everything beside the SDK that decides what comes out."""
    files = [hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(HERE.iterdir())]
    numpy = subprocess.run(
        [sys.executable, "-c", "import numpy; print(numpy.__version__)"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    text = json.dumps([files, MODULES, SWIG_VERSION, sysconfig.get_config_var("SOABI"), numpy])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _build(name: str, folder: Path, sdk: Sdk, swig: Path, jobs: int) -> None:
    core = source.opensim_core()
    work = cache.root() / "build" / name
    work.mkdir(parents=True, exist_ok=True)
    objects, log = work / "objects", work / "build.log"
    say("configuring OpenSim's Python bindings")
    steps.run(
        [
            *("cmake", "-G", "Ninja", "-S", str(HERE), "-B", str(objects)),
            "-DCMAKE_BUILD_TYPE=Release",
            f"-DOPENSIM_SOURCE={core}",
            f"-DOpenSim_DIR={sdk.cmake_folder}",
            f"-DPython_EXECUTABLE={sys.executable}",
            f"-DSWIG={swig}",
            f"-DMODULES={';'.join(MODULES)}",
        ],
        log,
    )
    say(f"compiling them with {jobs} job(s); this takes some minutes, once")
    steps.run(["ninja", "-C", str(objects), "-j", str(jobs)], log)

    # The package gets its name only when it is complete and has loaded a model.
    partial = work / "python"
    shutil.rmtree(partial, ignore_errors=True)
    steps.run(["cmake", "--install", str(objects), "--prefix", str(partial)], log)
    (partial / "opensim" / "__init__.py").write_text(
        "".join(f"from .{module} import *\n" for module in MODULES)
        + f'\n__version__ = "{recipe.describe()["opensim"]}"\n'
    )
    model = core / "OpenSim" / "Tests" / "shared" / "arm26.osim"
    done = subprocess.run(
        [sys.executable, "-c", _CHECK, str(model)],
        env={"PYTHONPATH": str(partial)},
        cwd=work,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SdkError(f"OpenSim's Python bindings cannot load a model:\n{done.stderr[-2000:]}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial.rename(folder)
    shutil.rmtree(work)
    say(f"OpenSim's Python package is ready: {folder}")
