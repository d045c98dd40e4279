#include "Files.h"

#include <nmm/Error.h>

#include <filesystem>

namespace nmm::osim {

namespace fs = std::filesystem;

std::string resolvePath(const std::string& path, const std::string& setupFile) {
    const auto folder =
            setupFile.empty() ? fs::current_path() : fs::absolute(setupFile).parent_path();
    return (folder / path).lexically_normal().string();
}

void checkFileExists(const std::string& file, const std::string& what) {
    if (!fs::is_regular_file(file)) {
        throw Error(what + " '" + file + "': Expected a file, but found " +
                    (fs::exists(file) ? "something else" : "none") + ".");
    }
}

} // namespace nmm::osim
