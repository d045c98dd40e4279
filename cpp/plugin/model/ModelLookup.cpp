#include "ModelLookup.h"

#include <OpenSim/Actuators/Millard2012EquilibriumMuscle.h>
#include <OpenSim/Simulation/Model/Model.h>
#include <nmm/Error.h>
#include <nmm/TimeSeries.h>

#include <vector>

namespace nmm::osim {

namespace {

template <typename Set>
const auto& findByName(const Set& set, const std::string& name, const std::string& kind,
        const std::string& modelName) {
    const int index = set.getIndex(name);
    if (index < 0) {
        std::vector<std::string> names;
        for (int i = 0; i < set.getSize(); ++i) {
            names.push_back(set[i].getName());
        }
        throw Error("Model '" + modelName + "': Expected a " + kind + " '" + name +
                    "', but found none; the nearest are: " + nearestNames(name, names) + ".");
    }
    return set[index];
}

const SimTK::MobilizedBody& getMobilizedBody(const OpenSim::Coordinate& coordinate) {
    return coordinate.getModel().getMatterSubsystem().getMobilizedBody(coordinate.getBodyIndex());
}

} // namespace

const OpenSim::Millard2012EquilibriumMuscle& findMuscle(
        const OpenSim::Model& model, const std::string& name) {
    const auto& muscle = findByName(model.getMuscles(), name, "muscle", model.getName());
    const auto* millard = dynamic_cast<const OpenSim::Millard2012EquilibriumMuscle*>(&muscle);
    if (!millard) {
        throw Error("Model '" + model.getName() + "': Expected muscle '" + name +
                    "' to be a Millard2012EquilibriumMuscle, but found a " +
                    muscle.getConcreteClassName() + ". Convert the muscles of the model first.");
    }
    return *millard;
}

const OpenSim::Coordinate& findCoordinate(const OpenSim::Model& model, const std::string& name) {
    return findByName(model.getCoordinateSet(), name, "coordinate", model.getName());
}

int getValueIndex(const OpenSim::Coordinate& coordinate, const SimTK::State& state) {
    return getMobilizedBody(coordinate).getFirstQIndex(state) + coordinate.getMobilizerQIndex();
}

int getSpeedIndex(const OpenSim::Coordinate& coordinate, const SimTK::State& state) {
    return getMobilizedBody(coordinate).getFirstUIndex(state) + coordinate.getMobilizerQIndex();
}

std::string getGeneralizedForceLabel(const OpenSim::Coordinate& coordinate) {
    const bool isRotational = coordinate.getMotionType() == OpenSim::Coordinate::Rotational;
    return coordinate.getName() + (isRotational ? "_moment" : "_force");
}

} // namespace nmm::osim
