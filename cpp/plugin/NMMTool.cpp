#include "NMMTool.h"

#include "CalibratedModel.h"
#include "CoordinateTrajectory.h"
#include "Files.h"
#include "ModelLookup.h"
#include "SetupFile.h"
#include "Tables.h"
#include "TrialReport.h"

#include <OpenSim/Common/Logger.h>
#include <OpenSim/Simulation/Model/Model.h>
#include <nmm/Error.h>
#include <nmm/ExcitationModel.h>
#include <nmm/Text.h>

#include <chrono>
#include <optional>
#include <utility>

using namespace OpenSim;
using namespace nmm::osim;

namespace {

class Stopwatch {
public:
    /// Time since construction or the last call, ms.
    double lap() {
        const auto now = std::chrono::steady_clock::now();
        const std::chrono::duration<double, std::milli> elapsed = now - std::exchange(_start, now);
        return elapsed.count();
    }

private:
    std::chrono::steady_clock::time_point _start = std::chrono::steady_clock::now();
};

std::optional<double> getOptional(const Property<double>& property) {
    return property.empty() ? std::nullopt : std::optional<double>(property.getValue());
}

std::vector<std::string> getMomentLabels(const Model& model, const nmm::Artefact& artefact) {
    std::vector<std::string> labels;
    for (const auto& name : artefact.momentCoordinates) {
        labels.push_back(getGeneralizedForceLabel(findCoordinate(model, name)));
    }
    return labels;
}

/// Inverse dynamics at the frames.
nmm::Matrix readInverseDynamics(const std::string& file, const std::vector<std::string>& labels,
        const std::vector<double>& times) {
    const auto what = "Inverse dynamics file '" + file + "'";
    const auto series = selectSeries(readTable(file, "Inverse dynamics file"), labels, what);
    constexpr double timeTolerance = 1e-6; // s; times in text files are rounded
    if (series.time.empty() || series.time.front() > times.front() + timeTolerance ||
            series.time.back() < times.back() - timeTolerance) {
        throw nmm::Error(what + ": Expected times from " + nmm::toText(times.front()) + " to " +
                         nmm::toText(times.back()) + " s, but received " +
                         (series.time.empty() ? "none"
                                              : nmm::toText(series.time.front()) + " to " +
                                                        nmm::toText(series.time.back()) + " s") +
                         ".");
    }
    return nmm::sample(series, times);
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
    constructProperty_coordinates_file("");
    constructProperty_lowpass_cutoff_frequency_for_coordinates(-1);
    constructProperty_inverse_dynamics_file("");
    constructProperty_initial_time();
    constructProperty_final_time();
    constructProperty_score_deep_emg(true);
}

bool NMMTool::run() {
    try {
        runTrial();
    } catch (const nmm::Error& error) {
        OPENSIM_THROW_FRMOBJ(Exception, std::string(error.what()));
    }
    return true;
}

std::string NMMTool::getRequiredFile(const Property<std::string>& property) const {
    if (property.getValue().empty()) {
        throw nmm::Error("Expected a file in <" + property.getName() + ">, but received none.");
    }
    return resolvePath(property.getValue(), getDocumentFileName());
}

void NMMTool::runTrial() const {
    const auto setupFile = getDocumentFileName();
    if (!setupFile.empty()) {
        checkSetupFile(*this, setupFile);
    }

    Stopwatch stopwatch;
    const auto artefactFile = getRequiredFile(getProperty_artefact_file());
    checkFileExists(artefactFile, "Artefact file");
    const nmm::ExcitationModel excitationModel(nmm::Artefact::read(artefactFile));
    const auto& artefact = excitationModel.getArtefact();
    log_info("Artefact '{}': {} channels, {} muscles, {} of them with fitted paths ({:.0f} ms)",
            artefactFile, artefact.channels.size(), artefact.muscles.size(),
            artefact.getFittedPaths().size(), stopwatch.lap());

    const auto modelFile = getRequiredFile(getProperty_model_file());
    const auto model = loadCalibratedModel(modelFile, artefact, artefactFile);
    log_info("Model '{}': the artefact fits ({:.0f} ms)", modelFile, stopwatch.lap());

    const auto coordinatesFile = getRequiredFile(getProperty_coordinates_file());
    const auto trajectory = readCoordinates(
            {coordinatesFile, get_lowpass_cutoff_frequency_for_coordinates(),
                    getOptional(getProperty_initial_time()), getOptional(getProperty_final_time())},
            *model, artefact.coordinates);
    const auto& times = trajectory.times;
    log_info("Coordinates file '{}': {} frames, {} to {} s ({:.0f} ms)", coordinatesFile,
            times.size(), times.front(), times.back(), stopwatch.lap());

    const auto emgFile = getRequiredFile(getProperty_emg_file());
    const auto emgName = "EMG file '" + emgFile + "'";
    auto recording = readTable(emgFile, "EMG file");
    addToTimes(recording, get_emg_time_offset(), emgName);
    const auto emg = selectSeries(recording, artefact.getChannelNames(), emgName);
    log_info("{}: {} samples ({:.0f} ms)", emgName, emg.time.size(), stopwatch.lap());

    TrialReport report;
    report.name = getName().empty() ? getConcreteClassName() : getName();
    report.times = times;
    report.momentLabels = getMomentLabels(*model, artefact);
    if (!get_inverse_dynamics_file().empty()) {
        report.inverseDynamics = readInverseDynamics(
                getRequiredFile(getProperty_inverse_dynamics_file()), report.momentLabels, times);
    }

    stopwatch.lap();
    report.results = computeTrial(*model, excitationModel, trajectory, emg, emgName);
    report.intervals = excitationModel.computeIntervals(report.results.excitations);
    const double duration = stopwatch.lap();
    log_info("Computed {} frames in {:.0f} ms: {:.3f} ms per frame", times.size(), duration,
            duration / static_cast<double>(times.size()));

    if (report.inverseDynamics) {
        report.scores =
                scoreMoments(report.momentLabels, report.results.moments, *report.inverseDynamics);
    }
    if (get_score_deep_emg()) {
        const auto deep =
                scoreDeepEMG(artefact, times, report.results.excitations, recording, emgName);
        report.scores.insert(report.scores.end(), deep.begin(), deep.end());
    }
    logAgreement(report.scores);

    const auto folder = resolvePath(get_results_directory(), setupFile);
    writeTrialReport(folder, *model, artefact, report);
    log_info("Results of '{}' written to '{}' ({:.0f} ms)", report.name, folder, stopwatch.lap());
}
