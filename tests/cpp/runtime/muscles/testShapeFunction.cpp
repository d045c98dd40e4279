#include <nmm/muscles/ShapeFunction.h>

#include <catch2/catch.hpp>

#include <cmath>

using nmm::ShapeFunction;

TEST_CASE("ShapeFunction keeps 0 and 1 for every shape factor") {
    const double factor = GENERATE(-5.0, -1.0, -1e-3, -1e-4, 0.0, 1e-4, 1.0);
    const ShapeFunction shape(factor);
    CHECK(shape.calcValue(0.0) == 0.0);
    CHECK(shape.calcValue(1.0) == Approx(1.0).epsilon(1e-15));
}

TEST_CASE("ShapeFunction is the identity at 0") {
    const ShapeFunction identity(0.0);
    CHECK(identity.calcValue(0.3) == 0.3);
    CHECK(identity.calcSlope(0.3) == 1.0);
}

TEST_CASE("ShapeFunction has the value of its definition") {
    CHECK(ShapeFunction(-2.0).calcValue(0.3) ==
            Approx((std::exp(-0.6) - 1.0) / (std::exp(-2.0) - 1.0)).epsilon(1e-14));
}

TEST_CASE("ShapeFunction's series continues its closed form") {
    const double e = GENERATE(0.1, 0.5, 0.9);
    const ShapeFunction series(-0.999999e-3), closed(-1.000001e-3);
    CHECK(series.calcValue(e) == Approx(closed.calcValue(e)).epsilon(1e-9));
    CHECK(series.calcSlope(e) == Approx(closed.calcSlope(e)).epsilon(1e-8));
    CHECK(series.calcShapeFactorDerivative(e) ==
            Approx(closed.calcShapeFactorDerivative(e)).epsilon(1e-8));
}

TEST_CASE("ShapeFunction's derivatives agree with central differences") {
    const double factor = GENERATE(-3.0, -0.5, -2e-3, -5e-4, 0.0, 0.7);
    const double e = GENERATE(0.0, 0.2, 0.5, 0.9, 1.0);
    const double step = 1e-5;
    const ShapeFunction shape(factor), above(factor + step), below(factor - step);
    CHECK(shape.calcSlope(e) ==
            Approx((shape.calcValue(e + step) - shape.calcValue(e - step)) / (2.0 * step))
                    .epsilon(1e-8));
    CHECK(shape.calcShapeFactorDerivative(e) ==
            Approx((above.calcValue(e) - below.calcValue(e)) / (2.0 * step)).margin(1e-10));
}
