#include "arrays.h"
#include "module.h"

#include <nmm/Agreement.h>

namespace py = pybind11;

void bindAgreement(py::module_& module) {
    py::class_<nmm::Agreement>(module, "Agreement")
            .def_readonly("r", &nmm::Agreement::r)
            .def_readonly("rmse", &nmm::Agreement::rmse)
            .def_readonly("nrmse", &nmm::Agreement::nrmse)
            .def_readonly("mae", &nmm::Agreement::mae)
            .def_readonly("vaf", &nmm::Agreement::vaf)
            .def_readonly("best_scale", &nmm::Agreement::bestScale);
    module.def(
            "agreement",
            [](const Array& estimate, const Array& reference) {
                return nmm::computeAgreement(
                        toVector(estimate, "estimate"), toVector(reference, "reference"));
            },
            py::arg("estimate"), py::arg("reference"));
}
