#include "arrays.h"
#include "module.h"

#include <nmm/muscles/MuscleForces.h>

#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <map>
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

/// Muscles with what is fixed of them; what is trained is given to every call.
class MuscleSet {
public:
    MuscleSet(const std::string& tendon, std::vector<nmm::MuscleProperties> properties)
            : _tendon(toTendonModel(tendon)), _properties(std::move(properties)) {}

    py::tuple computeForces(const Array& times, const Array& activations, const Array& lengths,
            const Array& speeds, const Array& maxIsometricForce, const Array& optimalFiberLength,
            const Array& tendonSlackLength, const Array& pennationAngle) const {
        const auto inputs = toInputs(times, activations, lengths, speeds);
        const auto parameters = toParameters(
                maxIsometricForce, optimalFiberLength, tendonSlackLength, pennationAngle);
        nmm::MuscleForces forces;
        {
            const py::gil_scoped_release release;
            forces = nmm::computeMuscleForces(_tendon, _properties, parameters, inputs);
        }
        return py::make_tuple(
                toArray(std::move(forces.tendonForces)), toArray(std::move(forces.fiberLengths)));
    }

    py::tuple computeGradients(const Array& times, const Array& activations, const Array& lengths,
            const Array& speeds, const Array& maxIsometricForce, const Array& optimalFiberLength,
            const Array& tendonSlackLength, const Array& pennationAngle, const Array& fiberLengths,
            const Array& tendonForceGradient, const Array& fiberLengthGradient) const {
        const auto inputs = toInputs(times, activations, lengths, speeds);
        const auto parameters = toParameters(
                maxIsometricForce, optimalFiberLength, tendonSlackLength, pennationAngle);
        const nmm::MuscleForces computed{{}, toMatrix(fiberLengths, "fiber_lengths")};
        const nmm::MuscleForces gradient{toMatrix(tendonForceGradient, "tendon_force_gradient"),
                toMatrix(fiberLengthGradient, "fiber_length_gradient")};
        nmm::MuscleForceGradients gradients;
        {
            const py::gil_scoped_release release;
            gradients = nmm::computeMuscleForceGradients(
                    _tendon, _properties, parameters, inputs, computed, gradient);
        }
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

private:
    static nmm::MuscleInputs toInputs(const Array& times, const Array& activations,
            const Array& lengths, const Array& speeds) {
        return {toVector(times, "times"), toMatrix(activations, "activations"),
                toMatrix(lengths, "lengths"), toMatrix(speeds, "speeds")};
    }

    std::vector<nmm::MuscleParameters> toParameters(const Array& maxIsometricForce,
            const Array& optimalFiberLength, const Array& tendonSlackLength,
            const Array& pennationAngle) const {
        const auto size = _properties.size();
        const auto force = toVector(maxIsometricForce, size, "max_isometric_force");
        const auto fiber = toVector(optimalFiberLength, size, "optimal_fiber_length");
        const auto slack = toVector(tendonSlackLength, size, "tendon_slack_length");
        const auto pennation = toVector(pennationAngle, size, "pennation_angle_at_optimal");
        std::vector<nmm::MuscleParameters> parameters;
        for (std::size_t m = 0; m < size; ++m) {
            parameters.push_back({force[m], fiber[m], slack[m], pennation[m]});
        }
        return parameters;
    }

    nmm::TendonModel _tendon;
    std::vector<nmm::MuscleProperties> _properties;
};

void bindCurve(py::module_& module) {
    py::class_<nmm::Curve, CurvePointer>(module, "Curve")
            .def_static(
                    "sample",
                    [](const std::function<std::pair<double, double>(double)>& source, double start,
                            double stop) {
                        return std::make_shared<nmm::Curve>(nmm::Curve::sample(
                                [&](double x) {
                                    const auto [value, slope] = source(x);
                                    return nmm::Curve::ValueAndSlope{value, slope};
                                },
                                start, stop));
                    },
                    py::arg("source"), py::arg("start"), py::arg("stop"))
            .def(
                    "evaluate",
                    [](const nmm::Curve& curve, double x) {
                        const auto [value, slope] = curve.evaluate(x);
                        return std::make_pair(value, slope);
                    },
                    py::arg("x"))
            .def_property_readonly("start", &nmm::Curve::getStart)
            .def_property_readonly("step", &nmm::Curve::getStep)
            .def_property_readonly(
                    "values", [](const nmm::Curve& curve) { return toArray(curve.getValues()); })
            .def_property_readonly(
                    "slopes", [](const nmm::Curve& curve) { return toArray(curve.getSlopes()); });
    py::dict ranges;
    for (const auto& [name, range] : {std::pair("active_force_length", nmm::FiberLengthRange),
                 std::pair("passive_force_length", nmm::FiberLengthRange),
                 std::pair("force_velocity", nmm::FiberVelocityRange),
                 std::pair("tendon_force_length", nmm::TendonLengthRange)}) {
        ranges[name] = py::make_tuple(range.start, range.stop);
    }
    module.attr("CURVE_RANGES") = ranges;
}

} // namespace

void bindMuscleForces(py::module_& module) {
    bindCurve(module);
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
    py::class_<MuscleSet>(module, "MuscleSet")
            .def(py::init<std::string, std::vector<nmm::MuscleProperties>>(), py::arg("tendon"),
                    py::arg("properties"))
            .def("compute_forces", &MuscleSet::computeForces)
            .def("compute_gradients", &MuscleSet::computeGradients);
}
