#pragma once

#include <OpenSim/Common/Exception.h>
#include <OpenSim/Common/Object.h>
#include <nmm/Error.h>

#include <exception>
#include <string>

namespace nmm::osim {

/// What an exception of OpenSim or Simbody says, as one line and without the places in their
/// sources: for a message that goes on to name the file it is about.
std::string getReason(const std::exception& exception);

/// Do some work of OpenSim, and let its exceptions leave as errors of the runtime, which say what
/// was expected of which file.
/// @param expectation such as "Model file '/data/leg.osim': Expected a model that OpenSim can load"
template <typename Work>
decltype(auto) throwAsError(const std::string& expectation, const Work& work) {
    try {
        return work();
    } catch (const std::exception& exception) {
        throw Error(expectation + ", but received: " + getReason(exception));
    }
}

/// Do some work of an object, and let errors of the runtime leave as OpenSim's exceptions, which
/// its tools and bindings know and which name the object.
template <typename Work>
decltype(auto) throwAsOpenSim(const OpenSim::Object& object, const Work& work) {
    try {
        return work();
    } catch (const Error& error) {
        throw OpenSim::Exception(__FILE__, __LINE__, __func__, object, std::string(error.what()));
    }
}

} // namespace nmm::osim
