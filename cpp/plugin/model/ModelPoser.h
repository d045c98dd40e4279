#pragma once

#include <SimTKcommon.h>

#include <string>
#include <vector>

namespace OpenSim {
class Model;
}

namespace nmm::osim {

/// Puts a model into poses: the named coordinates as given, all others at their default values and
/// at rest. Written straight into the state, because Coordinate::setValue() skips locked
/// coordinates, and nothing is assembled: a recorded pose is taken as it was recorded.
class ModelPoser {
public:
    /// @param state of the model's built system
    ModelPoser(const OpenSim::Model& model, const SimTK::State& state,
            const std::vector<std::string>& coordinates);

    /// @param values rad or m, in the order of the coordinates
    /// @param speeds rad/s or m/s
    void setPose(SimTK::State& state, const double* values, const double* speeds) const;

private:
    SimTK::Vector _defaultQ;
    std::vector<int> _valueIndices;
    std::vector<int> _speedIndices;
};

} // namespace nmm::osim
