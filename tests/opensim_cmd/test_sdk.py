"""Is the OpenSim that everything else is built on a sound one?

A wrongly built OpenSim starts, prints help and setup files, and crashes or miscalculates only in a
real tool. So real tools are run here, on the test data that comes with OpenSim's sources.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SDK_SCRIPT = Path(__file__).parents[2] / "scripts" / "opensim_sdk" / "build.py"

RUN_ID_WITH_WHEEL = """
import sys, opensim
opensim.Logger.setLevelString("error")
assert opensim.InverseDynamicsTool(sys.argv[1]).run()
"""

CLIENT_CMAKE = """
cmake_minimum_required(VERSION 3.20)
project(client CXX)
set(CMAKE_CXX_STANDARD 17)
find_package(OpenSim REQUIRED)
add_executable(client client.cpp)
# Simbody first: the order in which a wrong header would be found.
target_link_libraries(client ${Simbody_LIBRARIES} osimSimulation osimActuators)
"""

# As in a plugin: a component with a cache variable, whose header code reads SimTK's own classes.
CLIENT_CPP = """
#include <OpenSim/Actuators/RegisterTypes_osimActuators.h>
#include <OpenSim/Simulation/Model/Model.h>
#include <OpenSim/Simulation/RegisterTypes_osimSimulation.h>
#include <iostream>

class Doubler : public OpenSim::ModelComponent {
    OpenSim_DECLARE_CONCRETE_OBJECT(Doubler, OpenSim::ModelComponent);
public:
    double twiceTheTime(const SimTK::State& state) const {
        if (!isCacheVariableValid(state, _twice)) {
            updCacheVariableValue(state, _twice) = 2 * state.getTime();
            markCacheVariableValid(state, _twice);
        }
        return getCacheVariableValue(state, _twice);
    }
private:
    void extendAddToSystem(SimTK::MultibodySystem& system) const override {
        Super::extendAddToSystem(system);
        _twice = addCacheVariable("twice", 0.0, SimTK::Stage::Time);
    }
    mutable CacheVariable<double> _twice;
};

int main(int, char** argument) {
    RegisterTypes_osimSimulation();
    RegisterTypes_osimActuators();
    OpenSim::Model model(argument[1]);
    auto* doubler = new Doubler;
    model.addModelComponent(doubler);
    SimTK::State state = model.initSystem();
    state.setTime(0.25);
    model.equilibrateMuscles(state);
    model.realizeAcceleration(state);
    std::cout << "twice=" << doubler->twiceTheTime(state) << std::endl;
    for (int i = 0; i < state.getNU(); ++i) std::cout << "udot=" << state.getUDot()[i] << std::endl;
}
"""


def run(command: list[object], folder: Path) -> str:
    """Run `command` in `folder`, expect success, and return what it printed."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout[-3000:]}"
    return done.stdout


def copied(folder: Path, to: Path, *patterns: str) -> Path:
    """Copy OpenSim's test files that match, because tools write next to their setup files."""
    for pattern in patterns:
        files = sorted(folder.glob(pattern))
        assert files, f"{folder} holds no {pattern}"
        for file in files:
            shutil.copy(file, to)
    return to


def table(file: Path) -> tuple[list[str], np.ndarray]:
    """The column labels and the numbers of a .sto file."""
    lines = file.read_text().splitlines()
    head = next(i for i, line in enumerate(lines) if line.strip() == "endheader")
    return lines[head + 1].split(), np.loadtxt(lines[head + 2 :], ndmin=2)


@pytest.fixture(scope="module")
def version(opensim_cmd: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Major and minor version of the OpenSim under test."""
    said = run([opensim_cmd, "--version"], tmp_path_factory.mktemp("version"))
    found = re.search(r"version (\d+\.\d+)", said)
    assert found, said
    return found[1]


@pytest.mark.skipif(not importlib.util.find_spec("opensim"), reason="needs the package opensim")
def test_inverse_dynamics_agrees_with_the_official_opensim(
    opensim_cmd: Path, opensim_source: Path, tmp_path: Path
) -> None:
    data = opensim_source / "Applications" / "ID" / "test"
    results = []
    commands: dict[str, list[str | Path]] = {
        "sdk": [opensim_cmd, "run-tool"],
        "wheel": [sys.executable, "-c", RUN_ID_WITH_WHEEL],
    }
    for name, command in commands.items():
        (tmp_path / name).mkdir()
        folder = copied(data, tmp_path / name, "subject01*")
        run([*command, folder / "subject01_Setup_InverseDynamics.xml"], folder)
        results.append(table(folder / "Results" / "subject01_InverseDynamics.sto"))
    (labels, ours), (official_labels, official) = results
    assert labels == official_labels
    assert ours.shape == official.shape
    assert len(ours) > 60
    # Forces and moments of up to 128 N and N m; the difference that was measured is 0.
    np.testing.assert_allclose(ours, official, rtol=0, atol=1e-6)


def test_forward_simulation_of_arm26(
    opensim_cmd: Path, opensim_source: Path, tmp_path: Path, version: str
) -> None:
    data = opensim_source / "Applications" / "Forward" / "test"
    folder = copied(data, tmp_path, "arm26*", "std_arm26_states.sto")
    run([opensim_cmd, "run-tool", "arm26_Setup_Forward.xml"], folder)
    _, states = table(folder / "Results" / "arm26_states.sto")
    assert np.isfinite(states).all()
    assert states[-1, 0] == pytest.approx(1.0)
    # The integrator chooses its steps, so the number of steps tells the least difference.
    if version == "4.5":
        assert len(states) == 343


def test_static_optimization(opensim_cmd: Path, opensim_source: Path, tmp_path: Path) -> None:
    data = opensim_source / "Applications" / "Analyze" / "test"
    folder = copied(data, tmp_path, "subject01*", "externalForces.xml")
    run([opensim_cmd, "run-tool", "subject01_Setup_StaticOptimization.xml"], folder)
    results = folder / "Results_subject01_StaticOptimization"
    labels, activation = table(results / "subject01_walk1_StaticOptimization_activation.sto")
    muscles = activation[:, [i for i, label in enumerate(labels) if re.search(r"_[rl]$", label)]]
    assert muscles.shape[1] > 50
    assert muscles.min() >= 0
    assert muscles.max() <= 1


def test_joint_reaction(opensim_cmd: Path, opensim_source: Path, tmp_path: Path) -> None:
    data = opensim_source / "Applications" / "Analyze" / "test"
    folder = copied(data, tmp_path, "SinglePin*", "std_SinglePin_JointReaction_ReactionLoads.sto")
    run([opensim_cmd, "run-tool", "SinglePin_Setup_JointReaction.xml"], folder)
    _, expected = table(folder / "std_SinglePin_JointReaction_ReactionLoads.sto")
    _, loads = table(folder / "SinglePin_JointReaction_ReactionLoads.sto")
    # Rounded times give one row more or less, so the rows are compared by their times.
    at_same_times = [np.interp(expected[:, 0], loads[:, 0], column) for column in loads.T]
    np.testing.assert_allclose(np.transpose(at_same_times), expected, rtol=0, atol=1e-5)


def test_release_client_shares_the_memory_layout(
    opensim_cmd: Path, opensim_source: Path, tmp_path: Path
) -> None:
    """Code compiled against the SDK with NDEBUG must see the classes as the libraries do."""
    (tmp_path / "CMakeLists.txt").write_text(CLIENT_CMAKE)
    (tmp_path / "client.cpp").write_text(CLIENT_CPP)
    prefix = opensim_cmd.resolve().parent.parent
    configure = ["cmake", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}"]
    # NDEBUG as in a Release build, but without optimisation: it is compiled to be run once.
    release = ["-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS_RELEASE=-O0 -DNDEBUG"]
    run([*configure, *release], tmp_path)
    run(["cmake", "--build", "build"], tmp_path)
    model = opensim_source / "Applications" / "Forward" / "test" / "arm26.osim"
    said = run(["build/client", model], tmp_path)
    assert re.findall(r"twice=(.+)", said) == ["0.5"]
    accelerations = [float(number) for number in re.findall(r"udot=(.+)", said)]
    assert len(accelerations) == 2
    assert np.isfinite(accelerations).all()


def provide(opensim_dir: Path) -> subprocess.CompletedProcess[str]:
    """Ask the SDK script for an OpenSim, with OpenSim_DIR set."""
    return subprocess.run(
        [sys.executable, SDK_SCRIPT],
        env={**os.environ, "OpenSim_DIR": str(opensim_dir)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """As much of an installed OpenSim as CMake looks at first."""
    folder = tmp_path / "lib" / "cmake" / "OpenSim"
    folder.mkdir(parents=True)
    (folder / "OpenSimConfig.cmake").write_text(
        'get_filename_component(PACKAGE_PREFIX_DIR "${CMAKE_CURRENT_LIST_DIR}/../../../" ABSOLUTE)'
    )
    return folder


@pytest.mark.parametrize("version", ["4.5", "4.5.2", "4.6"])
def test_own_opensim_comes_first(tmp_path: Path, installed: Path, version: str) -> None:
    (installed / "OpenSimConfigVersion.cmake").write_text(f'set(PACKAGE_VERSION "{version}")\n')
    for given in (tmp_path, installed):
        done = provide(given)
        assert (done.returncode, done.stdout) == (0, f"{installed}\n"), done.stderr


def test_own_opensim_of_another_version_is_refused(tmp_path: Path, installed: Path) -> None:
    (installed / "OpenSimConfigVersion.cmake").write_text('set(PACKAGE_VERSION "4.4.1")\n')
    done = provide(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "4.4.1" in done.stderr
    assert "4.5 and 4.6" in done.stderr


def test_folder_without_opensim_is_refused(tmp_path: Path) -> None:
    done = provide(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "OpenSimConfig.cmake" in done.stderr
