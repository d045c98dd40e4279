#pragma once

#include "TemporaryFolder.h"

#include <OpenSim/Simulation/Model/Model.h>
#include <nlohmann/json.hpp>
#include <nmm/artefact/SafeTensors.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace OpenSim {
class DeepEMGPredictor;
class NMMController;
} // namespace OpenSim

/// The files of a small NMM: an arm that swings about one pin, with a flexor, measured by the
/// channel `biceps`, and a deep extensor, whose network listens to `biceps`, `triceps`, the angle
/// and its speed. EMG from 0 to 3 s, delay 0.04 s.
class ArmProject {
public:
    static constexpr double Delay = 0.04; // s

    using Network = std::map<std::string, nmm::Tensor>;

    /// @param change        edits the artefact before it is written
    /// @param changeNetwork likewise its tensors
    explicit ArmProject(
            const std::function<void(nlohmann::json&)>& change = [](nlohmann::json&) {},
            const std::function<void(Network&)>& changeNetwork = [](Network&) {});

    std::filesystem::path operator/(const std::string& name) const { return _folder / name; }

    /// The arm without any component of ours, from its file.
    std::unique_ptr<OpenSim::Model> loadArm() const;

    /// The arm with calibrated muscles and a predictor, as a user scripts it.
    std::unique_ptr<OpenSim::Model> makePredictingArm(
            const std::string& externalLoadsFile = "") const;

    /// And with a controller that drives both muscles.
    std::unique_ptr<OpenSim::Model> makeDrivenArm() const;

    static const OpenSim::DeepEMGPredictor& getPredictor(const OpenSim::Model& model);
    static OpenSim::NMMController& getController(OpenSim::Model& model);

    /// Write an EMG file: columns `biceps` and `triceps`, or fewer.
    void writeEMG(const std::string& name, double finalTime = 3.0, bool withTriceps = true) const;

    /// Write external loads, `<name>.xml` and `<name>.mot`: a vertical force of 10 (1 + t) N on the
    /// hand, in the column `hand_vy`.
    void writeExternalLoads(const std::string& name, double finalTime) const;

    /// Write a coordinates file of a swing, at `frequency` Hz.
    void writeCoordinates(const std::string& name, double frequency, double finalTime) const;

private:
    TemporaryFolder _folder;
};
