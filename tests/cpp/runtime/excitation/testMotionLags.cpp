#include <nmm/excitation/MotionLags.h>

#include <catch2/catch.hpp>

using nmm::addEarlier;
using nmm::Matrix;

namespace {

/// A column that is 10 t and one that is -t, from 1 to 1.3 s.
nmm::TimeSeries makeRecording() {
    nmm::TimeSeries recording{{"angle", "speed"}, {1.0, 1.1, 1.2, 1.3}, Matrix(4, 2)};
    for (std::size_t row = 0; row < 4; ++row) {
        recording.values(row, 0) = 10.0 * recording.time[row];
        recording.values(row, 1) = -recording.time[row];
    }
    return recording;
}

} // namespace

TEST_CASE("Earlier motion comes lag by lag behind the frames' own") {
    Matrix own(2, 2);
    own.values = {1.0, 2.0, 3.0, 4.0};
    const auto windows = addEarlier(own, makeRecording(), {1.3, 1.25}, {0.0, 0.1, 0.05});
    REQUIRE(windows.rows == 2);
    REQUIRE(windows.columns == 6);
    const std::vector<double> expected{
            1.0, 2.0, 12.0, -1.2, 12.5, -1.25, 3.0, 4.0, 11.5, -1.15, 12.0, -1.2};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(windows.values[i] == Approx(expected[i]).epsilon(1e-14));
    }
}

TEST_CASE("Before a recording its first value is held") {
    const auto windows = addEarlier(Matrix(3, 2, 7.0), makeRecording(), {0.2, 1.0, 1.05}, {0, 0.1});
    for (std::size_t frame = 0; frame < 3; ++frame) {
        CHECK(windows(frame, 0) == 7.0);
        CHECK(windows(frame, 2) == 10.0);
        CHECK(windows(frame, 3) == -1.0);
    }
}

TEST_CASE("The frame's own time is never the recording's") {
    Matrix own(1, 2, 7.0);
    CHECK(addEarlier(own, {}, {1.2}, {0.0}).values == own.values);
    CHECK(addEarlier(own, {}, {1.2}, {0.0, 0.0}).values == std::vector<double>(4, 7.0));
}

TEST_CASE("Of nothing there is nothing earlier") {
    CHECK(addEarlier(Matrix(3, 0), {}, {1, 2, 3}, {0.0, 0.1}).columns == 0);
    CHECK(addEarlier(Matrix(0, 2), makeRecording(), {}, {0.0, 0.1}).columns == 4);
}

TEST_CASE("The moments of a time lie one behind the other") {
    CHECK(nmm::listMoments({1.0, 2.0}, {0.0, 0.25}) == std::vector<double>{1.0, 0.75, 2.0, 1.75});
    CHECK(nmm::listMoments({1.0, 2.0}, {}).empty());
}
