#pragma once

#include <nmm/artefact/Artefact.h>

#include <string>

namespace nmm::osim {

/// Read an artefact, see Artefact::read().
/// @throws nmm::Error if there is no such file, or naming what is wrong in it.
Artefact readArtefact(const std::string& file);

} // namespace nmm::osim
