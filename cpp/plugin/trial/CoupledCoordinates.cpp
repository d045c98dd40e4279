#include "CoupledCoordinates.h"

#include "model/ModelLookup.h"

#include <OpenSim/Simulation/Model/Model.h>
#include <OpenSim/Simulation/SimbodyEngine/CoordinateCouplerConstraint.h>
#include <nmm/Error.h>
#include <nmm/Text.h>

#include <algorithm>
#include <cmath>

namespace nmm::osim {

namespace {

struct Unit {
    std::string name;
    double tolerance;
};

/// OpenSim calls a coordinate coupled that moves several axes, such as a patella's; it has no unit
/// of its own, but is an angle in the models in use.
Unit getUnit(const OpenSim::Coordinate& coordinate) {
    switch (coordinate.getMotionType()) {
    case OpenSim::Coordinate::Translational:
        return {" m", 0.005};
    case OpenSim::Coordinate::Rotational:
        return {" rad", 0.05};
    default:
        return {"", 0.05};
    }
}

/// The values of a coordinate at all frames.
std::vector<double> getValues(const OpenSim::Model& model, const CoordinateTrajectory& trajectory,
        const std::string& coordinate) {
    const auto& names = trajectory.coordinates;
    if (std::find(names.begin(), names.end(), coordinate) == names.end()) {
        return std::vector<double>(
                trajectory.times.size(), findCoordinate(model, coordinate).getDefaultValue());
    }
    return trajectory.select(trajectory.values, {coordinate}).values;
}

void checkCoupler(const OpenSim::Model& model, const OpenSim::CoordinateCouplerConstraint& coupler,
        const CoordinateTrajectory& trajectory, const std::string& what) {
    const auto dependentName = coupler.getDependentCoordinateName();
    const auto dependent = getValues(model, trajectory, dependentName);
    const auto independentNames = coupler.getIndependentCoordinateNames();
    std::vector<std::vector<double>> independent;
    for (int i = 0; i < independentNames.size(); ++i) {
        independent.push_back(getValues(model, trajectory, independentNames[i]));
    }
    const auto unit = getUnit(findCoordinate(model, dependentName));
    const double scaleFactor = coupler.getPropertyByName<double>("scale_factor").getValue();
    SimTK::Vector arguments(independentNames.size());
    for (std::size_t frame = 0; frame < trajectory.times.size(); ++frame) {
        for (int i = 0; i < arguments.size(); ++i) {
            arguments[i] = independent[static_cast<std::size_t>(i)][frame];
        }
        const double expected = scaleFactor * coupler.getFunction().calcValue(arguments);
        if (std::abs(dependent[frame] - expected) > unit.tolerance) {
            throw Error(what + ": Expected coordinate '" + dependentName + "' to be " +
                        toText(expected) + unit.name + " at " + toText(trajectory.times[frame]) +
                        " s, as the model's constraint '" + coupler.getName() +
                        "' says, but received " + toText(dependent[frame]) + unit.name +
                        ". Check that the file has it, and in radians if it is a coupled "
                        "coordinate: OpenSim keeps only rotational ones in degrees.");
        }
    }
}

} // namespace

void checkCoupledCoordinates(const OpenSim::Model& model, const CoordinateTrajectory& trajectory,
        const std::vector<std::string>& coordinates, const std::string& what) {
    for (const auto& coupler : model.getComponentList<OpenSim::CoordinateCouplerConstraint>()) {
        const bool matters = std::find(coordinates.begin(), coordinates.end(),
                                     coupler.getDependentCoordinateName()) != coordinates.end();
        if (matters && coupler.get_isEnforced()) {
            checkCoupler(model, coupler, trajectory, what);
        }
    }
}

} // namespace nmm::osim
