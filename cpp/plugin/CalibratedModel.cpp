#include "CalibratedModel.h"

#include "ErrorReason.h"
#include "Files.h"
#include "FittedModelPaths.h"
#include "ModelFingerprint.h"
#include "ModelLookup.h"
#include "UnusedForces.h"

#include <OpenSim/Actuators/Millard2012EquilibriumMuscle.h>
#include <OpenSim/Simulation/Model/Model.h>
#include <nmm/Error.h>

namespace nmm::osim {

namespace {

/// The system of the model is built.
std::unique_ptr<OpenSim::Model> loadModel(const std::string& file) {
    checkFileExists(file, "Model file");
    try {
        auto model = std::make_unique<OpenSim::Model>(file);
        model->initSystem();
        return model;
    } catch (const std::exception& exception) {
        throw Error("Model file '" + file + "': Expected a model that OpenSim can load, but " +
                    "received: " + getReason(exception));
    }
}

void checkNames(const OpenSim::Model& model, const Artefact& artefact) {
    for (const auto& muscle : artefact.muscles) {
        findMuscle(model, muscle.name);
    }
    for (const auto& coordinate : artefact.coordinates) {
        findCoordinate(model, coordinate);
    }
}

} // namespace

void applyMuscleParameters(OpenSim::Model& model, const Artefact& artefact) {
    for (const auto& parameters : artefact.muscles) {
        auto& muscle = model.updComponent<OpenSim::Millard2012EquilibriumMuscle>(
                findMuscle(model, parameters.name).getAbsolutePath());
        muscle.set_max_isometric_force(parameters.maxIsometricForce);
        muscle.set_optimal_fiber_length(parameters.optimalFiberLength);
        muscle.set_tendon_slack_length(parameters.tendonSlackLength);
        muscle.set_pennation_angle_at_optimal(parameters.pennationAngleAtOptimal);
        muscle.set_activation_time_constant(parameters.activationTimeConstant);
        muscle.set_deactivation_time_constant(parameters.deactivationTimeConstant);
        muscle.set_minimum_activation(parameters.minimumActivation);
        // OpenSim refuses a muscle whose control may be smaller than its activation.
        muscle.setMinControl(parameters.minimumActivation);
        muscle.set_ignore_tendon_compliance(artefact.tendon == TendonModel::Rigid);
        // Without it the muscle would take its control for its activation.
        muscle.set_ignore_activation_dynamics(false);
    }
}

std::unique_ptr<OpenSim::Model> loadCalibratedModel(
        const std::string& modelFile, const Artefact& artefact, const std::string& artefactFile) {
    auto model = loadModel(modelFile);
    checkNames(*model, artefact);
    checkFingerprint(*model, artefact, modelFile, artefactFile);
    removeUnusedForces(*model, artefact.getMuscleNames());
    applyFittedPaths(*model, artefact);
    applyMuscleParameters(*model, artefact);
    auto& state = model->initSystem();
    for (const auto& coordinate : model->getComponentList<OpenSim::Coordinate>()) {
        // A locked coordinate follows the recording like the others, and has moment arms.
        coordinate.setLocked(state, false);
    }
    return model;
}

} // namespace nmm::osim
