"""Populations from tables and from other populations: what is built, told and refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import run_cli
from hypothesis import given, settings
from hypothesis import strategies as st
from people import MUSCLES, WALKING, make_people, write_phase_table

import nmm_opensim
from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.prior.population import (
    POINTS,
    Movement,
    Person,
    Source,
    summarise,
)
from nmm_opensim.estimators.prior.population_file import read_population, write_population
from nmm_opensim.listener import Listener
from nmm_opensim.population.build import build_population
from nmm_opensim.population.build_setup import PhaseTable
from nmm_opensim.population.leave_one_out import leave_each_out
from nmm_opensim.population.phase_table import read_phase_table

TABLE = """<PhaseTable name="table"><phase_table_file>people.csv</phase_table_file>
    <person_column>person</person_column><point_column>point</point_column>
    <muscles>{muscles}</muscles></PhaseTable>"""
SOURCE = """<Source name="{name}"><title>Walks of {name}</title><origin>a laboratory</origin>
    <licence>CC BY 4.0</licence><people>{people}</people></Source>"""


def write_setup(folder: Path, sources: str, file: str = "built.nmmpop") -> Path:
    setup = folder / "setup.xml"
    setup.write_text(
        f"""<OpenSimDocument Version="40500"><NMMPopulationTool name="built">
        <movement>walking</movement><stance_shares>0.5 0.8</stance_shares>
        <sources>{sources}</sources><population_file>results/{file}</population_file>
        <results_directory>results</results_directory></NMMPopulationTool></OpenSimDocument>"""
    )
    return setup


def write_project(
    folder: Path, people: Sequence[Person], *more: str, muscles: Sequence[str] = MUSCLES
) -> Path:
    """A setup of people in a table, and of more sources."""
    write_phase_table(folder / "people.csv", people, muscles)
    table = TABLE.format(muscles=" ".join(muscles))
    return write_setup(folder, "".join([SOURCE.format(name="ours", people=table), *more]))


def write_other(folder: Path, name: str = "other", **changes: object) -> str:
    """Another population's file; returns its element."""
    sources = (Source(f"Walks of {name}", "elsewhere", "MIT", 7),)
    other = summarise(WALKING, make_people(7, seed=9), sources)
    write_population(folder / f"{name}.nmmpop", replace(other, **changes))  # type: ignore[arg-type]
    return (
        f'<Population name="{name}"><population_file>{name}.nmmpop</population_file></Population>'
    )


def test_a_table_becomes_the_statistics_of_its_people(tmp_path: Path) -> None:
    people = make_people(8)
    built = build_population(write_project(tmp_path, people))
    written = read_population(tmp_path / "results" / "built.nmmpop")
    direct = summarise(WALKING, people, ())
    assert written.muscles == direct.muscles
    assert written.movement == WALKING
    # The table has six digits.
    assert written.means == pytest.approx(direct.means, abs=1e-4)
    assert written.moments == pytest.approx(direct.moments, abs=1e-3)
    assert written.sources == (Source("Walks of ours", "a laboratory", "CC BY 4.0", 8),)
    assert built.population.muscles == written.muscles
    assert [each.name for each in (tmp_path / "results").iterdir()] == ["built.nmmpop"]


def test_those_who_are_left_out_are_foretold(tmp_path: Path) -> None:
    """Gastrocnemius leaves its mean with soleus: hearing it must tell more than the mean."""
    people = make_people(20)
    rows = {row.muscle: row for row in leave_each_out(WALKING, people, [])}
    assert set(rows) == set(MUSCLES)
    assert rows["soleus"].weighed > rows["soleus"].mean + 0.005
    assert rows["soleus"].copy > rows["tibialis_anterior"].copy
    # By hand: the mean of the others alone, for the recording as it is.
    told = [summarise(WALKING, [q for q in people if q is not p], ()).means for p in people]
    means = [
        np.corrcoef(np.exp(m[0]), p.curves["soleus"])[0, 1]
        for m, p in zip(told, people, strict=True)
    ]
    assert rows["soleus"].mean == pytest.approx(np.mean(means), abs=1e-12)


def test_who_is_left_out_is_not_heard_by_others() -> None:
    """The curve that is asked for must have no part in the answer."""
    people = make_people(6)
    strange = {m: np.roll(curve, 100) for m, curve in people[0].curves.items()}
    rows = leave_each_out(WALKING, [Person("strange", strange), *people[1:]], [])
    own = leave_each_out(WALKING, people, [])
    for row, usual in zip(rows, own, strict=True):
        assert row.mean < usual.mean - 0.15


def test_five_people_are_enough_and_four_are_not(tmp_path: Path) -> None:
    build_population(write_project(tmp_path, make_people(5)))
    file = tmp_path / "results" / "built.nmmpop"
    before = file.read_bytes()
    with pytest.raises(NMMError, match=r"at least 5 new people who recorded 'soleus'.*found 4"):
        build_population(write_project(tmp_path, make_people(4)))
    assert file.read_bytes() == before


def test_what_somebody_did_not_record_is_left_empty(tmp_path: Path) -> None:
    people = make_people(7)
    without = Person("P7", {m: c for m, c in people[6].curves.items() if m != "soleus"})
    built = build_population(write_project(tmp_path, [*people[:6], without]))
    assert built.population.people.tolist() == [6.0, 7.0, 7.0, 7.0]
    assert built.population.pairs[0].tolist() == [6.0, 6.0, 6.0, 6.0]


def test_new_people_and_a_population_are_pooled(tmp_path: Path) -> None:
    ours, theirs = make_people(6), make_people(7, seed=9)
    built = build_population(write_project(tmp_path, ours, write_other(tmp_path)))
    together = summarise(WALKING, [*ours, *theirs], ())
    assert built.population.people.tolist() == [13.0] * 4
    assert built.population.moments == pytest.approx(together.moments, abs=1e-3)
    assert [source.people for source in built.population.sources] == [6, 7]


def test_populations_alone_are_pooled_and_nobody_is_asked(tmp_path: Path) -> None:
    elements = [write_other(tmp_path, name) for name in ("a", "b")]
    built = build_population(write_setup(tmp_path, "".join(elements)))
    assert built.population.people.tolist() == [14.0] * 4
    assert built.agreements == ()
    assert built.population.moments == pytest.approx(
        2 * summarise(WALKING, make_people(7, seed=9), ()).moments
    )


def test_one_person_more_would_be_told_by_the_difference(tmp_path: Path) -> None:
    setup = write_project(tmp_path, make_people(1), write_other(tmp_path))
    with pytest.raises(NMMError, match=r"at least 5 new people.*whose difference.*but found 1"):
        build_population(setup)
    assert not (tmp_path / "results").exists()
    # Nor may four of nine new ones have recorded a muscle that the population has.
    people = make_people(9)
    some = [Person(p.name, {m: p.curves[m] for m in MUSCLES[1:]}) for p in people[:5]]
    setup = write_project(tmp_path, [*some, *people[5:]], write_other(tmp_path))
    with pytest.raises(NMMError, match=r"who recorded 'soleus', beside the populations.*found 4"):
        build_population(setup)


def test_people_are_counted_once(tmp_path: Path) -> None:
    people = make_people(6)
    twin = Person("Q", {m: 3.0 * curve for m, curve in people[2].curves.items()})
    with pytest.raises(NMMError, match="'soleus' of 'P3' and 'soleus' of 'Q' are the same"):
        build_population(write_project(tmp_path, [*people, twin]))
    double = Person("P6", {**people[5].curves, "soleus": people[5].curves["tibialis_anterior"]})
    with pytest.raises(NMMError, match="'soleus' of 'P6' and 'tibialis_anterior' of 'P6' are the"):
        build_population(write_project(tmp_path, [*people[:5], double]))
    again = SOURCE.format(name="again", people=TABLE.format(muscles="soleus"))
    with pytest.raises(NMMError, match="every person once, but found 'P1' twice"):
        build_population(write_project(tmp_path, people, again))
    one = write_other(tmp_path, "one")
    same = one.replace('name="one"', 'name="two"')
    with pytest.raises(NMMError, match=r"every source once, but found 'Walks of one' \(elsewhere"):
        build_population(write_project(tmp_path, people, one, same))


def test_a_population_of_another_movement_is_refused(tmp_path: Path) -> None:
    running = write_other(tmp_path, movement=Movement("running", (0.2, 0.5)))
    with pytest.raises(
        NMMError, match=r'name="other">: expected .* of walking, but found one of r'
    ):
        build_population(write_project(tmp_path, make_people(6), running))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (">soleus ", ">solaeus ", r"expected anatomical names, but found 'solaeus'; nearest: sol"),
        (">soleus ", ">soleus_r ", r"expected anatomical names, but found 'soleus_r'; nearest: s"),
        (">soleus ", ">soleus soleus ", r"<muscles> names 'soleus' twice"),
        ("</muscles>", "</muscles><columns>a b</columns>", "<columns>: expected one for each of"),
        ("</muscles>", "</muscles><columns>a b c a</columns>", "names 'a' twice"),
        ("</muscles>", "</muscles><side>right</side>", "<PhaseTable> has no element <side>"),
        ("<licence>CC BY 4.0</licence>", "", "<Source> lacks the element <licence>"),
        ("<origin>a laboratory", "<origin>", "<origin> is empty"),
        ("0.5 0.8", "0.8 0.5", "<stance_shares>: expected the lowest and the highest share"),
        ("0.5 0.8", "50 80", r"<stance_shares>: expected numbers within \[0, 1\], but found 50"),
        ("0.5 0.8", "0.5", "<stance_shares>: expected 2 numbers"),
        ("results/built.nmmpop", "built.nmmpop", "expected a file inside <results_directory>"),
        ("built.nmmpop", "built.nmm", "expected a name ending in .nmmpop"),
        ("people.csv", "nobody.csv", "expected a file, but found nothing"),
        ('<PhaseTable name="table">', "<Table>", "mismatch"),
        ("<movement>walking", "<movement>", "<movement> is empty"),
    ],
)
def test_setups_that_cannot_be_used_name_the_line(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    setup = write_project(tmp_path, make_people(5))
    text = setup.read_text()
    assert old in text
    setup.write_text(text.replace(old, new))
    with pytest.raises(NMMError, match=rf"setup.xml:\d+: .*{expected}") as raised:
        build_population(setup)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "results").exists()


def test_a_setup_without_people_is_refused(tmp_path: Path) -> None:
    for sources, found in (("", "nothing"), (write_other(tmp_path), "one <Population>")):
        with pytest.raises(NMMError, match=f"expected a <Source> of people.*but found {found}"):
            build_population(write_setup(tmp_path, sources))
    empty = SOURCE.format(name="a", people="")
    with pytest.raises(NMMError, match="expected a <PhaseTable> or a <TrainingSetup>"):
        build_population(write_setup(tmp_path, empty))
    results = tmp_path / "results"
    results.mkdir()
    own = write_other(results).replace("other.nmmpop", "results/other.nmmpop")
    with pytest.raises(NMMError, match="expected a new file, but found one of the <sources>"):
        build_population(write_setup(tmp_path, own + write_other(tmp_path, "b"), "other.nmmpop"))


def test_the_verb_prints_the_table_and_python_does_the_same(tmp_path: Path) -> None:
    setup = write_project(tmp_path, make_people(6))
    done = run_cli("population", str(setup))
    assert done.returncode == 0, done.stderr
    assert re.search(r"muscle +people +r weighed +r mean of others +r copy", done.stdout)
    assert re.search(r"soleus +6( +0\.\d\d){3}", done.stdout)
    assert re.search(r"mean( +0\.\d\d){3}", done.stdout)
    assert "6 people: Walks of ours (a laboratory), CC BY 4.0" in done.stdout
    assert max(map(len, done.stdout.splitlines()[:10])) <= 80
    first = (tmp_path / "results" / "built.nmmpop").read_bytes()
    said: list[str] = []

    class Noting(Listener):
        def status(self, text: str) -> None:
            said.append(text)

    built = nmm_opensim.build_population(setup, Noting())
    assert isinstance(built, nmm_opensim.BuiltPopulation)
    assert (tmp_path / "results" / "built.nmmpop").read_bytes() == first
    assert said == ["Reading people.csv", "Leaving each person out in turn"]
    done = run_cli("population", str(write_project(tmp_path, make_people(3))))
    assert (done.returncode, done.stderr.count("\n"), done.stdout.count("Written")) == (2, 1, 0)


DECLARED = PhaseTable("table", Path(), "person", "point", {"soleus": "SO", "gracilis": "GR"})


def read_text(file: Path, text: str) -> list[Person]:
    file.write_bytes(text.encode())
    return read_phase_table(replace(DECLARED, file=file))


def make_text(delimiter: str = ",", decimal: str = ".", order: int = 1) -> str:
    """Two people, whose rows come in any order."""
    rows = [
        delimiter.join(
            [name, str(k), f"{0.5 + 0.4 * np.sin(k / 30 + shift):.4f}".replace(".", decimal), "2"]
            if k != 7
            else [name, "7", "0", "3"]
        )
        for shift, name in enumerate(("A", "B"))
        for k in range(1, POINTS + 1)
    ]
    return "\n".join([delimiter.join(["person", "point", "SO", "GR"]), *rows[::order], ""])


@pytest.mark.parametrize(
    "text",
    [
        make_text(),
        make_text(order=-1),
        make_text(";", ","),
        make_text("\t", ","),
        "\ufeff" + make_text().replace("\n", "\r\n"),
    ],
)
def test_tables_of_any_program_are_read(tmp_path: Path, text: str) -> None:
    people = {person.name: person for person in read_text(tmp_path / "people.csv", text)}
    assert set(people) == {"A", "B"}
    assert people["A"].curves["soleus"][:3] == pytest.approx(
        0.5 + 0.4 * np.sin(np.arange(1, 4) / 30), abs=1e-4
    )
    assert people["B"].curves["gracilis"].tolist() == [2.0] * 6 + [3.0] + [2.0] * 193


def empty_rows(name: str, points: range) -> str:
    text = make_text()
    for k in points:
        text = re.sub(rf"^{name},{k},[^,\n]*,", f"{name},{k},,", text, flags=re.MULTILINE)
    return text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (make_text().replace("SO", "SOL"), "expected a column 'SO', but found none; nearest: SOL"),
        (make_text().replace("SO,GR", "SO,SO"), "column 'SO' once, but the file names it twice"),
        (make_text().replace("point,SO,GR", "SO,GR,SO"), "expected a column 'point'"),
        (make_text().replace("B,200,", "B,199,"), r"line 401: .*'B' has point 199 in line 400"),
        (make_text().replace("B,200,", "B,201,"), r"line 401, column 'point': expected a point"),
        (make_text().replace("B,200,", "B,99.5,"), r"line 401, column 'point': expected a point"),
        (make_text().replace("B,200,", "B,x,"), r"line 401, column 'point': expected a number"),
        (make_text().replace("A,7,0,", "A,7,-0.01,"), r"line 8, column 'SO': .*found '-0.01'"),
        (make_text().replace("A,7,0,", "A,7,nan,"), r"line 8, column 'SO': .*found 'nan'"),
        (make_text().replace("A,7,0,", "A,7,inf,"), r"line 8, column 'SO': .*found 'inf'"),
        (make_text().replace("A,7,0,", "A,7,1 mV,"), r"line 8, column 'SO': .*found '1 mV'"),
        (make_text().replace("A,7,0,3", "A,7,0,2"), "'GR', person 'A': expected a recording.*2 th"),
        (make_text().replace("A,7,0,3", "A,7,0,3,4"), "line 8: expected 4 cells.*found more"),
        (make_text().replace("A,7,0,3", ",7,0,3"), "line 8: expected the person's name"),
        (empty_rows("A", range(7, 8)), "'SO', person 'A': .*but found 1 empty cells"),
        ("\n".join(make_text().splitlines()[:301]), "1 to 200 of person 'B', but found 100"),
        (make_text().splitlines()[0] + "\n", "expected rows of people, but found none"),
        ('person,point,SO,GR\n"A,1,1,1\n', "expected CSV in UTF-8"),
        ("PK\x03\x04\x00\x00binary", "expected a column 'person', but found none"),
        ("", "expected content, but the file is empty"),
    ],
)
def test_tables_that_cannot_be_used_name_the_place(
    tmp_path: Path, text: str, expected: str
) -> None:
    with pytest.raises(NMMError, match=f"phase table '.*people.csv'.*{expected}") as raised:
        read_text(tmp_path / "people.csv", text)
    assert "\n" not in str(raised.value)


def test_a_label_that_stands_twice_is_refused(tmp_path: Path) -> None:
    text = make_text().replace("point,SO,GR", "point,SO,GR,SO", 1)
    with pytest.raises(NMMError, match="expected column 'SO' once, but the file names it twice"):
        read_text(tmp_path / "people.csv", text)


def test_a_column_that_is_declared_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(make_text())
    declared = replace(DECLARED, file=file, point_column="person")
    with pytest.raises(NMMError, match="'person' once, but the setup names it twice"):
        read_phase_table(declared)


def test_not_recorded_is_not_silent(tmp_path: Path) -> None:
    first, second = read_text(tmp_path / "people.csv", empty_rows("A", range(1, POINTS + 1)))
    assert set(first.curves) == {"gracilis"}
    assert set(second.curves) == {"soleus", "gracilis"}
    nothing = re.sub(r"^(A,\d+),.*", r"\1,,", make_text(), flags=re.MULTILINE)
    with pytest.raises(NMMError, match="expected a recording of person 'A', but all cells"):
        read_text(tmp_path / "people.csv", nothing)


@settings(deadline=None, max_examples=50)
@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_are_one_line(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("any") / "people.csv"
    file.write_bytes(b"person,point,SO,GR\n" + content)
    with pytest.raises(NMMError) as raised:
        read_phase_table(replace(DECLARED, file=file))
    assert "\n" not in str(raised.value)
