"""Several people in a benchmark: who may stand beside whom, and what is computed in processes."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import Walking, run_cli

from nmm_opensim.benchmarking.benchmark import benchmark
from nmm_opensim.benchmarking.benchmark_setup import read_benchmark_setup
from nmm_opensim.benchmarking.cell_store import CellStore
from nmm_opensim.benchmarking.cells import list_cells
from nmm_opensim.benchmarking.processes import Worker
from nmm_opensim.errors import NMMError
from nmm_opensim.listener import Listener

PEOPLE = """<people>
<Person name="ada"><training_setup_file>ada_train.xml</training_setup_file></Person>
<Person name="ben"><training_setup_file>ben_train.xml</training_setup_file>
<seeds>7 8</seeds></Person>
</people>"""
TWO = ("--processes", "2")


@pytest.fixture
def people_setup(walking_inputs: Walking) -> Path:
    """Two people of whom soleus and gastrocnemius are hidden: the walker, and one who is noisy."""
    setups = walking_inputs.train_setup.parent
    data = walking_inputs.folder / "data" / "example3DWalking"
    write_noisy(data / "electromyography.sto", data / "ben.sto")
    few = ("<iterations>40", "<iterations>3")
    walking_inputs.copy(walking_inputs.train_setup, "ada_train.xml", few)
    walking_inputs.copy(
        walking_inputs.train_setup, "ben_train.xml", few, ("electromyography.sto", "ben.sto")
    )
    text = (setups / "walking_benchmark.xml").read_text(encoding="utf-8")
    text = re.sub(r'<HiddenChannel name="vastus.*?</HiddenChannel>', "", text, flags=re.DOTALL)
    text = re.sub(
        r"<training_setup_file>walking_train.xml</training_setup_file>", PEOPLE, text, count=1
    )
    text = text.replace("<seeds>1 2 3 4 5<", "<seeds>1<")
    text = re.sub(r"<estimators>.*?<", "<estimators>neighbour_copy nmm<", text, flags=re.DOTALL)
    text = text.replace("results/walking_benchmark", "results/people_benchmark")
    file = setups / "people_benchmark.xml"
    file.write_text(text, encoding="utf-8")
    return file


def write_noisy(source: Path, target: Path) -> None:
    """A copy of envelopes with noise in all channels."""
    lines = source.read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("time"))
    random = np.random.default_rng(3)
    for i in range(first + 1, len(lines)):
        time, *values = lines[i].split()
        noisy = [abs(float(value) + 0.02 * random.standard_normal()) for value in values]
        lines[i] = "\t".join([time, *(f"{value:.6f}" for value in noisy)])
    target.write_text("\n".join(lines) + "\n")


class Heard(Listener):
    """Keeps what is told."""

    def __init__(self) -> None:
        self.progressed: list[str] = []
        self.warned: list[str] = []

    def progress(self, text: str, share: float | None = None) -> None:
        self.progressed.append(text)

    def warn(self, text: str) -> None:
        self.warned.append(text)


def hide_soleus(setup: Path, name: str) -> Path:
    """A copy that hides soleus alone: one question of each person, with results of its own."""
    text = setup.read_text(encoding="utf-8")
    text = re.sub(r'<HiddenChannel name="gastroc.*?</HiddenChannel>', "", text, flags=re.DOTALL)
    copy = setup.with_name(f"{name}_benchmark.xml")
    copy.write_text(text.replace("results/people_benchmark", f"results/{name}"), encoding="utf-8")
    return copy


def test_each_is_asked_the_same_with_seeds_of_their_own(people_setup: Path) -> None:
    setup = read_benchmark_setup(people_setup)
    ada, ben = setup.people
    assert (ada.name, ada.seeds, ben.name, ben.seeds) == ("ada", (1,), "ben", (7, 8))
    assert [group.name for group in ada.hidden_groups] == ["soleus", "gastrocnemius"]
    assert ada.hidden_groups == ben.hidden_groups
    assert ada.training.file.name == "ada_train.xml"
    names = [cell.file_name for cell in list_cells(setup)]
    assert names[:3] == [
        "ada_soleus_roles_neighbour_copy.json",
        "ada_soleus_roles_nmm_1.json",
        "ada_gastrocnemius_roles_neighbour_copy.json",
    ]
    assert names[-3:] == [
        "ben_gastrocnemius_roles_neighbour_copy.json",
        "ben_gastrocnemius_roles_nmm_7.json",
        "ben_gastrocnemius_roles_nmm_8.json",
    ]
    assert list_cells(setup)[-1].title == "ben, gastrocnemius, roles, nmm, seed 8"


def test_one_of_several_processes_or_one_alone(
    people_setup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same to the bit, and what the tables say of both people."""
    alone = benchmark(hide_soleus(people_setup, "alone"))
    setup = hide_soleus(people_setup, "processes")
    heard = Heard()
    benchmark(setup, heard, processes=2)
    folder = alone.setup.results_directory
    other = folder.with_name("processes")
    cells = [cell.file_name for cell in list_cells(alone.setup)]
    assert sorted(file.name for file in (other / "cells").iterdir()) == sorted(cells)
    for name in (*(f"cells/{name}" for name in cells), *(file.name for file in alone.files)):
        assert (other / name).read_bytes() == (folder / name).read_bytes(), name
    done = [int(text.split("/5")[0]) for text in heard.progressed]
    assert (done[0], done[-1], done) == (0, 5, sorted(done))
    begun = {text.partition(" ")[2] for text in heard.progressed if " " in text}
    assert begun == {cell.title for cell in list_cells(alone.setup)}
    assert all(text.startswith(("ada, soleus, roles: ", "ben, ")) for text in heard.warned)

    assert "2 people: ada, ben. Mean over people" in alone.markdown
    assert "seeds: 1 (ben: 7 8)." in alone.markdown
    assert "± standard deviation over people" in alone.markdown
    assert "## Person by person" in alone.markdown
    rows = json.loads((folder / "walking_benchmark.json").read_text(encoding="utf-8"))
    assert {(row["person"], row["seeds"]) for row in rows if row["estimator"] == "nmm"} == {
        ("ada", 1),
        ("ben", 2),
    }
    with (folder / "walking_benchmark.csv").open(newline="") as file:
        assert {row["person"] for row in csv.DictReader(file)} == {"ada", "ben"}
    r = {
        row["person"]: row["mean"]["r"]
        for row in rows
        if (row["quantity"], row["estimator"]) == ("soleus_r", "nmm")
    }
    spread = np.std(list(r.values()), ddof=1)
    shown = f"{np.mean(list(r.values())):.2f} ± {spread:.2f}"
    table = alone.markdown.split("## ")[1]
    assert re.search(rf"\| soleus \| soleus_r \| [^|]+ \| {re.escape(shown)} \|", table)
    with (folder / "walking_benchmark_people.csv").open(newline="") as file:
        pairs = list(csv.DictReader(file))
    assert {(pair["estimator"], pair["baseline"], pair["people"]) for pair in pairs} == {
        ("nmm", "neighbour_copy", "2")
    }

    # What is kept takes no process.
    monkeypatch.setattr("nmm_opensim.benchmarking.processes.Worker", None)
    assert benchmark(setup, processes=2).markdown == alone.markdown


def declare(name: str, recordings: str, group: str) -> str:
    return (
        f'<Person name="{name}"><group>{group}</group>'
        f"<training_setup_file>{recordings}_train.xml</training_setup_file></Person>"
    )


def test_each_group_has_its_own_tables(people_setup: Path) -> None:
    """The same two in both groups: four people whom nobody may pool."""
    setup = hide_soleus(people_setup, "grouped")
    replace_in(setup.name, "<seeds>7 8</seeds>", "")(setup)
    before = benchmark(setup)
    assert "group" not in before.files[2].read_text(encoding="utf-8")
    both = [declare("ada", "ada", "first"), declare("ben", "ben", "first")]
    both += [declare("cid", "ada", "second"), declare("dan", "ben", "second")]
    text = re.sub(
        "<people>.*</people>",
        f"<people>{''.join(both)}</people>",
        setup.read_text(),
        flags=re.DOTALL,
    )
    setup.write_text(text, encoding="utf-8")
    heard = Heard()
    after = benchmark(setup, heard)
    # Whoever got a group is not asked again.
    begun = {text.partition(" ")[2].split(",")[0] for text in heard.progressed if " " in text}
    assert begun == {"cid", "dan"}

    intro, first, second = after.markdown.split("\n## ")
    assert "2 groups: first, second. Each has tables of its own, and nothing is pooled" in intro
    assert first.startswith("Group first\n\n2 people: ada, ben. Mean over people")
    assert second.startswith("Group second\n\n2 people: cid, dan. Mean over people")
    assert "4 people" not in after.markdown
    # What was said of the two alone is said of them in their group, a heading lower.
    old = before.markdown.partition("\n## ")[2].replace("\n##", "\n###")
    assert first.rstrip().endswith(f"### {old.rstrip()}")
    assert second.rstrip().endswith(f"### {old.rstrip()}")

    rows = json.loads(after.files[2].read_text(encoding="utf-8"))
    groups = {"ada": "first", "ben": "first", "cid": "second", "dan": "second"}
    assert {row["person"]: row["group"] for row in rows} == groups
    with after.files[1].open(newline="") as file:
        assert {row["person"]: row["group"] for row in csv.DictReader(file)} == groups
    with after.files[-1].open(newline="") as file:
        pairs = list(csv.DictReader(file))
    assert {(pair["group"], pair["people"]) for pair in pairs} == {("first", "2"), ("second", "2")}

    # Of one person a group nothing is tested, and what was tested before is gone.
    replace_in(setup.name, "".join(both[1:3]), "")(setup)
    alone = benchmark(setup)
    assert "One person: dan. Mean over trials and folds, ± standard deviation" in alone.markdown
    assert "Person by person" not in alone.markdown
    assert not after.files[-1].exists()


@pytest.mark.parametrize("make", ["copy", "link"])
def test_a_copied_recording_is_the_same_person(
    walking_inputs: Walking, people_setup: Path, make: str
) -> None:
    data = walking_inputs.folder / "data" / "example3DWalking"
    # A file of its own: whoever writes through a link writes the other too.
    known, file = data / "electromyography.sto", data / f"{make}.sto"
    if make == "copy":
        shutil.copyfile(known, file)
    else:
        file.hardlink_to(known)
    replace_in("ben_train.xml", "ben.sto", f"{make}.sto")(people_setup)
    same = (
        r"people_benchmark.xml:\d+: person 'ben': expected recordings of somebody else than 'ada', "
        rf"but found the same EMG file, '.*{make}.sto', a copy of '.*electromyography.sto', in both"
    )
    with pytest.raises(NMMError, match=same):
        read_benchmark_setup(people_setup)
    people = [declare("ada", "ada", "a"), declare("ben", "ben", "a")]
    replace_in(people_setup.name, PEOPLE, f"<people>{''.join(people)}</people>")(people_setup)
    with pytest.raises(NMMError, match=same):
        read_benchmark_setup(people_setup)
    # In groups of their own nobody counts twice.
    replace_in(people_setup.name, people[1], declare("ben", "ben", "b"))(people_setup)
    groups = read_benchmark_setup(people_setup).groups
    assert {name: [p.name for p in own] for name, own in groups.items()} == {
        "a": ["ada"],
        "b": ["ben"],
    }


def test_ctrl_c_ends_all_processes_and_keeps_what_is_done(people_setup: Path) -> None:
    file = hide_soleus(people_setup, "stopped")
    for name in ("ada_train.xml", "ben_train.xml"):
        train = people_setup.with_name(name)
        # Longer than any patience: the copy is done at once, the rest never.
        train.write_text(train.read_text().replace("<iterations>3<", "<iterations>1000000<"))
    command = [sys.executable, "-m", "nmm_opensim", "benchmark", str(file), *TWO]
    # In a group of its own, all of which hears Ctrl-C, as at a terminal.
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        begun = 0
        for line in process.stdout:
            begun += "nmm, seed" in line
            if begun == 2:
                break
        os.killpg(process.pid, signal.SIGINT)
        said, complained = process.stdout.read(), process.stderr.read()
        # Both have ended, so nobody is left who could write there.
        assert process.wait(timeout=60) == 130
    assert "Stopped; what is computed is kept." in said
    assert complained == ""
    cells = read_benchmark_setup(file).results_directory / "cells"
    assert {name.name for name in cells.iterdir()} == {
        "ada_soleus_roles_neighbour_copy.json",
        "ben_soleus_roles_neighbour_copy.json",
    }


def test_what_a_process_refuses_is_the_one_line(
    walking_inputs: Walking, people_setup: Path
) -> None:
    """Seen only when the recording is read: a file of the second person is no table."""
    data = walking_inputs.folder / "data" / "example3DWalking"
    (data / "ben.sto").write_text("nothing\n")
    done = run_cli("benchmark", str(hide_soleus(people_setup, "refused")), *TWO)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("nmm-opensim: ")
    assert "ben.sto" in line


def test_a_process_that_is_killed_is_told(
    people_setup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the system does where memory runs out."""
    workers: list[Worker] = []

    class Known(Worker):
        def __init__(self, store: CellStore) -> None:
            super().__init__(store)
            workers.append(self)

    class Killer(Listener):
        def progress(self, text: str, share: float | None = None) -> None:
            for worker in workers:
                worker.process.kill()

    monkeypatch.setattr("nmm_opensim.benchmarking.processes.Worker", Known)
    with pytest.raises(
        NMMError,
        match=r"benchmark: expected a process to compute '\w+, soleus, roles', but it was ended "
        r"\(signal 9\), .* fewer --processes if need be.$",
    ):
        benchmark(hide_soleus(people_setup, "killed"), Killer(), processes=2)
    assert len(workers) == 2
    assert all(worker.process.returncode == -signal.SIGKILL for worker in workers)


def replace_in(name: str, old: str, new: str) -> Callable[[Path], None]:
    """Changes a file beside the benchmark."""

    def change(setup: Path) -> None:
        file = setup.with_name(name)
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    return change


BENCHMARK = "people_benchmark.xml"
FOLD = "<folds><Fold name='a'><test_trials>first_stride</test_trials></Fold></folds><seeds>1<"
LATERAL = '<MeasuredMuscle name="gaslat_r"><channels>gastrocnemius</channels></MeasuredMuscle>'
ALONE = "<training_setup_file>ada_train.xml</training_setup_file>"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            replace_in(BENCHMARK, "<people>", f"{ALONE}<people>"),
            r":\d+: <people>: expected either .*, but found both",
        ),
        (
            replace_in(BENCHMARK, PEOPLE, ""),
            r":\d+: expected <training_setup_file>, or <people> .*, but found neither",
        ),
        (replace_in(BENCHMARK, PEOPLE, "<people></people>"), r":\d+: .*but found neither"),
        (
            replace_in(BENCHMARK, '"ben"', '"ada"'),
            r":\d+: 'ada' is already declared in line \d+; declare it once",
        ),
        (
            replace_in(BENCHMARK, "<seeds>7 8<", "<group>b</group><seeds>7 8<"),
            r":\d+: person 'ben': expected a <group> of everyone or of nobody, but found 'b' of "
            "'ben' and none of 'ada'",
        ),
        (
            replace_in(BENCHMARK, "<seeds>7 8<", "<group>a/b</group><seeds>7 8<"),
            r":\d+: <group>: expected a name that files can have, but found 'a/b'",
        ),
        (
            replace_in(
                BENCHMARK,
                PEOPLE,
                f"<people>{declare('a', 'ada', 'x')}{declare('a', 'ben', 'y')}</people>",
            ),
            r":\d+: 'a' is already declared in line \d+; declare it once",
        ),
        (replace_in(BENCHMARK, '"ben"', '"../ben"'), r":\d+: .*name that files can have"),
        (
            replace_in(BENCHMARK, ">ben_train.xml<", ">ada_train.xml<"),
            r":\d+: person 'ben': .*somebody else than 'ada', but found the same EMG file",
        ),
        (replace_in(BENCHMARK, "<seeds>7 8<", "<seeds>7 b<"), r":\d+: <seeds>: .*found 'b'"),
        (replace_in(BENCHMARK, "<seeds>7 8</seeds>", "<sedes>7</sedes>"), r":\d+: .*<sedes>"),
        (
            replace_in("ben_train.xml", "soleus</recorded", "solei</recorded"),
            r":\d+: person 'ben': line \d+: expected a channel .*found 'soleus'; nearest: solei",
        ),
        (
            lambda setup: [
                replace_in(BENCHMARK, "<seeds>1<", FOLD)(setup),
                replace_in("ben_train.xml", '"first_stride"', '"first_step"')(setup),
            ],
            r":\d+: person 'ben': line \d+: <test_trials>: .*'ben_train.xml', but found "
            "'first_stride'; nearest: first_step",
        ),
        (
            replace_in("ben_train.xml", "<role>test", "<role>validation"),
            r":\d+: person 'ben': .*ben_train.xml: expected a trial with the role test",
        ),
        (
            replace_in("ben_train.xml", LATERAL, '<UnscoredMuscle name="gaslat_r" />'),
            r":\d+: person 'ben': expected channel 'gastrocnemius' to record the same muscles as "
            "of 'ada', gasmed_r, gaslat_r, but found gasmed_r",
        ),
        (
            replace_in("ben_train.xml", ">knee_angle_r ankle_angle_r<", ">ankle_angle_r<"),
            r":\d+: person 'ben': expected the same <moment_coordinates> as of 'ada', "
            "ankle_angle_r, knee_angle_r, but found ankle_angle_r",
        ),
    ],
)
def test_refused_people(
    people_setup: Path, change: Callable[[Path], object], complaint: str
) -> None:
    change(people_setup)
    with pytest.raises(NMMError, match=f"people_benchmark.xml{complaint}") as refused:
        read_benchmark_setup(people_setup)
    assert "\n" not in str(refused.value)


def test_a_person_without_a_trial_s_moments_is_refused(
    walking_inputs: Walking, people_setup: Path
) -> None:
    """Only where another has them: what everyone lacks is asked of nobody."""

    def leave_out(name: str) -> None:
        file = people_setup.with_name(f"{name}_train.xml")
        walking_inputs.leave_out_moments(file, file.name, "second_stance")

    leave_out("ben")
    with pytest.raises(
        NMMError,
        match=r"people_benchmark.xml:\d+: person 'ben': expected the same trials without moments "
        r"\(<inverse_dynamics_file>\) as of 'ada', none, but found second_stance",
    ):
        read_benchmark_setup(people_setup)
    leave_out("ada")
    assert read_benchmark_setup(people_setup).lacks_moments


def test_cells_that_would_share_a_file_are_refused(people_setup: Path) -> None:
    replace_in(BENCHMARK, "<seeds>7 8<", "<seeds>7 7<")(people_setup)
    with pytest.raises(NMMError, match=r"'ben_soleus_roles_nmm_7.json'; .* each seed once"):
        list_cells(read_benchmark_setup(people_setup))
