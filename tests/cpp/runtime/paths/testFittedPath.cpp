#include "ErrorText.h"

#include <nmm/paths/FittedPath.h>
#include <nmm/paths/FittedPaths.h>

#include <cmath>
#include <limits>

using Catch::Contains;
using nmm::FittedPath;
using nmm::FittedPaths;
using nmm::Matrix;

namespace {

/// L = 1 + 2 y + 3 y^2 + 4 x + 5 x y + 6 x^2 with x = (q1 - 0.5)/2 and y = q2/0.5.
FittedPath makeQuadratic() {
    return {{"q1", "q2"}, {0.5, 0.0}, {2.0, 0.5}, 2, {1.0, 2.0, 3.0, 4.0, 5.0, 6.0}};
}

Matrix makeMatrix(std::size_t rows, std::size_t columns, const std::vector<double>& values) {
    Matrix matrix(rows, columns);
    matrix.values = values;
    return matrix;
}

/// Five frames, which fill no whole number of blocks.
Matrix makeFrames(std::size_t columns, double first) {
    Matrix matrix(5, columns);
    for (std::size_t i = 0; i < matrix.values.size(); ++i) {
        matrix.values[i] = first + 0.1 * std::sin(1.0 + 3.0 * static_cast<double>(i));
    }
    return matrix;
}

/// A polynomial of every number of coordinates that is allowed, degree 3.
FittedPath makeCubic(std::size_t numCoordinates) {
    FittedPath path;
    for (std::size_t j = 0; j < numCoordinates; ++j) {
        path.coordinates.push_back("q" + std::to_string(j));
        path.center.push_back(0.1 * static_cast<double>(j));
        path.halfRange.push_back(1.0 + 0.2 * static_cast<double>(j));
    }
    path.degree = 3;
    for (std::size_t i = 0; i < nmm::countTerms(numCoordinates, 3); ++i) {
        path.coefficients.push_back(std::cos(static_cast<double>(i)));
    }
    return path;
}

/// A scalar of the geometry, whose derivatives by its numbers are `weights`.
double combine(const FittedPaths& paths, const Matrix& values, const Matrix& speeds,
        const nmm::PathGeometry& weights) {
    const auto geometry = paths.computeGeometry(values, speeds);
    double sum = 0.0;
    const auto add = [&](const Matrix& a, const Matrix& b) {
        for (std::size_t i = 0; i < a.values.size(); ++i) {
            sum += a.values[i] * b.values[i];
        }
    };
    add(geometry.lengths, weights.lengths);
    add(geometry.speeds, weights.speeds);
    add(geometry.momentArms, weights.momentArms);
    return sum;
}

std::string checkError(const FittedPath& path) {
    return errorText([&] { path.check("Fitted path of 'soleus_r'"); });
}

} // namespace

TEST_CASE("A fitted path is the polynomial that its order of terms says") {
    const double values[] = {1.5, -0.25}; // x = 0.5, y = -0.5
    double gradient[2];
    const double length = nmm::computeLength(makeQuadratic(), values, gradient);
    CHECK(length == Approx(1.0 - 1.0 + 0.75 + 2.0 - 1.25 + 1.5));
    // dL/dx = 4 + 5 y + 12 x, dL/dy = 2 + 6 y + 5 x.
    CHECK(gradient[0] == Approx((4.0 - 2.5 + 6.0) / 2.0));
    CHECK(gradient[1] == Approx((2.0 - 3.0 + 2.5) / 0.5));
}

TEST_CASE("A constant path has no gradient") {
    const double values[] = {0.3};
    double gradient[1];
    CHECK(nmm::computeLength({{"q"}, {0.0}, {1.0}, 0, {0.42}}, values, gradient) == 0.42);
    CHECK(gradient[0] == 0.0);
}

TEST_CASE("Terms are counted") {
    CHECK(nmm::countTerms(1, 4) == 5);
    CHECK(nmm::countTerms(2, 2) == 6);
    CHECK(nmm::countTerms(4, 10) == 1001);
}

TEST_CASE("Lengths, speeds and moment arms of several paths over frames") {
    // The motion has the coordinates in another order, and one that no path needs.
    const FittedPaths paths(
            {makeQuadratic(), {{"q2"}, {0.0}, {0.5}, 1, {0.1, 0.2}}}, {"q2", "other", "q1"});
    const auto values = makeMatrix(1, 3, {-0.25, 9.0, 1.5});
    const auto speeds = makeMatrix(1, 3, {2.0, 9.0, -4.0});
    const auto geometry = paths.computeGeometry(values, speeds);
    CHECK(geometry.lengths(0, 0) == Approx(3.0));
    CHECK(geometry.lengths(0, 1) == Approx(0.1 - 0.1));
    CHECK(geometry.speeds(0, 0) == Approx(3.0 * 2.0 + 3.75 * -4.0));
    CHECK(geometry.speeds(0, 1) == Approx(0.4 * 2.0));
    const std::vector<double> expected{-3.0, 0.0, -3.75, -0.4, 0.0, 0.0};
    REQUIRE(geometry.momentArms.columns == 6);
    for (std::size_t i = 0; i < 6; ++i) {
        CHECK(geometry.momentArms(0, i) == Approx(expected[i]).margin(1e-15));
    }
}

TEST_CASE("Gradients of geometry are those of central differences, for 1 to 8 coordinates") {
    for (std::size_t n = 1; n <= FittedPath::MaxNumCoordinates; ++n) {
        const auto cubic = makeCubic(n);
        const FittedPaths paths({cubic, makeCubic(1)}, cubic.coordinates);
        auto values = makeFrames(n, 0.2);
        auto speeds = makeFrames(n, -0.7);
        const nmm::PathGeometry weights{
                makeFrames(2, 1.0), makeFrames(2, 0.5), makeFrames(2 * n, -0.3)};
        const auto gradients = paths.computeGradients(values, speeds, weights);
        const double h = 1e-5;
        for (auto [input, gradient] :
                {std::pair(&values, &gradients.values), std::pair(&speeds, &gradients.speeds)}) {
            for (std::size_t i = 0; i < input->values.size(); ++i) {
                const double at = input->values[i];
                input->values[i] = at + h;
                const double ahead = combine(paths, values, speeds, weights);
                input->values[i] = at - h;
                const double behind = combine(paths, values, speeds, weights);
                input->values[i] = at;
                CHECK(gradient->values[i] ==
                        Approx((ahead - behind) / (2.0 * h)).epsilon(1e-7).margin(1e-8));
            }
        }
    }
}

TEST_CASE("A fitted path that does not hold together is refused") {
    auto path = makeQuadratic();
    path.coefficients.pop_back();
    CHECK_THAT(checkError(path), Contains("Fitted path of 'soleus_r'") &&
                                         Contains("6 numbers in 'coefficients', but found 5"));
    path = makeQuadratic();
    path.center.push_back(0.0);
    CHECK_THAT(checkError(path), Contains("2 numbers in 'center', but found 3"));
    path = makeQuadratic();
    path.halfRange[1] = 0.0;
    CHECK_THAT(checkError(path), Contains("half ranges above 0, but found 0 for 'q2'"));
    path = makeQuadratic();
    path.coefficients[3] = std::numeric_limits<double>::quiet_NaN();
    CHECK_THAT(checkError(path), Contains("finite numbers in 'coefficients'"));
    path = makeQuadratic();
    path.coordinates[1] = "q1";
    CHECK_THAT(checkError(path), Contains("different coordinates"));
    path = makeQuadratic();
    path.degree = 13;
    CHECK_THAT(checkError(path), Contains("at most 12"));
    path = makeCubic(8);
    path.degree = 12;
    CHECK_THAT(checkError(path), Contains("at most 5000 terms"));
    CHECK_THAT(checkError({}), Contains("found 0"));
}

TEST_CASE("Fitted paths refuse motions that do not fit") {
    CHECK_THAT(errorText([] { FittedPaths({makeQuadratic()}, {"q1"}); }),
            Contains("its coordinate 'q2'"));
    const FittedPaths paths({makeQuadratic()}, {"q1", "q2"});
    CHECK_THAT(errorText([&] { paths.computeGeometry(Matrix(3, 1), Matrix(3, 1)); }),
            Contains("3 x 2, but received 3 x 1"));
    CHECK_THAT(errorText([&] { paths.computeGeometry(Matrix(3, 2), Matrix(2, 2)); }),
            Contains("speeds"));
}

TEST_CASE("A motion that leaves the range of the fit is refused where it does") {
    const auto values = makeMatrix(2, 2, {0.0, 0.5, 0.1, -0.6});
    const auto text = errorText([&] {
        nmm::checkDomain({makeQuadratic()}, {"q1", "q2"}, {0.01, 0.02}, values, "Coordinates");
    });
    CHECK_THAT(text, Contains("'q2' within -0.5 to 0.5") && Contains("found -0.6 at 0.02 s") &&
                             Contains("train again"));
    nmm::checkDomain({makeQuadratic()}, {"q1", "q2"}, {0.01}, makeMatrix(1, 2, {2.5, -0.5}), "");
    CHECK_THAT(
            errorText([&] { nmm::checkDomain({makeQuadratic()}, {"q1"}, {}, Matrix(0, 1), "M"); }),
            Contains("M: Expected coordinate 'q2'"));
}
