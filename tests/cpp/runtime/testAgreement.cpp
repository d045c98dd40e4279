#include "ErrorText.h"

#include <nmm/Agreement.h>

#include <cmath>
#include <limits>

using Catch::Contains;
using nmm::computeAgreement;

TEST_CASE("Agreement by hand") {
    const auto agreement = computeAgreement({1.0, 2.0, 3.0}, {2.0, 2.0, 5.0});
    // Errors -1, 0, -2; centred estimate -1, 0, 1 and reference -1, -1, 2.
    CHECK(agreement.r == Approx(3.0 / std::sqrt(2.0 * 6.0)));
    CHECK(agreement.rmse == Approx(std::sqrt(5.0 / 3.0)));
    CHECK(agreement.nrmse == Approx(std::sqrt(5.0 / 3.0) / 3.0));
    CHECK(agreement.mae == Approx(1.0));
    CHECK(agreement.vaf == Approx(1.0 - 5.0 / 33.0));
    CHECK(agreement.bestScale == Approx(21.0 / 14.0));
}

TEST_CASE("Agreement of a series with itself is perfect") {
    const std::vector<double> series{0.1, 0.7, 0.3, 0.2};
    const auto agreement = computeAgreement(series, series);
    CHECK(agreement.r == Approx(1.0));
    CHECK(agreement.rmse == 0.0);
    CHECK(agreement.vaf == 1.0);
    CHECK(agreement.bestScale == 1.0);
}

TEST_CASE("Agreement with a constant series has no correlation") {
    // The mean of these is not exactly 0.1, and the variance not exactly 0.
    const std::vector<double> constant(7, 0.1), varying{1, 2, 3, 4, 5, 6, 7};
    CHECK(std::isnan(computeAgreement(constant, varying).r));
    CHECK(std::isnan(computeAgreement(varying, constant).r));
}

TEST_CASE("Agreement has a best scale that is never negative") {
    CHECK(computeAgreement({-1.0, -2.0}, {1.0, 2.0}).bestScale == 0.0);
    CHECK(computeAgreement({0.0, 0.0}, {1.0, 2.0}).bestScale == 1.0);
}

TEST_CASE("Agreement refuses series that cannot be compared") {
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK_THAT(errorText([] {
        computeAgreement({1.0, 2.0}, {1.0, 2.0, 3.0});
    }),
            Contains("received 2 and 3 values"));
    CHECK_THAT(errorText([] { computeAgreement({1.0}, {1.0}); }), Contains("at least 2"));
    CHECK_THAT(errorText([&] {
        computeAgreement({1.0, infinity}, {1.0, 2.0});
    }),
            Contains("estimate") && Contains("inf at position 1"));
    CHECK_THAT(errorText([] {
        computeAgreement({1.0, 2.0}, {std::nan(""), 2.0});
    }),
            Contains("reference") && Contains("nan at position 0"));
}
