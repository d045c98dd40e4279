#include "MuscleSet.h"

#include "TendonModels.h"

#include <nmm/Error.h>
#include <nmm/Text.h>

#include <cmath>
#include <string>
#include <utility>

namespace nmm {

namespace {

// Far beyond any muscle, but no further than the curves can be followed without overflow.
constexpr double MaxLength = 100.0;     // m
constexpr double MaxSpeed = 1000.0;     // m/s
constexpr double MaxForce = 1e7;        // N
constexpr double LeastParameter = 1e-6; // m, N
constexpr double HalfPi = 1.57079632679489661923;

[[noreturn]] void fail(const MuscleProperties& muscle, const std::string& expected, double found) {
    throw Error("Muscle '" + muscle.name + "': Expected " + expected + ", but received " +
                toText(found) + ".");
}

void checkPositive(const MuscleProperties& muscle, const std::string& parameter, double value,
        double greatest) {
    if (!(value >= LeastParameter && value <= greatest)) {
        fail(muscle, "a positive " + parameter + " of at most " + toText(greatest), value);
    }
}

void checkMuscle(TendonModel tendon, const MuscleProperties& properties,
        const MuscleParameters& parameters) {
    checkPositive(properties, "max_isometric_force (N)", parameters.maxIsometricForce, MaxForce);
    checkPositive(properties, "optimal_fiber_length (m)", parameters.optimalFiberLength, MaxLength);
    checkPositive(properties, "tendon_slack_length (m)", parameters.tendonSlackLength, MaxLength);
    const double angle = parameters.pennationAngleAtOptimal;
    if (!(angle >= 0.0 && angle < HalfPi)) {
        fail(properties, "a pennation_angle_at_optimal from 0 to below pi/2 rad", angle);
    }
    if (tendon == TendonModel::Elastic && !(properties.fiberDamping >= MinFiberDamping)) {
        // Without it OpenSim follows another equation, with other force-velocity and
        // force-length curves.
        fail(properties,
                "a fiber_damping of at least " + toText(MinFiberDamping) +
                        " with an elastic tendon (OpenSim's default is 0.1)",
                properties.fiberDamping);
    }
}

void checkShape(const Matrix& matrix, const std::string& name, std::size_t numFrames,
        std::size_t numMuscles) {
    if (matrix.rows != numFrames || matrix.columns != numMuscles) {
        throw Error("Expected " + name + " of shape (" + std::to_string(numFrames) + ", " +
                    std::to_string(numMuscles) + "), but received (" + std::to_string(matrix.rows) +
                    ", " + std::to_string(matrix.columns) + ").");
    }
}

void checkTimes(const std::vector<double>& times) {
    for (std::size_t k = 0; k < times.size(); ++k) {
        if (!std::isfinite(times[k]) || (k > 0 && !(times[k] > times[k - 1]))) {
            throw Error("Expected finite, increasing times, but received " + toText(times[k]) +
                        " s" + (k > 0 ? " after " + toText(times[k - 1]) + " s" : std::string()) +
                        ".");
        }
    }
}

void checkColumn(const MuscleProperties& muscle, const MuscleColumn& column) {
    for (std::size_t k = 0; k < column.length.size(); ++k) {
        const bool usable = std::isfinite(column.activation[k]) && column.length[k] >= 0.0 &&
                            column.length[k] <= MaxLength && std::abs(column.speed[k]) <= MaxSpeed;
        if (!usable) {
            throw Error("Muscle '" + muscle.name +
                        "': Expected a finite activation, a path of 0 "
                        "to 100 m and a speed within 1000 m/s, but received " +
                        toText(column.activation[k]) + ", " + toText(column.length[k]) + " m and " +
                        toText(column.speed[k]) + " m/s at " + toText((*column.times)[k]) + " s.");
        }
    }
}

std::vector<double> getColumn(const Matrix& matrix, std::size_t column) {
    std::vector<double> values(matrix.rows);
    for (std::size_t k = 0; k < matrix.rows; ++k) {
        values[k] = matrix(k, column);
    }
    return values;
}

void setColumn(Matrix& matrix, std::size_t column, const std::vector<double>& values) {
    for (std::size_t k = 0; k < matrix.rows; ++k) {
        matrix(k, column) = values[k];
    }
}

MuscleColumn getColumn(const MuscleInputs& inputs, std::size_t muscle) {
    return {&inputs.times, getColumn(inputs.activations, muscle), getColumn(inputs.lengths, muscle),
            getColumn(inputs.speeds, muscle)};
}

ForceColumn getColumn(const MuscleForces& forces, std::size_t muscle) {
    return {getColumn(forces.tendonForces, muscle), getColumn(forces.fiberLengths, muscle)};
}

void checkShapes(const std::vector<MuscleProperties>& properties,
        const std::vector<MuscleParameters>& parameters, const MuscleInputs& inputs) {
    const auto numFrames = inputs.times.size();
    const auto numMuscles = properties.size();
    if (parameters.size() != numMuscles) {
        throw Error("Expected the parameters of " + std::to_string(numMuscles) +
                    " muscles, but received " + std::to_string(parameters.size()) + ".");
    }
    checkShape(inputs.activations, "activations", numFrames, numMuscles);
    checkShape(inputs.lengths, "lengths", numFrames, numMuscles);
    checkShape(inputs.speeds, "speeds", numFrames, numMuscles);
    checkTimes(inputs.times);
}

} // namespace

MuscleSet::MuscleSet(TendonModel tendon, std::vector<MuscleProperties> properties)
        : _tendon(tendon), _properties(std::move(properties)) {}

MuscleForces MuscleSet::computeForces(
        const std::vector<MuscleParameters>& parameters, const MuscleInputs& inputs) const {
    checkShapes(_properties, parameters, inputs);
    const auto numFrames = inputs.times.size();
    const auto numMuscles = _properties.size();
    MuscleForces forces{Matrix(numFrames, numMuscles), Matrix(numFrames, numMuscles)};
    for (std::size_t m = 0; m < numMuscles; ++m) {
        checkMuscle(_tendon, _properties[m], parameters[m]);
        const auto column = getColumn(inputs, m);
        checkColumn(_properties[m], column);
        const MillardMuscle muscle(_properties[m], parameters[m]);
        const auto computed = _tendon == TendonModel::Rigid ? computeRigidTendon(muscle, column)
                                                            : computeElasticTendon(muscle, column);
        setColumn(forces.tendonForces, m, computed.tendonForce);
        setColumn(forces.fiberLengths, m, computed.fiberLength);
    }
    return forces;
}

MuscleForceGradients MuscleSet::computeGradients(const std::vector<MuscleParameters>& parameters,
        const MuscleInputs& inputs, const MuscleForces& computed,
        const MuscleForces& gradient) const {
    checkShapes(_properties, parameters, inputs);
    const auto numFrames = inputs.times.size();
    const auto numMuscles = _properties.size();
    checkShape(computed.fiberLengths, "fiber_lengths", numFrames, numMuscles);
    checkShape(gradient.tendonForces, "tendon_force_gradient", numFrames, numMuscles);
    checkShape(gradient.fiberLengths, "fiber_length_gradient", numFrames, numMuscles);
    MuscleForceGradients gradients{Matrix(numFrames, numMuscles), Matrix(numFrames, numMuscles),
            Matrix(numFrames, numMuscles), {}};
    for (std::size_t m = 0; m < numMuscles; ++m) {
        const MillardMuscle muscle(_properties[m], parameters[m]);
        const auto column = getColumn(inputs, m);
        const auto by = getColumn(gradient, m);
        const auto found =
                _tendon == TendonModel::Rigid
                        ? computeRigidTendonGradients(muscle, column, by)
                        : computeElasticTendonGradients(muscle, column, getColumn(computed, m), by);
        setColumn(gradients.activations, m, found.activation);
        setColumn(gradients.lengths, m, found.length);
        setColumn(gradients.speeds, m, found.speed);
        gradients.parameters.push_back(found.parameters);
    }
    return gradients;
}

} // namespace nmm
