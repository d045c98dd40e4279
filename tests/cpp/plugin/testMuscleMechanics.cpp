#include <catch2/catch.hpp>

#include <model/FittedModelPaths.h>
#include <model/MuscleMechanics.h>

#include <OpenSim/Actuators/Millard2012EquilibriumMuscle.h>
#include <OpenSim/Common/LinearFunction.h>
#include <OpenSim/Simulation/Model/FunctionBasedPath.h>
#include <OpenSim/Simulation/Model/GeometryPath.h>
#include <OpenSim/Simulation/Model/Model.h>
#include <OpenSim/Simulation/SimbodyEngine/CoordinateCouplerConstraint.h>
#include <OpenSim/Simulation/SimbodyEngine/PinJoint.h>
#include <OpenSim/Simulation/Wrap/WrapCylinder.h>

using namespace OpenSim;
using SimTK::Vec3;

namespace {

const std::vector<std::string> Muscles{"quadriceps", "gastrocnemius"};
const std::vector<std::string> Coordinates{"hip_angle", "knee_angle"};

Body& addBody(Model& model, const std::string& name, const PhysicalFrame& parent,
        const Vec3& locationInParent, const std::string& coordinate) {
    auto* body = new Body(name, 1.0, Vec3(0), SimTK::Inertia(0.1));
    auto* joint = new PinJoint(
            name + "_joint", parent, locationInParent, Vec3(0), *body, Vec3(0), Vec3(0));
    joint->updCoordinate().setName(coordinate);
    model.addBody(body);
    model.addJoint(joint);
    return *body;
}

Millard2012EquilibriumMuscle& addMuscle(Model& model, const std::string& name) {
    auto* muscle = new Millard2012EquilibriumMuscle(name, 1000.0, 0.1, 0.3, 0.2);
    muscle->set_ignore_tendon_compliance(true);
    model.addForce(muscle);
    return *muscle;
}

/// A leg whose patella follows the knee, with one muscle over the patella and one that wraps, and
/// with a locked ankle.
std::unique_ptr<Model> makeLeg() {
    auto model = std::make_unique<Model>();
    model->setName("leg");
    auto& thigh = addBody(*model, "thigh", model->getGround(), Vec3(0, 1, 0), "hip_angle");
    auto& shank = addBody(*model, "shank", thigh, Vec3(0, -0.4, 0), "knee_angle");
    auto& patella = addBody(*model, "patella", thigh, Vec3(0.02, -0.4, 0), "patella_angle");
    auto& foot = addBody(*model, "foot", shank, Vec3(0, -0.4, 0), "ankle_angle");

    auto* coupler = new CoordinateCouplerConstraint();
    coupler->setName("patella_follows_knee");
    Array<std::string> independent;
    independent.append("knee_angle");
    coupler->setIndependentCoordinateNames(independent);
    coupler->setDependentCoordinateName("patella_angle");
    coupler->setFunction(LinearFunction(0.7, 0.1));
    model->addConstraint(coupler);

    auto& quadriceps = addMuscle(*model, "quadriceps");
    quadriceps.addNewPathPoint("origin", model->updGround(), Vec3(0.05, 0.9, 0));
    quadriceps.addNewPathPoint("patella", patella, Vec3(0.04, 0.03, 0));
    quadriceps.addNewPathPoint("insertion", shank, Vec3(0.04, -0.06, 0));

    auto* condyles = new WrapCylinder();
    condyles->setName("condyles");
    condyles->set_radius(0.03);
    condyles->set_length(0.2);
    thigh.addWrapObject(condyles);
    condyles->set_translation(Vec3(0, -0.4, 0));
    auto& gastrocnemius = addMuscle(*model, "gastrocnemius");
    gastrocnemius.addNewPathPoint("origin", thigh, Vec3(-0.02, -0.3, 0));
    gastrocnemius.addNewPathPoint("insertion", foot, Vec3(-0.05, 0.02, 0));
    gastrocnemius.updGeometryPath().addPathWrap(*condyles);

    model->finalizeConnections();
    model->updCoordinateSet().get("ankle_angle").setDefaultLocked(true);
    return model;
}

const Millard2012EquilibriumMuscle& getMuscle(const Model& model, const std::string& name) {
    return model.getComponent<Millard2012EquilibriumMuscle>("/forceset/" + name);
}

void setPose(const Model& model, SimTK::State& state, double hip, double knee) {
    const auto& coordinates = model.getCoordinateSet();
    coordinates.get("hip_angle").setValue(state, hip, false);
    coordinates.get("knee_angle").setValue(state, knee, false);
    coordinates.get("patella_angle").setValue(state, 0.7 * knee + 0.1, false);
    coordinates.get("knee_angle").setSpeedValue(state, 1.5);
    model.realizeVelocity(state);
}

} // namespace

TEST_CASE("Moment arms are OpenSim's, with coupled and locked coordinates and a wrapping path") {
    auto model = makeLeg();
    auto& state = model->initSystem();
    const nmm::osim::MuscleMechanics mechanics(*model, Muscles, Coordinates);
    for (const double knee : {-0.2, -0.7, -1.2}) {
        setPose(*model, state, 0.3, knee);
        for (std::size_t i = 0; i < Muscles.size(); ++i) {
            std::vector<double> unitTension(Muscles.size());
            unitTension[i] = 1.0;
            const auto momentArms = mechanics.computeMoments(state, unitTension);
            for (std::size_t j = 0; j < Coordinates.size(); ++j) {
                INFO(Muscles[i] << " about " << Coordinates[j] << " at " << knee);
                auto& coordinate = model->updCoordinateSet().get(Coordinates[j]);
                const double expected =
                        getMuscle(*model, Muscles[i]).computeMomentArm(state, coordinate);
                // Both muscles cross the knee.
                REQUIRE((Coordinates[j] != "knee_angle" || std::abs(expected) > 0.01));
                CHECK(momentArms[j] == Approx(expected).margin(1e-9));
            }
        }
    }
}

TEST_CASE("Moments are the sum of moment arms times forces") {
    auto model = makeLeg();
    auto& state = model->initSystem();
    const nmm::osim::MuscleMechanics mechanics(*model, Muscles, Coordinates);
    setPose(*model, state, 0.1, -0.5);
    const auto moments = mechanics.computeMoments(state, {300.0, 500.0});
    const auto ofFirst = mechanics.computeMoments(state, {1.0, 0.0});
    const auto ofSecond = mechanics.computeMoments(state, {0.0, 1.0});
    for (std::size_t j = 0; j < Coordinates.size(); ++j) {
        CHECK(moments[j] == Approx(300.0 * ofFirst[j] + 500.0 * ofSecond[j]).epsilon(1e-12));
    }
}

TEST_CASE("Forces are those of the muscle's own class at the given activations") {
    auto model = makeLeg();
    auto& state = model->initSystem();
    const nmm::osim::MuscleMechanics mechanics(*model, Muscles, Coordinates);
    setPose(*model, state, 0.1, -0.5);
    const auto forces = mechanics.computeForces(state, {0.2, 0.8});
    model->realizeDynamics(state);
    for (std::size_t i = 0; i < Muscles.size(); ++i) {
        const auto& muscle = getMuscle(*model, Muscles[i]);
        CHECK(muscle.getActivation(state) == Approx(i == 0 ? 0.2 : 0.8));
        CHECK(forces[i] > 1.0);
        CHECK(forces[i] == Approx(muscle.getActuation(state)).epsilon(1e-12));
    }
}

TEST_CASE("A fitted path gives length, speed and moment arms; other muscles keep their own") {
    auto model = makeLeg();
    nmm::Artefact artefact;
    artefact.muscles.resize(2);
    artefact.muscles[0].name = "quadriceps";
    // L = 0.5 + 0.03 x + 0.01 x^2, x = (knee + 0.5)/2.
    artefact.muscles[0].path = nmm::FittedPath{{"knee_angle"}, {-0.5}, {2.0}, 2, {0.5, 0.03, 0.01}};
    artefact.muscles[1].name = "gastrocnemius";
    model->initSystem();
    nmm::osim::applyFittedPaths(*model, artefact);
    auto& state = model->initSystem();
    const nmm::osim::MuscleMechanics mechanics(*model, Muscles, Coordinates);

    for (const double knee : {-0.2, -1.1}) {
        setPose(*model, state, 0.3, knee);
        const double x = (knee + 0.5) / 2.0;
        const double slope = (0.03 + 0.02 * x) / 2.0;
        const auto& quadriceps = getMuscle(*model, "quadriceps");
        CHECK(quadriceps.getLength(state) == Approx(0.5 + 0.03 * x + 0.01 * x * x));
        CHECK(quadriceps.getLengtheningSpeed(state) == Approx(1.5 * slope));

        const auto& gastrocnemius = getMuscle(*model, "gastrocnemius");
        CHECK(dynamic_cast<const GeometryPath*>(&gastrocnemius.getPath()));
        auto& kneeAngle = model->updCoordinateSet().get("knee_angle");
        const double momentArm = gastrocnemius.computeMomentArm(state, kneeAngle);
        const auto moments = mechanics.computeMoments(state, {300.0, 500.0});
        CHECK(moments[0] == Approx(0.0).margin(1e-9));
        CHECK(moments[1] == Approx(-300.0 * slope + 500.0 * momentArm));
    }
}
