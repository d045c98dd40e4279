#include "ErrorText.h"
#include "PosteriorExample.h"

#include <cmath>
#include <limits>

using Catch::Contains;
using nmm::ExcitationModel;
using nmm::Matrix;

namespace {

// The shares of `gasmed` and `tibant` at 0.85 s, which is the EMG of t - 0.05 s.
constexpr double GasmedShare = 0.4, TibantShare = 0.5;

/// What the channels of the example say of `soleus_r` then.
const double SoleusWitnesses = std::pow(GasmedShare, 0.6) * std::pow(TibantShare, -0.2);

} // namespace

TEST_CASE("A prior is the weighted product of its witnesses and the pose, corrected") {
    const auto excitations = compute(ExampleArtefact::makePosterior(), 0.85, 0.0);
    CHECK(excitations(0, Soleus) ==
            Approx(0.5 * std::exp(-0.5) * SoleusWitnesses + 0.05).epsilon(1e-14));
    CHECK(excitations(0, Perlong) == Approx(std::exp(-1.25)).epsilon(1e-14));
    // 2 (0.5 gasmed - 0.3) + 0.5 tibant.
    CHECK(excitations(0, Gasmed) == Approx(0.3).epsilon(1e-14));
    CHECK(excitations(0, Glmax) == Approx(0.24).epsilon(1e-14));
}

TEST_CASE("What the pose says follows its distance from the training's frames") {
    const auto example = ExampleArtefact::makePosterior();
    // A squared distance of 1, by value or speed: half the kernel.
    for (const auto& [angle, speed] : {std::pair(1.0, 0.0), std::pair(0.0, -1.0)}) {
        const auto excitations = compute(example, 0.85, angle, speed);
        CHECK(excitations(0, Soleus) ==
                Approx(0.5 * std::exp(-0.75) * SoleusWitnesses + 0.05).epsilon(1e-14));
        CHECK(excitations(0, Perlong) == Approx(std::exp(-0.75)).epsilon(1e-14));
    }
}

TEST_CASE("A prior without a pose is the weighted product of its witnesses") {
    auto example = ExampleArtefact::makePosterior();
    auto& prior = example.content["predictor"]["prior"];
    prior["pose"] = nullptr;
    prior["muscles"][1] = prior["muscles"][0];
    for (const std::string name : {"mean", "scale", "frames", "weights", "offsets"}) {
        example.tensors.erase("pose." + name);
    }
    CHECK(compute(example, 0.85, 3.0)(0, Soleus) ==
            Approx(0.5 * SoleusWitnesses + 0.05).epsilon(1e-14));
}

TEST_CASE("A channel's share and the prior's are rest or more, and go on beyond the peak") {
    auto example = ExampleArtefact::makePosterior();
    // A silent gasmed.
    CHECK(compute(example, 0.05, 0.0)(0, Soleus) ==
            Approx(0.5 * std::exp(-0.5) * std::pow(0.02, 0.6) * std::pow(0.5, -0.2) + 0.05)
                    .epsilon(1e-14));
    // Channels at twice and five times their peaks.
    auto& muscle = example.content["predictor"]["prior"]["muscles"][0];
    muscle["channel_peaks"] = {0.16, 0.1};
    CHECK(compute(example, 0.85, 0.0)(0, Soleus) ==
            Approx(0.5 * std::exp(-0.5) * std::pow(5.0, 0.6) * std::pow(2.0, -0.2) + 0.05)
                    .epsilon(1e-14));
    // The pose says exp(0.5) and exp(-9) of the peaks.
    muscle["weights"] = {0.0, 0.0};
    example.tensors["pose.offsets"].values = {0.5, -9.0};
    const auto beyond = compute(example, 0.85, 90.0);
    CHECK(beyond(0, Soleus) == Approx(0.5 * std::exp(0.5) + 0.05).epsilon(1e-14));
    CHECK(beyond(0, Perlong) == Approx(0.02).epsilon(1e-14));
}

TEST_CASE("Shares beyond all numbers are excitations all the same") {
    auto example = ExampleArtefact::makePosterior();
    example.tensors["pose.offsets"].values = {1e6, 1e6};
    auto& muscles = example.content["predictor"]["prior"]["muscles"];
    muscles[1]["gain"] = 0.0;
    const auto excitations = compute(example, 0.85, 0.0);
    CHECK(excitations(0, Soleus) == 1.0);
    CHECK(excitations(0, Perlong) == 0.0);
}

TEST_CASE("No corrected excitation leaves 0 to 1") {
    auto example = ExampleArtefact::makePosterior();
    // 2 (0 - 0.3) + 0.5 tibant is below 0.
    CHECK(compute(example, 0.05, 0.0)(0, Gasmed) == 0.0);
    example.tensors["predictor.1.bias"].values[2] = 7.0;
    CHECK(compute(example, 0.85, 0.0)(0, Soleus) == 1.0);
}

TEST_CASE("Frames together and alone have the same prior") {
    const ExcitationModel model(readExample(ExampleArtefact::makePosterior()));
    const std::size_t numFrames = 3000; // more than the expansion takes at once
    std::vector<double> times;
    Matrix angles(numFrames, 1);
    for (std::size_t i = 0; i < numFrames; ++i) {
        times.push_back(0.1 + 0.0005 * static_cast<double>(i));
        angles(i, 0) = std::sin(static_cast<double>(i));
    }
    const auto together = model.computeExcitations(
            makeRecording(), times, {angles, Matrix(numFrames, 1, 0.0), {}});
    for (const std::size_t i : {0, 1023, 1024, 2999}) {
        const auto alone = model.computeExcitations(
                makeRecording(), {times[i]}, {Matrix(1, 1, angles(i, 0)), Matrix(1, 1, 0.0), {}});
        CHECK(alone(0, Soleus) == Approx(together(i, Soleus)).epsilon(1e-13));
        CHECK(alone(0, Perlong) == Approx(together(i, Perlong)).epsilon(1e-13));
    }
}

TEST_CASE("A prior that does not fit is refused") {
    auto example = ExampleArtefact::makePosterior();
    auto& prior = example.content["predictor"]["prior"];
    auto& muscle = prior["muscles"][0];
    std::string message;
    SECTION("no witness") {
        prior["pose"] = nullptr;
        message = "muscles[1].channels: Expected a witness: a channel or the pose, but found a "
                  "list of 0";
    }
    SECTION("an unknown channel") {
        muscle["channels"][0] = "gasmd";
        message = "muscles[0].channels[0]: Expected one of the artefact's channels, but found "
                  "'gasmd': the nearest names are: gasmed";
    }
    SECTION("a channel twice") {
        muscle["channels"][1] = "gasmed";
        message = "muscles[0].channels[1]: Expected a name that the list does not hold yet, but "
                  "found 'gasmed'";
    }
    SECTION("a peak too few") {
        muscle["channel_peaks"] = {1.0};
        message = "channel_peaks: Expected a list of 2, one peak per channel, but found a list of "
                  "1";
    }
    SECTION("a peak of 0") {
        muscle["channel_peaks"][1] = 0.0;
        message = "channel_peaks[1]: Expected a number above 0, but found 0";
    }
    SECTION("a weight too many") {
        muscle["weights"] = {1.0, 0.5, 0.2};
        message = "weights: Expected a list of 2, one weight per channel, but found a list of 3";
    }
    SECTION("no weights") {
        muscle.erase("weights");
        message = "muscles[0].weights: Expected this entry, but found none";
    }
    SECTION("a weight that is no number") {
        muscle["weights"][1] = nullptr;
        message = "weights[1]: Expected a number, but found null";
    }
    SECTION("a negative gain") {
        muscle["gain"] = -1.0;
        message = "muscles[0].gain: Expected a number, 0 or greater, but found -1";
    }
    SECTION("no rest") {
        prior["rest"] = 0.0;
        message = "rest: Expected a number above 0, up to 1, but found 0";
    }
    SECTION("a rest above 1") {
        prior["rest"] = 1.5;
        message = "rest: Expected a number above 0, up to 1, but found 1.5";
    }
    SECTION("no muscles") {
        prior["muscles"] = nlohmann::json::array();
        message = "prior.muscles: Expected at least 1 muscle, but found a list of 0";
    }
    SECTION("no word of the pose") {
        prior.erase("pose");
        message = "prior.pose: Expected this entry, but found none";
    }
    SECTION("the other subjects of format 2") {
        prior["population"] = prior["pose"];
        prior.erase("pose");
        message = "prior.pose: Expected this entry, but found none";
    }
    CHECK_THAT(errorText([&] { readExample(example); }), Contains(message));
}

TEST_CASE("A pose that does not fit is refused") {
    auto example = ExampleArtefact::makePosterior();
    auto& pose = example.content["predictor"]["prior"]["pose"];
    auto& inputs = example.content["predictor"]["inputs"];
    std::string message;
    SECTION("a coordinate that is no input") {
        pose["coordinates"][0] = "knee_angle_r";
        message = "pose.coordinates[0]: Expected one of the predictor's coordinates, but found "
                  "'knee_angle_r'";
    }
    SECTION("a coordinate whose speed is no input") {
        inputs["speeds"] = {"knee_angle_r"};
        message = "pose.coordinates[0]: Expected one of the predictor's speeds, but found "
                  "'ankle_angle_r'";
    }
    SECTION("a coordinate twice") {
        pose["coordinates"] = {"ankle_angle_r", "ankle_angle_r"};
        message = "pose.coordinates[1]: Expected a name that the list does not hold yet";
    }
    SECTION("no coordinates") {
        pose["coordinates"] = nlohmann::json::array();
        message = "pose.coordinates: Expected at least 1 coordinate, but found a list of 0";
    }
    SECTION("a kernel without width") {
        pose["kernel_width"] = 0.0;
        message = "pose.kernel_width: Expected a number above 0, but found 0";
    }
    CHECK_THAT(errorText([&] { readExample(example); }), Contains(message));
}

TEST_CASE("Tensors that do not fit a prior are refused") {
    auto example = ExampleArtefact::makePosterior();
    auto& tensors = example.tensors;
    std::string message;
    SECTION("frames of another width") {
        tensors["pose.frames"] = {{1, 3}, {0.0, 0.0, 0.0}};
        message = "tensor pose.frames: Expected the shape 1 x 2, but found 1 x 3";
    }
    SECTION("frames that are a number") {
        tensors["pose.frames"] = {{}, {0.0}};
        message = "tensor pose.frames: Expected the shape 1 x 2, but found a single number";
    }
    SECTION("weights of more frames") {
        tensors["pose.weights"] = {{2, 2}, {0.1, 0.1, 0.1, 0.1}};
        message = "tensor pose.weights: Expected the shape 2 x 1, but found 2 x 2";
    }
    SECTION("weights of more outputs") {
        tensors["pose.weights"] = {{3, 1}, {0.1, 0.1, 0.1}};
        message = "tensor pose.weights: Expected the shape 2 x 1, but found 3 x 1";
    }
    SECTION("offsets of fewer outputs") {
        tensors["pose.offsets"] = {{1}, {0.1}};
        message = "tensor pose.offsets: Expected the shape 2, but found 1";
    }
    SECTION("a mean of another width") {
        tensors["pose.mean"] = {{3}, {0.0, 0.0, 0.0}};
        message = "tensor pose.mean: Expected the shape 2, but found 3";
    }
    SECTION("a scale of another width") {
        tensors["pose.scale"] = {{1}, {1.0}};
        message = "tensor pose.scale: Expected the shape 2, but found 1";
    }
    SECTION("a scale of 0") {
        tensors["pose.scale"].values[1] = 0.0;
        message = "tensor pose.scale: Expected numbers above 0, but found 0 at position 1";
    }
    SECTION("a weight that is not finite") {
        tensors["pose.weights"].values[1] = std::numeric_limits<double>::infinity();
        message = "tensor pose.weights: Expected finite numbers, but found inf at position 1";
    }
    SECTION("a frame that is not finite") {
        tensors["pose.frames"].values[0] = std::numeric_limits<double>::quiet_NaN();
        message = "tensor pose.frames: Expected finite numbers, but found nan at position 0";
    }
    SECTION("a missing tensor") {
        tensors.erase("pose.weights");
        message = "Expected the tensor pose.weights, but found none";
    }
    SECTION("a tensor too many") {
        tensors["population.mean"] = {{2}, {0.0, 0.0}};
        message = "Expected 11 tensors for 2 layers and a prior, but found 12";
    }
    SECTION("frames without a pose") {
        auto& prior = example.content["predictor"]["prior"];
        prior["pose"] = nullptr;
        prior["muscles"][1] = prior["muscles"][0];
        message = "Expected 6 tensors for 2 layers and a prior, but found 11";
    }
    SECTION("corrections for too few drives") {
        tensors["predictor.1.weight"] = {{2, 2}, std::vector<double>(4, 0.0)};
        tensors["predictor.1.bias"] = {{2}, {0.0, 0.0}};
        message = "tensor predictor.1.bias: Expected the shape 4, but found 2";
    }
    CHECK_THAT(errorText([&] { readExample(example); }), Contains(message));
}

TEST_CASE("Entries that do not fit a posterior are refused") {
    auto example = ExampleArtefact::makePosterior();
    std::string message;
    SECTION("a family that the first format does not have") {
        example.content["format"] = 1;
        message = "family: Expected 'mlp', but found 'posterior'";
    }
    CHECK_THAT(errorText([&] { readExample(example); }), Contains(message));
}
