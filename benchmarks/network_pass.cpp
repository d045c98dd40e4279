#include "BenchmarkProgram.h"
#include "DeepEMGPredictor.h"
#include "RegisterTypes_osimNMM.h"

#include <OpenSim/Simulation/Model/Model.h>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr double RequiredMicroseconds = 20.0;
constexpr double RequiredOfTransformer = 60.0;
constexpr int NumStates = 2000;

constexpr auto Help = R"(network_pass MODEL INITIAL_TIME FINAL_TIME [REPETITIONS]

What a DeepEMGPredictor adds to the evaluation of a state: the time of all excitations of a state,
sampling of the EMG and the network pass included, beside that of realizing the state to velocities.
MODEL is an .osim with a DeepEMGPredictor, such as the forward_model_file of NMMTool; its EMG must
cover INITIAL_TIME to FINAL_TIME (s). Both are timed alternately, REPETITIONS times (default: 10),
over 2000 states, and the best of each counts, because other processes may slow a run down but
nothing speeds one up.

Example, from the repository's root:
  opensim-cmd -L .venv/lib/libosimNMM.so run-tool setups/elbow_nmm.xml
  network_pass results/elbow/nmm/elbow_forward.osim 1 10
)";

/// Microseconds per state.
double perState(const BestTime& time) {
    return 1000.0 * time.get() / NumStates;
}

void time(const std::string& file, double initialTime, double finalTime, int repetitions) {
    OpenSim::Model model(file);
    auto state = model.initSystem();
    const auto predictors = model.getComponentList<OpenSim::DeepEMGPredictor>();
    if (predictors.begin() == predictors.end()) {
        throw std::runtime_error(
                "Expected a model with a DeepEMGPredictor, but '" + file + "' has none.");
    }
    const auto& predictor = *predictors.begin();
    const auto realize = [&](int i) {
        state.setTime(initialTime + (finalTime - initialTime) * i / NumStates);
        // Every state is new to the model, as in an integration.
        state.updQ();
        model.realizeVelocity(state);
    };
    double sum = 0;
    const auto evaluate = [&](int i) {
        realize(i);
        sum += predictor.getExcitations(state)[0];
    };
    const auto forAllStates = [](const auto& work) {
        return [&work] {
            for (int i = 0; i < NumStates; ++i) {
                work(i);
            }
        };
    };
    BestTime realization, both;
    for (int i = 0; i < repetitions; ++i) {
        realization.measure(forAllStates(realize));
        both.measure(forAllStates(evaluate));
    }
    if (!(sum >= 0.0)) {
        throw std::runtime_error("Expected excitations of 0 or more, but received others.");
    }
    std::printf("%zu muscles, %d states; best of %d repetitions, microseconds per state\n",
            predictor.getMuscleNames().size(), NumStates, repetitions);
    std::printf("  realization to velocities   %8.1f\n", perState(realization));
    std::printf("  and all excitations         %8.1f\n", perState(both));
    std::printf("  the excitations alone       %8.1f  (required: at most %.0f, of a transformer "
                "%.0f)\n",
            perState(both) - perState(realization), RequiredMicroseconds, RequiredOfTransformer);
}

} // namespace

int main(int argc, char** argv) {
    return runBenchmark(
            argc, argv, Help, 3, [](const std::vector<std::string>& arguments, int repetitions) {
                osimNMM_registerTypes();
                time(arguments[0], std::stod(arguments[1]), std::stod(arguments[2]), repetitions);
            });
}
