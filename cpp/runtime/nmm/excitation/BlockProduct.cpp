#include "BlockProduct.h"

#include <nmm/muscles/Vectorised.h>

namespace nmm {

// Four rows of `right` at once: a sum is fetched once for four products.
NMM_VECTORISED
void addProduct(const Block<const double>& left, const Block<const double>& right,
        const Block<double>& sums) {
    const auto numColumns = sums.columns, stride = right.stride;
    for (std::size_t row = 0; row < sums.rows; ++row) {
        const double* x = left.values + row * left.stride;
        const double* y = right.values;
        double* __restrict sum = sums.values + row * sums.stride;
        std::size_t i = 0;
        for (; i + 4 <= left.columns; i += 4, y += 4 * stride) {
            const double *y1 = y + stride, *y2 = y1 + stride, *y3 = y2 + stride;
            for (std::size_t j = 0; j < numColumns; ++j) {
                sum[j] += x[i] * y[j] + x[i + 1] * y1[j] + x[i + 2] * y2[j] + x[i + 3] * y3[j];
            }
        }
        for (; i < left.columns; ++i, y += stride) {
            for (std::size_t j = 0; j < numColumns; ++j) {
                sum[j] += x[i] * y[j];
            }
        }
    }
}

} // namespace nmm
