#include "FittedModelPaths.h"

#include "FittedPathFunction.h"
#include "ModelLookup.h"

#include <OpenSim/Actuators/Millard2012EquilibriumMuscle.h>
#include <OpenSim/Simulation/Model/FunctionBasedPath.h>
#include <OpenSim/Simulation/Model/Model.h>

namespace nmm::osim {

namespace {

OpenSim::FunctionBasedPath makePath(const OpenSim::Model& model, const FittedPath& fitted) {
    OpenSim::FunctionBasedPath path;
    for (const auto& name : fitted.coordinates) {
        path.appendCoordinatePath(findCoordinate(model, name).getAbsolutePathString());
    }
    path.setLengthFunction(OpenSim::FittedPathFunction(fitted));
    return path;
}

} // namespace

void applyFittedPaths(OpenSim::Model& model, const Artefact& artefact) {
    for (const auto& muscle : artefact.muscles) {
        if (muscle.path) {
            auto& component = model.updComponent<OpenSim::Millard2012EquilibriumMuscle>(
                    findMuscle(model, muscle.name).getAbsolutePath());
            component.updPropertyByName<OpenSim::AbstractGeometryPath>("path").setValue(
                    makePath(model, *muscle.path));
        }
    }
    // The model still knows the components of the old paths.
    model.finalizeFromProperties();
    model.finalizeConnections();
}

bool hasFittedPath(const OpenSim::Model& model, const Muscle& muscle) {
    const auto* path = dynamic_cast<const OpenSim::FunctionBasedPath*>(
            &findMuscle(model, muscle.name).getPath());
    if (!muscle.path || !path) {
        return false;
    }
    const auto* function =
            dynamic_cast<const OpenSim::FittedPathFunction*>(&path->getLengthFunction());
    return function && function->isSame(*muscle.path) &&
           path->getCoordinatePaths() == makePath(model, *muscle.path).getCoordinatePaths();
}

} // namespace nmm::osim
