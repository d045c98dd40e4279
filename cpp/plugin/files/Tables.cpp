#include "Tables.h"

#include "Files.h"
#include "OpenSimErrors.h"

#include <OpenSim/Common/Storage.h>
#include <nmm/Error.h>
#include <nmm/Text.h>

#include <algorithm>
#include <cmath>
#include <fstream>

namespace nmm::osim {

namespace {

/// OpenSim's reader searches the column labels forever where a file ends before them.
void checkHasColumnLabels(const std::string& file, const std::string& what) {
    const std::string blank = " \t\r";
    std::ifstream stream(file);
    std::string line;
    bool isInHeader = true;
    while (std::getline(stream, line)) {
        const auto first = line.find_first_not_of(blank);
        if (first == std::string::npos) {
            continue;
        }
        if (!isInHeader) {
            return;
        }
        isInHeader = line.substr(first, line.find_last_not_of(blank) + 1 - first) != "endheader";
    }
    throw Error(what + " '" + file + "': Expected " +
                (isInHeader ? "a line 'endheader'" : "column labels after 'endheader'") +
                ", but found none. Is it a table (.sto, .mot)?");
}

} // namespace

OpenSim::TimeSeriesTable readTable(const std::string& file, const std::string& what) {
    checkFileExists(file, what);
    checkHasColumnLabels(file, what);
    return throwAsError(what + " '" + file + "': Expected a table (.sto, .mot)",
            [&] { return OpenSim::TimeSeriesTable(file); });
}

TimeSeries selectSeries(const OpenSim::TimeSeriesTable& table,
        const std::vector<std::string>& columns, const std::string& what) {
    const auto& labels = table.getColumnLabels();
    TimeSeries series{
            columns, table.getIndependentColumn(), Matrix(table.getNumRows(), columns.size())};
    for (std::size_t column = 0; column < columns.size(); ++column) {
        if (std::find(labels.begin(), labels.end(), columns[column]) == labels.end()) {
            throw Error(what + ": Expected a column '" + columns[column] +
                        "', but found none; the nearest are: " +
                        nearestNames(columns[column], labels) + ".");
        }
        const auto values = table.getDependentColumn(columns[column]);
        for (std::size_t row = 0; row < series.values.rows; ++row) {
            series.values(row, column) = values[static_cast<int>(row)];
        }
    }
    return selectColumns(series, columns, what);
}

Matrix sampleWithin(
        const TimeSeries& series, const std::vector<double>& times, const std::string& what) {
    constexpr double timeTolerance = 1e-6; // s; times in text files are rounded
    if (times.empty()) {
        return Matrix(0, series.columns.size());
    }
    const auto [first, last] = std::minmax_element(times.begin(), times.end());
    if (series.time.empty() || series.time.front() > *first + timeTolerance ||
            series.time.back() < *last - timeTolerance) {
        throw Error(what + ": Expected times from " + toText(*first) + " to " + toText(*last) +
                    " s, but received " +
                    (series.time.empty() ? "none"
                                         : toText(series.time.front()) + " to " +
                                                   toText(series.time.back()) + " s") +
                    ".");
    }
    // An integrator asks for one moment of a long recording at a time.
    return sample(selectNeighbours(series, times), times);
}

void addToTimes(OpenSim::TimeSeriesTable& table, double offset, const std::string& what) {
    if (!std::isfinite(offset)) {
        throw Error(what + ": expected a finite <emg_time_offset> in s, but found " +
                    toText(offset) + ".");
    }
    const auto rows = table.getNumRows();
    for (std::size_t k = 0; k < rows; ++k) {
        // Times must increase after every single change.
        const auto row = offset > 0 ? rows - 1 - k : k;
        table.setIndependentValueAtIndex(row, table.getIndependentColumn()[row] + offset);
    }
}

OpenSim::TimeSeriesTable makeTable(const std::vector<double>& times,
        const std::vector<std::string>& columns, const Matrix& values) {
    SimTK::Matrix matrix(static_cast<int>(values.rows), static_cast<int>(values.columns));
    for (std::size_t row = 0; row < values.rows; ++row) {
        for (std::size_t column = 0; column < values.columns; ++column) {
            matrix(static_cast<int>(row), static_cast<int>(column)) = values(row, column);
        }
    }
    return OpenSim::TimeSeriesTable(times, matrix, columns);
}

std::unique_ptr<OpenSim::Storage> makeStorage(
        const std::string& name, const OpenSim::TimeSeriesTable& table) {
    auto storage = std::make_unique<OpenSim::Storage>(static_cast<int>(table.getNumRows()), name);
    OpenSim::Array<std::string> labels;
    labels.append("time");
    for (const auto& label : table.getColumnLabels()) {
        labels.append(label);
    }
    storage->setColumnLabels(labels);
    const auto& times = table.getIndependentColumn();
    for (std::size_t row = 0; row < times.size(); ++row) {
        storage->append(times[row], SimTK::Vector(~table.getRowAtIndex(row)));
    }
    return storage;
}

} // namespace nmm::osim
