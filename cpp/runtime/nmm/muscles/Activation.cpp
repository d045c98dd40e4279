#include "Activation.h"

#include "ActivationDynamics.h"
#include "DelayedExcitations.h"
#include "ShapeFunction.h"
#include "Vectorised.h"

#include <algorithm>
#include <cmath>

namespace nmm {

namespace {

constexpr double MaxSubstep = 0.001; // s

// A frame interval of 10 ms, read from a file, must not become eleven substeps by rounding.
constexpr double Rounding = 1e-9;

} // namespace

Substeps::Substeps(double interval)
        : _size(std::max<std::size_t>(
                  1, static_cast<std::size_t>(std::ceil(interval / MaxSubstep - Rounding)))),
          _length(interval / static_cast<double>(_size)) {}

Matrix computeShapedExcitations(
        const Matrix& excitations, const std::vector<ActivationParameters>& parameters) {
    Matrix shaped(excitations.rows, excitations.columns);
    for (std::size_t muscle = 0; muscle < excitations.columns; ++muscle) {
        const ShapeFunction shape(parameters[muscle].shapeFactor);
        const double least = parameters[muscle].minimumActivation;
        for (std::size_t frame = 0; frame < excitations.rows; ++frame) {
            shaped(frame, muscle) = std::max(shape.calcValue(excitations(frame, muscle)), least);
        }
    }
    return shaped;
}

NMM_VECTORISED
void advanceActivations(const ActivationDynamicsSet& dynamics, const Substep& substep,
        const ExcitationRamp& ramp, const double* activations, double* next) {
    const auto [h, begin, middle, end] = substep;
    const auto [from, to] = ramp;
    const auto numMuscles = dynamics.size();
    for (std::size_t m = 0; m < numMuscles; ++m) {
        const auto muscle = dynamics[m];
        const double u0 = from[m], rise = to[m] - from[m], a = activations[m];
        const double k1 = muscle.calcDerivative(a, u0 + begin * rise).value;
        const double k2 = muscle.calcDerivative(a + 0.5 * h * k1, u0 + middle * rise).value;
        const double k3 = muscle.calcDerivative(a + 0.5 * h * k2, u0 + middle * rise).value;
        const double k4 = muscle.calcDerivative(a + h * k3, u0 + end * rise).value;
        next[m] = muscle.clamp(a + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4));
    }
}

Matrix computeActivations(const std::vector<double>& times, const SampledExcitations& excitations,
        const std::vector<ActivationParameters>& parameters) {
    checkActivationInputs(times, excitations, parameters);
    const auto shaped =
            computeShapedExcitations(sampleDelayed(excitations, times, parameters), parameters);
    const ActivationDynamicsSet dynamics(parameters);
    Matrix activations(shaped.rows, shaped.columns);
    for (std::size_t frame = 0; frame < times.size(); ++frame) {
        double* row = activations.values.data() + frame * activations.columns;
        const double* to = shaped.values.data() + frame * shaped.columns;
        if (frame == 0) {
            for (std::size_t m = 0; m < dynamics.size(); ++m) {
                row[m] = dynamics[m].clamp(to[m]);
            }
            continue;
        }
        const double* previous = row - activations.columns;
        const Substeps substeps(times[frame] - times[frame - 1]);
        for (std::size_t substep = 0; substep < substeps.size(); ++substep) {
            advanceActivations(
                    dynamics, substeps[substep], {to - shaped.columns, to}, previous, row);
            previous = row;
        }
    }
    return activations;
}

} // namespace nmm
