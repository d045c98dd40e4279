"""The population that comes with the package is what its script makes of the recordings."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

from nmm_opensim.estimators.prior.population_file import SHIPPED, read_population
from nmm_opensim.population.build import build_population

RECORDINGS = ROOT.parent / "shared" / "data" / "walking_cycles_15"


def test_it_is_built_again(tmp_path: Path) -> None:
    if not RECORDINGS.is_dir():
        pytest.skip(f"no recordings in {RECORDINGS}")
    (tmp_path / "setups").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "walking_cycles_15").symlink_to(RECORDINGS)
    setup = tmp_path / "setups" / "walking_population.xml"
    setup.write_text((ROOT / "setups" / "walking_population.xml").read_text(encoding="utf-8"))
    built = build_population(setup)
    shipped = read_population(SHIPPED["walking"])
    again = read_population(tmp_path / "results" / "population" / "walking.nmmpop")
    assert (again.movement, again.muscles, again.sources) == (
        shipped.movement,
        shipped.muscles,
        shipped.sources,
    )
    for one, other in (
        (again.people, shipped.people),
        (again.pairs, shipped.pairs),
        (again.means, shipped.means),
        (again.moments, shipped.moments),
    ):
        assert np.allclose(one, other, rtol=1e-12, atol=1e-12)
    # The others' mean is as near to a person as was found without this code.
    rows = {row.muscle: row for row in built.agreements}
    assert rows["gluteus_medius"].mean == pytest.approx(0.82, abs=0.02)
    assert rows["peroneus_longus"].mean == pytest.approx(0.63, abs=0.02)
    assert all(row.weighed > row.mean - 0.01 > row.copy - 0.02 for row in built.agreements)


def test_the_script_says_what_it_needs(tmp_path: Path) -> None:
    script = ROOT / "scripts" / "shipped_population.sh"
    done = subprocess.run(["bash", script, tmp_path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "a folder that holds mean_cycles.csv" in done.stderr


def test_the_notice_holds_the_licence_of_what_went_in() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    (source,) = read_population(SHIPPED["walking"]).sources
    assert source.origin in notice
    assert "Copyright (c) 2021 Alessandro Santuz" in notice
    assert "The above copyright notice and this permission notice shall be included" in notice
    assert SHIPPED["walking"].relative_to(ROOT).as_posix() in notice
