#include "CalibratedModel.h"

#include "FittedModelPaths.h"
#include "ModelFingerprint.h"
#include "ModelLookup.h"
#include "UnusedForces.h"
#include "files/Files.h"
#include "files/OpenSimErrors.h"

#include <OpenSim/Actuators/Millard2012EquilibriumMuscle.h>
#include <OpenSim/Simulation/Model/Model.h>
#include <nmm/Error.h>
#include <nmm/Text.h>

#include <algorithm>
#include <cmath>

namespace nmm::osim {

namespace {

constexpr double RelativeTolerance = 1e-9; // numbers in files are rounded

struct Parameter {
    std::string property;
    double value;
};

std::vector<Parameter> getParameters(const Muscle& muscle) {
    return {{"max_isometric_force", muscle.maxIsometricForce},
            {"optimal_fiber_length", muscle.optimalFiberLength},
            {"tendon_slack_length", muscle.tendonSlackLength},
            {"pennation_angle_at_optimal", muscle.pennationAngleAtOptimal},
            {"activation_time_constant", muscle.activationTimeConstant},
            {"deactivation_time_constant", muscle.deactivationTimeConstant},
            {"minimum_activation", muscle.minimumActivation},
            // OpenSim refuses a muscle whose control may be smaller than its activation.
            {"min_control", muscle.minimumActivation}};
}

struct Setting {
    std::string property;
    bool value;
};

std::vector<Setting> getSettings(const Artefact& artefact) {
    return {{"ignore_tendon_compliance", artefact.tendon == TendonModel::Rigid},
            // Without it the muscle would take its control for its activation.
            {"ignore_activation_dynamics", false}};
}

} // namespace

void applyMuscleParameters(OpenSim::Model& model, const Artefact& artefact) {
    for (const auto& calibrated : artefact.muscles) {
        auto& muscle = model.updComponent<OpenSim::Millard2012EquilibriumMuscle>(
                findMuscle(model, calibrated.name).getAbsolutePath());
        for (const auto& [property, value] : getParameters(calibrated)) {
            muscle.updPropertyByName<double>(property).setValue(value);
        }
        for (const auto& [property, value] : getSettings(artefact)) {
            muscle.updPropertyByName<bool>(property).setValue(value);
        }
    }
}

void checkMuscleParameters(
        const OpenSim::Model& model, const Artefact& artefact, const std::string& name) {
    const auto& muscle = findMuscle(model, name);
    const auto fail = [&](const std::string& property, const std::string& expected,
                              const std::string& found) {
        throw Error("Muscle '" + name + "' of model '" + model.getName() + "': Expected " +
                    property + " = " + expected + " as calibrated, but received " + found +
                    ". Use a model with the calibrated muscles, such as the forward_model_file "
                    "that NMMTool writes.");
    };
    const auto calibrated = std::find_if(artefact.muscles.begin(), artefact.muscles.end(),
            [&](const auto& candidate) { return candidate.name == name; });
    for (const auto& [property, value] : getParameters(*calibrated)) {
        const double found = muscle.getPropertyByName<double>(property).getValue();
        if (!(std::abs(found - value) <= RelativeTolerance * std::abs(value))) {
            fail(property, toText(value), toText(found));
        }
    }
    for (const auto& [property, value] : getSettings(artefact)) {
        if (muscle.getPropertyByName<bool>(property).getValue() != value) {
            fail(property, value ? "true" : "false", value ? "false" : "true");
        }
    }
    if (calibrated->path && !hasFittedPath(model, *calibrated)) {
        fail("path", "the fitted path", "another path");
    }
}

void checkModel(const OpenSim::Model& model, const Artefact& artefact, const std::string& modelFile,
        const std::string& artefactFile) {
    for (const auto& muscle : artefact.muscles) {
        findMuscle(model, muscle.name);
    }
    for (const auto& coordinate : artefact.coordinates) {
        findCoordinate(model, coordinate);
    }
    checkFingerprint(model, model.getWorkingState(), artefact, modelFile, artefactFile);
}

std::unique_ptr<OpenSim::Model> loadModel(
        const std::string& modelFile, const Artefact& artefact, const std::string& artefactFile) {
    checkFileExists(modelFile, "Model file");
    auto model = throwAsError(
            "Model file '" + modelFile + "': Expected a model that OpenSim can load", [&] {
                auto loaded = std::make_unique<OpenSim::Model>(modelFile);
                loaded->initSystem();
                return loaded;
            });
    checkModel(*model, artefact, modelFile, artefactFile);
    return model;
}

void calibrateModel(OpenSim::Model& model, const Artefact& artefact) {
    removeUnusedForces(model, artefact.getMuscleNames());
    applyFittedPaths(model, artefact);
    applyMuscleParameters(model, artefact);
    auto& state = model.initSystem();
    for (const auto& coordinate : model.getComponentList<OpenSim::Coordinate>()) {
        // A locked coordinate follows the recording like the others, and has moment arms.
        coordinate.setLocked(state, false);
    }
}

std::unique_ptr<OpenSim::Model> loadCalibratedModel(
        const std::string& modelFile, const Artefact& artefact, const std::string& artefactFile) {
    auto model = loadModel(modelFile, artefact, artefactFile);
    calibrateModel(*model, artefact);
    return model;
}

} // namespace nmm::osim
