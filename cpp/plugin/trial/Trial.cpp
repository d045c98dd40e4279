#include "Trial.h"

#include "MotionWindows.h"
#include "model/FiberLengths.h"
#include "model/ModelPoser.h"
#include "model/MuscleMechanics.h"

#include <OpenSim/Simulation/Model/Model.h>
#include <nmm/Error.h>
#include <nmm/Text.h>

#include <algorithm>
#include <cmath>

namespace nmm::osim {

namespace {

const double* getRow(const Matrix& matrix, std::size_t row) {
    return matrix.values.data() + row * matrix.columns;
}

void setRow(Matrix& matrix, std::size_t row, const std::vector<double>& values) {
    std::copy(values.begin(), values.end(), matrix.values.begin() + row * matrix.columns);
}

/// A path may wrap infeasibly in a pose that the model was not made for.
void checkFinite(const std::vector<double>& values, const std::vector<std::string>& names,
        const std::string& quantity, double time) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) {
            throw Error("Expected a finite " + quantity + " of '" + names[i] +
                        "', but the model gave " + toText(values[i]) + " at " + toText(time) +
                        " s. Check the coordinates at that time.");
        }
    }
}

std::vector<double> getRowVector(const Matrix& matrix, std::size_t row) {
    return {getRow(matrix, row), getRow(matrix, row) + matrix.columns};
}

/// Pose the model at every frame, realized to Stage::Velocity.
template <typename Visit>
void visitFrames(
        const OpenSim::Model& model, const CoordinateTrajectory& trajectory, const Visit& visit) {
    SimTK::State state = model.getWorkingState();
    const ModelPoser poser(model, state, trajectory.coordinates);
    for (std::size_t frame = 0; frame < trajectory.times.size(); ++frame) {
        poser.setPose(state, getRow(trajectory.values, frame), getRow(trajectory.speeds, frame));
        model.realizeVelocity(state);
        visit(state, frame);
    }
}

/// Frames x muscles, m; empty with rigid tendons, whose muscles have no state.
Matrix computeFiberLengths(const OpenSim::Model& model, const Artefact& artefact,
        const CoordinateTrajectory& trajectory, const MuscleMechanics& mechanics,
        const Matrix& activations) {
    if (artefact.tendon == TendonModel::Rigid) {
        return {};
    }
    MuscleInputs inputs{trajectory.times, activations,
            Matrix(activations.rows, activations.columns),
            Matrix(activations.rows, activations.columns)};
    visitFrames(model, trajectory, [&](const SimTK::State& state, std::size_t frame) {
        const auto paths = mechanics.computePaths(state);
        setRow(inputs.lengths, frame, paths.lengths);
        setRow(inputs.speeds, frame, paths.speeds);
    });
    return integrateFiberLengths(model, artefact, inputs);
}

/// Fill in forces and moments. With activations and fibre lengths known, frames are independent.
void computeMechanics(const OpenSim::Model& model, const Artefact& artefact,
        const CoordinateTrajectory& trajectory, TrialResults& results) {
    const auto muscles = artefact.getMuscleNames();
    const MuscleMechanics mechanics(model, muscles, artefact.momentCoordinates);
    results.fiberLengths =
            computeFiberLengths(model, artefact, trajectory, mechanics, results.activations);

    const auto& times = trajectory.times;
    results.forces = Matrix(times.size(), muscles.size());
    results.moments = Matrix(times.size(), artefact.momentCoordinates.size());
    visitFrames(model, trajectory, [&](SimTK::State& state, std::size_t frame) {
        const auto forces = mechanics.computeForces(state, getRowVector(results.activations, frame),
                getRowVector(results.fiberLengths, frame));
        const auto moments = mechanics.computeMoments(state, forces);
        checkFinite(forces, muscles, "force", times[frame]);
        checkFinite(moments, artefact.momentCoordinates, "moment", times[frame]);
        setRow(results.forces, frame, forces);
        setRow(results.moments, frame, moments);
    });
}

} // namespace

TrialResults computeTrial(const OpenSim::Model& model, const ExcitationModel& excitationModel,
        const CoordinateTrajectory& trajectory, const TrialRecordings& recordings) {
    const auto& artefact = excitationModel.getArtefact();
    checkDomain(artefact.getFittedPaths(), trajectory.coordinates, trajectory.times,
            trajectory.values, "Coordinates");
    TrialResults results;
    const auto& emg = recordings.emg;
    const auto inputs = makeMotionWindows(artefact.predictor, trajectory, recordings.externalLoads);
    results.excitations =
            excitationModel.computeExcitations(emg.channels, trajectory.times, inputs, emg.name);
    results.novelty =
            excitationModel.computeNovelty(emg.channels, trajectory.times, inputs, emg.name);
    results.activations = excitationModel.computeActivations(trajectory.times, results.excitations);
    computeMechanics(model, artefact, trajectory, results);
    return results;
}

} // namespace nmm::osim
