#pragma once

#include <SimTKcommon.h>
#include <nmm/artefact/Artefact.h>

#include <string>

namespace OpenSim {
class Model;
}

namespace nmm::osim {

/// Check that a model is the one that an artefact was made for, before its parameters are applied:
/// the artefact's muscles must have the class, the properties and the curves of its fingerprint,
/// and the same muscle-tendon lengths in its poses. Lengths are compared to 1e-7 m, other numbers
/// to a relative 1e-9. A muscle that has the artefact's own fitted path needs no lengths. Nothing
/// else of the model matters.
/// @param model has a built system
/// @param state of that system; a copy is posed
/// @throws nmm::Error naming the first difference.
void checkFingerprint(const OpenSim::Model& model, SimTK::State state, const Artefact& artefact,
        const std::string& modelFile, const std::string& artefactFile);

} // namespace nmm::osim
