#include "ForwardModel.h"

#include "DeepEMGPredictor.h"
#include "NMMController.h"
#include "files/ErrorReason.h"
#include "model/CalibratedModel.h"
#include "model/FittedModelPaths.h"

#include <OpenSim/Simulation/Model/Model.h>
#include <nmm/Error.h>

#include <filesystem>
#include <memory>

namespace nmm::osim {

namespace fs = std::filesystem;

namespace {

/// Set what the predictor of a model reads, relative to where the model will be.
std::unique_ptr<OpenSim::DeepEMGPredictor> makePredictor(
        const ForwardModelSources& sources, const fs::path& folder) {
    auto predictor = std::make_unique<OpenSim::DeepEMGPredictor>();
    predictor->setName("deep_emg");
    predictor->set_artefact_file(fs::relative(sources.artefactFile, folder).generic_string());
    const auto& recordings = sources.recordings;
    predictor->set_emg_file(fs::relative(recordings.emgFile, folder).generic_string());
    predictor->set_emg_time_offset(recordings.emgTimeOffset);
    if (!recordings.externalLoadsFile.empty()) {
        predictor->set_external_loads_file(
                fs::relative(recordings.externalLoadsFile, folder).generic_string());
    }
    return predictor;
}

void addComponents(OpenSim::Model& model, std::unique_ptr<OpenSim::DeepEMGPredictor> predictor) {
    const auto& added = *predictor;
    model.addModelComponent(predictor.release());
    auto controller = std::make_unique<OpenSim::NMMController>();
    controller->setName("nmm");
    auto& driven = *controller;
    model.addController(controller.release());
    driven.connectAllMuscles(added);
    model.finalizeConnections();
}

} // namespace

void writeForwardModel(
        const ForwardModelSources& sources, const Artefact& artefact, const std::string& target) {
    const auto model = loadModel(sources.modelFile, artefact, sources.artefactFile);
    applyFittedPaths(*model, artefact);
    applyMuscleParameters(*model, artefact);
    const auto partial = target + ".partial";
    try {
        const auto folder = fs::path(target).parent_path();
        fs::create_directories(folder);
        // The components look for their files where the model will be.
        model->setInputFileName(target);
        addComponents(*model, makePredictor(sources, folder));
        if (!model->print(partial)) {
            throw std::runtime_error("the file was not written");
        }
        fs::rename(partial, target);
    } catch (const std::exception& exception) {
        std::error_code ignored;
        fs::remove(partial, ignored);
        throw Error("Forward model file '" + target +
                    "': Expected to write it, but received: " + getReason(exception));
    }
}

} // namespace nmm::osim
