"""Includes of the C++ run one way: a family sees only those that stand below it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

# Each family, a folder of cpp/, stands on these, and on all that they stand on.
STANDS_ON: dict[str, tuple[str, ...]] = {
    "runtime/nmm": (),
    "runtime/nmm/paths": ("runtime/nmm",),
    "runtime/nmm/muscles": ("runtime/nmm",),
    "runtime/nmm/artefact": ("runtime/nmm/paths", "runtime/nmm/muscles"),
    "runtime/nmm/excitation": ("runtime/nmm/artefact",),
    "bindings": ("runtime/nmm/excitation",),
    "plugin/cmake": (),
    "plugin/visibility": (),
    "plugin/loading": ("plugin/visibility",),
    "plugin/files": ("runtime/nmm/excitation",),
    "plugin/model": ("plugin/files", "plugin/visibility"),
    "plugin/trial": ("plugin/model",),
    "plugin": ("plugin/trial",),
}

# Each library's headers, and the families that may see them.
LIBRARIES = {
    "OpenSim": (
        re.compile(r"OpenSim/|SimTK|Simbody"),
        ("plugin/files", "plugin/model", "plugin/trial", "plugin"),
    ),
    "Python": (re.compile(r"pybind11/|Python\.h"), ("bindings",)),
    "LibTorch": (re.compile(r"ATen/|c10/|torch/"), ("runtime/nmm/excitation",)),
}

# Where the compiler looks for a header that is not beside the file.
SEARCH_FOLDERS = ("runtime", "plugin", "plugin/visibility")

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")', re.MULTILINE)


def find_all_below(family: str) -> set[str]:
    below = set(STANDS_ON[family])
    return below.union(*(find_all_below(lower) for lower in below))


def complain_of_library(header: str, family: str) -> Iterator[str]:
    for library, (headers, families) in LIBRARIES.items():
        if headers.match(header) and family not in families:
            yield f"{header}, but {family} may not see {library}"


def complain(file: Path, cpp: Path) -> Iterator[str]:
    family = file.parent.relative_to(cpp).as_posix()
    if family not in STANDS_ON:
        yield f"{family} is no family"
        return
    allowed = {family, *find_all_below(family)}
    for system, quoted in INCLUDE.findall(file.read_text(encoding="utf-8")):
        header = system or quoted
        folders = [file.parent] if quoted else []
        folders += [cpp / folder for folder in SEARCH_FOLDERS]
        found = next((folder for folder in folders if (folder / header).is_file()), None)
        if found is not None:
            target = (found / header).resolve().parent.relative_to(cpp.resolve()).as_posix()
            if target not in allowed:
                yield f"{header}, but {family} may not see {target}"
        elif quoted:
            yield f"{header} is nowhere"
        else:
            yield from complain_of_library(header, family)


def find_complaints(cpp: Path) -> list[str]:
    """What is wrong with the includes of a tree, `<file>: <header>, but <family> may not see …`."""
    files = sorted(file for file in cpp.rglob("*") if file.suffix in {".h", ".cpp"})
    assert files, cpp
    return [
        f"{file.relative_to(cpp)}: {complaint}"
        for file in files
        for complaint in complain(file, cpp)
    ]


def test_includes_run_one_way() -> None:
    assert find_complaints(ROOT / "cpp") == []


def test_a_family_stands_on_earlier_ones() -> None:
    families = list(STANDS_ON)
    for family, below in STANDS_ON.items():
        assert all(families.index(lower) < families.index(family) for lower in below), family


@pytest.mark.parametrize(
    ("file", "line", "expected"),
    [
        (
            "runtime/nmm/muscles/Curve.h",
            "#include <nmm/artefact/Artefact.h>",
            "nmm/artefact/Artefact.h, but runtime/nmm/muscles may not see runtime/nmm/artefact",
        ),
        (
            "runtime/nmm/paths/Path.cpp",
            '#include "../muscles/Muscle.h"',
            "../muscles/Muscle.h, but runtime/nmm/paths may not see runtime/nmm/muscles",
        ),
        (
            "plugin/files/Files.cpp",
            '  # include "model/Model.h"',
            "model/Model.h, but plugin/files may not see plugin/model",
        ),
        (
            "plugin/model/Model.cpp",
            '#include "Tool.h"',
            "Tool.h, but plugin/model may not see plugin",
        ),
        (
            "plugin/loading/Guard.cpp",
            '#include "files/Files.h"',
            "files/Files.h, but plugin/loading may not see plugin/files",
        ),
        (
            "runtime/nmm/Matrix.cpp",
            "#include <OpenSim/Common/Storage.h>",
            "OpenSim/Common/Storage.h, but runtime/nmm may not see OpenSim",
        ),
        (
            "plugin/trial/Trial.cpp",
            "#include <pybind11/numpy.h>",
            "pybind11/numpy.h, but plugin/trial may not see Python",
        ),
        (
            "bindings/module.cpp",
            "#include <Tool.h>",
            "Tool.h, but bindings may not see plugin",
        ),
        ("plugin/Tool.cpp", '#include "Tol.h"', "Tol.h is nowhere"),
        ("plugin/view/View.cpp", "#include <string>", "plugin/view is no family"),
    ],
)
def test_an_include_that_runs_up_is_found(
    tmp_path: Path, file: str, line: str, expected: str
) -> None:
    for header in (
        "runtime/nmm/Matrix.h",
        "runtime/nmm/muscles/Muscle.h",
        "runtime/nmm/artefact/Artefact.h",
        "plugin/visibility/osimNMMDLL.h",
        "plugin/files/Files.h",
        "plugin/model/Model.h",
        "plugin/Tool.h",
        file,
    ):
        path = tmp_path / header
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#pragma once\n#include <vector>\n// #include <pybind11/pybind11.h>\n")
    (tmp_path / file).write_text(f"#include <vector>\n{line}\n")
    assert find_complaints(tmp_path) == [f"{file}: {expected}"]
