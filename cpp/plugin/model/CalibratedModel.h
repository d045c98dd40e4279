#pragma once

#include <nmm/artefact/Artefact.h>

#include <memory>
#include <string>

namespace OpenSim {
class Model;
}

namespace nmm::osim {

/// Give a model's muscles the calibrated parameters of an artefact and the artefact's rigid tendon.
/// The parameters are absolute: applying them twice changes nothing. The model's system must be
/// built anew afterwards.
void applyMuscleParameters(OpenSim::Model& model, const Artefact& artefact);

/// Check that a muscle of a model has the calibrated parameters of an artefact already, to a
/// relative 1e-9: forward simulations take muscles as the model file has them.
/// @throws nmm::Error naming the first parameter that differs.
void checkMuscleParameters(
        const OpenSim::Model& model, const Artefact& artefact, const std::string& muscle);

/// Check that a model is the one that an artefact was made for.
/// @param model its system is built
/// @throws nmm::Error naming what is missing or different.
void checkModel(const OpenSim::Model& model, const Artefact& artefact, const std::string& modelFile,
        const std::string& artefactFile);

/// Load a model, build its system and check it, see checkModel().
std::unique_ptr<OpenSim::Model> loadModel(
        const std::string& modelFile, const Artefact& artefact, const std::string& artefactFile);

/// Calibrate the model that an artefact was made for: paths, muscle parameters, tendons. Forces
/// that the artefact does not need leave it. The system is built anew, with all coordinates
/// unlocked in its working state.
/// @param model its system is built
void calibrateModel(OpenSim::Model& model, const Artefact& artefact);

/// loadModel() and calibrateModel().
/// @throws nmm::Error naming what is missing or different.
std::unique_ptr<OpenSim::Model> loadCalibratedModel(
        const std::string& modelFile, const Artefact& artefact, const std::string& artefactFile);

} // namespace nmm::osim
