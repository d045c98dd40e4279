#include "ExcitationModel.h"

#include "MotionLags.h"

#include <nmm/Error.h>
#include <nmm/Text.h>
#include <nmm/artefact/PredictorTensors.h>
#include <nmm/muscles/Activation.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace nmm {

namespace {

// Times in text files are rounded.
constexpr double TimeTolerance = 1e-6; // s

/// @param numLags the columns come once for each lag
void checkInput(const Matrix& values, std::size_t numFrames,
        const std::vector<std::string>& columns, const std::string& what, std::size_t numLags = 1) {
    const auto numColumns = numLags * columns.size();
    if (values.rows != numFrames || values.columns != numColumns) {
        const auto lags = numLags > 1 ? std::to_string(numLags) + " motion lags x " : "";
        throw Error("Excitations: Expected " + what + " of shape " + std::to_string(numFrames) +
                    " x " + std::to_string(numColumns) + " (times x " + lags + "[" +
                    quote(columns) + "]), but received " + std::to_string(values.rows) + " x " +
                    std::to_string(values.columns) + ".");
    }
    for (std::size_t i = 0; i < values.values.size(); ++i) {
        if (!std::isfinite(values.values[i])) {
            throw Error("Excitations: Expected finite " + what + ", but received " +
                        toText(values.values[i]) + " for '" + columns[i % columns.size()] +
                        "' in frame " + std::to_string(i / numColumns) + ".");
        }
    }
}

void checkNovelty(const std::vector<double>& novelty) {
    for (std::size_t frame = 0; frame < novelty.size(); ++frame) {
        if (!std::isfinite(novelty[frame]) || novelty[frame] < 0.0) {
            throw Error("Intervals: Expected a finite novelty, 0 or greater, but received " +
                        toText(novelty[frame]) + " in frame " + std::to_string(frame) + ".");
        }
    }
}

void checkRange(const TimeSeries& emg, double initialTime, double finalTime, double delay,
        const std::string& emgName) {
    const auto range = [](double from, double to) {
        return toText(from) + " to " + toText(to) + " s";
    };
    if (emg.time.empty() || emg.time.front() > initialTime + TimeTolerance ||
            emg.time.back() < finalTime - delay - TimeTolerance) {
        throw Error(emgName + ": Expected a recording of " +
                    range(initialTime, std::max(initialTime, finalTime - delay)) + ", but found " +
                    (emg.time.empty() ? "no samples" : range(emg.time.front(), emg.time.back())) +
                    ". Choose a time range inside the recording.");
    }
}

std::vector<double> shift(std::vector<double> times, double delay) {
    for (auto& time : times) {
        time -= delay;
    }
    return times;
}

/// Copy columns of `source`, `count` of them from `sourceColumn` on, into those of `target` from
/// `column` on.
/// @returns the column of `target` behind them
std::size_t insertColumns(const Matrix& source, std::size_t sourceColumn, std::size_t count,
        Matrix& target, std::size_t column) {
    for (std::size_t row = 0; row < source.rows; ++row) {
        std::copy_n(source.values.begin() + row * source.columns + sourceColumn, count,
                target.values.begin() + row * target.columns + column);
    }
    return column + count;
}

Matrix computePredictorInputs(const Artefact& artefact, const TimeSeries& emg,
        const std::vector<double>& delayedTimes, const FrameInputs& frames) {
    const auto numMotionLags = artefact.predictor.motionLags.size();
    Matrix inputs(delayedTimes.size(), getNumInputs(artefact));
    // One row for each lag of each frame: together they are the frame's.
    auto window = sample(emg, listMoments(delayedTimes, artefact.predictor.emgLags));
    window.rows = delayedTimes.size();
    window.columns = artefact.predictor.emgLags.size() * artefact.channels.size();
    auto column = insertColumns(window, 0, window.columns, inputs, 0);
    for (std::size_t lag = 0; lag < numMotionLags; ++lag) {
        for (const auto* part : {&frames.coordinates, &frames.speeds, &frames.externalLoads}) {
            const auto count = part->columns / numMotionLags;
            column = insertColumns(*part, lag * count, count, inputs, column);
        }
    }
    return inputs;
}

double computeMeasured(const MuscleSource& source, const Matrix& channels, std::size_t frame) {
    double excitation = 0.0;
    for (std::size_t i = 0; i < source.channels.size(); ++i) {
        excitation += source.weights[i] * channels(frame, source.channels[i]);
    }
    return excitation;
}

/// One excitation per muscle from its declared source.
Matrix combineSources(const Artefact& artefact, const Drives& drives) {
    using Kind = MuscleSource::Kind;
    const auto clip = [](double excitation) { return std::clamp(excitation, 0.0, 1.0); };
    Matrix excitations(drives.channels.rows, artefact.muscles.size());
    for (std::size_t frame = 0; frame < excitations.rows; ++frame) {
        for (std::size_t m = 0; m < artefact.muscles.size(); ++m) {
            const auto& source = artefact.muscles[m].source;
            if (source.kind == Kind::Measured) {
                excitations(frame, m) = clip(computeMeasured(source, drives.channels, frame));
            } else if (source.kind != Kind::Tied) {
                excitations(frame, m) = clip(drives.outputs(frame, source.output));
            }
        }
        // Tied muscles last: what they are tied to is never tied itself.
        for (std::size_t m = 0; m < artefact.muscles.size(); ++m) {
            const auto& source = artefact.muscles[m].source;
            if (source.kind == Kind::Tied) {
                excitations(frame, m) = clip(source.ratio * excitations(frame, source.tiedTo));
            }
        }
    }
    return excitations;
}

} // namespace

ExcitationModel::ExcitationModel(const Artefact& artefact)
        : _artefact(artefact), _predictor(artefact) {}

TimeSeries ExcitationModel::selectWindow(const TimeSeries& emg, const std::vector<double>& times,
        const FrameInputs& frames, const std::string& emgName) const {
    const auto& predictor = _artefact.predictor;
    const auto check = [&](const Matrix& values, const std::vector<std::string>& columns,
                               const std::string& what) {
        checkInput(values, times.size(), columns, what, predictor.motionLags.size());
    };
    check(frames.coordinates, predictor.coordinates, "coordinates");
    check(frames.speeds, predictor.speeds, "speeds");
    if (!predictor.externalLoads.empty() || frames.externalLoads.columns != 0) {
        check(frames.externalLoads, predictor.externalLoads, "external loads");
    }
    if (times.empty()) {
        return {};
    }
    const double delay = _artefact.electromechanicalDelay;
    const auto [first, last] = std::minmax_element(times.begin(), times.end());
    checkRange(emg, *first, *last, delay, emgName);
    const double longestLag =
            predictor.emgLags.empty()
                    ? 0.0
                    : *std::max_element(predictor.emgLags.begin(), predictor.emgLags.end());
    // An integrator asks for one moment at a time: only what that needs is copied and checked.
    return selectColumns(trim(emg, *first - delay - longestLag, *last - delay),
            _artefact.getChannelNames(), emgName);
}

Matrix ExcitationModel::computeExcitations(const TimeSeries& emg, const std::vector<double>& times,
        const FrameInputs& frames, const std::string& emgName) const {
    const auto window = selectWindow(emg, times, frames, emgName);
    if (times.empty()) {
        return Matrix(0, _artefact.muscles.size());
    }
    const auto delayedTimes = shift(times, _artefact.electromechanicalDelay);
    const auto inputs = computePredictorInputs(_artefact, window, delayedTimes, frames);
    return combineSources(
            _artefact, _predictor.computeDrives(sample(window, delayedTimes), inputs));
}

std::optional<Novelty> ExcitationModel::computeNovelty(const TimeSeries& emg,
        const std::vector<double>& times, const FrameInputs& frames,
        const std::string& emgName) const {
    if (!_artefact.trainingRange) {
        return std::nullopt;
    }
    const auto window = selectWindow(emg, times, frames, emgName);
    const auto envelopes = times.empty()
                                   ? Matrix(0, _artefact.channels.size())
                                   : sample(window, shift(times, _artefact.electromechanicalDelay));
    return nmm::computeNovelty(_artefact, envelopes, frames);
}

ExcitationIntervals ExcitationModel::computeIntervals(
        const Matrix& excitations, const std::vector<double>& novelty) const {
    checkInput(excitations, novelty.size(), _artefact.getMuscleNames(), "excitations");
    checkNovelty(novelty);
    // What older formats state holds for every frame.
    const bool grows = _artefact.format > 2;
    ExcitationIntervals intervals;
    for (std::size_t m = 0; m < _artefact.muscles.size(); ++m) {
        if (_artefact.muscles[m].source.interval) {
            intervals.muscles.push_back(m);
        }
    }
    intervals.lower = Matrix(excitations.rows, intervals.muscles.size());
    intervals.upper = Matrix(excitations.rows, intervals.muscles.size());
    for (std::size_t i = 0; i < intervals.muscles.size(); ++i) {
        const auto muscle = intervals.muscles[i];
        const auto& interval = *_artefact.muscles[muscle].source.interval;
        for (std::size_t frame = 0; frame < excitations.rows; ++frame) {
            const double excitation = excitations(frame, muscle);
            const double width = grows ? 1.0 + std::min(novelty[frame], 1.0) : 1.0;
            const auto compute = [&](const ErrorBound& bound) {
                return width * (bound.floor + bound.slope * excitation);
            };
            intervals.lower(frame, i) = std::max(excitation - compute(interval.lower), 0.0);
            intervals.upper(frame, i) = excitation + compute(interval.upper);
        }
    }
    return intervals;
}

Matrix ExcitationModel::computeActivations(
        const std::vector<double>& times, const Matrix& excitations) const {
    std::vector<ActivationParameters> parameters;
    for (const auto& muscle : _artefact.muscles) {
        parameters.push_back({muscle.shapeFactor, muscle.activationTimeConstant,
                muscle.deactivationTimeConstant, muscle.minimumActivation});
    }
    // The excitations were sampled with their delay.
    return nmm::computeActivations(times, {times, excitations}, parameters);
}

} // namespace nmm
