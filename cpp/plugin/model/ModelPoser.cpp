#include "ModelPoser.h"

#include "ModelLookup.h"

#include <OpenSim/Simulation/Model/Model.h>

namespace nmm::osim {

ModelPoser::ModelPoser(const OpenSim::Model& model, const SimTK::State& state,
        const std::vector<std::string>& coordinates)
        : _defaultQ(state.getQ()) {
    const auto& all = model.getCoordinateSet();
    for (int i = 0; i < all.getSize(); ++i) {
        _defaultQ[getValueIndex(all[i], state)] = all[i].getDefaultValue();
    }
    for (const auto& name : coordinates) {
        const auto& coordinate = findCoordinate(model, name);
        _valueIndices.push_back(getValueIndex(coordinate, state));
        _speedIndices.push_back(getSpeedIndex(coordinate, state));
    }
}

void ModelPoser::setPose(SimTK::State& state, const double* values, const double* speeds) const {
    auto& q = state.updQ();
    auto& u = state.updU();
    q = _defaultQ;
    u = 0.0;
    for (std::size_t i = 0; i < _valueIndices.size(); ++i) {
        q[_valueIndices[i]] = values[i];
        u[_speedIndices[i]] = speeds[i];
    }
}

} // namespace nmm::osim
