#include "ErrorText.h"

#include <nmm/muscles/MuscleSet.h>

#include <cmath>
#include <functional>
#include <limits>

using Catch::Contains;
using nmm::Curve;
using nmm::Matrix;
using nmm::MuscleInputs;
using nmm::MuscleParameters;
using nmm::MuscleProperties;
using nmm::MuscleSet;
using nmm::TendonModel;

namespace {

/// The line through two points as a curve.
std::shared_ptr<const Curve> makeLine(double x0, double y0, double x1, double y1) {
    const double slope = (y1 - y0) / (x1 - x0);
    return std::make_shared<Curve>(Curve::sample(
            [=](double x) {
                return Curve::ValueAndSlope{y0 + slope * (x - x0), slope};
            },
            0.0, 2.0));
}

/// A muscle whose equilibrium can be found by hand: no passive force, a fibre whose force is its
/// activation at every length and rises with velocity, and a tendon that is a spring. The tendon
/// is kept from going slack, where a spring would push.
MuscleProperties makeProperties() {
    MuscleProperties properties;
    properties.name = "linear";
    properties.maxContractionVelocity = 10.0;
    properties.fiberDamping = 0.1;
    properties.minimumActiveFiberLength = 0.4;
    properties.activeForceLength = makeLine(0.0, 1.0, 1.0, 1.0);
    properties.passiveForceLength = makeLine(0.0, 0.0, 1.0, 0.0);
    properties.forceVelocity = makeLine(-1.0, 0.0, 0.0, 1.0);
    properties.tendonForceLength = makeLine(1.0, 0.0, 1.05, 1.0);
    return properties;
}

const MuscleParameters Parameters{1000.0, 0.1, 0.2, 0.0};

Matrix column(std::vector<double> values) {
    Matrix matrix;
    matrix.rows = values.size();
    matrix.columns = 1;
    matrix.values = std::move(values);
    return matrix;
}

/// Two muscles that move, at steps of both orders.
MuscleInputs makeInputsOfTwo() {
    MuscleInputs inputs{{0.0, 0.01, 0.02, 0.025, 0.06}, Matrix(5, 2), Matrix(5, 2), Matrix(5, 2)};
    for (std::size_t k = 0; k < 5; ++k) {
        for (std::size_t m = 0; m < 2; ++m) {
            const double phase = 1.3 * static_cast<double>(k) + static_cast<double>(m);
            inputs.activations(k, m) = 0.5 + 0.3 * std::sin(phase);
            inputs.lengths(k, m) = (m == 0 ? 0.3 : 0.23) + 0.01 * std::cos(phase);
            inputs.speeds(k, m) = 0.1 * std::sin(2.0 * phase);
        }
    }
    return inputs;
}

double sumProduct(const Matrix& a, const Matrix& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        sum += a.values[i] * b.values[i];
    }
    return sum;
}

} // namespace

TEST_CASE("A rigid tendon gives the force of its fibre") {
    // Fibre at 0.1 m, lengthening at a tenth of its greatest speed: (0.5 * 1.1 + 0.1 * 0.1) F0.
    const MuscleInputs inputs{{0.0}, column({0.5}), column({0.3}), column({0.1})};
    const auto forces =
            MuscleSet(TendonModel::Rigid, {makeProperties()}).computeForces({Parameters}, inputs);
    CHECK(forces.fiberLengths(0, 0) == Approx(0.1));
    CHECK(forces.tendonForces(0, 0) == Approx(560.0));
}

TEST_CASE("A rigid tendon works through pennation") {
    // A 3-4-5 triangle: fibre 0.1 m with height 0.06 m, 0.08 m along the tendon.
    auto parameters = Parameters;
    parameters.pennationAngleAtOptimal = std::asin(0.6);
    const MuscleInputs inputs{{0.0}, column({0.5}), column({0.28}), column({0.0})};
    const auto forces =
            MuscleSet(TendonModel::Rigid, {makeProperties()}).computeForces({parameters}, inputs);
    CHECK(forces.fiberLengths(0, 0) == Approx(0.1));
    CHECK(forces.tendonForces(0, 0) == Approx(0.8 * 500.0));
}

TEST_CASE("A rigid tendon never pushes") {
    // Slack; too short a fibre; shortening so fast that damping would push.
    const MuscleInputs inputs{{0.0, 0.1, 0.2}, column({1.0, 1.0, 0.01}), column({0.19, 0.23, 0.3}),
            column({0.0, 0.0, -1.5})};
    const auto forces =
            MuscleSet(TendonModel::Rigid, {makeProperties()}).computeForces({Parameters}, inputs);
    CHECK(forces.tendonForces.values == std::vector<double>{0.0, 0.0, 0.0});
    CHECK(forces.fiberLengths(0, 0) == Approx(0.04));
}

TEST_CASE("An elastic tendon at rest is in equilibrium with its fibre") {
    // The tendon carries 0.5 F0 at a strain of 0.025: 0.205 m, and leaves 0.095 m to the fibre.
    const MuscleInputs inputs{
            {0.0, 0.01, 0.02, 5.0}, Matrix(4, 1, 0.5), Matrix(4, 1, 0.3), Matrix(4, 1, 0.0)};
    const auto forces =
            MuscleSet(TendonModel::Elastic, {makeProperties()}).computeForces({Parameters}, inputs);
    for (std::size_t k = 0; k < 4; ++k) {
        CHECK(forces.fiberLengths(k, 0) == Approx(0.095).epsilon(1e-12));
        CHECK(forces.tendonForces(k, 0) == Approx(500.0).epsilon(1e-10));
    }
}

TEST_CASE("An elastic tendon starts while its fibre takes up the path's speed") {
    // As for the rigid tendon 0.56 F0, which strains the tendon by 0.028.
    const MuscleInputs inputs{{0.0}, column({0.5}), column({0.3}), column({0.1})};
    const auto forces =
            MuscleSet(TendonModel::Elastic, {makeProperties()}).computeForces({Parameters}, inputs);
    CHECK(forces.tendonForces(0, 0) == Approx(560.0).epsilon(1e-10));
    CHECK(forces.fiberLengths(0, 0) == Approx(0.3 - 0.2056).epsilon(1e-12));
}

TEST_CASE("An elastic tendon relaxes as its equation says") {
    // Activation steps from 0.5 to 0.8 after the first frame. With l the fibre length,
    // 0.8 (1 + v) + 0.1 v = (0.3 - l - 0.2)/0.01 and v = dl/dt: a first-order system towards
    // l = 0.092 with the time constant (0.8 + 0.1) * 0.01 = 9 ms.
    const double step = GENERATE(0.0005, 0.001, 0.01);
    const auto numFrames = static_cast<std::size_t>(std::lround(0.05 / step)) + 1;
    MuscleInputs inputs{
            {}, Matrix(numFrames, 1, 0.8), Matrix(numFrames, 1, 0.3), Matrix(numFrames, 1, 0.0)};
    inputs.activations(0, 0) = 0.5;
    for (std::size_t k = 0; k < numFrames; ++k) {
        inputs.times.push_back(step * static_cast<double>(k));
    }
    const auto forces =
            MuscleSet(TendonModel::Elastic, {makeProperties()}).computeForces({Parameters}, inputs);
    double worst = 0.0;
    for (std::size_t k = 0; k < numFrames; ++k) {
        const double exact = 0.092 + 0.003 * std::exp(-inputs.times[k] / 0.009);
        worst = std::max(worst, std::abs(forces.fiberLengths(k, 0) - exact));
    }
    // The first step is of the first order: h^2 / (2 tau^2) of the jump of 3 mm.
    CHECK(worst < 0.003 * 0.5 * std::pow(step / 0.009, 2) * 1.2);
}

TEST_CASE("An elastic tendon keeps its fibre from its minimum length") {
    // The path is shorter than tendon and shortest fibre together.
    const MuscleInputs inputs{
            {0.0, 0.01, 0.02}, Matrix(3, 1, 1.0), column({0.3, 0.235, 0.23}), Matrix(3, 1, 0.0)};
    auto properties = makeProperties();
    properties.tendonForceLength = std::make_shared<Curve>(Curve::sample(
            [](double x) {
                const double stretch = std::max(0.0, x - 1.0);
                return Curve::ValueAndSlope{400.0 * stretch * stretch, 800.0 * stretch};
            },
            0.0, 2.0));
    const auto forces =
            MuscleSet(TendonModel::Elastic, {properties}).computeForces({Parameters}, inputs);
    for (std::size_t k = 0; k < 3; ++k) {
        CHECK(forces.fiberLengths(k, 0) >= 0.04);
        CHECK(forces.tendonForces(k, 0) >= 0.0);
    }
}

TEST_CASE("Muscle force gradients are those of differences") {
    const auto tendon = GENERATE(TendonModel::Rigid, TendonModel::Elastic);
    const MuscleSet muscles(tendon, {makeProperties(), makeProperties()});
    std::vector<MuscleParameters> parameters{Parameters, {500.0, 0.08, 0.15, 0.3}};
    auto inputs = makeInputsOfTwo();
    nmm::MuscleForces weights{Matrix(5, 2), Matrix(5, 2)};
    for (std::size_t i = 0; i < 10; ++i) {
        weights.tendonForces.values[i] = std::cos(1.7 * static_cast<double>(i));
        weights.fiberLengths.values[i] = 1000.0 * std::sin(static_cast<double>(i));
    }
    const auto scalar = [&] {
        const auto forces = muscles.computeForces(parameters, inputs);
        return sumProduct(forces.tendonForces, weights.tendonForces) +
               sumProduct(forces.fiberLengths, weights.fiberLengths);
    };
    const auto gradients = muscles.computeGradients(
            parameters, inputs, muscles.computeForces(parameters, inputs), weights);
    const auto check = [&](double& value, double found, double step) {
        const double original = value;
        value = original + step;
        const double above = scalar();
        value = original - step;
        const double below = scalar();
        value = original;
        CHECK(found == Approx((above - below) / (2.0 * step)).epsilon(1e-5).margin(1e-3));
    };
    for (std::size_t i = 0; i < 10; ++i) {
        INFO("input " << i);
        check(inputs.activations.values[i], gradients.activations.values[i], 1e-6);
        check(inputs.lengths.values[i], gradients.lengths.values[i], 1e-8);
        check(inputs.speeds.values[i], gradients.speeds.values[i], 1e-7);
    }
    for (std::size_t m = 0; m < 2; ++m) {
        INFO("muscle " << m);
        const auto& by = gradients.parameters[m];
        check(parameters[m].maxIsometricForce, by.maxIsometricForce, 1e-3);
        check(parameters[m].optimalFiberLength, by.optimalFiberLength, 1e-8);
        check(parameters[m].tendonSlackLength, by.tendonSlackLength, 1e-8);
        if (m == 1) {
            // At 0 rad the angle has a kink: the fixed width cannot be negative.
            check(parameters[m].pennationAngleAtOptimal, by.pennationAngleAtOptimal, 1e-7);
        }
    }
}

TEST_CASE("Each muscle of a set has its own properties and parameters") {
    auto damped = makeProperties();
    damped.fiberDamping = 0.2;
    const MuscleSet muscles(TendonModel::Rigid, {makeProperties(), damped});
    auto strong = Parameters;
    strong.maxIsometricForce = 2000.0;
    const MuscleInputs inputs{{0.0}, Matrix(1, 2, 0.5), Matrix(1, 2, 0.3), Matrix(1, 2, 0.1)};
    const auto forces = muscles.computeForces({Parameters, strong}, inputs);
    CHECK(forces.tendonForces(0, 0) == Approx(560.0));
    CHECK(forces.tendonForces(0, 1) == Approx((0.5 * 1.1 + 0.2 * 0.1) * 2000.0));
}

TEST_CASE("A set refuses parameters and gradients of other muscles than its own") {
    const MuscleSet muscles(TendonModel::Rigid, {makeProperties(), makeProperties()});
    const MuscleInputs inputs{{0.0}, Matrix(1, 2, 0.5), Matrix(1, 2, 0.3), Matrix(1, 2, 0.0)};
    CHECK_THAT(errorText([&] { muscles.computeForces({Parameters}, inputs); }),
            Contains("parameters of 2 muscles, but received 1"));
    const auto forces = muscles.computeForces({Parameters, Parameters}, inputs);
    const nmm::MuscleForces gradient{Matrix(1, 3), Matrix(1, 2)};
    CHECK_THAT(errorText([&] {
        muscles.computeGradients({Parameters, Parameters}, inputs, forces, gradient);
    }),
            Contains("tendon_force_gradient of shape (1, 2), but received (1, 3)"));
}

TEST_CASE("Muscles refuse what no muscle can be") {
    const auto complaint = [](const std::function<void(MuscleInputs&, MuscleParameters&)>& spoil) {
        MuscleInputs inputs{{0.0, 0.01}, Matrix(2, 1, 0.5), Matrix(2, 1, 0.3), Matrix(2, 1, 0.0)};
        auto parameters = Parameters;
        spoil(inputs, parameters);
        return errorText([&] {
            MuscleSet(TendonModel::Elastic, {makeProperties()}).computeForces({parameters}, inputs);
        });
    };
    CHECK_THAT(complaint([](auto& inputs, auto&) {
        inputs.lengths(1, 0) = std::numeric_limits<double>::quiet_NaN();
    }),
            Contains("Muscle 'linear'") && Contains("nan m") && Contains("at 0.01 s"));
    CHECK_THAT(complaint([](auto& inputs, auto&) { inputs.times[1] = 0.0; }),
            Contains("increasing times") && Contains("0 s after 0 s"));
    CHECK_THAT(complaint([](auto& inputs, auto&) { inputs.speeds = Matrix(3, 1); }),
            Contains("speeds of shape (2, 1)") && Contains("received (3, 1)"));
    CHECK_THAT(complaint([](auto&, auto& parameters) { parameters.tendonSlackLength = 0.0; }),
            Contains("Muscle 'linear'") && Contains("tendon_slack_length"));
}
