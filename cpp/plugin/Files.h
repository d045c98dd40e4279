#pragma once

#include <string>

namespace nmm::osim {

/// A path of a setup file, relative to the folder of that file; without a setup file, relative to
/// the working directory. The working directory itself is left alone.
std::string resolvePath(const std::string& path, const std::string& setupFile);

/// @param what what the file is, for messages: "EMG file"
/// @throws nmm::Error if there is no such file.
void checkFileExists(const std::string& file, const std::string& what);

} // namespace nmm::osim
