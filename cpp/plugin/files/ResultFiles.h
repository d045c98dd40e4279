#pragma once

#include <OpenSim/Common/TimeSeriesTable.h>

#include <string>
#include <vector>

namespace nmm::osim {

/// Writes a set of .sto files that belong together: under temporary names first, which become the
/// final ones only when all files are complete. A run that fails leaves the earlier results, or
/// none.
class ResultFiles {
public:
    /// @param folder is created if absent
    /// @throws nmm::Error if it cannot be.
    explicit ResultFiles(std::string folder);
    ~ResultFiles();
    ResultFiles(const ResultFiles&) = delete;
    ResultFiles& operator=(const ResultFiles&) = delete;

    /// @throws nmm::Error if the file is not written completely, such as on a full disk.
    void write(const std::string& fileName, const OpenSim::TimeSeriesTable& table);

    /// This run has no such result: an earlier run's must not be taken for it.
    void writeNone(const std::string& fileName);

    /// Give all files their final names.
    void commit();

private:
    std::string getTemporaryPath(const std::string& fileName) const;

    std::string _folder;
    std::vector<std::string> _written;
    std::vector<std::string> _absent;
};

} // namespace nmm::osim
