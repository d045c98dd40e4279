#include "arrays.h"
#include "module.h"

#include <nmm/paths/FittedPaths.h>

#include <pybind11/stl.h>

namespace py = pybind11;

namespace {

using Names = std::vector<std::string>;

nmm::FittedPath makePath(Names coordinates, const Array& center, const Array& halfRange,
        std::size_t degree, const Array& coefficients) {
    nmm::FittedPath path{std::move(coordinates), toVector(center, "center"),
            toVector(halfRange, "half_range"), degree, toVector(coefficients, "coefficients")};
    path.check("Fitted path");
    return path;
}

py::tuple computeGeometry(const nmm::FittedPaths& paths, const Array& values, const Array& speeds) {
    const auto positions = toMatrix(values, "values");
    const auto velocities = toMatrix(speeds, "speeds");
    nmm::PathGeometry geometry;
    {
        const py::gil_scoped_release release;
        geometry = paths.computeGeometry(positions, velocities);
    }
    return py::make_tuple(toArray(std::move(geometry.lengths)), toArray(std::move(geometry.speeds)),
            toArray(std::move(geometry.momentArms)));
}

py::tuple computeGradients(const nmm::FittedPaths& paths, const Array& values, const Array& speeds,
        const Array& lengthGradient, const Array& speedGradient, const Array& momentArmGradient) {
    const auto positions = toMatrix(values, "values");
    const auto velocities = toMatrix(speeds, "speeds");
    const nmm::PathGeometry gradient{toMatrix(lengthGradient, "length_gradient"),
            toMatrix(speedGradient, "speed_gradient"),
            toMatrix(momentArmGradient, "moment_arm_gradient")};
    nmm::CoordinateGradients gradients;
    {
        const py::gil_scoped_release release;
        gradients = paths.computeGradients(positions, velocities, gradient);
    }
    return py::make_tuple(
            toArray(std::move(gradients.values)), toArray(std::move(gradients.speeds)));
}

} // namespace

void bindFittedPaths(py::module_& module) {
    py::class_<nmm::FittedPath> path(module, "FittedPath");
    path.def(py::init(&makePath), py::arg("coordinates"), py::arg("center"), py::arg("half_range"),
                py::arg("degree"), py::arg("coefficients"))
            .def_readonly("coordinates", &nmm::FittedPath::coordinates)
            .def_property_readonly(
                    "center", [](const nmm::FittedPath& p) { return toArray(p.center); })
            .def_property_readonly(
                    "half_range", [](const nmm::FittedPath& p) { return toArray(p.halfRange); })
            .def_readonly("degree", &nmm::FittedPath::degree)
            .def_property_readonly("coefficients",
                    [](const nmm::FittedPath& p) { return toArray(p.coefficients); });
    path.attr("MAX_COORDINATES") = nmm::FittedPath::MaxNumCoordinates;

    py::class_<nmm::FittedPaths>(module, "FittedPaths")
            .def(py::init<std::vector<nmm::FittedPath>, Names>(), py::arg("paths"),
                    py::arg("coordinates"))
            .def("compute_geometry", &computeGeometry, py::arg("values"), py::arg("speeds"))
            .def("compute_gradients", &computeGradients, py::arg("values"), py::arg("speeds"),
                    py::arg("length_gradient"), py::arg("speed_gradient"),
                    py::arg("moment_arm_gradient"))
            .def(
                    "check_domain",
                    [](const nmm::FittedPaths& paths, const Array& times, const Array& values,
                            const std::string& what) {
                        nmm::checkDomain(paths.getPaths(), paths.getCoordinates(),
                                toVector(times, "times"), toMatrix(values, "values"), what);
                    },
                    py::arg("times"), py::arg("values"), py::arg("what"));
}
