#include "ErrorText.h"
#include "PosteriorExample.h"

#include <limits>

using Catch::Contains;
using nmm::ExcitationModel;
using nmm::Matrix;

TEST_CASE("An interval has a floor and a slope on either side and ends at 0") {
    const ExcitationModel model(readExample(ExampleArtefact::makePosterior()));
    Matrix excitations(2, 4, 0.8);
    excitations(1, Soleus) = 0.0;
    const auto intervals = model.computeIntervals(excitations, {0.0, 0.0});
    REQUIRE(intervals.muscles == std::vector<std::size_t>{Soleus});
    CHECK(intervals.lower(0, 0) == Approx(0.8 - (0.05 + 0.5 * 0.8)).epsilon(1e-14));
    CHECK(intervals.upper(0, 0) == Approx(0.8 + (0.1 + 0.25 * 0.8)).epsilon(1e-14));
    CHECK(intervals.lower(1, 0) == 0.0);
    CHECK(intervals.upper(1, 0) == Approx(0.1).epsilon(1e-14));
}

TEST_CASE("Outside training an interval grows, to its double at most") {
    const ExcitationModel model(readExample(ExampleArtefact::makePosterior()));
    const auto intervals = model.computeIntervals(Matrix(3, 4, 0.8), {0.25, 1.0, 7.0});
    CHECK(intervals.lower(0, 0) == Approx(0.8 - 1.25 * 0.45).epsilon(1e-14));
    CHECK(intervals.upper(0, 0) == Approx(0.8 + 1.25 * 0.3).epsilon(1e-14));
    for (const std::size_t frame : {1, 2}) {
        CHECK(intervals.lower(frame, 0) == 0.0);
        CHECK(intervals.upper(frame, 0) == Approx(0.8 + 2.0 * 0.3).epsilon(1e-14));
    }
}

TEST_CASE("An interval of the second format is as wide on either side, in every frame") {
    const ExcitationModel model(readExample(ExampleArtefact::makePosteriorOfFormat2()));
    const auto intervals = model.computeIntervals(Matrix(2, 4, 0.9), {0.0, 3.0});
    for (const std::size_t frame : {0, 1}) {
        CHECK(intervals.lower(frame, 0) == Approx(0.9 - 0.5 * (0.1 + 0.9)).epsilon(1e-14));
        CHECK(intervals.upper(frame, 0) == Approx(0.9 + 0.5 * (0.1 + 0.9)).epsilon(1e-14));
    }
}

TEST_CASE("Intervals are refused for excitations and novelties that do not fit") {
    const ExcitationModel model(readExample(ExampleArtefact::makePosterior()));
    const auto refuse = [&](const Matrix& excitations, const std::vector<double>& novelty) {
        return errorText([&] { model.computeIntervals(excitations, novelty); });
    };
    CHECK_THAT(refuse(Matrix(2, 4, 0.5), {0.0}), Contains("Expected excitations of shape 1 x 4"));
    CHECK_THAT(refuse(Matrix(1, 3, 0.5), {0.0}), Contains("but received 1 x 3"));
    CHECK_THAT(refuse(Matrix(2, 4, 0.5), {0.0, -0.1}),
            Contains("Expected a finite novelty, 0 or greater, but received -0.1 in frame 1"));
    CHECK_THAT(refuse(Matrix(1, 4, 0.5), {std::numeric_limits<double>::quiet_NaN()}),
            Contains("but received nan in frame 0"));
}
