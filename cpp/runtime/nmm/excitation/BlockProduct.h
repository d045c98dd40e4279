#pragma once

#include <cstddef>

namespace nmm {

/// Part of a row-major table: neighbouring columns of some rows.
template <typename Number>
struct Block {
    Number* values; ///< the first row's first
    std::size_t rows;
    std::size_t columns;
    std::size_t stride; ///< from one row to the next
};

/// sums += left x right. For products too small for a library's call. What the sums lie in may not
/// hold the others.
void addProduct(const Block<const double>& left, const Block<const double>& right,
        const Block<double>& sums);

} // namespace nmm
