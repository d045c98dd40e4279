#include "ArmProject.h"
#include "OpenSimErrorText.h"

#include <DeepEMGPredictor.h>
#include <NMMController.h>

#include <OpenSim/Actuators/Millard2012EquilibriumMuscle.h>
#include <OpenSim/Common/Constant.h>
#include <OpenSim/Common/TableSource.h>
#include <OpenSim/Simulation/Control/PrescribedController.h>

#include <catch2/catch.hpp>

#include <cmath>

using namespace OpenSim;

TEST_CASE("Controls are shaped excitations, not below the minimum activation") {
    const ArmProject project;
    const auto model = project.makeDrivenArm();
    auto state = model->initSystem();
    const auto& predictor = ArmProject::getPredictor(*model);
    bool isLimited = false;
    for (double time = 0.0; time < 3.0; time += 0.05) {
        state.setTime(time);
        model->realizeVelocity(state);
        const auto& controls = model->getControls(state);
        for (const int i : {0, 1}) {
            const double e = predictor.getExcitations(state)[i];
            const double shaped = (std::exp(-1.5 * e) - 1.0) / (std::exp(-1.5) - 1.0);
            CHECK(controls[i] == Approx(std::max(shaped, 0.02)).epsilon(1e-12));
            isLimited = isLimited || shaped < 0.02;
        }
    }
    CHECK(isLimited); // the trial has such times
}

TEST_CASE("The labels of a controller are its muscles") {
    const ArmProject project;
    const auto model = project.makeDrivenArm();
    model->initSystem();
    CHECK(ArmProject::getController(*model).getInputControlLabels() ==
            std::vector<std::string>{"flexor", "extensor"});
}

TEST_CASE("A controller of some muscles leaves the others to others") {
    const ArmProject project;
    const auto model = project.makePredictingArm();
    auto* controller = new NMMController();
    controller->setName("nmm");
    model->addController(controller);
    controller->addActuator(model->getMuscles().get("extensor"));
    const auto& output = ArmProject::getPredictor(*model).getOutput("excitations");
    controller->connectInput_controls(output.getChannel("extensor"));
    auto* other = new PrescribedController();
    other->addActuator(model->getMuscles().get("flexor"));
    other->prescribeControlForActuator("flexor", Constant(0.4));
    model->addController(other);
    auto& state = model->initSystem();
    model->realizeVelocity(state);
    CHECK(model->getControls(state)[0] == 0.4);
    CHECK(model->getControls(state)[1] ==
            ArmProject::getPredictor(*model).calcControl(
                    1, ArmProject::getPredictor(*model).getExcitations(state)[1]));
}

namespace {

/// An arm whose controller is about to be spoilt.
struct DrivenArm {
    ArmProject project;
    std::unique_ptr<Model> model = project.makeDrivenArm();
    NMMController& controller = ArmProject::getController(*model);

    void disconnect() { controller.updInput("controls").disconnect(); }
    void connect(const std::string& channel, const std::string& alias = "") {
        const auto& output = ArmProject::getPredictor(*model).getOutput("excitations");
        controller.connectInput_controls(output.getChannel(channel), alias);
    }
    /// The model must be refused by the controller with a message that holds `expected`.
    void check(const std::string& expected) {
        const auto text = openSimErrorText([&] { model->initSystem(); });
        INFO(text);
        CHECK(text.find(expected) != std::string::npos);
        CHECK(text.find("NMMController") != std::string::npos);
    }
};

} // namespace

TEST_CASE("A controller says what is wrong with its connections") {
    DrivenArm driven;
    SECTION("no connection") {
        driven.disconnect();
        driven.check(
                "Expected 2 connections in <input_controls>, one excitation for each muscle of "
                "<socket_actuators>, but received 0.");
    }
    SECTION("no muscle") {
        driven.disconnect();
        driven.controller.updSocket("actuators").disconnect();
        driven.check("Expected muscles in <socket_actuators>, but received none.");
    }
    SECTION("too few connections") {
        driven.disconnect();
        driven.connect("flexor");
        driven.check("but received 1.");
    }
    SECTION("wrong order") {
        driven.disconnect();
        driven.connect("extensor");
        driven.connect("flexor");
        driven.check("with the excitation of 'flexor' at position 0, but received "
                     "'/componentset/deep_emg|excitations:extensor'.");
    }
    SECTION("the whole list output, which OpenSim sorts by name") {
        driven.disconnect();
        driven.controller.connectInput_controls(
                ArmProject::getPredictor(*driven.model).getOutput("excitations"));
        driven.check("with the excitation of 'flexor' at position 0");
    }
    SECTION("an alias that says something else") {
        driven.disconnect();
        driven.connect("flexor", "biceps");
        driven.connect("extensor");
        driven.check("with the excitation of 'flexor' at position 0");
    }
    SECTION("another output") {
        driven.disconnect();
        for (const auto* name : {"flexor", "extensor"}) {
            driven.controller.connectInput_controls(
                    driven.model->getMuscles().get(name).getOutput("excitation"), name);
        }
        driven.check("Expected channels of the output 'excitations' of a DeepEMGPredictor");
    }
}

TEST_CASE("A controller says what is wrong with its muscles") {
    DrivenArm driven;
    SECTION("a muscle with two drivers") {
        auto* other = new PrescribedController();
        other->setName("prescribed");
        other->addActuator(driven.model->getMuscles().get("extensor"));
        other->prescribeControlForActuator("extensor", Constant(0.5));
        driven.model->addController(other);
        driven.check("Expected to be the only controller of 'extensor', but controller "
                     "'/controllerset/prescribed' drives it too.");
        other->setEnabled(false);
        CHECK_NOTHROW(driven.model->initSystem());
    }
    SECTION("a muscle without its calibrated parameters") {
        driven.model->updComponent<Millard2012EquilibriumMuscle>("/forceset/flexor")
                .set_tendon_slack_length(0.2);
        driven.check("Muscle 'flexor' of model 'arm': Expected tendon_slack_length = 0.19 as "
                     "calibrated, but received 0.2.");
    }
    SECTION("a tendon of the other kind") {
        driven.model->updComponent<Millard2012EquilibriumMuscle>("/forceset/flexor")
                .set_ignore_tendon_compliance(false);
        driven.check("Expected ignore_tendon_compliance = true as calibrated, but received false.");
    }
}
