#pragma once

#include <string>
#include <vector>

namespace OpenSim {
class Model;
}

namespace nmm::osim {

/// Take the forces that an NMM does not ask for out of a model in memory, but for those that other
/// components connect to: OpenSim spends time on each of their parts whenever it poses the model.
/// The model's system has to be built anew.
/// @param model its system is built
void removeUnusedForces(OpenSim::Model& model, const std::vector<std::string>& muscles);

} // namespace nmm::osim
