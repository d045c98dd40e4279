#include "arrays.h"

#include <nmm/Error.h>

#include <memory>
#include <utility>

namespace py = pybind11;

namespace {

std::string describeShape(const Array& array) {
    return py::str(py::tuple(py::cast<py::object>(array.attr("shape"))));
}

void checkDimensions(const Array& array, py::ssize_t expected, const std::string& name) {
    if (array.ndim() != expected) {
        throw nmm::Error("Expected " + name + " with " + std::to_string(expected) +
                         (expected == 1 ? " dimension" : " dimensions") +
                         ", but received an array of shape " + describeShape(array) + ".");
    }
}

std::vector<double> copyValues(const Array& array) {
    return {array.data(), array.data() + array.size()};
}

Array adopt(std::vector<double> values, const std::vector<py::ssize_t>& shape) {
    auto owner = std::make_unique<std::vector<double>>(std::move(values));
    const double* data = owner->data();
    const py::capsule keeper(
            owner.get(), [](void* pointer) { delete static_cast<std::vector<double>*>(pointer); });
    owner.release();
    return Array(shape, data, keeper);
}

} // namespace

std::vector<double> toVector(const Array& array, const std::string& name) {
    checkDimensions(array, 1, name);
    return copyValues(array);
}

std::vector<double> toVector(const Array& array, std::size_t size, const std::string& name) {
    checkDimensions(array, 1, name);
    if (static_cast<std::size_t>(array.size()) != size) {
        throw nmm::Error("Expected " + name + " of shape (" + std::to_string(size) +
                         ",), but received " + describeShape(array) + ".");
    }
    return copyValues(array);
}

nmm::Matrix toMatrix(const Array& array, const std::string& name) {
    checkDimensions(array, 2, name);
    nmm::Matrix matrix;
    matrix.rows = static_cast<std::size_t>(array.shape(0));
    matrix.columns = static_cast<std::size_t>(array.shape(1));
    matrix.values = copyValues(array);
    return matrix;
}

Array toArray(std::vector<double> values) {
    const auto size = static_cast<py::ssize_t>(values.size());
    return adopt(std::move(values), {size});
}

Array toArray(nmm::Matrix matrix) {
    const auto rows = static_cast<py::ssize_t>(matrix.rows);
    const auto columns = static_cast<py::ssize_t>(matrix.columns);
    return adopt(std::move(matrix.values), {rows, columns});
}
