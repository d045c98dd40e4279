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

std::vector<SearchFolder> getFolderOf(const std::string& file, const std::string& description) {
    // OpenSim's name of a model without a file.
    if (file.empty() || file == "Unassigned") {
        return {};
    }
    return {{description, fs::absolute(file).parent_path().string()}};
}

std::string findFile(const std::string& file, const std::vector<SearchFolder>& folders,
        const std::string& what) {
    if (fs::path(file).is_absolute()) {
        checkFileExists(file, what);
        return file;
    }
    std::string places;
    for (const auto& folder : folders) {
        const auto path = fs::absolute(fs::path(folder.path) / file).lexically_normal();
        if (fs::is_regular_file(path)) {
            return path.string();
        }
        places += (places.empty() ? "" : " or in ") + folder.description + " '" +
                  path.parent_path().string() + "'";
    }
    throw Error(what + " '" + file + "': Expected a file in " + places + ", but found none.");
}

void checkFileExists(const std::string& file, const std::string& what) {
    if (!fs::is_regular_file(file)) {
        throw Error(what + " '" + file + "': Expected a file, but found " +
                    (fs::exists(file) ? "something else" : "none") + ".");
    }
}

void checkIsInside(const std::string& file, const std::string& folder, const std::string& what) {
    auto root = fs::weakly_canonical(fs::absolute(folder));
    if (!root.has_filename()) {
        root = root.parent_path(); // it ended with a separator
    }
    const auto relative = fs::weakly_canonical(file).lexically_relative(root);
    if (relative.empty() || *relative.begin() == ".." || *relative.begin() == ".") {
        throw Error(what + ": Expected a file inside <results_directory>, '" + folder +
                    "', but received '" + file + "'. Results are written nowhere else.");
    }
}

} // namespace nmm::osim
