#include "ExcitationModel.h"

#include "Activation.h"
#include "Error.h"
#include "Text.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace nmm {

namespace {

// Times in text files are rounded.
constexpr double TimeTolerance = 1e-6; // s

void checkInput(const Matrix& values, std::size_t numFrames,
        const std::vector<std::string>& columns, const std::string& what) {
    if (values.rows != numFrames || values.columns != columns.size()) {
        throw Error("Excitations: Expected " + what + " of shape " + std::to_string(numFrames) +
                    " x " + std::to_string(columns.size()) + " (times x [" + quote(columns) +
                    "]), but received " + std::to_string(values.rows) + " x " +
                    std::to_string(values.columns) + ".");
    }
    for (std::size_t i = 0; i < values.values.size(); ++i) {
        if (!std::isfinite(values.values[i])) {
            throw Error("Excitations: Expected finite " + what + ", but received " +
                        toText(values.values[i]) + " for '" + columns[i % columns.size()] +
                        "' in frame " + std::to_string(i / columns.size()) + ".");
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

/// Copy `source` into the columns of `target` from `firstColumn` on.
void insertColumns(const Matrix& source, Matrix& target, std::size_t firstColumn) {
    for (std::size_t row = 0; row < source.rows; ++row) {
        std::copy_n(source.values.begin() + row * source.columns, source.columns,
                target.values.begin() + row * target.columns + firstColumn);
    }
}

Matrix computePredictorInputs(const Artefact& artefact, const TimeSeries& emg,
        const std::vector<double>& delayedTimes, const Matrix& coordinates, const Matrix& speeds) {
    const auto& lags = artefact.predictor.emgLags;
    const auto numChannels = artefact.channels.size();
    Matrix inputs(
            delayedTimes.size(), lags.size() * numChannels + coordinates.columns + speeds.columns);
    std::size_t column = 0;
    for (const double lag : lags) {
        insertColumns(sample(emg, shift(delayedTimes, lag)), inputs, column);
        column += numChannels;
    }
    insertColumns(coordinates, inputs, column);
    insertColumns(speeds, inputs, column + coordinates.columns);
    return inputs;
}

double computeMeasured(const Artefact& artefact, const MuscleSource& source,
        const Matrix& envelopes, std::size_t frame) {
    double excitation = 0.0;
    for (std::size_t i = 0; i < source.channels.size(); ++i) {
        const auto channel = source.channels[i];
        excitation +=
                source.weights[i] * artefact.channels[channel].gain * envelopes(frame, channel);
    }
    return excitation;
}

/// One excitation per muscle from its declared source.
Matrix combineSources(
        const Artefact& artefact, const Matrix& envelopes, const Matrix& predictions) {
    using Kind = MuscleSource::Kind;
    const auto clip = [](double excitation) { return std::clamp(excitation, 0.0, 1.0); };
    Matrix excitations(envelopes.rows, artefact.muscles.size());
    for (std::size_t frame = 0; frame < envelopes.rows; ++frame) {
        for (std::size_t m = 0; m < artefact.muscles.size(); ++m) {
            const auto& source = artefact.muscles[m].source;
            if (source.kind == Kind::Measured) {
                excitations(frame, m) = clip(computeMeasured(artefact, source, envelopes, frame));
            } else if (source.kind != Kind::Tied) {
                excitations(frame, m) = predictions(frame, source.output);
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

Matrix ExcitationModel::computeExcitations(const TimeSeries& emg, const std::vector<double>& times,
        const Matrix& coordinates, const Matrix& speeds, const std::string& emgName) const {
    const auto& predictor = _artefact.predictor;
    checkInput(coordinates, times.size(), predictor.coordinates, "coordinates");
    checkInput(speeds, times.size(), predictor.speeds, "speeds");
    if (times.empty()) {
        return Matrix(0, _artefact.muscles.size());
    }

    const double delay = _artefact.electromechanicalDelay;
    const auto [first, last] = std::minmax_element(times.begin(), times.end());
    checkRange(emg, *first, *last, delay, emgName);
    const double longestLag =
            predictor.emgLags.empty()
                    ? 0.0
                    : *std::max_element(predictor.emgLags.begin(), predictor.emgLags.end());
    // An integrator asks for one moment at a time: only what that needs is copied and checked.
    const auto window = selectColumns(trim(emg, *first - delay - longestLag, *last - delay),
            _artefact.getChannelNames(), emgName);

    const auto delayedTimes = shift(times, delay);
    const auto envelopes = sample(window, delayedTimes);
    const auto predictions = _predictor.predict(
            computePredictorInputs(_artefact, window, delayedTimes, coordinates, speeds));
    return combineSources(_artefact, envelopes, predictions);
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
