#pragma once

#include <nmm/Matrix.h>

#include <vector>

namespace nmm {

/// The least time constant (s) that the fixed substep can follow.
constexpr double MinTimeConstant = 0.001;

/// Excitation to activation of one muscle; times in s.
struct ActivationParameters {
    double shapeFactor = 0.0;
    double activationTimeConstant = 0.010;
    double deactivationTimeConstant = 0.040;
    double minimumActivation = 0.01;
    double electromechanicalDelay = 0.0;
};

/// Excitations with times of their own, linear between them and held beyond them.
struct SampledExcitations {
    std::vector<double> times; ///< s, increasing
    Matrix values;             ///< samples x muscles
};

/// Excitations e to activations a (frames x muscles), for any increasing `times`:
///
///   u(t) = max((exp(A e(t - d)) - 1)/(exp(A) - 1), minimum_activation),
///          d: electromechanical delay                      (Buchanan et al., 2004)
///   da/dt = (u - a)/tau,  tau = tau_act (0.5 + 1.5 a)      if u > a
///                         tau = tau_deact/(0.5 + 1.5 a)    otherwise (Thelen 2003; Winters 1995)
///
/// with u linear between the frames and a(t0) = u(t0); a is kept from minimum_activation to 1,
/// where OpenSim's MuscleFirstOrderActivationDynamicModel clamps it. That model lets its state sink
/// further for as long as u is below minimum_activation; with u limited it does not, so that a
/// forward simulation with such controls computes the same. Integrated with the classic
/// Runge-Kutta method in equal substeps of at most 1 ms: within 1e-5 of a converged integration for
/// low-pass filtered excitations (rms 3e-7), within 2e-4 for white noise, by the kink at u = a.
/// @throws Error if shapes differ, times do not increase, an excitation is beyond -2 to 2, or a
/// parameter is out of range.
Matrix computeActivations(const std::vector<double>& times, const SampledExcitations& excitations,
        const std::vector<ActivationParameters>& parameters);

/// Gradients of a scalar with respect to the inputs of computeActivations().
struct ActivationGradients {
    Matrix excitations;                           ///< samples x muscles
    std::vector<ActivationParameters> parameters; ///< minimumActivation is not trained: 0
};

/// The exact adjoint of computeActivations(): discretise, then differentiate.
/// @param activationGradient d(scalar)/d(activations), frames x muscles.
ActivationGradients computeActivationGradients(const std::vector<double>& times,
        const SampledExcitations& excitations, const std::vector<ActivationParameters>& parameters,
        const Matrix& activationGradient);

} // namespace nmm
