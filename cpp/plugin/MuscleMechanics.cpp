#include "MuscleMechanics.h"

#include "ModelLookup.h"

#include <OpenSim/Actuators/Millard2012EquilibriumMuscle.h>
#include <OpenSim/Simulation/Model/GeometryPath.h>
#include <OpenSim/Simulation/Model/Model.h>

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

} // namespace

MuscleMechanics::MuscleMechanics(const OpenSim::Model& model,
        const std::vector<std::string>& muscles, const std::vector<std::string>& momentCoordinates)
        : _model(model) {
    for (const auto& name : muscles) {
        _muscles.push_back(&findMuscle(model, name));
    }
    for (const auto& name : momentCoordinates) {
        _momentCoordinates.push_back(&findCoordinate(model, name));
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
    const auto& matter = _model.getMatterSubsystem();
    std::vector<double> moments(_momentCoordinates.size());
    SimTK::Vector_<SimTK::SpatialVec> bodyForces(
            matter.getNumBodies(), SimTK::SpatialVec(SimTK::Vec3(0)));
    SimTK::Vector mobilityForces(state.getNU(), 0.0);
    for (std::size_t i = 0; i < _muscles.size(); ++i) {
        const auto& path = _muscles[i]->getPath();
        if (dynamic_cast<const OpenSim::GeometryPath*>(&path)) {
            path.addInEquivalentForces(state, tensions[i], bodyForces, mobilityForces);
            continue;
        }
        // Other kinds of path define their moment arms themselves.
        for (std::size_t j = 0; j < moments.size(); ++j) {
            moments[j] += tensions[i] * path.computeMomentArm(state, *_momentCoordinates[j]);
        }
    }
    SimTK::Vector generalizedForces;
    matter.multiplyBySystemJacobianTranspose(state, bodyForces, generalizedForces);
    generalizedForces += mobilityForces;

    const auto couplings = computeCouplings(state);
    for (std::size_t j = 0; j < moments.size(); ++j) {
        moments[j] += ~couplings[j] * generalizedForces;
    }
    return moments;
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
