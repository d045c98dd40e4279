#include "ErrorText.h"
#include "ExampleArtefact.h"
#include "TemporaryFolder.h"

#include <nmm/artefact/Artefact.h>

#include <limits>

using Catch::Contains;
using nlohmann::json;
using nmm::Artefact;

namespace {

Artefact read(const ExampleArtefact& example) {
    const TemporaryFolder folder;
    example.write(folder / "leg.nmm");
    return Artefact::read(folder / "leg.nmm");
}

/// The message about an example, which names the file and is one line.
std::string readError(const ExampleArtefact& example) {
    const auto text = errorText([&] { read(example); });
    CHECK_THAT(text, Contains("leg.nmm'"));
    CHECK_THAT(text, !Contains("\n"));
    return text;
}

/// The message about the transformer with one tensor replaced.
std::string tensorError(const std::string& name, const nmm::Tensor& tensor) {
    auto example = ExampleArtefact::makeTransformer();
    example.tensors["predictor." + name] = tensor;
    return readError(example);
}

nmm::Tensor zeros(const std::vector<std::size_t>& shape) {
    std::size_t count = 1;
    for (const auto extent : shape) {
        count *= extent;
    }
    return {shape, std::vector<double>(count, 0.0)};
}

struct Damage {
    const char* entry;
    json value;
    const char* message;
};

} // namespace

TEST_CASE("An artefact with a transformer is read as written") {
    const auto artefact = read(ExampleArtefact::makeTransformer());
    const auto& predictor = artefact.predictor;
    CHECK(predictor.family == "transformer");
    CHECK(predictor.numLayers == 2);
    CHECK(predictor.motionLags == std::vector<double>{0.0, 0.1});
    CHECK(predictor.getLongestMotionLag() == 0.1);
    REQUIRE(predictor.transformer);
    CHECK(predictor.transformer->numHeads == 2);
    CHECK(predictor.transformer->rest == 0.02);
    CHECK_FALSE(predictor.prior);
    CHECK(artefact.getNumOutputs() == 2);
}

TEST_CASE("A network without motion lags sees the frame's own motion, in every family") {
    CHECK(read({}).predictor.motionLags == std::vector<double>{0.0});
    auto example = ExampleArtefact::makePosterior();
    example.content["predictor"]["inputs"]["motion_lags"] = {0};
    CHECK(read(example).predictor.getLongestMotionLag() == 0.0);
    example.content["predictor"]["inputs"]["motion_lags"] = {0, 0.1};
    CHECK_THAT(readError(example), Contains("input_mean: Expected the shape 8, but found 6"));
}

TEST_CASE("An artefact refuses entries that no transformer has") {
    const auto damage = GENERATE(values<Damage>({
            {"layers", 0, "predictor.layers: Expected at least 1 layer, but found 0"},
            {"layers", 17, "predictor.layers: Expected at most 16 layers, but found 17"},
            {"heads", 0, "predictor.heads: Expected at least 1 head, but found 0"},
            {"heads", 65, "predictor.heads: Expected at most 64 heads, but found 65"},
            {"heads", -2, "predictor.heads: Expected a whole number, 0 or greater"},
            {"heads", 3, "predictor.heads: Expected a divisor of the tokens' width 4, but found 3"},
            {"rest", 0.0, "predictor.rest: Expected a number above 0, up to 1, but found 0.0"},
            {"rest", 1.5, "predictor.rest: Expected a number above 0, up to 1, but found 1.5"},
            {"hidden_activation", "gelu", "Expected one of 'tanh', 'relu', but found 'gelu'"},
    }));
    auto example = ExampleArtefact::makeTransformer();
    example.content["predictor"][damage.entry] = damage.value;
    CHECK_THAT(readError(example), Contains(damage.message));
}

TEST_CASE("An artefact refuses motion lags that are no window of the motion") {
    const auto damage = GENERATE(values<Damage>({
            {"", json::array(), "Expected a list that begins with 0, because a window ends at"},
            {"", {0.1, 0.0}, "Expected a list that begins with 0, because a window ends at"},
            {"", 0.1, "motion_lags: Expected a list, but found 0.1"},
            {"", {0.0, -0.1}, "motion_lags[1]: Expected a number from 0 to 1 s, but found -0.1"},
            {"", {0.0, 1.01}, "motion_lags[1]: Expected a number from 0 to 1 s, but found 1.01"},
            {"", {0.0, "a"}, "motion_lags[1]: Expected a number from 0 to 1 s, but found 'a'"},
    }));
    auto example = ExampleArtefact::makeTransformer();
    example.content["predictor"]["inputs"]["motion_lags"] = damage.value;
    CHECK_THAT(readError(example), Contains(damage.message));
}

TEST_CASE("Only the third format has transformers") {
    auto example = ExampleArtefact::makeTransformer();
    example.content["format"] = 2;
    CHECK_THAT(readError(example),
            Contains("family: Expected one of 'mlp', 'posterior', but found 'transformer'"));
}

TEST_CASE("A transformer needs all of its tensors") {
    const auto complete = ExampleArtefact::makeTransformer();
    for (const auto& [name, tensor] : complete.tensors) {
        auto example = complete;
        example.tensors.erase(name);
        CHECK_THAT(
                readError(example), Contains("Expected the tensor " + name + ", but found none."));
    }
}

TEST_CASE("A transformer refuses every tensor of another shape or without finite numbers") {
    const auto complete = ExampleArtefact::makeTransformer();
    for (const auto& [name, tensor] : complete.tensors) {
        auto example = complete;
        example.tensors[name].shape.push_back(1);
        CHECK_THAT(readError(example), Contains("tensor " + name + ": Expected the shape "));
        example = complete;
        example.tensors[name].values.back() = std::numeric_limits<double>::infinity();
        CHECK_THAT(readError(example),
                Contains("tensor " + name +
                         ": Expected finite numbers, but found inf at position "));
    }
}

TEST_CASE("A transformer refuses tensors that do not fit together") {
    CHECK_THAT(tensorError("embedding.weight", zeros({5, 4, 6})),
            Contains("tensor predictor.embedding.weight: Expected the shape 5 x 4 x 8, but found "
                     "5 x 4 x 6."));
    CHECK_THAT(tensorError("1.attention.in.weight", zeros({8, 4})),
            Contains("tensor predictor.1.attention.in.weight: Expected the shape 12 x 4, but found "
                     "8 x 4."));
    CHECK_THAT(tensorError("1.feed_forward.0.bias", zeros({2})),
            Contains("tensor predictor.1.feed_forward.0.bias: Expected the shape 3, but found 2."));
    CHECK_THAT(tensorError("skip.weight", zeros({4, 5})),
            Contains("tensor predictor.skip.weight: Expected the shape 4 x 8, but found 4 x 5."));
    CHECK_THAT(tensorError("output_scale", zeros({1})),
            Contains("tensor predictor.output_scale: Expected 2 to 512 drives, the channels' and "
                     "the outputs', but found 1."));
    CHECK_THAT(tensorError("embedding.bias", zeros({3, 4})),
            Contains("tensor predictor.embedding.bias: Expected 4 to 512 tokens, but found 3."));
    CHECK_THAT(tensorError("2.attention.out.bias", zeros({4})),
            Contains("tensor predictor.2.attention.out.bias: Expected no such tensor beside the 35 "
                     "of a transformer of 2 layers, but found one of shape 4."));
}

TEST_CASE("A transformer refuses sizes that no state could wait for") {
    CHECK_THAT(tensorError("embedding.bias", zeros({513, 4})),
            Contains("tensor predictor.embedding.bias: Expected 4 to 512 tokens, but found 513."));
    CHECK_THAT(tensorError("embedding.bias", zeros({5, 1025})),
            Contains("tensor predictor.embedding.bias: Expected 1 to 1024 numbers a token, but "
                     "found 1025."));
    CHECK_THAT(tensorError("0.feed_forward.0.bias", zeros({1025})),
            Contains("tensor predictor.0.feed_forward.0.bias: Expected 1 to 1024 numbers, but "
                     "found 1025."));
}

TEST_CASE("A transformer refuses numbers that mean nothing") {
    CHECK_THAT(tensorError("channel_peaks", {{2}, {1.0, 0.0}}),
            Contains("tensor predictor.channel_peaks: Expected numbers above 0, but found 0 at "
                     "position 1."));
    CHECK_THAT(tensorError("output_scale", {{4}, {1.0, 0.0, -0.5, 1.0}}),
            Contains("tensor predictor.output_scale: Expected numbers, 0 or greater, but found "
                     "-0.5 at position 2."));
    CHECK_THAT(tensorError("input_scale", zeros({8})),
            Contains("tensor predictor.input_scale: Expected numbers above 0, but found 0 at "
                     "position 0."));
}

TEST_CASE("A deep muscle's output is one of the transformer's") {
    auto example = ExampleArtefact::makeTransformer();
    example.content["muscles"][2]["source"]["output"] = 2;
    CHECK_THAT(readError(example), Contains("muscles[2].source.output"));
}
