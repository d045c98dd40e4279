#include "LoadGuard.h"

#include "LoadedOpenSim.h"

#include <dlfcn.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

namespace {

const OpenSimBuild ExpectedBuild{NMM_OPENSIM_VERSION, NMM_SIMBODY_VERSION, NMM_SIMBODY_BUILD_TYPE};

/// The file of the components, in the folder of this library. Links are followed: a link to this
/// library need not have the components beside it.
std::string getComponentsPath() {
    Dl_info self{};
    dladdr(reinterpret_cast<void*>(&osimNMM_status), &self);
    return std::filesystem::canonical(self.dli_fname).parent_path() / NMM_COMPONENTS_FILE;
}

std::string adviseOn(const std::string& loaderError) {
    const auto beginsWith = [&](const char* text) { return loaderError.rfind(text, 0) == 0; };
    const std::string installTorch = "install torch " NMM_TORCH_VERSION " beside the nmm_opensim "
                                     "package (pip install torch==" NMM_TORCH_VERSION ")";
    if (beginsWith("libtorch") || beginsWith("libc10")) {
        return "LibTorch is missing: " + installTorch +
               ", or add the folder of its libraries to LD_LIBRARY_PATH.";
    }
    if (beginsWith("libosim")) {
        return "Load the plugin into a process that holds all of OpenSim's libraries: "
               "opensim-cmd, the GUI, or Python after 'import opensim'.";
    }
    if (loaderError.find("undefined symbol") != std::string::npos) {
        return "A library is of another version than the plugin was built for: " + installTorch +
               ", or build the plugin again.";
    }
    return "Install nmm_opensim again.";
}

std::string loadComponents() {
    void* const library = dlopen(getComponentsPath().c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const std::string error = dlerror();
        return "Expected to load " NMM_COMPONENTS_FILE ", but received: " + error + ". " +
               adviseOn(error);
    }
    using RegisterFunction = void();
    auto* const registerTypes =
            reinterpret_cast<RegisterFunction*>(dlsym(library, "osimNMM_registerTypes"));
    if (!registerTypes) {
        return "Expected " NMM_COMPONENTS_FILE " to hold osimNMM_registerTypes, but it does not: "
               "it belongs to another version. Install nmm_opensim again.";
    }
    registerTypes();
    return "ready";
}

std::string load() {
    OpenSimBuild found;
    if (!findLoadedOpenSim(found)) {
        return "Expected a process with " + ExpectedBuild.toText() +
               ", but found no OpenSim. Load the plugin with opensim-cmd -L, from the GUI, or in "
               "Python after 'import opensim'.";
    }
    if (!(found == ExpectedBuild)) {
        return "Expected " + ExpectedBuild.toText() + ", but found " + found.toText() +
               ". Build the plugin for this OpenSim (cmake -DOpenSim_DIR=...), or load it into "
               "the OpenSim it was built for.";
    }
    return loadComponents();
}

/// Never throws: this runs while the library is being loaded, where an exception ends the process.
std::string tryToLoad() {
    std::string status;
    try {
        status = load();
    } catch (const std::exception& exception) {
        status = std::string("Expected to register the classes, but received: ") + exception.what();
    } catch (...) {
        status = "Expected to register the classes, but received an unknown error.";
    }
    if (status != "ready") {
        std::fprintf(stderr, "osimNMM: not available. %s\n", status.c_str());
    }
    return status;
}

const std::string Status = tryToLoad();

} // namespace

const char* osimNMM_status() {
    return Status.c_str();
}
