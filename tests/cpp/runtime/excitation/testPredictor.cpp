#include "ErrorText.h"

#include <nmm/excitation/Predictor.h>

#include <cmath>

using Catch::Contains;
using nmm::Artefact;
using nmm::Matrix;
using nmm::Predictor;

namespace {

double logistic(double x) {
    return 1.0 / (1.0 + std::exp(-x));
}

/// A network whose only inputs are coordinates.
Artefact makeNetwork(std::size_t numInputs, std::size_t numLayers, const std::string& activation) {
    Artefact artefact;
    artefact.predictor.hiddenActivation = activation;
    artefact.predictor.numLayers = numLayers;
    artefact.predictor.coordinates.resize(numInputs, "knee_angle_r");
    artefact.tensors["predictor.input_mean"] = {{numInputs}, std::vector<double>(numInputs, 0.0)};
    artefact.tensors["predictor.input_scale"] = {{numInputs}, std::vector<double>(numInputs, 1.0)};
    return artefact;
}

Matrix row(const std::vector<double>& values) {
    Matrix matrix(1, values.size());
    matrix.values = values;
    return matrix;
}

} // namespace

TEST_CASE("A network of zeros says one half, a bias of ln 3 three quarters") {
    auto artefact = makeNetwork(1, 1, "tanh");
    artefact.tensors["predictor.0.weight"] = {{2, 1}, {0.0, 0.0}};
    artefact.tensors["predictor.0.bias"] = {{2}, {0.0, std::log(3.0)}};
    const auto outputs = Predictor(artefact).predict(Matrix(4, 1, 17.0));
    CHECK(outputs.rows == 4);
    CHECK(outputs.columns == 2);
    for (std::size_t frame = 0; frame < 4; ++frame) {
        CHECK(outputs(frame, 0) == 0.5);
        CHECK(outputs(frame, 1) == Approx(0.75).epsilon(1e-15));
    }
}

TEST_CASE("A network normalises its inputs and keeps their order") {
    auto artefact = makeNetwork(2, 1, "tanh");
    artefact.tensors["predictor.input_mean"].values = {3.0, -1.0};
    artefact.tensors["predictor.input_scale"].values = {2.0, 0.5};
    artefact.tensors["predictor.0.weight"] = {{2, 2}, {1.0, 0.0, 10.0, 1.0}};
    artefact.tensors["predictor.0.bias"] = {{2}, {0.0, 0.0}};
    // Normalised inputs: 0.5 and -2.
    const auto outputs = Predictor(artefact).predict(row({4.0, -2.0}));
    CHECK(outputs(0, 0) == Approx(logistic(0.5)).epsilon(1e-14));
    CHECK(outputs(0, 1) == Approx(logistic(10.0 * 0.5 - 2.0)).epsilon(1e-14));
}

TEST_CASE("A network has its hidden activation between layers only") {
    const auto name = GENERATE(std::string("tanh"), std::string("relu"));
    auto artefact = makeNetwork(1, 3, name);
    artefact.tensors["predictor.0.weight"] = {{2, 1}, {1.0, -1.0}};
    artefact.tensors["predictor.0.bias"] = {{2}, {0.0, 0.0}};
    artefact.tensors["predictor.1.weight"] = {{1, 2}, {2.0, 0.5}};
    artefact.tensors["predictor.1.bias"] = {{1}, {-0.1}};
    artefact.tensors["predictor.2.weight"] = {{1, 1}, {-3.0}};
    artefact.tensors["predictor.2.bias"] = {{1}, {0.2}};
    const auto hidden = [&](double x) { return name == "tanh" ? std::tanh(x) : std::max(x, 0.0); };
    Matrix inputs(3, 1);
    inputs.values = {0.7, -0.4, 0.0};
    const auto outputs = Predictor(artefact).predict(inputs);
    for (std::size_t frame = 0; frame < 3; ++frame) {
        const double x = inputs(frame, 0);
        const double second = hidden(2.0 * hidden(x) + 0.5 * hidden(-x) - 0.1);
        CHECK(outputs(frame, 0) == Approx(logistic(-3.0 * second + 0.2)).epsilon(1e-14));
    }
}

TEST_CASE("A network gives each frame the same answer, alone or among others") {
    auto artefact = makeNetwork(3, 1, "relu");
    artefact.tensors["predictor.0.weight"] = {{1, 3}, {0.3, -0.2, 0.9}};
    artefact.tensors["predictor.0.bias"] = {{1}, {0.1}};
    const Predictor predictor(artefact);
    Matrix inputs(50, 3);
    for (std::size_t i = 0; i < inputs.values.size(); ++i) {
        inputs.values[i] = std::sin(static_cast<double>(i));
    }
    const auto together = predictor.predict(inputs);
    for (std::size_t frame = 0; frame < 50; ++frame) {
        const auto alone =
                predictor.predict(row({inputs(frame, 0), inputs(frame, 1), inputs(frame, 2)}));
        CHECK(alone(0, 0) == Approx(together(frame, 0)).epsilon(1e-14));
    }
    CHECK(predictor.predict(Matrix(0, 3)).rows == 0);
}

TEST_CASE("A network refuses tensors and inputs that do not fit") {
    auto artefact = makeNetwork(2, 1, "tanh");
    artefact.tensors["predictor.0.weight"] = {{1, 3}, {0.0, 0.0, 0.0}};
    artefact.tensors["predictor.0.bias"] = {{1}, {0.0}};
    CHECK_THAT(errorText([&] { Predictor predictor(artefact); }),
            Contains("predictor.0.weight: Expected the shape 1 x 2, but found 1 x 3"));
    artefact.tensors["predictor.0.weight"] = {{1, 2}, {0.0, 0.0}};
    CHECK_THAT(errorText([&] { Predictor(artefact).predict(Matrix(5, 3)); }),
            Contains("Expected 2 inputs per frame, but received 3"));
}

TEST_CASE("One frame alone and among others gives the same") {
    const auto name = GENERATE(std::string("tanh"), std::string("relu"));
    const bool givesCorrections = GENERATE(false, true);
    auto artefact = makeNetwork(5, 3, name);
    if (givesCorrections) {
        artefact.predictor.prior.emplace().muscles.resize(3);
    }
    const auto fill = [](std::size_t count) {
        std::vector<double> values;
        for (std::size_t i = 0; i < count; ++i) {
            values.push_back(std::sin(1.7 * static_cast<double>(i + count)));
        }
        return values;
    };
    artefact.tensors["predictor.input_mean"].values = fill(5);
    artefact.tensors["predictor.0.weight"] = {{7, 5}, fill(35)};
    artefact.tensors["predictor.0.bias"] = {{7}, fill(7)};
    artefact.tensors["predictor.1.weight"] = {{6, 7}, fill(42)};
    artefact.tensors["predictor.1.bias"] = {{6}, fill(6)};
    artefact.tensors["predictor.2.weight"] = {{3, 6}, fill(18)};
    artefact.tensors["predictor.2.bias"] = {{3}, fill(3)};
    const Predictor predictor(artefact);
    Matrix inputs(4, 5);
    inputs.values = fill(20);
    const auto together = predictor.predict(inputs);
    for (std::size_t frame = 0; frame < 4; ++frame) {
        const auto* first = &inputs.values[5 * frame];
        const auto alone = predictor.predict(row({first, first + 5}));
        REQUIRE(alone.columns == 3);
        for (std::size_t output = 0; output < 3; ++output) {
            CHECK(alone(0, output) == Approx(together(frame, output)).epsilon(1e-13));
        }
    }
}
