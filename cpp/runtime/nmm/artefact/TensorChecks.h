#pragma once

#include "Artefact.h"

#include <cstddef>
#include <string>
#include <vector>

namespace nmm {

/// "3 x 2", or "a single number" of a tensor without dimensions.
std::string toString(const std::vector<std::size_t>& shape);

/// @param what what the artefact is, for messages: "'/data/a.nmm'"; so in the functions below
/// @throws Error if there is no such tensor.
const Tensor& getTensor(const Artefact& artefact, const std::string& name, const std::string& what);

/// @throws Error unless the tensor has this shape and finite values only.
void checkTensor(const Artefact& artefact, const std::string& name,
        const std::vector<std::size_t>& shape, const std::string& what);

/// @throws Error unless all values of a tensor that is there are above 0.
void checkPositive(const Artefact& artefact, const std::string& name, const std::string& what);

/// @throws Error unless all values of a tensor that is there are 0 or greater.
void checkNonNegative(const Artefact& artefact, const std::string& name, const std::string& what);

} // namespace nmm
