#include "RegisterTypes_osimNMM.h"

#include "DeepEMGPredictor.h"
#include "NMMAnalysis.h"
#include "NMMController.h"
#include "NMMTool.h"
#include "model/FittedPathFunction.h"

#include <SimTKcommon/internal/State.h>

#include <string_view>

namespace {

// Simbody's header must have the layout of Simbody's library, or the first model crashes. An SDK
// whose header does not follow NDEBUG says so.
#if defined(OPENSIM_SDK_SIMBODY_LAYOUT)
constexpr bool HasDebugLayout = OPENSIM_SDK_SIMBODY_LAYOUT;
#elif defined(NDEBUG)
constexpr bool HasDebugLayout = false;
#else
constexpr bool HasDebugLayout = true;
#endif
static_assert(HasDebugLayout == (std::string_view(NMM_SIMBODY_BUILD_TYPE) == "debug"),
        "Simbody's headers and its library have different layouts of SimTK::State. Choose the "
        "build type of the library, and keep the OpenSim SDK's include folder before any other "
        "folder with Simbody headers.");

} // namespace

void osimNMM_registerTypes() {
    OpenSim::Object::registerType(OpenSim::FittedPathFunction());
    OpenSim::Object::registerType(OpenSim::DeepEMGPredictor());
    OpenSim::Object::registerType(OpenSim::NMMController());
    OpenSim::Object::registerType(OpenSim::NMMAnalysis());
    OpenSim::Object::registerType(OpenSim::NMMTool());
}
