#include "MuscleMechanics.h"

#include "ModelLookup.h"

#include <OpenSim/Actuators/Millard2012EquilibriumMuscle.h>
#include <OpenSim/Simulation/Model/FunctionBasedPath.h>
#include <OpenSim/Simulation/Model/Model.h>

#include <algorithm>

namespace nmm::osim {

namespace {

// A constraint that adds less than this to the others adds only rounding.
constexpr double RankTolerance = 1e-10;

/// An orthonormal basis of the directions in which the constraints forbid speeds.
std::vector<SimTK::Vector> computeConstrainedDirections(
        const SimTK::SimbodyMatterSubsystem& matter, const SimTK::State& state) {
    // Rows of the constraint matrix G beyond those of the velocity errors constrain accelerations
    // only.
    const int numVelocityConstraints = state.getNUErr();
    std::vector<SimTK::Vector> basis;
    if (numVelocityConstraints == 0) {
        return basis;
    }
    SimTK::Matrix transposedConstraints;
    matter.calcGTranspose(state, transposedConstraints);
    for (int i = 0; i < numVelocityConstraints; ++i) {
        SimTK::Vector direction(transposedConstraints.col(i));
        const double norm = direction.norm();
        for (const auto& earlier : basis) {
            direction -= earlier * (~earlier * direction);
        }
        if (direction.norm() > RankTolerance * norm) {
            basis.push_back(direction / direction.norm());
        }
    }
    return basis;
}

/// Per coordinate its position among a path's own; -1 where the path does not have it.
std::vector<int> findMomentArms(const OpenSim::FunctionBasedPath& path,
        const std::vector<const OpenSim::Coordinate*>& coordinates) {
    const auto names = path.getCoordinatePaths();
    std::vector<int> positions;
    for (const auto* coordinate : coordinates) {
        const auto found =
                std::find(names.begin(), names.end(), coordinate->getAbsolutePathString());
        positions.push_back(found == names.end() ? -1 : static_cast<int>(found - names.begin()));
    }
    return positions;
}

} // namespace

MuscleMechanics::MuscleMechanics(const OpenSim::Model& model,
        const std::vector<std::string>& muscles, const std::vector<std::string>& momentCoordinates)
        : _model(model) {
    for (const auto& name : momentCoordinates) {
        _momentCoordinates.push_back(&findCoordinate(model, name));
    }
    for (const auto& name : muscles) {
        _muscles.push_back(&findMuscle(model, name));
        Path path;
        path.functionBased =
                dynamic_cast<const OpenSim::FunctionBasedPath*>(&_muscles.back()->getPath());
        if (path.functionBased) {
            path.momentArms = findMomentArms(*path.functionBased, _momentCoordinates);
        } else {
            _hasGeometryPaths = true;
        }
        _paths.push_back(path);
    }
}

std::vector<double> MuscleMechanics::computeForces(SimTK::State& state,
        const std::vector<double>& activations, const std::vector<double>& fiberLengths) const {
    for (std::size_t i = 0; i < _muscles.size(); ++i) {
        _muscles[i]->setActivation(state, activations[i]);
        if (!fiberLengths.empty()) {
            _muscles[i]->setFiberLength(state, fiberLengths[i]);
        }
    }
    std::vector<double> forces;
    for (const auto* muscle : _muscles) {
        forces.push_back(muscle->getTendonForce(state));
    }
    return forces;
}

MuscleMechanics::Paths MuscleMechanics::computePaths(const SimTK::State& state) const {
    Paths paths;
    for (const auto* muscle : _muscles) {
        paths.lengths.push_back(muscle->getLength(state));
        paths.speeds.push_back(muscle->getLengtheningSpeed(state));
    }
    return paths;
}

std::vector<double> MuscleMechanics::computeMoments(
        const SimTK::State& state, const std::vector<double>& tensions) const {
    std::vector<double> moments(_momentCoordinates.size());
    addFunctionBasedMoments(state, tensions, moments);
    if (_hasGeometryPaths) {
        addGeometryMoments(state, tensions, moments);
    }
    return moments;
}

void MuscleMechanics::addFunctionBasedMoments(const SimTK::State& state,
        const std::vector<double>& tensions, std::vector<double>& moments) const {
    for (std::size_t i = 0; i < _paths.size(); ++i) {
        if (!_paths[i].functionBased) {
            continue;
        }
        const auto& momentArms = _paths[i].functionBased->getMomentArms(state);
        for (std::size_t j = 0; j < moments.size(); ++j) {
            if (const int index = _paths[i].momentArms[j]; index >= 0) {
                moments[j] += tensions[i] * momentArms[index];
            }
        }
    }
}

void MuscleMechanics::addGeometryMoments(const SimTK::State& state,
        const std::vector<double>& tensions, std::vector<double>& moments) const {
    const auto& matter = _model.getMatterSubsystem();
    SimTK::Vector_<SimTK::SpatialVec> bodyForces(
            matter.getNumBodies(), SimTK::SpatialVec(SimTK::Vec3(0)));
    SimTK::Vector mobilityForces(state.getNU(), 0.0);
    for (std::size_t i = 0; i < _muscles.size(); ++i) {
        if (!_paths[i].functionBased) {
            _muscles[i]->getPath().addInEquivalentForces(
                    state, tensions[i], bodyForces, mobilityForces);
        }
    }
    SimTK::Vector generalizedForces;
    matter.multiplyBySystemJacobianTranspose(state, bodyForces, generalizedForces);
    generalizedForces += mobilityForces;

    const auto couplings = computeCouplings(state);
    for (std::size_t j = 0; j < moments.size(); ++j) {
        moments[j] += ~couplings[j] * generalizedForces;
    }
}

/// Per moment coordinate the speeds of all coordinates: its unit speed, projected onto the speeds
/// that the constraints allow, and scaled so that its own speed is 1 again.
std::vector<SimTK::Vector> MuscleMechanics::computeCouplings(const SimTK::State& state) const {
    const auto& matter = _model.getMatterSubsystem();
    const auto constrained = computeConstrainedDirections(matter, state);
    std::vector<SimTK::Vector> couplings;
    for (const auto* coordinate : _momentCoordinates) {
        const int index = getSpeedIndex(*coordinate, state);
        SimTK::Vector coupling(state.getNU(), 0.0);
        coupling[index] = 1.0;
        for (const auto& direction : constrained) {
            coupling -= direction * direction[index];
        }
        couplings.push_back(coupling / coupling[index]);
    }
    return couplings;
}

} // namespace nmm::osim
