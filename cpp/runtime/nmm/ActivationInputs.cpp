#include "ActivationDynamics.h"
#include "Error.h"
#include "Text.h"

#include <cmath>
#include <string>

namespace nmm {

namespace {

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
    check(std::isfinite(p.shapeFactor), "shape_factor", "finite", p.shapeFactor);
    check(p.activationTimeConstant >= MinTimeConstant && std::isfinite(p.activationTimeConstant),
            "activation_time_constant", timeConstant, p.activationTimeConstant);
    check(p.deactivationTimeConstant >= MinTimeConstant &&
                    std::isfinite(p.deactivationTimeConstant),
            "deactivation_time_constant", timeConstant, p.deactivationTimeConstant);
    check(p.minimumActivation >= 0.0 && p.minimumActivation < 1.0, "minimum_activation",
            "from 0 to below 1", p.minimumActivation);
}

} // namespace

void checkActivationInputs(const std::vector<double>& times, const Matrix& excitations,
        const std::vector<ActivationParameters>& parameters) {
    if (excitations.rows != times.size() || excitations.columns != parameters.size()) {
        throw Error("Activation: Expected excitations of shape " + std::to_string(times.size()) +
                    " x " + std::to_string(parameters.size()) +
                    " (times x muscles), but received " + std::to_string(excitations.rows) + " x " +
                    std::to_string(excitations.columns) + ".");
    }
    for (std::size_t frame = 0; frame < times.size(); ++frame) {
        if (!std::isfinite(times[frame]) || (frame > 0 && times[frame] <= times[frame - 1])) {
            throw Error("Activation: Expected strictly increasing times, but received " +
                        toText(times[frame]) + " s in frame " + std::to_string(frame) + ".");
        }
    }
    for (std::size_t i = 0; i < excitations.values.size(); ++i) {
        if (!std::isfinite(excitations.values[i])) {
            throw Error("Activation: Expected finite excitations, but received " +
                        toText(excitations.values[i]) + " in frame " +
                        std::to_string(i / excitations.columns) + " of muscle " +
                        std::to_string(i % excitations.columns) + ".");
        }
    }
    for (std::size_t muscle = 0; muscle < parameters.size(); ++muscle) {
        checkParameters(parameters[muscle], muscle);
    }
}

} // namespace nmm
