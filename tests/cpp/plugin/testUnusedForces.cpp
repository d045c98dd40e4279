#include <catch2/catch.hpp>

#include <model/UnusedForces.h>

#include <OpenSim/Actuators/Millard2012EquilibriumMuscle.h>
#include <OpenSim/Common/Constant.h>
#include <OpenSim/Simulation/Control/PrescribedController.h>
#include <OpenSim/Simulation/Model/Model.h>
#include <OpenSim/Simulation/SimbodyEngine/SliderJoint.h>

using namespace OpenSim;
using SimTK::Vec3;

namespace {

Millard2012EquilibriumMuscle& addMuscle(Model& model, const std::string& name, const Body& body) {
    auto* muscle = new Millard2012EquilibriumMuscle(name, 1000.0, 0.1, 0.3, 0.0);
    muscle->addNewPathPoint("origin", model.updGround(), Vec3(0));
    muscle->addNewPathPoint("insertion", body, Vec3(0));
    model.addForce(muscle);
    return *muscle;
}

std::vector<std::string> getForceNames(const Model& model) {
    std::vector<std::string> names;
    for (int i = 0; i < model.getForceSet().getSize(); ++i) {
        names.push_back(model.getForceSet().get(i).getName());
    }
    return names;
}

} // namespace

TEST_CASE("Forces that nobody asks for leave the model") {
    Model model;
    auto* body = new Body("body", 1.0, Vec3(0), SimTK::Inertia(0.1));
    model.addBody(body);
    auto* slider = new SliderJoint("slider", model.getGround(), *body);
    slider->updCoordinate().setName("height");
    slider->updCoordinate().setDefaultValue(0.4);
    model.addJoint(slider);
    addMuscle(model, "asked_for", *body);
    addMuscle(model, "unused", *body);
    auto& driven = addMuscle(model, "driven", *body);
    auto* controller = new PrescribedController();
    controller->addActuator(driven);
    controller->prescribeControlForActuator("driven", Constant(0.5));
    model.addController(controller);
    model.initSystem();

    nmm::osim::removeUnusedForces(model, {"asked_for"});

    CHECK(getForceNames(model) == std::vector<std::string>{"asked_for", "driven"});
    // What is left is a whole model.
    auto& state = model.initSystem();
    model.realizeVelocity(state);
    CHECK(model.getMuscles().get("asked_for").getLength(state) == Approx(0.4));
}
