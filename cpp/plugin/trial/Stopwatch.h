#pragma once

#include <chrono>
#include <utility>

namespace nmm::osim {

class Stopwatch {
public:
    /// Time since construction or the last call, ms.
    double lap() {
        const auto now = std::chrono::steady_clock::now();
        const std::chrono::duration<double, std::milli> elapsed = now - std::exchange(_start, now);
        return elapsed.count();
    }

private:
    std::chrono::steady_clock::time_point _start = std::chrono::steady_clock::now();
};

} // namespace nmm::osim
