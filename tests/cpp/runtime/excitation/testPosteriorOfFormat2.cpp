#include "ErrorText.h"
#include "PosteriorExample.h"

#include <cmath>

using Catch::Contains;

TEST_CASE("A prior of format 2 is the geometric mean of its witnesses") {
    // The EMG of t - 0.05 s: gasmed 0.8, a share of 0.4.
    const auto example = ExampleArtefact::makePosteriorOfFormat2();
    const auto excitations = compute(example, 0.85, 0.0);
    CHECK(excitations(0, Soleus) == Approx(0.5 * std::sqrt(0.4 * 0.6) + 0.05).epsilon(1e-14));
    CHECK(excitations(0, Perlong) == Approx(0.5).epsilon(1e-14));
    // Other subjects speak of a pose by its distance from theirs.
    CHECK(compute(example, 0.85, 1.0)(0, Soleus) ==
            Approx(0.5 * std::sqrt(0.4 * 0.35) + 0.05).epsilon(1e-14));
    // A silent witness is at rest.
    CHECK(compute(example, 0.05, 0.0)(0, Soleus) ==
            Approx(0.5 * std::sqrt(0.02 * 0.6) + 0.05).epsilon(1e-14));
}

TEST_CASE("In format 2 no share is above the peak in training") {
    auto example = ExampleArtefact::makePosteriorOfFormat2();
    auto& muscles = example.content["predictor"]["prior"]["muscles"];
    muscles[0]["channel_peaks"][0] = 0.1; // gasmed is 0.8
    muscles[1]["channel_peaks"][0] = 0.1; // tibant is 0.2, twice that
    muscles[1]["gain"] = 0.4;
    const auto excitations = compute(example, 0.85, 0.0);
    CHECK(excitations(0, Soleus) == Approx(0.5 * std::sqrt(1.0 * 0.6) + 0.05).epsilon(1e-14));
    CHECK(excitations(0, Perlong) == Approx(0.4).epsilon(1e-14));
}

TEST_CASE("A prior of format 2 gives what it gave before there was format 3") {
    auto example = ExampleArtefact::makePosteriorOfFormat2();
    auto& muscles = example.content["predictor"]["prior"]["muscles"];
    muscles[0]["population_peak"] = 2.0;
    muscles[1] = {{"gain", 1.0}, {"channels", {"tibant", "gasmed"}}, {"channel_peaks", {0.4, 1.0}},
            {"population_peak", 0.4}};
    example.tensors["population.mean"].values = {0.5, 1.0};
    example.tensors["population.scale"].values = {2.0, 4.0};
    example.tensors["population.frames"] = {{3, 2}, {0.0, 0.0, 1.0, 0.0, 0.0, 2.0}};
    // Of the first output others say more than 1 near their frames, of the second less than 0.
    example.tensors["population.weights"] = {{2, 3}, {0.9, 0.8, 0.8, -0.4, 0.3, 0.0}};
    example.tensors["population.offsets"].values = {0.1, 0.2};
    struct {
        double angle, soleus, perlong;
    } const kept[] = {
            {-9.0, 0.12071073237388837, 0.58480348473476862},
            {0.5, 0.27360679774997898, 0.20000000000000001},
            {1.5, 0.27360679774997898, 0.48757423682906953},
            {2.5, 0.27360679774997898, 0.66943295008216952},
            {9.0, 0.12089868700875492, 0.58499541340133643},
    };
    for (const auto& [angle, soleus, perlong] : kept) {
        const auto excitations = compute(example, 0.85, angle, 1.0);
        CHECK(excitations(0, Soleus) == Approx(soleus).epsilon(1e-14));
        CHECK(excitations(0, Perlong) == Approx(perlong).epsilon(1e-14));
    }
}

TEST_CASE("Entries and tensors that do not fit a prior of format 2 are refused") {
    auto example = ExampleArtefact::makePosteriorOfFormat2();
    auto& prior = example.content["predictor"]["prior"];
    auto& muscles = prior["muscles"];
    std::string message;
    SECTION("no witness") {
        muscles[1]["channels"] = nlohmann::json::array();
        muscles[1]["channel_peaks"] = nlohmann::json::array();
        message = "muscles[1].channels: Expected a witness";
    }
    SECTION("an unknown channel") {
        muscles[0]["channels"][0] = "gasmd";
        message = "muscles[0].channels[0]: Expected one of the artefact's channels";
    }
    SECTION("a peak too many") {
        muscles[0]["channel_peaks"] = {1.0, 2.0};
        message = "channel_peaks: Expected a list of 1, one peak per channel";
    }
    SECTION("a peak of other subjects without any") {
        prior["population"] = nullptr;
        message = "population_peak: Expected null, because there are no other subjects";
    }
    SECTION("a coordinate that is no input") {
        prior["population"]["coordinates"][0] = "knee_angle_r";
        message = "population.coordinates[0]: Expected one of the predictor's coordinates";
    }
    SECTION("a missing tensor") {
        example.tensors.erase("population.weights");
        message = "Expected the tensor population.weights, but found none";
    }
    SECTION("frames of another width") {
        example.tensors["population.frames"] = {{1, 3}, {0.0, 0.0, 0.0}};
        message = "tensor population.frames: Expected the shape 1 x 2, but found 1 x 3";
    }
    SECTION("a scale of 0") {
        example.tensors["population.scale"].values[1] = 0.0;
        message = "tensor population.scale: Expected numbers above 0, but found 0 at position 1";
    }
    CHECK_THAT(errorText([&] { readExample(example); }), Contains(message));
}
