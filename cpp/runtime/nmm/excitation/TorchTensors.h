#pragma once

// Only for the translation units that see LibTorch.

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <nmm/Matrix.h>
#include <nmm/artefact/SafeTensors.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace nmm {

/// A view on the values, not a copy: they must outlive it.
inline at::Tensor view(const std::vector<double>& values, std::vector<std::int64_t> shape) {
    return at::from_blob(const_cast<double*>(values.data()), shape, at::kDouble);
}

inline at::Tensor view(const Matrix& matrix) {
    return view(matrix.values,
            {static_cast<std::int64_t>(matrix.rows), static_cast<std::int64_t>(matrix.columns)});
}

inline at::Tensor copy(const Tensor& tensor) {
    return view(tensor.values, {tensor.shape.begin(), tensor.shape.end()}).clone();
}

/// The values of a matrix of doubles.
inline Matrix toMatrix(const at::Tensor& tensor) {
    const auto values = tensor.contiguous();
    Matrix matrix(
            static_cast<std::size_t>(values.size(0)), static_cast<std::size_t>(values.size(1)));
    std::copy_n(values.const_data_ptr<double>(), matrix.values.size(), matrix.values.begin());
    return matrix;
}

/// Keeps LibTorch to one thread: on networks of this size threads wait for each other longer than
/// they help. The caller's own setting comes back, because Python may share this LibTorch.
class SingleThread {
public:
    SingleThread() : _numThreads(at::get_num_threads()) { set(1); }
    ~SingleThread() { set(_numThreads); }
    SingleThread(const SingleThread&) = delete;
    SingleThread& operator=(const SingleThread&) = delete;

private:
    void set(int numThreads) const {
        if (_numThreads != 1) {
            at::set_num_threads(numThreads);
        }
    }
    int _numThreads;
};

} // namespace nmm
