#pragma once

#include <pybind11/pybind11.h>

// One function per source file; each adds its part to the module.
void bindActivation(pybind11::module_& module);
void bindAgreement(pybind11::module_& module);
void bindCurve(pybind11::module_& module);
void bindExcitationModel(pybind11::module_& module);
void bindFittedPaths(pybind11::module_& module);
void bindMuscleSet(pybind11::module_& module);
void bindTimeSeries(pybind11::module_& module);
