#include "ExternalLoadsRecording.h"

#include "files/Files.h"
#include "files/OpenSimErrors.h"
#include "files/Tables.h"

// ExternalForce.h needs it and does not include it.
#include <OpenSim/Common/Function.h>

#include <OpenSim/Common/Logger.h>
#include <OpenSim/Simulation/Model/ExternalLoads.h>
#include <nmm/Error.h>
#include <nmm/Text.h>
#include <nmm/excitation/MotionLags.h>

namespace nmm::osim {

namespace {

/// The data file that ExternalLoads name, relative to their own folder.
std::string findDataFile(const std::string& file) {
    const auto what = "External loads file '" + file + "'";
    const std::string name = throwAsError(what + ": Expected ExternalLoads (.xml)",
            [&] { return OpenSim::ExternalLoads(file, true).getDataFileName(); });
    if (name.empty()) {
        throw Error(what + ": Expected a file in <datafile>, but received none.");
    }
    return resolvePath(name, file);
}

} // namespace

Matrix ExternalLoadsRecording::sampleAt(
        const std::vector<double>& times, const std::vector<double>& lags) const {
    return dataFile.empty() ? Matrix(times.size(), 0)
                            : addEarlier(sampleWithin(columns, times, name), columns, times, lags);
}

ExternalLoadsRecording readExternalLoads(const std::string& file, const Artefact& artefact) {
    const auto& columns = artefact.predictor.externalLoads;
    if (columns.empty()) {
        if (!file.empty()) {
            OpenSim::log_info("External loads file '{}' is not read: the artefact's network sees "
                              "no external load.",
                    file);
        }
        return {};
    }
    if (file.empty()) {
        throw Error("Expected a file in <external_loads_file>, because the artefact's network sees "
                    "[" +
                    quote(columns) + "], but received none.");
    }
    checkFileExists(file, "External loads file");
    ExternalLoadsRecording recording;
    recording.dataFile = findDataFile(file);
    const std::string what = "External loads data file";
    recording.name = what + " '" + recording.dataFile + "'";
    recording.columns = selectSeries(readTable(recording.dataFile, what), columns, recording.name);
    return recording;
}

} // namespace nmm::osim
