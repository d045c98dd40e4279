#pragma once

#include <stdexcept>
#include <string>

namespace nmm {

/// Every error of the runtime: one line that names what is wrong, where, what was expected, what
/// was found and what to do. Callers (plugin, bindings) pass the text on unchanged.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace nmm
