#pragma once

#include "Matrix.h"

#include <string>
#include <vector>

namespace nmm {

/// Named columns over time, such as EMG envelopes or inverse-dynamics moments: `values` is
/// frames x columns, `time` in s.
struct TimeSeries {
    std::vector<std::string> columns;
    std::vector<double> time;
    Matrix values;
};

/// The named columns of `series`, in that order, checked: `time` strictly increasing, every value
/// finite.
/// @param what what the series is, for messages: "EMG file '/data/emg.sto'"
/// @throws Error naming a missing column and the nearest names, or column and time of a NaN.
TimeSeries selectColumns(
        const TimeSeries& series, const std::vector<std::string>& columns, const std::string& what);

/// The samples that sample() needs for times from `initialTime` to `finalTime` (s): a moment of a
/// long recording without a copy of the whole. `time` must be increasing.
TimeSeries trim(const TimeSeries& series, double initialTime, double finalTime);

/// The samples that sample() needs for these times (s), and no others between them: a few moments
/// of a long recording. `time` must be increasing.
TimeSeries selectNeighbours(const TimeSeries& series, const std::vector<double>& times);

/// Values at the given times (s), by linear interpolation between samples. Before the first
/// sample and after the last their values are held: callers check the range first, where
/// holding is not meant.
/// @returns times.size() x columns.
/// @throws Error if there is no sample, or the times of either are not finite, or `series` does not
/// increase.
Matrix sample(const TimeSeries& series, const std::vector<double>& times);

/// Up to three of `candidates` that are nearest to `name` by edit distance, as "a, b, c": the end
/// of a message about an unknown name.
std::string nearestNames(const std::string& name, const std::vector<std::string>& candidates);

} // namespace nmm
