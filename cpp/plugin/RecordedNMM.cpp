#include "RecordedNMM.h"

#include "Files.h"

#include <utility>

namespace nmm::osim {

namespace {

/// The least of all times where there is no such file any more.
std::filesystem::file_time_type getTime(const std::string& file) {
    std::error_code ignored;
    return std::filesystem::last_write_time(file, ignored);
}

Artefact readArtefact(const std::string& file) {
    checkFileExists(file, "Artefact file");
    return Artefact::read(file);
}

} // namespace

bool RecordedNMM::Source::operator==(const Source& other) const {
    return artefactFile == other.artefactFile && emgFile == other.emgFile &&
           emgTimeOffset == other.emgTimeOffset;
}

RecordedNMM::RecordedNMM(Source source)
        : _source(std::move(source)), _artefactTime(getTime(_source.artefactFile)),
          _emgTime(getTime(_source.emgFile)), _excitationModel(readArtefact(_source.artefactFile)),
          _fittedPaths(getArtefact().getFittedPaths()),
          _emg(readEMG(_source.emgFile, _source.emgTimeOffset, getArtefact())) {
    const auto& artefact = getArtefact();
    _lags.push_back(artefact.electromechanicalDelay);
    for (const double lag : artefact.predictor.emgLags) {
        _lags.push_back(artefact.electromechanicalDelay + lag);
    }
}

bool RecordedNMM::isCurrent() const {
    return _artefactTime == getTime(_source.artefactFile) && _emgTime == getTime(_source.emgFile);
}

Matrix RecordedNMM::computeExcitations(
        double time, const Matrix& coordinates, const Matrix& speeds) const {
    const auto& samples = _emg.channels.time;
    const bool isInside = !samples.empty() && time >= samples.front() &&
                          time - getArtefact().electromechanicalDelay <= samples.back();
    std::vector<double> times;
    for (const double lag : _lags) {
        times.push_back(time - lag);
    }
    // The whole recording only to say how far it reaches.
    return isInside ? _excitationModel.computeExcitations(selectNeighbours(_emg.channels, times),
                              {time}, coordinates, speeds, _emg.name)
                    : _excitationModel.computeExcitations(
                              _emg.channels, {time}, coordinates, speeds, _emg.name);
}

} // namespace nmm::osim
