#pragma once

#include <exception>
#include <string>

namespace nmm::osim {

/// What an exception of OpenSim or Simbody says, as one line and without the places in their
/// sources: for a message that goes on to name the file it is about.
std::string getReason(const std::exception& exception);

} // namespace nmm::osim
