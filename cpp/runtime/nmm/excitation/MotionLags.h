#pragma once

#include <nmm/Matrix.h>
#include <nmm/TimeSeries.h>

#include <vector>

namespace nmm {

/// For each of some times the moments of all lags (s) before it: what to sample(), so that the rows
/// of a time lie one behind the other.
std::vector<double> listMoments(const std::vector<double>& times, const std::vector<double>& lags);

/// What a network sees at frames of a motion and before them: the values of the frames' own times,
/// and once for each further lag those that a recording has so much earlier. Between two samples
/// they are linear; before the first its values are held.
/// @param own       frames x columns, at the times themselves
/// @param recording the same columns over time, at least one sample
/// @param times     of the frames, s
/// @param lags      s, 0 first
/// @returns frames x (lags x columns), for FrameInputs
Matrix addEarlier(const Matrix& own, const TimeSeries& recording, const std::vector<double>& times,
        const std::vector<double>& lags);

} // namespace nmm
