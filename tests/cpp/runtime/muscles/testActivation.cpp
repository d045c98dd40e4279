#include "ErrorText.h"

#include <nmm/muscles/Activation.h>

#include <cmath>
#include <limits>

using Catch::Contains;
using nmm::ActivationParameters;
using nmm::Matrix;

namespace {

/// Excitations given at the frames.
Matrix computeActivations(const std::vector<double>& times, const Matrix& excitations,
        const std::vector<nmm::ActivationParameters>& parameters) {
    return nmm::computeActivations(times, {times, excitations}, parameters);
}

constexpr double NaN = std::numeric_limits<double>::quiet_NaN();

Matrix column(const std::vector<double>& values) {
    Matrix matrix(values.size(), 1);
    matrix.values = values;
    return matrix;
}

/// t/tau after which activation has risen from a0 to a towards a constant u.
double riseTime(double u, double a0, double a) {
    return (0.5 + 1.5 * u) * std::log((u - a0) / (u - a)) - 1.5 * (a - a0);
}

/// t/tau after which activation has fallen from a0 to a towards a constant u.
double fallTime(double u, double a0, double a) {
    const auto antiderivative = [u](double x) { return std::log((0.5 + 1.5 * x) / (x - u)); };
    return (antiderivative(a) - antiderivative(a0)) / (0.5 + 1.5 * u);
}

std::vector<double> frames(double interval, double duration) {
    std::vector<double> times;
    for (int i = 0; i <= std::lround(duration / interval); ++i) {
        times.push_back(i * interval);
    }
    return times;
}

} // namespace

TEST_CASE("Activation stays where excitation rests") {
    const auto activations = computeActivations({0.0, 0.01, 0.5}, Matrix(3, 1, 0.3), {{}});
    for (const double activation : activations.values) {
        CHECK(activation == 0.3);
    }
}

TEST_CASE("Activation follows a step as the closed solution does") {
    // After the step, within the first frame interval, the excitation is constant.
    SECTION("rising") {
        const auto a =
                computeActivations({0.0, 0.001, 0.006, 0.021}, column({0.1, 0.8, 0.8, 0.8}), {{}});
        CHECK(riseTime(0.8, a(1, 0), a(2, 0)) * 0.010 == Approx(0.005).epsilon(5e-5));
        CHECK(riseTime(0.8, a(1, 0), a(3, 0)) * 0.010 == Approx(0.020).epsilon(5e-5));
    }
    SECTION("falling") {
        const auto a =
                computeActivations({0.0, 0.001, 0.021, 0.061}, column({0.8, 0.1, 0.1, 0.1}), {{}});
        CHECK(fallTime(0.1, a(1, 0), a(2, 0)) * 0.040 == Approx(0.020).epsilon(5e-5));
        CHECK(fallTime(0.1, a(1, 0), a(3, 0)) * 0.040 == Approx(0.060).epsilon(5e-5));
    }
}

TEST_CASE("Activation does not depend on the frame interval") {
    // The same piecewise-linear excitation, with corners every 10 ms.
    const auto excitation = [](double t) { return 0.4 + 0.35 * std::sin(9.0 * t); };
    const auto coarse = frames(0.01, 1.0), fine = frames(0.0005, 1.0);
    Matrix coarseExcitations(coarse.size(), 1), fineExcitations(fine.size(), 1);
    for (std::size_t i = 0; i < coarse.size(); ++i) {
        coarseExcitations(i, 0) = excitation(coarse[i]);
    }
    for (std::size_t i = 0; i < fine.size(); ++i) {
        const auto left = std::min(i / 20, coarse.size() - 2);
        const double fraction = (static_cast<double>(i) - 20.0 * left) / 20.0;
        fineExcitations(i, 0) = (1.0 - fraction) * coarseExcitations(left, 0) +
                                fraction * coarseExcitations(left + 1, 0);
    }
    const auto coarseActivations = computeActivations(coarse, coarseExcitations, {{}});
    const auto fineActivations = computeActivations(fine, fineExcitations, {{}});
    for (std::size_t i = 0; i < coarse.size(); ++i) {
        CHECK(coarseActivations(i, 0) == Approx(fineActivations(20 * i, 0)).margin(1e-5));
    }
}

TEST_CASE("Activation is kept from minimum_activation to 1") {
    ActivationParameters parameters;
    parameters.minimumActivation = 0.05;
    SECTION("below") {
        const auto a = computeActivations(
                {0.0, 0.5, 0.51, 1.0, 1.2}, column({0.0, 0.0, 0.4, 0.0, 0.0}), {parameters});
        CHECK(a(0, 0) == 0.05);
        CHECK(a(1, 0) == 0.05);
        // No debt from the time below the minimum: the rise starts at once.
        CHECK(a(2, 0) > 0.1);
        // It falls towards the minimum, as under an excitation that is the minimum.
        const auto limited = computeActivations(
                {0.0, 0.5, 0.51, 1.0, 1.2}, column({0.05, 0.05, 0.4, 0.05, 0.05}), {parameters});
        CHECK(a.values == limited.values);
        CHECK(a(4, 0) > 0.05);
        CHECK(a(4, 0) < 0.053);
    }
    SECTION("above") {
        const auto a = computeActivations({0.0, 0.5}, column({2.0, 2.0}), {parameters});
        CHECK(a(0, 0) == 1.0);
        CHECK(a(1, 0) == 1.0);
    }
}

TEST_CASE("Activation of one muscle does not depend on its neighbours") {
    const std::vector<double> times{0.0, 0.01, 0.02};
    const ActivationParameters slow{-2.0, 0.03, 0.12, 0.02};
    Matrix both(3, 2);
    both.values = {0.1, 0.9, 0.6, 0.2, 0.3, 0.5};
    const auto activations = computeActivations(times, both, {{}, slow});
    const auto first = computeActivations(times, column({0.1, 0.6, 0.3}), {{}});
    const auto second = computeActivations(times, column({0.9, 0.2, 0.5}), {slow});
    for (std::size_t frame = 0; frame < 3; ++frame) {
        CHECK(activations(frame, 0) == Approx(first(frame, 0)).epsilon(1e-14));
        CHECK(activations(frame, 1) == Approx(second(frame, 0)).epsilon(1e-14));
    }
}

TEST_CASE("Activation of nothing is nothing") {
    CHECK(computeActivations({}, Matrix(0, 1), {{}}).values.empty());
    CHECK(computeActivations({0.0, 1.0}, Matrix(2, 0), {}).values.empty());
}

TEST_CASE("Activation refuses inputs that do not fit") {
    const Matrix rest(2, 1, 0.3);
    const auto withParameters = [&](const ActivationParameters& parameters) {
        return errorText([&] { computeActivations({0.0, 0.01}, rest, {parameters}); });
    };
    CHECK_THAT(errorText([&] {
        computeActivations({0.0, 0.01, 0.02}, rest, {{}});
    }),
            Contains("3 x 1 (times x muscles)") && Contains("received 2 x 1"));
    CHECK_THAT(errorText([&] {
        computeActivations({0.0, 0.01}, rest, {{}, {}});
    }),
            Contains("2 x 2") && Contains("2 x 1"));
    CHECK_THAT(errorText([&] {
        computeActivations({0.01, 0.01}, rest, {{}});
    }),
            Contains("strictly increasing") && Contains("0.01 s at index 1"));
    CHECK_THAT(errorText([&] { computeActivations({0.0, NaN}, rest, {{}}); }), Contains("nan"));
    CHECK_THAT(errorText([&] {
        computeActivations({0.0, 0.01}, column({0.1, NaN}), {{}});
    }),
            Contains("nan in sample 1 of muscle 0"));
    CHECK_THAT(withParameters({NaN, 0.01, 0.04, 0.01}), Contains("shape_factor"));
    CHECK_THAT(withParameters({0.0, 0.0, 0.04, 0.01}),
            Contains("activation_time_constant of muscle 0") && Contains("at least 0.001 s"));
    CHECK_THAT(withParameters({0.0, 0.01, NaN, 0.01}), Contains("deactivation_time_constant"));
    CHECK_THAT(withParameters({0.0, 0.01, 0.04, 1.0}), Contains("minimum_activation"));
}

TEST_CASE("Activation with a delay is that of excitations sampled earlier") {
    // 2 kHz samples of a smooth excitation, 100 Hz frames, delays between the samples.
    nmm::SampledExcitations samples;
    samples.values = Matrix(1001, 2);
    const auto wave = [](double time) { return 0.5 + 0.4 * std::sin(25.0 * time); };
    for (std::size_t k = 0; k < 1001; ++k) {
        samples.times.push_back(0.0005 * static_cast<double>(k));
        samples.values(k, 0) = samples.values(k, 1) = wave(samples.times.back());
    }
    std::vector<double> frames;
    Matrix earlier(30, 2);
    const double delays[] = {0.04021, 0.0871};
    for (std::size_t k = 0; k < 30; ++k) {
        frames.push_back(0.1 + 0.01 * static_cast<double>(k));
        for (std::size_t m = 0; m < 2; ++m) {
            earlier(k, m) = wave(frames.back() - delays[m]);
        }
    }
    std::vector<nmm::ActivationParameters> parameters(2);
    const auto expected = computeActivations(frames, earlier, parameters);
    parameters[0].electromechanicalDelay = delays[0];
    parameters[1].electromechanicalDelay = delays[1];
    const auto activations = nmm::computeActivations(frames, samples, parameters);
    for (std::size_t i = 0; i < expected.values.size(); ++i) {
        CHECK(activations.values[i] == Approx(expected.values[i]).margin(2e-5));
    }
}

TEST_CASE("Activation holds the first excitation before its sample") {
    std::vector<nmm::ActivationParameters> parameters(1);
    parameters[0].electromechanicalDelay = 0.1;
    const auto activations =
            nmm::computeActivations({0.0, 0.05}, {{0.0, 0.1}, column({0.3, 0.9})}, parameters);
    CHECK(activations(0, 0) == Approx(0.3));
    CHECK(activations(1, 0) == Approx(0.3));
}
