#include "ArmProject.h"
#include "OpenSimErrorText.h"

#include <DeepEMGPredictor.h>
#include <ForwardModel.h>
#include <NMMAnalysis.h>
#include <model/CalibratedModel.h>
#include <trial/RecordedNMM.h>
#include <trial/Trial.h>

#include <OpenSim/Simulation/Manager/Manager.h>

#include <catch2/catch.hpp>

#include <cmath>
#include <fstream>

using namespace OpenSim;
using nmm::Matrix;

namespace {

const std::vector<double> Lags{0.0, 0.1, 0.25};

/// The network sees the angle and its speed at t and up to 0.25 s before.
void seeEarlierMotion(nlohmann::json& content) {
    content["format"] = 3;
    content["muscles"][1]["source"].update({{"verdict", nullptr}, {"reason", nullptr},
            {"expectation", nullptr}, {"moments", nullptr}, {"interval", nullptr}});
    auto& predictor = content["predictor"];
    predictor.update({{"family", "transformer"}, {"layers", 1}, {"heads", 2}, {"rest", 0.05}});
    predictor["inputs"]["motion_lags"] = Lags;
}

void seeEarlierLoad(nlohmann::json& content) {
    seeEarlierMotion(content);
    content["predictor"]["inputs"]["speeds"] = nlohmann::json::array();
    content["predictor"]["inputs"]["external_loads"] = {"hand_vy"};
}

/// Tokens of width 4 for biceps, triceps and the extensor, feed-forward width 3, 10 inputs.
void makeTransformer(ArmProject::Network& network) {
    network.clear();
    double phase = 0.0;
    const auto add = [&](const std::string& name, const std::vector<std::size_t>& shape,
                             double mean = 0.0, double height = 0.5) {
        std::size_t count = 1;
        for (const auto extent : shape) {
            count *= extent;
        }
        phase += 0.7;
        auto& tensor = network["predictor." + name] = {shape, std::vector<double>(count)};
        for (std::size_t i = 0; i < count; ++i) {
            tensor.values[i] = mean + height * std::sin(1.9 * static_cast<double>(i) + phase);
        }
    };
    add("input_mean", {10});
    add("input_scale", {10}, 1.5);
    add("channel_peaks", {2}, 1.0);
    add("output_scale", {3}, 0.6, 0.1);
    add("embedding.weight", {3, 4, 10});
    add("embedding.bias", {3, 4});
    for (const std::string norm : {"0.attention_norm", "0.feed_forward_norm", "norm"}) {
        add(norm + ".weight", {4}, 1.0);
        add(norm + ".bias", {4});
    }
    add("0.attention.in.weight", {12, 4});
    add("0.attention.in.bias", {12});
    add("0.attention.out.weight", {4, 4});
    add("0.attention.out.bias", {4});
    add("0.feed_forward.0.weight", {3, 4});
    add("0.feed_forward.0.bias", {3});
    add("0.feed_forward.1.weight", {4, 3});
    add("0.feed_forward.1.bias", {4});
    add("output.weight", {3, 4}, 0.0, 0.3);
    add("output.bias", {3}, -1.0, 0.2);
    add("skip.weight", {3, 10}, 0.0, 0.1);
}

nmm::osim::CoordinatesFile readAll(const std::string& file, double cutoffFrequency = -1) {
    return {file, cutoffFrequency, std::nullopt, std::nullopt};
}

/// An arm whose predictor has the swing of swing.sto, 100 frames a second.
struct SwingingArm {
    ArmProject project{seeEarlierMotion, makeTransformer};
    std::unique_ptr<Model> model;

    SwingingArm() {
        project.writeCoordinates("swing.sto", 100.0, 3.0);
        model = project.makePredictingArm();
        updPredictor().set_coordinates_file("swing.sto");
    }

    DeepEMGPredictor& updPredictor() {
        return model->updComponent<DeepEMGPredictor>("/componentset/deep_emg");
    }

    std::vector<double> compute(double time, double angle, double speed) {
        auto state = model->initSystem();
        state.setTime(time);
        const auto& coordinate = model->getCoordinateSet().get("elbow_flexion");
        coordinate.setValue(state, angle, false);
        coordinate.setSpeedValue(state, speed);
        model->realizeVelocity(state);
        const auto& values = updPredictor().getExcitations(state);
        return {values[0], values[1]};
    }

    nmm::osim::RecordedNMM readNMM() const {
        return nmm::osim::RecordedNMM(
                {(project / "arm.nmm").string(), {(project / "emg.sto").string(), 0.0, ""}});
    }

    nmm::osim::CoordinateTrajectory readSwing(double cutoffFrequency = -1) const {
        return nmm::osim::readCoordinates(
                readAll((project / "swing.sto").string(), cutoffFrequency), *model,
                {"elbow_flexion"});
    }
};

/// A trajectory's value at a time, held before its beginning.
double interpolate(
        const std::vector<double>& times, const std::vector<double>& values, double time) {
    std::size_t i = 0;
    while (i + 2 < times.size() && times[i + 1] <= time) {
        ++i;
    }
    const double share = std::max(0.0, (time - times[i]) / (times[i + 1] - times[i]));
    return values[i] + share * (values[i + 1] - values[i]);
}

} // namespace

TEST_CASE("The network sees the state's motion and, before it, the recorded one") {
    SwingingArm arm;
    arm.model->initSystem();
    const auto swing = arm.readSwing();
    const auto nmm = arm.readNMM();
    // Between frames, at the recording's beginning, and beyond its end, as far as the network does
    // not see it.
    for (const double time : {1.0, 1.337, 0.0, 0.004, 0.17, 2.99, 3.03}) {
        Matrix angles(1, 3, 0.4), speeds(1, 3, -0.6);
        for (const std::size_t lag : {1, 2}) {
            angles(0, lag) = interpolate(swing.times, swing.values.values, time - Lags[lag]);
            speeds(0, lag) = interpolate(swing.times, swing.speeds.values, time - Lags[lag]);
        }
        const auto expected = nmm.computeExcitations(time, angles, speeds);
        const auto excitations = arm.compute(time, 0.4, -0.6);
        INFO("at " << time << " s");
        CHECK(excitations[0] == Approx(expected(0, 0)).epsilon(1e-10));
        CHECK(excitations[1] == Approx(expected(0, 1)).epsilon(1e-10));
        CHECK(excitations[1] > 0.0);
        CHECK(excitations[1] < 1.0);
        angles(0, 2) += 0.2;
        CHECK(nmm.computeExcitations(time, angles, speeds)(0, 1) !=
                Approx(expected(0, 1)).epsilon(1e-4));
    }
}

TEST_CASE("Excitations stay a pure function of the state and the recordings") {
    SwingingArm arm;
    const auto first = arm.compute(1.2, 0.2, -1.0);
    for (const double time : {1.3, 1.25, 2.9, 0.0}) {
        CHECK(arm.compute(time, time, 1.0 - time) != first);
    }
    CHECK(arm.compute(1.2, 0.2, -1.0) == first);
    const std::unique_ptr<Model> copy(arm.model->clone());
    auto state = copy->initSystem();
    state.setTime(1.2);
    copy->getCoordinateSet().get("elbow_flexion").setValue(state, 0.2, false);
    copy->getCoordinateSet().get("elbow_flexion").setSpeedValue(state, -1.0);
    copy->realizeVelocity(state);
    CHECK(ArmProject::getPredictor(*copy).getExcitations(state)[1] == first[1]);
}

TEST_CASE("A trial's frames are states with its own motion before them") {
    SwingingArm arm;
    const auto nmm = arm.readNMM();
    const auto calibrated = nmm::osim::loadCalibratedModel(
            (arm.project / "arm.osim").string(), nmm.getArtefact(), "arm.nmm");
    const auto swing = nmm::osim::readCoordinates(
            readAll((arm.project / "swing.sto").string()), *calibrated, {"elbow_flexion"});
    const auto trial = nmm::osim::computeTrial(
            *calibrated, nmm.getExcitationModel(), swing, nmm.getRecordings());
    REQUIRE(swing.times.size() == 301);
    for (const std::size_t frame : {0, 1, 5, 10, 24, 25, 26, 150, 300}) {
        const auto alone =
                arm.compute(swing.times[frame], swing.values(frame, 0), swing.speeds(frame, 0));
        INFO("frame " << frame);
        CHECK(alone[0] == Approx(trial.excitations(frame, 0)).epsilon(1e-9));
        CHECK(alone[1] == Approx(trial.excitations(frame, 1)).epsilon(1e-9));
    }
}

TEST_CASE("External loads before a recording's first sample are held, but not at the frame") {
    ArmProject project{seeEarlierLoad, makeTransformer};
    project.writeExternalLoads("loads", 3.0);
    project.writeCoordinates("swing.sto", 100.0, 3.0);
    const nmm::osim::RecordedNMM nmm({(project / "arm.nmm").string(),
            {(project / "emg.sto").string(), 0.0, (project / "loads.xml").string()}});
    const auto& loads = nmm.getRecordings().externalLoads;
    const auto windows = loads.sampleAt({0.0, 0.15, 2.0}, Lags);
    const std::vector<double> expected{10.0, 10.0, 10.0, 11.5, 10.5, 10.0, 30.0, 29.0, 27.5};
    REQUIRE(windows.values.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(windows.values[i] == Approx(expected[i]).epsilon(1e-12));
    }
    CHECK_THROWS_WITH(loads.sampleAt({-0.05}, Lags),
            Catch::Contains("Expected times from -0.05 to -0.05 s, but received 0 to 3 s."));

    const auto model = project.makePredictingArm("loads.xml");
    auto& predictor = model->updComponent<DeepEMGPredictor>("/componentset/deep_emg");
    predictor.set_coordinates_file("swing.sto");
    auto state = model->initSystem();
    state.setTime(0.15);
    model->realizeVelocity(state);
    Matrix angles(1, 3);
    angles.values = {0.0, 0.3 + 0.4 * std::sin(4.0 * 0.05), 0.3};
    CHECK(predictor.getExcitation(state, "extensor") ==
            Approx(nmm.computeExcitations(0.15, angles, Matrix(1, 0))(0, 1)).epsilon(1e-6));
}

TEST_CASE("A predictor says what is wrong with the motion before its states") {
    SwingingArm arm;
    std::string expected;
    double time = 1.0;
    SECTION("no file") {
        arm.updPredictor().set_coordinates_file("");
        expected = "Expected a file in <coordinates_file>, because the artefact's network sees the "
                   "motion of up to 0.25 s before, but received none.";
    }
    SECTION("an absent file: both folders are named") {
        arm.updPredictor().set_coordinates_file("absent.sto");
        expected = "Coordinates file 'absent.sto': Expected a file in the model's folder '";
    }
    SECTION("another table") {
        arm.updPredictor().set_coordinates_file("emg.sto");
        expected = "Expected a column for coordinate 'elbow_flexion', but found none";
    }
    SECTION("a motion that ends too early") {
        arm.project.writeCoordinates("swing.sto", 100.0, 1.5);
        time = 1.7;
        expected = "swing.sto': Expected the motion until 1.6 s, which the artefact's network sees "
                   "at 1.7 s, but found 0 to 1.5 s.";
    }
    SECTION("a filter above half the sampling frequency") {
        arm.updPredictor().set_lowpass_cutoff_frequency_for_coordinates(60);
        expected = "Expected lowpass_cutoff_frequency_for_coordinates to be -1 (no filter) or";
    }
    CHECK_THAT(openSimErrorText([&] { arm.compute(time, 0.3, 0.5); }), Catch::Contains(expected));
}

TEST_CASE("The motion before a state is filtered as the tool's") {
    SwingingArm arm;
    const auto raw = arm.compute(1.0, 0.4, -0.6);
    arm.updPredictor().set_lowpass_cutoff_frequency_for_coordinates(1.5);
    const auto filtered = arm.compute(1.0, 0.4, -0.6);
    CHECK(filtered[1] != Approx(raw[1]).epsilon(1e-4));
    const auto swing = arm.readSwing(1.5);
    Matrix angles(1, 3, 0.4), speeds(1, 3, -0.6);
    for (const std::size_t lag : {1, 2}) {
        angles(0, lag) = interpolate(swing.times, swing.values.values, 1.0 - Lags[lag]);
        speeds(0, lag) = interpolate(swing.times, swing.speeds.values, 1.0 - Lags[lag]);
    }
    CHECK(filtered[1] ==
            Approx(arm.readNMM().computeExcitations(1.0, angles, speeds)(0, 1)).epsilon(1e-10));
}

TEST_CASE("A motion that was written anew is read again") {
    SwingingArm arm;
    const auto before = arm.compute(1.0, 0.3, 0.5);
    const auto file = arm.project / "swing.sto";
    const auto time = std::filesystem::last_write_time(file);
    // Sampled so thinly that its lines cut the swing short.
    arm.project.writeCoordinates("swing.sto", 3.0, 3.0);
    // Two writes within one tick of the file system's clock look alike.
    std::filesystem::last_write_time(file, time + std::chrono::seconds(1));
    CHECK(arm.compute(1.0, 0.3, 0.5)[1] != Approx(before[1]).epsilon(1e-6));
}

TEST_CASE("Motion that the network does not see is not read") {
    const ArmProject project;
    const auto model = project.makePredictingArm();
    std::ofstream(project / "broken.sto") << "no table";
    model->updComponent<DeepEMGPredictor>("/componentset/deep_emg")
            .set_coordinates_file("broken.sto");
    CHECK_NOTHROW(model->initSystem());
}

TEST_CASE("A model for forward simulation names the motion only where it is needed") {
    SwingingArm arm;
    const auto write = [](const ArmProject& project) {
        const auto path = [&](const std::string& name) { return (project / name).string(); };
        nmm::osim::ForwardModelSources sources;
        sources.modelFile = path("arm.osim");
        sources.artefactFile = path("arm.nmm");
        sources.recordings.emgFile = path("emg.sto");
        sources.motion = readAll(path("swing.sto"), 6);
        nmm::osim::writeForwardModel(
                sources, nmm::Artefact::read(sources.artefactFile), path("out/forward.osim"));
        return std::make_unique<Model>(path("out/forward.osim"));
    };
    const auto model = write(arm.project);
    const auto& predictor = ArmProject::getPredictor(*model);
    CHECK(predictor.get_coordinates_file() == "../swing.sto");
    CHECK(predictor.get_lowpass_cutoff_frequency_for_coordinates() == 6);
    CHECK_NOTHROW(model->initSystem());

    ArmProject plain;
    plain.writeCoordinates("swing.sto", 100.0, 3.0);
    CHECK(ArmProject::getPredictor(*write(plain)).get_coordinates_file().empty());
}

TEST_CASE("An analysis takes the motion before its frames from its own") {
    SwingingArm arm;
    NMMAnalysis analysis;
    analysis.setName("nmm");
    analysis.set_artefact_file("arm.nmm");
    analysis.set_emg_file("emg.sto");
    arm.model->addAnalysis(&analysis);
    auto& state = arm.model->initSystem();
    Manager manager(*arm.model);
    manager.setIntegratorAccuracy(1e-5);
    manager.initialize(state);
    manager.integrate(0.5);
    CHECK_NOTHROW(analysis.printResults("forward", (arm.project / "results").string()));
    const TimeSeriesTable excitations(
            (arm.project / "results").string() + "/forward_nmm_excitations.sto");
    CHECK(excitations.getNumRows() > 5);
    CHECK(excitations.getIndependentColumn().back() == Approx(0.5 - ArmProject::Delay));
}
