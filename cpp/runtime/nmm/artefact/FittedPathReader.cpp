#include "FittedPathReader.h"

#include <nmm/Error.h>

#include <algorithm>

namespace nmm {

namespace {

const std::string Prefix = "path.";

std::string coefficientsName(const std::string& muscle) {
    return Prefix + muscle + ".coefficients";
}

FittedPath readPath(const JsonReader& reader, const Tensor& coefficients,
        const std::vector<std::string>& coordinates) {
    FittedPath path;
    path.coordinates = reader.at("coordinates").names();
    for (const auto& item : reader.at("coordinates").items()) {
        const auto name = item.string();
        if (std::find(coordinates.begin(), coordinates.end(), name) == coordinates.end()) {
            item.fail("one of the artefact's coordinates");
        }
    }
    path.center = reader.at("center").numbers();
    path.halfRange = reader.at("half_range").numbers();
    path.degree = reader.at("degree").count();
    path.coefficients = coefficients.values;
    return path;
}

} // namespace

std::map<std::string, Tensor> takePathTensors(std::map<std::string, Tensor>& tensors) {
    std::map<std::string, Tensor> taken;
    for (auto entry = tensors.lower_bound(Prefix);
            entry != tensors.end() && entry->first.compare(0, Prefix.size(), Prefix) == 0;) {
        taken.insert(tensors.extract(entry++));
    }
    return taken;
}

void readFittedPaths(const JsonReader& muscles, const std::map<std::string, Tensor>& tensors,
        Artefact& artefact, const std::string& what) {
    std::size_t numPaths = 0;
    if (artefact.pathModel == "fitted") {
        const auto items = muscles.items();
        for (std::size_t i = 0; i < items.size(); ++i) {
            const auto entry = items[i].at("path");
            if (entry.isNull()) {
                continue;
            }
            auto& muscle = artefact.muscles[i];
            const auto name = coefficientsName(muscle.name);
            const auto tensor = tensors.find(name);
            if (tensor == tensors.end()) {
                throw Error(what + ": Expected the tensor " + name + ", but found none.");
            }
            muscle.path = readPath(entry, tensor->second, artefact.coordinates);
            muscle.path->check(what + ", fitted path of '" + muscle.name + "'");
            ++numPaths;
        }
    }
    if (numPaths != tensors.size()) {
        throw Error(what + ": Expected " + std::to_string(numPaths) +
                    " tensors of fitted paths, but found " + std::to_string(tensors.size()) + ".");
    }
}

} // namespace nmm
