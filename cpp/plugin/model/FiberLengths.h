#pragma once

#include <nmm/artefact/Artefact.h>
#include <nmm/muscles/MuscleSet.h>

namespace OpenSim {
class Model;
}

namespace nmm::osim {

/// Fibre lengths (frames x muscles, m) of the artefact's muscles with elastic tendons, integrated
/// by the runtime's kernel with the curves of the model's own muscles. OpenSim's analyses take
/// every frame for itself and would leave the fibre lengths at their defaults.
/// @param model calibrated for the artefact
/// @throws nmm::Error naming muscle and time where there is no equilibrium.
Matrix integrateFiberLengths(
        const OpenSim::Model& model, const Artefact& artefact, const MuscleInputs& inputs);

} // namespace nmm::osim
