#pragma once

namespace nmm {

enum class TendonModel {
    Rigid,  ///< the fibre length follows from the path's length
    Elastic ///< the fibre length is a state, in equilibrium with the tendon
};

} // namespace nmm
