#include "RecordedNMM.h"

#include "files/ArtefactFile.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace nmm::osim {

namespace {

/// The least of all times where there is no such file any more.
std::filesystem::file_time_type getTime(const std::string& file) {
    std::error_code ignored;
    return std::filesystem::last_write_time(file, ignored);
}

} // namespace

bool RecordedNMM::Source::operator==(const Source& other) const {
    return artefactFile == other.artefactFile && recordings == other.recordings &&
           motion.file == other.motion.file &&
           motion.lowpassCutoffFrequency == other.motion.lowpassCutoffFrequency;
}

RecordedNMM::RecordedNMM(Source source)
        : _source(std::move(source)), _excitationModel(readArtefact(_source.artefactFile)),
          _fittedPaths(getArtefact().getFittedPaths()),
          _recordings(readRecordings(_source.recordings, getArtefact())) {
    const auto& loads = _recordings.externalLoads.dataFile;
    const auto& artefact = getArtefact();
    const bool readsMotion = artefact.predictor.getLongestMotionLag() > 0.0;
    for (const auto& file : {_source.artefactFile, _source.recordings.emgFile,
                 loads.empty() ? "" : _source.recordings.externalLoadsFile, loads,
                 readsMotion ? _source.motion.file : ""}) {
        _files.push_back({file, getTime(file)});
    }
    _lags.push_back(artefact.electromechanicalDelay);
    for (const double lag : artefact.predictor.emgLags) {
        _lags.push_back(artefact.electromechanicalDelay + lag);
    }
}

bool RecordedNMM::isCurrent() const {
    return std::all_of(_files.begin(), _files.end(),
            [](const auto& read) { return read.time == getTime(read.file); });
}

Matrix RecordedNMM::computeExcitations(double time, Matrix coordinates, Matrix speeds) const {
    return _excitationModel.computeExcitations(selectEMG(time), {time},
            makeInputs(time, std::move(coordinates), std::move(speeds)), _recordings.emg.name);
}

double RecordedNMM::computeNovelty(double time, Matrix coordinates, Matrix speeds) const {
    const auto novelty = _excitationModel.computeNovelty(selectEMG(time), {time},
            makeInputs(time, std::move(coordinates), std::move(speeds)), _recordings.emg.name);
    return novelty ? novelty->getLargest(0) : std::numeric_limits<double>::quiet_NaN();
}

TimeSeries RecordedNMM::selectEMG(double time) const {
    const auto& emg = _recordings.emg;
    const auto& samples = emg.channels.time;
    const bool isInside = !samples.empty() && time >= samples.front() &&
                          time - getArtefact().electromechanicalDelay <= samples.back();
    std::vector<double> times;
    for (const double lag : _lags) {
        times.push_back(time - lag);
    }
    // The whole recording only to say how far it reaches.
    return isInside ? selectNeighbours(emg.channels, times) : emg.channels;
}

FrameInputs RecordedNMM::makeInputs(double time, Matrix coordinates, Matrix speeds) const {
    return {std::move(coordinates), std::move(speeds),
            _recordings.externalLoads.sampleAt({time}, getArtefact().predictor.motionLags)};
}

} // namespace nmm::osim
