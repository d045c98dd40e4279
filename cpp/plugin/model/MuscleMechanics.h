#pragma once

#include <SimTKcommon.h>

#include <string>
#include <vector>

namespace OpenSim {
class Coordinate;
class FunctionBasedPath;
class Millard2012EquilibriumMuscle;
class Model;
} // namespace OpenSim

namespace nmm::osim {

/// Forces of muscles and their moments about coordinates, in a state of a model.
///
/// The moment about coordinate j is the sum of moment arms times tendon forces,
///
///     tau_j = sum_i r_ij F_i,   r_ij = c_j . f_i,
///
/// with OpenSim's definition of a moment arm (Sherman et al., 2013): f_i are the generalized forces
/// of a unit tension in muscle i, and c_j the speeds that all coordinates have while coordinate j
/// moves at unit speed and the model's constraints hold. OpenSim computes path and c_j anew for
/// every pair of muscle and coordinate; here a state's paths and c_j are computed once, and one
/// vector of generalized forces serves all muscles and coordinates. The moment arms are the same to
/// rounding. A FunctionBasedPath defines its moment arms itself.
class MuscleMechanics {
public:
    /// @param model has a built system, and outlives this object
    MuscleMechanics(const OpenSim::Model& model, const std::vector<std::string>& muscles,
            const std::vector<std::string>& momentCoordinates);

    /// Tendon forces (N) by the muscles' own class.
    /// @param state realized to Stage::Velocity; the activations are set in it
    /// @param activations one per muscle
    /// @param fiberLengths one per muscle (m), set in it too; none with rigid tendons
    std::vector<double> computeForces(SimTK::State& state, const std::vector<double>& activations,
            const std::vector<double>& fiberLengths = {}) const;

    /// What moves the muscles, one value per muscle.
    struct Paths {
        std::vector<double> lengths; ///< m
        std::vector<double> speeds;  ///< m/s
    };

    /// @param state realized to Stage::Velocity
    Paths computePaths(const SimTK::State& state) const;

    /// Moments (N m, or forces in N about a translational coordinate) of the given tensions (N),
    /// one per moment coordinate. A tension of 1 in one muscle alone gives its moment arms (m).
    /// @param state realized to Stage::Velocity
    std::vector<double> computeMoments(
            const SimTK::State& state, const std::vector<double>& tensions) const;

private:
    /// What a muscle's moments come from: its own moment arms, or forces on bodies.
    struct Path {
        const OpenSim::FunctionBasedPath* functionBased = nullptr;
        /// Per moment coordinate its position among the moment arms; -1 where it moves nothing.
        std::vector<int> momentArms;
    };

    void addFunctionBasedMoments(const SimTK::State& state, const std::vector<double>& tensions,
            std::vector<double>& moments) const;
    void addGeometryMoments(const SimTK::State& state, const std::vector<double>& tensions,
            std::vector<double>& moments) const;
    std::vector<SimTK::Vector> computeCouplings(const SimTK::State& state) const;

    const OpenSim::Model& _model;
    std::vector<const OpenSim::Millard2012EquilibriumMuscle*> _muscles;
    std::vector<Path> _paths;
    bool _hasGeometryPaths = false;
    std::vector<const OpenSim::Coordinate*> _momentCoordinates;
};

} // namespace nmm::osim
