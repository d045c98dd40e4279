#include "NMMAnalysis.h"

#include "files/Files.h"
#include "files/OpenSimErrors.h"
#include "files/SetupFile.h"
#include "files/Tables.h"
#include "model/CalibratedModel.h"
#include "trial/RecordedNMM.h"
#include "trial/TrialRun.h"

#include <OpenSim/Common/Logger.h>
#include <OpenSim/Common/Storage.h>
#include <OpenSim/Simulation/Model/Model.h>

#include <algorithm>

namespace OpenSim {

using nmm::osim::throwAsOpenSim;

namespace {

/// A copy of a tool's model that is calibrated for an artefact, without what only runs tools.
std::shared_ptr<const Model> makeCalibratedCopy(
        const Model& model, const nmm::osim::RecordedNMM& nmm) {
    std::shared_ptr<Model> copy(model.clone());
    copy->updAnalysisSet().setSize(0);
    copy->updControllerSet().clearAndDestroy();
    copy->initSystem();
    nmm::osim::checkModel(
            *copy, nmm.getArtefact(), model.getInputFileName(), nmm.getSource().artefactFile);
    nmm::osim::calibrateModel(*copy, nmm.getArtefact());
    return copy;
}

} // namespace

NMMAnalysis::NMMAnalysis(Model* model) : Analysis(model) {
    setName("NMMAnalysis");
    constructProperty_artefact_file("");
    constructProperty_emg_file("");
    constructProperty_emg_time_offset(0.0);
    constructProperty_external_loads_file("");
    constructProperty_inverse_dynamics_file("");
    constructProperty_score_deep_emg(true);
}

int NMMAnalysis::begin(const SimTK::State& state) {
    if (proceed()) {
        throwAsOpenSim(*this, [this] { prepare(); });
        record(state);
    }
    return 0;
}

int NMMAnalysis::step(const SimTK::State& state, int stepNumber) {
    if (proceed(stepNumber)) {
        record(state);
    }
    return 0;
}

int NMMAnalysis::end(const SimTK::State& state) {
    if (proceed()) {
        record(state);
        throwAsOpenSim(*this, [this] { compute(); });
    }
    return 0;
}

int NMMAnalysis::printResults(
        const std::string& baseName, const std::string& directory, double, const std::string&) {
    if (!_report) {
        log_warn("NMMAnalysis '{}': no results, because the motion did not come to its end.",
                getName());
        return 0;
    }
    throwAsOpenSim(*this, [&] {
        auto report = *_report;
        report.name = baseName + "_" + getName();
        nmm::osim::writeTrialReport(
                nmm::osim::resolvePath(directory, ""), *_calibrated, _nmm->getArtefact(), report);
    });
    return 0;
}

/// Tools run in the folder of their setup file.
std::string NMMAnalysis::findInput(const std::string& file, const std::string& what) const {
    std::vector<nmm::osim::SearchFolder> folders{{"the tool's folder", "."}};
    for (const auto& folder :
            nmm::osim::getFolderOf(_model->getInputFileName(), "the model's folder")) {
        folders.push_back(folder);
    }
    return nmm::osim::findFile(file, folders, what);
}

/// Everything that may be refused, before the motion takes its time.
void NMMAnalysis::prepare() {
    _frames.clear();
    _report.reset();
    _storageList.setSize(0);
    const auto find = [this](const Property<std::string>& property, const std::string& what) {
        return findInput(nmm::osim::requireFile(property), what);
    };
    const auto findOptional = [this](const std::string& file, const std::string& what) {
        return file.empty() ? "" : findInput(file, what);
    };
    const nmm::osim::RecordingFiles recordings{find(getProperty_emg_file(), "EMG file"),
            get_emg_time_offset(), findOptional(get_external_loads_file(), "External loads file")};
    _nmm = std::make_shared<const nmm::osim::RecordedNMM>(nmm::osim::RecordedNMM::Source{
            find(getProperty_artefact_file(), "Artefact file"), recordings});
    _inverseDynamicsFile = findOptional(get_inverse_dynamics_file(), "Inverse dynamics file");
    _calibrated = makeCalibratedCopy(*_model, *_nmm);
}

void NMMAnalysis::record(const SimTK::State& state) {
    // A forward simulation ends with the state of its last step.
    if (!_frames.empty() && state.getTime() <= _frames.back().time) {
        return;
    }
    Frame frame{state.getTime(), {}, {}};
    const auto& coordinates = _model->getCoordinateSet();
    for (int i = 0; i < coordinates.getSize(); ++i) {
        frame.values.push_back(coordinates[i].getValue(state));
        frame.speeds.push_back(coordinates[i].getSpeedValue(state));
    }
    _frames.push_back(std::move(frame));
}

void NMMAnalysis::compute() {
    nmm::osim::CoordinateTrajectory trajectory;
    const auto& coordinates = _model->getCoordinateSet();
    for (int i = 0; i < coordinates.getSize(); ++i) {
        trajectory.coordinates.push_back(coordinates[i].getName());
    }
    trajectory.values = nmm::Matrix(_frames.size(), trajectory.coordinates.size());
    trajectory.speeds = nmm::Matrix(_frames.size(), trajectory.coordinates.size());
    const auto width = static_cast<std::ptrdiff_t>(trajectory.coordinates.size());
    auto values = trajectory.values.values.begin(), speeds = trajectory.speeds.values.begin();
    for (const auto& frame : _frames) {
        trajectory.times.push_back(frame.time);
        std::copy(frame.values.begin(), frame.values.end(), values);
        std::copy(frame.speeds.begin(), frame.speeds.end(), speeds);
        values += width;
        speeds += width;
    }
    nmm::osim::TrialReferences references{_inverseDynamicsFile, get_score_deep_emg()};
    _report = std::make_shared<const nmm::osim::TrialReport>(
            nmm::osim::computeTrialReport(getName(), *_calibrated, _nmm->getExcitationModel(),
                    trajectory, _nmm->getRecordings(), references));
    // OpenSim's base class copies none of these with an analysis, and owns none by default.
    _storageList.setMemoryOwner(true);
    for (const auto& [kind, table] :
            nmm::osim::makeTrialTables(*_calibrated, _nmm->getArtefact(), *_report)) {
        _storageList.append(nmm::osim::makeStorage(getName() + "_" + kind, table).release());
    }
}

void NMMAnalysis::updateFromXMLNode(SimTK::Xml::Element& element, int versionNumber) {
    Super::updateFromXMLNode(element, versionNumber);
    nmm::osim::throwAsOpenSim(*this, [&] { nmm::osim::checkElement(*this, element); });
}

} // namespace OpenSim
