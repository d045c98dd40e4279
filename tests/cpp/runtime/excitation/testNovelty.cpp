#include "ErrorText.h"
#include "PosteriorExample.h"

#include <limits>

using Catch::Contains;
using nlohmann::json;
using nmm::ExcitationModel;
using nmm::Matrix;

namespace {

/// Training saw `gasmed` up to 1.5, `tibant` around 0.2, the angle within -1 to 1 and the speed
/// within -2 to 6.
ExampleArtefact makeExample() {
    auto example = ExampleArtefact::makePosterior();
    example.content["training_range"] = {{"channels", {{-0.5, 1.5}, {0.1, 0.3}}},
            {"coordinates", {{-1.0, 1.0}}}, {"speeds", {{-2.0, 6.0}}},
            {"external_loads", json::array()}};
    return example;
}

/// The example's network also listens to a load, of which training saw 0 to 500 N.
ExampleArtefact makeLoadedExample() {
    auto example = makeExample();
    example.content["predictor"]["inputs"]["external_loads"] = {"ground_force_vy"};
    example.content["training_range"]["external_loads"] = {{0.0, 500.0}};
    example.tensors["predictor.input_mean"] = {{7}, std::vector<double>(7, 0.0)};
    example.tensors["predictor.input_scale"] = {{7}, std::vector<double>(7, 1.0)};
    example.tensors["predictor.0.weight"] = {{2, 7}, std::vector<double>(14, 0.0)};
    return example;
}

/// Frames of one angle and speed each.
nmm::Novelty computeNovelty(const ExampleArtefact& example, const std::vector<double>& times,
        const std::vector<double>& angles, const std::vector<double>& speeds,
        const std::vector<double>& loads = {}) {
    const auto toColumn = [](const std::vector<double>& values) {
        Matrix column(values.size(), 1);
        column.values = values;
        return column;
    };
    const auto novelty = ExcitationModel(readExample(example))
                                 .computeNovelty(makeRecording(), times,
                                         {toColumn(angles), toColumn(speeds),
                                                 loads.empty() ? Matrix() : toColumn(loads)});
    REQUIRE(novelty);
    return *novelty;
}

} // namespace

TEST_CASE("What lies inside the training's range has no novelty") {
    // The EMG of the last frame is that of 1.5 s: the very end of the range.
    const auto novelty =
            computeNovelty(makeExample(), {0.1, 1.0, 1.55}, {0.0, 1.0, -1.0}, {0, 6, -2});
    CHECK(novelty.groups == std::vector<std::string>{"channels", "coordinates", "speeds"});
    CHECK(novelty.values.rows == 3);
    CHECK(novelty.values.values == std::vector<double>(9, 0.0));
    CHECK(novelty.farthest == std::vector<std::string>(3));
    CHECK(novelty.getLargest(2) == 0.0);
}

TEST_CASE("Novelty is the distance from the range in widths of it, of envelopes at t - delay") {
    // gasmed is 1.7 at 1.75 - 0.05 s: 0.2 beyond a width of 2.
    const auto novelty =
            computeNovelty(makeExample(), {1.75, 0.5, 0.5}, {0.0, 1.5, -2.0}, {0, -6, 7});
    CHECK(novelty.values(0, 0) == Approx(0.1).epsilon(1e-12));
    CHECK(novelty.values(1, 0) == 0.0);
    CHECK(novelty.values(1, 1) == Approx(0.25).epsilon(1e-14));
    CHECK(novelty.values(2, 1) == Approx(0.5).epsilon(1e-14));
    CHECK(novelty.values(1, 2) == Approx(0.5).epsilon(1e-14));
    CHECK(novelty.values(2, 2) == Approx(0.125).epsilon(1e-14));
    CHECK(novelty.getLargest(0) == novelty.values(0, 0));
    CHECK(novelty.getLargest(2) == novelty.values(2, 1));
    CHECK(novelty.farthest == std::vector<std::string>{"gasmed", "ankle_angle_r", "ankle_angle_r"});
}

TEST_CASE("Of several inputs the farthest counts and is named") {
    auto example = makeExample();
    auto& channels = example.content["training_range"]["channels"];
    // tibant is 0.2 throughout: 0.1 beyond a width of 0.05, then one of 0.4.
    channels[1] = {0.05, 0.1};
    auto novelty = computeNovelty(example, {1.75}, {0.0}, {0.0});
    CHECK(novelty.values(0, 0) == Approx(2.0).epsilon(1e-12));
    CHECK(novelty.farthest[0] == "tibant");
    channels[1] = {-0.3, 0.18};
    novelty = computeNovelty(example, {1.75}, {0.0}, {0.0});
    CHECK(novelty.values(0, 0) == Approx(0.1).epsilon(1e-12));
    CHECK(novelty.farthest[0] == "gasmed");
}

TEST_CASE("External loads are a group where the network sees any") {
    const auto novelty =
            computeNovelty(makeLoadedExample(), {0.5, 0.6}, {0, 0}, {0, 0}, {400, 600});
    REQUIRE(novelty.groups.size() == 4);
    CHECK(novelty.groups[3] == "external_loads");
    CHECK(novelty.values(0, 3) == 0.0);
    CHECK(novelty.values(1, 3) == Approx(0.2).epsilon(1e-14));
    CHECK(novelty.farthest[3] == "ground_force_vy");
}

TEST_CASE("An artefact that does not tell what training saw gives no novelty") {
    auto example = makeExample();
    SECTION("null") {
        example.content["training_range"] = nullptr;
    }
    SECTION("left out") {
        example.content.erase("training_range");
    }
    SECTION("of an older format, whose entry means nothing") {
        example = ExampleArtefact::makePosteriorOfFormat2();
        example.content["training_range"] = "anything";
    }
    const ExcitationModel model(readExample(example));
    CHECK(!model.computeNovelty(makeRecording(), {0.5}, {Matrix(1, 1), Matrix(1, 1), {}}));
}

TEST_CASE("Novelty is refused for what excitations are refused for") {
    const ExcitationModel model(readExample(makeExample()));
    const Matrix one(1, 1), nothing;
    CHECK_THAT(errorText([&] {
        model.computeNovelty(makeRecording(), {5.0}, {one, one, {}});
    }),
            Contains("Expected a recording of"));
    CHECK_THAT(errorText([&] {
        model.computeNovelty(makeRecording(), {0.5}, {nothing, one, {}});
    }),
            Contains("Expected coordinates of shape 1 x 1"));
    CHECK(model.computeNovelty(makeRecording(), {}, {Matrix(0, 1), Matrix(0, 1), {}})
                    ->values.rows == 0);
}

TEST_CASE("A training range that does not fit is refused") {
    auto example = makeLoadedExample();
    auto& range = example.content["training_range"];
    std::string message;
    SECTION("no object") {
        range = 3;
        message = "training_range: Expected an object with the entry 'channels', but found 3";
    }
    SECTION("a group that is missing") {
        range.erase("speeds");
        message = "training_range.speeds: Expected this entry, but found none";
    }
    SECTION("loads that are missing") {
        range.erase("external_loads");
        message = "training_range.external_loads: Expected this entry, but found none";
    }
    SECTION("a range too few") {
        range["channels"].erase(1);
        message = "training_range.channels: Expected a list of 2, one range for each of ['gasmed', "
                  "'tibant'], but found a list of 1";
    }
    SECTION("a range too many") {
        range["coordinates"].push_back({0.0, 1.0});
        message = "training_range.coordinates: Expected a list of 1, one range for each of "
                  "['ankle_angle_r'], but found a list of 2";
    }
    SECTION("ends that are the same") {
        range["speeds"][0] = {1.0, 1.0};
        message = "training_range.speeds[0]: Expected a range [low, high] with low below high";
    }
    SECTION("ends the wrong way round") {
        range["channels"][1] = {0.3, 0.1};
        message = "training_range.channels[1]: Expected a range [low, high] with low below high";
    }
    SECTION("three ends") {
        range["external_loads"][0] = {0.0, 1.0, 2.0};
        message = "training_range.external_loads[0]: Expected a range [low, high]";
    }
    SECTION("an end that is no number") {
        range["channels"][0][1] = "1.5";
        message = "training_range.channels[0][1]: Expected a number, but found '1.5'";
    }
    SECTION("an open end") {
        range["channels"][0][0] = nullptr;
        message = "training_range.channels[0][0]: Expected a number, but found null";
    }
    SECTION("ends too far apart") {
        range["channels"][0] = {-1.7e308, 1.7e308};
        message = "training_range.channels[0]: Expected a range [low, high] with low below high";
    }
    CHECK_THAT(errorText([&] { readExample(example); }), Contains(message));
}
