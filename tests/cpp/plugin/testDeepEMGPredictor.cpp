#include "ArmProject.h"
#include "OpenSimErrorText.h"

#include <DeepEMGPredictor.h>

#include <OpenSim/Common/Reporter.h>

#include <catch2/catch.hpp>

#include <cmath>

using namespace OpenSim;

namespace {

void setMotion(const Model& model, SimTK::State& state, double time, double angle, double speed) {
    state.setTime(time);
    const auto& coordinate = model.getCoordinateSet().get("elbow_flexion");
    coordinate.setValue(state, angle, false);
    coordinate.setSpeedValue(state, speed);
    model.realizeVelocity(state);
}

std::vector<double> getExcitations(const Model& model, const SimTK::State& state) {
    const auto& values = ArmProject::getPredictor(model).getExcitations(state);
    return {values[0], values[1]};
}

/// Give the deep extensor an interval, which the second format has.
void addInterval(nlohmann::json& content) {
    content["format"] = 2;
    content["muscles"][1]["source"]["interval"] = {{"margin", 0.2}, {"floor", 0.1}};
}

/// Of the third format: an interval that grows outside training, and nothing else.
void addJudgement(nlohmann::json& content) {
    content["format"] = 3;
    content["muscles"][1]["source"].update({{"verdict", nullptr}, {"reason", nullptr},
            {"expectation", nullptr}, {"moments", nullptr},
            {"interval", {{"lower", {0.01, 0.2}}, {"upper", {0.03, 0.4}}}}});
}

} // namespace

TEST_CASE("Measured and deep excitations are the artefact's") {
    const ArmProject project;
    const auto model = project.makePredictingArm();
    auto state = model->initSystem();
    setMotion(*model, state, 1.0, 0.3, 0.5);
    const auto excitations = getExcitations(*model, state);
    // The EMG of a delay earlier, between its samples, times the gain.
    CHECK(excitations[0] == Approx(0.8 * (0.2 + 0.19 * std::sin(5.0 * 0.96))).epsilon(1e-6));
    CHECK(excitations[1] > 0.0);
    CHECK(excitations[1] < 1.0);
    setMotion(*model, state, 1.0, 0.4, 0.5);
    CHECK(getExcitations(*model, state)[0] == excitations[0]);
    CHECK(getExcitations(*model, state)[1] != excitations[1]);
    setMotion(*model, state, 1.0, 0.3, 0.6);
    CHECK(getExcitations(*model, state)[1] != excitations[1]);
}

TEST_CASE("The network runs once per state") {
    const ArmProject project;
    const auto model = project.makePredictingArm();
    const auto& predictor = ArmProject::getPredictor(*model);
    auto state = model->initSystem();
    const int before = predictor.getNumNetworkPasses();
    const auto readAll = [&] {
        for (const auto& [name, channel] :
                dynamic_cast<const Output<double>&>(predictor.getOutput("excitations"))
                        .getChannels()) {
            channel.getValue(state);
        }
        predictor.getExcitation(state, "flexor");
        getExcitations(*model, state);
    };
    setMotion(*model, state, 0.5, 0.1, 0.0);
    readAll();
    readAll();
    model->realizeAcceleration(state);
    readAll();
    CHECK(predictor.getNumNetworkPasses() == before + 1);
    setMotion(*model, state, 0.6, 0.1, 0.0);
    readAll();
    CHECK(predictor.getNumNetworkPasses() == before + 2);
}

TEST_CASE("Excitations are a pure function of the state") {
    const ArmProject project;
    const auto model = project.makePredictingArm();
    auto state = model->initSystem();
    setMotion(*model, state, 1.2, 0.2, -1.0);
    const auto first = getExcitations(*model, state);
    // As an integrator does that tries a step, rejects it, and tries a shorter one.
    for (const double time : {1.3, 1.25, 2.9, 0.0}) {
        setMotion(*model, state, time, time, 1.0 - time);
        CHECK(getExcitations(*model, state) != first);
    }
    setMotion(*model, state, 1.2, 0.2, -1.0);
    CHECK(getExcitations(*model, state) == first);
}

TEST_CASE("A predictor can be copied with its model") {
    const ArmProject project;
    auto original = project.makeDrivenArm();
    auto state = original->initSystem();
    setMotion(*original, state, 1.0, 0.3, 0.5);
    const auto expected = getExcitations(*original, state);
    std::unique_ptr<Model> copy(original->clone());
    const Model second(*original);
    original.reset();
    // The files are read already.
    std::filesystem::remove(project / "emg.sto");
    project.writeEMG("emg.sto");
    auto copiedState = copy->initSystem();
    setMotion(*copy, copiedState, 1.0, 0.3, 0.5);
    CHECK(getExcitations(*copy, copiedState) == expected);
    std::unique_ptr<Model> third(second.clone());
    auto thirdState = third->initSystem();
    setMotion(*third, thirdState, 1.0, 0.3, 0.5);
    CHECK(getExcitations(*third, thirdState) == expected);
}

TEST_CASE("A model with predictor and controller survives its file") {
    const ArmProject project;
    const auto model = project.makeDrivenArm();
    model->initSystem();
    model->print((project / "driven.osim").string());
    Model read((project / "driven.osim").string());
    auto state = read.initSystem();
    CHECK(ArmProject::getPredictor(read) == ArmProject::getPredictor(*model));
    CHECK(read.getControllerSet().get("nmm") == model->getControllerSet().get("nmm"));
    auto original = model->getWorkingState();
    setMotion(read, state, 1.0, 0.3, 0.5);
    setMotion(*model, original, 1.0, 0.3, 0.5);
    CHECK(getExcitations(read, state) == getExcitations(*model, original));
    read.print((project / "again.osim").string());
    CHECK(Model((project / "again.osim").string()) == read);
}

TEST_CASE("Reporters log the excitations") {
    const ArmProject project;
    const auto model = project.makePredictingArm();
    auto* reporter = new TableReporter();
    reporter->setName("reporter");
    const auto& output = ArmProject::getPredictor(*model).getOutput("excitations");
    reporter->addToReport(output);
    model->addComponent(reporter);
    auto& state = model->initSystem();
    model->realizeReport(state);
    const auto& table = reporter->getTable();
    // A whole list output comes sorted by name.
    CHECK(table.getColumnLabels() ==
            std::vector<std::string>{"/componentset/deep_emg|excitations:extensor",
                    "/componentset/deep_emg|excitations:flexor"});
    const auto excitations = getExcitations(*model, state);
    CHECK(table.getRowAtIndex(0)[0] == excitations[1]);
    CHECK(table.getRowAtIndex(0)[1] == excitations[0]);
}

TEST_CASE("Intervals are outputs of the same network pass") {
    const ArmProject project(addInterval);
    const auto model = project.makePredictingArm();
    auto* reporter = new TableReporter();
    reporter->setName("reporter");
    const auto& predictor = ArmProject::getPredictor(*model);
    for (const auto* name : {"excitations", "excitation_lower_bounds", "excitation_upper_bounds"}) {
        reporter->addToReport(predictor.getOutput(name));
    }
    model->addComponent(reporter);
    auto& state = model->initSystem();
    const int before = predictor.getNumNetworkPasses();
    model->realizeReport(state);
    CHECK(predictor.getNumNetworkPasses() == before + 1);
    const auto& table = reporter->getTable();
    // The measured flexor has no interval.
    CHECK(table.getColumnLabels() ==
            std::vector<std::string>{"/componentset/deep_emg|excitations:extensor",
                    "/componentset/deep_emg|excitations:flexor",
                    "/componentset/deep_emg|excitation_lower_bounds:extensor",
                    "/componentset/deep_emg|excitation_upper_bounds:extensor"});
    const auto row = table.getRowAtIndex(0);
    const double halfWidth = 0.2 * (0.1 + row[0]);
    CHECK(row[2] == Approx(row[0] - halfWidth).epsilon(1e-14));
    CHECK(row[3] == Approx(row[0] + halfWidth).epsilon(1e-14));
}

TEST_CASE("Without intervals there is no bound to read") {
    const ArmProject project;
    const auto model = project.makePredictingArm();
    auto& state = model->initSystem();
    model->realizeVelocity(state);
    const auto& predictor = ArmProject::getPredictor(*model);
    using List = Output<double>;
    for (const auto* name : {"excitation_lower_bounds", "excitation_upper_bounds"}) {
        CHECK(dynamic_cast<const List&>(predictor.getOutput(name)).getChannels().empty());
    }
    const auto text =
            openSimErrorText([&] { predictor.getExcitationUpperBound(state, "extensor"); });
    CHECK(text.find("Expected a muscle with an interval of its excitation, but received "
                    "'extensor', which has none in the artefact.") != std::string::npos);
}

TEST_CASE("How far a state lies outside training is an output that asks no network") {
    const ArmProject project([](nlohmann::json& content) {
        addJudgement(content);
        content["training_range"] = {{"channels", {{0.0, 0.5}, {0.0, 0.5}}},
                {"coordinates", {{-0.5, 1.5}}}, {"speeds", {{-4.0, 4.0}}}};
    });
    const auto model = project.makePredictingArm();
    const auto& predictor = ArmProject::getPredictor(*model);
    auto state = model->initSystem();
    const int before = predictor.getNumNetworkPasses();
    const auto read = [&](double angle, double speed) {
        setMotion(*model, state, 1.0, angle, speed);
        return predictor.getOutputValue<double>(state, "outside_training");
    };
    CHECK(read(0.3, 0.5) == 0.0);
    CHECK(read(2.0, 0.5) == Approx(0.25).epsilon(1e-14));
    CHECK(read(2.0, -8.0) == Approx(0.5).epsilon(1e-14));
    CHECK(read(0.3, 0.5) == 0.0);
    CHECK(predictor.getNumNetworkPasses() == before);
    // A quarter of the range beyond, at most a whole one counts.
    for (const auto& [angle, width] :
            {std::pair(0.3, 1.0), std::pair(2.0, 1.25), std::pair(9.0, 2.0)}) {
        setMotion(*model, state, 1.0, angle, 0.5);
        const double e = predictor.getExcitation(state, "extensor");
        CHECK(predictor.getExcitationLowerBound(state, "extensor") ==
                Approx(std::max(e - width * (0.01 + 0.2 * e), 0.0)).margin(1e-14));
        CHECK(predictor.getExcitationUpperBound(state, "extensor") ==
                Approx(e + width * (0.03 + 0.4 * e)).epsilon(1e-14));
    }
    CHECK(predictor.getNumNetworkPasses() == before + 3);
}

TEST_CASE("An artefact that does not tell what training saw has no number of it") {
    const ArmProject project;
    const auto model = project.makePredictingArm();
    auto state = model->initSystem();
    setMotion(*model, state, 1.0, 0.3, 0.5);
    CHECK(std::isnan(ArmProject::getPredictor(*model).getOutsideTraining(state)));
}

TEST_CASE("A changed EMG file is read again") {
    const ArmProject project;
    const auto model = project.makePredictingArm();
    project.writeEMG("other.sto", 2.0);
    auto& predictor = model->updComponent<DeepEMGPredictor>("/componentset/deep_emg");
    predictor.set_emg_file("other.sto");
    auto state = model->initSystem();
    setMotion(*model, state, 2.5, 0.3, 0.5);
    CHECK(openSimErrorText([&] { getExcitations(*model, state); }).find("other.sto") !=
            std::string::npos);
}

namespace {

/// The message of an arm whose predictor has been spoilt.
std::string findComplaint(Model& model) {
    return openSimErrorText([&] {
        auto& state = model.initSystem();
        model.realizeVelocity(state);
        getExcitations(model, state);
    });
}

} // namespace

TEST_CASE("A predictor says what is wrong with its files") {
    const ArmProject project;
    const auto model = project.makePredictingArm();
    auto& predictor = model->updComponent<DeepEMGPredictor>("/componentset/deep_emg");
    std::string expected;
    SECTION("no artefact") {
        predictor.set_artefact_file("");
        expected = "Expected a file in <artefact_file>, but received none.";
    }
    SECTION("no EMG") {
        predictor.set_emg_file("");
        expected = "Expected a file in <emg_file>, but received none.";
    }
    SECTION("an absent file: both folders are named") {
        predictor.set_emg_file("absent.sto");
        expected = "EMG file 'absent.sto': Expected a file in the model's folder '" +
                   (project / "").parent_path().string() + "' or in the working folder '" +
                   std::filesystem::current_path().string() + "', but found none.";
    }
    SECTION("an artefact that is none") {
        predictor.set_artefact_file("emg.sto");
        expected = "emg.sto'";
    }
    CHECK_THAT(findComplaint(*model), Catch::Contains(expected));
}

TEST_CASE("A predictor says what does not fit its artefact") {
    const ArmProject project;
    const auto model = project.makePredictingArm();
    auto& predictor = model->updComponent<DeepEMGPredictor>("/componentset/deep_emg");
    std::string expected;
    SECTION("a channel is missing") {
        project.writeEMG("less.sto", 3.0, false);
        predictor.set_emg_file("less.sto");
        expected = "Expected a column 'triceps', but found none; the nearest are: biceps.";
    }
    SECTION("time before the EMG") {
        predictor.set_emg_time_offset(0.5);
        expected = "Expected a recording of 0 to 0 s, but found 0.5 to 3.5 s.";
    }
    SECTION("an offset that is no number") {
        predictor.set_emg_time_offset(SimTK::NaN);
        expected = "expected a finite <emg_time_offset>";
    }
    SECTION("a muscle is missing") {
        model->updForceSet().get("extensor").setName("triceps");
        expected = "Expected a muscle 'extensor', but found none; the nearest are:";
    }
    SECTION("another model") {
        auto& joint = model->updJointSet().get("elbow");
        joint.upd_frames(0).set_translation(SimTK::Vec3(0.01, 0, 0));
        expected = "Expected the model that artefact";
    }
    CHECK_THAT(findComplaint(*model), Catch::Contains(expected));
}

TEST_CASE("Time after the EMG is refused with both ranges") {
    const ArmProject project;
    const auto model = project.makePredictingArm();
    auto state = model->initSystem();
    setMotion(*model, state, 3.0 + 0.5 * ArmProject::Delay, 0.0, 0.0);
    CHECK(getExcitations(*model, state).size() == 2); // the delay lets it last that long
    setMotion(*model, state, 3.5, 0.0, 0.0);
    const auto text = openSimErrorText([&] { getExcitations(*model, state); });
    CHECK(text.find("Expected a recording of 3.5 to 3.5 s, but found 0 to 3 s.") !=
            std::string::npos);
    CHECK(text.find("DeepEMGPredictor") != std::string::npos);
}
