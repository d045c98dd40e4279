#pragma once

#include <nmm/Matrix.h>

#include <pybind11/numpy.h>

#include <string>
#include <vector>

/// A float64, C-contiguous array; anything else that NumPy can convert is converted.
using Array = pybind11::array_t<double, pybind11::array::c_style | pybind11::array::forcecast>;

/// @param name what the array is called in messages
/// @throws nmm::Error if the array does not have one dimension.
std::vector<double> toVector(const Array& array, const std::string& name);

/// @throws nmm::Error if the array does not have the length `size`.
std::vector<double> toVector(const Array& array, std::size_t size, const std::string& name);

/// @throws nmm::Error if the array does not have two dimensions.
nmm::Matrix toMatrix(const Array& array, const std::string& name);

/// The arrays take over the values: no copy.
Array toArray(std::vector<double> values);
Array toArray(nmm::Matrix matrix);
