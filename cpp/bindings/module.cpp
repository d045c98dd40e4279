#include "module.h"

#include <nmm/Error.h>

namespace py = pybind11;

PYBIND11_MODULE(_core, module) {
    module.doc() = "The C++ runtime of nmm_opensim: what runs inside OpenSim, called from Python.";
    py::register_exception<nmm::Error>(module, "CoreError", PyExc_ValueError);
    bindActivation(module);
    bindAgreement(module);
    bindCurve(module);
    bindExcitationModel(module);
    bindFittedPaths(module);
    bindMuscleSet(module);
    bindTimeSeries(module);
}
