#include "TensorChecks.h"

#include <nmm/Error.h>
#include <nmm/Text.h>

#include <cmath>

namespace nmm {

namespace {

template <typename Accepts>
void checkValues(const Artefact& artefact, const std::string& name, const std::string& expected,
        const Accepts& accepts, const std::string& what) {
    const auto& values = artefact.tensors.at(name).values;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!accepts(values[i])) {
            throw Error(what + ", tensor " + name + ": Expected " + expected + ", but found " +
                        toText(values[i]) + " at position " + std::to_string(i) + ".");
        }
    }
}

} // namespace

std::string toString(const std::vector<std::size_t>& shape) {
    std::string text;
    for (const auto extent : shape) {
        text += (text.empty() ? "" : " x ") + std::to_string(extent);
    }
    return text.empty() ? "a single number" : text;
}

const Tensor& getTensor(
        const Artefact& artefact, const std::string& name, const std::string& what) {
    const auto found = artefact.tensors.find(name);
    if (found == artefact.tensors.end()) {
        throw Error(what + ": Expected the tensor " + name + ", but found none.");
    }
    return found->second;
}

void checkTensor(const Artefact& artefact, const std::string& name,
        const std::vector<std::size_t>& shape, const std::string& what) {
    const auto& tensor = getTensor(artefact, name, what);
    if (tensor.shape != shape) {
        throw Error(what + ", tensor " + name + ": Expected the shape " + toString(shape) +
                    ", but found " + toString(tensor.shape) + ".");
    }
    checkValues(
            artefact, name, "finite numbers", [](double x) { return std::isfinite(x); }, what);
}

void checkPositive(const Artefact& artefact, const std::string& name, const std::string& what) {
    checkValues(
            artefact, name, "numbers above 0", [](double x) { return x > 0.0; }, what);
}

void checkNonNegative(const Artefact& artefact, const std::string& name, const std::string& what) {
    checkValues(
            artefact, name, "numbers, 0 or greater", [](double x) { return x >= 0.0; }, what);
}

} // namespace nmm
