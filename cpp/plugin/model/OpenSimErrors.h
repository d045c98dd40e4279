#pragma once

#include <OpenSim/Common/Exception.h>
#include <OpenSim/Common/Object.h>
#include <nmm/Error.h>

#include <string>

namespace nmm::osim {

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
