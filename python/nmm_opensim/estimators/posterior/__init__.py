"""The NMM posterior: a prior, calibrated muscles, and what moments correct of both."""
