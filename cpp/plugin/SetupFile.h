#pragma once

#include <string>

namespace OpenSim {
class Object;
}

namespace nmm::osim {

/// Check the setup file that an object was read from. OpenSim passes over an element it does not
/// know and over a number it cannot read, and goes on with the default; a misspelt setting would
/// change results unnoticed.
/// @param object has properties of the types string, double and bool
/// @throws nmm::Error naming file, line and element of the first mistake.
void checkSetupFile(const OpenSim::Object& object, const std::string& setupFile);

} // namespace nmm::osim
