#pragma once

/// Symbols are hidden unless they say otherwise: nothing of LibTorch or of the runtime leaks into
/// the process that loads the plugin.
#define OSIMNMM_API __attribute__((visibility("default")))
