#pragma once

#include "CoordinateTrajectory.h"

#include <string>
#include <vector>

namespace nmm::osim {

/// Check that coordinates follow the others as the model's CoordinateCouplerConstraints say. Poses
/// are taken as recorded, so a patella in degrees among radians, or one left at its default, would
/// give muscle paths that no leg has. Small differences, as from filtering, are accepted: 0.05 rad
/// and 5 mm.
/// @param coordinates the ones that matter
/// @param what what the trajectory is, for messages: "Coordinates file '/data/walk.mot'"
/// @throws nmm::Error naming coordinate, time, and the value that the constraint asks for.
void checkCoupledCoordinates(const OpenSim::Model& model, const CoordinateTrajectory& trajectory,
        const std::vector<std::string>& coordinates, const std::string& what);

} // namespace nmm::osim
