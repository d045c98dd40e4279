#include "OpenSimErrors.h"

#include <sstream>

namespace nmm::osim {

namespace {

bool isAboutSources(const std::string& line) {
    for (const auto* beginning :
            {"Thrown at", "SimTK Exception thrown at", "(Required condition"}) {
        if (line.rfind(beginning, 0) == 0) {
            return true;
        }
    }
    return false;
}

} // namespace

std::string getReason(const std::exception& exception) {
    std::istringstream text(exception.what());
    std::string reason, line;
    while (std::getline(text >> std::ws, line)) {
        if (!isAboutSources(line)) {
            reason += (reason.empty() ? "" : " ") + line;
        }
    }
    return reason;
}

} // namespace nmm::osim
