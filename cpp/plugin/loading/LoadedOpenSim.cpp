#include "LoadedOpenSim.h"

#include <dlfcn.h>
#include <link.h>

#include <vector>

namespace {

using VersionFunction = void(int* major, int* minor, int* build);
using AboutFunction = void(const char* key, int maxLength, char* value);

int appendPath(dl_phdr_info* info, std::size_t, void* paths) {
    static_cast<std::vector<std::string>*>(paths)->emplace_back(info->dlpi_name);
    return 0;
}

/// A handle of libosimCommon if it is loaded. Python loads it with RTLD_LOCAL, so a search of the
/// global symbols alone would miss it; and its handle also leads to the very Simbody it uses.
void* openLoadedOsimCommon() {
    std::vector<std::string> paths;
    dl_iterate_phdr(appendPath, &paths);
    for (const auto& path : paths) {
        if (path.find("libosimCommon", path.rfind('/') + 1) != std::string::npos) {
            return dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
        }
    }
    return nullptr;
}

std::string askVersion(void* symbol) {
    int major = 0, minor = 0, build = 0;
    reinterpret_cast<VersionFunction*>(symbol)(&major, &minor, &build);
    return std::to_string(major) + "." + std::to_string(minor);
}

std::string askBuildType(void* symbol) {
    char value[32] = "";
    reinterpret_cast<AboutFunction*>(symbol)("debug", sizeof value, value);
    return value;
}

} // namespace

bool OpenSimBuild::operator==(const OpenSimBuild& other) const {
    return openSimVersion == other.openSimVersion && simbodyVersion == other.simbodyVersion &&
           simbodyBuildType == other.simbodyBuildType;
}

std::string OpenSimBuild::toText() const {
    return "OpenSim " + openSimVersion + " with Simbody " + simbodyVersion + " (" +
           simbodyBuildType + ")";
}

bool findLoadedOpenSim(OpenSimBuild& build) {
    void* const library = openLoadedOsimCommon();
    void* const scope = library ? library : RTLD_DEFAULT;
    void* const openSimVersion = dlsym(scope, "opensim_version_common");
    void* const simbodyVersion = dlsym(scope, "SimTK_version_SimTKcommon");
    void* const simbodyAbout = dlsym(scope, "SimTK_about_SimTKcommon");
    const bool found = openSimVersion && simbodyVersion && simbodyAbout;
    if (found) {
        build = {
                askVersion(openSimVersion), askVersion(simbodyVersion), askBuildType(simbodyAbout)};
    }
    if (library) {
        dlclose(library);
    }
    return found;
}
