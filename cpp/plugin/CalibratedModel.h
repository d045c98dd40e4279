#pragma once

#include <nmm/Artefact.h>

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

/// Load the model that an artefact was made for, check that it is that model, and calibrate it. Its
/// system is built, and all coordinates are unlocked in its working state.
/// @throws nmm::Error naming what is missing or different.
std::unique_ptr<OpenSim::Model> loadCalibratedModel(
        const std::string& modelFile, const Artefact& artefact, const std::string& artefactFile);

} // namespace nmm::osim
