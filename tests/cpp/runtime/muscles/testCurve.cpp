#include "ErrorText.h"

#include <nmm/muscles/Curve.h>

#include <cmath>
#include <limits>

using nmm::Curve;

TEST_CASE("A curve follows what it was sampled from, and goes on straight") {
    const auto curve = Curve::sample(
            [](double x) {
                return Curve::ValueAndSlope{std::sin(3.0 * x), 3.0 * std::cos(3.0 * x)};
            },
            -1.0, 2.0);
    for (double x = -1.0; x <= 2.0; x += 0.00317) {
        const auto [value, slope] = curve.evaluate(x);
        CHECK(value == Approx(std::sin(3.0 * x)).margin(1e-7));
        CHECK(slope == Approx(3.0 * std::cos(3.0 * x)).margin(3e-5));
    }
    const auto [value, slope] = curve.evaluate(2.5);
    CHECK(slope == Approx(3.0 * std::cos(6.0)));
    CHECK(value == Approx(std::sin(6.0) + 0.5 * slope));
    CHECK(curve.evaluate(-3.0).value == Approx(std::sin(-3.0) - 2.0 * 3.0 * std::cos(-3.0)));
}

TEST_CASE("A curve is a cubic between two knots") {
    // x^3 on [0, 2] from its ends alone.
    const Curve curve(0.0, 2.0, {0.0, 8.0}, {0.0, 12.0});
    CHECK(curve.evaluate(1.0).value == Approx(1.0));
    CHECK(curve.evaluate(1.0).slope == Approx(3.0));
    CHECK(curve.getSlopes() == std::vector<double>{0.0, 12.0});
}

TEST_CASE("A curve refuses corners, infinities and too little") {
    const auto corner = [](double x) {
        return Curve::ValueAndSlope{std::abs(x), x < 0 ? -1. : 1.};
    };
    CHECK_THAT(errorText([&] { Curve::sample(corner, -1.0, 1.1); }),
            Catch::Contains("sharper corners"));
    const auto infinite = [](double) {
        return Curve::ValueAndSlope{std::numeric_limits<double>::infinity(), 0.0};
    };
    CHECK_THAT(errorText([&] { Curve::sample(infinite, 0.0, 1.0); }), Catch::Contains("finite"));
    CHECK_THAT(errorText([] { Curve(0.0, 1.0, {1.0}, {0.0}); }), Catch::Contains("at least 2"));
}
