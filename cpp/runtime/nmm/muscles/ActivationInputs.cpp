#include "ActivationDynamics.h"

#include <nmm/Error.h>
#include <nmm/Text.h>

#include <cmath>
#include <string>

namespace nmm {

namespace {

// Room for the ringing of filters, and no more than the shape function's powers can follow.
constexpr double MaxExcitation = 2.0;
constexpr double MaxShapeFactor = 10.0;

void checkParameters(const ActivationParameters& parameters, std::size_t muscle) {
    const auto check = [&](bool isGood, const char* name, const std::string& expected,
                               double found) {
        if (!isGood) {
            throw Error(std::string("Activation: Expected ") + name + " of muscle " +
                        std::to_string(muscle) + " to be " + expected + ", but received " +
                        toText(found) + ".");
        }
    };
    const auto& p = parameters;
    const auto timeConstant = "at least " + toText(MinTimeConstant) + " s";
    check(std::abs(p.shapeFactor) <= MaxShapeFactor, "shape_factor",
            "within " + toText(MaxShapeFactor), p.shapeFactor);
    check(p.activationTimeConstant >= MinTimeConstant && std::isfinite(p.activationTimeConstant),
            "activation_time_constant", timeConstant, p.activationTimeConstant);
    check(p.deactivationTimeConstant >= MinTimeConstant &&
                    std::isfinite(p.deactivationTimeConstant),
            "deactivation_time_constant", timeConstant, p.deactivationTimeConstant);
    check(p.minimumActivation >= 0.0 && p.minimumActivation < 1.0, "minimum_activation",
            "from 0 to below 1", p.minimumActivation);
    check(std::isfinite(p.electromechanicalDelay), "electromechanical_delay", "finite",
            p.electromechanicalDelay);
}

void checkTimes(const std::vector<double>& times, const std::string& what) {
    for (std::size_t k = 0; k < times.size(); ++k) {
        if (!std::isfinite(times[k]) || (k > 0 && times[k] <= times[k - 1])) {
            throw Error("Activation: Expected strictly increasing " + what + ", but received " +
                        toText(times[k]) + " s at index " + std::to_string(k) + ".");
        }
    }
}

} // namespace

void checkActivationInputs(const std::vector<double>& times, const SampledExcitations& excitations,
        const std::vector<ActivationParameters>& parameters) {
    const auto& values = excitations.values;
    if (values.rows != excitations.times.size() || values.columns != parameters.size()) {
        throw Error("Activation: Expected excitations of shape " +
                    std::to_string(excitations.times.size()) + " x " +
                    std::to_string(parameters.size()) + " (times x muscles), but received " +
                    std::to_string(values.rows) + " x " + std::to_string(values.columns) + ".");
    }
    if (excitations.times.empty() && !times.empty()) {
        throw Error("Activation: Expected at least 1 sample of excitations, but received none.");
    }
    checkTimes(times, "times");
    checkTimes(excitations.times, "times of excitations");
    for (std::size_t i = 0; i < values.values.size(); ++i) {
        if (!(std::abs(values.values[i]) <= MaxExcitation)) {
            throw Error("Activation: Expected excitations, which are 0 to 1, but received " +
                        toText(values.values[i]) + " in sample " +
                        std::to_string(i / values.columns) + " of muscle " +
                        std::to_string(i % values.columns) + ".");
        }
    }
    for (std::size_t muscle = 0; muscle < parameters.size(); ++muscle) {
        checkParameters(parameters[muscle], muscle);
    }
}

} // namespace nmm
