#pragma once

#include "Activation.h"

#include <cstddef>
#include <vector>

namespace nmm {

/// First-order activation dynamics of one muscle, with time constants as rates (1/s): a division
/// costs more than everything else in the inner loop.
struct ActivationDynamics {
    double minimumActivation;
    double activationRate;
    double deactivationRate;

    double clamp(double activation) const {
        const double raised = activation < minimumActivation ? minimumActivation : activation;
        return raised > 1.0 ? 1.0 : raised;
    }

    /// The derivative of clamp(): 1 between its limits and at them.
    double calcClampSlope(double activation) const {
        const double aboveMinimum = activation >= minimumActivation ? 1.0 : 0.0;
        return activation <= 1.0 ? aboveMinimum : 0.0;
    }

    /// da/dt, and what the adjoint needs of it.
    struct Derivative {
        double value;
        double activationSlope;
        double excitationSlope;
        double isRising; ///< 1 or 0
    };

    /// Branches are products with 1 or 0: jumps would keep the loop over muscles from vectorising.
    Derivative calcDerivative(double activation, double excitation) const {
        const double a = clamp(activation);
        const double stretch = 0.5 + 1.5 * a;
        const double shrink = 1.0 / stretch;
        const double isRising = excitation > a ? 1.0 : 0.0;
        const double risingRate = isRising * activationRate * shrink;
        const double fallingRate = (1.0 - isRising) * deactivationRate * stretch;
        const double rate = risingRate + fallingRate;
        const double rateSlope = 1.5 * (fallingRate - risingRate) * shrink;
        const double difference = excitation - a;
        return {difference * rate, (difference * rateSlope - rate) * calcClampSlope(activation),
                rate, isRising};
    }
};

/// The dynamics of all muscles, one array per constant: loops over muscles vectorise.
class ActivationDynamicsSet {
public:
    explicit ActivationDynamicsSet(const std::vector<ActivationParameters>& parameters) {
        for (const auto& p : parameters) {
            _minimumActivation.push_back(p.minimumActivation);
            _activationRate.push_back(1.0 / p.activationTimeConstant);
            _deactivationRate.push_back(1.0 / p.deactivationTimeConstant);
        }
    }

    std::size_t size() const { return _minimumActivation.size(); }
    ActivationDynamics operator[](std::size_t muscle) const {
        return {_minimumActivation[muscle], _activationRate[muscle], _deactivationRate[muscle]};
    }

private:
    std::vector<double> _minimumActivation;
    std::vector<double> _activationRate;
    std::vector<double> _deactivationRate;
};

/// A part of a frame interval; where it begins and ends is a fraction of that, from 0 to 1.
struct Substep {
    double length; ///< s
    double begin;
    double middle;
    double end;
};

/// The frame interval in equal substeps of at most 1 ms.
class Substeps {
public:
    explicit Substeps(double interval);

    std::size_t size() const { return _size; }
    Substep operator[](std::size_t substep) const {
        return {_length, calcFraction(substep, 0.0), calcFraction(substep, 0.5),
                calcFraction(substep, 1.0)};
    }

private:
    double calcFraction(std::size_t substep, double offset) const {
        return (static_cast<double>(substep) + offset) / static_cast<double>(_size);
    }

    std::size_t _size;
    double _length;
};

/// Excitations after the shape function and its lower limit, frames x muscles.
Matrix computeShapedExcitations(
        const Matrix& excitations, const std::vector<ActivationParameters>& parameters);

/// Shaped excitations at both ends of a frame interval, one per muscle; linear in between.
struct ExcitationRamp {
    const double* from;
    const double* to;
};

/// One Runge-Kutta substep of all muscles, from `activations` to `next`, which may be the same.
void advanceActivations(const ActivationDynamicsSet& dynamics, const Substep& substep,
        const ExcitationRamp& ramp, const double* activations, double* next);

/// @throws Error if the arguments of computeActivations() do not fit together.
void checkActivationInputs(const std::vector<double>& times, const SampledExcitations& excitations,
        const std::vector<ActivationParameters>& parameters);

} // namespace nmm
