#include "ErrorText.h"
#include "ExampleArtefact.h"
#include "TemporaryFolder.h"

#include <nmm/excitation/ExcitationModel.h>
#include <nmm/muscles/Activation.h>

#include <cmath>

using Catch::Contains;
using nmm::Artefact;
using nmm::ExcitationModel;
using nmm::Matrix;
using nmm::TimeSeries;

namespace {

Artefact readExample(const ExampleArtefact& example = {}) {
    const TemporaryFolder folder;
    example.write(folder / "leg.nmm");
    return Artefact::read(folder / "leg.nmm");
}

/// 1 s of recording at 100 Hz: `gasmed` is the time in s, `tibant` 0.2; and a channel that nobody
/// asks for, in another order than the artefact's.
TimeSeries makeRecording() {
    TimeSeries emg{{"other", "tibant", "gasmed"}, {}, Matrix(101, 3)};
    for (std::size_t row = 0; row <= 100; ++row) {
        emg.time.push_back(0.01 * static_cast<double>(row));
        emg.values(row, 0) = 99.0;
        emg.values(row, 1) = 0.2;
        emg.values(row, 2) = emg.time[row];
    }
    return emg;
}

Matrix compute(const ExcitationModel& model, const TimeSeries& emg,
        const std::vector<double>& times, double coordinate = 0.0, double speed = 0.0) {
    return model.computeExcitations(emg, times,
            {Matrix(times.size(), 1, coordinate), Matrix(times.size(), 1, speed), {}},
            "EMG file 'walk.sto'");
}

double logistic(double x) {
    return 1.0 / (1.0 + std::exp(-x));
}

/// The example with a network of one layer whose first output is the logistic function of one
/// input.
ExampleArtefact listenTo(std::size_t input) {
    ExampleArtefact example;
    example.content["predictor"]["layers"] = 1;
    example.tensors.erase("predictor.1.weight");
    example.tensors.erase("predictor.1.bias");
    example.tensors["predictor.0.weight"].values[input] = 1.0;
    return example;
}

} // namespace

TEST_CASE("Every kind of source gives its excitation") {
    const ExcitationModel model(readExample());
    const auto excitations = compute(model, makeRecording(), {0.3});
    REQUIRE(excitations.columns == 4);
    // 2 x gain 0.5 x gasmed(0.3 - 0.05) + 0.5 x gain 1 x tibant
    CHECK(excitations(0, 1) == Approx(0.25 + 0.1));
    CHECK(excitations(0, 0) == Approx(0.8 * 0.35)); // tied to it
    CHECK(excitations(0, 2) == 0.5);                // deep: output 0
    CHECK(excitations(0, 3) == Approx(0.75));       // unscored: output 1
}

TEST_CASE("Excitations are clipped to [0, 1], tied ones after their ratio") {
    ExampleArtefact example;
    example.content["muscles"][0]["source"]["ratio"] = 1.6;
    example.content["muscles"][1]["source"]["weights"] = {20.0, 0.0};
    const auto high = compute(ExcitationModel(readExample(example)), makeRecording(), {0.9});
    CHECK(high(0, 1) == 1.0);
    CHECK(high(0, 0) == 1.0);
    example.content["muscles"][0]["source"]["ratio"] = 0.7;
    CHECK(compute(ExcitationModel(readExample(example)), makeRecording(), {0.9})(0, 0) == 0.7);
    example.content["muscles"][1]["source"]["weights"] = {-20.0, 0.0};
    CHECK(compute(ExcitationModel(readExample(example)), makeRecording(), {0.9})(0, 1) == 0.0);
}

TEST_CASE("The network's inputs are lags x channels, coordinates, speeds") {
    const double time = 0.4, delay = 0.05, lag = 0.02;
    const double expected[] = {time - delay, 0.2, time - delay - lag, 0.2, 1.3, -0.7};
    for (std::size_t input = 0; input < 6; ++input) {
        const ExcitationModel model(readExample(listenTo(input)));
        const auto excitations = compute(model, makeRecording(), {time}, 1.3, -0.7);
        INFO("input " << input);
        CHECK(excitations(0, 2) == Approx(logistic(expected[input])).epsilon(1e-12));
    }
}

namespace {

/// The example with a network that listens to one column of external loads, and to nothing else.
ExampleArtefact listenToLoad() {
    auto example = listenTo(0);
    example.content["predictor"]["inputs"]["external_loads"] = {"ground_force_vy"};
    auto& weight = example.tensors["predictor.0.weight"];
    weight = {{2, 7}, std::vector<double>(14, 0.0)};
    weight.values[6] = 1.0;
    example.tensors["predictor.input_mean"] = {{7}, std::vector<double>(7, 100.0)};
    example.tensors["predictor.input_scale"] = {{7}, std::vector<double>(7, 500.0)};
    return example;
}

} // namespace

TEST_CASE("External loads are the network's last inputs") {
    const ExcitationModel model(readExample(listenToLoad()));
    Matrix loads(2, 1);
    loads.values = {600.0, 0.0};
    const auto excitations = model.computeExcitations(
            makeRecording(), {0.4, 0.5}, {Matrix(2, 1, 1.3), Matrix(2, 1, -0.7), loads});
    CHECK(excitations(0, 2) == Approx(logistic(1.0)).epsilon(1e-12));
    CHECK(excitations(1, 2) == Approx(logistic(-0.2)).epsilon(1e-12));
}

TEST_CASE("External loads that do not fit are refused") {
    const Matrix one(1, 1);
    const auto compute = [&](const ExampleArtefact& example, const Matrix& loads) {
        return errorText([&] {
            ExcitationModel(readExample(example))
                    .computeExcitations(makeRecording(), {0.3}, {one, one, loads});
        });
    };
    CHECK_THAT(compute(listenToLoad(), Matrix()),
            Contains("external loads of shape 1 x 1 (times x ['ground_force_vy'])") &&
                    Contains("received 0 x 0"));
    CHECK_THAT(compute(listenToLoad(), Matrix(1, 1, std::nan(""))),
            Contains("finite external loads") && Contains("'ground_force_vy' in frame 0"));
    CHECK_THAT(compute(ExampleArtefact(), Matrix(1, 1)),
            Contains("external loads of shape 1 x 0") && Contains("received 1 x 1"));
    auto twice = listenToLoad();
    twice.content["predictor"]["inputs"]["external_loads"] = {"fy", "fy"};
    CHECK_THAT(compute(twice, one), Contains("external_loads") && Contains("'fy'"));
}

TEST_CASE("Before the recording's first sample its first value is held") {
    auto emg = makeRecording();
    for (auto& time : emg.time) {
        time += 10.0;
    }
    for (std::size_t row = 0; row < emg.values.rows; ++row) {
        emg.values(row, 2) += 0.3;
    }
    const ExcitationModel measured(readExample());
    CHECK(compute(measured, emg, {10.0})(0, 1) == Approx(0.3 + 0.1));
    CHECK(compute(measured, emg, {10.05})(0, 1) == Approx(0.3 + 0.1));
    CHECK(compute(measured, emg, {10.07})(0, 1) == Approx(0.32 + 0.1));
    const ExcitationModel lagged(readExample(listenTo(2)));
    CHECK(compute(lagged, emg, {10.06})(0, 2) == Approx(logistic(0.3)));
    CHECK(compute(lagged, emg, {10.08})(0, 2) == Approx(logistic(0.31)));
}

TEST_CASE("A frame's excitations do not depend on the other frames") {
    auto example = listenTo(2);
    example.tensors["predictor.0.weight"].values = {
            0.3, -0.9, 1.1, 0.2, 0.5, 0.6, -1, 2, 0, 1, 1, 1};
    const ExcitationModel model(readExample(example));
    const auto emg = makeRecording();
    const std::vector<double> times{0.013, 0.2, 0.21, 0.5, 1.0};
    const auto together = compute(model, emg, times, 0.1, 0.2);
    for (std::size_t frame = 0; frame < times.size(); ++frame) {
        const auto alone = compute(model, emg, {times[frame]}, 0.1, 0.2);
        for (std::size_t muscle = 0; muscle < 4; ++muscle) {
            CHECK(alone(0, muscle) == Approx(together(frame, muscle)).epsilon(1e-13));
        }
    }
    CHECK(compute(model, emg, {}).rows == 0);
}

TEST_CASE("The recording must cover the frames less the delay") {
    const ExcitationModel model(readExample());
    CHECK_NOTHROW(compute(model, makeRecording(), {0.0, 1.05}));
    CHECK_THAT(errorText([&] {
        compute(model, makeRecording(), {0.0, 1.2});
    }),
            Contains("EMG file 'walk.sto': Expected a recording of 0 to 1.15 s") &&
                    Contains("found 0 to 1 s"));
    CHECK_THAT(errorText([&] {
        compute(model, makeRecording(), {-0.1, 0.5});
    }),
            Contains("recording of -0.1 to 0.45 s"));
    CHECK_THAT(errorText([&] { compute(model, {}, {0.5}); }), Contains("found no samples"));
}

TEST_CASE("Inputs that do not fit are refused by name") {
    const ExcitationModel model(readExample());
    auto emg = makeRecording();
    const std::vector<double> times{0.3};
    SECTION("a missing channel") {
        emg.columns[2] = "gas_med";
        CHECK_THAT(errorText([&] { compute(model, emg, times); }),
                Contains("EMG file 'walk.sto'") && Contains("'gasmed'") && Contains("gas_med"));
    }
    SECTION("a sample that is no number") {
        emg.values(25, 1) = std::nan("");
        CHECK_THAT(errorText([&] { compute(model, emg, times); }),
                Contains("column 'tibant'") && Contains("nan at 0.25 s"));
    }
    SECTION("shapes") {
        CHECK_THAT(errorText([&] {
            model.computeExcitations(emg, times, {Matrix(1, 2), Matrix(1, 1), {}});
        }),
                Contains("coordinates of shape 1 x 1 (times x ['ankle_angle_r'])") &&
                        Contains("received 1 x 2"));
        CHECK_THAT(errorText([&] {
            model.computeExcitations(emg, times, {Matrix(1, 1), Matrix(2, 1), {}});
        }),
                Contains("speeds of shape 1 x 1") && Contains("received 2 x 1"));
    }
    SECTION("a coordinate or a time that is no number") {
        CHECK_THAT(errorText([&] { compute(model, emg, times, std::nan("")); }),
                Contains("finite coordinates") && Contains("'ankle_angle_r' in frame 0"));
        CHECK_THROWS_AS(compute(model, emg, {std::nan("")}), nmm::Error);
    }
}

TEST_CASE("Activations take each muscle's parameters") {
    ExampleArtefact example;
    example.content["muscles"][2]["shape_factor"] = -3.0;
    example.content["muscles"][2]["activation_time_constant"] = 0.02;
    example.content["muscles"][2]["deactivation_time_constant"] = 0.08;
    example.content["muscles"][2]["minimum_activation"] = 0.03;
    const ExcitationModel model(readExample(example));
    const std::vector<double> times{0.0, 0.01, 0.02, 0.03};
    Matrix excitations(4, 4);
    for (std::size_t i = 0; i < excitations.values.size(); ++i) {
        excitations.values[i] = 0.5 + 0.5 * std::sin(static_cast<double>(i));
    }
    const nmm::ActivationParameters others{-1.5, 0.01, 0.04, 0.01};
    const auto expected = nmm::computeActivations(
            times, {times, excitations}, {others, others, {-3.0, 0.02, 0.08, 0.03}, others});
    CHECK(model.computeActivations(times, excitations).values == expected.values);
}
