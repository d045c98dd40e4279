#pragma once

#include <nmm/Artefact.h>

namespace OpenSim {
class Model;
}

namespace nmm::osim {

/// Replace the paths of those muscles that have a fitted path in an artefact; the others keep the
/// model's. Only the model in memory changes, whose system must be built anew afterwards.
/// @throws nmm::Error naming a muscle or coordinate that the model lacks.
void applyFittedPaths(OpenSim::Model& model, const Artefact& artefact);

} // namespace nmm::osim
