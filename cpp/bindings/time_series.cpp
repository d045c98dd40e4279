#include "arrays.h"
#include "module.h"

#include <nmm/TimeSeries.h>

namespace py = pybind11;

void bindTimeSeries(py::module_& module) {
    module.def(
            "sample",
            [](const Array& time, const Array& values, const Array& times) {
                nmm::TimeSeries series;
                series.time = toVector(time, "time");
                series.values = toMatrix(values, "values");
                series.columns.resize(series.values.columns);
                return toArray(nmm::sample(series, toVector(times, "times")));
            },
            py::arg("time"), py::arg("values"), py::arg("times"));
}
