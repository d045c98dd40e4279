#include "TrialRecordings.h"

namespace nmm::osim {

bool RecordingFiles::operator==(const RecordingFiles& other) const {
    return emgFile == other.emgFile && emgTimeOffset == other.emgTimeOffset &&
           externalLoadsFile == other.externalLoadsFile;
}

TrialRecordings readRecordings(const RecordingFiles& files, const Artefact& artefact) {
    return {readEMG(files.emgFile, files.emgTimeOffset, artefact),
            readExternalLoads(files.externalLoadsFile, artefact)};
}

} // namespace nmm::osim
