#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace nmm {

/// A tensor in row-major order, always held in double precision.
struct Tensor {
    std::vector<std::size_t> shape;
    std::vector<double> values;
};

/// The content of one safetensors file: named tensors and string metadata.
struct SafeTensors {
    std::map<std::string, std::string> metadata;
    std::map<std::string, Tensor> tensors;

    /// Read a file whose tensors are all of type F64. Everything is checked before it is used:
    /// header length against file length, JSON, shapes against byte ranges, overlaps, overflow.
    /// @throws Error naming the file, what was expected and what was found.
    static SafeTensors read(const std::filesystem::path& file);
};

} // namespace nmm
