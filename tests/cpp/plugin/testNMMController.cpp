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

TEST_CASE("A controller says what is wrong") {
    const ArmProject project;
    const auto model = project.makeDrivenArm();
    auto& controller = ArmProject::getController(*model);
    const auto& output = ArmProject::getPredictor(*model).getOutput("excitations");
    const auto connect = [&](const std::string& channel, const std::string& alias = "") {
        controller.connectInput_controls(output.getChannel(channel), alias);
    };
    const auto check = [&](const std::string& expected) {
        const auto text = openSimErrorText([&] { model->initSystem(); });
        INFO(text);
        CHECK(text.find(expected) != std::string::npos);
        CHECK(text.find("NMMController") != std::string::npos);
    };
    SECTION("no connection") {
        controller.updInput("controls").disconnect();
        check("Expected 2 connections in <input_controls>, one excitation for each muscle of "
              "<socket_actuators>, but received 0.");
    }
    SECTION("no muscle") {
        controller.updInput("controls").disconnect();
        controller.updSocket("actuators").disconnect();
        check("Expected muscles in <socket_actuators>, but received none.");
    }
    SECTION("too few connections") {
        controller.updInput("controls").disconnect();
        connect("flexor");
        check("but received 1.");
    }
    SECTION("wrong order") {
        controller.updInput("controls").disconnect();
        connect("extensor");
        connect("flexor");
        check("with the excitation of 'flexor' at position 0, but received "
              "'/componentset/deep_emg|excitations:extensor'.");
    }
    SECTION("the whole list output, which OpenSim sorts by name") {
        controller.updInput("controls").disconnect();
        controller.connectInput_controls(output);
        check("with the excitation of 'flexor' at position 0");
    }
    SECTION("an alias that says something else") {
        controller.updInput("controls").disconnect();
        connect("flexor", "biceps");
        connect("extensor");
        check("with the excitation of 'flexor' at position 0");
    }
    SECTION("another output") {
        controller.updInput("controls").disconnect();
        for (const auto* name : {"flexor", "extensor"}) {
            controller.connectInput_controls(
                    model->getMuscles().get(name).getOutput("excitation"), name);
        }
        check("Expected channels of the output 'excitations' of a DeepEMGPredictor");
    }
    SECTION("a muscle with two drivers") {
        auto* other = new PrescribedController();
        other->setName("prescribed");
        other->addActuator(model->getMuscles().get("extensor"));
        other->prescribeControlForActuator("extensor", Constant(0.5));
        model->addController(other);
        check("Expected to be the only controller of 'extensor', but controller "
              "'/controllerset/prescribed' drives it too.");
        other->setEnabled(false);
        CHECK_NOTHROW(model->initSystem());
    }
    SECTION("a muscle without its calibrated parameters") {
        model->updComponent<Millard2012EquilibriumMuscle>("/forceset/flexor")
                .set_tendon_slack_length(0.2);
        check("Muscle 'flexor' of model 'arm': Expected tendon_slack_length = 0.19 as calibrated, "
              "but received 0.2.");
    }
    SECTION("a tendon of the other kind") {
        model->updComponent<Millard2012EquilibriumMuscle>("/forceset/flexor")
                .set_ignore_tendon_compliance(false);
        check("Expected ignore_tendon_compliance = true as calibrated, but received false.");
    }
}
