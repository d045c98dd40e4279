#pragma once

#include "osimNMMDLL.h"

/// The library that users load, libosimNMM.so, knows neither OpenSim nor LibTorch. It looks at the
/// process it was loaded into, and only where that fits does it load libosimNMMComponents.so from
/// its own folder, which holds the classes. So every load succeeds, every failure says its reason
/// in one line on stderr, and a binary made for another OpenSim is never run: OpenSim's libraries
/// carry no version in their names, and a plugin of another version would load and crash later.
extern "C" {

/// "ready", or why no class was registered.
OSIMNMM_API const char* osimNMM_status();
}
