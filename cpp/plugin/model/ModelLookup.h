#pragma once

#include <SimTKcommon.h>

#include <string>

namespace OpenSim {
class Coordinate;
class Millard2012EquilibriumMuscle;
class Model;
} // namespace OpenSim

namespace nmm::osim {

/// @throws nmm::Error naming the nearest muscles if there is no such muscle, or its class if it is
/// not a Millard2012EquilibriumMuscle.
const OpenSim::Millard2012EquilibriumMuscle& findMuscle(
        const OpenSim::Model& model, const std::string& name);

/// @throws nmm::Error naming the nearest coordinates if there is no such coordinate.
const OpenSim::Coordinate& findCoordinate(const OpenSim::Model& model, const std::string& name);

/// Where the value and the speed of a coordinate are in q and u of a state.
int getValueIndex(const OpenSim::Coordinate& coordinate, const SimTK::State& state);
int getSpeedIndex(const OpenSim::Coordinate& coordinate, const SimTK::State& state);

/// What OpenSim's inverse dynamics calls the generalized force of a coordinate:
/// "knee_angle_r_moment", "pelvis_tx_force".
std::string getGeneralizedForceLabel(const OpenSim::Coordinate& coordinate);

} // namespace nmm::osim
