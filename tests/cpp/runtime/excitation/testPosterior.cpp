#include "ErrorText.h"
#include "ExampleArtefact.h"
#include "TemporaryFolder.h"

#include <nmm/excitation/ExcitationModel.h>

#include <cmath>

using Catch::Contains;
using nmm::Artefact;
using nmm::ExcitationModel;
using nmm::Matrix;
using nmm::TimeSeries;

namespace {

Artefact readExample(const ExampleArtefact& example) {
    const TemporaryFolder folder;
    example.write(folder / "leg.nmm");
    return Artefact::read(folder / "leg.nmm");
}

/// Two seconds in which `gasmed` is the time in s and `tibant` 0.2.
TimeSeries makeRecording() {
    TimeSeries emg{{"gasmed", "tibant"}, {0.0, 2.0}, Matrix(2, 2)};
    emg.values.values = {0.0, 0.2, 2.0, 0.2};
    return emg;
}

Matrix compute(const ExcitationModel& model, double time, double angle) {
    return model.computeExcitations(
            makeRecording(), {time}, {Matrix(1, 1, angle), Matrix(1, 1, 0.0), {}});
}

enum { Glmax, Gasmed, Soleus, Perlong };

} // namespace

TEST_CASE("A prior is the geometric mean of its witnesses, corrected by the network") {
    const ExcitationModel model(readExample(ExampleArtefact::makePosterior()));
    // The EMG of t - 0.05 s: gasmed 0.8, a share of 0.4.
    const auto excitations = compute(model, 0.85, 0.0);
    CHECK(excitations(0, Soleus) == Approx(0.5 * std::sqrt(0.4 * 0.6) + 0.05).epsilon(1e-14));
    CHECK(excitations(0, Perlong) == Approx(0.5).epsilon(1e-14));
    // 2 (0.5 gasmed - 0.3) + 0.5 tibant.
    CHECK(excitations(0, Gasmed) == Approx(0.3).epsilon(1e-14));
    CHECK(excitations(0, Glmax) == Approx(0.24).epsilon(1e-14));
}

TEST_CASE("Other subjects speak of a pose by its distance from theirs") {
    const ExcitationModel model(readExample(ExampleArtefact::makePosterior()));
    const auto excitations = compute(model, 0.85, 1.0);
    CHECK(excitations(0, Soleus) == Approx(0.5 * std::sqrt(0.4 * 0.35) + 0.05).epsilon(1e-14));
}

TEST_CASE("A silent witness is at rest, and no excitation leaves 0 to 1") {
    auto example = ExampleArtefact::makePosterior();
    const auto atRest = compute(ExcitationModel(readExample(example)), 0.05, 0.0);
    CHECK(atRest(0, Soleus) == Approx(0.5 * std::sqrt(0.02 * 0.6) + 0.05).epsilon(1e-14));
    // 2 (0 - 0.3) + 0.5 tibant is below 0.
    CHECK(atRest(0, Gasmed) == 0.0);
    example.tensors["predictor.1.bias"].values[2] = 7.0;
    CHECK(compute(ExcitationModel(readExample(example)), 0.85, 0.0)(0, Soleus) == 1.0);
}

TEST_CASE("Frames together and alone have the same prior") {
    const ExcitationModel model(readExample(ExampleArtefact::makePosterior()));
    const std::size_t numFrames = 3000; // more than the population takes at once
    std::vector<double> times;
    Matrix angles(numFrames, 1);
    for (std::size_t i = 0; i < numFrames; ++i) {
        times.push_back(0.1 + 0.0005 * static_cast<double>(i));
        angles(i, 0) = std::sin(static_cast<double>(i));
    }
    const auto together = model.computeExcitations(
            makeRecording(), times, {angles, Matrix(numFrames, 1, 0.0), {}});
    for (const std::size_t i : {0, 1023, 1024, 2999}) {
        CHECK(compute(model, times[i], angles(i, 0))(0, Soleus) ==
                Approx(together(i, Soleus)).epsilon(1e-13));
    }
}

TEST_CASE("Intervals grow with the excitation and end at 0") {
    const ExcitationModel model(readExample(ExampleArtefact::makePosterior()));
    Matrix excitations(2, 4, 0.9);
    excitations(1, Soleus) = 0.0;
    const auto intervals = model.computeIntervals(excitations);
    REQUIRE(intervals.muscles == std::vector<std::size_t>{Soleus});
    CHECK(intervals.lower(0, 0) == Approx(0.9 - 0.5 * (0.1 + 0.9)));
    CHECK(intervals.upper(0, 0) == Approx(0.9 + 0.5 * (0.1 + 0.9)));
    CHECK(intervals.lower(1, 0) == 0.0);
    CHECK(intervals.upper(1, 0) == Approx(0.05));
}

TEST_CASE("A prior that does not fit is refused") {
    auto example = ExampleArtefact::makePosterior();
    auto& prior = example.content["predictor"]["prior"];
    std::string message;
    SECTION("no witness") {
        prior["muscles"][1]["channels"] = nlohmann::json::array();
        prior["muscles"][1]["channel_peaks"] = nlohmann::json::array();
        message = "muscles[1].channels: Expected a witness";
    }
    SECTION("an unknown channel") {
        prior["muscles"][0]["channels"][0] = "gasmd";
        message = "muscles[0].channels[0]: Expected one of the artefact's channels";
    }
    SECTION("a peak too many") {
        prior["muscles"][0]["channel_peaks"] = {1.0, 2.0};
        message = "channel_peaks: Expected a list of 1, one peak per channel";
    }
    SECTION("a peak of other subjects without any") {
        prior["population"] = nullptr;
        message = "population_peak: Expected null";
    }
    SECTION("no rest") {
        prior["rest"] = 0.0;
        message = "rest: Expected a number above 0, up to 1";
    }
    SECTION("a coordinate that is no input") {
        prior["population"]["coordinates"][0] = "knee_angle_r";
        message = "coordinates[0]: Expected one of the predictor's coordinates";
    }
    CHECK_THAT(errorText([&] { readExample(example); }), Contains(message));
}

TEST_CASE("Tensors and entries that do not fit a prior are refused") {
    auto example = ExampleArtefact::makePosterior();
    std::string message;
    SECTION("frames of another width") {
        example.tensors["population.frames"] = {{1, 3}, {0.0, 0.0, 0.0}};
        message = "tensor population.frames: Expected the shape 1 x 2, but found 1 x 3";
    }
    SECTION("a missing tensor") {
        example.tensors.erase("population.weights");
        message = "Expected the tensor population.weights, but found none";
    }
    SECTION("a scale of 0") {
        example.tensors["population.scale"].values[1] = 0.0;
        message = "tensor population.scale: Expected numbers above 0, but found 0 at position 1";
    }
    SECTION("corrections for too few drives") {
        example.tensors["predictor.1.weight"] = {{2, 2}, std::vector<double>(4, 0.0)};
        example.tensors["predictor.1.bias"] = {{2}, {0.0, 0.0}};
        message = "tensor predictor.1.bias: Expected the shape 4, but found 2";
    }
    SECTION("a negative margin") {
        example.content["muscles"][2]["source"]["interval"]["margin"] = -1.0;
        message = "interval.margin: Expected a number, 0 or greater, but found -1";
    }
    SECTION("a family that the first format does not have") {
        example.content["format"] = 1;
        message = "family: Expected 'mlp', but found 'posterior'";
    }
    CHECK_THAT(errorText([&] { readExample(example); }), Contains(message));
}
