#include "arrays.h"
#include "module.h"

#include <nmm/muscles/MuscleSet.h>

#include <pybind11/stl.h>

#include <memory>
#include <utility>

namespace py = pybind11;

namespace {

using CurvePointer = std::shared_ptr<nmm::Curve>;

nmm::TendonModel toTendonModel(const std::string& name) {
    if (name == "rigid") {
        return nmm::TendonModel::Rigid;
    }
    if (name == "elastic") {
        return nmm::TendonModel::Elastic;
    }
    throw py::value_error("Expected a rigid or elastic tendon, but received '" + name + "'.");
}

nmm::MuscleInputs toInputs(
        const Array& times, const Array& activations, const Array& lengths, const Array& speeds) {
    return {toVector(times, "times"), toMatrix(activations, "activations"),
            toMatrix(lengths, "lengths"), toMatrix(speeds, "speeds")};
}

std::vector<nmm::MuscleParameters> toParameters(std::size_t numMuscles,
        const Array& maxIsometricForce, const Array& optimalFiberLength,
        const Array& tendonSlackLength, const Array& pennationAngle) {
    const auto force = toVector(maxIsometricForce, numMuscles, "max_isometric_force");
    const auto fiber = toVector(optimalFiberLength, numMuscles, "optimal_fiber_length");
    const auto slack = toVector(tendonSlackLength, numMuscles, "tendon_slack_length");
    const auto pennation = toVector(pennationAngle, numMuscles, "pennation_angle_at_optimal");
    std::vector<nmm::MuscleParameters> parameters;
    for (std::size_t m = 0; m < numMuscles; ++m) {
        parameters.push_back({force[m], fiber[m], slack[m], pennation[m]});
    }
    return parameters;
}

py::tuple toTuple(nmm::MuscleForceGradients gradients) {
    std::vector<double> force, fiber, slack, pennation;
    for (const auto& by : gradients.parameters) {
        force.push_back(by.maxIsometricForce);
        fiber.push_back(by.optimalFiberLength);
        slack.push_back(by.tendonSlackLength);
        pennation.push_back(by.pennationAngleAtOptimal);
    }
    return py::make_tuple(toArray(std::move(gradients.activations)),
            toArray(std::move(gradients.lengths)), toArray(std::move(gradients.speeds)),
            toArray(std::move(force)), toArray(std::move(fiber)), toArray(std::move(slack)),
            toArray(std::move(pennation)));
}

py::tuple computeForces(const nmm::MuscleSet& muscles, const Array& times, const Array& activations,
        const Array& lengths, const Array& speeds, const Array& maxIsometricForce,
        const Array& optimalFiberLength, const Array& tendonSlackLength,
        const Array& pennationAngle) {
    const auto inputs = toInputs(times, activations, lengths, speeds);
    const auto parameters = toParameters(muscles.getProperties().size(), maxIsometricForce,
            optimalFiberLength, tendonSlackLength, pennationAngle);
    nmm::MuscleForces forces;
    {
        const py::gil_scoped_release release;
        forces = muscles.computeForces(parameters, inputs);
    }
    return py::make_tuple(
            toArray(std::move(forces.tendonForces)), toArray(std::move(forces.fiberLengths)));
}

py::tuple computeGradients(const nmm::MuscleSet& muscles, const Array& times,
        const Array& activations, const Array& lengths, const Array& speeds,
        const Array& maxIsometricForce, const Array& optimalFiberLength,
        const Array& tendonSlackLength, const Array& pennationAngle, const Array& fiberLengths,
        const Array& tendonForceGradient, const Array& fiberLengthGradient) {
    const auto inputs = toInputs(times, activations, lengths, speeds);
    const auto parameters = toParameters(muscles.getProperties().size(), maxIsometricForce,
            optimalFiberLength, tendonSlackLength, pennationAngle);
    const nmm::MuscleForces computed{{}, toMatrix(fiberLengths, "fiber_lengths")};
    const nmm::MuscleForces gradient{toMatrix(tendonForceGradient, "tendon_force_gradient"),
            toMatrix(fiberLengthGradient, "fiber_length_gradient")};
    nmm::MuscleForceGradients gradients;
    {
        const py::gil_scoped_release release;
        gradients = muscles.computeGradients(parameters, inputs, computed, gradient);
    }
    return toTuple(std::move(gradients));
}

} // namespace

void bindMuscleSet(py::module_& module) {
    py::class_<nmm::MuscleProperties>(module, "MuscleProperties")
            .def(py::init([](std::string name, double maxContractionVelocity, double fiberDamping,
                                  double maximumPennationAngle, double minimumActiveFiberLength,
                                  double minimumActivation, CurvePointer activeForceLength,
                                  CurvePointer passiveForceLength, CurvePointer forceVelocity,
                                  CurvePointer tendonForceLength) {
                return nmm::MuscleProperties{std::move(name), maxContractionVelocity, fiberDamping,
                        maximumPennationAngle, minimumActiveFiberLength, minimumActivation,
                        std::move(activeForceLength), std::move(passiveForceLength),
                        std::move(forceVelocity), std::move(tendonForceLength)};
            }),
                    py::kw_only(), py::arg("name"), py::arg("max_contraction_velocity"),
                    py::arg("fiber_damping"), py::arg("maximum_pennation_angle"),
                    py::arg("minimum_active_fiber_length"), py::arg("minimum_activation"),
                    py::arg("active_force_length").none(false),
                    py::arg("passive_force_length").none(false),
                    py::arg("force_velocity").none(false),
                    py::arg("tendon_force_length").none(false));
    py::class_<nmm::MuscleSet>(module, "MuscleSet")
            .def(py::init([](const std::string& tendon,
                                  std::vector<nmm::MuscleProperties> properties) {
                return nmm::MuscleSet(toTendonModel(tendon), std::move(properties));
            }),
                    py::arg("tendon"), py::arg("properties"))
            .def("compute_forces", &computeForces)
            .def("compute_gradients", &computeGradients);
}
