#include "TimeSeries.h"

#include "Error.h"
#include "Text.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace nmm {

namespace {

std::size_t computeEditDistance(const std::string& from, const std::string& to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        auto diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < to.size(); ++j) {
            const auto substituted = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({substituted, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

void checkShape(const TimeSeries& series, const std::string& what) {
    const auto& values = series.values;
    if (values.rows != series.time.size() || values.columns != series.columns.size()) {
        throw Error(what + ": Expected " + std::to_string(series.time.size()) + " x " +
                    std::to_string(series.columns.size()) +
                    " values (times x columns), but found " + std::to_string(values.rows) + " x " +
                    std::to_string(values.columns) + ".");
    }
}

void checkTime(const std::vector<double>& time, const std::string& what) {
    for (std::size_t i = 0; i < time.size(); ++i) {
        if (!std::isfinite(time[i]) || (i > 0 && time[i] <= time[i - 1])) {
            throw Error(what + ": Expected strictly increasing times, but found " +
                        toText(time[i]) + " s in row " + std::to_string(i) +
                        (i > 0 ? " after " + toText(time[i - 1]) + " s." : "."));
        }
    }
}

std::size_t findColumn(
        const std::vector<std::string>& columns, const std::string& name, const std::string& what) {
    const auto found = std::find(columns.begin(), columns.end(), name);
    if (found == columns.end()) {
        throw Error(what + ": Expected a column '" + name +
                    "', but found none; the nearest are: " + nearestNames(name, columns) + ".");
    }
    return static_cast<std::size_t>(found - columns.begin());
}

} // namespace

TimeSeries selectColumns(const TimeSeries& series, const std::vector<std::string>& columns,
        const std::string& what) {
    checkShape(series, what);
    checkTime(series.time, what);
    TimeSeries selection{columns, series.time, Matrix(series.time.size(), columns.size())};
    for (std::size_t column = 0; column < columns.size(); ++column) {
        const auto source = findColumn(series.columns, columns[column], what);
        for (std::size_t row = 0; row < series.time.size(); ++row) {
            const double value = series.values(row, source);
            if (!std::isfinite(value)) {
                throw Error(what + ", column '" + columns[column] +
                            "': Expected finite numbers, but found " + toText(value) + " at " +
                            toText(series.time[row]) + " s.");
            }
            selection.values(row, column) = value;
        }
    }
    return selection;
}

TimeSeries trim(const TimeSeries& series, double initialTime, double finalTime) {
    checkShape(series, "Trimmed time series");
    const auto begin = series.time.begin(), end = series.time.end();
    auto first = std::upper_bound(begin, end, initialTime);
    if (first != begin) {
        --first;
    }
    auto last = std::lower_bound(first, end, finalTime);
    if (last != end) {
        ++last;
    }
    TimeSeries result{series.columns, {first, last},
            Matrix(static_cast<std::size_t>(last - first), series.columns.size())};
    std::copy_n(series.values.values.begin() + (first - begin) * series.values.columns,
            result.values.values.size(), result.values.values.begin());
    return result;
}

TimeSeries selectNeighbours(const TimeSeries& series, const std::vector<double>& times) {
    checkShape(series, "Time series");
    std::vector<std::size_t> rows;
    for (const double time : times) {
        const auto next = std::upper_bound(series.time.begin(), series.time.end(), time);
        const auto row = static_cast<std::size_t>(next - series.time.begin());
        if (row > 0) {
            rows.push_back(row - 1);
        }
        if (row < series.time.size()) {
            rows.push_back(row);
        }
    }
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    TimeSeries result{series.columns, {}, Matrix(rows.size(), series.columns.size())};
    auto values = result.values.values.begin();
    for (const auto row : rows) {
        result.time.push_back(series.time[row]);
        values = std::copy_n(series.values.values.begin() + row * series.columns.size(),
                series.columns.size(), values);
    }
    return result;
}

Matrix sample(const TimeSeries& series, const std::vector<double>& times) {
    checkShape(series, "Sampled time series");
    checkTime(series.time, "Sampled time series");
    if (series.time.empty()) {
        throw Error("Sampled time series: Expected at least one sample, but found none.");
    }
    Matrix result(times.size(), series.columns.size());
    const auto& time = series.time;
    for (std::size_t row = 0; row < times.size(); ++row) {
        if (!std::isfinite(times[row])) {
            throw Error("Sampling: Expected finite times, but received " + toText(times[row]) +
                        " in row " + std::to_string(row) + ".");
        }
        const double t = std::clamp(times[row], time.front(), time.back());
        const auto next = std::upper_bound(time.begin(), time.end(), t) - time.begin();
        const auto left = static_cast<std::size_t>(next) - 1;
        const auto right = std::min(left + 1, time.size() - 1);
        const double fraction = left == right ? 0.0 : (t - time[left]) / (time[right] - time[left]);
        for (std::size_t column = 0; column < result.columns; ++column) {
            const double from = series.values(left, column), to = series.values(right, column);
            result(row, column) = from + fraction * (to - from);
        }
    }
    return result;
}

std::string nearestNames(const std::string& name, const std::vector<std::string>& candidates) {
    auto sorted = candidates;
    std::stable_sort(sorted.begin(), sorted.end(), [&](const auto& a, const auto& b) {
        return computeEditDistance(name, a) < computeEditDistance(name, b);
    });
    sorted.resize(std::min<std::size_t>(sorted.size(), 3));
    std::string text;
    for (const auto& candidate : sorted) {
        text += (text.empty() ? "" : ", ") + candidate;
    }
    return text;
}

} // namespace nmm
