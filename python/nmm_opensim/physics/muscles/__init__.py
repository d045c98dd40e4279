"""Excitation to activation to force: torch modules over the runtime's kernels."""
