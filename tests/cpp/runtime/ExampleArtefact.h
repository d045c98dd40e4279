#pragma once

#include <nmm/artefact/Artefact.h>

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
    /// Of format 3 with a prior instead of the network's outputs. The network's 4 outputs are the
    /// corrections -0.3, 0, 0.05 and 0 of `gasmed`, `tibant`, `soleus_r` and `perlong_r`.
    /// `soleus_r` (gain 0.5) has the witnesses `gasmed` (peak 2, weight 0.6) and `tibant` (peak
    /// 0.4, weight -0.2), and of it the pose says -1 + 0.5 exp(-ln 2 |x|^2) with x: the ankle's
    /// angle and speed; of `perlong_r` (gain 1) the pose alone tells, -0.25 - exp(-ln 2 |x|^2).
    /// Rest: 0.02. `soleus_r` has an interval from e - (0.05 + 0.5 e) to e + (0.1 + 0.25 e) and is
    /// to be used with care: r 0.75 (0.55 to 0.88), error 0.12 (0.08 to 0.2).
    static ExampleArtefact makePosterior();
    /// The same of format 2: `soleus_r` has the witnesses `gasmed` (peak 2) and other subjects
    /// (peak 1), who say 0.1 + 0.5 exp(-ln 2 |x|^2); `perlong_r` has `tibant` (peak 0.4). The
    /// interval of `soleus_r` has margin 0.5 and floor 0.1.
    static ExampleArtefact makePosteriorOfFormat2();
    /// Of format 3 with a transformer of 2 layers and 2 heads: 5 tokens of width 4, of which the
    /// first are those of `gasmed`, `tibant`, `soleus_r` and `perlong_r`, feed-forward width 3. It
    /// sees the ankle's angle and speed at t and 0.1 s before: 8 inputs. Peaks of the channels: 2
    /// and 0.4, rest: 0.02. All other numbers are waves, see there.
    static ExampleArtefact makeTransformer();
    void write(const std::filesystem::path& file) const;
};
