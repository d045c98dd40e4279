#pragma once

#include <cstddef>
#include <vector>

namespace nmm {

/// A dense, row-major table of numbers: rows are frames, columns are channels, coordinates or
/// muscles. Row-major because NumPy and LibTorch read it without a copy.
struct Matrix {
    Matrix() = default;
    Matrix(std::size_t numRows, std::size_t numColumns, double value = 0.0)
            : rows(numRows), columns(numColumns), values(numRows * numColumns, value) {}

    double& operator()(std::size_t row, std::size_t column) {
        return values[row * columns + column];
    }
    double operator()(std::size_t row, std::size_t column) const {
        return values[row * columns + column];
    }

    std::size_t rows = 0;
    std::size_t columns = 0;
    std::vector<double> values;
};

} // namespace nmm
