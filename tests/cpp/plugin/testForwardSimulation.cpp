#include "ArmProject.h"

#include <DeepEMGPredictor.h>
#include <NMMAnalysis.h>
#include <model/CalibratedModel.h>
#include <trial/CoordinateTrajectory.h>
#include <trial/RecordedNMM.h>
#include <trial/Trial.h>

#include <OpenSim/Actuators/Millard2012EquilibriumMuscle.h>
#include <OpenSim/Common/GCVSpline.h>
#include <OpenSim/Common/Reporter.h>
#include <OpenSim/Simulation/Manager/Manager.h>

#include <catch2/catch.hpp>

#include <cmath>

using namespace OpenSim;

namespace {

/// What a simulation gave; each has one row per reported time.
struct Simulation {
    std::vector<double> times;
    nmm::Matrix excitations, activations, forces;
};

/// Log the excitations and the muscles' own outputs.
TableReporter& addReporter(Model& model, double interval) {
    auto* reporter = new TableReporter();
    reporter->setName("reporter");
    reporter->set_report_time_interval(interval);
    const auto& output = ArmProject::getPredictor(model).getOutput("excitations");
    for (const std::string name : {"flexor", "extensor"}) {
        reporter->addToReport(output.getChannel(name));
    }
    for (const auto* quantity : {"activation", "tendon_force"}) {
        for (const std::string name : {"flexor", "extensor"}) {
            reporter->addToReport(model.getMuscles().get(name).getOutput(quantity));
        }
    }
    model.addComponent(reporter);
    return *reporter;
}

void initialize(const Model& model, SimTK::State& state) {
    const auto& predictor = ArmProject::getPredictor(model);
    model.realizeVelocity(state);
    const SimTK::Vector excitations = predictor.getExcitations(state);
    for (const int i : {0, 1}) {
        const auto& name = predictor.getMuscleNames()[static_cast<std::size_t>(i)];
        model.getComponent<Millard2012EquilibriumMuscle>("/forceset/" + name)
                .setActivation(state, predictor.calcControl(i, excitations[i]));
    }
}

SimTK::State integrate(Model& model, SimTK::State state, double finalTime, double accuracy,
        double maxStep = SimTK::Infinity) {
    Manager manager(model);
    manager.setIntegratorMethod(Manager::IntegratorMethod::RungeKuttaMerson);
    manager.setIntegratorAccuracy(accuracy);
    if (maxStep < SimTK::Infinity) {
        manager.setIntegratorMaximumStepSize(maxStep);
    }
    manager.initialize(state);
    return manager.integrate(finalTime);
}

Simulation simulate(Model& model, double finalTime, double accuracy, double interval,
        double maxStep = SimTK::Infinity) {
    auto& reporter = addReporter(model, interval);
    auto& state = model.initSystem();
    initialize(model, state);
    integrate(model, state, finalTime, accuracy, maxStep);
    const auto& table = reporter.getTable();
    const auto rows = table.getNumRows();
    Simulation result{table.getIndependentColumn(), {rows, 2}, {rows, 2}, {rows, 2}};
    for (std::size_t row = 0; row < rows; ++row) {
        const auto values = table.getRowAtIndex(row);
        for (std::size_t m : {0, 1}) {
            const auto column = static_cast<int>(m);
            result.excitations(row, m) = values[column];
            result.activations(row, m) = values[column + 2];
            result.forces(row, m) = values[column + 4];
        }
    }
    return result;
}

/// Let the elbow follow a coordinates file along the same splines as NMMTool.
void prescribeMotion(Model& model, const nmm::osim::CoordinateTrajectory& trajectory) {
    auto& coordinate = model.updCoordinateSet().get("elbow_flexion");
    coordinate.setPrescribedFunction(GCVSpline(5, static_cast<int>(trajectory.times.size()),
            trajectory.times.data(), trajectory.values.values.data()));
    coordinate.setDefaultIsPrescribed(true);
}

double findGreatestDifference(
        const nmm::Matrix& one, const nmm::Matrix& other, std::size_t column, double unit = 1.0) {
    double greatest = 0.0;
    for (std::size_t row = 0; row < one.rows; ++row) {
        greatest = std::max(greatest, std::abs(one(row, column) - other(row, column)) / unit);
    }
    return greatest;
}

} // namespace

TEST_CASE("Forward simulation with prescribed motion gives what a trial gives") {
    const ArmProject project;
    constexpr double frequency = 500.0, finalTime = 2.0;
    project.writeCoordinates("swing.sto", frequency, finalTime);
    const nmm::osim::RecordedNMM nmm(
            {(project / "arm.nmm").string(), {(project / "emg.sto").string(), 0.0, ""}});
    const auto calibrated = nmm::osim::loadCalibratedModel(
            (project / "arm.osim").string(), nmm.getArtefact(), "arm.nmm");
    const auto trajectory = nmm::osim::readCoordinates(
            {(project / "swing.sto").string(), -1, std::nullopt, std::nullopt}, *calibrated,
            {"elbow_flexion"});
    const auto trial = nmm::osim::computeTrial(
            *calibrated, nmm.getExcitationModel(), trajectory, nmm.getRecordings());

    const auto model = project.makeDrivenArm();
    prescribeMotion(*model, trajectory);
    const auto forward = simulate(*model, finalTime, 1e-8, 1.0 / frequency);

    REQUIRE(forward.times.size() == trajectory.times.size());
    for (std::size_t i = 0; i < forward.times.size(); ++i) {
        REQUIRE(forward.times[i] == Approx(trajectory.times[i]).margin(1e-9));
    }
    for (const std::size_t m : {0, 1}) {
        const double maxForce = nmm.getArtefact().muscles[m].maxIsometricForce;
        CHECK(findGreatestDifference(forward.excitations, trial.excitations, m) < 1e-6);
        CHECK(findGreatestDifference(forward.activations, trial.activations, m) < 1e-4);
        CHECK(findGreatestDifference(forward.forces, trial.forces, m, maxForce) < 0.01);
    }
}

TEST_CASE("A simulation under an error-controlled integrator is deterministic") {
    const ArmProject project;
    const auto once = simulate(*project.makeDrivenArm(), 2.0, 1e-5, 0.01);
    const auto again = simulate(*project.makeDrivenArm(), 2.0, 1e-5, 0.01);
    REQUIRE(once.times.size() == 201);
    CHECK(once.times == again.times);
    CHECK(once.excitations.values == again.excitations.values);
    CHECK(once.activations.values == again.activations.values);
    CHECK(once.forces.values == again.forces.values);
}

TEST_CASE("Retried steps leave no trace") {
    const ArmProject project;
    // A loose and a tight integrator try, reject and take quite different steps.
    const auto tight = simulate(*project.makeDrivenArm(), 2.0, 1e-9, 0.01, 0.002);
    const auto loose = simulate(*project.makeDrivenArm(), 2.0, 1e-6, 0.01);
    for (const std::size_t m : {0, 1}) {
        CHECK(findGreatestDifference(loose.activations, tight.activations, m) < 1e-3);
    }

    // What the end of a simulation says of its state is what a fresh model says of it.
    const auto model = project.makeDrivenArm();
    auto& initial = model->initSystem();
    initialize(*model, initial);
    const auto last = integrate(*model, initial, 2.0, 1e-4);
    model->realizeVelocity(last);
    const SimTK::Vector excitations = ArmProject::getPredictor(*model).getExcitations(last);
    const auto fresh = project.makeDrivenArm();
    auto& state = fresh->initSystem();
    state.setTime(last.getTime());
    state.setY(last.getY());
    fresh->realizeVelocity(state);
    for (const int i : {0, 1}) {
        CHECK(ArmProject::getPredictor(*fresh).getExcitations(state)[i] == excitations[i]);
    }
}

TEST_CASE("An analysis of a forward simulation gives the simulation's own activations") {
    const ArmProject project;
    // A model does not own its analyses: tools do.
    NMMAnalysis analysis;
    analysis.setName("nmm");
    analysis.set_artefact_file("arm.nmm");
    analysis.set_emg_file("emg.sto");
    const auto model = project.makeDrivenArm();
    model->addAnalysis(&analysis);
    auto& state = model->initSystem();
    initialize(*model, state);
    const auto last = integrate(*model, state, 1.0, 1e-7);
    analysis.printResults("forward", (project / "results").string());
    const TimeSeriesTable activations(
            (project / "results").string() + "/forward_nmm_activations.sto");
    const auto final = activations.getRowAtIndex(activations.getNumRows() - 1);
    CHECK(activations.getIndependentColumn().back() == Approx(1.0));
    for (const std::string name : {"flexor", "extensor"}) {
        const auto column = activations.getDependentColumn("/forceset/" + name + "/activation");
        CHECK(column[column.size() - 1] ==
                Approx(model->getStateVariableValue(last, "/forceset/" + name + "/activation"))
                        .margin(1e-4));
    }
    // What the GUI plots are the same series.
    auto& storages = analysis.getStorageList();
    const auto* storage = storages.get("nmm_activations");
    REQUIRE(storage != nullptr);
    REQUIRE(storage->getSize() == static_cast<int>(activations.getNumRows()));
    const auto& labels = storage->getColumnLabels();
    REQUIRE(labels.getSize() == 3);
    CHECK(labels[0] == "time");
    CHECK(labels[2] == activations.getColumnLabels()[1]);
    const auto* vector = storage->getLastStateVector();
    CHECK(vector->getTime() == Approx(1.0));
    CHECK(vector->getData()[1] == Approx(final[1]).epsilon(1e-6));
    CHECK(storages.getSize() == 4);
}
