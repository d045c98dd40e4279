#include "arrays.h"
#include "module.h"

#include <nmm/muscles/Activation.h>

namespace py = pybind11;

namespace {

std::vector<nmm::ActivationParameters> toParameters(std::size_t numMuscles,
        const Array& shapeFactor, const Array& activationTimeConstant,
        const Array& deactivationTimeConstant, const Array& minimumActivation,
        const Array& electromechanicalDelay) {
    const auto factors = toVector(shapeFactor, numMuscles, "shape_factor");
    const auto rising = toVector(activationTimeConstant, numMuscles, "activation_time_constant");
    const auto falling =
            toVector(deactivationTimeConstant, numMuscles, "deactivation_time_constant");
    const auto minima = toVector(minimumActivation, numMuscles, "minimum_activation");
    const auto delays = toVector(electromechanicalDelay, numMuscles, "electromechanical_delay");
    std::vector<nmm::ActivationParameters> parameters;
    for (std::size_t m = 0; m < numMuscles; ++m) {
        parameters.push_back({factors[m], rising[m], falling[m], minima[m], delays[m]});
    }
    return parameters;
}

nmm::SampledExcitations toExcitations(const Array& times, const Array& values) {
    return {toVector(times, "excitation_times"), toMatrix(values, "excitations")};
}

Array computeActivations(const Array& times, const Array& excitationTimes, const Array& excitations,
        const Array& shapeFactor, const Array& activationTimeConstant,
        const Array& deactivationTimeConstant, const Array& minimumActivation,
        const Array& electromechanicalDelay) {
    const auto frames = toVector(times, "times");
    const auto samples = toExcitations(excitationTimes, excitations);
    const auto parameters =
            toParameters(samples.values.columns, shapeFactor, activationTimeConstant,
                    deactivationTimeConstant, minimumActivation, electromechanicalDelay);
    nmm::Matrix activations;
    {
        const py::gil_scoped_release release;
        activations = nmm::computeActivations(frames, samples, parameters);
    }
    return toArray(std::move(activations));
}

py::tuple computeActivationGradients(const Array& times, const Array& excitationTimes,
        const Array& excitations, const Array& shapeFactor, const Array& activationTimeConstant,
        const Array& deactivationTimeConstant, const Array& minimumActivation,
        const Array& electromechanicalDelay, const Array& activationGradient) {
    const auto frames = toVector(times, "times");
    const auto samples = toExcitations(excitationTimes, excitations);
    const auto parameters =
            toParameters(samples.values.columns, shapeFactor, activationTimeConstant,
                    deactivationTimeConstant, minimumActivation, electromechanicalDelay);
    const auto gradient = toMatrix(activationGradient, "activation_gradient");
    nmm::ActivationGradients gradients;
    {
        const py::gil_scoped_release release;
        gradients = nmm::computeActivationGradients(frames, samples, parameters, gradient);
    }
    std::vector<double> factors, rising, falling, delays;
    for (const auto& parameter : gradients.parameters) {
        factors.push_back(parameter.shapeFactor);
        rising.push_back(parameter.activationTimeConstant);
        falling.push_back(parameter.deactivationTimeConstant);
        delays.push_back(parameter.electromechanicalDelay);
    }
    return py::make_tuple(toArray(std::move(gradients.excitations)), toArray(std::move(factors)),
            toArray(std::move(rising)), toArray(std::move(falling)), toArray(std::move(delays)));
}

} // namespace

void bindActivation(py::module_& module) {
    module.def("compute_activations", &computeActivations, py::arg("times"),
            py::arg("excitation_times"), py::arg("excitations"), py::arg("shape_factor"),
            py::arg("activation_time_constant"), py::arg("deactivation_time_constant"),
            py::arg("minimum_activation"), py::arg("electromechanical_delay"));
    module.def("compute_activation_gradients", &computeActivationGradients, py::arg("times"),
            py::arg("excitation_times"), py::arg("excitations"), py::arg("shape_factor"),
            py::arg("activation_time_constant"), py::arg("deactivation_time_constant"),
            py::arg("minimum_activation"), py::arg("electromechanical_delay"),
            py::arg("activation_gradient"));
}
