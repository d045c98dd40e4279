#include "DeepEMGPredictor.h"
#include "RegisterTypes_osimNMM.h"

#include <OpenSim/Common/Logger.h>
#include <OpenSim/Simulation/Model/Model.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <limits>
#include <string>
#include <vector>

namespace {

constexpr double RequiredMicroseconds = 20.0;
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

/// The shortest time per state that some work took, microseconds.
template <typename Work>
double measure(const Work& work, double best) {
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < NumStates; ++i) {
        work(i);
    }
    const std::chrono::duration<double, std::micro> elapsed =
            std::chrono::steady_clock::now() - began;
    return std::min(best, elapsed.count() / NumStates);
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
    double realization = std::numeric_limits<double>::infinity(), both = realization;
    for (int i = 0; i < repetitions; ++i) {
        realization = measure(realize, realization);
        both = measure(evaluate, both);
    }
    if (!(sum >= 0.0)) {
        throw std::runtime_error("Expected excitations of 0 or more, but received others.");
    }
    std::printf("%zu muscles, %d states; best of %d repetitions, microseconds per state\n",
            predictor.getMuscleNames().size(), NumStates, repetitions);
    std::printf("  realization to velocities   %8.1f\n", realization);
    std::printf("  and all excitations         %8.1f\n", both);
    std::printf("  the excitations alone       %8.1f  (required: at most %.0f)\n",
            both - realization, RequiredMicroseconds);
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (std::find(arguments.begin(), arguments.end(), "--help") != arguments.end()) {
        std::fputs(Help, stdout);
        return 0;
    }
    try {
        const int repetitions = arguments.size() == 4 ? std::stoi(arguments[3]) : 10;
        if (arguments.size() < 3 || arguments.size() > 4 || repetitions < 1) {
            std::fputs(Help, stderr);
            return 2;
        }
        OpenSim::Logger::setLevel(OpenSim::Logger::Level::Error);
        osimNMM_registerTypes();
        time(arguments[0], std::stod(arguments[1]), std::stod(arguments[2]), repetitions);
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "network_pass: %s\n", exception.what());
        return 2;
    }
    return 0;
}
