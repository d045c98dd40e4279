#include "ErrorText.h"

#include <nmm/TimeSeries.h>

#include <cmath>

using Catch::Contains;
using nmm::Matrix;
using nmm::nearestNames;
using nmm::sample;
using nmm::selectColumns;
using nmm::TimeSeries;
using nmm::trim;

namespace {

TimeSeries makeSeries() {
    TimeSeries series{{"gasmed", "soleus", "tibant"}, {0.0, 1.0, 3.0}, Matrix(3, 3)};
    series.values.values = {0, 10, 20, 1, 11, 21, 5, 15, 25};
    return series;
}

} // namespace

TEST_CASE("selectColumns takes columns by name, in the order asked for") {
    const auto selection = selectColumns(makeSeries(), {"tibant", "gasmed"}, "EMG");
    CHECK(selection.columns == std::vector<std::string>{"tibant", "gasmed"});
    CHECK(selection.time == makeSeries().time);
    CHECK(selection.values.values == std::vector<double>{20, 0, 21, 1, 25, 5});
}

TEST_CASE("selectColumns names what is wrong") {
    auto series = makeSeries();
    const auto text = [&](const std::vector<std::string>& columns) {
        return errorText([&] { selectColumns(series, columns, "EMG file 'walk.sto'"); });
    };
    SECTION("a missing column and the nearest names") {
        CHECK_THAT(text({"solaeus"}), Contains("EMG file 'walk.sto'") && Contains("'solaeus'") &&
                                              Contains("the nearest are: soleus, gasmed, tibant"));
    }
    SECTION("column and time of a value that is no number") {
        series.values(1, 2) = std::nan("");
        CHECK_THAT(text({"tibant"}), Contains("column 'tibant'") && Contains("nan at 1 s"));
        CHECK_NOTHROW(selectColumns(series, {"gasmed"}, "EMG"));
    }
    SECTION("times that do not increase") {
        series.time[2] = 1.0;
        CHECK_THAT(text({"tibant"}), Contains("strictly increasing") && Contains("row 2"));
        series.time[2] = std::nan("");
        CHECK_THAT(text({"tibant"}), Contains("nan"));
    }
    SECTION("values that do not fit") {
        series.columns.pop_back();
        CHECK_THAT(text({"gasmed"}), Contains("Expected 3 x 2") && Contains("found 3 x 3"));
    }
}

TEST_CASE("sample interpolates linearly and holds the ends") {
    const auto values = sample(makeSeries(), {-1.0, 0.0, 0.25, 1.0, 2.0, 3.0, 9.0});
    const double expected[] = {0.0, 0.0, 0.25, 1.0, 3.0, 5.0, 5.0};
    for (std::size_t row = 0; row < 7; ++row) {
        CHECK(values(row, 0) == expected[row]);
        CHECK(values(row, 2) == Approx(expected[row] + 20.0));
    }
}

TEST_CASE("sample of a single sample holds it") {
    const TimeSeries series{{"soleus"}, {1.0}, Matrix(1, 1, 0.4)};
    CHECK(sample(series, {0.0, 1.0, 2.0}).values == std::vector<double>{0.4, 0.4, 0.4});
}

TEST_CASE("sample refuses what it cannot interpolate") {
    auto series = makeSeries();
    CHECK_THAT(errorText([] { sample({}, {0.0}); }), Contains("at least one sample"));
    CHECK_THAT(errorText([&] { sample(series, {0.0, std::nan("")}); }), Contains("nan in row 1"));
    series.time = {3.0, 1.0, 2.0};
    CHECK_THAT(errorText([&] { sample(series, {1.5}); }), Contains("strictly increasing"));
}

TEST_CASE("trim keeps exactly what sample needs") {
    const auto series = makeSeries();
    const auto inner = trim(series, 1.5, 2.5);
    CHECK(inner.time == std::vector<double>{1.0, 3.0});
    CHECK(inner.values.values == std::vector<double>{1, 11, 21, 5, 15, 25});
    CHECK(trim(series, 1.0, 1.0).time == std::vector<double>{1.0});
    CHECK(trim(series, -2.0, -1.0).time == std::vector<double>{0.0});
    CHECK(trim(series, 4.0, 5.0).time == std::vector<double>{3.0});
    CHECK(trim(series, -1.0, 9.0).time == series.time);

    const double from = GENERATE(-1.0, 0.0, 0.4, 1.0, 2.9, 3.0, 4.0);
    const std::vector<double> times{from, from + 0.05, from + 0.1};
    CHECK(sample(trim(series, times.front(), times.back()), times).values ==
            sample(series, times).values);
}

TEST_CASE("nearestNames lists up to three names by edit distance") {
    CHECK(nearestNames("soleus", {"gasmed", "soleus_r", "sol", "tibant"}) ==
            "soleus_r, sol, gasmed");
    CHECK(nearestNames("soleus", {"gasmed"}) == "gasmed");
    CHECK(nearestNames("soleus", {}).empty());
}

TEST_CASE("The neighbours of some times are all that sampling them needs") {
    const auto series = makeSeries();
    for (const auto& times : std::vector<std::vector<double>>{
                 {0.5}, {2.0, 0.25}, {-1.0}, {7.0}, {1.0, 3.0}, {0.0, 0.5, 2.9, 4.0}}) {
        const auto neighbours = nmm::selectNeighbours(series, times);
        CHECK(neighbours.columns == series.columns);
        CHECK(sample(neighbours, times).values == sample(series, times).values);
    }
    CHECK(nmm::selectNeighbours(series, {0.5}).time == std::vector<double>{0.0, 1.0});
    CHECK(nmm::selectNeighbours(series, {-1.0}).time == std::vector<double>{0.0});
    CHECK(nmm::selectNeighbours(series, {}).time.empty());
}
