#include "arrays.h"
#include "module.h"

#include <nmm/muscles/MillardMuscle.h>

#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <memory>
#include <utility>

namespace py = pybind11;

void bindCurve(py::module_& module) {
    py::class_<nmm::Curve, std::shared_ptr<nmm::Curve>>(module, "Curve")
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
