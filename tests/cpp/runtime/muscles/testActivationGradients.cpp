#include "ErrorText.h"

#include <nmm/muscles/Activation.h>
#include <nmm/muscles/ShapeFunction.h>

#include <cmath>
#include <functional>

using nmm::ActivationParameters;
using nmm::computeActivationGradients;
using nmm::Matrix;

namespace {

/// The scalar is sum(weights * activations).
struct Case {
    std::vector<double> times;
    Matrix excitations;
    std::vector<ActivationParameters> parameters;
    std::vector<double> excitationTimes = {}; ///< default: the frames' times

    nmm::SampledExcitations samples() const {
        return {excitationTimes.empty() ? times : excitationTimes, excitations};
    }

    Matrix weights() const {
        Matrix result(times.size(), parameters.size());
        for (std::size_t i = 0; i < result.values.size(); ++i) {
            result.values[i] = std::cos(1.7 * static_cast<double>(i));
        }
        return result;
    }

    double scalar() const {
        const auto activations = nmm::computeActivations(times, samples(), parameters);
        const auto factors = weights();
        double sum = 0.0;
        for (std::size_t i = 0; i < activations.values.size(); ++i) {
            sum += factors.values[i] * activations.values[i];
        }
        return sum;
    }
};

double centralDifference(Case example, const std::function<double&(Case&)>& input, double step) {
    double& value = input(example);
    const double original = value;
    value = original + step;
    const double above = example.scalar();
    value = original - step;
    const double below = example.scalar();
    return (above - below) / (2.0 * step);
}

void checkAgainstDifferences(const Case& example) {
    const auto gradients = computeActivationGradients(
            example.times, example.samples(), example.parameters, example.weights());
    for (std::size_t i = 0; i < example.excitations.values.size(); ++i) {
        const auto excitation = [i](Case& c) -> double& { return c.excitations.values[i]; };
        INFO("excitation " << i);
        CHECK(gradients.excitations.values[i] ==
                Approx(centralDifference(example, excitation, 1e-6)).epsilon(1e-6).margin(1e-9));
    }
    const auto checkParameter = [&](double ActivationParameters::*member, double step) {
        for (std::size_t m = 0; m < example.parameters.size(); ++m) {
            const auto parameter = [&](Case& c) -> double& { return c.parameters[m].*member; };
            INFO("muscle " << m);
            CHECK(gradients.parameters[m].*member ==
                    Approx(centralDifference(example, parameter, step)).epsilon(1e-6).margin(1e-8));
        }
    };
    checkParameter(&ActivationParameters::shapeFactor, 1e-5);
    checkParameter(&ActivationParameters::activationTimeConstant, 1e-8);
    checkParameter(&ActivationParameters::deactivationTimeConstant, 1e-8);
    if (!example.excitationTimes.empty()) {
        // At a sample itself the delay has a kink.
        checkParameter(&ActivationParameters::electromechanicalDelay, 1e-8);
    }
}

Case makeWaves(double interval) {
    Case example;
    const double phases[] = {0.0, 0.8, 2.1};
    example.excitations = Matrix(25, 3);
    for (std::size_t frame = 0; frame < 25; ++frame) {
        example.times.push_back(2.0 + interval * static_cast<double>(frame));
        for (std::size_t m = 0; m < 3; ++m) {
            example.excitations(frame, m) =
                    0.45 + 0.4 * std::sin(0.9 * static_cast<double>(frame) + phases[m]);
        }
    }
    // A negative, 0 and within the series.
    example.parameters = {
            {-2.5, 0.012, 0.05, 0.01}, {0.0, 0.010, 0.04, 0.01}, {-4e-4, 0.009, 0.03, 0.02}};
    return example;
}

} // namespace

TEST_CASE("Activation gradients are exact where excitation and activation cross") {
    const double interval = GENERATE(0.0005, 0.01, 0.0333);
    checkAgainstDifferences(makeWaves(interval));
}

TEST_CASE("Activation gradients are exact with unequal frame intervals") {
    auto example = makeWaves(0.01);
    for (std::size_t frame = 0; frame < example.times.size(); ++frame) {
        example.times[frame] += 0.004 * std::sin(static_cast<double>(frame));
    }
    checkAgainstDifferences(example);
}

TEST_CASE("Activation gradients are exact with delays and samples of their own") {
    auto example = makeWaves(0.007);
    example.excitationTimes = example.times;
    example.times = {2.011, 2.02, 2.0333, 2.05, 2.09, 2.1007, 2.3};
    example.parameters[0].electromechanicalDelay = 0.0173;
    example.parameters[1].electromechanicalDelay = 0.0409;
    // Beyond both ends of the samples.
    example.parameters[2].electromechanicalDelay = 0.095;
    checkAgainstDifferences(example);
}

TEST_CASE("Activation gradients are exact at the minimum activation") {
    // Below the minimum, up across it, back below; the second muscle starts above.
    Case example;
    example.times = {0.0, 0.01, 0.02, 0.03, 0.04, 0.20, 0.21};
    example.excitations = Matrix(7, 2);
    example.excitations.values = {
            0.02, 0.3, 0.01, 0.02, 0.5, 0.0, 0.3, 0.01, 0.02, 0.04, 0.0, 0.01, 0.6, 0.02};
    example.parameters = {{-1.0, 0.01, 0.04, 0.08}, {0.0, 0.01, 0.04, 0.08}};
    checkAgainstDifferences(example);

    const auto gradients = computeActivationGradients(
            example.times, example.samples(), example.parameters, example.weights());
    CHECK(gradients.excitations(0, 0) == 0.0);
    CHECK(gradients.excitations(5, 1) == 0.0);
}

TEST_CASE("Activation gradients are exact at the maximum activation") {
    Case example;
    example.times = {0.0, 0.01, 0.02, 0.03};
    example.excitations = Matrix(4, 1);
    example.excitations.values = {1.3, 1.2, 1.37, 0.4};
    example.parameters = {{}};
    checkAgainstDifferences(example);
}

TEST_CASE("Activation gradients at rest") {
    // At rest u = a exactly, on the kink of the time constant: single frames have no two-sided
    // derivative, but a shift of all frames moves the activations with them, whatever the branch.
    const double factor = GENERATE(-2.0, 0.0);
    const Case example{{0.0, 0.01, 0.02, 0.03}, Matrix(4, 1, 0.3), {{factor, 0.01, 0.04, 0.01}}};
    const auto gradients = computeActivationGradients(
            example.times, example.samples(), example.parameters, example.weights());
    double totalWeight = 0.0, totalGradient = 0.0;
    for (std::size_t frame = 0; frame < 4; ++frame) {
        totalWeight += example.weights()(frame, 0);
        totalGradient += gradients.excitations(frame, 0);
    }
    const nmm::ShapeFunction shape(factor);
    CHECK(totalGradient == Approx(totalWeight * shape.calcSlope(0.3)).epsilon(1e-12));
    CHECK(gradients.parameters[0].shapeFactor ==
            Approx(totalWeight * shape.calcShapeFactorDerivative(0.3)).epsilon(1e-12));
    CHECK(gradients.parameters[0].activationTimeConstant == 0.0);
    CHECK(gradients.parameters[0].deactivationTimeConstant == 0.0);
    CHECK(gradients.parameters[0].minimumActivation == 0.0);
}

TEST_CASE("Activation gradients of nothing are nothing") {
    const auto gradients = computeActivationGradients({}, {{}, Matrix(0, 1)}, {{}}, Matrix(0, 1));
    CHECK(gradients.excitations.values.empty());
    CHECK(gradients.parameters[0].activationTimeConstant == 0.0);
}

TEST_CASE("Activation gradients refuse a gradient of another shape") {
    CHECK_THAT(errorText([] {
        computeActivationGradients(
                {0.0, 0.01}, {{0.0, 0.01}, Matrix(2, 1, 0.3)}, {{}}, Matrix(2, 2));
    }),
            Catch::Contains("shape 2 x 1") && Catch::Contains("received 2 x 2"));
}
