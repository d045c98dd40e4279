#include "EMGRecording.h"

#include "files/Tables.h"

namespace nmm::osim {

EMGRecording readEMG(const std::string& file, double timeOffset, const Artefact& artefact) {
    EMGRecording recording{"EMG file '" + file + "'", readTable(file, "EMG file"), {}};
    addToTimes(recording.table, timeOffset, recording.name);
    recording.channels = selectSeries(recording.table, artefact.getChannelNames(), recording.name);
    return recording;
}

} // namespace nmm::osim
