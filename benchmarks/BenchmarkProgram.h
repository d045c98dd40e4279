#pragma once

#include <OpenSim/Common/Logger.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <limits>
#include <string>
#include <vector>

/// The shortest time that some work took, ms: other processes may slow a run down, but nothing
/// speeds one up.
class BestTime {
public:
    template <typename Work>
    void measure(const Work& work) {
        const auto began = std::chrono::steady_clock::now();
        work();
        const std::chrono::duration<double, std::milli> elapsed =
                std::chrono::steady_clock::now() - began;
        _best = std::min(_best, elapsed.count());
    }
    double get() const { return _best; }

private:
    double _best = std::numeric_limits<double>::infinity();
};

/// The main function of a benchmark: help, arguments, and errors as one line.
/// @param help its first word is the program's name
/// @param numArguments required ones; the number of repetitions may follow them (default: 10)
/// @param run is called with the arguments and the repetitions
/// @returns the exit status
template <typename Run>
int runBenchmark(
        int argc, char** argv, const std::string& help, std::size_t numArguments, const Run& run) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (std::find(arguments.begin(), arguments.end(), "--help") != arguments.end()) {
        std::fputs(help.c_str(), stdout);
        return 0;
    }
    try {
        const auto numGiven = arguments.size();
        const int repetitions = numGiven == numArguments + 1 ? std::stoi(arguments.back()) : 10;
        if (numGiven < numArguments || numGiven > numArguments + 1 || repetitions < 1) {
            std::fputs(help.c_str(), stderr);
            return 2;
        }
        OpenSim::Logger::setLevel(OpenSim::Logger::Level::Error);
        run(arguments, repetitions);
    } catch (const std::exception& exception) {
        const auto name = help.substr(0, help.find(' '));
        std::fprintf(stderr, "%s: %s\n", name.c_str(), exception.what());
        return 2;
    }
    return 0;
}
