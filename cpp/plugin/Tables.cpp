#include "Tables.h"

#include "Files.h"

#include <nmm/Error.h>

#include <algorithm>

namespace nmm::osim {

namespace {

std::string getFirstLine(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

} // namespace

OpenSim::TimeSeriesTable readTable(const std::string& file, const std::string& what) {
    checkFileExists(file, what);
    try {
        return OpenSim::TimeSeriesTable(file);
    } catch (const std::exception& exception) {
        throw Error(what + " '" + file + "': Expected a table (.sto, .mot), but received: " +
                    getFirstLine(exception.what()));
    }
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

} // namespace nmm::osim
