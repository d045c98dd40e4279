#pragma once

#include <string>
#include <vector>

namespace nmm {

/// A number for a message, as short as it can be: "0.125", "1e-07".
std::string toText(double value);

/// "'a', 'b', 'c'"
std::string quote(const std::vector<std::string>& words);

} // namespace nmm
