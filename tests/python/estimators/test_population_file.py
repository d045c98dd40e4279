"""The file of a population: read as it was written, and refused where anything does not fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people import MUSCLES, WALKING, make_people
from safetensors.numpy import save

from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.prior.population import Population, Source, summarise
from nmm_opensim.estimators.prior.population_file import (
    SHIPPED,
    read_population,
    write_population,
)

SOURCE = Source("Six people", "a laboratory", "CC BY 4.0", 6)
Tensors = dict[str, Array]
Header = dict[str, Any]


@pytest.fixture
def population() -> Population:
    return summarise(WALKING, make_people(6), (SOURCE,))


def write_parts(file: Path, header: object, tensors: Tensors) -> None:
    file.write_bytes(save(tensors, metadata={"nmmpop": json.dumps(header)}))


def make_parts(population: Population) -> tuple[Header, Tensors]:
    """What the file holds, written out here once more."""
    header = {
        "format": 1,
        "created_with": {"nmm_opensim": "0"},
        "movement": "walking",
        "stance_shares": [0.5, 0.8],
        "muscles": list(population.muscles),
        "sources": [{"title": "t", "origin": "o", "licence": "l", "people": 6}],
    }
    tensors = {
        "people": population.people,
        "means": population.means,
        "pairs": population.pairs,
        "moments": population.moments,
    }
    return header, tensors


def test_it_is_read_as_it_was_written(population: Population, tmp_path: Path) -> None:
    file = tmp_path / "a folder" / "six.nmmpop"
    write_population(file, population)
    again = read_population(file)
    assert (again.movement, again.muscles, again.sources) == (WALKING, MUSCLES, (SOURCE,))
    for one, other in zip(
        make_parts(again)[1].values(), make_parts(population)[1].values(), strict=True
    ):
        assert np.array_equal(one, other)
    first = file.read_bytes()
    write_population(file, again)
    assert file.read_bytes() == first
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_a_file_of_another_hand_is_read(population: Population, tmp_path: Path) -> None:
    file = tmp_path / "other.nmmpop"
    header, tensors = make_parts(population)
    write_parts(file, header | {"later": "entry"}, tensors)
    assert read_population(file).sources == (Source("t", "o", "l", 6),)


def test_no_persons_curve_is_in_it(population: Population, tmp_path: Path) -> None:
    """Not more numbers than means and second moments have, whatever the number of people."""
    sizes = []
    for count in (6, 60):
        file = tmp_path / f"{count}.nmmpop"
        write_population(file, summarise(WALKING, make_people(count), (SOURCE,)))
        sizes.append(file.stat().st_size)
    assert sizes[0] == sizes[1]
    with pytest.raises(NMMError, match="at least 5 for every muscle, but found 4"):
        write_population(file, replace(population, people=np.full(len(MUSCLES), 4.0)))
    assert file.stat().st_size == sizes[1]


def changed(
    name: str, index: int | tuple[int, int], value: float
) -> Callable[[Header, Tensors], None]:
    def change(header: Header, tensors: Tensors) -> None:
        tensors[name] = tensors[name].copy()
        tensors[name][index] = value

    return change


def entry(name: str, value: object) -> Callable[[Header, Tensors], None]:
    return lambda header, tensors: header.update({name: value})


def tensor(name: str, value: Array) -> Callable[[Header, Tensors], None]:
    return lambda header, tensors: tensors.update({name: value})


def without(name: str) -> Callable[[Header, Tensors], None]:
    def remove(header: Header, tensors: Tensors) -> None:
        (header if name in header else tensors).pop(name)

    return remove


SIZE = len(MUSCLES)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (entry("format", 2), "expected format 1, but found 2"),
        (without("format"), "expected format 1, but found None"),
        (without("movement"), "expected movement, stance_shares, muscles and sources"),
        (entry("stance_shares", [0.5]), "expected movement, stance_shares"),
        (entry("stance_shares", ["a", "b"]), "expected movement, stance_shares"),
        (entry("stance_shares", [0.8, 0.5]), "expected stance_shares within 0 to 1"),
        (entry("stance_shares", [0.5, float("nan")]), "expected stance_shares within 0 to 1"),
        (entry("muscles", 3), "expected movement, stance_shares, muscles"),
        (entry("muscles", []), "expected 1 to 1000 muscles, each once, but found 0"),
        (entry("muscles", ["soleus"] * SIZE), "muscles, each once, but found 4"),
        (entry("muscles", list(MUSCLES[:3])), "tensor people: expected numbers"),
        (entry("sources", [{"title": "t"}]), "expected movement, stance_shares, muscles and sou"),
        (entry("sources", "soleus"), "expected movement, stance_shares, muscles and sources"),
        (
            entry("sources", [{"title": "", "origin": "", "licence": "", "people": float("inf")}]),
            "expected movement, stance_shares, muscles and sources",
        ),
        (without("pairs"), "expected the tensors people, means, pairs, moments, but found me"),
        (tensor("frames", np.zeros(3)), "expected the tensors .* but found frames"),
        (tensor("people", np.full(SIZE, 6)), "tensor people: expected numbers.*int64"),
        (tensor("means", np.zeros((SIZE, 100))), r"tensor means: expected .*\(4, 200\)"),
        (tensor("moments", np.zeros((SIZE, 2))), r"tensor moments: expected .*\(4, 4\)"),
        (changed("means", (0, 0), np.nan), "tensor means: expected finite numbers"),
        (changed("moments", (1, 1), np.inf), "tensor moments: expected finite numbers"),
        (changed("people", 2, 4.0), "at least 5 .*found 4 for 'tibialis_anterior'"),
        (changed("people", 2, 5.5), "expected whole numbers of people"),
        (changed("pairs", (0, 1), 5.0), "tensor pairs: expected numbers of people"),
        (tensor("pairs", np.full((SIZE, SIZE), 4.0)), "tensor pairs: expected numbers of people"),
        (tensor("pairs", np.full((SIZE, SIZE), 9.0)), "tensor pairs: expected numbers of people"),
        (changed("moments", (0, 1), 99.0), "tensor moments: expected second moments"),
        (changed("moments", (0, 0), -1.0), "tensor moments: expected second moments"),
        (changed("means", (0, 0), 0.5), "tensor means: expected logarithms.*found .* to 0.50"),
        (changed("means", (0, 0), -9.0), "tensor means: expected logarithms.*found -9.00"),
    ],
)
def test_what_does_not_fit_is_one_line(
    population: Population,
    tmp_path: Path,
    change: Callable[[Header, Tensors], None],
    expected: str,
) -> None:
    header, tensors = make_parts(population)
    change(header, tensors)
    file = tmp_path / "bad.nmmpop"
    write_parts(file, header, tensors)
    with pytest.raises(NMMError, match=f"population file '.*bad.nmmpop'.*{expected}") as raised:
        read_population(file)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("header", [None, 3, "text", [], {"format": {"a": 1}}])
def test_headers_of_another_kind(population: Population, tmp_path: Path, header: object) -> None:
    file = tmp_path / "bad.nmmpop"
    write_parts(file, header, make_parts(population)[1])
    with pytest.raises(NMMError, match="expected format 1, but found"):
        read_population(file)


def test_damaged_bytes(population: Population, tmp_path: Path) -> None:
    file = tmp_path / "bad.nmmpop"
    write_population(file, population)
    whole = file.read_bytes()
    nested = save({"a": np.zeros(1)}, metadata={"nmmpop": "[" * 100_000})
    for content in (whole[:-8], whole[:100], whole[8:], b"PK\x03\x04" * 9, nested):
        file.write_bytes(content)
        with pytest.raises(NMMError, match="expected a population that `nmm-opensim population`"):
            read_population(file)
    file.write_bytes(b"")
    with pytest.raises(NMMError, match="the file is empty"):
        read_population(file)
    with pytest.raises(NMMError, match="expected a file, but found nothing"):
        read_population(tmp_path / "absent.nmmpop")


@settings(deadline=None, max_examples=50)
@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_are_one_line(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("any") / "any.nmmpop"
    file.write_bytes(content)
    with pytest.raises(NMMError) as raised:
        read_population(file)
    assert "\n" not in str(raised.value)


def test_the_shipped_one_is_of_fifteen_people() -> None:
    population = read_population(SHIPPED["walking"])
    assert population.movement == WALKING
    assert len(population.muscles) == 13
    assert set(population.people) == set(population.pairs.ravel()) == {15.0}
    (source,) = population.sources
    assert source.people == 15
    assert "Alessandro Santuz" in source.licence
    assert SHIPPED["walking"].stat().st_size < 30_000
    # Points of phase, of 100 in stance, at which textbooks have the calf and the shin at work.
    peaks = dict(zip(population.muscles, population.means.argmax(axis=1), strict=True))
    assert 55 < peaks["soleus"] < 90
    assert 55 < peaks["gastrocnemius_medialis"] < 90
    assert peaks["vastus_lateralis"] < 30
    assert not 15 < peaks["tibialis_anterior"] < 100
