#pragma once

#include <nmm/artefact/Artefact.h>

namespace OpenSim {
class Model;
}

namespace nmm::osim {

/// Replace the paths of those muscles that have a fitted path in an artefact; the others keep the
/// model's. Only the model in memory changes, whose system must be built anew afterwards.
/// @throws nmm::Error naming a muscle or coordinate that the model lacks.
void applyFittedPaths(OpenSim::Model& model, const Artefact& artefact);

/// Whether a model's muscle already has the fitted path that the artefact gives it: the same
/// numbers over the same coordinates.
bool hasFittedPath(const OpenSim::Model& model, const Muscle& muscle);

} // namespace nmm::osim
