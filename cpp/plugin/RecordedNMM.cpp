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
          _emg(readEMG(_source.emgFile, _source.emgTimeOffset, getArtefact())) {}

bool RecordedNMM::isCurrent() const {
    return _artefactTime == getTime(_source.artefactFile) && _emgTime == getTime(_source.emgFile);
}

} // namespace nmm::osim
