#include "RecordedMotion.h"

#include <OpenSim/Common/Logger.h>
#include <nmm/Error.h>
#include <nmm/Text.h>
#include <nmm/excitation/MotionLags.h>

#include <algorithm>

namespace nmm::osim {

namespace {

// Times in text files are rounded.
constexpr double TimeTolerance = 1e-6; // s

Matrix addWithin(
        const RecordedMotion& motion, const TimeSeries& recording, double time, const Matrix& own) {
    for (const double lag : motion.lags) {
        if (lag > 0.0 && !own.values.empty() &&
                time - lag > recording.time.back() + TimeTolerance) {
            throw Error(motion.name + ": Expected the motion until " + toText(time - lag) +
                        " s, which the artefact's network sees at " + toText(time) +
                        " s, but found " + toText(recording.time.front()) + " to " +
                        toText(recording.time.back()) + " s.");
        }
    }
    return addEarlier(own, recording, {time}, motion.lags);
}

/// The network's coordinates, each once.
std::vector<std::string> listCoordinates(const PredictorArchitecture& predictor) {
    auto names = predictor.coordinates;
    for (const auto& name : predictor.speeds) {
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            names.push_back(name);
        }
    }
    return names;
}

} // namespace

Matrix RecordedMotion::addEarlierValues(double time, const Matrix& own) const {
    return addWithin(*this, coordinates, time, own);
}

Matrix RecordedMotion::addEarlierSpeeds(double time, const Matrix& own) const {
    return addWithin(*this, speeds, time, own);
}

RecordedMotion readMotion(
        const CoordinatesFile& source, const OpenSim::Model& model, const Artefact& artefact) {
    const auto& predictor = artefact.predictor;
    RecordedMotion motion{"Coordinates file '" + source.file + "'", predictor.motionLags, {}, {}};
    const auto needed = listCoordinates(predictor);
    if (predictor.getLongestMotionLag() == 0.0 || needed.empty()) {
        if (!source.file.empty()) {
            OpenSim::log_info(
                    "{} is not read: the artefact's network sees no earlier motion.", motion.name);
        }
        return motion;
    }
    if (source.file.empty()) {
        throw Error("Expected a file in <coordinates_file>, because the artefact's network sees "
                    "the motion of up to " +
                    toText(predictor.getLongestMotionLag()) + " s before, but received none.");
    }
    const auto trajectory = readCoordinates(source, model, needed);
    const auto select = [&](const Matrix& from, const std::vector<std::string>& names) {
        return TimeSeries{names, trajectory.times, trajectory.select(from, names)};
    };
    motion.coordinates = select(trajectory.values, predictor.coordinates);
    motion.speeds = select(trajectory.speeds, predictor.speeds);
    return motion;
}

} // namespace nmm::osim
