#pragma once

#include "Matrix.h"

#include <string>
#include <vector>

namespace nmm {

/// EMG envelopes: `values` is frames x channels, `time` in s, strictly increasing.
struct Emg {
    std::vector<std::string> channels;
    std::vector<double> time;
    Matrix values;
};

/// Envelopes at the given times (s), by linear interpolation between samples. Before the first
/// sample its value is held, which is what gives the delay and the window a lead-in; callers
/// check with checkEmgCovers() that no more than that is held.
/// @returns times.size() x channels.
/// @throws Error if a time lies after the last sample.
Matrix sampleEmg(const Emg& emg, const std::vector<double>& times);

/// Refuse a recording that does not cover [initialTime - delay, finalTime - delay], except that
/// the lead-in of the first `delay` seconds may be missing.
/// @throws Error naming both ranges.
void checkEmgCovers(const Emg& emg, double initialTime, double finalTime, double delay);

/// The columns `channels` of `emg`, in that order; values checked to be finite.
/// @throws Error naming the missing channel and the nearest names, or channel and time of a NaN.
Emg selectChannels(const Emg& emg, const std::vector<std::string>& channels);

} // namespace nmm
