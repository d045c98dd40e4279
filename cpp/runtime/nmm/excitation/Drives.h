#pragma once

#include <nmm/Matrix.h>

namespace nmm {

/// Excitations before they are given to muscles and clipped.
struct Drives {
    Matrix channels; ///< frames x channels
    Matrix outputs;  ///< frames x predicted muscles
};

} // namespace nmm
