#include "NMMTool.h"

#include "ForwardModel.h"
#include "files/ArtefactFile.h"
#include "files/Files.h"
#include "files/OpenSimErrors.h"
#include "files/SetupFile.h"
#include "model/CalibratedModel.h"
#include "trial/CoordinateTrajectory.h"
#include "trial/Stopwatch.h"
#include "trial/TrialRecordings.h"
#include "trial/TrialRun.h"
#include "trial/TrialStates.h"

#include <OpenSim/Common/Logger.h>
#include <OpenSim/Simulation/Model/Model.h>
#include <nmm/Text.h>
#include <nmm/excitation/ExcitationModel.h>

#include <optional>
#include <string>
#include <vector>

using namespace OpenSim;
using namespace nmm::osim;

namespace {

std::optional<double> getOptional(const Property<double>& property) {
    return property.empty() ? std::nullopt : std::optional<double>(property.getValue());
}

/// @param duration of reading it, ms; so in the functions below
void logArtefact(const std::string& file, const nmm::Artefact& artefact, double duration) {
    log_info("Artefact '{}': {} channels, {} muscles, {} of them with fitted paths ({:.0f} ms)",
            file, artefact.channels.size(), artefact.muscles.size(),
            artefact.getFittedPaths().size(), duration);
}

void logTimes(
        const std::string& coordinatesFile, const std::vector<double>& times, double duration) {
    log_info("Coordinates file '{}': {} frames, {} to {} s ({:.0f} ms)", coordinatesFile,
            times.size(), times.front(), times.back(), duration);
}

void logRecordings(const TrialRecordings& recordings, double duration) {
    const auto& [emg, loads] = recordings;
    log_info("{}: {} samples ({:.0f} ms)", emg.name, emg.channels.time.size(), duration);
    if (!loads.dataFile.empty()) {
        log_info("{}: {} samples of [{}]", loads.name, loads.columns.time.size(),
                nmm::quote(loads.columns.columns));
    }
}

} // namespace

NMMTool::NMMTool() {
    constructProperties();
}

void NMMTool::constructProperties() {
    updProperty_results_directory().setComment(
            "Folder for the result files, relative to this file; made if absent. Default: './', "
            "the folder of this file.");
    constructProperty_model_file("");
    constructProperty_artefact_file("");
    constructProperty_emg_file("");
    constructProperty_emg_time_offset(0.0);
    constructProperty_external_loads_file("");
    constructProperty_coordinates_file("");
    constructProperty_lowpass_cutoff_frequency_for_coordinates(-1);
    constructProperty_inverse_dynamics_file("");
    constructProperty_initial_time();
    constructProperty_final_time();
    constructProperty_score_deep_emg(true);
    constructProperty_forward_model_file("");
}

bool NMMTool::run() {
    throwAsOpenSim(*this, [this] { runTrial(); });
    return true;
}

std::string NMMTool::getFile(const Property<std::string>& property) const {
    return resolvePath(requireFile(property), getDocumentFileName());
}

std::string NMMTool::getOptionalFile(const Property<std::string>& property) const {
    return property.getValue().empty() ? "" : getFile(property);
}

void NMMTool::runTrial() const {
    const auto setupFile = getDocumentFileName();
    if (!setupFile.empty()) {
        checkSetupFile(*this, setupFile);
    }
    const auto folder = resolvePath(get_results_directory(), setupFile);
    const auto forwardModelFile = getOptionalFile(getProperty_forward_model_file());
    if (!forwardModelFile.empty()) {
        checkIsInside(forwardModelFile, folder, "<forward_model_file>");
    }

    Stopwatch stopwatch;
    const auto artefactFile = getFile(getProperty_artefact_file());
    const nmm::ExcitationModel excitationModel(readArtefact(artefactFile));
    const auto& artefact = excitationModel.getArtefact();
    logArtefact(artefactFile, artefact, stopwatch.lap());
    const auto modelFile = getFile(getProperty_model_file());
    const auto model = loadCalibratedModel(modelFile, artefact, artefactFile);
    log_info("Model '{}': the artefact fits ({:.0f} ms)", modelFile, stopwatch.lap());
    const CoordinatesFile motion{getFile(getProperty_coordinates_file()),
            get_lowpass_cutoff_frequency_for_coordinates(), getOptional(getProperty_initial_time()),
            getOptional(getProperty_final_time())};
    const auto trajectory = readCoordinates(motion, *model, artefact.coordinates);
    logTimes(motion.file, trajectory.times, stopwatch.lap());
    const RecordingFiles files{getFile(getProperty_emg_file()), get_emg_time_offset(),
            getOptionalFile(getProperty_external_loads_file())};
    const auto recordings = readRecordings(files, artefact);
    logRecordings(recordings, stopwatch.lap());

    const TrialReferences references{
            getOptionalFile(getProperty_inverse_dynamics_file()), get_score_deep_emg()};
    auto report = computeTrialReport(getName().empty() ? getConcreteClassName() : getName(), *model,
            excitationModel, trajectory, recordings, references);
    stopwatch.lap();
    if (!forwardModelFile.empty()) {
        writeForwardModel({modelFile, artefactFile, files, motion}, artefact, forwardModelFile);
        report.states = makeStatesTable(*model, artefact, trajectory, report.results);
        log_info("Model for forward simulation '{}' written ({:.0f} ms)", forwardModelFile,
                stopwatch.lap());
    }
    writeTrialReport(folder, *model, artefact, report);
    log_info("Results of '{}' written to '{}' ({:.0f} ms)", report.name, folder, stopwatch.lap());
}
