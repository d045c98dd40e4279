#include "CoordinateTrajectory.h"

#include "CoupledCoordinates.h"
#include "files/Tables.h"

#include <OpenSim/Common/GCVSplineSet.h>
#include <OpenSim/Common/TableUtilities.h>
#include <OpenSim/Simulation/Model/Model.h>
#include <nmm/Error.h>
#include <nmm/Text.h>

#include <algorithm>
#include <map>

namespace nmm::osim {

namespace {

// Times in text files are rounded.
constexpr double TimeTolerance = 1e-9; // s

constexpr int SplineDegree = 5;
constexpr std::size_t MinNumRows = SplineDegree + 1;

std::string getInDegrees(const OpenSim::TimeSeriesTable& table) {
    return table.hasTableMetaDataKey("inDegrees") ? table.getTableMetaData<std::string>("inDegrees")
                                                  : "";
}

void checkHeader(const OpenSim::TimeSeriesTable& table, const std::string& what) {
    const auto inDegrees = getInDegrees(table);
    if (inDegrees != "yes" && inDegrees != "no") {
        throw Error(what + ": Expected 'inDegrees=yes' or 'inDegrees=no' in the header, but " +
                    (inDegrees.empty() ? "found neither" : "received '" + inDegrees + "'") +
                    ". Declare the unit of the angles.");
    }
    if (table.getNumRows() < MinNumRows) {
        throw Error(what + ": Expected at least " + std::to_string(MinNumRows) +
                    " rows, which a quintic spline needs, but received " +
                    std::to_string(table.getNumRows()) + ".");
    }
}

/// The coordinate that a column is about: "knee_angle_r" of "/jointset/knee_r/knee_angle_r/value".
std::string getCoordinateName(const std::string& label) {
    const std::string suffix = "/value";
    if (label.size() <= suffix.size() ||
            label.compare(label.size() - suffix.size(), suffix.size(), suffix) != 0) {
        return label;
    }
    const auto path = label.substr(0, label.size() - suffix.size());
    return path.substr(path.rfind('/') + 1);
}

/// Column labels by coordinate.
std::map<std::string, std::string> mapColumns(
        const OpenSim::TimeSeriesTable& table, const std::string& what) {
    std::map<std::string, std::string> labels;
    for (const auto& label : table.getColumnLabels()) {
        const auto [entry, isNew] = labels.emplace(getCoordinateName(label), label);
        if (!isNew) {
            throw Error(what + ": Expected one column for coordinate '" + entry->first +
                        "', but received '" + entry->second + "' and '" + label + "'.");
        }
    }
    return labels;
}

void checkRequired(const std::map<std::string, std::string>& labels,
        const std::vector<std::string>& required, const std::string& what) {
    std::vector<std::string> names;
    for (const auto& [name, label] : labels) {
        names.push_back(name);
    }
    for (const auto& name : required) {
        if (labels.count(name) == 0) {
            throw Error(what + ": Expected a column for coordinate '" + name +
                        "', but found none; the nearest are: " + nearestNames(name, names) + ".");
        }
    }
}

/// The columns of the model's coordinates, in the model's order.
TimeSeries selectCoordinates(const OpenSim::TimeSeriesTable& table, const OpenSim::Model& model,
        const std::vector<std::string>& required, const std::string& what) {
    const auto labels = mapColumns(table, what);
    checkRequired(labels, required, what);
    std::vector<std::string> names, columns;
    const auto& coordinates = model.getCoordinateSet();
    for (int i = 0; i < coordinates.getSize(); ++i) {
        const auto entry = labels.find(coordinates[i].getName());
        if (entry != labels.end()) {
            names.push_back(entry->first);
            columns.push_back(entry->second);
        }
    }
    auto series = selectSeries(table, columns, what);
    series.columns = names;
    return series;
}

std::vector<double> selectFrames(
        const std::vector<double>& times, const CoordinatesFile& source, const std::string& what) {
    const double initial = source.initialTime.value_or(times.front());
    const double final = source.finalTime.value_or(times.back());
    const auto range = [](double from, double to) {
        return toText(from) + " to " + toText(to) + " s";
    };
    if (!(initial < final) || initial < times.front() - TimeTolerance ||
            final > times.back() + TimeTolerance) {
        throw Error(what + ": Expected initial_time < final_time within " +
                    range(times.front(), times.back()) + ", but received " + range(initial, final) +
                    ".");
    }
    std::vector<double> frames;
    std::copy_if(times.begin(), times.end(), std::back_inserter(frames), [&](double time) {
        return time >= initial - TimeTolerance && time <= final + TimeTolerance;
    });
    if (frames.size() < 2) {
        throw Error(what + ": Expected at least 2 frames from " + range(initial, final) +
                    ", but received " + std::to_string(frames.size()) + ".");
    }
    return frames;
}

void filter(OpenSim::TimeSeriesTable& table, double cutoffFrequency, const std::string& what) {
    const auto& times = table.getIndependentColumn();
    const double samplingFrequency =
            static_cast<double>(times.size() - 1) / (times.back() - times.front());
    if (!(cutoffFrequency > 0.0 && cutoffFrequency < 0.5 * samplingFrequency)) {
        throw Error(what +
                    ": Expected lowpass_cutoff_frequency_for_coordinates to be -1 (no filter) or "
                    "between 0 and half the sampling frequency (" +
                    toText(0.5 * samplingFrequency) + " Hz), but received " +
                    toText(cutoffFrequency) + " Hz.");
    }
    OpenSim::TableUtilities::filterLowpass(table, cutoffFrequency, true);
}

} // namespace

Matrix CoordinateTrajectory::select(
        const Matrix& from, const std::vector<std::string>& names) const {
    Matrix selection(from.rows, names.size());
    for (std::size_t column = 0; column < names.size(); ++column) {
        const auto source = static_cast<std::size_t>(
                std::find(coordinates.begin(), coordinates.end(), names[column]) -
                coordinates.begin());
        for (std::size_t row = 0; row < from.rows; ++row) {
            selection(row, column) = from(row, source);
        }
    }
    return selection;
}

CoordinateTrajectory readCoordinates(const CoordinatesFile& source, const OpenSim::Model& model,
        const std::vector<std::string>& required) {
    const auto what = "Coordinates file '" + source.file + "'";
    const auto read = readTable(source.file, "Coordinates file");
    checkHeader(read, what);
    const auto series = selectCoordinates(read, model, required, what);
    const auto times = selectFrames(series.time, source, what);

    auto table = makeTable(series.time, series.columns, series.values);
    if (source.lowpassCutoffFrequency != -1) {
        filter(table, source.lowpassCutoffFrequency, what);
    }
    if (getInDegrees(read) == "yes") {
        table.addTableMetaData("inDegrees", std::string("yes"));
        model.getSimbodyEngine().convertDegreesToRadians(table);
    }
    const OpenSim::GCVSplineSet splines(table, {}, SplineDegree);

    CoordinateTrajectory trajectory{times, series.columns,
            Matrix(times.size(), series.columns.size()),
            Matrix(times.size(), series.columns.size())};
    for (std::size_t column = 0; column < series.columns.size(); ++column) {
        const auto& spline = splines.get(static_cast<int>(column));
        for (std::size_t row = 0; row < times.size(); ++row) {
            const SimTK::Vector time(1, times[row]);
            trajectory.values(row, column) = spline.calcValue(time);
            trajectory.speeds(row, column) = spline.calcDerivative({0}, time);
        }
    }
    checkCoupledCoordinates(model, trajectory, required, what);
    return trajectory;
}

} // namespace nmm::osim
