#include "ActivationDynamics.h"
#include "DelayedExcitations.h"
#include "ShapeFunction.h"
#include "Vectorised.h"

#include <nmm/Error.h>

#include <algorithm>
#include <string>
#include <utility>

namespace nmm {

namespace {

/// What the adjoint carries from frame to frame, the last one first; one entry per muscle.
struct AdjointState {
    explicit AdjointState(std::size_t numMuscles)
            : activations(numMuscles), risingRates(numMuscles), fallingRates(numMuscles) {}

    /// d(scalar)/d(activations).
    std::vector<double> activations;
    /// Sums of d(scalar)/d(rate) times rate, by branch. Only the rate of the branch that was taken
    /// acts on a derivative, and linearly, so the sums need no further factors.
    std::vector<double> risingRates;
    std::vector<double> fallingRates;
};

/// d(scalar)/d(ExcitationRamp).
struct RampGradient {
    double* from;
    double* to;
};

/// The adjoint of advanceActivations(). The state's activations come as d(scalar)/d(next) and
/// become d(scalar)/d(activations); its sums and the gradient are added to.
NMM_VECTORISED
void reverseActivations(const ActivationDynamicsSet& dynamics, const Substep& substep,
        const ExcitationRamp& ramp, const double* activations, const RampGradient& gradient,
        AdjointState& state) {
    const auto [h, begin, middle, end] = substep;
    const auto [from, to] = ramp;
    const auto [fromGradient, toGradient] = gradient;
    double* adjoint = state.activations.data();
    double* rising = state.risingRates.data();
    double* falling = state.fallingRates.data();
    const auto numMuscles = dynamics.size();
    // Muscles do not depend on each other, but with so many arrays the compiler cannot tell.
#pragma GCC ivdep
    for (std::size_t m = 0; m < numMuscles; ++m) {
        const auto muscle = dynamics[m];
        const double u0 = from[m], rise = to[m] - from[m], a = activations[m];
        const auto k1 = muscle.calcDerivative(a, u0 + begin * rise);
        const auto k2 = muscle.calcDerivative(a + 0.5 * h * k1.value, u0 + middle * rise);
        const auto k3 = muscle.calcDerivative(a + 0.5 * h * k2.value, u0 + middle * rise);
        const auto k4 = muscle.calcDerivative(a + h * k3.value, u0 + end * rise);
        const double next = a + h / 6.0 * (k1.value + 2.0 * k2.value + 2.0 * k3.value + k4.value);

        // b_i = d(scalar)/d(k_i), last stage first.
        const double b = adjoint[m] * muscle.calcClampSlope(next);
        const double b4 = h / 6.0 * b;
        const double b3 = h / 3.0 * b + h * b4 * k4.activationSlope;
        const double b2 = h / 3.0 * b + 0.5 * h * b3 * k3.activationSlope;
        const double b1 = h / 6.0 * b + 0.5 * h * b2 * k2.activationSlope;
        adjoint[m] = b + b1 * k1.activationSlope + b2 * k2.activationSlope +
                     b3 * k3.activationSlope + b4 * k4.activationSlope;

        const double atBegin = b1 * k1.excitationSlope;
        const double atMiddle = b2 * k2.excitationSlope + b3 * k3.excitationSlope;
        const double atEnd = b4 * k4.excitationSlope;
        const double share = begin * atBegin + middle * atMiddle + end * atEnd;
        toGradient[m] += share;
        fromGradient[m] += atBegin + atMiddle + atEnd - share;

        const double s1 = b1 * k1.value, s2 = b2 * k2.value;
        const double s3 = b3 * k3.value, s4 = b4 * k4.value;
        const double risingSum =
                k1.isRising * s1 + k2.isRising * s2 + k3.isRising * s3 + k4.isRising * s4;
        rising[m] += risingSum;
        falling[m] += s1 + s2 + s3 + s4 - risingSum;
    }
}

/// d(scalar)/d(shaped excitations). The activations within a frame interval are integrated again:
/// that is cheaper than to keep them all.
Matrix computeShapedGradient(const std::vector<double>& times, const Matrix& shaped,
        const ActivationDynamicsSet& dynamics, const Matrix& activations,
        const Matrix& activationGradient, AdjointState& state) {
    const auto numMuscles = dynamics.size();
    Matrix gradient(shaped.rows, shaped.columns);
    auto& adjoint = state.activations;
    std::vector<double> inside; // a frame interval: substeps x muscles
    const auto addFrame = [&](std::size_t frame) {
        for (std::size_t m = 0; m < numMuscles; ++m) {
            adjoint[m] += activationGradient(frame, m);
        }
    };
    for (std::size_t frame = times.size(); --frame > 0;) {
        addFrame(frame);
        const double* from = &shaped.values[(frame - 1) * numMuscles];
        const ExcitationRamp ramp{from, from + numMuscles};
        const Substeps substeps(times[frame] - times[frame - 1]);
        inside.resize(substeps.size() * numMuscles);
        std::copy_n(&activations.values[(frame - 1) * numMuscles], numMuscles, inside.begin());
        for (std::size_t substep = 0; substep + 1 < substeps.size(); ++substep) {
            double* row = &inside[substep * numMuscles];
            advanceActivations(dynamics, substeps[substep], ramp, row, row + numMuscles);
        }
        double* fromGradient = &gradient.values[(frame - 1) * numMuscles];
        const RampGradient rampGradient{fromGradient, fromGradient + numMuscles};
        for (std::size_t substep = substeps.size(); substep-- > 0;) {
            reverseActivations(dynamics, substeps[substep], ramp, &inside[substep * numMuscles],
                    rampGradient, state);
        }
    }
    addFrame(0);
    for (std::size_t m = 0; m < numMuscles; ++m) {
        gradient(0, m) += adjoint[m] * dynamics[m].calcClampSlope(shaped(0, m));
    }
    return gradient;
}

} // namespace

ActivationGradients computeActivationGradients(const std::vector<double>& times,
        const SampledExcitations& excitations, const std::vector<ActivationParameters>& parameters,
        const Matrix& activationGradient) {
    const auto numMuscles = parameters.size();
    if (activationGradient.rows != times.size() || activationGradient.columns != numMuscles) {
        throw Error("Activation: Expected an activation gradient of shape " +
                    std::to_string(times.size()) + " x " + std::to_string(numMuscles) +
                    " (times x muscles), but received " + std::to_string(activationGradient.rows) +
                    " x " + std::to_string(activationGradient.columns) + ".");
    }
    const auto activations = computeActivations(times, excitations, parameters);
    ActivationGradients gradients{Matrix(excitations.values.rows, excitations.values.columns), {}};
    if (times.empty() || parameters.empty()) {
        gradients.parameters.assign(numMuscles, {0.0, 0.0, 0.0, 0.0});
        return gradients;
    }

    const ActivationDynamicsSet dynamics(parameters);
    AdjointState state(numMuscles);
    const auto delayed = sampleDelayed(excitations, times, parameters);
    auto gradient = computeShapedGradient(times, computeShapedExcitations(delayed, parameters),
            dynamics, activations, activationGradient, state);
    for (std::size_t m = 0; m < numMuscles; ++m) {
        const ShapeFunction shape(parameters[m].shapeFactor);
        ActivationParameters byParameters{0.0, 0.0, 0.0, 0.0};
        for (std::size_t frame = 0; frame < times.size(); ++frame) {
            const double e = delayed(frame, m);
            if (shape.calcValue(e) < parameters[m].minimumActivation) {
                gradient(frame, m) = 0.0;
            }
            byParameters.shapeFactor += gradient(frame, m) * shape.calcShapeFactorDerivative(e);
            gradient(frame, m) *= shape.calcSlope(e);
        }
        // A rate is 1/tau: d(rate)/d(tau) = -rate/tau.
        byParameters.activationTimeConstant =
                -state.risingRates[m] / parameters[m].activationTimeConstant;
        byParameters.deactivationTimeConstant =
                -state.fallingRates[m] / parameters[m].deactivationTimeConstant;
        gradients.parameters.push_back(byParameters);
    }
    auto byDelayed = computeDelayedGradients(excitations, times, parameters, gradient);
    gradients.excitations = std::move(byDelayed.excitations);
    for (std::size_t m = 0; m < numMuscles; ++m) {
        gradients.parameters[m].electromechanicalDelay = byDelayed.delays[m];
    }
    return gradients;
}

} // namespace nmm
