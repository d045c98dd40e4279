#pragma once

#include "osimNMMDLL.h"

/// Register the plugin's classes with OpenSim. libosimNMM.so calls it once the OpenSim of the
/// process has proved to be the one that these classes were compiled for.
extern "C" OSIMNMM_API void osimNMM_registerTypes();
