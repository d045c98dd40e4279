#pragma once

#include <OpenSim/Common/TimeSeriesTable.h>
#include <nmm/TimeSeries.h>

#include <memory>
#include <string>
#include <vector>

namespace OpenSim {
class Storage;
}

namespace nmm::osim {

/// Read a .sto or .mot file.
/// @param what what the file is, for messages: "EMG file"
/// @throws nmm::Error naming the file, if there is none or OpenSim cannot read it.
OpenSim::TimeSeriesTable readTable(const std::string& file, const std::string& what);

/// Move a table in time by `offset` (s).
/// @param what what the table is, for messages: "EMG file '/data/emg.sto'"
void addToTimes(OpenSim::TimeSeriesTable& table, double offset, const std::string& what);

/// Some columns of a table, checked: times increasing, every value finite. Only these are looked
/// at, so that a hidden recording in the same file stays unread.
/// @param what what the table is, for messages: "EMG file '/data/emg.sto'"
TimeSeries selectSeries(const OpenSim::TimeSeriesTable& table,
        const std::vector<std::string>& columns, const std::string& what);

/// Values at some times, by linear interpolation.
/// @param what what the series is, for messages: "Inverse dynamics file '/data/id.sto'"
/// @returns times x columns
/// @throws nmm::Error naming both ranges if the series does not cover the times.
Matrix sampleWithin(
        const TimeSeries& series, const std::vector<double>& times, const std::string& what);

/// A table with these columns, ready for metadata.
OpenSim::TimeSeriesTable makeTable(const std::vector<double>& times,
        const std::vector<std::string>& columns, const Matrix& values);

/// A table as what OpenSim's GUI plots.
std::unique_ptr<OpenSim::Storage> makeStorage(
        const std::string& name, const OpenSim::TimeSeriesTable& table);

} // namespace nmm::osim
