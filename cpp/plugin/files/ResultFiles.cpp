#include "ResultFiles.h"

#include <OpenSim/Common/STOFileAdapter.h>
#include <nmm/Error.h>

#include <filesystem>
#include <fstream>
#include <utility>

namespace nmm::osim {

namespace fs = std::filesystem;

namespace {

/// STOFileAdapter does not notice when writing fails, so the rows are counted.
std::size_t countRows(const std::string& file) {
    std::ifstream stream(file);
    std::string line;
    while (std::getline(stream, line) && line != "endheader") {
    }
    std::getline(stream, line);
    std::size_t count = 0;
    // A row is complete only with its line end.
    while (std::getline(stream, line) && !stream.eof()) {
        ++count;
    }
    return count;
}

} // namespace

ResultFiles::ResultFiles(std::string folder) : _folder(std::move(folder)) {
    std::error_code error;
    fs::create_directories(_folder, error);
    if (error) {
        throw Error("Results folder '" + _folder +
                    "': Expected to create it, but received: " + error.message() + ".");
    }
}

ResultFiles::~ResultFiles() {
    for (const auto& fileName : _written) {
        std::error_code ignored;
        fs::remove(getTemporaryPath(fileName), ignored);
    }
}

void ResultFiles::write(const std::string& fileName, const OpenSim::TimeSeriesTable& table) {
    // Names come from a setup and must not lead out of the folder.
    if (fileName.find_first_of("/\\") != std::string::npos || fileName.front() == '.') {
        throw Error("Result file '" + fileName + "' in '" + _folder +
                    "': Expected the name of a file, but received a path. Give the tool a name "
                    "without '/'.");
    }
    const auto path = getTemporaryPath(fileName);
    _written.push_back(fileName);
    OpenSim::STOFileAdapter::write(table, path);
    const auto numRows = countRows(path);
    if (numRows != table.getNumRows()) {
        throw Error("Result file '" + path + "': Expected to write " +
                    std::to_string(table.getNumRows()) + " rows, but the file holds " +
                    std::to_string(numRows) +
                    ". Check that the folder can be written and the disk has space.");
    }
}

void ResultFiles::writeNone(const std::string& fileName) {
    _absent.push_back(fileName);
}

void ResultFiles::commit() {
    for (const auto& fileName : _written) {
        fs::rename(getTemporaryPath(fileName), fs::path(_folder) / fileName);
    }
    _written.clear();
    for (const auto& fileName : _absent) {
        fs::remove(fs::path(_folder) / fileName);
    }
}

std::string ResultFiles::getTemporaryPath(const std::string& fileName) const {
    return (fs::path(_folder) / (fileName + ".partial")).string();
}

} // namespace nmm::osim
