#include "ArmProject.h"
#include "OpenSimErrorText.h"

#include <DeepEMGPredictor.h>
#include <trial/EMGRecording.h>

#include <nmm/excitation/ExcitationModel.h>

#include <catch2/catch.hpp>

#include <fstream>

using namespace OpenSim;

namespace {

/// The network listens to the load on the hand instead of the speed.
void listenToLoad(nlohmann::json& content) {
    content["format"] = 2;
    content["muscles"][1]["source"]["interval"] = nullptr;
    auto& inputs = content["predictor"]["inputs"];
    inputs["speeds"] = nlohmann::json::array();
    inputs["external_loads"] = {"hand_vy"};
}

struct LoadedArm {
    ArmProject project{listenToLoad};
    std::unique_ptr<Model> model;

    LoadedArm() {
        project.writeExternalLoads("loads", 3.0);
        model = project.makePredictingArm("loads.xml");
    }

    DeepEMGPredictor& updPredictor() {
        return model->updComponent<DeepEMGPredictor>("/componentset/deep_emg");
    }

    double computeExtensor(double time) {
        auto state = model->initSystem();
        state.setTime(time);
        model->realizeVelocity(state);
        return updPredictor().getExcitation(state, "extensor");
    }
};

} // namespace

TEST_CASE("The network sees the external loads of the state's time") {
    LoadedArm arm;
    const auto artefact = nmm::Artefact::read(arm.project / "arm.nmm");
    const auto emg = nmm::osim::readEMG((arm.project / "emg.sto").string(), 0.0, artefact).channels;
    const nmm::ExcitationModel excitationModel(artefact);
    for (const double time : {0.5, 1.013}) {
        const auto expect = [&](double load) {
            return excitationModel.computeExcitations(
                    emg, {time}, {nmm::Matrix(1, 1), nmm::Matrix(1, 0), nmm::Matrix(1, 1, load)});
        };
        const double load = 10.0 * (1.0 + time);
        CHECK(arm.computeExtensor(time) == Approx(expect(load)(0, 1)).epsilon(1e-12));
        CHECK(expect(load)(0, 1) != Approx(expect(load - 1.0)(0, 1)).epsilon(1e-6));
    }
}

TEST_CASE("External loads that were written anew are read again") {
    LoadedArm arm;
    const double before = arm.computeExtensor(1.0);
    const auto data = (arm.project / "loads.mot").string();
    std::string text;
    {
        std::ifstream stream(data);
        text.assign(std::istreambuf_iterator<char>(stream), {});
    }
    const auto row = text.find("\n1\t0\t20");
    REQUIRE(row != std::string::npos);
    text.replace(row, 7, "\n1\t0\t25");
    std::ofstream(data) << text;
    // Two writes within one tick of the file system's clock look alike.
    const auto now = std::filesystem::last_write_time(data);
    std::filesystem::last_write_time(data, now + std::chrono::seconds(1));
    CHECK(arm.computeExtensor(1.0) != Approx(before).epsilon(1e-6));
}

TEST_CASE("External loads that are missing are refused by name") {
    LoadedArm arm;
    const auto check = [&](double time, const std::string& expected) {
        const auto text = openSimErrorText([&] { arm.computeExtensor(time); });
        INFO(text);
        CHECK(text.find(expected) != std::string::npos);
    };
    SECTION("no file") {
        arm.updPredictor().set_external_loads_file("");
        check(1.0, "Expected a file in <external_loads_file>, because the artefact's network sees "
                   "['hand_vy'], but received none.");
    }
    SECTION("an absent file") {
        arm.updPredictor().set_external_loads_file("absent.xml");
        check(1.0, "External loads file 'absent.xml': Expected a file in the model's folder");
    }
    SECTION("a file that is no XML") {
        arm.updPredictor().set_external_loads_file("loads.mot");
        check(1.0, "loads.mot': Expected ExternalLoads (.xml), but received:");
    }
    SECTION("absent data") {
        std::filesystem::remove(arm.project / "loads.mot");
        check(1.0, "External loads data file");
    }
    SECTION("another column") {
        arm.project.writeEMG("loads.mot");
        check(1.0, "Expected a column 'hand_vy', but found none; the nearest are:");
    }
    SECTION("too short") {
        arm.project.writeExternalLoads("loads", 2.0);
        check(2.5, "loads.mot': Expected times from 2.5 to 2.5 s, but received 0 to 2 s.");
    }
}

TEST_CASE("Loads that the network does not see are not read") {
    const ArmProject project;
    const auto model = project.makePredictingArm();
    std::ofstream(project / "broken.xml") << "no XML";
    model->updComponent<DeepEMGPredictor>("/componentset/deep_emg")
            .set_external_loads_file("broken.xml");
    CHECK_NOTHROW(model->initSystem());
}
