"""Limits of the Python code: a function fits on a screen, and every name can be searched for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT

FOLDERS = ("python/nmm_opensim", "tests", "benchmarks", "scripts")
MOST_LINES = 50
MOST_PARAMETERS = 6
# Whom a function belongs to, and what torch hands its own functions: no parameter of a caller's.
NOT_COUNTED = ("self", "cls", "ctx")
# The compiled module, and lxml's classes, which have no other names.
PUBLIC_ALL_THE_SAME = ("_core", "_Comment", "_Element", "_ElementTree")

# Fields have names that are written out. OpenSim makes these accessors of the names of properties.
LOOK_UPS = ("getattr", "setattr", "delattr", "attrgetter")
OPENSIM_ACCESSORS = ("get_", "set_", "upd_", "setValue")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Complaints = Iterator[tuple[ast.AST, str]]


def find_functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def find_long_functions(tree: ast.Module) -> Complaints:
    for function in find_functions(tree):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > MOST_LINES:
            yield function, f"{lines} lines"


def find_many_parameters(tree: ast.Module) -> Complaints:
    for function in find_functions(tree):
        every = function.args
        named = [*every.posonlyargs, *every.args, *every.kwonlyargs]
        counted = [argument for argument in named if argument.arg not in NOT_COUNTED]
        if len(counted) > MOST_PARAMETERS:
            yield function, f"{len(counted)} parameters"


def is_private(name: str) -> bool:
    dunder = name.startswith("__") and name.endswith("__")
    return name.startswith("_") and not dunder and name not in PUBLIC_ALL_THE_SAME


def find_private_imports(tree: ast.Module) -> Complaints:
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules |= {alias.asname or alias.name for alias in node.names}
            path = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            names = [*path.split("."), *(p for a in node.names for p in a.name.split("."))]
            yield from ((node, f"import of {name}") for name in names if is_private(name))
    for node in ast.walk(tree):
        # Classes are imported too: none of theirs either.
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in modules
            and is_private(node.attr)
        ):
            yield node, f"use of {node.value.id}.{node.attr}"


def is_opensim_accessor(call: ast.Call) -> bool:
    name = call.args[1] if len(call.args) > 1 else None
    if not isinstance(name, ast.JoinedStr) or not isinstance(name.values[0], ast.Constant):
        return False
    return str(name.values[0].value).startswith(OPENSIM_ACCESSORS)


def is_called(node: ast.AST, *names: str) -> bool:
    """Whether it is a call of a function with one of the names, in whatever module it is."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute):
        return isinstance(node.func.value, ast.Name) and (
            node.func.value.id in ("builtins", "operator") and node.func.attr in names
        )
    return isinstance(node.func, ast.Name) and node.func.id in names


def find_look_ups(tree: ast.Module) -> Complaints:
    """Fields by their names in strings: also as items of ``vars(x)`` or ``x.__dict__``."""
    for node in ast.walk(tree):
        match node:
            case ast.Call() if is_called(node, *LOOK_UPS) and not is_opensim_accessor(node):
                yield node, ast.unparse(node)
            case ast.Subscript() if is_called(node.value, "vars"):
                yield node, ast.unparse(node)
            case ast.Attribute(attr="__dict__"):
                yield node, ast.unparse(node)


def name_place(file: str, tree: ast.Module, node: ast.AST) -> str:
    """The file and its innermost function around the node."""
    around = [f for f in find_functions(tree) if any(n is node for n in ast.walk(f))]
    return f"{file}: {around[-1].name}" if around else file


FILES = sorted(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py"))


@cache
def parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def complain(find: Callable[[ast.Module], Complaints]) -> list[tuple[str, str]]:
    """Places and what is beyond a limit there."""
    return [
        (name_place(file.relative_to(ROOT).as_posix(), parse(file), node), text)
        for file in FILES
        for node, text in find(parse(file))
    ]


@pytest.mark.parametrize(
    "find", [find_long_functions, find_many_parameters, find_private_imports, find_look_ups]
)
def test_limits(find: Callable[[ast.Module], Complaints]) -> None:
    found = complain(find)
    assert not found, "\n".join(": ".join(complaint) for complaint in found)


@pytest.mark.parametrize(
    ("find", "code"),
    [
        (find_long_functions, "def f():\n" + MOST_LINES * "    pass\n"),
        (find_many_parameters, "def f(self, a, b, c, d, e, f, *, g): pass"),
        (find_private_imports, "from a import _b"),
        (find_private_imports, "from a._b import c"),
        (find_private_imports, "import a\na._b()"),
        (find_look_ups, "getattr(a, 'b')"),
        (find_look_ups, "setattr(a, f'{b}_scale', 1)"),
        (find_look_ups, "operator.attrgetter('a')"),
        (find_look_ups, "vars(a)[b]"),
        (find_look_ups, "a.__dict__[b]"),
    ],
)
def test_what_is_beyond_a_limit_is_found(
    find: Callable[[ast.Module], Complaints], code: str
) -> None:
    assert len(list(find(ast.parse(code)))) == 1


@pytest.mark.parametrize(
    ("find", "code"),
    [
        (find_long_functions, "def f():\n" + (MOST_LINES - 1) * "    pass\n"),
        (find_many_parameters, "def f(self, a, b, c, d, e, *, f): pass"),
        (find_private_imports, "from __future__ import annotations\nfrom .. import _core\nself._a"),
        (find_look_ups, "getattr(muscle, f'get_{name}')()\nf(**vars(a))"),
    ],
)
def test_what_is_within_is_not(find: Callable[[ast.Module], Complaints], code: str) -> None:
    assert not list(find(ast.parse(code)))
