"""People by the training setups of their recordings: their mean stride is the one that was made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Walking
from people import WALKING, make_curve

from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.formats.tables import Header, Table, read_table, write_table
from nmm_opensim.population.build import build_population
from nmm_opensim.population.build_setup import RecordedPerson, read_build_setup
from nmm_opensim.population.recorded_person import read_recorded_person, sample_stride
from nmm_opensim.recordings.gait.cycles import Cycle

# s, of the right foot in OpenSim's walking example.
STRIKES, OFFS = (0.27, 1.41, 2.55), (1.02, 2.16)
CHANNELS = {
    "soleus": 70.0,
    "gastrocnemius": 65.0,
    "tibialis_anterior": 150.0,
    "vastus_lateralis": 10.0,
}
HEADER = "side,initial_time,toe_off,final_time\n"
PERSON = """<TrainingSetup name="{name}"><training_setup_file>{file}</training_setup_file>
    <side>right</side><foot_body>calcn_r</foot_body>
    <muscles>soleus gastrocnemius_medialis vastus_lateralis</muscles>
    <their_muscles>soleus_r gasmed_r vaslat_r</their_muscles></TrainingSetup>"""
SETUP = """<OpenSimDocument Version="40500"><NMMPopulationTool name="built">
    <movement>walking</movement><stance_shares>0.5 0.8</stance_shares><sources>
    <Source name="ours"><title>t</title><origin>o</origin><licence>l</licence>
    <people>{people}</people></Source></sources>
    <population_file>../results/people/built.nmmpop</population_file>
    <results_directory>../results/people</results_directory>
    </NMMPopulationTool></OpenSimDocument>"""


def make_emg(time: Array, peak: float, width: float) -> Array:
    """What a muscle with a known curve does at times, stride by stride."""
    events = [STRIKES[0], OFFS[0], STRIKES[1], OFFS[1], STRIKES[2]]
    phase = np.interp(time, events, [0.0, 100.0, 200.0, 300.0, 400.0]) % 200.0
    return np.interp(phase, np.arange(200) + 0.5, make_curve(peak, width), period=200.0)


def write_person(walking: Walking, name: str, *replacements: tuple[str, str]) -> Path:
    """A training setup on the walking example with EMG of its own; strides are in a file."""
    data = walking.folder / "data" / "example3DWalking"
    known = read_table(data / "electromyography.sto", "EMG file")
    shift = float(np.random.default_rng(sum(name.encode())).normal())
    columns = {
        channel: 0.2 * make_emg(known.time, CHANNELS[channel] + 3.0 * shift, 15.0 + shift)
        if channel in CHANNELS
        else known.select([channel]).values[:, 0]
        for channel in known.columns
    }
    file, strides = data / f"{name}.sto", data / f"{name}_strides.csv"
    write_table(file, list(columns), known.time, np.column_stack([*columns.values()]), Header(""))
    strides.write_text(HEADER + "right,0.27,1.02,1.41\nright,1.41,2.16,2.55\nleft,0.8,1.6,1.99\n")
    element = f"<strides_file>../data/example3DWalking/{strides.name}</strides_file>"
    return walking.copy(
        walking.train_setup,
        f"{name}_train.xml",
        ("electromyography.sto", file.name),
        ("<role>train</role>", f"<role>train</role>{element}"),
        *replacements,
    )


def write_setup(walking: Walking, people: str) -> Path:
    setup = walking.folder / "setups" / "people.xml"
    setup.write_text(SETUP.format(people=people))
    return setup


def declare(walking: Walking, name: str, *replacements: tuple[str, str]) -> RecordedPerson:
    file = write_person(walking, name, *replacements)
    setup = write_setup(walking, PERSON.format(name=name, file=file.name))
    (source,) = read_build_setup(setup).sources
    (person,) = source.persons
    return person


def test_a_stride_is_read_at_the_middle_of_each_bin_of_phase() -> None:
    time = np.arange(0.0, 2.0, 0.001)
    emg = Table("EMG", ("a", "b"), time, np.column_stack([time, 1.0 - time]))
    sampled = sample_stride(emg, Cycle(0.2, 0.8, 1.2))
    assert sampled.shape == (200, 2)
    assert sampled[0, 0] == pytest.approx(0.2 + 0.003)
    assert sampled[99, 0] == pytest.approx(0.8 - 0.003)
    assert sampled[100, 0] == pytest.approx(0.8 + 0.002)
    assert sampled[199, 1] == pytest.approx(1.0 - (1.2 - 0.002))


def test_the_mean_stride_is_the_one_that_was_made(walking_inputs: Walking) -> None:
    """Also of the channel that training hides; strides beyond a trial are not in it."""
    person = declare(walking_inputs, "known")
    assert person.channels["soleus"] == "soleus"
    found = read_recorded_person(person, WALKING)
    assert (found.strides, found.warnings) == (1, ())
    shift = float(np.random.default_rng(sum(b"known")).normal())
    for muscle, peak in (("soleus", 70.0), ("gastrocnemius_medialis", 65.0)):
        expected = 0.2 * make_curve(peak + 3.0 * shift, 15.0 + shift)
        assert found.person.curves[muscle] == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("loads", [False, True])
def test_without_a_strides_file_forces_or_the_pose_tell(
    walking_inputs: Walking, loads: bool
) -> None:
    person = declare(
        walking_inputs,
        f"loads_{loads}",
        ("<final_time>1.41", "<final_time>2.0"),
        ("<initial_time>1.41", "<initial_time>2.0"),
    )
    file = walking_inputs.folder / "data/example3DWalking/grf_walk.xml" if loads else None
    trials = tuple(
        replace(trial, strides_file=None, external_loads_file=file) for trial in person.setup.trials
    )
    person = replace(person, setup=replace(person.setup, trials=trials))
    found = read_recorded_person(person, WALKING)
    assert found.strides == 1
    # As good as events by the pose are.
    made = read_recorded_person(declare(walking_inputs, f"loads_{loads}"), WALKING)
    for muscle, curve in made.person.curves.items():
        assert np.corrcoef(found.person.curves[muscle], curve)[0, 1] > 0.9


def test_five_people_are_a_population(walking_inputs: Walking) -> None:
    names = [f"person_{k}" for k in range(5)]
    people = [
        PERSON.format(name=name, file=write_person(walking_inputs, name).name) for name in names
    ]
    built = build_population(write_setup(walking_inputs, "".join(people)))
    assert built.population.people.tolist() == [5.0] * 3
    assert built.population.muscles == ("soleus", "gastrocnemius_medialis", "vastus_lateralis")
    assert 65 < built.population.means[0].argmax() < 75
    assert {row.muscle for row in built.agreements} == set(built.population.muscles)
    with pytest.raises(NMMError, match="at least 5 new people who recorded 'soleus'"):
        build_population(write_setup(walking_inputs, "".join(people[:4])))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("gasmed_r", "gasme_r", "found 'gasme_r' for 'gastrocnemius_medialis'; nearest: gasmed_r"),
        # Tied, so that nobody recorded it.
        ("vaslat_r", "vasint_r", "that a channel of their own records in .*found 'vasint_r'"),
        ("vaslat_r", "gaslat_r", "channel 'gastrocnemius' of .* records both 'gastrocnemius_med"),
        ("gasmed_r vaslat_r", "gasmed_r", "<their_muscles>: expected one name for each of the 3"),
        ("right</side>", "both</side>", "<side>: expected one of right, left"),
        ("soleus gas", "soleus soleus gas", "<muscles> names 'soleus' twice"),
        ("twice_train.xml", "absent.xml", "expected a file, but found nothing"),
    ],
)
def test_setups_that_cannot_be_used_name_the_line(
    walking_inputs: Walking, old: str, new: str, expected: str
) -> None:
    file = write_person(walking_inputs, "twice")
    people = PERSON.format(name="twice", file=file.name)
    assert old in people
    with pytest.raises(NMMError, match=rf"people.xml:\d+: .*{expected}"):
        build_population(write_setup(walking_inputs, people.replace(old, new)))


Change = Callable[[Array], Array]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda series: series - series.mean(), "an envelope in channel 'soleus'.*by process-emg"),
        (lambda series: -series, "expected an envelope in channel 'soleus'"),
        (lambda series: 0.0 * series, "a recording in channel 'soleus', but it is 0 throughout"),
        (lambda series: 0.0 * series + 0.1, "a recording in channel 'soleus', but it is 0.1 thro"),
    ],
)
def test_what_is_no_envelope_is_refused(
    walking_inputs: Walking, change: Change, expected: str
) -> None:
    person = declare(walking_inputs, "odd")
    file = walking_inputs.folder / "data/example3DWalking/odd.sto"
    table = read_table(file, "EMG file")
    values = table.values.copy()
    column = table.columns.index("soleus")
    values[:, column] = change(values[:, column])
    write_table(file, table.columns, table.time, values, Header(""))
    with pytest.raises(NMMError, match=f"person 'odd', .*{expected}"):
        read_recorded_person(person, WALKING)


def test_a_person_without_strides_is_refused(walking_inputs: Walking) -> None:
    person = declare(walking_inputs, "none")
    strides = walking_inputs.folder / "data/example3DWalking/none_strides.csv"
    expected = r"person 'none', .*expected a regular stride of walking.*50-80 % of it, but found"
    # Of the other foot alone; with the stance of running; outside the trial.
    for row in ("left,0.27,1.02,1.41", "right,0.27,0.6,1.41", "right,3,3.7,4.1"):
        strides.write_text(HEADER + row + "\n")
        with pytest.raises(NMMError, match=expected):
            read_recorded_person(person, WALKING)


def test_a_foot_that_is_not_there_is_named(walking_inputs: Walking) -> None:
    person = replace(declare(walking_inputs, "foot"), foot_body="calcn")
    trials = tuple(
        replace(trial, strides_file=None, external_loads_file=None) for trial in person.setup.trials
    )
    with pytest.raises(NMMError, match=r"expected a body 'calcn' to find strides.*nearest: calcn_"):
        read_recorded_person(replace(person, setup=replace(person.setup, trials=trials)), WALKING)
