#pragma once

#include <nmm/Artefact.h>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <string>

/// A small artefact with every kind of source, as JSON and tensors that a test may change.
///
/// Channels `gasmed` (gain 0.5) and `tibant` (gain 1), delay 0.05 s, lags 0 and 0.02 s, the
/// coordinate `ankle_angle_r` and its speed: 6 inputs. Two layers (6 -> 2 -> 2) with weights 0, so
/// that the outputs are the logistic function of the biases 0 and ln 3: 0.5 and 0.75.
/// Muscles: `glmax_r` tied to `gasmed_r` (x 0.8), `gasmed_r` measured (2 gasmed + 0.5 tibant),
/// `soleus_r` deep (output 0), `perlong_r` unscored (output 1).
struct ExampleArtefact {
    nlohmann::json content;
    std::map<std::string, nmm::Tensor> tensors;

    ExampleArtefact();
    void write(const std::filesystem::path& file) const;
};
