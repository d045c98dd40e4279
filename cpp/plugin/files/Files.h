#pragma once

#include <string>
#include <vector>

namespace nmm::osim {

/// A path of a setup file, relative to the folder of that file; without a setup file, relative to
/// the working directory. The working directory itself is left alone.
std::string resolvePath(const std::string& path, const std::string& setupFile);

/// Where a file may be.
struct SearchFolder {
    std::string description; ///< "the model's folder"
    std::string path;        ///< relative to the working directory, or absolute
};

/// The folder of a file that OpenSim read, or none if it was not read from a file.
/// @param file such as Model::getInputFileName()
std::vector<SearchFolder> getFolderOf(const std::string& file, const std::string& description);

/// The absolute path of a file in the first of some folders that has it; a path that is absolute is
/// looked up as it is.
/// @param what what the file is, for messages: "EMG file"
/// @throws nmm::Error naming every folder that was looked into.
std::string findFile(
        const std::string& file, const std::vector<SearchFolder>& folders, const std::string& what);

/// @param what what the file is, for messages: "EMG file"
/// @throws nmm::Error if there is no such file.
void checkFileExists(const std::string& file, const std::string& what);

/// @param what what the file is, for messages: "<forward_model_file>"
/// @throws nmm::Error unless the file, links followed, is inside the folder of the results: a setup
/// from others must not write elsewhere.
void checkIsInside(const std::string& file, const std::string& folder, const std::string& what);

} // namespace nmm::osim
