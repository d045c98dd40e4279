#pragma once

/// For functions whose time is spent in a loop over muscles: compiled once more for wider vectors,
/// which the loader chooses where the processor has them. No fused multiply-add: results are the
/// same to the last bit on every machine.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define NMM_VECTORISED __attribute__((target_clones("avx2", "default")))
#else
#define NMM_VECTORISED
#endif
