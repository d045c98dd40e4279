#!/usr/bin/env python3
"""Provide an OpenSim SDK, and print where it is.

Takes the OpenSim that the environment variable OpenSim_DIR names (4.5 or 4.6, with headers).
Without that variable it builds OpenSim 4.5.2 once and keeps it in a cache: in $NMM_OPENSIM_CACHE,
else in $XDG_CACHE_HOME/nmm-opensim, else in ~/.cache/nmm-opensim.

Progress goes to stderr. The only line on stdout is the folder to give to CMake as OpenSim_DIR.
"""

import argparse
import json
import shutil
import signal
import sys
from pathlib import Path

import bindings
import cache
import edits
import own_sdk
import recipe
import smoke
import source
import steps
import system
from errors import SdkError
from installed import Sdk
from progress import say


def provide(jobs: int) -> Sdk:
    """The user's own SDK, else the one in the cache, else a new one."""
    own = own_sdk.from_environment()
    if own:
        return own
    system.require_packages()
    name = recipe.name()
    prefix = cache.root() / "sdk" / name
    if not prefix.is_dir():
        with cache.only_one(name):
            if not prefix.is_dir():  # another process may just have made it
                _build(name, prefix, jobs)
    return Sdk.at(prefix)


def _build(name: str, prefix: Path, jobs: int) -> None:
    core = source.opensim_core()
    work = cache.root() / "build" / name
    if work.is_dir():
        say(f"going on with the interrupted build in {work}")
    work.mkdir(parents=True, exist_ok=True)
    tree, objects, log = work / "tree", work / "objects", work / "build.log"
    if not tree.is_dir():
        say("patching")
        _patched_copy(core, tree)

    say("configuring")
    overlay = work / "overlay"
    shutil.copytree(recipe.OVERLAY, overlay, dirs_exist_ok=True)
    include = f"-DCMAKE_PROJECT_OpenSim_INCLUDE={overlay / 'sdk.cmake'}"
    configure = ["cmake", "-G", "Ninja", "-S", str(tree), "-B", str(objects), include]
    steps.run([*configure, *recipe.CMAKE_OPTIONS], log)

    say(f"compiling with {jobs} job(s); this takes some minutes, once")
    steps.run(["ninja", "-C", str(objects), "-j", str(jobs)], log)

    # The SDK gets its name only when it is complete and has run a real tool.
    partial = work / "sdk"
    shutil.rmtree(partial, ignore_errors=True)
    steps.run(["cmake", "--install", str(objects), "--prefix", str(partial)], log)
    for text in ("LICENSE.txt", "NOTICE"):
        shutil.copy(core / text, partial)
    (partial / "recipe.json").write_text(json.dumps(recipe.describe(), indent=2) + "\n")
    say("running a simulation with it")
    smoke.check(partial, core)
    prefix.parent.mkdir(parents=True, exist_ok=True)
    partial.rename(prefix)
    shutil.rmtree(work)
    say(f"the SDK is ready: {prefix}")


def _patched_copy(core: Path, tree: Path) -> None:
    """Copy what is compiled and edit the copy: others read the sources as they came."""
    partial = tree.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    for part in recipe.PARTS:
        target = partial / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if (core / part).is_dir():
            shutil.copytree(core / part, target, ignore=shutil.ignore_patterns("[Tt]est"))
        else:
            shutil.copy2(core / part, target)
    edits.apply(partial)
    partial.rename(tree)


def main() -> int:
    """Read the options, print the one line, report errors."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Example:\n"
        '  cmake -S . -B build -DOpenSim_DIR="$(python scripts/opensim_sdk/build.py)"',
    )
    wanted = parser.add_mutually_exclusive_group()
    wanted.add_argument(
        "--prefix",
        action="store_true",
        help="print the installation folder instead (programs are in its bin)",
    )
    wanted.add_argument(
        "--source",
        action="store_true",
        help="print the folder of OpenSim's sources with examples and test data; build nothing",
    )
    wanted.add_argument(
        "--python",
        action="store_true",
        help="print the folder with OpenSim's own Python package, to put on PYTHONPATH; builds it "
        "with SWIG, once",
    )
    parser.add_argument("--jobs", type=int, help="compilers at a time (default: what fits)")
    arguments = parser.parse_args()
    # To be told to stop is the same as to be interrupted: children end, the next call goes on.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if arguments.source:
            print(source.opensim_core())
        else:
            jobs = arguments.jobs or system.jobs()
            sdk = provide(jobs)
            if arguments.python:
                print(bindings.provide(sdk, jobs))
            else:
                print(sdk.prefix if arguments.prefix else sdk.cmake_folder)
    except SdkError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; the next call goes on from here.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
