#include "TrialRun.h"

#include "OutsideTraining.h"
#include "Stopwatch.h"
#include "files/Tables.h"
#include "model/ModelLookup.h"

#include <OpenSim/Common/Logger.h>
#include <OpenSim/Simulation/Model/Model.h>
#include <nmm/Error.h>

namespace nmm::osim {

namespace {

std::vector<std::string> getMomentLabels(const OpenSim::Model& model, const Artefact& artefact) {
    std::vector<std::string> labels;
    for (const auto& name : artefact.momentCoordinates) {
        labels.push_back(getGeneralizedForceLabel(findCoordinate(model, name)));
    }
    return labels;
}

/// Inverse dynamics at the frames.
Matrix readInverseDynamics(const std::string& file, const std::vector<std::string>& labels,
        const std::vector<double>& times) {
    const auto what = "Inverse dynamics file '" + file + "'";
    return sampleWithin(
            selectSeries(readTable(file, "Inverse dynamics file"), labels, what), times, what);
}

} // namespace

TrialReport computeTrialReport(const std::string& name, const OpenSim::Model& model,
        const ExcitationModel& excitationModel, const CoordinateTrajectory& trajectory,
        const TrialRecordings& recordings, const TrialReferences& references) {
    const auto& artefact = excitationModel.getArtefact();
    const auto& times = trajectory.times;
    TrialReport report;
    report.name = name;
    report.times = times;
    report.momentLabels = getMomentLabels(model, artefact);
    if (!references.inverseDynamicsFile.empty()) {
        report.inverseDynamics =
                readInverseDynamics(references.inverseDynamicsFile, report.momentLabels, times);
    }

    Stopwatch stopwatch;
    report.results = computeTrial(model, excitationModel, trajectory, recordings);
    const auto& novelty = report.results.novelty;
    report.intervals = excitationModel.computeIntervals(report.results.excitations,
            novelty ? novelty->getLargest() : std::vector<double>(times.size(), 0.0));
    const double duration = stopwatch.lap();
    OpenSim::log_info("Computed {} frames in {:.0f} ms: {:.3f} ms per frame", times.size(),
            duration, duration / static_cast<double>(times.size()));
    if (novelty) {
        const auto outside = describeOutsideTraining(*novelty);
        if (!outside.empty()) {
            OpenSim::log_warn("{}: {}", name, outside);
        }
    }
    report.verdicts = findMuscleVerdicts(artefact, novelty);
    logMuscleVerdicts(report.verdicts);

    if (report.inverseDynamics) {
        report.scores =
                scoreMoments(report.momentLabels, report.results.moments, *report.inverseDynamics);
    }
    if (references.scoreDeepEMG) {
        const auto& emg = recordings.emg;
        const auto deep =
                scoreDeepEMG(artefact, times, report.results.excitations, emg.table, emg.name);
        report.scores.insert(report.scores.end(), deep.begin(), deep.end());
    }
    logAgreement(report.scores);
    return report;
}

} // namespace nmm::osim
