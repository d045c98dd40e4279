#include "ForwardModel.h"

#include "DeepEMGPredictor.h"
#include "NMMController.h"
#include "files/OpenSimErrors.h"
#include "model/CalibratedModel.h"
#include "model/FittedModelPaths.h"

#include <OpenSim/Simulation/Model/Model.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace nmm::osim {

namespace fs = std::filesystem;

namespace {

/// Leaves nothing behind of a file that did not get its final name.
struct PartialFile {
    ~PartialFile() {
        std::error_code ignored;
        fs::remove(path, ignored);
    }
    std::string path;
};

/// Set what the predictor of a model reads, relative to where the model will be.
std::unique_ptr<OpenSim::DeepEMGPredictor> makePredictor(
        const ForwardModelSources& sources, const Artefact& artefact, const fs::path& folder) {
    const auto getPath = [&](const std::string& file) {
        return fs::relative(file, folder).generic_string();
    };
    auto predictor = std::make_unique<OpenSim::DeepEMGPredictor>();
    predictor->setName("deep_emg");
    predictor->set_artefact_file(getPath(sources.artefactFile));
    const auto& recordings = sources.recordings;
    predictor->set_emg_file(getPath(recordings.emgFile));
    predictor->set_emg_time_offset(recordings.emgTimeOffset);
    if (!recordings.externalLoadsFile.empty()) {
        predictor->set_external_loads_file(getPath(recordings.externalLoadsFile));
    }
    if (artefact.predictor.getLongestMotionLag() > 0.0) {
        predictor->set_coordinates_file(getPath(sources.motion.file));
        predictor->set_lowpass_cutoff_frequency_for_coordinates(
                sources.motion.lowpassCutoffFrequency);
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
    const PartialFile partial{target + ".partial"};
    throwAsError("Forward model file '" + target + "': Expected to write it", [&] {
        const auto folder = fs::path(target).parent_path();
        fs::create_directories(folder);
        // The components look for their files where the model will be.
        model->setInputFileName(target);
        addComponents(*model, makePredictor(sources, artefact, folder));
        if (!model->print(partial.path)) {
            throw std::runtime_error("the file was not written");
        }
        fs::rename(partial.path, target);
    });
}

} // namespace nmm::osim
